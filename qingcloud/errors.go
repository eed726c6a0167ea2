package qingcloud

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

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
	says := verdictOf(t.status)
	e := &provider.APIError{Driver: Name, Op: t.op, HTTPStatus: t.status, Outcome: t.outcome(), Kind: says.kind, Lasting: says.lasting}
	var api *qcerrors.QingCloudError
	var creds *credentialsError
	switch {
	case errors.As(err, &api):
		d.classify(e, &qcerrors.QingCloudError{RetCode: api.RetCode, Message: t.redact(api.Message)})
	case ctx.Err() != nil: // which is no failure of the service
		e.Err, e.Kind, e.Lasting, e.Message = ctx.Err(), nil, false, ctx.Err().Error()
		if !t.sent {
			e.Outcome = provider.OutcomeUnsent
		}
	case errors.As(err, &creds):
		e.Err, e.Kind, e.Message = creds.err, provider.ErrAuth, creds.err.Error()
	case t.status == 0:
		e.Err = t.clean(err)
		e.Message = e.Err.Error()
	case t.cut:
		e.Err = t.clean(err)
		e.Message = fmt.Sprintf("HTTP %d, the answer ended early: %v", t.status, e.Err)
	default:
		e.Err, e.Message = t.clean(err), strange(t.status, t.firstWords())
	}
	busy := e.HTTPStatus == http.StatusTooManyRequests || e.HTTPStatus == http.StatusServiceUnavailable
	if busy || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = t.retryAfter
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

// trip is what is known about one call while it is under way.
type trip struct {
	op         string
	tried      bool // it was given to the transport
	sent       bool
	status     int
	body       []byte // of the answer, as far as it came
	cut        bool   // the answer ended early
	retryAfter time.Duration
	urls       []string // what names the request as a whole
	secrets    []string
	traced     atomic.Bool // the transport reports its connections
	connected  atomic.Bool // it had one for this call
}

// outcome is what is known about a call without an answer of the cloud.
func (t *trip) outcome() provider.Outcome {
	switch {
	case t.sent:
		return verdictOf(t.status).outcome
	case t.tried:
		return provider.OutcomeUnsent
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

// unsent reports whether a failed exchange provably sent nothing: a proxy that refuses
// to connect, and a handshake that fails, come before a connection is there. Transports
// that are not net/http's report no connections; then the kind of error decides.
func (t *trip) unsent(err error) bool {
	if t.status != 0 || t.connected.Load() {
		return false
	}
	if t.traced.Load() {
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	return errors.As(err, new(*net.DNSError)) || errors.As(err, new(tls.RecordHeaderError)) ||
		errors.As(err, new(*tls.CertificateVerificationError))
}

// hide notes what no error of this call may repeat. Short raw parameters are
// left alone: they are numbers and switches, and would garble every message.
// The URL comes first, as it is made of the others.
func (t *trip) hide(c *call, creds provider.Credentials, req *http.Request) {
	t.urls = []string{req.URL.String(), req.URL.RawQuery}
	t.secrets = []string{creds.AccessKeySecret.Reveal(), creds.AccessKeyID, req.URL.Query().Get("signature")}
	for _, v := range c.secrets {
		t.secrets = append(t.secrets, v)
	}
	if data, err := base64.StdEncoding.DecodeString(c.secrets["userdata_value"]); err == nil {
		t.secrets = append(t.secrets, string(data))
	}
	for _, v := range c.params {
		if len(v) >= 4 {
			t.secrets = append(t.secrets, v)
		}
	}
}

// redact masks secrets, in the forms a server might send them back.
func (t *trip) redact(s string) string {
	for _, x := range slices.Concat(t.urls, t.secrets) {
		for _, form := range forms(x) {
			s = strings.ReplaceAll(s, form, provider.Secret(x).String())
		}
	}
	return s
}

// forms returns a secret in the forms in which a server may quote it: as it is, as a
// part of a URL, of JSON or of Go, and in base64.
func forms(s string) []string {
	if s == "" {
		return nil
	}
	query := url.QueryEscape(s)
	blanks := strings.ReplaceAll(query, "+", "%20")
	out := []string{s, query, blanks, url.QueryEscape(query), url.QueryEscape(blanks), strings.Trim(strconv.Quote(s), `"`)}
	if text, err := json.Marshal(s); err == nil {
		out = append(out, string(text[1:len(text)-1]))
	}
	out = append(out, base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) }) // no form is left as a part of another
	return slices.Compact(out)
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

// verdict is what an HTTP status proves by itself, in an answer without a code of the
// vendor.
type verdict struct {
	kind    error
	outcome provider.Outcome
	lasting bool
	why     string // "" when the status says it all
}

// verdictOf reads a status. Unsent are those alone that say by their definition (RFC
// 9110, 6585, 8470; 494 is nginx's) that whatever answered refused to take or to pass
// on the request. Others say nothing of the kind: a gateway answers 404, 405, 408, 417 or
// 451, or sends the request elsewhere, after the service has had it as well as before.
func verdictOf(status int) verdict {
	tooLarge := func(what string) verdict {
		return verdict{provider.ErrInvalid, provider.OutcomeUnsent, true, what}
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge("the body of the request is too large")
	case http.StatusRequestURITooLong:
		return tooLarge("the URL of the request is too long")
	case http.StatusRequestHeaderFieldsTooLarge, 494:
		return tooLarge("the header of the request is too large")
	case http.StatusProxyAuthRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "a proxy wants credentials"}
	case http.StatusNetworkAuthenticationRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "the network wants a login"}
	case http.StatusUpgradeRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "another protocol is wanted"}
	case http.StatusMisdirectedRequest, http.StatusTooEarly:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, false, ""}
	case http.StatusTooManyRequests:
		return verdict{provider.ErrThrottled, provider.OutcomeThrottled, false, ""}
	}
	return verdict{provider.ErrUnavailable, provider.OutcomeUnknown, false, ""}
}

// strange tells what arrived in place of an answer of the API: its status, why it was
// refused if that is known, and its first words. What may be the service's own, and as
// such hold passwords of instances, is not quoted.
func strange(status int, words string) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if why := verdictOf(status).why; why != "" {
		parts = append(parts, why)
	}
	what := "not an answer of the API: "
	switch ok := status/100 == 2; {
	case words == "":
		what += "it is empty"
	case ok && strings.ContainsRune("{[", rune(words[0])): // it may hold what no error may show
		what += "JSON that lacks what it must have"
	default:
		what += `"` + words + `"`
	}
	return strings.Join(append(parts, what), ", ")
}

const (
	maxWords = 80      // characters that are shown of an answer that is none
	maxPage  = 1 << 16 // bytes that are looked at for them
	maxShare = 8       // bytes of a secret that may not be seen
)

var (
	urlWithQuery = regexp.MustCompile(`(?i)https?://[^\s"'<>]*\?[^\s"'<>]*`)
	unseen       = regexp.MustCompile(`(?is)<(head|script|style)\b.*?</(head|script|style)>|<!--.*?-->`)
	tag          = regexp.MustCompile(`(?s)<[^<>]*>`)
	queryParam   = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
)

// firstWords returns the beginning of an answer that the API did not write, fit for an
// error: one line of at most 80 characters, without tags and secrets. A page that quotes
// a part of a secret is withheld.
func (t *trip) firstWords() string {
	page := t.redact(strings.ToValidUTF8(string(t.body[:min(len(t.body), maxPage)]), ""))
	text := t.plainText(unseen.ReplaceAllString(page, " "))
	if text == "" {
		text = t.plainText(page) // the title is all there is
	}
	if runes := []rune(text); len(runes) > maxWords {
		text = strings.TrimSpace(string(runes[:maxWords])) + "..."
	}
	if t.quoted(text) {
		return "(withheld: it quotes the request)"
	}
	return text
}

func (t *trip) plainText(page string) string {
	text := t.redact(html.UnescapeString(tag.ReplaceAllString(page, " ")))
	text = queryParam.ReplaceAllString(urlWithQuery.ReplaceAllString(text, "[url]"), "?[...]")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// quoted reports whether a text holds a part of a secret.
func (t *trip) quoted(text string) bool {
	for _, secret := range t.secrets {
		for _, form := range forms(secret) {
			for i := 0; i+maxShare <= len(text); i++ {
				if strings.Contains(form, text[i:i+maxShare]) {
					return true
				}
			}
		}
	}
	return false
}

// maxRetryAfter bounds what Retry-After may ask for: to ask again after that long costs
// one call, and a proxy may ask for a day.
const maxRetryAfter = 5 * time.Minute

// retryAfter reads Retry-After, which is a number of seconds or a date. The date is
// compared with that of the answer itself, because clocks differ. 0 means that there
// is none.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(n, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return min(max(until.Sub(from), 0), maxRetryAfter)
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
