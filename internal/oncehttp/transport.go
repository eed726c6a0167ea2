package oncehttp

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Constants of every transport. They are the same for all clouds.
const (
	dialTimeout = 10 * time.Second
	keepAlive   = 30 * time.Second
	tlsTimeout  = 10 * time.Second

	// idleTimeout is below the ten seconds or so after which Alibaba Cloud drops idle
	// connections: a request on a dropped connection fails. Other clouds wait longer;
	// there a new connection in place of an idle one costs one handshake.
	idleTimeout = 8 * time.Second

	// readConnections bounds the number of kept connections for reads.
	readConnections = 8

	tlsFloor = tls.VersionTLS12
)

// Pair holds the transports of one client. Both are the same when the program gives its
// own transport.
type Pair struct {
	Reads   http.RoundTripper // keeps a few connections
	Creates http.RoundTripper // makes a new connection for each call; for every call that must happen once
}

// NewPair returns the transports of a client. Given is the program's own transport,
// which then carries every call. Nil means new transports with the environment's proxy
// and verified certificates.
//
// Reads share a few kept connections. A call that must happen once gets a new
// connection. On a connection that the service has already closed, it would be unknown
// whether a create was executed.
func NewPair(given http.RoundTripper) Pair {
	if given != nil {
		return Pair{Reads: given, Creates: given}
	}
	return Pair{Reads: NewTransport(true), Creates: NewTransport(false)}
}

// IsRead reports whether a call only reads. Every other call must happen once: a second
// stop does harm too. All four vendors begin the names of their reads with Describe.
func IsRead(action string) bool { return strings.HasPrefix(action, "Describe") }

// For returns the transport of a call.
func (p Pair) For(action string) http.RoundTripper {
	if IsRead(action) {
		return p.Reads
	}
	return p.Creates
}

// NewTransport returns a transport that keeps connections, for reads, or makes a new
// one for each request.
//
// It speaks HTTP/1.1 only. Each call in flight has its own connection, so a broken
// connection affects one create, not all of them. And net/http repeats fewer requests
// under HTTP/1.1.
func NewTransport(keep bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:               proxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tlsFloor},
		TLSHandshakeTimeout: tlsTimeout,
		IdleConnTimeout:     idleTimeout,
		DisableKeepAlives:   !keep,
		Protocols:           protocols,
	}
	if keep {
		t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = readConnections, readConnections, readConnections
	}
	return t
}

// Direct returns a transport for metadata services. Their answers hold keys, so no
// proxy may see such a request. Given is the program's own transport. If it is an
// [http.Transport], its proxy is left out; any other carries the request as it is. Nil
// means a transport that makes a new connection for each request.
func Direct(given http.RoundTripper) http.RoundTripper {
	switch t := given.(type) {
	case nil:
		direct := NewTransport(false)
		direct.Proxy = nil
		return direct
	case *http.Transport:
		direct := t.Clone()
		direct.Proxy = nil
		direct.DisableKeepAlives = true // no code closes the idle connections of a copy
		return direct
	default:
		return given
	}
}

var errProxy = errors.New("the environment's proxy is not a URL")

// proxyFromEnvironment keeps a malformed proxy URL, password included, out of
// the error.
func proxyFromEnvironment(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errProxy
	}
	return u, nil
}
