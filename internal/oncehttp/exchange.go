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
)

// MaxBody bounds an answer. The largest honest ones, 100 described instances, are well
// below 1 MiB.
const MaxBody = 16 << 20

// Errors of an exchange.
var (
	ErrTooLarge = errors.New("the answer is larger than 16 MiB")
	ErrNoAnswer = errors.New("the transport gave no error, and no answer that can be read")
	ErrPanic    = errors.New("the transport panicked")
)

// Exchange is one request and its answer. It is for one call: [Exchange.Watch], then
// [Exchange.RoundTrip], then read the answer, then ask. The zero value is ready. Only
// one goroutine may use it, but net/http may report from others.
type Exchange struct {
	// Keep is how many bytes are kept of an answer that somebody else reads, for
	// [Exchange.Body].
	Keep int

	wanted    atomic.Bool // net/http carries the request, and reports its connections
	connected atomic.Bool // a connection was there: bytes may have left
	req       *http.Request
	unsent    bool  // a failure that proves that nothing left
	err       error // of the transport
	status    int
	header    http.Header
	body      body
}

type exchangeKey struct{}

// Watch returns a ctx for the request: net/http reports to x what it does for it, and
// [Of] finds x there.
func (x *Exchange) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, exchangeKey{}, x), &httptrace.ClientTrace{
		GetConn: func(string) { x.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	})
}

// Of returns the exchange that watches a ctx, for transports that somebody else calls.
// A ctx without one has nil.
func Of(ctx context.Context) *Exchange {
	x, _ := ctx.Value(exchangeKey{}).(*Exchange)
	return x
}

// RoundTrip sends a request once, whose ctx is of [Exchange.Watch]. A panic of the
// transport is [ErrPanic]. The answer has a body, which ends with [ErrTooLarge] when it
// goes on for ever, and no Location: a redirect must not be followed, because that would
// send the request again.
func (x *Exchange) RoundTrip(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	x.req = req
	resp, err := guarded(base, req)
	if err == nil && resp != nil {
		x.status, x.header = resp.StatusCode, resp.Header
	}
	if err == nil && (resp == nil || resp.Body == nil) {
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

// guarded turns a panic of a transport into an error like any other of its own: the
// request may have left. The value is not kept, because it may quote the request.
func guarded(base http.RoundTripper, req *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = nil, ErrPanic
		}
	}()
	return base.RoundTrip(req)
}

// ReadAll reads the rest of an answer, which [Exchange.Body] then returns, also when it
// ended early.
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

// Request is what was given to a transport; nil if nothing was.
func (x *Exchange) Request() *http.Request { return x.req }

// Err is what the transport failed with, or what ended the answer early; nil means
// neither.
func (x *Exchange) Err() error {
	if x.err != nil {
		return x.err
	}
	return x.body.err
}

// Cut is what ended an answer early; nil if it came to its end or is not read yet.
func (x *Exchange) Cut() error { return x.body.err }

// Status is the HTTP status of the answer, 0 when there is none.
func (x *Exchange) Status() int { return x.status }

// Body is what arrived of an answer, as far as it was read and kept.
func (x *Exchange) Body() []byte { return x.body.kept }

// RetryAfter is how long the answer asks to be left alone; 0 if it does not.
func (x *Exchange) RetryAfter() time.Duration { return RetryAfter(x.header) }

// Fate is what the exchange proves of the request. It is the only judge of that: an
// answer counts by its status, also when its body ended early or a ctx has ended. A
// request without an answer counts as unsent if it was given to no transport, or if
// there was never a connection for it.
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

// body is the body of an answer. It is bounded, and remembers its first bytes and why
// it ended if not by its end.
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
// requests without a body when a kept connection breaks before the answer. A POST is
// never repeated once anything of it is written.
func NoReplay(req *http.Request) {
	if req.Body == nil || req.Body == http.NoBody {
		req.Body, req.GetBody, req.ContentLength = noReplay{}, nil, 0
	}
}
