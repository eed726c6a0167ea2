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
	errMalform = errors.New("not an answer of the API")
)

// failure turns the end of a flight into an error. The ctx comes first, then
// what the transport said, then the vendor's answer.
func (c *Caller) failure(ctx context.Context, r Request, f *flight, resp *Response, err error) *provider.APIError {
	switch {
	case f.err != nil && ctx.Err() != nil:
		return c.lost(r, f, nil, "", ctx.Err())
	case f.err != nil && f.ctx.Err() != nil:
		return c.lost(r, f, provider.ErrUnavailable, fmt.Sprintf("no answer within %v", r.Timeout), nil)
	case f.err != nil:
		return c.lost(r, f, provider.ErrUnavailable, "", cleanTransportError(f.err, resp.Clean))
	}
	var s *sdkerrors.ServerError
	if errors.As(err, &s) && s.ErrorCode() != "" {
		e := c.Refusal(r, resp.Clean(s.ErrorCode()), resp.Clean(s.Message()), resp.Clean(s.RequestId()), f.status)
		e.Err = rebuild(s, resp.Clean)
		return e
	}
	return c.malformed(r, resp)
}

// Refusal classifies an answer that says no: the vendor's code by the table,
// other codes by their family. Message must hold no secret.
//
// A code that neither knows proves little. Without the status of an error and a
// request ID something in between wrote it. With them it still may be about a create
// that happened, and to ask again for a create by its token, or to look for it by its
// marker, costs nothing; other calls count as refused.
func (c *Caller) Refusal(r Request, code, message, requestID string, status int) *provider.APIError {
	row, found := classify(c.errors, code, message)
	ofVendor := requestID != "" && status >= http.StatusBadRequest
	known := found == listed || found == family && (ofVendor || !r.Create)
	says := verdictOf(status)
	e := &provider.APIError{
		Driver: c.driver, Op: r.Action, Code: code, Message: message, RequestID: requestID, HTTPStatus: status,
		Outcome: provider.OutcomeRejected, Kind: row.Kind, Temporary: row.Temporary, Lasting: row.Lasting, Stock: row.Stock,
	}
	switch {
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	case row.TokenDead: // whatever the status
		e.TokenDead = true
	case !known && says.outcome != provider.OutcomeUnknown:
		e.Outcome, e.Kind, e.Lasting = says.outcome, says.kind, says.lasting
	case status >= http.StatusInternalServerError:
		e.Outcome, e.Kind, e.Stock = provider.OutcomeUnknown, provider.ErrUnavailable, ""
	case row.Unknown:
		e.Outcome = provider.OutcomeUnknown
	case known:
	case status < http.StatusMultipleChoices || requestID == "": // no proof that it is of the vendor
		e.Outcome, e.Kind = provider.OutcomeUnknown, provider.ErrUnavailable
	case r.Create:
		e.Outcome = provider.OutcomeUnknown
	}
	return e
}

// source says where a code was found.
type source int

const (
	unlisted source = iota
	family          // the code is of a family that the documents use for checks before a call is carried out
	listed          // in the table, or documented with its message
)

// classify finds the row for a code. Messages count in two documented cases
// only, where the code alone says nothing.
//
// The families are those of checks that come before anything is done: of what the
// account may do, and of parameters that are wrong or missing. The documents list
// hundreds of their codes, and none of them for a create that may have happened. The
// prefix of the codes of ENS is none: it is the name of the product.
func classify(table *provider.ErrorTable, code, message string) (provider.ErrorCode, source) {
	row, ok := table.Lookup(code)
	switch {
	case ok:
		return row, listed
	case code == "OperationDenied" && (strings.Contains(message, "out of usage") || strings.Contains(message, "temporarily suspended")):
		return provider.ErrorCode{Kind: provider.ErrNoStock}, listed
	case strings.Contains(message, "Another Instance has been creating"):
		return provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true}, listed
	case strings.HasPrefix(code, "Forbidden"), strings.HasPrefix(code, "NoPermission"):
		return provider.ErrorCode{Kind: provider.ErrPermission}, family
	case strings.HasPrefix(code, "Invalid"), strings.HasPrefix(code, "MissingParameter"):
		return provider.ErrorCode{Kind: provider.ErrInvalid}, family
	}
	return provider.ErrorCode{}, unlisted
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

// notSent is the error of a call that is wrong before it leaves.
func (c *Caller) notSent(r Request, kind error, message string, err error) *provider.APIError {
	return &provider.APIError{Driver: c.driver, Op: r.Action, Message: message, Outcome: provider.OutcomeRejected, Kind: kind, Err: err}
}

// ended is the error of a call whose ctx ended before it left.
func (c *Caller) ended(r Request, ctxErr error) *provider.APIError {
	e := c.notSent(r, nil, ctxErr.Error(), ctxErr)
	e.Outcome = provider.OutcomeUnsent
	return e
}

// lost is the error of a call whose answer did not arrive, or not all of it.
func (c *Caller) lost(r Request, f *flight, kind error, message string, err error) *provider.APIError {
	e := c.notSent(r, kind, message, err)
	if err != nil && message == "" {
		e.Message = err.Error()
	}
	e.HTTPStatus, e.RequestID = f.status, requestID(f.body)
	if f.status != 0 && kind != nil {
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %s", f.status, e.Message)
	}
	e.Outcome = provider.OutcomeUnknown
	if f.nothingSent() {
		e.Outcome = provider.OutcomeUnsent
	}
	return e
}

// malformed is the error of an answer that the API does not give: the status alone
// says whether the call may have been executed.
func (c *Caller) malformed(r Request, resp *Response) *provider.APIError {
	var secrets []string
	if resp.secrets != nil {
		secrets = resp.secrets()
	}
	says := verdictOf(resp.HTTPStatus)
	e := &provider.APIError{
		Driver: c.driver, Op: r.Action, Message: strange(resp.HTTPStatus, firstWords(resp.Body, secrets)),
		RequestID: resp.Clean(resp.RequestID), HTTPStatus: resp.HTTPStatus,
		Outcome: says.outcome, Kind: says.kind, Lasting: says.lasting, Err: errMalform,
	}
	resp.Pause(e)
	return e
}
