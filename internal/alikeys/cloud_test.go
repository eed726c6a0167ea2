package alikeys

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// planted begins every secret of these tests. No error may have it.
const planted = "planted-secret"

// aURL is a URL in a text, and not only the form of one, such as https://host[:port].
var aURL = regexp.MustCompile(`://([a-gi-z0-9]|h[^o])`)

// asked is one request that the services of a test got.
type asked struct {
	method, host, path string
	params             url.Values // of URL and body
	header             http.Header
	body               string
}

// services stand for STS, the metadata service and every other host. They are a transport.
type services struct {
	mu       sync.Mutex
	requests []asked
	answer   func(asked) (status int, body string) // 0 refuses the connection
}

// RoundTrip implements http.RoundTripper.
func (s *services) RoundTrip(r *http.Request) (*http.Response, error) {
	a := asked{method: r.Method, host: r.URL.Scheme + "://" + r.URL.Host, path: r.URL.Path, params: r.URL.Query(), header: r.Header}
	if r.Body != nil {
		text, _ := io.ReadAll(r.Body)
		a.body = string(text)
		if form, err := url.ParseQuery(a.body); err == nil {
			for k, v := range form {
				a.params[k] = v
			}
		}
	}
	s.mu.Lock()
	s.requests = append(s.requests, a)
	s.mu.Unlock()
	status, body := s.answer(a)
	if status == 0 {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("connection refused")}
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}},
		Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// last returns the last request.
func (s *services) last(t *testing.T) asked {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		t.Fatal("no request arrived")
	}
	return s.requests[len(s.requests)-1]
}

// hosts returns where requests went.
func (s *services) hosts() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		list = append(list, r.host+r.path)
	}
	return list
}

// nobody answers nothing.
func nobody() *services { return &services{answer: func(asked) (int, string) { return 0, "" }} }

// keysJSON is an answer with keys that live an hour.
func keysJSON(id string) string {
	return fmt.Sprintf(`{"Code":"Success","AccessKeyId":%q,"AccessKeySecret":"%s-1","SecurityToken":"%s-2","Expiration":%q}`,
		id, planted, planted, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

// working are services that all work: their keys name the request.
func working() *services {
	return &services{answer: func(a asked) (int, string) {
		switch {
		case strings.HasPrefix(a.host, "https://sts"):
			return 200, `{"RequestId":"r-1","Credentials":` + keysJSON(a.params.Get("Action")+"/"+a.params.Get("RoleArn")) + `}`
		case a.host == "http://100.100.100.200" && a.path == "/latest/api/token":
			return 200, "token-1\n"
		case a.host == "http://100.100.100.200" && strings.HasSuffix(a.path, "security-credentials/"):
			return 200, "role-1\n"
		case a.host == "http://100.100.100.200":
			return 200, keysJSON(a.path[strings.LastIndex(a.path, "/")+1:])
		case strings.HasSuffix(a.path, "/cloud-credentials"):
			return 200, `{"CloudCredential":` + keysJSON("sso") + `}`
		}
		return 200, keysJSON("at " + a.host)
	}}
}

// clean takes away all that the sources read, and returns an empty home directory.
func clean(t *testing.T) (home string) {
	t.Helper()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		for _, prefix := range []string{"ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_"} {
			if strings.HasPrefix(name, prefix) {
				t.Setenv(name, "") // so that it is restored
				_ = os.Unsetenv(name)
			}
		}
	}
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	return home
}

// setenv sets variables.
func setenv(t *testing.T, vars map[string]string) {
	t.Helper()
	for name, value := range vars {
		t.Setenv(name, value)
	}
}

// write writes a file below a directory, and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantID checks the key that a source gives.
func wantID(t *testing.T, s provider.CredentialsSource, want string) provider.Credentials {
	t.Helper()
	got, err := s.Credentials(t.Context())
	if err != nil {
		t.Errorf("got error %v, want the key %s", err, want)
	}
	if got.AccessKeyID != want {
		t.Errorf("got key %q, want %q", got.AccessKeyID, want)
	}
	return got
}

// wantError checks that a source fails, what the error says, and that it shows no secret and no URL,
// also as the error of a call.
func wantError(t *testing.T, s provider.CredentialsSource, words ...string) error {
	t.Helper()
	keys, err := s.Credentials(t.Context())
	if err == nil {
		t.Fatalf("got key %q, want an error with %q", keys.AccessKeyID, words)
	}
	caller, newErr := alicloud.New(alicloud.Config{Driver: "aliyun", Credentials: s, Endpoint: "ecs.example.com", Transport: nobody()})
	if newErr != nil {
		t.Fatal(newErr)
	}
	_, called := caller.Call(t.Context(), alicloud.Request{Product: "Ecs", Version: "1", Action: "DescribeX", Region: "r"})
	if !errors.Is(called, provider.ErrAuth) {
		t.Errorf("the error of a call is %v, want ErrAuth", called)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), called.Error(), fmt.Sprintf("%#v", called)} {
		for _, w := range words {
			if !strings.Contains(text, w) && !strings.HasPrefix(text, "&") {
				t.Errorf("the error does not say %q: %s", w, text)
			}
		}
		if strings.Contains(text, planted) || aURL.MatchString(text) {
			t.Errorf("the error shows a secret or a URL: %s", text)
		}
	}
	return err
}
