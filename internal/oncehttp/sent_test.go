package oncehttp

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// rawServer reads a request from every connection, writes a fixed text, and closes the
// connection.
func rawServer(t *testing.T, write string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, write)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// quietTLS is a server whose certificate no client of this test trusts.
func quietTLS(t *testing.T, c *tls.Config) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = c
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// through is a transport that uses a proxy.
func through(proxy string) *http.Transport {
	rt := NewTransport(false)
	rt.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
	return rt
}

// dialing is a transport with the given dial function.
func dialing(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	rt := NewTransport(false)
	rt.DialContext = dial
	return rt
}

type exchangeCase struct {
	name, url string
	rt        http.RoundTripper
	want      Fate
}

// exchanges are all things that may happen to a request on a transport of net/http.
func exchanges(t *testing.T) []exchangeCase {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(407) }))
	t.Cleanup(proxy.Close)
	own := NewTransport(false)
	old := quietTLS(t, &tls.Config{MaxVersion: tls.VersionTLS11}) // a version that clients refuse
	wantsCert := quietTLS(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert})
	trusting := NewTransport(false)
	// so that the server asks for the client's certificate
	trusting.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	badProxy := NewTransport(false)
	badProxy.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("no URL") }
	outOfSockets := dialing(func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("out of sockets")
	})
	return []exchangeCase{
		{"no listener", "http://" + closed.Addr().String(), own, Unsent},
		{"no such host", "https://nowhere.invalid", own, Unsent},
		{"a dialer of the program that fails", "http://host", outOfSockets, Unsent},
		{"untrusted certificate", quietTLS(t, nil).URL, own, Unsent},
		{"TLS too old", old.URL, own, Unsent},
		{"no TLS on the other side", "https://" + rawServer(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), own, Unsent},
		{"TLS handshake that ends early", "https://" + rawServer(t, ""), own, Unsent},
		{"a proxy that wants credentials", "https://host", through(proxy.URL), Unsent},
		{"a proxy that is not there", "https://host", through("http://" + closed.Addr().String()), Unsent},
		{"a proxy that has no URL", "https://host", badProxy, Unsent},

		{"a certificate of ours that is not there", wantsCert.URL, trusting, Open}, // refused after the request is out
		{"closed before the answer", "http://" + rawServer(t, ""), own, Open},
		{"closed inside the head", "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-"), own, Open},
		{
			"closed inside the body", "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"), own,
			Open,
		},
		{"no HTTP", "http://" + rawServer(t, "SSH-2.0-OpenSSH\r\n"), own, Open},

		{"413", "http://" + rawServer(t, "HTTP/1.1 413 no\r\nContent-Length: 0\r\n\r\n"), own, Unsent},
		{"413 that ends early", "http://" + rawServer(t, "HTTP/1.1 413 no\r\nContent-Length: 9\r\n\r\n"), own, Unsent},
		{
			"429 that ends early", "http://" + rawServer(t, "HTTP/1.1 429 no\r\nContent-Length: 9\r\n\r\n"), own,
			Throttled,
		},
		{"503", "http://" + rawServer(t, "HTTP/1.1 503 no\r\nContent-Length: 0\r\n\r\n"), own, Open},
	}
}

func TestDidAnythingReachTheService(t *testing.T) {
	for _, c := range exchanges(t) {
		for how, rt := range map[string]http.RoundTripper{"": c.rt, ", wrapped": transport(c.rt.RoundTrip)} {
			if how != "" && c.name == "a proxy that has no URL" {
				continue // the wrapper hides it
			}
			x := &Exchange{}
			_, err := do(t, x, rt, c.url)
			if got := x.Fate(); got != c.want {
				t.Errorf("%s%s: the fate is %v, want %v (%v)", c.name, how, got, c.want, err)
			}
		}
	}
}

// Transports other than those of net/http report no connections. Only an error that
// comes before any connection proves that nothing was sent.
func TestErrorsOfForeignTransports(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	read := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	firstRecord := tls.RecordHeaderError{Msg: "no TLS", Conn: &net.TCPConn{}}
	for _, c := range []struct {
		name string
		err  error
		want Fate
	}{
		{"dial", dial, Unsent},
		{"dial, in a URL", &url.Error{Op: "Post", URL: "https://x", Err: dial}, Unsent},
		{"dial, wrapped", fmt.Errorf("cannot: %w", dial), Unsent},
		{"dial that took too long", &net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}, Unsent},
		{"proxy", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: read}, Unsent},
		{"lookup", &net.DNSError{Err: "no such host", Name: "x"}, Unsent},
		{"certificate", &tls.CertificateVerificationError{Err: errors.New("unknown authority")}, Unsent},
		{"authority", x509.UnknownAuthorityError{}, Unsent},
		{"host name", x509.HostnameError{Certificate: &x509.Certificate{}}, Unsent},
		{"first record", firstRecord, Unsent},
		{"the proxy of the environment", errProxy, Unsent},
		{"two dials", errors.Join(dial, dial), Unsent},
		{"a later record", tls.RecordHeaderError{Msg: "version 301 when expecting version 303"}, Open},
		{"read, then dial", errors.Join(read, dial), Open},
		{"dial, then read", fmt.Errorf("%w, then %w", dial, read), Open},
		{"read", read, Open},
		{"write", &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}, Open},
		{"the server's refusal of our certificate", &net.OpError{Op: "remote error", Err: tls.AlertError(42)}, Open},
		{"the end of a ctx", context.Canceled, Open},
		{"anything", errors.New("broken"), Open},
		{"EOF", io.EOF, Open},
	} {
		x := &Exchange{}
		_, err := do(t, x, transport(func(*http.Request) (*http.Response, error) { return nil, c.err }), "https://host")
		if got := x.Fate(); got != c.want {
			t.Errorf("%s: the fate is %v, want %v", c.name, got, c.want)
		}
		if !errors.Is(x.Err(), c.err) || x.Err() != err {
			t.Errorf("%s: the error is %v, want %v", c.name, x.Err(), c.err)
		}
	}
}

// A transport that uses net/http and tries twice had a connection if the first try had
// one.
func TestAConnectionOfAnEarlierTryCounts(t *testing.T) {
	first := "http://" + rawServer(t, "")
	x := &Exchange{}
	_, _ = do(t, x, transport(func(r *http.Request) (*http.Response, error) {
		if _, err := NewTransport(false).RoundTrip(r); err == nil {
			t.Error("the first try has an answer")
		}
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}), first)
	if x.Fate() != Open {
		t.Errorf("the fate is %v, want open", x.Fate())
	}
}

// A transport that is registered inside a transport of net/http hides its connections.
func TestATransportInsideATransportProvesNothing(t *testing.T) {
	outer := NewTransport(false)
	outer.RegisterProtocol("https", transport(func(*http.Request) (*http.Response, error) {
		return nil, io.ErrUnexpectedEOF
	}))
	x := &Exchange{}
	_, _ = do(t, x, outer, "https://host")
	if x.Fate() != Open {
		t.Errorf("the fate is %v, want open", x.Fate())
	}
}

func TestWhatIsNotTriedIsNotSent(t *testing.T) {
	x := &Exchange{}
	if got := x.Request(); got != nil {
		t.Errorf("there is a request to %s", got.URL)
	}
	if got := x.Fate(); got != Unsent {
		t.Errorf("the fate is %v, want unsent", got)
	}
}

// A caller whose ctx ends while the connection is still being made has sent nothing.
func TestACtxThatEndsBeforeTheConnection(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	rt := dialing(func(context.Context, string, string) (net.Conn, error) {
		// whose own ctx goes on: others could use the connection
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})
	x := &Exchange{}
	req, err := http.NewRequestWithContext(x.Watch(ctx), http.MethodPost, "http://host", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.RoundTrip(rt, req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if x.Fate() != Unsent {
		t.Errorf("the fate is %v, want unsent", x.Fate())
	}
}
