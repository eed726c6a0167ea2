package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func says(status int, contentType string) transport {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {contentType}, "Location": {"/elsewhere"}}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("short and stout"))}, nil
	}
}

func TestTheExchangeOfTheCtxKnowsTheAnswer(t *testing.T) {
	x := &oncehttp.Exchange{Keep: 5}
	req, err := http.NewRequestWithContext(x.Watch(t.Context()), http.MethodPost, "http://host", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&Guard{oncehttp.NewPair(says(http.StatusTeapot, "text/html"))}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Location") != "" {
		t.Error("the answer still says where to repeat the request")
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	if x.Status() != http.StatusTeapot {
		t.Errorf("the status is %d, want %d", x.Status(), http.StatusTeapot)
	}
	if got := string(x.Body()); got != "short" {
		t.Errorf("%q is kept, want %q", got, "short")
	}
	if x.Request() != req {
		t.Errorf("the request is %v, want that of the SDK", x.Request())
	}
}

// A request without an exchange is sent all the same.
func TestARequestWithoutAnExchange(t *testing.T) {
	req := httptest.NewRequest(http.MethodPost, "http://host", nil)
	if _, err := (&Guard{oncehttp.NewPair(says(200, ""))}).RoundTrip(req); err != nil {
		t.Error(err)
	}
}

func TestTheSDKLooksForAnErrorOnce(t *testing.T) {
	for _, c := range []struct {
		status      int
		given, want string
	}{
		{200, "application/json", "application/octet-stream"},
		{200, "", "application/octet-stream"},
		{200, "text/event-stream", "text/event-stream"},
		{503, "text/html", "text/html"},
	} {
		req := httptest.NewRequest(http.MethodPost, "http://host", nil)
		resp, err := (&Guard{oncehttp.NewPair(says(c.status, c.given))}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := resp.Header.Get("Content-Type"); got != c.want {
			t.Errorf("%d of %q: the SDK sees %q, want %q", c.status, c.given, got, c.want)
		}
	}
}

type named struct {
	transport
	name string
}

func TestReadsHaveATransportOfTheirOwn(t *testing.T) {
	g := &Guard{oncehttp.Pair{Reads: &named{name: "reads"}, Creates: &named{name: "creates"}}}
	for action, want := range map[string]string{
		"DescribeInstances": "reads", "InquiryPriceRunInstances": "reads", "RunInstances": "creates", "": "creates",
	} {
		req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1", nil)
		for _, name := range []string{http.CanonicalHeaderKey("X-TC-Action"), "X-TC-Action"} {
			req.Header = http.Header{name: {action}}
			if got := g.carrier(req).(*named).name; got != want {
				t.Errorf("%s: %q goes through the %s, want the %s", name, action, got, want)
			}
		}
	}
}
