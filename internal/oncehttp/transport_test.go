package oncehttp

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// All creates must not share one HTTP/2 connection. An untrusted TLS certificate must
// be refused.
func TestTransportIsTuned(t *testing.T) {
	for _, keep := range []bool{true, false} {
		rt := NewTransport(keep)
		if rt.Protocols.HTTP2() || !rt.Protocols.HTTP1() {
			t.Error("the transport's protocols: want HTTP/1.1 only")
		}
		if rt.TLSClientConfig.InsecureSkipVerify {
			t.Error("certificates are not verified")
		}
		if got := rt.TLSClientConfig.MinVersion; got != tls.VersionTLS12 {
			t.Errorf("TLS begins with version %x, want 1.2", got)
		}
		if rt.TLSHandshakeTimeout == 0 || rt.Proxy == nil {
			t.Errorf("the transport is not tuned: %+v", rt)
		}
		if rt.IdleConnTimeout == 0 || rt.IdleConnTimeout >= 10*time.Second {
			t.Errorf("idle connections are kept for %v", rt.IdleConnTimeout)
		}
		if rt.DisableKeepAlives == keep {
			t.Errorf("keep: %v, connections are kept: %v", keep, !rt.DisableKeepAlives)
		}
	}
}

// Without the program's own transport, a call that must happen once never uses a
// connection that the service may have closed.
func TestCreatesHaveConnectionsOfTheirOwn(t *testing.T) {
	var made atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}")
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	pair := NewPair(nil)
	defer pair.Reads.(*http.Transport).CloseIdleConnections()
	for action, want := range map[string]int32{
		"RunInstances": 3, "ModifyInstanceAttributes": 3,
		"DescribeInstances": 1,
	} {
		made.Store(0)
		for range 3 {
			if _, err := do(t, &Exchange{}, pair.For(action), srv.URL); err != nil {
				t.Fatal(err)
			}
		}
		if n := made.Load(); n != want {
			t.Errorf("3 calls of %s took %d connections, want %d", action, n, want)
		}
	}
}

func TestAGivenTransportCarriesEverything(t *testing.T) {
	given := &http.Transport{}
	pair := NewPair(given)
	for _, action := range []string{"DescribeInstances", "RunInstances"} {
		if got := pair.For(action); got != given {
			t.Errorf("%s goes through %v, want the given transport", action, got)
		}
	}
}

// Answers of metadata services hold keys: no proxy may see them.
func TestNoProxySeesMetadata(t *testing.T) {
	var seen atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	defer proxy.Close()
	service := httptest.NewServer(http.NotFoundHandler())
	defer service.Close()
	given := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}
	for name, rt := range map[string]http.RoundTripper{"none": nil, "one with a proxy": given} {
		x := &Exchange{}
		if _, err := do(t, x, Direct(rt), service.URL); err != nil || x.Status() != 404 {
			t.Errorf("%s: got %d, %v; want the answer of the service", name, x.Status(), err)
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("the proxy saw %d requests", n)
	}
	if given.Proxy == nil || given.DisableKeepAlives {
		t.Error("the program's transport was changed")
	}
	if Direct(nil).(*http.Transport).Proxy != nil {
		t.Error("the default transport has a proxy")
	}
	foreign := transport(func(*http.Request) (*http.Response, error) { return nil, io.EOF })
	if _, err := do(t, &Exchange{}, Direct(foreign), "http://host"); err != io.EOF {
		t.Errorf("a foreign transport is not used: %v", err)
	}
}

// A malformed proxy variable may hold a password.
func TestAProxyThatIsNoURLIsNotQuoted(t *testing.T) {
	rt := NewTransport(false)
	rt.Proxy = func(*http.Request) (*url.URL, error) { return nil, errProxy }
	x := &Exchange{}
	if _, err := do(t, x, rt, "http://host"); err != errProxy {
		t.Errorf("got %v, want %v", err, errProxy)
	}
	if x.Fate() != Unsent {
		t.Errorf("the fate is %v, want unsent", x.Fate())
	}
}
