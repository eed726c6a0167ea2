package aliyun

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// emptyHome takes away all that tells of credentials and regions, and returns an empty home directory.
func emptyHome(t *testing.T) string {
	t.Helper()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "ALIBABA") || strings.HasPrefix(name, "ALICLOUD_") {
			t.Setenv(name, "") // so that it is restored
			_ = os.Unsetenv(name)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	return home
}

// writeProfiles writes the file of the vendor's command line tool.
func writeProfiles(t *testing.T, home, text string) string {
	t.Helper()
	path := filepath.Join(home, ".aliyun", "config.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const twoProfiles = `{"current":"one","profiles":[
	{"name":"one","mode":"AK","access_key_id":"id-one","access_key_secret":"planted-one","region_id":"cn-one"},
	{"name":"two","mode":"AK","access_key_id":"id-two","access_key_secret":"planted-two","region_id":"cn-two"},
	{"name":"role","mode":"RamRoleArn","access_key_id":"id-role","access_key_secret":"planted-role","ram_role_arn":"arn-1"}]}`

func TestProfileAndCredentialsAreOneTooMany(t *testing.T) {
	emptyHome(t)
	cfg := testConfig()
	cfg.Profile = "one"
	_, err := New(cfg)
	var all provider.FieldErrors
	if !errors.As(err, &all) || len(all) != 1 {
		t.Fatalf("got %v, want one problem", err)
	}
	if all[0].Path != "Config.Profile" {
		t.Errorf("the problem is at %s, want Config.Profile", all[0].Path)
	}
}

func TestTheRegionOfAConfigWithoutOne(t *testing.T) {
	pair := provider.StaticCredentials("id", "secret", "")
	for what, c := range map[string]struct {
		cfg   Config
		env   map[string]string
		files string
		want  string
	}{
		"environment":                  {env: map[string]string{"ALIBABA_CLOUD_REGION_ID": "cn-env"}, want: "cn-env"},
		"Terraform":                    {env: map[string]string{"ALICLOUD_REGION": "cn-env"}, want: "cn-env"},
		"current profile":              {files: twoProfiles, want: "cn-one"},
		"environment before current":   {env: map[string]string{"ALIBABA_CLOUD_REGION": "cn-env"}, files: twoProfiles, want: "cn-env"},
		"profile of the environment":   {env: map[string]string{"ALIBABACLOUD_PROFILE": "two"}, files: twoProfiles, want: "cn-two"},
		"profile of the program":       {cfg: Config{Profile: "two"}, files: twoProfiles, want: "cn-two"},
		"its profile before the rest":  {cfg: Config{Profile: "two"}, env: map[string]string{"ALIBABA_CLOUD_REGION": "cn-env"}, files: twoProfiles, want: "cn-two"},
		"its profile has none":         {cfg: Config{Profile: "role"}, env: map[string]string{"ALIBABA_CLOUD_REGION": "cn-env"}, files: twoProfiles, want: "cn-env"},
		"credentials, and environment": {cfg: Config{Credentials: pair}, env: map[string]string{"ALIBABA_CLOUD_REGION": "cn-env"}, want: "cn-env"},
		"its own":                      {cfg: Config{Region: "cn-own"}, files: "{", want: "cn-own"},
	} {
		t.Run(what, func(t *testing.T) {
			home := emptyHome(t)
			if c.files != "" {
				writeProfiles(t, home, c.files)
			}
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			d, err := newDriver(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if d.region != c.want {
				t.Errorf("the region is %q, want %q", d.region, c.want)
			}
		})
	}
}

func TestNoRegionAnywhere(t *testing.T) {
	pair := provider.StaticCredentials("id", "secret", "")
	for what, c := range map[string]struct {
		cfg   Config
		env   map[string]string
		files string
		words []string
	}{
		"nothing":         {words: []string{"ALIBABA_CLOUD_REGION_ID", "ALICLOUD_REGION", ".aliyun/config.json", ".alibabacloud/credentials"}},
		"profile without": {cfg: Config{Profile: "role"}, files: twoProfiles, words: []string{"ALIBABA_CLOUD_REGION_ID", `region_id in profile "role"`}},
		"no such profile": {cfg: Config{Profile: "three"}, files: twoProfiles, words: []string{`no profile "three"`, "one, two, role"}},
		"own credentials": {cfg: Config{Credentials: pair}, files: twoProfiles, words: []string{"not in the environment"}},
		"broken file":     {files: `{"current":"planted`, words: []string{"not valid JSON"}},
		"bad region":      {env: map[string]string{"ALICLOUD_REGION": "cn/x"}, words: []string{"cn/x", "must be letters"}},
	} {
		t.Run(what, func(t *testing.T) {
			home := emptyHome(t)
			if c.files != "" {
				writeProfiles(t, home, c.files)
			}
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			_, err := New(c.cfg)
			if !errors.Is(err, provider.ErrInvalid) {
				t.Fatalf("got %v, want ErrInvalid", err)
			}
			for _, w := range append(c.words, "Config.Region") {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error does not say %q: %v", w, err)
				}
			}
			if strings.Contains(err.Error(), "planted") {
				t.Errorf("the error quotes a file: %v", err)
			}
		})
	}
}

// signedWith makes a call and returns the key that signed it.
func signedWith(t *testing.T, cfg Config) (string, error) {
	t.Helper()
	var key string
	cfg.Region = "cn-hangzhou"
	cfg.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasPrefix(r.URL.Host, "sts"):
			end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
			return respond(200, `{"Credentials":{"AccessKeyId":"id-sts","AccessKeySecret":"s","SecurityToken":"t","Expiration":"`+end+`"}}`)
		case strings.HasPrefix(r.URL.Host, "ecs"):
			key = r.URL.Query().Get("AccessKeyId")
			return respond(200, `{"RequestId":"r-1","PageSize":100,"Instances":{"Instance":[]}}`)
		}
		return nil, errors.New("connection refused")
	})
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range c.DescribeInstances(t.Context(), provider.Query{}) {
	}
	return key, err
}

func TestTheKeysOfAProfileSignCalls(t *testing.T) {
	writeProfiles(t, emptyHome(t), twoProfiles)
	for name, want := range map[string]string{"": "id-one", "two": "id-two", "role": "id-sts"} {
		if got, err := signedWith(t, Config{Profile: name}); got != want {
			t.Errorf("profile %q: calls are signed with %q, want %q (%v)", name, got, want, err)
		}
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "id-env")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-env")
	for name, want := range map[string]string{"": "id-env", "two": "id-two"} {
		if got, err := signedWith(t, Config{Profile: name}); got != want {
			t.Errorf("profile %q beside the environment: calls are signed with %q, want %q (%v)", name, got, want, err)
		}
	}
	_, err := signedWith(t, Config{Profile: "three"})
	if !errors.Is(err, provider.ErrAuth) || !strings.Contains(err.Error(), "it has: one, two, role") {
		t.Errorf("a profile that is missing: got %v", err)
	}
}

func TestEverySourceIsExported(t *testing.T) {
	home := emptyHome(t)
	offline := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	o := &CredentialsOptions{Transport: offline}
	for what, s := range map[string]provider.CredentialsSource{
		"default": DefaultCredentials(o), "environment": EnvironmentCredentials(nil), "profile": ProfileCredentials("", nil),
		"OIDC": OIDCCredentials(OIDCOptions{}), "URI": URICredentials("", nil),
		"instance": InstanceRoleCredentials(InstanceRoleOptions{Transport: offline}),
	} {
		if _, err := s.Credentials(t.Context()); !errors.Is(err, credential.ErrAbsent) {
			t.Errorf("%s: got %v, want ErrAbsent", what, err)
		}
	}
	path := writeProfiles(t, home, twoProfiles)
	if got, err := FileCredentials(path, "two", nil).Credentials(t.Context()); err != nil || got.AccessKeyID != "id-two" {
		t.Errorf("a file: got %q, %v", got.AccessKeyID, err)
	}
	assumed := AssumeRoleCredentials(AssumeRoleOptions{Source: ProfileCredentials("two", nil), RoleARN: "arn-1", Transport: offline})
	if _, err := assumed.Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "STS cannot be reached") {
		t.Errorf("a role without a network: got %v", err)
	}
}
