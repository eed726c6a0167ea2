package driverkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorOf turns whatever went wrong in a call into an error of the driver's contract. The
// cloud's own answer counts most, then the end of the caller's ctx.
func (c *Caller) errorOf(ctx context.Context, x *exchange, call *Call, err error) error {
	says := oncehttp.VerdictOf(x.Status())
	e := &provider.APIError{
		Driver: c.cfg.Driver, Op: call.Op, HTTPStatus: x.Status(),
		Outcome: adapter.OutcomeOf(x.Fate()), Kind: adapter.KindOf(says), Lasting: says.Lasting,
	}
	var refusal *Refusal
	var creds *credentialsError
	var build *buildError
	switch {
	case errors.As(err, &build) && isFieldError(build.err):
		return build.err
	case errors.As(err, &refusal):
		c.classify(e, x, call, refusal)
	case ctx.Err() != nil: // the service has not failed
		e.Err, e.Kind, e.Lasting, e.Message = ctx.Err(), nil, false, ctx.Err().Error()
	case errors.As(err, &creds):
		e.Err, e.Kind, e.Message, e.Outcome = creds.err, provider.ErrAuth, creds.Error(), provider.OutcomeRejected
	case x.Request() == nil: // it could not be built, and cannot be the next time either
		e.Err, e.Kind, e.Message, e.Outcome = err, provider.ErrInvalid, err.Error(), provider.OutcomeRejected
	default:
		c.unanswered(e, x, err)
	}
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = x.RetryAfter()
	}
	return e
}

// unanswered describes a call that was tried and has no answer of the API.
func (c *Caller) unanswered(e *provider.APIError, x *exchange, err error) {
	e.Err = x.secrets.Cause(err)
	switch {
	case x.Status() == 0:
		e.NoHost = c.answered.NoHost(&x.Exchange)
		e.Message = e.Err.Error()
		if e.NoHost {
			e.Message = "no service at " + x.Request().URL.Host + ": " + e.Message
		}
	case x.Cut() != nil:
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %v", x.Status(), e.Err)
	default:
		e.Message = x.secrets.Strange(x.Status(), x.Body())
	}
}

// classify reads a refusal by the table of codes. A code that is not in the table proves nothing
// about a create; other calls with the status of a refusal count as refused.
func (c *Caller) classify(e *provider.APIError, x *exchange, call *Call, r *Refusal) {
	row, known := c.cfg.Codes.Lookup(r.Code)
	clean := &Refusal{Code: r.Code, Message: x.secrets.Text(r.Message), RequestID: x.secrets.Text(r.RequestID)}
	if row.Code != r.Code { // a listed code repeats nothing that was sent
		clean.Code = x.secrets.Text(r.Code)
	}
	e.Code, e.Message, e.RequestID, e.Err = clean.Code, clean.Message, clean.RequestID, clean
	if !known {
		refused := x.Status() >= http.StatusBadRequest && x.Status() < http.StatusInternalServerError
		if refused && e.Outcome == provider.OutcomeUnknown {
			e.Kind = nil
			if call.Effect != Creates {
				e.Outcome = provider.OutcomeRejected
			}
		}
		return
	}
	e.Kind, e.Outcome = row.Kind, provider.OutcomeRejected
	e.Temporary, e.Lasting, e.TokenDead, e.Stock = row.Temporary, row.Lasting, row.TokenDead, row.Stock
	switch {
	case row.Unknown:
		e.Outcome = provider.OutcomeUnknown
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	}
}

// isFieldError reports whether an error is about fields of a spec or of a call.
func isFieldError(err error) bool {
	return errors.As(err, new(provider.FieldErrors)) || errors.As(err, new(*provider.FieldError))
}

// plainHeaders hold nothing secret.
var plainHeaders = []string{"Accept", "Content-Type", "Content-Length", "User-Agent", "Idempotency-Key"}

// redactorOf hides what no error of a call may show: its secrets, its signature, and the query
// and the body that they are a part of.
func redactorOf(call *Call, keys provider.Credentials, req *http.Request) *oncehttp.Redactor {
	out := &oncehttp.Redactor{}
	out.Hide(oncehttp.PieceOfKey, keys.AccessKeySecret.Reveal(), keys.SecurityToken.Reveal())
	out.Hide(oncehttp.PieceOfKey, call.Secrets...)
	out.Hide(oncehttp.PieceOfData, keys.AccessKeyID)
	if call.Spec != nil {
		out.Hide(oncehttp.PieceOfKey, call.Spec.Login.Password.Reveal())
		out.Hide(oncehttp.PieceOfData, string(call.Spec.UserData))
	}
	for name, values := range req.Header {
		if !slices.Contains(plainHeaders, name) {
			out.Hide(oncehttp.PieceOfData, values...)
		}
	}
	out.Hide(oncehttp.PieceOfQuery, req.URL.RawQuery, bodyOf(req))
	return out
}

// bodyOf returns the body of a request that can be read twice, or "".
func bodyOf(req *http.Request) string {
	if req.GetBody == nil {
		return ""
	}
	body, err := req.GetBody()
	if err != nil {
		return ""
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(text)
}
