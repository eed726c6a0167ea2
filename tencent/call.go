package tencent

import (
	"context"
	"fmt"
	"runtime"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// The vendor's names of the calls.
const (
	actionRun       = "RunInstances"
	actionDescribe  = "DescribeInstances"
	actionTerminate = "TerminateInstances"
)

// How long each call may take when the caller's ctx allows more.
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
	secrets *oncehttp.Redactor         // known once there is an error to clean
}

// keptOfAnswer is how many bytes are kept of an answer for its first words, should it be
// no answer of the API.
const keptOfAnswer = 4 << 10

func (d *driver) exchange(ctx context.Context, op, region string, timeout time.Duration) *exchange {
	ex := &exchange{ctx: ctx, op: op, region: d.regionOf(region), timeout: timeout}
	ex.Keep = keptOfAnswer
	return ex
}

// call runs one SDK call. It survives the SDK's panics, and returns the end of
// ctx as the caller's and the end of our own timeout as ours.
func (d *driver) call(ex *exchange, send func(context.Context, api) error) error {
	if err := ex.ctx.Err(); err != nil {
		return ex.notSent(provider.ErrUnavailable, err)
	}
	creds, err := provider.AskCredentials(ex.ctx, d.credentials)
	if err == nil {
		err = checkCredentials(creds)
	}
	if err != nil {
		return ex.notSent(provider.ErrAuth, err)
	}
	c, err := d.client(ex.region, creds)
	if err != nil {
		return ex.notSent(provider.ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeout(ex.ctx, ex.timeout)
	defer cancel()
	defer ex.Close()
	if err := recovered(func() error { return send(ex.Watch(ctx), c) }); err != nil {
		ex.secrets = redactorOf(ex.spec, creds, ex.Request())
		return d.wrapError(err, ex)
	}
	return nil
}

// ask sends a request of the SDK and reads the answer into resp.
func (d *driver) ask(ex *exchange, req tchttp.Request, resp tchttp.Response) error {
	return d.call(ex, func(ctx context.Context, c api) error { return c.Send(ctx, req, resp) })
}

// order sends a request whose answer is a RequestId and nothing else: the SDK's
// types of such answers differ by name only.
func (d *driver) order(ex *exchange, req tchttp.Request) (requestID string, err error) {
	resp := cvm.NewStopInstancesResponse()
	if err := d.ask(ex, req, resp); err != nil {
		return "", err
	}
	if resp.Response == nil || value(resp.Response.RequestId) == "" {
		return "", ex.malformed("it has no RequestId", "")
	}
	return *resp.Response.RequestId, nil
}

// recovered calls f and turns its panic into an error that matches no secret:
// the SDK dereferences nil when a body is "null".
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

// api is what the driver uses of the SDK.
type api interface {
	RunInstances(ctx context.Context, req *cvm.RunInstancesRequest) (*cvm.RunInstancesResponse, error)
	RunRaw(ctx context.Context, params map[string]any) (*cvm.RunInstancesResponse, error)
	DescribeInstances(ctx context.Context, req *cvm.DescribeInstancesRequest) (*cvm.DescribeInstancesResponse, error)
	TerminateInstances(ctx context.Context, req *cvm.TerminateInstancesRequest) (*cvm.TerminateInstancesResponse, error)
	Send(ctx context.Context, req tchttp.Request, resp tchttp.Response) error
}

// sdkClient stands between api and the SDK's client. Were *cvm.Client itself
// converted to an interface, the linker would have to keep all of its several
// hundred methods in programs that use reflection.
type sdkClient struct{ cvm *cvm.Client }

func (s sdkClient) RunInstances(ctx context.Context, req *cvm.RunInstancesRequest) (*cvm.RunInstancesResponse, error) {
	resp := cvm.NewRunInstancesResponse()
	return resp, s.Send(ctx, req, &runReply{resp})
}

// RunRaw sends a create that the typed request cannot carry, signed alike.
func (s sdkClient) RunRaw(ctx context.Context, params map[string]any) (*cvm.RunInstancesResponse, error) {
	req, err := rawRequest(actionRun, params)
	if err != nil {
		return nil, err
	}
	resp := cvm.NewRunInstancesResponse()
	return resp, s.Send(ctx, req, &runReply{resp})
}

func (s sdkClient) DescribeInstances(ctx context.Context, req *cvm.DescribeInstancesRequest) (*cvm.DescribeInstancesResponse, error) {
	resp := cvm.NewDescribeInstancesResponse()
	return resp, s.Send(ctx, req, &describeReply{resp})
}

func (s sdkClient) TerminateInstances(ctx context.Context, req *cvm.TerminateInstancesRequest) (*cvm.TerminateInstancesResponse, error) {
	return s.cvm.TerminateInstancesWithContext(ctx, req)
}

// Send sends one of the SDK's requests, as its own methods do.
func (s sdkClient) Send(ctx context.Context, req tchttp.Request, resp tchttp.Response) error {
	req.SetContext(ctx)
	return s.cvm.Send(req, resp)
}

// rawRequest is a request with a body of our own.
func rawRequest(action string, params map[string]any) (tchttp.Request, error) {
	req := tchttp.NewCommonRequest("cvm", cvm.APIVersion, action)
	return req, req.SetActionParameters(params)
}

// runReply and describeReply are answers that are searched for an error in one
// look, not by being decoded twice more.
type (
	runReply      struct{ *cvm.RunInstancesResponse }
	describeReply struct{ *cvm.DescribeInstancesResponse }
)

// ParseErrorFromHTTPResponse is asked by the SDK before it decodes an answer.
func (*runReply) ParseErrorFromHTTPResponse(body []byte) error { return wire.Refusal(body) }

// ParseErrorFromHTTPResponse is asked by the SDK before it decodes an answer.
func (*describeReply) ParseErrorFromHTTPResponse(body []byte) error { return wire.Refusal(body) }
