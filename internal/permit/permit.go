// Package permit carries in a ctx whether something may still be sent. What gives the permission
// and what sends know nothing of each other.
package permit

import (
	"context"
	"io"
	"net/http"
)

type key struct{}

// With returns a ctx whose requests are sent only while check returns nil. Check must not block
// for long.
func With(ctx context.Context, check func() error) context.Context {
	return context.WithValue(ctx, key{}, check)
}

// Check returns why nothing may be sent with a ctx, or nil. A ctx without a check permits all.
func Check(ctx context.Context) error {
	if check, ok := ctx.Value(key{}).(func() error); ok {
		return check()
	}
	return nil
}

// Guard makes the body of a request ask for the permission when the transport reads it: that is
// after the connection was made, when the request is about to be written. Without a check in
// the request's ctx, it does nothing.
func Guard(req *http.Request) {
	check, ok := req.Context().Value(key{}).(func() error)
	if !ok || req.Body == nil || req.Body == http.NoBody {
		return
	}
	req.Body = &body{ReadCloser: req.Body, check: check}
}

type body struct {
	io.ReadCloser
	check func() error
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if err := b.check(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}
