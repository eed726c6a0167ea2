package wire

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, url string, rt http.RoundTripper, e *Exchange) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(e.Watch(t.Context()), http.MethodPost, url, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential=id/x, SignedHeaders=host, Signature=abc")
	return (&Guard{Base: rt}).RoundTrip(req)
}

// stout is an answer of more than its beginning.
var stout = strings.Repeat("short and stout, ", 1000)

func TestExchangeKnowsTheAnswer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, stout)
	}))
	defer srv.Close()
	rt := NewTransport(true)
	defer rt.CloseIdleConnections()
	for _, keep := range []bool{true, false} {
		e := &Exchange{KeepBody: keep}
		resp, err := get(t, srv.URL, rt, e)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("Location") != "" {
			t.Error("the answer still says where to repeat the request")
		}
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
		e.Close()
		if e.Status() != http.StatusTeapot || e.Signature() != "abc" || e.Unsent(nil) {
			t.Errorf("status %d, signature %q, unsent %v", e.Status(), e.Signature(), e.Unsent(nil))
		}
		want := stout[:maxBegin]
		if keep {
			want = stout
		}
		if got := string(e.Body()); got != want || e.Cut() != nil {
			t.Errorf("KeepBody %v kept %d bytes (%v), want %d", keep, len(got), e.Cut(), len(want))
		}
	}
}

func TestUnsent(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	e := &Exchange{}
	if _, err := get(t, srv.URL, NewTransport(true), e); err == nil || !e.Unsent(errors.New("any")) {
		t.Errorf("nobody listened, but something was sent: %v", err)
	}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{&net.OpError{Op: "dial", Err: io.EOF}, true},
		{&net.DNSError{}, true},
		{&net.OpError{Op: "proxyconnect", Err: io.EOF}, true},
		{&net.OpError{Op: "read", Err: io.EOF}, false},
		{io.EOF, false},
	} {
		if got := new(Exchange).Unsent(c.err); got != c.want {
			t.Errorf("%v: unsent is %v", c.err, got)
		}
	}
}

type odd struct{}

func (odd) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200}, nil
}

func TestOddTransports(t *testing.T) {
	e := &Exchange{KeepBody: true}
	if _, err := get(t, "http://host", odd{}, e); err != nil || e.Status() != 200 {
		t.Errorf("an answer without header and body: %v", err)
	}
	e.Close()
	req := httptest.NewRequest(http.MethodPost, "http://host", nil)
	if _, err := (&Guard{Base: odd{}}).RoundTrip(req); err != nil {
		t.Errorf("a request that nobody watches: %v", err)
	}
}

// The library must not follow HTTP/2 into one connection for all creates, nor
// trust servers that TLS does not.
func TestTransportIsTuned(t *testing.T) {
	for _, reads := range []bool{true, false} {
		rt := NewTransport(reads)
		if rt.Protocols.HTTP2() || !rt.Protocols.HTTP1() {
			t.Error("HTTP/1.1 alone is meant")
		}
		if rt.TLSClientConfig.InsecureSkipVerify || rt.TLSHandshakeTimeout == 0 || rt.IdleConnTimeout == 0 || rt.Proxy == nil {
			t.Errorf("the transport is not tuned: %+v", rt)
		}
		if rt.DisableKeepAlives == reads {
			t.Errorf("reads: %v, connections are kept: %v", reads, !rt.DisableKeepAlives)
		}
	}
}

func TestReadsHaveATransportOfTheirOwn(t *testing.T) {
	read, write := odd{}, http.DefaultTransport
	g := &Guard{Base: write, Reads: read}
	for action, want := range map[string]http.RoundTripper{"DescribeInstances": read, "RunInstances": write, "": write} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{http.CanonicalHeaderKey("X-TC-Action"), "X-TC-Action"} {
			req.Header = http.Header{name: {action}}
			if got := g.carrier(req); got != want {
				t.Errorf("%s: %q goes through %T", name, action, got)
			}
		}
	}
}
