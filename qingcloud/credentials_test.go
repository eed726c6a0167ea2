package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// atHome gives the test an environment without credentials, and a configuration file unless it is "".
func atHome(t *testing.T, file string) (path string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, name := range []string{
		"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_ACCESS_KEY", "QINGCLOUD_ACCESS_KEY", "QINGCLOUD_SECRET_KEY",
		"QINGCLOUD_ZONE", "QINGCLOUD_ENDPOINT",
	} {
		t.Setenv(name, "")
	}
	path = filepath.Join(home, ".qingcloud", "config.yaml")
	if file == "" {
		return path
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const privateFile = "qy_access_key_id: 'file-id'\nqy_secret_access_key: '" + testSecret + "'\nzone: 'zone1'\n" +
	"host: 'api.private.example'\nport: 7777\nprotocol: 'http'\nuri: '/iaas'\n"

const created = `{"ret_code":0,"instances":["i-1"]}`

// The file of the vendor's tools is enough for a private cloud, also as a profile.
func TestTheConfigurationFileIsEnough(t *testing.T) {
	path := atHome(t, privateFile)
	for _, cfg := range []Config{{}, {Profile: path}, {Profile: "~/.qingcloud/config.yaml"}} {
		m := saying(200, created)
		cfg.Transport = m
		d := mustDriver(t, cfg)
		spec := minimalSpec()
		spec.Region = ""
		if _, err := d.RunInstances(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		u := m.sent[0].URL
		if got := u.Scheme + "://" + u.Host + u.Path; got != "http://api.private.example:7777/iaas" {
			t.Errorf("%q: sent to %s", cfg.Profile, got)
		}
		q := u.Query()
		if got := q.Get("access_key_id"); got != "file-id" {
			t.Errorf("%q: signed by %s, want file-id", cfg.Profile, got)
		}
		if got := q.Get("zone"); got != "zone1" {
			t.Errorf("%q: the zone is %s, want zone1", cfg.Profile, got)
		}
		if got, want := q.Get("signature"), signatureOf("GET", "/iaas", q, testSecret); got != want {
			t.Errorf("%q: the signature is %s, want %s", cfg.Profile, got, want)
		}
	}
}

// Keys of one cloud never go to another: what a program sets itself is not completed from the file.
func TestTheFileIsNotMixedWithOtherKeys(t *testing.T) {
	atHome(t, privateFile)
	host := func(cfg Config) string {
		t.Helper()
		m := saying(200, created)
		cfg.Region, cfg.Transport = "pek3a", m
		if _, err := mustDriver(t, cfg).RunInstances(t.Context(), minimalSpec()); err != nil {
			t.Fatal(err)
		}
		return m.sent[0].URL.Host
	}
	own := provider.StaticCredentials(testKeyID, testSecret, "")
	if got := host(Config{Credentials: own}); got != "api.qingcloud.com:443" {
		t.Errorf("with keys of the program: sent to %s", got)
	}
	if got := host(Config{Endpoint: "own.example"}); got != "own.example:443" {
		t.Errorf("with an endpoint of the program: sent to %s", got)
	}
	t.Setenv("QINGCLOUD_ACCESS_KEY", "env-id")
	t.Setenv("QINGCLOUD_SECRET_KEY", testSecret)
	if got := host(Config{}); got != "api.qingcloud.com:443" {
		t.Errorf("with keys of the environment: sent to %s", got)
	}
	t.Setenv("QINGCLOUD_ENDPOINT", "https://env.example/iaas")
	if got := host(Config{}); got != "env.example:443" {
		t.Errorf("with an endpoint of the environment: sent to %s", got)
	}
}

func TestBadSourcesAreRefusedByNew(t *testing.T) {
	own := provider.StaticCredentials("a", testSecret, "")
	for name, c := range map[string]struct {
		file string
		env  string // QINGCLOUD_ENDPOINT
		cfg  Config
		says []string
	}{
		"nothing":                   {"", "", Config{}, []string{"Config.Region", "QINGCLOUD_ZONE", "config.yaml"}},
		"own keys without a zone":   {privateFile, "", Config{Credentials: own}, []string{"Config.Region", "QINGCLOUD_ZONE"}},
		"two sources":               {"", "", Config{Region: "pek3a", Profile: "x", Credentials: own}, []string{"Config.Profile"}},
		"a profile that is missing": {privateFile, "", Config{Profile: "prod"}, []string{"Config.Profile", "prod", "config.yaml"}},
		"no YAML":                   {"a: [" + testSecret, "", Config{Region: "pek3a"}, []string{"Config.Endpoint", "config.yaml"}},
		"a host that cannot be": {
			"host: 'u:" + testSecret + "@x'", "", Config{Region: "pek3a"}, []string{"config.yaml", "must be host"},
		},
		"a path that cannot be signed": {"uri: '/iam'", "", Config{Region: "pek3a"}, []string{"config.yaml", "cannot be signed"}},
		"an odd variable":              {"", "https://u:" + testSecret + "@x", Config{Region: "pek3a"}, []string{"QINGCLOUD_ENDPOINT"}},
		"a zone of another form":       {"zone: PEK3A", "", Config{}, []string{"Config.Region", "lower case"}},
	} {
		atHome(t, c.file)
		t.Setenv("QINGCLOUD_ENDPOINT", c.env)
		_, err := New(c.cfg)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want it to say %q", name, err, want)
			}
		}
		if err != nil && strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
}

// Requests with temporary keys go to the service of roles, with their token, and show it to nobody.
func TestTemporaryKeysAreSentWithTheirToken(t *testing.T) {
	const token = "eyJhbGciOi.planted.token"
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		return response(200, `{"ret_code":1200,"message":"no such token `+token+` at `+r.URL.RawQuery+`"}`), nil
	}}
	d := mustDriver(t, Config{Region: "pek3a", Endpoint: "http://x:7777/iaas", Transport: m, Credentials: provider.StaticCredentials("role-id", testSecret, token)})
	_, err := d.RunInstances(t.Context(), minimalSpec())
	u := m.sent[0].URL
	if u.Path != "/iam/" {
		t.Errorf("sent to %s, want /iam/", u.Path)
	}
	if got := u.Query().Get("token"); got != token {
		t.Errorf("the token is %q", got)
	}
	if got, want := u.Query().Get("signature"), signatureOf("GET", "/iam/", u.Query(), testSecret); got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
	if !errors.Is(err, provider.ErrAuth) {
		t.Errorf("got %v, want ErrAuth", err)
	}
	if err != nil && strings.Contains(err.Error(), "planted") {
		t.Errorf("the error shows the token: %v", err)
	}
}

// The role of the instance is the last of the chain.
func TestTheRoleOfTheInstanceIsEnough(t *testing.T) {
	atHome(t, "host: 'api.qingcloud.com'\n")
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "169.254.169.254" {
			return response(200, fmt.Sprintf(`{"id_token":"token-1","access_key":"role-id","secret_key":%q,"expiration":%d}`,
				testSecret, time.Now().Add(time.Hour).Unix())), nil
		}
		return response(200, created), nil
	}}
	d := mustDriver(t, Config{Region: "pek3a", Transport: m})
	for range 2 {
		if _, err := d.RunInstances(t.Context(), minimalSpec()); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.sent) != 3 {
		t.Fatalf("%d requests, want 3: the keys are kept", len(m.sent))
	}
	if got := m.sent[2].URL.Query().Get("access_key_id"); got != "role-id" {
		t.Errorf("signed by %s, want role-id", got)
	}
}

func TestEachSourceIsExported(t *testing.T) {
	path := atHome(t, privateFile)
	silent := failing(errors.New("no route"))
	for name, c := range map[string]struct {
		source provider.CredentialsSource
		want   string // "" is absent
	}{
		"environment": {EnvironmentCredentials(), ""},
		"default":     {DefaultCredentials(nil), "file-id"},
		"file":        {ProfileCredentials("", nil), "file-id"},
		"profile":     {ProfileCredentials(path, &CredentialsOptions{Transport: silent}), "file-id"},
		"no role":     {InstanceRoleCredentials(InstanceRoleOptions{Transport: silent}), ""},
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
	m := &memory{answer: func(*http.Request) (*http.Response, error) {
		resp := response(200, `{"ret_code":1300,"message":"IllegalRequest, expired"}`)
		resp.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		return resp, nil
	}}
	_, err := mustDriver(t, testConfig(m)).RunInstances(t.Context(), minimalSpec())
	if !errors.Is(err, provider.ErrAuth) {
		t.Errorf("got %v, want ErrAuth", err)
	}
	if err == nil || !strings.Contains(err.Error(), "ahead of the service") {
		t.Errorf("got %v, want it to say how far the clock is off", err)
	}
}

// What was found is kept: asking for it again costs no memory.
func TestAKeptSourceCostsNothing(t *testing.T) {
	atHome(t, privateFile)
	source := DefaultCredentials(nil)
	ctx := context.Background()
	if _, err := provider.AskCredentials(ctx, source); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = provider.AskCredentials(ctx, source) }); n != 0 {
		t.Errorf("%v allocations a call, want 0", n)
	}
}
