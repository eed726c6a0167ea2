package driverkit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Timeouts of a call beside its ctx, unless the configuration has others.
const (
	readTimeout  = 30 * time.Second
	writeTimeout = 90 * time.Second
)

// Config configures a [Caller].
type Config struct {
	// Driver is the name of the driver. Errors have it.
	Driver string

	// Codes is the table of the cloud's codes. A code that is not in it proves nothing about a
	// create. Nil is an empty table.
	Codes *provider.ErrorTable

	// Credentials are asked before every call. Nil stops every call with [provider.ErrAuth].
	Credentials provider.CredentialsSource

	// Transport carries every call. It must not repeat requests. Nil means transports of the
	// caller's own: a few kept connections for reads, and a new one for each other call, so
	// that a create is never sent on a connection that the service has closed. They use the
	// proxy of the environment and verify certificates.
	Transport http.RoundTripper

	// ReadTimeout and WriteTimeout end calls that no ctx has ended. 0 means 30 s and 90 s.
	ReadTimeout, WriteTimeout time.Duration
}

// Caller sends the calls of one account. It is safe for concurrent use. [NewCaller] makes one.
type Caller struct {
	cfg        Config
	transports oncehttp.Pair
	answered   oncehttp.Answered
}

// NewCaller returns a caller. It does no I/O.
func NewCaller(cfg Config) *Caller {
	if cfg.Codes == nil {
		cfg.Codes = provider.NewErrorTable(nil)
	}
	cfg.ReadTimeout = cmp.Or(cfg.ReadTimeout, readTimeout)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, writeTimeout)
	return &Caller{cfg: cfg, transports: oncehttp.NewPair(cfg.Transport)}
}

// Effect is what a call may do at the cloud.
type Effect int

// Effects. The zero value is the most careful.
const (
	Creates Effect = iota // makes something that costs money
	Changes               // changes, starts, stops or releases what exists
	Reads                 // changes nothing
)

// Call is one call to the cloud.
type Call struct {
	// Op is the cloud's name of the call, such as "POST /v1/instances". Errors have it.
	Op     string
	Effect Effect

	// Build returns the request, with ctx, signed with the credentials. It does no I/O. An error
	// stops the call: nothing was sent. A *[provider.FieldError] and [provider.FieldErrors] are
	// returned unchanged.
	Build func(ctx context.Context, keys provider.Credentials) (*http.Request, error)

	// Decode reads an answer, whatever its status. It returns nil for a success, a *[Refusal]
	// for an answer in which the cloud refuses the call, and any other error for what is no
	// answer of the API, such as the page of a proxy. It is also called for an answer that
	// ended early (see [Answer].Cut), so that it may save the IDs that arrived; what it then
	// returns does not count.
	Decode func(a *Answer) error

	// Spec is the spec that a create sends, or nil. No error shows its password and its user
	// data.
	Spec *provider.RunInstancesSpec

	// Secrets are further values in the request that no error may show. Values of less than
	// four bytes are too short to be found.
	Secrets []string
}

// Answer is what arrived for a call.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most 16 MiB
	Cut    bool   // it ended early: the body is only the beginning
}

// IDs returns the texts in the lists with a name that could be IDs, in order, from a body that
// is JSON or the beginning of it. An ID that is cut off in the middle is left out. It is for
// answers to creates that cannot be decoded: instances that exist must not be lost.
func (a *Answer) IDs(lists ...string) []string {
	return oncehttp.OnlyIDs(oncehttp.Salvage(a.Body, lists...).IDs)
}

// Refusal is an answer in which the cloud refuses a call.
type Refusal struct {
	Code      string // the cloud's code, as in the table of codes
	Message   string
	RequestID string // "" when the answer has none
}

// Error returns the code and the message.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// exchange is one call on its way.
type exchange struct {
	oncehttp.Exchange
	secrets *oncehttp.Redactor // nil until there is a request
}

// Errors that stop a call before it is sent.
type (
	credentialsError struct{ err error }
	buildError       struct{ err error }
)

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *buildError) Error() string       { return e.err.Error() }

// Do sends a call once and reads its answer. The error is a *[provider.APIError] with
// everything that is known about the outcome, or an error of fields from [Call].Build. After the
// end of ctx the error also matches that of ctx.
func (c *Caller) Do(ctx context.Context, call Call) error {
	x := &exchange{}
	err := c.exchange(ctx, x, &call)
	if err == nil {
		return nil
	}
	return c.errorOf(ctx, x, &call, err)
}

// exchange is Do without the translation of errors.
func (c *Caller) exchange(ctx context.Context, x *exchange, call *Call) (err error) {
	defer func() {
		if p := recover(); p != nil { // the value is not kept: it may quote the request
			err = fmt.Errorf("panic with a %T", p)
		}
	}()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	keys, err := c.keys(ctx)
	if err != nil {
		return err
	}
	req, err := call.Build(ctx, keys)
	if err != nil {
		return &buildError{err}
	}
	x.secrets = redactorOf(call, keys, req)
	err = c.send(ctx, x, call, req)
	if x.Status() == 0 {
		return err
	}
	a := &Answer{Status: x.Status(), Header: x.Header(), Body: x.Body(), Cut: err != nil}
	decoded := call.Decode(a)
	switch {
	case err != nil:
		return err
	case decoded == nil && a.Status/100 != 2:
		return fmt.Errorf("HTTP status %d", a.Status)
	}
	return decoded
}

// send does the one HTTP exchange and reads the answer.
func (c *Caller) send(ctx context.Context, x *exchange, call *Call, req *http.Request) error {
	transport, timeout := c.transports.Creates, c.cfg.WriteTimeout
	if call.Effect == Reads {
		transport, timeout = c.transports.Reads, c.cfg.ReadTimeout
	} else {
		oncehttp.NoReplay(req)
	}
	inner, cancel := context.WithTimeout(x.Watch(ctx), timeout)
	defer cancel()
	resp, err := x.RoundTrip(transport, req.WithContext(inner))
	c.answered.Record(&x.Exchange)
	if err == nil {
		err = x.ReadAll(resp)
		_ = resp.Body.Close()
	}
	timedOut := err != nil && inner.Err() != nil
	if timedOut && ctx.Err() == nil {
		return fmt.Errorf("no answer within %v", timeout)
	}
	return err
}

// keys asks the source and refuses what cannot be used.
func (c *Caller) keys(ctx context.Context) (provider.Credentials, error) {
	if c.cfg.Credentials == nil {
		return provider.Credentials{}, &credentialsError{errors.New("there are no credentials")}
	}
	keys, err := provider.AskCredentials(ctx, c.cfg.Credentials)
	if err == nil {
		err = credential.Complete(keys)
	}
	if err != nil {
		return provider.Credentials{}, &credentialsError{err}
	}
	return keys, nil
}
