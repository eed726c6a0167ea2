package cloudsim

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestProxiesAnswerInPlaceOfTheService: a page and headers, without any effect.
func TestProxiesAnswerInPlaceOfTheService(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		for _, c := range []struct {
			fault      Fault
			status     int
			retryAfter string
			text       string
		}{
			{Fault{Status: 413}, 413, "", "413 Request Entity Too Large"},
			{Fault{Status: 414}, 414, "", "414 Request URI Too Long"},
			{Fault{Status: 429, Delay: 7 * time.Second}, 429, "7", "429 Too Many Requests"},
			{Fault{Status: 431}, 431, "", "431 Request Header Fields Too Large"},
			{Fault{Status: 502}, 502, "", "502 Bad Gateway"},
			{Fault{Delay: 1500 * time.Millisecond}, 503, "2", "503 Service Unavailable"},
			{Fault{Status: 503, Message: "down for the night"}, 503, "", "503 down for the night"},
			{Fault{Status: 502, Body: "<p>oops</p>"}, 502, "", "<p>oops</p>"},
		} {
			c.fault.Kind, c.fault.Times = Proxy, 1
			v.sim.Inject(c.fault)
			resp, body, err := v.send(v.create(2, "op-1"))
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status {
				t.Errorf("%+v is answered with status %d, want %d", c.fault, resp.StatusCode, c.status)
			}
			if got := resp.Header.Get("Content-Type"); got != "text/html" {
				t.Errorf("%+v: the content type is %s, want text/html", c.fault, got)
			}
			if got := resp.Header.Get("Retry-After"); got != c.retryAfter {
				t.Errorf("%+v: Retry-After is %q, want %q", c.fault, got, c.retryAfter)
			}
			if !strings.Contains(string(body), c.text) {
				t.Errorf("%+v: the page is %s, want %q in it", c.fault, body, c.text)
			}
		}
		v.struck(Proxy, 8)
		if n := len(v.sim.Everything()); n != 0 {
			t.Errorf("%d instances were made behind a proxy that refuses", n)
		}
		if code := v.ask(v.create(2, "op-1")).code; code != "" {
			t.Errorf("afterwards the same create is refused with %s", code)
		}
	})
}

// TestProxiesStrikeAnyCallAndSpareTheRate: the service never receives the call.
func TestProxiesStrikeAnyCallAndSpareTheRate(t *testing.T) {
	v := cvmVendor(t, New(&Options{Rates: map[Cloud][]Rate{CVM: {{Calls: 1, Per: time.Hour}}}}))
	v.sim.Inject(Fault{Kind: Proxy, Times: 3})
	for range 3 {
		if resp, _, _ := v.send(v.describe()); resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a describe is answered with status %d, want 503", resp.StatusCode)
		}
	}
	if code := v.ask(v.describe()).code; code != "" {
		t.Errorf("the first call that gets through is refused with %s", code)
	}
	if code := v.ask(v.describe()).code; code != "RequestLimitExceeded" {
		t.Errorf("the second call that gets through is answered %q, want RequestLimitExceeded", code)
	}
}

// cutBody checks what a reader gets of a create answer whose body ends early.
func cutBody(t *testing.T, v *vendor, do func(*http.Request) (*http.Response, error)) {
	t.Helper()
	for _, count := range []int{0, 1, 40, 1 << 20} {
		before := len(v.exist())
		v.sim.Inject(Fault{Kind: CutBody, Count: count, Times: 1})
		resp, err := do(v.create(3, ""))
		if err != nil {
			t.Fatalf("no answer: %v", err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %d bytes, the reader gets %v, want io.ErrUnexpectedEOF", count, err)
		}
		if got := int64(len(body)); got >= resp.ContentLength {
			t.Errorf("%d bytes of %d came, want fewer", got, resp.ContentLength)
		}
		if want := min(count, int(resp.ContentLength)-1); count > 0 && len(body) != want {
			t.Errorf("%d bytes came, want %d", len(body), want)
		}
		made := v.exist()[before:]
		if len(made) != 3 {
			t.Fatalf("%d instances were made, want 3", len(made))
		}
		text := string(body)
		endsInTheList := strings.Contains(text, made[0]) && !strings.Contains(text, made[1])
		if count == 0 && !endsInTheList {
			t.Errorf("the body ends with %s, want the first ID of %v and a part of the second", text, made)
		}
	}
	v.struck(CutBody, 4)
}

func TestBodiesEndEarlyInMemory(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) { cutBody(t, v, v.sim.Transport().RoundTrip) })
}

func TestBodiesEndEarlyOverLoopback(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		srv, err := v.sim.Start("")
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		base, err := url.Parse(srv.URL(v.cloud))
		if err != nil {
			t.Fatal(err)
		}
		rt := freshConnections(t)
		cutBody(t, v, func(r *http.Request) (*http.Response, error) {
			r.URL.Scheme, r.URL.Host = base.Scheme, base.Host
			return rt.RoundTrip(r)
		})
	})
}

// TestBodyWithoutIDsEndsInTheMiddle: CutBody cuts the body that other faults have
// changed.
func TestBodyWithoutIDsEndsInTheMiddle(t *testing.T) {
	v := qingVendor(t, New(nil))
	v.sim.Inject(Fault{Kind: CutBody})
	v.sim.Inject(Fault{API: "RunInstances", Kind: Malformed, Body: "0123456789"})
	_, body, err := v.send(v.create(1, ""))
	if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != "01234" {
		t.Errorf("the reader gets %q and %v, want 01234 and an unexpected end", body, err)
	}
	if _, _, err := v.send(v.describe()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the describe ends with %v, want an unexpected end", err)
	}
	if n := len(v.exist()); n != 1 {
		t.Errorf("%d instances exist, want 1", n)
	}
}
