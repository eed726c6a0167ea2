package qingcloud

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Planted secrets: none of them may appear in any text of the package.
const (
	testKeyID  = "QYTESTKEYID"
	testSecret = "TESTSECRETKEY"
	testPass   = `Pa55 "w&rd/+`
)

// memory is a transport without a network. It keeps what was sent.
type memory struct {
	answer func(*http.Request) (*http.Response, error)

	mu   sync.Mutex
	sent []*http.Request
}

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.sent = append(m.sent, r)
	m.mu.Unlock()
	return m.answer(r)
}

// saying answers every call with HTTP status and body.
func saying(status int, body string) *memory {
	return &memory{answer: func(*http.Request) (*http.Response, error) { return response(status, body), nil }}
}

// failing breaks every call in the transport.
func failing(err error) *memory {
	return &memory{answer: func(*http.Request) (*http.Response, error) { return nil, err }}
}

func response(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func testConfig(rt http.RoundTripper) Config {
	return Config{Region: "pek3a", Credentials: provider.StaticCredentials(testKeyID, testSecret, ""), Transport: rt}
}

func mustDriver(t testing.TB, cfg Config) *driver {
	t.Helper()
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatalf("the configuration is refused: %v", err)
	}
	return d
}

func minimalSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{Region: "pek3a", Count: 1, ImageID: "img-1", InstanceType: "e1.large.r2", Login: provider.Login{Password: testPass}}
}

// signatureOf signs by the vendor's document, not by the SDK.
func signatureOf(method, path string, q url.Values, secret string) string {
	var parts []string
	for k := range q {
		if k != "signature" {
			parts = append(parts, k+"="+strings.ReplaceAll(url.QueryEscape(q.Get(k)), "+", "%20"))
		}
	}
	slices.Sort(parts)
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(method + "\n" + path + "\n" + strings.Join(parts, "&")))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestTheTestVerifiesSignaturesAsTheVendorPublishesThem(t *testing.T) {
	q, err := url.ParseQuery("access_key_id=QYACCESSKEYIDEXAMPLE&action=RunInstances&count=1&image_id=centos64x86a&instance_name=demo&instance_type=small_b&login_mode=passwd&login_passwd=QingCloud20130712&signature_method=HmacSHA256&signature_version=1&time_stamp=2013-08-27T14%3A30%3A10Z&version=1&vxnets.1=vxnet-0&zone=pek3a")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := signatureOf("GET", "/iaas/", q, "SECRETACCESSKEY"), "byjccvWIvAftaq+oublemagH3bYAlDWxxLFAzAsyslw="; got != want {
		t.Errorf("signature = %s, the vendor publishes %s", got, want)
	}
}

func TestEveryCallIsSignedAndStamped(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instances":["i-1"],"instance_set":[]}`)
	d := mustDriver(t, testConfig(m))
	spec := minimalSpec()
	spec.Name = "网站 bars ~*'(+/"
	_, _ = d.RunInstances(t.Context(), spec)
	_, _ = d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
	_ = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
	if len(m.sent) != 3 {
		t.Fatalf("three calls sent %d requests", len(m.sent))
	}
	for _, r := range m.sent {
		q := r.URL.Query()
		if got, want := q.Get("signature"), signatureOf(r.Method, r.URL.Path, q, testSecret); got != want {
			t.Errorf("%s: the cloud would refuse the signature", q.Get("action"))
		}
		at, err := time.Parse("2006-01-02T15:04:05Z", q.Get("time_stamp"))
		if err != nil {
			t.Errorf("%s: got error %v, want none", q.Get("action"), err)
		} else if time.Since(at).Abs() > time.Minute {
			t.Errorf("%s: time.Since(at).Abs() is %v, want at most %v",
				q.Get("action"), time.Since(at).Abs(), time.Minute)
		}
		if r.URL.Scheme+"://"+r.URL.Host+r.URL.Path != "https://api.qingcloud.com:443/iaas/" {
			t.Errorf("%s goes to %s://%s%s", q.Get("action"), r.URL.Scheme, r.URL.Host, r.URL.Path)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ in, base, host string }{
		{"", "https://api.qingcloud.com:443/iaas/", "api.qingcloud.com"},
		{"api.example.com", "https://api.example.com:443/iaas/", "api.example.com"},
		{"api.example.com:8443", "https://api.example.com:8443/iaas/", "api.example.com:8443"},
		{"https://api.example.com", "https://api.example.com:443/iaas/", "api.example.com"},
		{"http://127.0.0.1:7777", "http://127.0.0.1:7777/iaas/", "127.0.0.1:7777"},
		{"http://127.0.0.1", "http://127.0.0.1:80/iaas/", "127.0.0.1"},
		{"http://127.0.0.1:7777/", "http://127.0.0.1:7777/iaas/", "127.0.0.1:7777"},
		{"http://127.0.0.1:7777/qc/iaas/", "http://127.0.0.1:7777/qc/iaas/", "127.0.0.1:7777"},
		{"http://[::1]:7777", "http://[::1]:7777/iaas/", "[::1]:7777"},
		{"api.{region}.example.com", "https://api.pek3a.example.com:443/iaas/", "api.pek3a.example.com"},
		{"http://10.0.0.1:7777/{region}/iaas", "http://10.0.0.1:7777/pek3a/iaas", "10.0.0.1:7777"},
	} {
		m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
		cfg := testConfig(m)
		cfg.Endpoint = c.in
		d := mustDriver(t, cfg)
		if _, err := d.RunInstances(t.Context(), minimalSpec()); err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		u := m.sent[0].URL
		if got := u.Scheme + "://" + u.Host + u.Path; got != c.base {
			t.Errorf("%q goes to %s, want %s", c.in, got, c.base)
		}
		preview, err := d.PreviewRun(minimalSpec())
		if err != nil {
			t.Fatal(err)
		}
		if preview.Host != c.host {
			t.Errorf("%q is shown as %s, want %s", c.in, preview.Host, c.host)
		}
	}
}

// One client serves several private clouds and the public one.
func TestAFunctionChoosesTheEndpointOfARegion(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instance_set":[]}`)
	cfg := testConfig(m)
	cfg.Endpoint = "https://{region}.example.com"
	cfg.EndpointFor = func(region string) string {
		return map[string]string{"zone1": "http://10.0.0.1:7777/iaas", "bad": "https://u:hunter2@x", "iam": "http://x/iam"}[region]
	}
	d := mustDriver(t, cfg)
	for region, want := range map[string]string{
		"zone1": "http://10.0.0.1:7777/iaas",
		"gd2":   "https://gd2.example.com:443/iaas/",
	} {
		if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: region}); err != nil {
			t.Fatal(err)
		}
		u := m.sent[len(m.sent)-1].URL
		if got := u.Scheme + "://" + u.Host + u.Path; got != want {
			t.Errorf("region %s goes to %s, want %s", region, got, want)
		}
	}
	sent := len(m.sent)
	for _, region := range []string{"bad", "iam", "PEK3A", "pek3a.evil.example", "a/b"} {
		_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: region})
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("region %s: got error %v, want %v", region, err, provider.ErrInvalid)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("region %s: the error shows a password: %v", region, err)
		}
	}
	if len(m.sent) != sent {
		t.Errorf("%d calls were sent, want none", len(m.sent)-sent)
	}
}

func TestAMissingHostAsksAboutTheRegion(t *testing.T) {
	noName := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, cause := range []error{noName, refused} {
		var failing error
		m := &memory{answer: func(*http.Request) (*http.Response, error) {
			return response(200, `{"ret_code":0,"instance_set":[]}`), failing
		}}
		for endpoint, question := range map[string]string{
			"":                  `no service at api.qingcloud.com: does region "pek3a" exist? If it does, set Config.Endpoint`,
			"http://{region}:7": `no service at pek3a:7: are Config.Endpoint and Config.EndpointFor right for region "pek3a"?`,
		} {
			cfg := testConfig(m)
			cfg.Endpoint = endpoint
			d := mustDriver(t, cfg)
			describe := func() *provider.APIError {
				var e *provider.APIError
				if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{}); err != nil && !errors.As(err, &e) {
					t.Fatalf("got error %v, want a %T", err, e)
				}
				return e
			}
			failing = cause
			e := describe()
			if !e.NoHost {
				t.Errorf("%v: NoHost is false, want true", cause)
			}
			if e.Outcome != unsent {
				t.Errorf("%v: Outcome is %v, want %v", cause, e.Outcome, unsent)
			}
			if !strings.HasPrefix(e.Message, question) {
				t.Errorf("%v: Message is %q, want it to begin with %q", cause, e.Message, question)
			}
			failing = nil
			if e := describe(); e != nil {
				t.Fatal(e)
			}
			failing = cause
			if e := describe(); e.NoHost {
				t.Errorf("%v: a host that has answered counts as missing", cause)
			}
		}
	}
}

func TestBadConfigurationsAreRefusedAtOnce(t *testing.T) {
	atHome(t, "")
	for _, endpoint := range []string{"bad host", "::1", "ftp://x", "https://", "https://u:hunter2@x", "x:0", "x:99999", "x:y", "x?a=b", "http://x/iam", "http://x/a%20b", "http://x/a?b"} {
		_, err := New(Config{Region: "pek3a", Endpoint: endpoint})
		var f *provider.FieldError
		if !errors.As(err, &f) {
			t.Errorf("endpoint %q: got error %v, want a %T", endpoint, err, f)
		} else if f.Path != "Config.Endpoint" {
			t.Errorf(`endpoint %q: Path is %q, want "Config.Endpoint"`, endpoint, f.Path)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("endpoint %q: the error shows its password", endpoint)
		}
	}
	for _, region := range []string{"", "PEK3A", "pek 3a", " pek3a"} {
		if _, err := New(Config{Region: region}); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("region %q: error = %v, want ErrInvalid", region, err)
		}
	}
	_, err := New(Config{Endpoint: "bad host"})
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		t.Errorf("got error %v, want a %T", err, all)
	}
	if len(all) < 2 {
		t.Errorf("len(all) is %v, want at least 2", len(all))
	}
	if c, err := New(Config{Region: "pek3a", Options: &provider.Options{Region: "other"}}); err != nil {
		t.Errorf("a good configuration is refused: got error %v, want none", err)
	} else if c == nil {
		t.Error("a good configuration is refused: c is nil, want a value")
	}
}

func TestCredentialsComeFromTheEnvironment(t *testing.T) {
	atHome(t, "")
	names := []string{"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_ACCESS_KEY", "QINGCLOUD_ACCESS_KEY", "QINGCLOUD_SECRET_KEY"}
	for _, c := range []struct {
		env  [4]string
		want string // access key ID sent, "" for an error
	}{
		{[4]string{"id-1", "secret-1", "", ""}, "id-1"},
		{[4]string{"", "", "id-2", "secret-2"}, "id-2"},
		{[4]string{"id-1", "secret-1", "id-2", "secret-2"}, "id-1"},
		{[4]string{"id-1", "", "id-2", "secret-2"}, ""},
		{[4]string{"", "", "", "secret-2"}, ""},
		{[4]string{}, ""},
		{[4]string{"id-1", "secret-1\n", "", ""}, ""},
	} {
		for i, n := range names {
			t.Setenv(n, c.env[i])
		}
		m := &memory{answer: func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "169.254.169.254" {
				return nil, errors.New("no metadata service")
			}
			return response(200, `{"ret_code":0,"instances":["i-1"]}`), nil
		}}
		d := mustDriver(t, Config{Region: "pek3a", Transport: m})
		_, err := d.RunInstances(t.Context(), minimalSpec())
		m.sent = slices.DeleteFunc(m.sent, func(r *http.Request) bool { return r.URL.Host == "169.254.169.254" })
		switch {
		case c.want == "" && !errors.Is(err, provider.ErrAuth):
			t.Errorf("%q: error = %v, want ErrAuth", c.env, err)
		case c.want == "" && len(m.sent) != 0:
			t.Errorf("%q: %d requests, want none", c.env, len(m.sent))
		case c.want != "" && err != nil:
			t.Errorf("%q: %v", c.env, err)
		case c.want != "" && m.sent[0].URL.Query().Get("access_key_id") != c.want:
			t.Errorf("%q: signed as %s, want %s", c.env, m.sent[0].URL.Query().Get("access_key_id"), c.want)
		}
	}
}

type sourceFunc func() (provider.Credentials, error)

func (f sourceFunc) Credentials(context.Context) (provider.Credentials, error) { return f() }

func TestUnusableCredentialsStopTheCall(t *testing.T) {
	own := errors.New("vault is sealed")
	for name, source := range map[string]sourceFunc{
		"source fails": func() (provider.Credentials, error) { return provider.Credentials{}, own },
		"empty":        func() (provider.Credentials, error) { return provider.Credentials{}, nil },
		"no secret":    func() (provider.Credentials, error) { return provider.Credentials{AccessKeyID: "a"}, nil },
		"no ID":        func() (provider.Credentials, error) { return provider.Credentials{AccessKeySecret: "a"}, nil },
		"blank in ID": func() (provider.Credentials, error) {
			return provider.Credentials{AccessKeyID: "a ", AccessKeySecret: "b"}, nil
		},
		"blank in token": func() (provider.Credentials, error) {
			return provider.Credentials{AccessKeyID: "a", AccessKeySecret: "b", SecurityToken: "c\n"}, nil
		},
	} {
		m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
		cfg := testConfig(m)
		cfg.Credentials = source
		_, err := mustDriver(t, cfg).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.Kind != provider.ErrAuth {
			t.Errorf("%s: Kind is %v, want %v", name, e.Kind, provider.ErrAuth)
		} else if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%s: Outcome is %v, want %v", name, e.Outcome, provider.OutcomeRejected)
		} else if len(m.sent) != 0 {
			t.Errorf("%s: len(m.sent) is %d, want 0", name, len(m.sent))
		}
		if name == "source fails" && !errors.Is(err, own) {
			t.Errorf("the source's own error is lost: %v", err)
		}
	}
}

func TestLimits(t *testing.T) {
	l := mustDriver(t, testConfig(nil)).Limits()
	if l.InstancesPerCreate != 100 {
		t.Errorf("InstancesPerCreate is %d, want 100", l.InstancesPerCreate)
	}
	if l.IDsPerDescribe != 100 {
		t.Errorf("IDsPerDescribe is %d, want 100", l.IDsPerDescribe)
	}
	if l.IDsPerTerminate != 100 {
		t.Errorf("IDsPerTerminate is %d, want 100", l.IDsPerTerminate)
	}
	if l.IDsPerPower != 100 {
		t.Errorf("IDsPerPower is %d, want 100", l.IDsPerPower)
	}
	if l.ClientToken {
		t.Error("ClientToken is true, want false")
	}
	if l.TerminateByBilling {
		t.Error("TerminateByBilling is true, want false")
	}
	if !l.RecycleBin {
		t.Error("RecycleBin is false, want true")
	}
	if l.FirstLook != 8*time.Second {
		t.Errorf("FirstLook is %v, want %v", l.FirstLook, 8*time.Second)
	}
	if r := l.Rates[provider.AnyAPI]; r != (provider.Rate{Calls: 2000, Per: time.Hour, Burst: 100}) {
		t.Errorf("rate of all calls together = %+v, want 2000 an hour", r)
	}
}
