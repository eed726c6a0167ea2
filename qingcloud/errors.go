package qingcloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

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
	e := &provider.APIError{Driver: Name, Op: t.op, HTTPStatus: t.status, Outcome: t.outcome(), Kind: provider.ErrUnavailable}
	var api *qcerrors.QingCloudError
	var creds *credentialsError
	switch {
	case errors.As(err, &api):
		d.classify(e, &qcerrors.QingCloudError{RetCode: api.RetCode, Message: t.redact(api.Message)})
	case ctx.Err() != nil:
		e.Err, e.Message = ctx.Err(), "the call was ended by its context"
	case errors.As(err, &creds):
		e.Err, e.Kind, e.Message = creds.err, provider.ErrAuth, creds.err.Error()
	default:
		e.Err = t.clean(err)
		e.Message = e.Err.Error()
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
	case !known && !refusing(api.RetCode):
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

// refusing tells whether a code that is not documented is of a family that is: of
// the client's own mistakes (1000s to 3000s), of licences, of settings. Of any
// other one nobody knows what it means: it is no proof that nothing was done.
func refusing(code int) bool { return slices.Contains([]int{1, 2, 3, 4, 8}, code/1000) }

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
	return &provider.APIError{Driver: Name, Op: op, Message: message, HTTPStatus: http.StatusOK, Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable}
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

// trip is what is known about one call while it is under way.
type trip struct {
	op        string
	sent      bool
	status    int
	secrets   []string
	traced    atomic.Bool // the transport reports its connections
	connected atomic.Bool // it had one for this call
}

func (t *trip) outcome() provider.Outcome {
	if t.sent {
		return provider.OutcomeUnknown
	}
	return provider.OutcomeRejected
}

// trace watches for a connection: before there is one, nothing was sent.
func (t *trip) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.traced.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
	})
}

// unsent tells whether a failed exchange provably sent nothing. Transports that
// are not net/http's report no connections; then the kind of error decides.
func (t *trip) unsent(err error) bool {
	if t.traced.Load() {
		return !t.connected.Load()
	}
	var dial *net.OpError
	var cert *tls.CertificateVerificationError
	return errors.As(err, new(*net.DNSError)) || errors.As(err, &cert) || errors.As(err, &dial) && dial.Op == "dial"
}

// hide notes what no error of this call may repeat. Short raw parameters are
// left alone: they are numbers and switches, and would garble every message.
// The URL comes first, as it is made of the others.
func (t *trip) hide(c *call, creds provider.Credentials, req *http.Request) {
	t.secrets = []string{req.URL.String(), req.URL.RawQuery, creds.AccessKeySecret.Reveal(), creds.AccessKeyID, req.URL.Query().Get("signature")}
	for _, v := range c.secrets {
		t.secrets = append(t.secrets, v)
	}
	for _, v := range c.params {
		if len(v) >= 4 {
			t.secrets = append(t.secrets, v)
		}
	}
}

// redact masks secrets, in the forms a server might send them back.
func (t *trip) redact(s string) string {
	for _, x := range t.secrets {
		if x == "" {
			continue
		}
		escaped := url.QueryEscape(x)
		blanks := strings.ReplaceAll(escaped, "+", "%20")
		for _, form := range []string{x, escaped, blanks, strings.Trim(strconv.Quote(x), `"`), url.QueryEscape(escaped), url.QueryEscape(blanks)} {
			s = strings.ReplaceAll(s, form, provider.Secret(x).String())
		}
	}
	return s
}

// clean strips the URL that net/http puts around its errors. Should the rest
// repeat the request all the same, a plain error takes its place.
func (t *trip) clean(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	if t.leaks(err) {
		return errors.New("the exchange failed; the error is withheld because it repeats the request")
	}
	return err
}

// leaks looks at the whole chain: each error in it can be printed by itself.
func (t *trip) leaks(err error) bool {
	for _, s := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err)} {
		if strings.Contains(s, "signature=") || t.redact(s) != s {
			return true
		}
	}
	switch e := err.(type) { //nolint:errorlint // it walks the chain itself
	case interface{ Unwrap() error }:
		return e.Unwrap() != nil && t.leaks(e.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), t.leaks)
	}
	return false
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
