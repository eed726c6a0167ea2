package qingcloud

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable is the documented list of ret_code. Codes of the web console's
// accounts are authentication here; those of private clouds (licence, settings)
// say that the service is not able to serve.
var errorTable = provider.NewErrorTable([]provider.ErrorCode{
	{Code: "1100", Kind: provider.ErrInvalid},
	{Code: "1101", Kind: provider.ErrInvalid},
	{Code: "1200", Kind: provider.ErrAuth},
	{Code: "1300", Kind: provider.ErrAuth, Remark: "the clock is off by more than 60 s"},
	{Code: "1400", Kind: provider.ErrPermission, Remark: "`ErrState` of calls that change servers or groups, and temporary of a terminate or a new name"}, // see classify
	{Code: "1500", Kind: provider.ErrAuth},
	{Code: "1510", Kind: provider.ErrAuth},
	{Code: "1520", Kind: provider.ErrAuth},
	{Code: "1600", Kind: provider.ErrAuth},
	{Code: "1610", Kind: provider.ErrAuth},
	{Code: "1620", Kind: provider.ErrAuth},
	{Code: "1630", Kind: provider.ErrAuth},
	{Code: "1640", Kind: provider.ErrAuth},
	{Code: "1650", Kind: provider.ErrAuth},
	{Code: "1660", Kind: provider.ErrAuth},
	{Code: "1661", Kind: provider.ErrAuth},
	{Code: "1662", Kind: provider.ErrAuth},
	{Code: "2000", Kind: provider.ErrAuth},
	{Code: "2100", Kind: provider.ErrNotFound},
	{Code: "2110", Kind: provider.ErrExists},
	{Code: "2200", Kind: provider.ErrUnavailable, Unknown: true}, // leasing failed, perhaps after the create
	{Code: "2300", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "2400", Kind: provider.ErrBalance},
	{Code: "2500", Kind: provider.ErrQuota, Remark: "`ErrThrottled` of calls that use up no resource, and when the quota of calls is likely meant"}, // see classify
	{Code: "3300", Kind: provider.ErrInvalid},
	{Code: "4000", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4001", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4002", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4003", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4004", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "4005", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "5000", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "5100", Kind: provider.ErrUnavailable, Unknown: true},                                                                  // too busy, or timed out while executing
	{Code: "5200", Kind: provider.ErrNoStock, Stock: provider.StockOfType, Remark: "outcome open of a create of several servers"}, // computing capacity: no disk and no network would help
	{Code: "5300", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "5400", Kind: provider.ErrState},
	{Code: "5500", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "5600", Kind: provider.ErrInvalid},
	{Code: "8000", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8001", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8002", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8003", Kind: provider.ErrUnavailable, Lasting: true},
	{Code: "8004", Kind: provider.ErrUnavailable, Lasting: true},
})

// wrapError turns whatever went wrong in a call into an *APIError. The cloud's
// own answer counts most, then the end of the caller's ctx.
func (d *driver) wrapError(ctx context.Context, t *trip, err error) error {
	if err == nil || errors.As(err, new(provider.FieldErrors)) {
		return err
	}
	says := oncehttp.VerdictOf(t.Status())
	e := &provider.APIError{
		Driver: Name, Op: t.op, HTTPStatus: t.Status(),
		Outcome: t.outcome(), Kind: kindOfStatus(says), Lasting: says.Lasting,
	}
	var api *qcerrors.QingCloudError
	var creds *credentialsError
	switch {
	case errors.As(err, &api):
		d.classify(e, &qcerrors.QingCloudError{RetCode: api.RetCode, Message: t.secrets.Text(api.Message)})
	case ctx.Err() != nil: // which is no failure of the service
		e.Err, e.Kind, e.Lasting, e.Message = ctx.Err(), nil, false, ctx.Err().Error()
		e.Outcome = outcomeOfFate(t.Fate())
	case errors.As(err, &creds):
		e.Err, e.Kind, e.Message = creds.err, provider.ErrAuth, creds.err.Error()
	case t.Status() == 0:
		e.Err = t.secrets.Cause(err)
		e.Message = e.Err.Error()
	case t.Cut() != nil:
		e.Err = t.secrets.Cause(err)
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %v", t.Status(), e.Err)
	default:
		e.Err, e.Message = t.secrets.Cause(err), t.secrets.Strange(t.Status(), t.Body())
	}
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = t.RetryAfter()
	}
	return e
}

// classify reads a ret_code. Two of them mean several things.
func (d *driver) classify(e *provider.APIError, api *qcerrors.QingCloudError) {
	e.Code, e.Message, e.Err = strconv.Itoa(api.RetCode), api.Message, api
	row, known := errorTable.Lookup(e.Code)
	e.Kind, e.Outcome, e.Stock, e.Lasting = row.Kind, provider.OutcomeRejected, row.Stock, row.Lasting
	if row.Unknown {
		e.Outcome = provider.OutcomeUnknown
	}
	switch {
	case !known && api.RetCode/1000 == 5:
		// The 5000s are failures of the service: one it adds is not proof that
		// nothing was done.
		e.Kind, e.Outcome = provider.ErrUnavailable, provider.OutcomeUnknown
	case !known && !refusing(e.Op, api.RetCode):
		e.Outcome = provider.OutcomeUnknown
	case api.RetCode == 2500 && d.throttled(e.Op, e.Message):
		e.Kind, e.Outcome = provider.ErrThrottled, provider.OutcomeThrottled
	case api.RetCode == 1400 && dependsOnState(e.Op):
		// A missing permission looks the same but for the message, and so does
		// what passes by itself. Of a terminate and of a new name that is the
		// likely reason: it comes too early after the create, or something is
		// being done to the server. The others are refused for a state that
		// stays, as a start is of a server that runs: to repeat them would mostly
		// be idle.
		e.Kind, e.Temporary = provider.ErrState, e.Op == "TerminateInstances" || e.Op == "ModifyInstanceAttributes"
	}
}

// refusing reports whether a code that is not documented is of a family that refuses. Of
// a create that are the 1000s alone: parameters, keys, accounts and permissions are
// looked at before anything is done. The 2000s have failed leases, after the create;
// those of licences and settings have never been seen. Of other calls, which nobody
// looks for afterwards, all documented families but the failures of the service count.
func refusing(op string, code int) bool {
	if op == "RunInstances" {
		return code/1000 == 1
	}
	return slices.Contains([]int{1, 2, 3, 4, 8}, code/1000)
}

// dependsOnState tells of an action whether 1400 may be about the state of what
// it names. Creates and reads have none in their way. Names can be changed in any
// state, as documented; that a server takes no change before its lease is there is
// only known from the vendor's own clients, which wait.
func dependsOnState(op string) bool {
	return slices.Contains([]string{
		"TerminateInstances", "CeaseInstances", "StartInstances", "StopInstances", "RestartInstances",
		"JoinInstanceGroup", "DeleteInstanceGroups", "ModifyInstanceAttributes",
	}, op)
}

// throttled decides what 2500 means, which QingCloud documents as two things:
// too many resources, or too many API calls. Only a create, and joining a group,
// use up a resource quota. For those, a text that speaks of the API, or nearly a
// full hour of own calls, makes the call quota the likelier one. The texts are
// not verified; either way nothing was done, and a wrong guess costs a pause or
// a sentinel.
func (d *driver) throttled(op, message string) bool {
	uses := slices.Contains([]string{"RunInstances", "CreateInstanceGroups", "JoinInstanceGroup"}, op)
	return !uses || strings.Contains(message, "API") || d.calls.lastHour(time.Now()) >= callsPerHour*9/10
}

// badAnswer is an answer without an error that cannot be right.
func badAnswer(op, message string) *provider.APIError {
	return &provider.APIError{
		Driver: Name, Op: op, Message: "HTTP 200, " + message, HTTPStatus: http.StatusOK,
		Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable,
	}
}

func fieldError(path, reason string) *provider.FieldError {
	return &provider.FieldError{Driver: Name, Path: path, Reason: reason}
}

// credentialsError stops a call before it is made.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }

// credentials asks the source and refuses what cannot be used. With an empty
// key the SDK would ask a metadata service; around a key it drops blanks.
func (d *driver) credentials(ctx context.Context) (provider.Credentials, error) {
	c, err := provider.AskCredentials(ctx, d.creds)
	switch {
	case err != nil:
	case c.AccessKeyID == "" || c.AccessKeySecret == "":
		err = errors.New("access key ID or secret is empty")
	case strings.TrimSpace(c.AccessKeyID) != c.AccessKeyID || strings.TrimSpace(c.AccessKeySecret.Reveal()) != c.AccessKeySecret.Reveal():
		err = errors.New("access key ID or secret begins or ends with a blank")
	case c.SecurityToken != "":
		err = errors.New("temporary credentials with a security token are not supported")
	}
	if err != nil {
		return provider.Credentials{}, &credentialsError{err}
	}
	return c, nil
}

// trip is one call while it is under way.
type trip struct {
	oncehttp.Exchange
	op      string
	secrets *oncehttp.Redactor // known once there is a request
}

// outcome is what is known about a call without an answer of the cloud. What is wrong
// before it can be sent will be wrong again.
func (t *trip) outcome() provider.Outcome {
	if t.Request() == nil {
		return provider.OutcomeRejected
	}
	return outcomeOfFate(t.Fate())
}

// outcomeOfFate translates what an exchange proves.
func outcomeOfFate(f oncehttp.Fate) provider.Outcome {
	switch f {
	case oncehttp.Unsent:
		return provider.OutcomeUnsent
	case oncehttp.Throttled:
		return provider.OutcomeThrottled
	default:
		return provider.OutcomeUnknown
	}
}

// kindOfStatus returns the sentinel of a status without a code of the vendor.
func kindOfStatus(v oncehttp.Verdict) error {
	switch {
	case v.TooLarge:
		return provider.ErrInvalid
	case v.Fate == oncehttp.Throttled:
		return provider.ErrThrottled
	default:
		return provider.ErrUnavailable
	}
}

// redactorOf knows what no error of a call may show: its secrets, and the query that
// they are a part of.
func redactorOf(c *call, creds provider.Credentials, req *http.Request) *oncehttp.Redactor {
	out := &oncehttp.Redactor{}
	out.Hide(oncehttp.PieceOfKey, creds.AccessKeySecret.Reveal())
	out.Hide(oncehttp.PieceOfData, creds.AccessKeyID, req.URL.Query().Get("signature"))
	out.Hide(oncehttp.PieceOfQuery, req.URL.RawQuery)
	for _, params := range []map[string]string{c.secrets, c.params} {
		for name, value := range params {
			out.Hide(oncehttp.PieceOf(name), value)
		}
	}
	if data, err := base64.StdEncoding.DecodeString(c.secrets["userdata_value"]); err == nil {
		out.Hide(oncehttp.PieceOfData, string(data))
	}
	return out
}

// tally counts the calls of the last hour by minute. It tells apart the two
// meanings of code 2500.
type tally struct {
	mu    sync.Mutex
	count [60]int
	at    [60]int64 // the minute that count is for
}

func (t *tally) add(now time.Time) {
	minute := now.Unix() / 60
	t.mu.Lock()
	defer t.mu.Unlock()
	i := minute % 60
	if t.at[i] != minute {
		t.at[i], t.count[i] = minute, 0
	}
	t.count[i]++
}

// lastHour returns the number of calls of the last 60 minutes.
func (t *tally) lastHour(now time.Time) int {
	minute, n := now.Unix()/60, 0
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.count {
		if minute-t.at[i] < 60 {
			n += t.count[i]
		}
	}
	return n
}

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
