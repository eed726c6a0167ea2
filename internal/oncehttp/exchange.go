package oncehttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/permit"
)

// MaxBody bounds an answer. The largest normal answers (100 described instances) are
// well below 1 MiB.
const MaxBody = 16 << 20

// Errors of an exchange.
var (
	ErrTooLarge = errors.New("the answer is larger than 16 MiB")
	ErrNoAnswer = errors.New("the transport returned neither an error nor a readable answer")
	ErrPanic    = errors.New("the transport panicked")
)

// Exchange is one request and its answer. Use it for one call, in this order:
// [Exchange.Watch], [Exchange.RoundTrip], read the answer, then the other methods. The
// zero value is ready. Only one goroutine may use it; net/http may report to it from
// other goroutines.
type Exchange struct {
	// Keep is how many bytes of the answer are kept for [Exchange.Body] when another
	// reader, such as an SDK, reads the answer.
	Keep int

	wanted    atomic.Bool // net/http carries the request and reports its connections
	connected atomic.Bool // there was a connection: bytes may have been sent
	req       *http.Request
	unsent    bool  // the failure proves that nothing was sent
	err       error // the transport's error
	status    int
	header    http.Header
	received  time.Time // when the header arrived
	body      body
}

type exchangeKey struct{}

// Watch returns a ctx for the request. With it net/http reports the request's
// connections to x, and [Of] finds x.
func (x *Exchange) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, exchangeKey{}, x), &httptrace.ClientTrace{
		GetConn: func(string) { x.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	})
}

// Of returns the exchange that watches a ctx, or nil. Transports that an SDK calls use
// it.
func Of(ctx context.Context) *Exchange {
	x, _ := ctx.Value(exchangeKey{}).(*Exchange)
	return x
}

// RoundTrip sends a request once. The request's ctx must come from [Exchange.Watch]. A
// panic of the transport becomes [ErrPanic]. The answer always has a body; a body
// without end stops with [ErrTooLarge]. The Location header is removed: a client that
// followed a redirect would send the request again.
func (x *Exchange) RoundTrip(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	x.req = req
	if err := permit.Check(req.Context()); err != nil {
		x.err, x.unsent = err, true
		return nil, err
	}
	permit.Guard(req)
	resp, err := guarded(base, req)
	if err == nil && resp != nil {
		x.status, x.header, x.received = resp.StatusCode, resp.Header, time.Now()
	}
	readable := resp != nil && resp.Body != nil
	if err == nil && !readable {
		err = ErrNoAnswer
	}
	if err != nil {
		x.err, x.unsent = err, x.nothingLeft(base, req, err)
		return nil, err
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Del("Location")
	x.body = body{from: resp.Body, left: MaxBody, keep: x.Keep}
	resp.Body = &x.body
	return resp, nil
}

// guarded turns a panic of a transport into an error. The request may have been sent.
// The panic's value is dropped, because it may quote the request.
func guarded(base http.RoundTripper, req *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = nil, ErrPanic
		}
	}()
	return base.RoundTrip(req)
}

// ReadAll reads the rest of an answer. [Exchange.Body] then returns it, also when the
// answer ended early.
func (x *Exchange) ReadAll(resp *http.Response) error {
	var text bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= MaxBody {
		text.Grow(int(n) + bytes.MinRead) // ReadFrom wants room to find the end
	}
	x.body.keep = 0
	_, err := text.ReadFrom(resp.Body)
	x.body.kept = text.Bytes()
	return err
}

// Close closes the answer. Without one it does nothing.
func (x *Exchange) Close() {
	if x.body.from != nil {
		_ = x.body.from.Close()
	}
}

// Request returns the request that a transport received; nil if none did.
func (x *Exchange) Request() *http.Request { return x.req }

// Err returns the transport's error, or the error that ended the answer early; nil if
// there was neither.
func (x *Exchange) Err() error {
	if x.err != nil {
		return x.err
	}
	return x.body.err
}

// Cut returns the error that ended an answer early; nil if the answer is complete or
// not read yet.
func (x *Exchange) Cut() error { return x.body.err }

// Status returns the HTTP status of the answer, or 0 without an answer.
func (x *Exchange) Status() int { return x.status }

// Header returns the header of the answer, or nil without an answer.
func (x *Exchange) Header() http.Header { return x.header }

// Body returns the bytes of the answer that were read and kept.
func (x *Exchange) Body() []byte { return x.body.kept }

// RetryAfter returns how long the answer asks callers to wait; 0 if it does not ask.
func (x *Exchange) RetryAfter() time.Duration { return RetryAfter(x.header) }

// Fate returns what the exchange proves about the request. No other code decides this.
// An answer counts by its status, also when its body ended early or a ctx has ended. A
// request without an answer counts as unsent if no transport received it, or if there
// was never a connection for it.
func (x *Exchange) Fate() Fate {
	switch {
	case x.status != 0:
		return VerdictOf(x.status).Fate
	case x.unsent, x.req == nil:
		return Unsent
	default:
		return Open
	}
}

// body is the body of an answer. It is bounded. It keeps its first bytes and the error
// that ended it early.
type body struct {
	from io.ReadCloser
	left int64
	keep int
	kept []byte
	err  error
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		n, err = 0, ErrTooLarge
	}
	if more := min(n, b.keep-len(b.kept)); more > 0 {
		b.kept = append(b.kept, p[:more]...)
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error { return b.from.Close() }

// Fetch sends a request to a metadata service, through a transport of [Direct], and
// reads the whole answer. Its errors may quote the request.
func Fetch(direct http.RoundTripper, req *http.Request) (status int, body []byte, err error) {
	x := &Exchange{}
	resp, err := x.RoundTrip(direct, req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	err = x.ReadAll(resp)
	return x.Status(), x.Body(), err
}

// noReplay is an empty body that net/http cannot rewind.
type noReplay struct{}

func (noReplay) Read([]byte) (int, error) { return 0, io.EOF }
func (noReplay) Close() error             { return nil }

// NoReplay keeps net/http from repeating a GET on another connection: it does so for
// requests without a body when a kept connection breaks before the answer. It never
// repeats a POST after a part of it was written.
func NoReplay(req *http.Request) {
	if req.Body == nil || req.Body == http.NoBody {
		req.Body, req.GetBody, req.ContentLength = noReplay{}, nil, 0
	}
}
