package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// atHome gives the test an environment without credentials, and a home directory with these files.
func atHome(t *testing.T, files map[string]string) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		ours := strings.HasPrefix(name, "TENCENTCLOUD_") || strings.HasPrefix(name, "TKE_") || name == "TCCLI_PROFILE"
		if !ours {
			continue
		}
		t.Setenv(name, "") // so that it is restored
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range files {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

const devProfile = `{"secretId": "dev-id", "secretKey": "planted-key", "role-arn": "arn-dev", "role-session-name": "s"}`

// signedBy answers STS and CVM, and records whose key signs each call.
func signedBy(calls *[]string) transport {
	return func(req *http.Request) (*http.Response, error) {
		_, id, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
		id, _, _ = strings.Cut(id, "/")
		*calls = append(*calls, req.Header.Get("X-TC-Action")+" by "+id+" in "+req.Header.Get("X-TC-Region"))
		if req.Header.Get("X-TC-Action") == "AssumeRole" {
			return answer(200, fmt.Sprintf(`{"Response":{"Credentials":{"TmpSecretId":"role-id","TmpSecretKey":"planted-key-2","Token":"t"},
				"ExpiredTime":%d}}`, time.Now().Add(time.Hour).Unix())), nil
		}
		return answer(200, oneServer), nil
	}
}

// A profile gives the role that is assumed and the region.
func TestAProfileIsEnough(t *testing.T) {
	atHome(t, map[string]string{
		".tccli/dev.credential":       devProfile,
		".tccli/dev.configure":        `{"_sys_param": {"region": "ap-beijing"}}`,
		".tencentcloud/credentials":   "[default]\nsecret_id = other\nsecret_key = planted-key\n",
		".tccli/default.configure":    `{"_sys_param": {"region": "ap-shanghai"}}`,
		".tccli/unreadable.configure": "{",
	})
	var calls []string
	d, err := newDriver(Config{Profile: "dev", Transport: signedBy(&calls)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := d.RunInstances(t.Context(), bare()); err != nil {
			t.Fatal(err)
		}
	}
	want := "AssumeRole by dev-id in ap-guangzhou, RunInstances by role-id in ap-beijing, RunInstances by role-id in ap-beijing"
	if got := strings.Join(calls, ", "); got != want {
		t.Errorf("the calls are %s, want %s", got, want)
	}
}

// The zero value of Config serves where the environment says all.
func TestTheEnvironmentIsEnough(t *testing.T) {
	atHome(t, nil)
	t.Setenv("TENCENTCLOUD_SECRET_ID", "env-id")
	t.Setenv("TENCENTCLOUD_SECRET_KEY", "planted-key")
	t.Setenv("TENCENTCLOUD_REGION", "ap-nanjing")
	var calls []string
	d, err := newDriver(Config{Transport: signedBy(&calls)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.RunInstances(t.Context(), bare()); err != nil {
		t.Fatal(err)
	}
	if want := "RunInstances by env-id in ap-nanjing"; len(calls) != 1 || calls[0] != want {
		t.Errorf("the calls are %q, want %q", calls, want)
	}
}

func TestBadSourcesAreRefusedByNew(t *testing.T) {
	atHome(t, map[string]string{".tccli/dev.credential": devProfile, ".tccli/odd.configure": `{"_sys_param": {"region": "planted region"}}`})
	for name, c := range map[string]struct {
		cfg  Config
		says []string
	}{
		"nothing":                   {Config{}, []string{"Config.Region", "TENCENTCLOUD_REGION", "default.configure"}},
		"two sources":               {Config{Region: "ap-x", Profile: "dev", Credentials: provider.StaticCredentials("a", "b", "")}, []string{"Config.Profile"}},
		"a profile that is missing": {Config{Profile: "prod"}, []string{`"prod"`, "dev"}},
		"a region of another form":  {Config{Profile: "odd"}, []string{"Config.Region", "small letters"}},
	} {
		_, err := New(c.cfg)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want it to say %q", name, err, want)
			}
		}
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

// With a region New reads no file: the first call does.
func TestNewWithARegionReadsNoFile(t *testing.T) {
	atHome(t, map[string]string{".tccli/dev.credential": "{", ".tccli/dev.configure": "{"})
	d, err := newDriver(Config{Region: "ap-x", Profile: "dev", Transport: transport(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return nil, io.EOF
	})})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), bare())
	if !errors.Is(err, provider.ErrAuth) {
		t.Errorf("got %v, want ErrAuth", err)
	}
	if err == nil || !strings.Contains(err.Error(), "dev.credential") {
		t.Errorf("got %v, want it to name the file", err)
	}
}

// The exported sources are those of the chain, each by itself.
func TestEachSourceIsExported(t *testing.T) {
	home := atHome(t, map[string]string{
		".tencentcloud/credentials": "[default]\nsecret_id = sdk-id\nsecret_key = planted-key\n",
		"token":                     "planted-web-token",
	})
	sts := transport(func(req *http.Request) (*http.Response, error) {
		var body map[string]any
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			return nil, err
		}
		return answer(200, fmt.Sprintf(`{"Response":{"Credentials":{"TmpSecretId":%q,"TmpSecretKey":"k","Token":"t"},"ExpiredTime":%d}}`,
			fmt.Sprint(req.URL.Host, " ", req.Header.Get("X-TC-Region"), " ", body["RoleArn"], " ", body["RoleSessionName"]), time.Now().Add(time.Hour).Unix())), nil
	})
	metadata := transport(func(req *http.Request) (*http.Response, error) {
		return answer(200, fmt.Sprintf(`{"Code":"Success","TmpSecretId":%q,"TmpSecretKey":"k","Token":"t","ExpiredTime":%d}`,
			req.URL.Path[strings.LastIndex(req.URL.Path, "/")+1:], time.Now().Add(time.Hour).Unix())), nil
	})
	o := &CredentialsOptions{STSEndpoint: "sts.example", STSRegion: "ap-x", Transport: sts}
	base := provider.StaticCredentials("a", "b", "")
	for name, c := range map[string]struct {
		source provider.CredentialsSource
		want   string // "" is absent
	}{
		"environment": {EnvironmentCredentials(nil), ""},
		"profile":     {ProfileCredentials("", nil), "sdk-id"},
		"default":     {DefaultCredentials(o), "sdk-id"},
		"role": {
			AssumeRoleCredentials(AssumeRoleOptions{Source: base, RoleARN: "arn", SessionName: "s", STSEndpoint: "sts.example", STSRegion: "ap-x", Transport: sts}),
			"sts.example ap-x arn s",
		},
		"no pod": {OIDCCredentials(OIDCOptions{}), ""},
		"pod": {
			OIDCCredentials(OIDCOptions{RoleARN: "arn", ProviderID: "p", TokenFile: filepath.Join(home, "token"), Region: "ap-y", Transport: sts}),
			"sts.tencentcloudapi.com ap-y arn yunfan",
		},
		"named role": {InstanceRoleCredentials(InstanceRoleOptions{RoleName: "role-1", Transport: metadata}), "role-1"},
		"no role": {
			InstanceRoleCredentials(InstanceRoleOptions{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}), "",
		},
	} {
		keys, err := c.source.Credentials(t.Context())
		switch {
		case c.want == "" && !errors.Is(err, credential.ErrAbsent):
			t.Errorf("%s: got %v, want ErrAbsent", name, err)
		case c.want != "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case keys.AccessKeyID != c.want:
			t.Errorf("%s: got the keys %q, want %q", name, keys.AccessKeyID, c.want)
		}
	}
}

// A refusal because of the time says how far the clock is off.
func TestASkewedClockIsTold(t *testing.T) {
	d := testDriver(t, transport(func(*http.Request) (*http.Response, error) {
		resp := answer(200, `{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire","Message":"expired."},"RequestId":"r"}}`)
		resp.Header.Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		return resp, nil
	}))
	_, err := d.RunInstances(t.Context(), bare())
	if !errors.Is(err, provider.ErrAuth) {
		t.Errorf("got %v, want ErrAuth", err)
	}
	if err == nil || !strings.Contains(err.Error(), "behind the service") {
		t.Errorf("got %v, want it to say how far the clock is off", err)
	}
}

// What was found is kept: asking for it again costs no memory.
func TestAKeptSourceCostsNothing(t *testing.T) {
	atHome(t, map[string]string{".tencentcloud/credentials": "[default]\nsecret_id = sdk-id\nsecret_key = planted-key\n"})
	source := DefaultCredentials(nil)
	ctx := context.Background()
	if _, err := provider.AskCredentials(ctx, source); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = provider.AskCredentials(ctx, source) }); n != 0 {
		t.Errorf("%v allocations a call, want 0", n)
	}
}
