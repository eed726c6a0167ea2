// Package wire watches the HTTP exchanges of an SDK that tells too little about
// them, and keeps net/http from sending a request twice.
package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Exchange is what is known about one request and its answer. It is for one
// call, and is read when the call has returned.
type Exchange struct {
	// KeepBody asks to keep the whole text of the answer, and not only how it begins.
	KeepBody bool

	wantConn, gotConn atomic.Bool // net/http may report from its own goroutines
	signature         string
	status            int
	retryAfter        time.Duration
	body              io.Closer
	seen              kept
}

// maxBegin is how much is kept of an answer that need not be kept.
const maxBegin = 4 << 10

// kept is a body that remembers its first bytes, and why it ended if not by its end.
type kept struct {
	io.ReadCloser
	most int
	text bytes.Buffer
	err  error
}

// Read implements io.Reader.
func (k *kept) Read(p []byte) (int, error) {
	n, err := k.ReadCloser.Read(p)
	k.text.Write(p[:min(n, max(k.most-k.text.Len(), 0))])
	if err != nil && err != io.EOF {
		k.err = err
	}
	return n, err
}

type exchangeKey struct{}

// Watch returns a ctx whose request reports to e when it goes through [Guard].
func (e *Exchange) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, exchangeKey{}, e), &httptrace.ClientTrace{
		GetConn: func(string) { e.wantConn.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { e.gotConn.Store(true) },
	})
}

// Status is the HTTP status of the answer, 0 when there is none.
func (e *Exchange) Status() int { return e.status }

// Signature is what the request was signed with.
func (e *Exchange) Signature() string { return e.signature }

// Body is the text of the answer as far as it was read and kept.
func (e *Exchange) Body() []byte { return e.seen.text.Bytes() }

// Cut is why the answer ended early; nil if it did not.
func (e *Exchange) Cut() error { return e.seen.err }

// RetryAfter is how long the answer asks to be left alone; 0 if it does not.
func (e *Exchange) RetryAfter() time.Duration { return e.retryAfter }

// Close closes the body of the answer. The SDK does so only when all goes well.
func (e *Exchange) Close() {
	if e.body != nil {
		_ = e.body.Close()
	}
}

// Unsent reports whether it is certain that nothing was sent: a connection was
// wanted and never had, or it led to nobody whom TLS trusts. A proxy that refuses to
// connect, and a handshake that fails, come before a connection is there.
func (e *Exchange) Unsent(err error) bool {
	if e.status != 0 || e.gotConn.Load() {
		return false
	}
	if e.wantConn.Load() {
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	return errors.As(err, new(*net.DNSError)) || errors.As(err, new(tls.RecordHeaderError)) ||
		errors.As(err, new(*tls.CertificateVerificationError))
}

func (e *Exchange) asked(req *http.Request) {
	_, e.signature, _ = strings.Cut(req.Header.Get("Authorization"), "Signature=")
}

func (e *Exchange) answered(resp *http.Response) {
	e.status, e.retryAfter = resp.StatusCode, RetryAfter(resp.Header)
	if resp.Body == nil {
		return
	}
	e.body = resp.Body
	e.seen.ReadCloser, e.seen.most = newBounded(resp.Body), maxBegin
	if e.KeepBody {
		e.seen.most = maxBody
	}
	resp.Body = &e.seen
}

// Guard is a transport that reports to the exchange of a request, and takes away
// what would make net/http follow a redirect: a create must not be sent a second
// time, and the SDK gives no other way to its HTTP client. net/http repeats no
// POST by itself unless nothing of it was written.
type Guard struct {
	Base  http.RoundTripper
	Reads http.RoundTripper // for describe calls; nil means Base
}

// carrier returns the transport for a request.
func (g *Guard) carrier(req *http.Request) http.RoundTripper {
	for name, values := range req.Header { // the SDK does not spell it canonically
		if g.Reads != nil && strings.EqualFold(name, "X-TC-Action") && strings.HasPrefix(strings.Join(values, ""), "Describe") {
			return g.Reads
		}
	}
	return g.Base
}

// RoundTrip sends the request once.
func (g *Guard) RoundTrip(req *http.Request) (*http.Response, error) {
	e, _ := req.Context().Value(exchangeKey{}).(*Exchange)
	if e != nil {
		e.asked(req)
	}
	resp, err := g.carrier(req).RoundTrip(req)
	if err != nil || resp == nil {
		return nil, err
	}
	resp.Header.Del("Location")
	if resp.StatusCode == http.StatusOK && resp.Header != nil && resp.Header.Get("Content-Type") != "text/event-stream" {
		// The SDK reads JSON of any type alike, but looks for an error in it twice
		// unless it is of this one. Descriptions of a hundred servers are long.
		resp.Header.Set("Content-Type", "application/octet-stream")
	}
	if e != nil {
		e.answered(resp)
	}
	return resp, nil
}

// readConnections bounds the connections that reads keep.
const readConnections = 8

// NewTransport speaks HTTP/1.1 only: one connection for each call under way, so
// that a connection that breaks takes one create with it, not all of them. Reads
// share a few connections and keep them; whatever must happen once gets a new one
// each time, lest it dies on one that the server has already closed.
func NewTransport(reads bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:               proxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     30 * time.Second,
		DisableKeepAlives:   !reads,
		Protocols:           protocols,
	}
	if reads {
		t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = readConnections, readConnections, readConnections
	}
	return t
}

// proxyFromEnvironment keeps a malformed proxy URL, password included, out of
// the error.
func proxyFromEnvironment(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("the proxy of the environment is not a URL")
	}
	return u, nil
}
