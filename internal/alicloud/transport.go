package alicloud

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// maxBody bounds an answer; the largest honest ones, 100 described instances,
// are well below 1 MiB.
const maxBody = 16 << 20

var (
	errTooLarge = errors.New("the answer is larger than 16 MiB")
	errNoAnswer = errors.New("the transport gave neither an answer nor an error")
)

// readConnections bounds the connections that reads keep.
const readConnections = 8

// newTransport is a transport of callers that are given none. Reads share a few
// connections and keep them, though not for long because the servers drop idle
// ones after about ten seconds. Whatever must happen once gets a new connection
// each time: a reused dead one costs a create its certainty.
func newTransport(reads bool) *http.Transport {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		IdleConnTimeout:       8 * time.Second,
		DisableKeepAlives:     !reads,
		ExpectContinueTimeout: time.Second,
	}
	if reads {
		t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = readConnections, readConnections, readConnections
	}
	return t
}

// transport returns what carries a call.
func (c *Caller) transport(r Request) http.RoundTripper {
	if strings.HasPrefix(r.Action, "Describe") {
		return c.reads
	}
	return c.writes
}

// flight is the transport of one call. It ties the exchange to ctx and to a
// deadline, reads the whole answer, and remembers what the SDK's errors hide or
// wrap into URLs.
type flight struct {
	base   http.RoundTripper
	ctx    context.Context
	cancel context.CancelFunc

	started   bool        // the SDK got as far as sending
	connected atomic.Bool // a connection was there: bytes may have left
	query     string      // of the URL; holds the signature
	status    int
	body      []byte
	err       error // of the transport, or of reading the answer
}

func newFlight(ctx context.Context, base http.RoundTripper, timeout time.Duration) *flight {
	f := &flight{base: base}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { f.connected.Store(true) },
	})
	f.ctx, f.cancel = context.WithTimeout(ctx, timeout)
	return f
}

// RoundTrip implements http.RoundTripper.
func (f *flight) RoundTrip(req *http.Request) (*http.Response, error) {
	f.started = true
	f.query = req.URL.RawQuery
	resp, err := f.base.RoundTrip(req.WithContext(f.ctx))
	if err == nil && (resp == nil || resp.Body == nil) {
		err = errNoAnswer
	}
	if err != nil {
		f.err = err
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	f.status = resp.StatusCode
	if f.body, f.err = readAll(resp.Body); f.err != nil {
		return nil, f.err
	}
	// The SDK's http.Client would follow it and send the password elsewhere.
	resp.Header.Del("Location")
	resp.Body = http.NoBody
	if f.status < 200 || f.status > 299 { // only errors are read by the SDK
		resp.Body = io.NopCloser(bytes.NewReader(f.body))
	}
	return resp, nil
}

// nothingSent tells whether it is certain that no byte of the request left.
func (f *flight) nothingSent() bool {
	if !f.started {
		return true
	}
	if f.status != 0 || f.connected.Load() {
		return false
	}
	// The standard transport reports every connection; others may not.
	_, standard := f.base.(*http.Transport)
	return standard || isConnectError(f.err)
}

// isConnectError recognizes failures of dialing, name lookup and TLS handshake.
func isConnectError(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	return isA[*net.DNSError](err) || isA[tls.RecordHeaderError](err) || isA[*tls.CertificateVerificationError](err) ||
		isA[x509.UnknownAuthorityError](err) || isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err)
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errTooLarge
	}
	return body, err
}
