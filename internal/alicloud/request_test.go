package alicloud

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestPreviewMasksSecretsAndChangesNothing(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		t.Error("Preview made a call")
		return nil, errors.New("no network")
	})
	r := createRequest()
	got, err := c.Preview(r)
	want := provider.Request{Driver: "aliyun", Action: "RunInstances", Host: "ecs.cn-test-1.example.com", Params: map[string]string{
		"ImageId": "image-1", "Password": "[redacted]", "UserData": "[redacted]", "Raw": "[redacted]", "RegionId": "cn-test-1",
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if !reflect.DeepEqual(r, createRequest()) {
		t.Error("Preview changed the request")
	}
	if got, err := c.Preview(Request{Region: "r"}); err != nil || len(got.Params) != 1 {
		t.Errorf("a request without parameters: got %+v, %v", got, err)
	}
}

func TestCallChangesNoParameters(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
	r := createRequest()
	if _, err := c.Call(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, createRequest()) {
		t.Error("Call changed the request: a second try would send something else")
	}
}

func TestSystemParameters(t *testing.T) {
	var query map[string][]string
	c := testCaller(t, func(r *http.Request) (*http.Response, error) {
		query = r.URL.Query()
		return respond(200, "{}"), nil
	})
	if _, err := c.Call(t.Context(), createRequest()); err != nil {
		t.Fatal(err)
	}
	for name := range query {
		if !IsSystemParam(name) {
			t.Errorf("%s is set by every call and not known as such", name)
		}
	}
	if IsSystemParam("ImageId") {
		t.Error("ImageId is no system parameter")
	}
}

func TestEndpoints(t *testing.T) {
	for in, want := range map[string]endpoint{
		"":                                {"HTTPS", "ecs.cn-test-1.example.com", false},
		"host":                            {"HTTPS", "host", true},
		"host:8443":                       {"HTTPS", "host:8443", true},
		"https://host:8443":               {"HTTPS", "host:8443", true},
		"https://host/":                   {"HTTPS", "host", true},
		"http://127.0.0.1:8080":           {"HTTP", "127.0.0.1:8080", true},
		"http://[::1]:8080":               {"HTTP", "[::1]:8080", true},
		"ecs-vpc.{region}.example.com":    {"HTTPS", "ecs-vpc.cn-test-1.example.com", true},
		"http://{region}.example.com:80/": {"HTTP", "cn-test-1.example.com:80", true},
	} {
		var check provider.Checker
		c := testCaller(t, nil)
		c.own = checkEndpoint(&check, in, nil)
		got, err := c.endpoint("cn-test-1")
		if err := errors.Join(err, check.Err()); err != nil {
			t.Errorf("%q: got error %v, want none", in, err)
		}
		if got != want {
			t.Errorf("%q became %+v, want %+v", in, got, want)
		}
	}
	for _, in := range []string{"ftp://host", "http://", "https://user:planted@host", "host/path", "host?x=planted", "host#x", "ho st", "http://:80", "https://host:x"} {
		var check provider.Checker
		checkEndpoint(&check, in, nil)
		if err := check.Err(); !errors.Is(err, provider.ErrInvalid) || strings.Contains(err.Error(), "planted") {
			t.Errorf("%q: got %v, want ErrInvalid", in, err)
		}
	}
}

func TestOnlyRegionsBecomeHostNames(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	})
	for _, region := range []string{"", "evil.example.com/", "cn hangzhou", "cn-hängzhou", "a.b", "x@y"} {
		r := createRequest()
		r.Region = region
		switch _, err := c.Call(t.Context(), r); {
		case !errors.Is(err, provider.ErrInvalid):
			t.Errorf("Call in %q: got error %v, want %v", region, err, provider.ErrInvalid)
		case outcome(err) != provider.OutcomeRejected:
			t.Errorf("Call in %q: outcome(err): got %v, want %v", region, outcome(err), provider.OutcomeRejected)
		}
		if _, err := c.Preview(r); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("Preview in %q: got %v", region, err)
		}
	}
	for _, region := range []string{"cn-hangzhou", "A_b-9"} {
		if !IsRegion(region) {
			t.Errorf("%q is refused", region)
		}
	}
}

func TestAnEndpointThatIsNoHostSendsNothing(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
	c.vendor = func(string) (string, error) { return "bad host planted", nil }
	_, err := c.Call(t.Context(), createRequest())
	if outcome(err) != provider.OutcomeRejected || !errors.Is(err, provider.ErrInvalid) || strings.Contains(err.Error(), "planted") {
		t.Errorf("got %v, %s; want ErrInvalid, rejected", err, outcome(err))
	}
}

func TestTextsOfAnAnswerAreCleaned(t *testing.T) {
	var query string
	c := testCaller(t, func(r *http.Request) (*http.Response, error) {
		query = r.URL.RawQuery
		return respond(200, `{"RequestId":"req-1"}`), nil
	})
	resp, err := c.Call(t.Context(), createRequest())
	if err != nil {
		t.Fatal(err)
	}
	sent, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Planted-Pass!1", "planted user data", "planted-raw", "key-secret-1", "key-token-1", sent.Get("Signature")} {
		if got := resp.Clean("before " + secret + " after"); got != "before [redacted] after" {
			t.Errorf("an answer that quotes a secret became %q", got)
		}
	}
	if text := fmt.Sprintf("%+v", resp); strings.Contains(text, "key-secret-1") || strings.Contains(text, "lanted") {
		t.Errorf("the answer itself shows a secret: %s", text)
	}
	if got := (&Response{}).Clean("text"); got != "text" {
		t.Errorf("without secrets a text became %q", got)
	}
}
