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

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"
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

	wanted    atomic.Bool // net/http carries the call, and reports its connections
	connected atomic.Bool // a connection was there: bytes may have left
	query     string      // of the URL; holds the signature
	status    int
	header    http.Header
	body      []byte
	into      responses.AcsResponse // for an answer that is no error
	decoded   error                 // whether it is what into is for
	err       error                 // of the transport, or of reading the answer
}

func newFlight(ctx context.Context, base http.RoundTripper, timeout time.Duration) *flight {
	f := &flight{base: base}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { f.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { f.connected.Store(true) },
	})
	f.ctx, f.cancel = context.WithTimeout(ctx, timeout)
	return f
}

// exchange sends a request and reads the whole answer.
func (f *flight) exchange(req *http.Request) error {
	f.query = req.URL.RawQuery
	resp, err := guarded(f.base, req.WithContext(f.ctx))
	if err == nil && (resp == nil || resp.Body == nil) {
		err = errNoAnswer
	}
	if err != nil {
		f.err = err
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	f.status, f.header = resp.StatusCode, resp.Header
	if f.into != nil && !f.refused() {
		f.decode(resp)
	} else {
		f.body, f.err = readAll(resp.Body, resp.ContentLength)
	}
	return f.err
}

// refused tells whether the answer is an error.
func (f *flight) refused() bool { return f.status < 200 || f.status > 299 }

// decode lets the SDK read and decode an answer at once.
func (f *flight) decode(resp *http.Response) {
	body := &watched{r: io.LimitReader(resp.Body, maxBody+1)}
	in := *resp
	in.Body = io.NopCloser(body)
	f.decoded = responses.Unmarshal(f.into, &in, "JSON")
	f.body, f.err = f.into.GetHttpContentBytes(), body.err
	if f.err == nil && len(f.body) > maxBody {
		f.err = errTooLarge
	}
}

// watched remembers what cut an answer short: the SDK takes that for an answer
// that cannot be decoded.
type watched struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// guarded turns a panic of a transport into an error like any other of its own:
// the request may have left.
func guarded(base http.RoundTripper, req *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = nil, errPanic
		}
	}()
	return base.RoundTrip(req)
}

// response is what arrived. Secrets lists those of the call.
func (f *flight) response(secrets func() []string) *Response {
	return &Response{
		Body: f.body, HTTPStatus: f.status, RequestID: requestID(f.body), decoded: f.decoded,
		clean:      func(text string) string { return scrubber(secrets())(text) },
		secrets:    secrets,
		retryAfter: retryAfter(f.header),
	}
}

// nothingSent reports whether it is certain that no byte of the request left: a
// proxy that refuses to connect, and a handshake that fails, come before a connection
// is there.
func (f *flight) nothingSent() bool {
	if f.status != 0 || f.connected.Load() {
		return false
	}
	// The standard transport reports every connection; others may not.
	_, standard := f.base.(*http.Transport)
	return standard || f.wanted.Load() || isConnectError(f.err)
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

// readAll reads an answer of the length that its header claims, or of any other.
func readAll(r io.Reader, claimed int64) ([]byte, error) {
	var body bytes.Buffer
	if claimed > 0 && claimed <= maxBody {
		body.Grow(int(claimed) + bytes.MinRead) // ReadFrom wants room to find the end
	}
	_, err := body.ReadFrom(io.LimitReader(r, maxBody+1))
	if err == nil && body.Len() > maxBody {
		err = errTooLarge
	}
	return body.Bytes(), err
}
