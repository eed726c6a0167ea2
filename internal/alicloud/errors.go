package alicloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

var (
	errPanic   = errors.New("the SDK panicked")
	errBuild   = errors.New("the SDK could not build the request")
	errMalform = errors.New("the answer is not what the API answers")
)

// failure turns the end of a flight into an error. The ctx comes first, then
// what the transport said, then the vendor's answer.
func (c *Caller) failure(ctx context.Context, r Request, f *flight, key provider.Credentials, err error) error {
	clean := scrubber(secretValues(r, key, f.query))
	switch {
	case f.err != nil && ctx.Err() != nil:
		return c.lost(r, f, "", ctx.Err())
	case f.err != nil && f.ctx.Err() != nil:
		return c.lost(r, f, fmt.Sprintf("no answer within %v", r.Timeout), nil)
	case f.err != nil:
		return c.lost(r, f, "", cleanTransportError(f.err, clean))
	}
	var s *sdkerrors.ServerError
	if errors.As(err, &s) && s.ErrorCode() != "" {
		e := c.Refusal(r, clean(s.ErrorCode()), clean(s.Message()), clean(s.RequestId()), f.status)
		e.Err = rebuild(s, clean)
		return e
	}
	if errors.Is(err, errPanic) {
		return c.malformed(r, f.status, clean(requestID(f.body)), errPanic)
	}
	return c.malformed(r, f.status, clean(requestID(f.body)), errMalform)
}

// Refusal classifies an answer that says no: the vendor's code by the table,
// other codes by their family. A code that nobody knows proves that nothing was
// done only beside the status of an error and a request ID: without one it was
// written by something in between. Message must hold no secret.
func (c *Caller) Refusal(r Request, code, message, requestID string, status int) *provider.APIError {
	row := classify(c.errors, code, message)
	e := &provider.APIError{
		Driver: c.driver, Op: r.Action, Code: code, Message: message, RequestID: requestID, HTTPStatus: status,
		Outcome: provider.OutcomeRejected, Kind: row.Kind, Temporary: row.Temporary, Stock: row.Stock,
	}
	switch {
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	case status >= http.StatusInternalServerError:
		e.Outcome, e.Kind, e.Stock = provider.OutcomeUnknown, provider.ErrUnavailable, ""
	case row.Unknown:
		e.Outcome = provider.OutcomeUnknown
	case row.Kind == nil && (status < http.StatusMultipleChoices || requestID == ""): // no proof that nothing was done
		e.Outcome, e.Kind = provider.OutcomeUnknown, provider.ErrUnavailable
	}
	return e
}

// classify finds the row for a code. Messages count in two documented cases
// only, where the code alone says nothing.
func classify(table *provider.ErrorTable, code, message string) provider.ErrorCode {
	row, ok := table.Lookup(code)
	switch {
	case ok:
		return row
	case code == "OperationDenied" && (strings.Contains(message, "out of usage") || strings.Contains(message, "temporarily suspended")):
		return provider.ErrorCode{Kind: provider.ErrNoStock}
	case strings.Contains(message, "Another Instance has been creating"):
		return provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true}
	case strings.HasPrefix(code, "Forbidden"), strings.HasPrefix(code, "NoPermission"):
		return provider.ErrorCode{Kind: provider.ErrPermission}
	case strings.HasPrefix(code, "Invalid"), strings.HasPrefix(code, "MissingParameter"), strings.HasPrefix(code, "ENS_"):
		return provider.ErrorCode{Kind: provider.ErrInvalid}
	}
	return provider.ErrorCode{}
}

// ForPower corrects the error of a start, stop or reboot, and returns it.
//
// The table calls IncorrectInstanceStatus temporary for the sake of releases,
// where it mostly means that a server is still being built. A start or stop gets
// the same code for a server that stays as it is, for example one that is where
// it should be already, and for one on its way. The code cannot tell them apart,
// and repeating the first would cost minutes. So it is temporary only if the
// caller knows that the server is passing from one state to another, or if the
// code itself says so.
func ForPower(err error, passing bool) error {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == "IncorrectInstanceStatus" || strings.HasPrefix(e.Code, "IncorrectInstanceStatus.") {
		e.Temporary = passing || e.Code == "IncorrectInstanceStatus.Initializing"
	}
	return err
}

// notSent is the error of a call that never left.
func (c *Caller) notSent(r Request, kind error, message string, err error) *provider.APIError {
	return &provider.APIError{Driver: c.driver, Op: r.Action, Message: message, Outcome: provider.OutcomeRejected, Kind: kind, Err: err}
}

// lost is the error of a call whose answer did not arrive.
func (c *Caller) lost(r Request, f *flight, message string, err error) *provider.APIError {
	e := c.notSent(r, provider.ErrUnavailable, message, err)
	if err != nil && message == "" {
		e.Message = err.Error()
	}
	e.HTTPStatus = f.status
	if !f.nothingSent() {
		e.Outcome = provider.OutcomeUnknown
	}
	return e
}

// malformed is the error of an answer that cannot be read: the call may have
// been executed.
func (c *Caller) malformed(r Request, status int, requestID string, err error) *provider.APIError {
	return &provider.APIError{
		Driver: c.driver, Op: r.Action, Message: err.Error(), RequestID: requestID, HTTPStatus: status,
		Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable, Err: err,
	}
}
