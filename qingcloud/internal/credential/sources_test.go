package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Secrets in these tests begin with this text, so that none of them gets into an error unseen.
const planted = "pl4nted"

func mustBeClean(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), planted) {
		t.Errorf("the error shows a secret: %v", err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// wantKeys checks whose keys a source gives.
func wantKeys(t *testing.T, when string, s provider.CredentialsSource, want string) {
	t.Helper()
	keys, err := s.Credentials(t.Context())
	if err != nil {
		t.Errorf("%s: %v", when, err)
	}
	if keys.AccessKeyID != want {
		t.Errorf("%s: got the keys %q, want %q", when, keys.AccessKeyID, want)
	}
}

// roleText is what the metadata service answers about a role whose keys live an hour.
func roleText(n int32) string {
	return fmt.Sprintf(`{"jti":"j","id_token":"%s-token","access_key":"role-%d","secret_key":"%s-key","expiration":%d}`,
		planted, n, planted, time.Now().Add(time.Hour).Unix())
}

// bound is the metadata service of an instance with a role.
func bound(asked *[]string) transport {
	return func(req *http.Request) (*http.Response, error) {
		*asked = append(*asked, req.URL.String())
		return reply(200, roleText(1)), nil
	}
}

// elsewhere is a network without a metadata service.
func elsewhere(*http.Request) (*http.Response, error) { return nil, errors.New("no route: " + planted) }

const keysText = "qy_access_key_id: 'file-id'\nqy_secret_access_key: '" + planted + "'\nzone: 'pek3a'\n"

// become makes the test see an environment and a file.
func become(t *testing.T, env map[string]string, file string) (path string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, n := range pairs() {
		t.Setenv(n.ID[0], "")
		t.Setenv(n.Secret[0], "")
	}
	t.Setenv(envZone, "")
	t.Setenv(envEndpoint, "")
	for name, value := range env {
		t.Setenv(name, value)
	}
	path = filepath.Join(home, ".qingcloud", "config.yaml")
	if file != "" {
		write(t, path, file)
	}
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

var envKeys = map[string]string{"QINGCLOUD_ACCESS_KEY": "env-id", "QINGCLOUD_SECRET_KEY": planted + "-env"}

func TestTheDefaultChainAsksInItsOrder(t *testing.T) {
	for want, c := range map[string]struct {
		env  map[string]string
		file string
	}{
		"env-id":  {envKeys, keysText},
		"file-id": {nil, keysText},
		"role-1":  {nil, "host: 'api.qingcloud.com'\n"}, // as the SDK installs it
	} {
		become(t, c.env, c.file)
		var asked []string
		keys, err := New(bound(&asked), "").Chain().Credentials(t.Context())
		if err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if keys.AccessKeyID != want {
			t.Errorf("got the keys %s, want %s", keys.AccessKeyID, want)
		}
		if want != "role-1" && len(asked) != 0 {
			t.Errorf("%s: the metadata service was asked", want)
		}
		if want == "role-1" && keys.SecurityToken.Reveal() != planted+"-token" {
			t.Errorf("the token of the role is %q", keys.SecurityToken.Reveal())
		}
	}
}

// A program must not act under another identity because its own cannot be used.
func TestASourceThatIsConfiguredAndFailsEndsTheChain(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		file string
		says []string
	}{
		"half in the environment": {map[string]string{"QINGCLOUD_SECRET_ACCESS_KEY": planted}, keysText, []string{"QINGCLOUD_ACCESS_KEY_ID"}},
		"half in the file":        {nil, "qy_secret_access_key: " + planted, []string{"config.yaml", "qy_access_key_id"}},
		"no secret in the file":   {nil, "qy_access_key_id: a", []string{"config.yaml", "qy_secret_access_key"}},
		"no YAML":                 {nil, "zone: pek3a\n\tqy_secret_access_key: " + planted, []string{"config.yaml", "line 2"}},
		"a list":                  {nil, "qy_secret_access_key: [" + planted + "]\n", []string{"config.yaml", "line 1"}},
		"an unknown anchor":       {nil, "qy_secret_access_key: *" + planted + "\n", []string{"config.yaml"}},
		"another format":          {nil, planted + "\n", []string{"config.yaml"}},
		"a proxy that is not there": {
			nil, "credential_proxy_port: 8080\n", []string{"config.yaml", "does not answer"},
		},
		"a proxy that cannot be": {nil, "credential_proxy_host: '" + planted + " x'\n", []string{"config.yaml", "credential proxy"}},
	} {
		become(t, c.env, c.file)
		keys, err := New(transport(elsewhere), "").Chain().Credentials(t.Context())
		mustBeClean(t, err)
		if err == nil {
			t.Errorf("%s: got the keys %s, want an error", name, keys.AccessKeyID)
			continue
		}
		if errors.Is(err, credential.ErrAbsent) {
			t.Errorf("%s: the chain went on: %v", name, err)
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not say %q: %v", name, want, err)
			}
		}
	}
}

func TestWithoutKeysEveryPlaceIsListed(t *testing.T) {
	path := become(t, nil, "")
	_, err := New(transport(elsewhere), "").Chain().Credentials(t.Context())
	mustBeClean(t, err)
	if !errors.Is(err, credential.ErrAbsent) {
		t.Fatalf("got %v, want ErrAbsent", err)
	}
	for _, want := range []string{"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_KEY", path, "metadata service", "Config.Credentials"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("the directory of the configuration file was made")
	}
}

func TestWhatTheMetadataServiceMaySay(t *testing.T) {
	var wrapped strings.Builder
	if err := json.NewEncoder(&wrapped).Encode(roleText(1)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		absent bool
		says   string // "" are keys
	}{
		"keys":                 {200, roleText(1), false, ""},
		"keys as documented":   {200, wrapped.String(), false, ""},
		"another cloud":        {404, planted, true, "HTTP status 404"},
		"a token is wanted":    {401, planted, true, "HTTP status 401"},
		"a refusal":            {200, `{"ret_code":1400,"message":"` + planted + `"}`, true, "no keys"},
		"a login page":         {200, "<html>" + planted, true, "no keys"},
		"a part of the keys":   {200, `{"access_key":"a","secret_key":"` + planted + `","expiration":1}`, false, "a part"},
		"a broken service":     {503, planted, false, "HTTP status 503"},
		"keys that have ended": {200, `{"access_key":"a","secret_key":"b","id_token":"c","expiration":1}`, false, "expired at"},
	} {
		become(t, nil, "")
		s := New(transport(func(*http.Request) (*http.Response, error) { return reply(c.status, c.body), nil }), "")
		if c.says == "" {
			wantKeys(t, name, s.InstanceRole(), "role-1")
			continue
		}
		_, err := s.InstanceRole().Credentials(t.Context())
		mustBeClean(t, err)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want it to say %q", name, err, c.says)
		}
		if got := errors.Is(err, credential.ErrAbsent); got != c.absent {
			t.Errorf("%s: ErrAbsent is %t, want %t: %v", name, got, c.absent, err)
		}
	}
}

// The answer holds keys: no proxy may see it.
func TestNoProxySeesTheKeys(t *testing.T) {
	become(t, nil, "")
	var elsewhere atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer proxy.Close()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, roleText(1)) }))
	defer service.Close()
	rt := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}
	_, _, err := New(rt, "").role.keys(t.Context(), service.URL, true)
	if err != nil {
		t.Error(err)
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("the proxy saw %d requests", n)
	}
}

func TestARoleIsRenewedAndStays(t *testing.T) {
	become(t, nil, "")
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		down := false
		s := New(transport(func(*http.Request) (*http.Response, error) {
			if down {
				return nil, errors.New("no route")
			}
			return reply(200, roleText(n.Add(1))), nil
		}), "").Chain()
		wantKeys(t, "at first", s, "role-1")
		time.Sleep(54 * time.Minute)
		wantKeys(t, "while they are good", s, "role-1")
		time.Sleep(2 * time.Minute)
		wantKeys(t, "before their end", s, "role-2")
		down = true
		time.Sleep(2 * time.Hour)
		_, err := s.Credentials(t.Context())
		if err == nil || errors.Is(err, credential.ErrAbsent) {
			t.Errorf("got %v, want an error of a role that is there and fails", err)
		}
		down = false
		wantKeys(t, "when it answers again", s, "role-3")
	})
}

// A profile is a file, and the only source.
func TestAProfileIsAFile(t *testing.T) {
	usual := become(t, envKeys, keysText)
	dev := filepath.Join(filepath.Dir(usual), "dev.yaml")
	write(t, dev, strings.ReplaceAll(keysText, "file-id", "dev-id"))
	bare := filepath.Join(filepath.Dir(usual), "bare.yml")
	write(t, bare, "credential_proxy_host: 10.0.0.9\ncredential_proxy_port: 8080\n")
	for path, want := range map[string]string{dev: "dev-id", "~/.qingcloud/dev.yaml": "dev-id", bare: "role-1"} {
		var asked []string
		wantKeys(t, path, New(bound(&asked), path).Chain(), want)
		proxy := ""
		if path == bare {
			proxy = "http://10.0.0.9:8080/latest/meta-data/security-credentials"
		}
		if got := strings.Join(asked, " "); got != proxy {
			t.Errorf("%s: asked %q, want %q", path, got, proxy)
		}
	}
	_, err := New(transport(elsewhere), "prod").Chain().Credentials(t.Context())
	mustBeClean(t, err)
	for _, want := range []string{"prod", "path of a configuration file", usual, dev, bare} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

func TestTheCloudGoesWithTheKeys(t *testing.T) {
	private := keysText + "host: 'api.private.example'\nport: 7777\nprotocol: 'http'\nuri: '/iaas'\n"
	usual := "host: 'api.qingcloud.com'\nport: 443\nprotocol: 'https'\nuri: '/iaas'\n" // as the SDK installs it
	zone, endpoint := map[string]string{envZone: "sh1a"}, map[string]string{envEndpoint: "https://env.example/iaas"}
	for name, c := range map[string]struct {
		env          map[string]string
		file         string
		own          bool
		zone, endpnt string
	}{
		"the file":                       {nil, private, false, "pek3a", "http://api.private.example:7777/iaas"},
		"the file as installed":          {nil, keysText + usual, false, "pek3a", ""},
		"a file with a host only":        {nil, keysText + "host: api.private.example\n", false, "pek3a", "https://api.private.example/iaas/"},
		"a port only":                    {nil, keysText + "port: '8443'\n", false, "pek3a", "https://api.qingcloud.com:8443/iaas/"},
		"variables before the file":      {zone, private, false, "sh1a", "http://api.private.example:7777/iaas"},
		"an endpoint before the file":    {endpoint, private, false, "pek3a", "https://env.example/iaas"},
		"keys of the environment":        {envKeys, private, false, "", ""},
		"a program with keys of its own": {zone, private, true, "sh1a", ""},
		"nothing":                        {nil, "", false, "", ""},
	} {
		become(t, c.env, c.file)
		p, looked, err := New(nil, "").Place(!c.own)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if p.Zone != c.zone {
			t.Errorf("%s: the zone is %q, want %q", name, p.Zone, c.zone)
		}
		if p.Endpoint != c.endpnt {
			t.Errorf("%s: the endpoint is %q, want %q", name, p.Endpoint, c.endpnt)
		}
		if len(looked) == 0 {
			t.Errorf("%s: no places", name)
		}
	}
	path := become(t, map[string]string{envZone: "sh1a", envEndpoint: "x"}, private)
	got, _, err := New(nil, path).Place(true)
	if err != nil {
		t.Error(err)
	}
	if want := (Place{"pek3a", "http://api.private.example:7777/iaas", "file " + path}); got != want {
		t.Errorf("a profile: got %+v, want %+v", got, want)
	}
	if _, _, err := New(nil, path+"x").Place(true); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want it to name the files that there are", err)
	}
}

// Keys that are rotated in the file are used within half a minute. Keys never go to another cloud than
// that of the file they stand in, so nothing else of the file counts again.
func TestTheFileIsReadAgainForItsKeys(t *testing.T) {
	path := become(t, nil, keysText)
	synctest.Test(t, func(t *testing.T) {
		s := New(nil, "")
		if _, _, err := s.Place(true); err != nil {
			t.Fatal(err)
		}
		chain := s.Chain()
		for _, step := range []struct{ file, want string }{
			{keysText, "file-id"},
			{strings.ReplaceAll(keysText, "file-id", "id-2"), "id-2"},
			{strings.ReplaceAll(keysText, "file-id", "id-3") + "host: other.example\n", "id-2"},
			{strings.ReplaceAll(keysText, "pek3a", "sh1a"), "id-2"},
			{"qy_access_key_id: id-4\nzone: pek3a\n", "id-2"},
			{"zone: 'pek3a'\n", "id-2"},
			{"[", "id-2"},
			{strings.ReplaceAll(keysText, "file-id", "id-5"), "id-5"},
		} {
			write(t, path, step.file)
			time.Sleep(lookAgain + time.Second)
			wantKeys(t, step.file, chain, step.want)
		}
	})
}

// A file that appears later is not that of the cloud that New has chosen.
func TestAFileThatAppearsLaterDoesNotCount(t *testing.T) {
	path := become(t, nil, "")
	synctest.Test(t, func(t *testing.T) {
		placed, free := New(transport(elsewhere), ""), New(transport(elsewhere), "")
		if _, _, err := placed.Place(true); err != nil {
			t.Fatal(err)
		}
		chain := free.Chain()
		if _, err := chain.Credentials(t.Context()); !errors.Is(err, credential.ErrAbsent) {
			t.Errorf("got %v, want ErrAbsent", err)
		}
		write(t, path, keysText)
		time.Sleep(time.Hour)
		if _, err := placed.Chain().Credentials(t.Context()); !errors.Is(err, credential.ErrAbsent) {
			t.Errorf("the cloud is chosen: got %v, want ErrAbsent", err)
		}
		wantKeys(t, "the program has chosen the cloud", chain, "file-id")
	})
}

func TestWithoutAHomeDirectory(t *testing.T) {
	become(t, nil, "")
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	_, err := New(transport(elsewhere), "").Chain().Credentials(t.Context())
	if err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("got %v, want it to name HOME", err)
	}
	if _, err := ReadFile("~/x"); err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("got %v, want it to name HOME", err)
	}
}

// Printing a source or a file shows nothing.
func TestASourceCanBePrinted(t *testing.T) {
	path := become(t, envKeys, keysText)
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := New(nil, "")
	for _, v := range []any{s.Environment(), s.Profile(), s.Chain(), f} {
		if source, ok := v.(provider.CredentialsSource); ok {
			_, _ = source.Credentials(t.Context())
		}
		if text := fmt.Sprintf("%+v %#v", v, v); strings.Contains(text, planted) {
			t.Errorf("printed as %s", text)
		}
	}
}
