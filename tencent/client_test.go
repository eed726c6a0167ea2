package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The tests' own keys. No error may show the last two.
const (
	keyID    = "AKIDtest"
	keyValue = "planted-secret-key"
	keyToken = "planted-session-token"
)

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// answer is an HTTP answer as CVM would give it.
func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Status:     http.StatusText(status),
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// always answers every request alike.
func always(status int, body string) transport {
	return func(*http.Request) (*http.Response, error) { return answer(status, body), nil }
}

const (
	oneServer  = `{"Response":{"InstanceIdSet":["ins-1"],"RequestId":"req-1"}}`
	noRows     = `{"Response":{"TotalCount":0,"InstanceSet":[],"RequestId":"req-1"}}`
	terminated = `{"Response":{"RequestId":"req-1"}}`
)

// recorder answers with a fixed body and keeps what was asked.
type recorder struct {
	body string

	mu    sync.Mutex
	reqs  []*http.Request
	sent  []map[string]any
	texts []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reqs = append(r.reqs, req)
	r.sent = append(r.sent, body)
	r.texts = append(r.texts, string(raw))
	return answer(http.StatusOK, r.body), nil
}

func testDriver(t *testing.T, rt http.RoundTripper) *driver {
	t.Helper()
	return driverAt(t, "", rt)
}

func driverAt(t *testing.T, endpoint string, rt http.RoundTripper) *driver {
	t.Helper()
	d, err := newDriver(Config{
		Region:      "region-1",
		Credentials: provider.StaticCredentials(keyID, keyValue, keyToken),
		Endpoint:    endpoint,
		Transport:   rt,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// bare is the smallest create that CVM takes.
func bare() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{Zone: "zone-1", ImageID: "img-1", Count: 1, MinCount: 1, ClientToken: "token-1"}
}

func TestNewReportsEveryProblemAtOnce(t *testing.T) {
	atHome(t, nil)
	_, err := New(Config{Endpoint: "ftp://user:hidden@host"})
	if err == nil {
		t.Fatal("a configuration without a region and with a bad endpoint was accepted")
	}
	for _, want := range []string{"Config.Region", "Config.Endpoint"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("the error shows the endpoint's password: %v", err)
	}
	if _, err := New(Config{Region: "bad region"}); err == nil {
		t.Error("a region that cannot be a header was accepted")
	}
}

func TestNewLeavesTheCallersOptionsAlone(t *testing.T) {
	o := &provider.Options{Region: "other"}
	if _, err := New(Config{Region: "region-1", Options: o}); err != nil {
		t.Fatal(err)
	}
	if o.Region != "other" {
		t.Errorf("New changed the caller's options: Region is %q", o.Region)
	}
}

// The regions of finance are a network of their own.
func TestEndpointOfARegion(t *testing.T) {
	byRegion := func(region string) string {
		return map[string]string{"ap-beijing": "http://beijing.example:81", "ap-shanghai": "shanghai.example"}[region]
	}
	const pattern = "cvm.{region}.tencentcloudapi.com"
	for _, c := range []struct {
		endpoint string
		of       func(string) string
		region   string
		want     string
	}{
		{"", nil, "ap-guangzhou", "https://cvm.tencentcloudapi.com"},
		{"", nil, "ap-shanghai-fsi", "https://cvm.ap-shanghai-fsi.tencentcloudapi.com"},
		{"", nil, "ap-shenzhen-fsi", "https://cvm.ap-shenzhen-fsi.tencentcloudapi.com"},
		{"", nil, "ap-beijing-fsi", "https://cvm.ap-beijing-fsi.tencentcloudapi.com"},
		{"cvm.intl.tencentcloudapi.com", nil, "ap-singapore", "https://cvm.intl.tencentcloudapi.com"},
		{"cvm.intl.tencentcloudapi.com", nil, "ap-shanghai-fsi", "https://cvm.intl.tencentcloudapi.com"},
		{pattern, nil, "ap-nanjing", "https://cvm.ap-nanjing.tencentcloudapi.com"},
		{"http://{region}.vpc.example:8080/", nil, "ap-nanjing", "http://ap-nanjing.vpc.example:8080"},
		{"", byRegion, "ap-beijing", "http://beijing.example:81"},
		{pattern, byRegion, "ap-shanghai", "https://shanghai.example"},
		{pattern, byRegion, "ap-tokyo", "https://cvm.ap-tokyo.tencentcloudapi.com"},
		{"", byRegion, "ap-tokyo", "https://cvm.tencentcloudapi.com"},
	} {
		r := &recorder{body: noRows}
		d, err := newDriver(Config{
			Region: "ap-guangzhou", Endpoint: c.endpoint, EndpointFor: c.of, Transport: r,
			Credentials: provider.StaticCredentials(keyID, keyValue, keyToken),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: c.region}); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.reqs[1].URL.Scheme + "://" + r.reqs[1].URL.Host; got != c.want {
			t.Errorf("%q, %s: got %s, want %s", c.endpoint, c.region, got, c.want)
		}
		if len(d.clients) != 1 {
			t.Errorf("%q, %s: %d SDK clients after two calls, want 1", c.endpoint, c.region, len(d.clients))
		}
		preview, err := d.PreviewRun(&provider.RunInstancesSpec{Region: c.region, Zone: "zone-1", ImageID: "img-1", Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		if want := r.reqs[1].URL.Host; preview.Host != want {
			t.Errorf("%q, %s: the preview has host %s, want %s", c.endpoint, c.region, preview.Host, want)
		}
	}
}

func TestAnEndpointThatCannotBeReadSendsNothing(t *testing.T) {
	for _, text := range []string{"ftp://user:hidden@host", "host/path", "two hosts"} {
		r := &recorder{body: noRows}
		d, err := newDriver(Config{
			Region: "ap-guangzhou", EndpointFor: func(string) string { return text }, Transport: r,
			Credentials: provider.StaticCredentials(keyID, keyValue, keyToken),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err == nil {
			t.Errorf("%q: got no error, want one", text)
			continue
		}
		if !strings.Contains(err.Error(), "Config.EndpointFor") {
			t.Errorf("%q: the error does not name Config.EndpointFor: %v", text, err)
		}
		if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: the error shows a password: %v", text, err)
		}
		if len(r.reqs) > 0 {
			t.Errorf("%q: %d requests were sent, want none", text, len(r.reqs))
		}
	}
	if _, err := New(Config{Region: "ap-guangzhou", Endpoint: "{region}.host/path"}); err == nil {
		t.Error("a pattern with a path: got no error, want one")
	}
}

func TestAMistypedRegionSendsNothing(t *testing.T) {
	for region, want := range map[string]string{
		"ap_guangzhou": "small letters", "AP-Guangzhou": "small letters", "ap-guangzhou ": "small letters", "广州": "small letters",
		"ap-guangzhou-3": "its region is ap-guangzhou", "ap-shanghai-fsi-1": "its region is ap-shanghai-fsi",
	} {
		if _, err := New(Config{Region: region}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New for %q: got %v, want an error with %q", region, err, want)
		}
		r := &recorder{body: noRows}
		_, err := testDriver(t, r).DescribeInstances(t.Context(), &provider.DescribeRequest{Region: region})
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("describe in %q: got %v, want ErrInvalid", region, err)
		}
		if len(r.reqs) > 0 {
			t.Errorf("describe in %q: %d requests were sent, want none", region, len(r.reqs))
		}
	}
	for zone, want := range map[string]string{"ap-guangzhou": "is a region", "AP-guangzhou-3": "small letters", "ap guangzhou": "small letters"} {
		spec := &provider.RunInstancesSpec{Region: "ap-guangzhou", Zone: zone, ImageID: "img-1", Count: 1}
		if err := testDriver(t, nil).ValidateRun(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("zone %q: got %v, want an error with %q", zone, err, want)
		}
	}
}

func TestAHostThatNeverAnsweredAsksForTheRegion(t *testing.T) {
	for name, cause := range map[string]error{
		"no such host":       &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}},
		"connection refused": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
	} {
		answers := false
		d := driverAt(t, "cvm.{region}.example", transport(func(*http.Request) (*http.Response, error) {
			if answers {
				return answer(200, noRows), nil
			}
			return nil, cause
		}))
		ask := func() *provider.APIError {
			_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: "ap-nowhere"})
			var e *provider.APIError
			errors.As(err, &e)
			return e
		}
		e := ask()
		if e == nil || !e.NoHost {
			t.Fatalf("%s: got %+v, want an error with NoHost", name, e)
		}
		if want := `no service at cvm.ap-nowhere.example: does region "ap-nowhere" exist? If it does, set Config.Endpoint`; !strings.Contains(e.Message, want) {
			t.Errorf("%s: got %q, want it to contain %q", name, e.Message, want)
		}
		if e.Outcome != provider.OutcomeUnsent {
			t.Errorf("%s: outcome: got %s, want unsent", name, e.Outcome)
		}
		answers = true
		ask()
		answers = false
		if e := ask(); e == nil || e.NoHost {
			t.Errorf("%s, after an answer: got %+v, want an error without NoHost", name, e)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, c := range []struct{ endpoint, scheme, host string }{
		{"", "https", "cvm.tencentcloudapi.com"},
		{"cvm.ap-guangzhou.tencentcloudapi.com", "https", "cvm.ap-guangzhou.tencentcloudapi.com"},
		{"host:8443", "https", "host:8443"},
		{"https://host:8443/", "https", "host:8443"},
		{"http://127.0.0.1:8080", "http", "127.0.0.1:8080"},
		{"http://[::1]:8080", "http", "[::1]:8080"},
	} {
		r := &recorder{body: oneServer}
		if _, err := driverAt(t, c.endpoint, r).RunInstances(t.Context(), bare()); err != nil {
			t.Errorf("%q: %v", c.endpoint, err)
			continue
		}
		if u := r.reqs[0].URL; u.Scheme != c.scheme {
			t.Errorf("%q: u.Scheme is %v, want %v", c.endpoint, u.Scheme, c.scheme)
		} else if u.Host != c.host {
			t.Errorf("%q: u.Host is %v, want %v", c.endpoint, u.Host, c.host)
		} else if u.Path != "/" {
			t.Errorf(`%q: u.Path is %q, want "/"`, c.endpoint, u.Path)
		}
		if r.reqs[0].Host != c.host {
			t.Errorf("%q: the Host header is %q", c.endpoint, r.reqs[0].Host)
		}
	}
	for _, bad := range []string{"ftp://host", "http://", "host/path", "https://u:p@host", "host?q=1", "host#f", "http://ho st"} {
		if _, err := newDriver(Config{Region: "r", Endpoint: bad}); err == nil {
			t.Errorf("endpoint %q was accepted", bad)
		}
	}
}

func TestRequestIsSignedPostInEnglish(t *testing.T) {
	r := &recorder{body: oneServer}
	if _, err := testDriver(t, r).RunInstances(t.Context(), bare()); err != nil {
		t.Fatal(err)
	}
	req := r.reqs[0]
	if req.Method != http.MethodPost {
		t.Errorf("method is %s", req.Method)
	}
	for header, want := range map[string]string{
		"X-TC-Action": "RunInstances", "X-TC-Version": "2017-03-12", "X-TC-Region": "region-1",
		"X-TC-Language": "en-US", "X-TC-Token": keyToken, "Content-Type": "application/json", "X-Idempotency-Key": "",
	} {
		if got := req.Header.Get(header); got != want {
			t.Errorf("header %s is %q, want %q", header, got, want)
		}
	}
	if auth := req.Header.Get("Authorization"); !strings.HasPrefix(auth, "TC3-HMAC-SHA256 Credential="+keyID+"/") {
		t.Error("the request is not signed with TC3-HMAC-SHA256")
	}
}

func TestRegionOfTheCallWins(t *testing.T) {
	r := &recorder{body: oneServer}
	d := testDriver(t, r)
	spec := bare()
	spec.Region = "region-2"
	if _, err := d.RunInstances(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	r.body = noRows
	if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{Region: "region-3"}); err != nil {
		t.Fatal(err)
	}
	r.body = terminated
	if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{Region: "region-4", IDs: []string{"ins-1"}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"region-2", "region-3", "region-4"} {
		if got := r.reqs[i].Header.Get("X-TC-Region"); got != want {
			t.Errorf("call %d went to %s, want %s", i, got, want)
		}
	}
}

// rotating gives another key pair whenever it is told to.
type rotating struct {
	creds atomic.Pointer[provider.Credentials]
}

func (r *rotating) Credentials(context.Context) (provider.Credentials, error) {
	return *r.creds.Load(), nil
}

func TestClientIsKeptUntilRegionOrCredentialsChange(t *testing.T) {
	r := &recorder{body: oneServer}
	src := &rotating{}
	src.creds.Store(&provider.Credentials{AccessKeyID: "first", AccessKeySecret: "secret-1"})
	d, err := newDriver(Config{Region: "region-1", Credentials: src, Transport: r})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := d.client(clientKey{region: "region-1"}, *src.creds.Load())
	again, _ := d.client(clientKey{region: "region-1"}, *src.creds.Load())
	other, _ := d.client(clientKey{region: "region-2"}, *src.creds.Load())
	if first != again {
		t.Error("a client is built for every call")
	}
	if first == other {
		t.Error("two regions share a client")
	}
	for _, id := range []string{"first", "second"} {
		src.creds.Store(&provider.Credentials{AccessKeyID: id, AccessKeySecret: "secret-2"})
		if _, err := d.RunInstances(t.Context(), bare()); err != nil {
			t.Fatal(err)
		}
		if auth := r.reqs[len(r.reqs)-1].Header.Get("Authorization"); !strings.Contains(auth, "Credential="+id+"/") {
			t.Errorf("after the keys changed to %q the request is signed with others", id)
		}
	}
}

type failingSource struct{ err error }

func (f failingSource) Credentials(context.Context) (provider.Credentials, error) {
	return provider.Credentials{}, f.err
}

func TestCredentialsThatCannotBeUsedSendNothing(t *testing.T) {
	down := errors.New("vault is sealed")
	for name, src := range map[string]provider.CredentialsSource{
		"source fails": failingSource{down},
		"no secret":    failingSource{},
		"line end":     provider.StaticCredentials("id", "planted-secret-key\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{body: oneServer}
			d, err := newDriver(Config{Region: "region-1", Credentials: src, Transport: r})
			if err != nil {
				t.Fatal(err)
			}
			_, err = d.RunInstances(t.Context(), bare())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("got error %v, want a %T", err, e)
			} else if !errors.Is(err, provider.ErrAuth) {
				t.Errorf("got error %v, want %v", err, provider.ErrAuth)
			} else if e.Outcome != provider.OutcomeRejected {
				t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeRejected)
			}
			if len(r.reqs) != 0 {
				t.Error("a request was sent")
			}
			mustNotTell(t, err, keyValue)
		})
	}
}

// The SDK would put the adapter's transport into this client of the whole
// process.
func TestSharedClientOfTheSDKIsNotTouched(t *testing.T) {
	shared := &http.Client{Timeout: 7 * time.Second}
	common.DefaultHttpClient = shared
	defer func() { common.DefaultHttpClient = nil }()
	r := &recorder{body: oneServer}
	_, err := testDriver(t, r).RunInstances(t.Context(), bare())
	if err == nil {
		t.Error("the error does not say what is in the way: got no error, want one")
	} else if !strings.Contains(err.Error(), "DefaultHttpClient") {
		t.Errorf(`the error does not say what is in the way: the error is %q, want it to contain "DefaultHttpClient"`,
			err.Error())
	}
	if shared.Transport != nil {
		t.Errorf("shared.Transport is %v, want nil", shared.Transport)
	} else if shared.Timeout != 7*time.Second {
		t.Errorf("shared.Timeout is %v, want %v", shared.Timeout, 7*time.Second)
	}
}

func TestLimits(t *testing.T) {
	l := testDriver(t, always(200, oneServer)).Limits()
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
	if !l.ClientToken {
		t.Error("ClientToken is false, want true")
	}
	if !l.TerminateByBilling {
		t.Error("TerminateByBilling is false, want true")
	}
	if !l.RecycleBin {
		t.Error("RecycleBin is false, want true")
	}
	for api, calls := range map[provider.API]int{
		provider.APIRunInstances: 10, provider.APIDescribeInstances: 40, provider.APITerminateInstances: 10,
		"CreateLaunchTemplateVersion": 20, "DescribeLaunchTemplateVersions": 20, "CreatePlacementGroup": 10,
		provider.APIStartInstances: 10, provider.APIStopInstances: 10, provider.APIRebootInstances: 10,
	} {
		if r := l.Rates[api]; r.Calls != calls {
			t.Errorf("%s: r.Calls is %v, want %v", api, r.Calls, calls)
		} else if r.Per != time.Second {
			t.Errorf("%s: r.Per is %v, want %v", api, r.Per, time.Second)
		}
	}
	if l.IDsPerMove != 100 {
		t.Errorf("IDsPerMove is %d, want 100", l.IDsPerMove)
	}
	if l.IDsPerGroupDescribe != 10 {
		t.Errorf("IDsPerGroupDescribe is %d, want 10", l.IDsPerGroupDescribe)
	}
	if !l.TemplateVersionsInherit {
		t.Error("TemplateVersionsInherit is false, want true")
	}
	if l.PartialCreates {
		t.Error("PartialCreates is true, want false")
	}
	for _, api := range []provider.API{"CreateLaunchTemplate", "CreateLaunchTemplateVersion", "CreatePlacementGroup"} {
		if !slices.Contains(l.Idempotent, api) {
			t.Errorf("%s takes a token", api)
		}
	}
	if l.FirstLook != 15*time.Second {
		t.Errorf("FirstLook is %v", l.FirstLook)
	}
	if n := testDriver(t, nil).Name(); n != "tencent" {
		t.Errorf("name is %q", n)
	}
}
