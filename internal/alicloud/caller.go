package alicloud

import (
	"context"
	"net/http"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

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

	// Credentials are asked before every call. Nil means the SDK's default
	// chain, which is first looked at by the first call.
	Credentials provider.CredentialsSource

	// Endpoint overrides EndpointFor: "host[:port]" or "https://host[:port]",
	// or "http://host[:port]" for plain HTTP.
	Endpoint string

	// Transport carries every call. Nil means transports of the caller's own.
	Transport http.RoundTripper

	// EndpointFor returns the host that serves a region, without a network.
	EndpointFor func(region string) (host string, err error)

	// Errors classifies the vendor's codes. Nil means [ErrorCodes] alone.
	Errors *provider.ErrorTable
}

// Caller makes calls. It is safe for concurrent use.
type Caller struct {
	driver      string
	keys        provider.CredentialsSource
	fixed       endpoint // zero: ask endpointFor
	endpointFor func(region string) (string, error)
	reads       http.RoundTripper
	writes      http.RoundTripper
	errors      *provider.ErrorTable
}

// New returns a caller, or [provider.FieldErrors] with every problem of cfg. It
// does no I/O.
func New(cfg Config) (*Caller, error) {
	c := &Caller{
		driver:      cfg.Driver,
		keys:        cfg.Credentials,
		endpointFor: cfg.EndpointFor,
		reads:       cfg.Transport,
		writes:      cfg.Transport,
		errors:      cfg.Errors,
	}
	if c.keys == nil {
		c.keys = newDefaultChain()
	}
	if cfg.Transport == nil {
		c.reads, c.writes = newTransport(true), newTransport(false)
	}
	if c.errors == nil {
		c.errors = provider.NewErrorTable(ErrorCodes())
	}
	check := provider.Checker{Driver: cfg.Driver}
	c.fixed = parseEndpoint(&check, cfg.Endpoint)
	return c, check.Err()
}

// Call sends exactly one HTTP request: POST, business parameters in the form
// body, JSON. It returns within 100 ms of ctx's end. Its error is a
// *[provider.APIError] without secrets; when ctx ended, it matches ctx.Err().
// HTTP answers of 2xx are successes whatever is in them: see [Caller.Decode].
//
// An answer that is an error is returned beside the error: it may name servers
// that exist all the same.
func (c *Caller) Call(ctx context.Context, r Request) (*Response, error) {
	if r.Timeout == 0 {
		r.Timeout = callTimeout
		if r.Create {
			r.Timeout = createTimeout
		}
	}
	at, err := c.endpoint(r.Region)
	if err != nil {
		return nil, c.notSent(r, provider.ErrInvalid, err.Error(), nil)
	}
	if ctx.Err() != nil {
		return nil, c.notSent(r, provider.ErrUnavailable, "", ctx.Err())
	}
	key, err := resolve(ctx, c.keys)
	if ctx.Err() != nil {
		return nil, c.notSent(r, provider.ErrUnavailable, "", ctx.Err())
	}
	if err != nil {
		return nil, c.notSent(r, provider.ErrAuth, "no credentials: "+err.Error(), err)
	}
	f := newFlight(ctx, c.transport(r), r.Timeout)
	defer f.cancel()
	err = send(f, r, at, key)
	clean := func(text string) string { return scrubber(secretValues(r, key, f.query))(text) }
	resp := &Response{Body: f.body, HTTPStatus: f.status, RequestID: requestID(f.body), clean: clean}
	if err == nil {
		return resp, nil
	}
	if f.status == 0 || f.err != nil { // no answer, or not all of it
		resp = nil
	}
	return resp, c.failure(ctx, r, f, key, err)
}

// send hands one request to a fresh SDK client whose only way out is f.
func send(f *flight, r Request, at endpoint, key provider.Credentials) (err error) {
	defer func() {
		// The SDK asserts JSON types without looking. The value is not kept: it
		// may quote the answer.
		if recover() != nil {
			err = errPanic
		}
	}()
	cfg := sdk.NewConfig().WithScheme(at.scheme).WithUserAgent("yunfan")
	cfg.Transport = f
	client, err := sdk.NewClientWithOptions("", cfg, oneKey(key))
	if err != nil {
		return err
	}
	client.SetCloseTrace(true) // it would report the URI as a span name
	ignoreProxyVariables(client)
	_, err = client.ProcessCommonRequest(sdkRequest(r, at))
	return err
}

// ignoreProxyVariables keeps the SDK from reading proxy variables, which it
// compiles as regular expressions, one bad entry failing every call. What is
// set here is never used: the transport chooses the proxy.
func ignoreProxyVariables(client *sdk.Client) {
	client.SetHttpProxy("http://unused.invalid")
	client.SetHttpsProxy("http://unused.invalid")
	client.SetNoProxy("-")
}

func sdkRequest(r Request, at endpoint) *requests.CommonRequest {
	req := requests.NewCommonRequest()
	req.Method = requests.POST
	req.Scheme = at.scheme
	req.Domain = at.host
	req.Product = r.Product
	req.Version = r.Version
	req.ApiName = r.Action
	req.RegionId = r.Region
	req.FormParams = r.Params
	// The flight's own deadline comes first; these only replace the SDK's 10 s.
	req.ReadTimeout = r.Timeout + time.Minute
	req.ConnectTimeout = r.Timeout + time.Minute
	return req
}
