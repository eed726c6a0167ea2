package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

var (
	errPanic   = errors.New("the SDK panicked")
	errBuild   = errors.New("the SDK could not build the request")
	errMisread = errors.New("the SDK's decoder misreads a number")
	errMalform = errors.New("not an answer of the API")
)

// failure turns the end of an exchange into an error. The ctx comes first, then
// the failure of the transport, then the vendor's answer.
func (c *Caller) failure(
	ctx context.Context, r Request, at endpoint, f *exchange, resp *Response, err error,
) *provider.APIError {
	failed := f.Err()
	switch {
	case failed != nil && ctx.Err() != nil:
		return c.lost(r, f, resp, ctx.Err().Error(), ctx.Err())
	case failed != nil && f.ctx.Err() != nil:
		return c.lost(r, f, resp, fmt.Sprintf("no answer within %v", r.Timeout), nil)
	case failed != nil:
		cause := resp.redact().Cause(failed)
		e := c.lost(r, f, resp, cause.Error(), cause)
		if c.answered.NoHost(&f.Exchange) {
			e.NoHost, e.Message = true, noHost(r, at)+": "+e.Message
		}
		return e
	}
	var s *sdkerrors.ServerError
	if errors.As(err, &s) && s.ErrorCode() != "" {
		e := c.Refusal(r, resp, s.ErrorCode(), s.Message())
		e.Err = rebuild(s, e.Code, resp.Clean)
		return e
	}
	if code, message := refusalIn(resp.Body); code != "" {
		return c.Refusal(r, resp, code, message)
	}
	return c.Malformed(r, resp)
}

// refusalIn returns the code and the message of an error that the SDK cannot read: it gives up
// when any field has another type, or other letters. A code that is no text is none.
func refusalIn(body []byte) (code, message string) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return "", ""
	}
	for name, x := range fields {
		text, _ := x.(string)
		switch {
		case text == "":
		case strings.EqualFold(name, "Code"):
			code = text
		case strings.EqualFold(name, "Message"):
			message = text
		}
	}
	return code, message
}

// Refusal classifies an answer that says no: the vendor's code by the table,
// other codes by their family. The error shows no secret that the code or the message
// repeats.
//
// A code that neither knows proves little. Without the status of an error and a
// request ID something in between wrote it. With them it still may be about a create
// that happened, and to ask again for a create by its token, or to look for it by its
// marker, costs nothing; other calls count as refused.
func (c *Caller) Refusal(r Request, resp *Response, code, message string) *provider.APIError {
	return c.refusal(r, resp, code, message, source{resp.HTTPStatus, resp.RequestID != ""})
}

// RowRefusal is Refusal for the code of one instance, inside an answer that is a success as
// a whole. Such a code refuses for its instance: the service wrote it. A code that is the
// number of an HTTP status counts as that status.
func (c *Caller) RowRefusal(r Request, resp *Response, code, message string) *provider.APIError {
	status := http.StatusForbidden
	if n := Text(code).Int(); n >= http.StatusBadRequest && n < 600 {
		status = n
	}
	return c.refusal(r, resp, code, message, source{status, true})
}

// source is what speaks for a refusal.
type source struct {
	status   int  // the status that counts
	ofVendor bool // the service wrote it, and nothing in between
}

// refusal classifies a code.
func (c *Caller) refusal(r Request, resp *Response, code, message string, from source) *provider.APIError {
	row, found := c.errors.classify(code, message)
	status := from.status
	ofVendor := from.ofVendor && status >= http.StatusBadRequest
	familyCounts := ofVendor || !r.Create
	ofFamily := found == family && familyCounts
	known := found == listed || ofFamily
	passing := found == listed && row.Temporary && !r.Create // to repeat it costs nothing
	says := oncehttp.VerdictOf(status)
	shown := code
	if row.Code != code { // what the documents spell out repeats nothing
		shown = resp.Clean(code)
	}
	e := &provider.APIError{
		Driver: c.driver, Op: r.Action, HTTPStatus: resp.HTTPStatus,
		Code: shown, Message: resp.Clean(message), Hint: resp.hint(code), RequestID: resp.Clean(resp.RequestID),
		Outcome: provider.OutcomeRejected, Kind: row.Kind, Temporary: row.Temporary, Lasting: row.Lasting, Stock: row.Stock,
	}
	switch {
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	case row.TokenDead: // whatever the status
		e.TokenDead = true
	case !known && says.Fate != oncehttp.Open:
		e.Outcome, e.Kind, e.Lasting = adapter.OutcomeOf(says.Fate), adapter.KindOf(says), says.Lasting
	case status >= http.StatusInternalServerError && !passing:
		e.Outcome, e.Kind, e.Stock = provider.OutcomeUnknown, provider.ErrUnavailable, ""
	case row.Unknown:
		e.Outcome = provider.OutcomeUnknown
	case known:
	case status < http.StatusMultipleChoices || !from.ofVendor: // no proof that it is of the vendor
		e.Outcome, e.Kind = provider.OutcomeUnknown, provider.ErrUnavailable
	case r.Create:
		e.Outcome = provider.OutcomeUnknown
	}
	resp.Pause(e)
	return e
}

// place says where a code was found.
type place int

const (
	unlisted place = iota
	family         // the code is of a family that the documents use for checks before a call is carried out
	listed         // in the table, or documented with its message
)

// classify finds the row for a code. Messages count in two documented cases
// only, where the code alone says nothing.
//
// The families are those of checks that come before anything is done: of what the
// account may do, and of parameters that are wrong or missing. The documents list
// hundreds of their codes, and none of them for a create that may have happened. The
// prefix of the codes of ENS is none: it is the name of the product.
func (c *codes) classify(code, message string) (provider.ErrorCode, place) {
	row, ok := c.table.Lookup(code)
	exact := ok && row.Code == code
	if !exact {
		plain := plainCode(code)
		other, found := c.plain.Lookup(plain)
		exact = found && other.Code == plain
		if better := exact || !ok; found && better {
			row, ok = other, true
		}
	}
	message = strings.ToLower(message)
	byMessage, isDenied := denied(message)
	switch {
	case !exact && blamesService(code):
		return provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true}, listed
	case ok:
		return row, listed
	case isDenied && code == "OperationDenied":
		return byMessage, listed
	case strings.Contains(message, "another instance has been creating"):
		return provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true}, listed
	case strings.HasPrefix(code, "Forbidden"), strings.HasPrefix(code, "NoPermission"):
		return provider.ErrorCode{Kind: provider.ErrPermission}, family
	case strings.HasPrefix(code, "Invalid"), strings.HasPrefix(code, "MissingParameter"):
		return provider.ErrorCode{Kind: provider.ErrInvalid}, family
	}
	return provider.ErrorCode{}, unlisted
}

// codes are the codes of an adapter.
type codes struct {
	table *provider.ErrorTable
	plain *provider.ErrorTable // the same by their plain forms
}

func newCodes(table *provider.ErrorTable) *codes {
	rows, listed := []provider.ErrorCode{}, map[string]bool{}
	for _, row := range table.Rows() {
		row.Code = plainCode(row.Code)
		if !listed[row.Code] {
			rows = append(rows, row)
		}
		listed[row.Code] = true
	}
	return &codes{table, provider.NewErrorTable(rows)}
}

// plainCode returns what the spellings of a code have in common: the APIs write InvalidVSwitchId and
// InvalidVswitchID, "Exceed" and "Exceeded", "NotSupport" and "NotSupported", QUOTA_FULL and QuotaFull.
func plainCode(code string) string {
	steps := strings.Split(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(code)), "_", ""), ".")
	for i, step := range steps {
		if strings.HasSuffix(step, "exceeded") || strings.HasSuffix(step, "notsupported") {
			steps[i] = strings.TrimSuffix(step, "ed")
		}
	}
	return strings.Join(steps, ".")
}

// blamesService reports whether a code that no row names speaks of a failure inside the
// service, as in "InvalidParameter.InternalError", "System.Timeout" or "SERVICE_UNAVAILABLE".
// Such a code proves nothing about the call, in whatever family it stands.
func blamesService(code string) bool {
	if strings.HasPrefix(code, "SDK.") { // for what happened before and after a call
		return false
	}
	steps := strings.Split(plainCode(code), ".")
	for i, step := range steps {
		if serviceFailure.MatchString(step) {
			return true
		}
		if i > 0 && serviceFailure.MatchString(steps[i-1]+step) {
			return true
		}
	}
	return false
}

// serviceFailure is a step of a code between dots, or two of them: a part of the service, and how it
// failed; or that something took too long.
var serviceFailure = regexp.MustCompile(`^(` +
	`(` + parts + `)+(temporar(y|ily))?(error|fail|exception|fault|unavailable|notavailable|unreachable|busy)[a-z]*|` +
	`[a-z]*internal(error|fail|exception|fault)[a-z]*|busy|badgateway|[a-z]*(timeout|timedout))$`)

// parts are words for the service and for what it works with.
const parts = `internal|inner|interface|system|server|service|backend|remote|upstream|gateway|database|db|rpc|hsf|` +
	`unknown|unexpected`

// denied returns what a message, in small letters, says beside the bare OperationDenied, if the
// message is documented. Each of them has a code of its own by now, which some regions do not use.
func denied(message string) (row provider.ErrorCode, ok bool) {
	for _, d := range deniedFor {
		if strings.Contains(message, d.words) {
			return provider.ErrorCode{Kind: d.kind, Stock: d.stock}, true
		}
	}
	return provider.ErrorCode{}, false
}

// deniedFor are the documented messages beside the bare OperationDenied.
var deniedFor = []struct {
	words string
	kind  error
	stock provider.StockScope
}{
	{"out of usage", provider.ErrNoStock, ""},
	{"temporarily suspended", provider.ErrNoStock, ""},
	{"sold out", provider.ErrNoStock, ""},
	{"out of stock", provider.ErrNoStock, ""},
	{"instancetype or zone is not available", provider.ErrNoStock, ""},
	{"to the specified zone is not allowed", provider.ErrNoStock, provider.StockOfZone},
	{"does not offer the specified disk category", provider.ErrNoStock, provider.StockOfDisk},
	{"not enough ip address", provider.ErrNoStock, provider.StockOfSubnet},
	{"image is disabled or is deleted", provider.ErrInvalid, ""},
	{"snapshot is not allowed to create disk", provider.ErrInvalid, ""},
	{"type of the disk does not support", provider.ErrInvalid, ""},
	{"network segment of the vswitch", provider.ErrInvalid, ""},
	{"current user does not support", provider.ErrPermission, ""},
}

// ForPower corrects the error of a start, stop or reboot, and returns it.
//
// The table calls IncorrectInstanceStatus temporary for the sake of releases,
// where it mostly means that an instance is still being built. A start or stop gets
// the same code for an instance that stays as it is, for example one that is where
// it should be already, and for one on its way. The code cannot tell them apart,
// and repeating the first would cost minutes. So it is temporary only if the
// caller knows that the instance is passing from one state to another, or if the
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
	return &provider.APIError{
		Driver: c.driver, Op: r.Action, Message: message, Outcome: provider.OutcomeRejected, Kind: kind, Err: err,
	}
}

// ended is the error of a call whose ctx ended before it left.
func (c *Caller) ended(r Request, ctxErr error) *provider.APIError {
	e := c.notSent(r, nil, ctxErr.Error(), ctxErr)
	e.Outcome = provider.OutcomeUnsent
	return e
}

// lost is the error of a call whose answer did not arrive, or not all of it. The end of
// a ctx is no failure of the service.
func (c *Caller) lost(r Request, f *exchange, resp *Response, message string, err error) *provider.APIError {
	says := oncehttp.VerdictOf(f.Status())
	e := c.notSent(r, adapter.KindOf(says), message, err)
	e.HTTPStatus, e.RequestID = f.Status(), resp.Clean(resp.RequestID)
	e.Outcome, e.Lasting = adapter.OutcomeOf(f.Fate()), says.Lasting
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Lasting = nil, false
	case f.Status() != 0:
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %s", f.Status(), message)
	}
	return e
}

// Malformed is the error of an answer that the API does not give: the status alone
// says whether the call may have been executed.
func (c *Caller) Malformed(r Request, resp *Response) *provider.APIError {
	says := oncehttp.VerdictOf(resp.HTTPStatus)
	e := &provider.APIError{
		Driver: c.driver, Op: r.Action, Message: resp.redact().Strange(resp.HTTPStatus, resp.Body),
		RequestID: resp.Clean(resp.RequestID), HTTPStatus: resp.HTTPStatus,
		Outcome: adapter.OutcomeOf(says.Fate), Kind: adapter.KindOf(says), Lasting: says.Lasting, Err: errMalform,
	}
	resp.Pause(e)
	return e
}
