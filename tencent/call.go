package tencent

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// The vendor's names of the calls about instances.
const (
	actionRun       = "RunInstances"
	actionDescribe  = "DescribeInstances"
	actionTerminate = "TerminateInstances"
)

// Timeouts of the calls beside ctx.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 30 * time.Second
)

// exchange is one call on its way.
type exchange struct {
	oncehttp.Exchange
	ctx     context.Context // the caller's
	op      string
	region  string
	timeout time.Duration
	creates bool                       // it makes something, which may exist when its answer is lost
	spec    *provider.RunInstancesSpec // what it sends, for its secrets; nil when it has none
	secrets *oncehttp.Redactor         // nil until there is an error to clean
}

// keptOfAnswer is how many bytes of an answer are kept: an error quotes its first words when it
// is no answer of the API.
const keptOfAnswer = 4 << 10

// newExchange returns a call to be sent. The region "" is that of the client.
func (d *driver) newExchange(ctx context.Context, op, region string, timeout time.Duration) *exchange {
	ex := &exchange{ctx: ctx, op: op, region: d.regionOf(region), timeout: timeout}
	ex.Keep = keptOfAnswer
	return ex
}

// ask sends one request and reads its answer. R is the SDK's type of what is in "Response".
func ask[R any](d *driver, ex *exchange, req tchttp.Request) (*response[R], error) {
	a := &response[R]{}
	if err := d.send(ex, req, a); err != nil {
		return nil, err
	}
	if a.Response == nil {
		return nil, ex.malformed("it has no Response", "")
	}
	return a, nil
}

// askBare sends one request whose answer has a RequestId and nothing else, and returns that.
func (d *driver) askBare(ex *exchange, req tchttp.Request) (requestID string, err error) {
	a, err := ask[bareResponse](d, ex, req)
	if err != nil {
		return "", err
	}
	if value(a.Response.RequestID) == "" {
		return "", ex.malformed("it has no RequestId", "")
	}
	return *a.Response.RequestID, nil
}

// send has the SDK send one request. It survives the SDK's panics. It returns the end of the
// caller's ctx as such, and the end of its own timeout as a failure of the service.
func (d *driver) send(ex *exchange, req tchttp.Request, resp tchttp.Response) error {
	if err := ex.ctx.Err(); err != nil {
		return ex.notSent(provider.ErrUnavailable, err)
	}
	at, err := d.endpointOf(ex.region)
	if err != nil {
		return ex.notSent(provider.ErrInvalid, err)
	}
	at.Host = hostOfProduct(at.Host, req.GetService())
	creds, err := d.askCredentials(ex.ctx)
	if err != nil {
		return ex.notSent(provider.ErrAuth, err)
	}
	c, err := d.client(clientKey{ex.region, at}, creds)
	if err != nil {
		return ex.notSent(provider.ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeout(ex.ctx, ex.timeout)
	defer cancel()
	defer ex.Close()
	err = recovered(func() error { return c.Send(ex.Watch(ctx), req, resp) })
	d.answered.Record(&ex.Exchange)
	if err != nil {
		ex.secrets = redactorOf(ex.spec, creds, ex.Request())
		return d.wrapError(err, ex)
	}
	return nil
}

// recovered calls f and turns its panic into an error without its value, which may quote the
// request: the SDK dereferences nil when a body is "null".
func recovered(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("the SDK panicked: %s", v.Error())
		default:
			err = fmt.Errorf("the SDK panicked with a %T", v)
		}
	}()
	return f()
}

// keyedClient returns an SDK client and the credentials that it signs with. It is a function
// because package fmt cannot look into one: a client that is printed must not show its keys.
type keyedClient func() (api, provider.Credentials)

// clientKey is what an SDK client is made for, beside its credentials.
type clientKey struct {
	region string
	at     oncehttp.Endpoint
}

// client returns the SDK client of a region. It keeps the client until the credentials change, so
// that a call neither builds a client nor signs with a former key.
func (d *driver) client(key clientKey, creds provider.Credentials) (api, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if kept, ok := d.clients[key]; ok {
		if c, of := kept(); of == creds {
			return c, nil
		}
	}
	if err := wire.Shared(); err != nil {
		return nil, err
	}
	c, err := d.build(key, creds)
	if err != nil {
		return nil, err
	}
	d.clients[key] = func() (api, provider.Credentials) { return c, creds }
	return c, nil
}

// build returns an SDK client that does nothing by itself.
func (d *driver) build(key clientKey, creds provider.Credentials) (api, error) {
	cred := common.NewTokenCredential(creds.AccessKeyID, creds.AccessKeySecret.Reveal(), creds.SecurityToken.Reveal())
	c, err := cvm.NewClient(cred, key.region, wire.Profile(key.at))
	if err != nil {
		return nil, err
	}
	c.WithHttpTransport(d.transport)
	return sdkClient{c}, nil
}

// api is what the driver uses of the SDK.
type api interface {
	Send(ctx context.Context, req tchttp.Request, resp tchttp.Response) error
}

// sdkClient stands between api and the SDK's client. If *cvm.Client itself were converted to an
// interface, the linker would keep all of its several hundred methods in programs that use
// reflection.
type sdkClient struct{ cvm *cvm.Client }

// Send sends one of the SDK's requests, as its own methods do.
func (s sdkClient) Send(ctx context.Context, req tchttp.Request, resp tchttp.Response) error {
	req.SetContext(ctx)
	if err := s.cvm.Send(req, resp); !errors.Is(err, errRead) {
		return err
	}
	return nil
}

// cvmProduct is the name of CVM among the vendor's products: that of its hosts and signatures.
const cvmProduct = "cvm"

// rawRequest returns a request with a body that the SDK has no type for.
func rawRequest(action string, params map[string]any) (tchttp.Request, error) {
	return productRequest(cvmProduct, cvm.APIVersion, action, params)
}

// productRequest is rawRequest for any product of the vendor. It is signed for that product.
func productRequest(product, version, action string, params map[string]any) (tchttp.Request, error) {
	req := tchttp.NewCommonRequest(product, version, action)
	return req, req.SetActionParameters(params)
}
