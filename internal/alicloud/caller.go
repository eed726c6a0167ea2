package alicloud

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Timeouts of calls that set none. The SDK's own table gives RunInstances 86 s
// and most reads 10 s.
const (
	createTimeout = 90 * time.Second
	callTimeout   = 30 * time.Second
)

// Config configures a [Caller].
type Config struct {
	Driver string // name of the adapter, for errors

	// Check holds what the adapter finds wrong with its configuration, so that
	// [New] reports all problems together. Nil holds nothing.
	Check *provider.Checker

	// Credentials are asked before every call that is signed. Nil fails such calls.
	Credentials provider.CredentialsSource

	// Endpoint is where calls go instead of VendorEndpoint: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]" for plain HTTP. "{region}" in it
	// stands for the region.
	Endpoint string

	// EndpointFor returns the endpoint of a region, in the forms of Endpoint. "" leaves it
	// to Endpoint, and then to VendorEndpoint. Nil leaves it for all regions.
	EndpointFor func(region string) string

	// Transport carries every call. Nil means transports of the caller's own.
	Transport http.RoundTripper

	// VendorEndpoint returns the host of the vendor that serves a region, without a network.
	VendorEndpoint func(region string) (host string, err error)

	// Errors classifies the vendor's codes. Nil means [ErrorCodes] alone.
	Errors *provider.ErrorTable
}

// Caller makes calls. It is safe for concurrent use.
type Caller struct {
	driver     string
	keys       provider.CredentialsSource
	own        oncehttp.Endpoints // those of the program; a region without one is the vendor's
	vendor     func(region string) (string, error)
	transports oncehttp.Pair
	answered   oncehttp.Answered
	errors     *codes
}

// New returns a caller, or [provider.FieldErrors] with every problem of cfg. It
// does no I/O.
func New(cfg Config) (*Caller, error) {
	c := &Caller{
		driver:     cfg.Driver,
		keys:       cfg.Credentials,
		vendor:     cfg.VendorEndpoint,
		transports: oncehttp.NewPair(cfg.Transport),
	}
	if c.keys == nil {
		c.keys = provider.StaticCredentials("", "", "")
	}
	table := cfg.Errors
	if table == nil {
		table = provider.NewErrorTable(ErrorCodes())
	}
	c.errors = newCodes(table)
	check := cmp.Or(cfg.Check, &provider.Checker{Driver: cfg.Driver})
	c.own = checkEndpoint(check, cfg.Endpoint, cfg.EndpointFor)
	return c, check.Err()
}

// Call sends exactly one HTTP request: POST, business parameters in the form
// body, JSON. It returns within 100 ms of ctx's end. Its error is a
// *[provider.APIError] without secrets; when ctx ended, it matches ctx.Err() and no
// sentinel.
// HTTP answers of 2xx are successes whatever is in them: see [Caller.Decode].
//
// An answer that is an error, or that ended early, is returned beside the error: it
// may name instances that exist all the same.
func (c *Caller) Call(ctx context.Context, r Request) (*Response, error) {
	if r.Timeout == 0 {
		r.Timeout = callTimeout
		if r.Create {
			r.Timeout = createTimeout
		}
	}
	at, err := c.endpointOf(r)
	if err != nil {
		return nil, c.notSent(r, provider.ErrInvalid, err.Error(), nil)
	}
	if ctx.Err() != nil {
		return nil, c.ended(r, ctx.Err())
	}
	p := prepare(ctx, c.keys, r, at)
	switch {
	case ctx.Err() != nil:
		return nil, c.ended(r, ctx.Err())
	case p.noKey != nil:
		return nil, c.notSent(r, provider.ErrAuth, "no credentials: "+p.noKey.Error(), p.noKey)
	case p.err != nil:
		return nil, c.notSent(r, provider.ErrInvalid, errBuild.Error(), nil)
	}
	f := newExchange(ctx, c.transports.For(r.Action), r.Timeout)
	f.into = r.Into
	defer f.cancel()
	err = f.send(p)
	c.answered.Record(&f.Exchange)
	resp := f.response(func() *oncehttp.Redactor { return redactorOf(r, p.key, f.Request().URL.RawQuery) })
	if err == nil {
		return resp, nil
	}
	e := c.failure(ctx, r, at, f, resp, err)
	resp.Pause(e)
	if f.Status() == 0 { // no answer at all
		resp = nil
	}
	return resp, e
}

// send carries a signed request out, and has the SDK read an answer that is an
// error.
func (f *exchange) send(p prepared) (err error) {
	defer func() {
		// The SDK asserts JSON types without looking. The value is not kept: it
		// may quote the answer.
		if recover() != nil {
			err = errPanic
		}
	}()
	if err := f.do(p.req); err != nil || !f.refused() {
		return err
	}
	answer := &http.Response{StatusCode: f.Status(), Body: io.NopCloser(bytes.NewReader(f.body))}
	err = responses.Unmarshal(responses.NewCommonResponse(), answer, "JSON")
	var s *sdkerrors.ServerError
	if errors.As(err, &s) { // what the server signed tells a wrong key from a wrong request
		err = sdkerrors.WrapServerError(s, map[string]string{"StringToSign": p.stringToSign})
	}
	return err
}
