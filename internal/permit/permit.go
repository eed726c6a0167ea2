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

// Guard makes the body of a request ask for the permission when the transport reads it. That is
// after the connection was made, which can take long, when the request is about to be written. A
// body that is refused leaves a request that no service carries out. Without a check in the
// request's ctx, or without a body, it does nothing.
func Guard(req *http.Request) {
	check, ok := req.Context().Value(key{}).(func() error)
	if !ok || req.Body == nil || req.ContentLength <= 0 {
		return
	}
	req.Body = &body{ReadCloser: req.Body, check: check}
	if again := req.GetBody; again != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			b, err := again()
			if err != nil {
				return nil, err
			}
			return &body{ReadCloser: b, check: check}, nil
		}
	}
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
