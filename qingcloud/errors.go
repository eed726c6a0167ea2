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
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

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
