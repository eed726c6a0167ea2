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

	// idleTimeout is below the ten seconds or so after which servers of Alibaba Cloud
	// drop idle connections: a request on a dropped one fails. Servers of the others
	// wait longer, and a new connection in place of an idle one costs them one handshake.
	idleTimeout = 8 * time.Second

	// readConnections bounds the connections that reads keep.
	readConnections = 8

	tlsFloor = tls.VersionTLS12
)

// Pair is what carries the calls of one client. Both are the same when the program
// gives a transport of its own.
type Pair struct {
	Reads   http.RoundTripper // keeps a few connections
	Creates http.RoundTripper // makes a new connection for each call; for all that must happen once
}

// NewPair returns the transports of a client. Given is the program's own, which then
// carries everything; nil means transports with the proxy of the environment and
// verified certificates.
//
// Reads share a few connections and keep them for a while. Whatever must happen once
// gets a new connection each time: a create on one that the server has already closed
// would lose its certainty.
func NewPair(given http.RoundTripper) Pair {
	if given != nil {
		return Pair{Reads: given, Creates: given}
	}
	return Pair{Reads: NewTransport(true), Creates: NewTransport(false)}
}

// IsRead reports whether a call only reads. Every other call must happen once: a second
// stop, or a second release of what has got a new name since, does harm too. All four
// vendors name their reads alike.
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
// It speaks HTTP/1.1 only: one connection for each call under way, so that one that
// breaks takes one create with it, not all of them, and no rules for repeating but
// those of net/http's first version.
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

// Direct returns a transport for metadata services, which answer with keys: no proxy
// sees such a request. Given is the program's own transport, whose proxy is left out
// if it is an [http.Transport]; any other carries the request as it is. Nil means one
// that makes a new connection for each request.
func Direct(given http.RoundTripper) http.RoundTripper {
	switch t := given.(type) {
	case nil:
		direct := NewTransport(false)
		direct.Proxy = nil
		return direct
	case *http.Transport:
		direct := t.Clone()
		direct.Proxy = nil
		direct.DisableKeepAlives = true // nobody closes the idle connections of a copy
		return direct
	default:
		return given
	}
}

var errProxy = errors.New("the proxy of the environment is not a URL")

// proxyFromEnvironment keeps a malformed proxy URL, password included, out of
// the error.
func proxyFromEnvironment(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errProxy
	}
	return u, nil
}
