package alicloud

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// do is one call on its way. It is bound to ctx and to a deadline, and reads the whole answer.
type exchange struct {
	oncehttp.Exchange
	base   http.RoundTripper
	ctx    context.Context
	cancel context.CancelFunc

	body    []byte
	into    responses.AcsResponse // for an answer that is no error
	decoded error                 // of decoding into it
}

// newExchange returns a call to be sent.
func newExchange(ctx context.Context, base http.RoundTripper, timeout time.Duration) *exchange {
	f := &exchange{base: base}
	f.ctx, f.cancel = context.WithTimeout(f.Watch(ctx), timeout)
	return f
}

// do sends a request and reads the whole answer.
func (f *exchange) do(req *http.Request) error {
	resp, err := f.RoundTrip(f.base, req.WithContext(f.ctx))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if f.into != nil && !f.refused() {
		in := *resp
		in.Body = io.NopCloser(resp.Body)
		f.decoded = responses.Unmarshal(f.into, &in, "JSON") // the SDK reads and decodes at once
		f.body = f.into.GetHttpContentBytes()
		return f.Cut()
	}
	err = f.ReadAll(resp)
	f.body = f.Body()
	return err
}

// refused reports whether the answer is an error.
func (f *exchange) refused() bool { return f.Status() < 200 || f.Status() > 299 }

// response returns what arrived. Redactor knows the secrets of the call.
func (f *exchange) response(redactor func() *oncehttp.Redactor) *Response {
	return &Response{
		Body: f.body, HTTPStatus: f.Status(), RequestID: requestID(f.body), decoded: f.decoded,
		redactor:   redactor,
		retryAfter: f.RetryAfter(),
		clock:      f.Clock(),
	}
}
