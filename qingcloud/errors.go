package qingcloud

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// wrapError turns whatever went wrong in a call into a *[provider.APIError]. The cloud's own
// answer counts most, then the end of the caller's ctx.
func (d *driver) wrapError(ctx context.Context, ex *exchange, err error) error {
	if err == nil || errors.As(err, new(provider.FieldErrors)) {
		return err
	}
	says := oncehttp.VerdictOf(ex.Status())
	e := &provider.APIError{
		Driver: Name, Op: ex.op, HTTPStatus: ex.Status(),
		Outcome: ex.outcome(), Kind: adapter.KindOf(says), Lasting: says.Lasting,
	}
	var api *qcerrors.QingCloudError
	var creds *credentialsError
	switch {
	case errors.As(err, &api):
		d.classify(e, &qcerrors.QingCloudError{RetCode: api.RetCode, Message: ex.secrets.Text(api.Message)})
		if api.RetCode == codeExpired {
			e.Hint = ex.Clock().Hint()
		}
	case ctx.Err() != nil: // the service has not failed
		e.Err, e.Kind, e.Lasting, e.Message = ctx.Err(), nil, false, ctx.Err().Error()
		e.Outcome = adapter.OutcomeOf(ex.Fate())
	case errors.As(err, &creds):
		e.Err, e.Kind, e.Message = creds.err, provider.ErrAuth, creds.err.Error()
	case ex.Status() == 0:
		e.Err = ex.secrets.Cause(err)
		e.Message = e.Err.Error()
		if d.answered.NoHost(&ex.Exchange) {
			e.NoHost, e.Message = true, ex.at.missing(ex.zone)+": "+e.Message
		}
	case ex.Cut() != nil:
		e.Err = ex.secrets.Cause(err)
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %v", ex.Status(), e.Err)
	default:
		e.Err, e.Message = ex.secrets.Cause(err), ex.secrets.Strange(ex.Status(), ex.Body())
	}
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = ex.RetryAfter()
	}
	return e
}

// codeExpired is the ret_code of a request whose time is more than 60 s off.
const codeExpired = 1300

// classify reads a ret_code. Two of the codes mean several things: 1400 and 2500.
func (d *driver) classify(e *provider.APIError, api *qcerrors.QingCloudError) {
	e.Code, e.Message, e.Err = strconv.Itoa(api.RetCode), api.Message, api
	row, known := errorTable.Lookup(e.Code)
	e.Kind, e.Outcome, e.Stock, e.Lasting = row.Kind, provider.OutcomeRejected, row.Stock, row.Lasting
	if row.Unknown {
		e.Outcome = provider.OutcomeUnknown
	}
	switch {
	case !known && api.RetCode/1000 == 5:
		// The 5000s are failures of the service. A new one does not prove that nothing
		// was done.
		e.Kind, e.Outcome = provider.ErrUnavailable, provider.OutcomeUnknown
	case !known && !refuses(e.Op, api.RetCode):
		e.Outcome = provider.OutcomeUnknown
	case api.RetCode == 2500 && d.throttled(e.Op, e.Message):
		e.Kind, e.Outcome = provider.ErrThrottled, provider.OutcomeThrottled
	case api.RetCode == 1400:
		e.Temporary, e.Kind = denied(e.Op, e.Message)
	}
}

// denied reads code 1400. It stands for a missing permission, for a place that the account may
// not use, and for a state. The documents say that only the message tells which, so this is
// the one code whose text is read. Every documented message begins with PermissionDenied,
// which thus tells nothing.
func denied(op, message string) (temporary bool, kind error) {
	text := deniedForm.ReplaceAllString(message, "")
	for i := range meanings {
		m := &meanings[i]
		if !m.form.MatchString(text) {
			continue
		}
		isPassing := m.isState && passes(op)
		return m.soon || isPassing, m.kind()
	}
	if dependsOnState(op) {
		return passes(op), provider.ErrState
	}
	return false, provider.ErrPermission
}

// deniedForm is how messages of code 1400 begin.
var deniedForm = regexp.MustCompile(`(?i)^\W*permission ?denied\b`)

// meanings are what messages of code 1400 may be about, the clearest first. Those of documents
// and of users' reports are "resource [i-1] lease info not ready yet, please try later",
// "instance [i-1] is not running, can not be stopped", "snapshot [ss-1] is not available, can
// not create volume from it" and "volume can not attach to instance in different zone".
//
// A message that begins with a zone is about the zone, whatever state that is in.
var meanings = []meaning{
	{isState: true, soon: true, form: regexp.MustCompile(
		`(?i)lease info|not ready|try (again )?later|please retry|retry (it )?later|\bbusy\b|` +
			`in progress|in transition|being (operated|processed)|` +
			`稍[后候]|重试|正在(操作|处理)`)},
	{form: regexp.MustCompile(
		`(?i)permission|privilege|authori[sz]|\baccess|forbidden|not yours|belong|owner|\brights?\b|\broles?\b|` +
			`\b(sub[- ]?)account|prohibit|restrict|权限|无权|授权|账户|账号|禁止|不允许|拒绝`)},
	{form: regexp.MustCompile(`(?i)^\W*(the )?(zone|region)\b`)},
	{isState: true, form: regexp.MustCompile(
		`(?i)\b(pending|creating|running|starting|stopping|stopped|restarting|resetting|suspended|suspending|` +
			`resuming|recovering|terminated|terminating|ceased|transition|status)\b|in[ -]use|状态|正在`)},
	{form: regexp.MustCompile(`(?i)zone|region|data ?cent|allow|permitted|polic|denied|区域|可用区|机房`)},
	{isState: true, form: regexp.MustCompile(`(?i)available|associated|attached|\bstate\b`)},
}

// meaning is what messages of one form are about: a state, or else a permission.
type meaning struct {
	form    *regexp.Regexp
	isState bool
	soon    bool // it passes by itself
}

func (m *meaning) kind() error {
	if m.isState {
		return provider.ErrState
	}
	return provider.ErrPermission
}

// refuses reports whether a code that is not documented belongs to a family that proves a
// refusal. For a create that is the family of the 1000s only: parameters, keys, accounts and
// permissions are checked before anything is done. The 2000s contain leases that fail after
// the create, and the families of licences and settings have never been seen. For other
// calls, which the client does not look for afterwards, it is every documented family except the
// failures of the service.
func refuses(op string, code int) bool {
	if op == actionRun {
		return code/1000 == 1
	}
	return slices.Contains([]int{1, 2, 3, 4, 8}, code/1000)
}

// dependsOnState reports whether code 1400 of an action, with a message that tells nothing, is
// likely about the state of what it names. It is not for creates and reads. The documents allow a new name in every state,
// but the vendor's own clients wait for the lease of an instance before they change it.
func dependsOnState(op string) bool {
	return slices.Contains([]string{
		actionTerminate, actionCease, actionRename, "StartInstances", "StopInstances", "RestartInstances",
		"JoinInstanceGroup", "DeleteInstanceGroups", actionResize, actionApplyGroup,
	}, op)
}

// passes reports whether a refusal with code 1400 that may be about a state is likely to pass
// by itself. A terminate or a new name is likely refused because it comes too early after the
// create, or because something is being done to the instance. Other calls are likely refused
// for a state that stays, as a start of an instance that runs: it would be useless to repeat
// them.
func passes(op string) bool { return op == actionTerminate || op == actionRename }

// throttled reports whether 2500 means too many API calls. The documents give it two
// meanings: too many resources, or too many API calls. Only creates, and joining a group, use
// up a quota of resources. For those the call quota is more likely when the message speaks of
// the API, or when this client has made nearly as many calls as an hour may have. The messages
// are unverified. In either case nothing was done, so a wrong guess costs a pause or a
// sentinel.
func (d *driver) throttled(op, message string) bool {
	usesResources := slices.Contains([]string{actionRun, "CreateInstanceGroups", "JoinInstanceGroup"}, op)
	nearLimit := d.calls.lastHour(time.Now()) >= callsPerHour*9/10
	return !usesResources || nearLimit || strings.Contains(message, "API")
}

// malformed returns the error of an answer without an error code that cannot be right.
func malformed(op, what string) *provider.APIError {
	return &provider.APIError{
		Driver: Name, Op: op, Message: "HTTP 200, " + what, HTTPStatus: http.StatusOK,
		Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable,
	}
}

// redactorOf hides what no error of a call may show: its secrets, and the query that they
// are a part of.
func redactorOf(c *call, creds provider.Credentials, req *http.Request) *oncehttp.Redactor {
	out := &oncehttp.Redactor{}
	out.Hide(oncehttp.PieceOfKey, creds.AccessKeySecret.Reveal(), creds.SecurityToken.Reveal())
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
