package tencent

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// wrapError turns an error of the SDK into a *[provider.APIError]. The end of the caller's ctx
// comes first: the SDK hides it behind a parse error when it happens while the answer is read.
func (d *driver) wrapError(err error, ex *exchange) error {
	if ctxErr := ex.ctx.Err(); ctxErr != nil {
		return ex.ended(ctxErr)
	}
	if sdk := vendorError(err); sdk != nil {
		return ex.refused(sdk)
	}
	// The SDK's own reader of answers with another status fails when one member is odd.
	if ex.Status() != 0 && ex.Status() != http.StatusOK {
		if sdk := vendorError(wire.Refusal(ex.Body())); sdk != nil {
			return ex.refused(sdk)
		}
	}
	return d.unanswered(err, ex)
}

// vendorError returns the error of the cloud in an error of the SDK, or nil: ClientError.* are the
// SDK's own words.
func vendorError(err error) *tcerr.TencentCloudSDKError {
	var sdk *tcerr.TencentCloudSDKError
	if errors.As(err, &sdk) && sdk.Code != "" && !strings.HasPrefix(sdk.Code, "ClientError.") {
		return sdk
	}
	return nil
}

// ended returns the error of a ctx that ended, which is no failure of the service. The error of a
// create also says whether something may have been created.
func (ex *exchange) ended(ctxErr error) error {
	if !ex.creates {
		return fmt.Errorf("%s: %s: %w", Name, ex.op, ctxErr)
	}
	return ex.apiError(nil, adapter.OutcomeOf(ex.Fate()), ctxErr.Error(), ctxErr)
}

// refused returns the error that the cloud answered. The SDK's error is rebuilt, because any part
// of it may repeat what was sent.
//
// CVM answers every error with HTTP 200 and a request ID, so that anything else was written by
// something in between. A code that the table does not know may be about a create that happened:
// its outcome is unknown, and its token makes it free to ask again. Other calls with such a code
// count as refused. The families of the table are those of checks before a call is carried out.
func (ex *exchange) refused(sdk *tcerr.TencentCloudSDKError) error {
	row, known := classOf(sdk.Code)
	code, msg, requestID := sdk.Code, ex.secrets.Text(sdk.Message), ex.secrets.Text(sdk.RequestId)
	if !strings.EqualFold(row.Code, code) { // a documented code repeats nothing that was sent
		code = ex.secrets.Text(code)
	}
	e := ex.apiError(nil, provider.OutcomeRejected, msg, tcerr.NewTencentCloudSDKError(code, msg, requestID))
	e.Code, e.RequestID, e.Hint = code, requestID, ex.hint(sdk.Code)
	e.Kind, e.Temporary, e.Stock = row.Kind, row.Temporary, row.Stock
	if e.Stock == provider.StockOfDisk && ex.mixedDisks() {
		e.Stock = "" // the code does not say which kind of disk is out of stock
	}
	says := oncehttp.VerdictOf(ex.Status())
	switch {
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	case !known && says.Fate != oncehttp.Open:
		e.Kind, e.Outcome, e.Lasting = adapter.KindOf(says), adapter.OutcomeOf(says.Fate), says.Lasting
	case ex.Status() >= http.StatusInternalServerError, row.Unknown, !known && sdk.RequestId == "":
		e.Kind, e.Outcome, e.Temporary, e.Stock = provider.ErrUnavailable, provider.OutcomeUnknown, false, ""
	case !known && ex.creates:
		e.Outcome = provider.OutcomeUnknown
	}
	return ex.paused(e)
}

// hint returns what to do about a refusal, where the service does not say it; "" for most codes.
func (ex *exchange) hint(code string) string {
	switch {
	case strings.EqualFold(code, "AuthFailure.SignatureExpire"):
		return ex.Clock().Hint()
	case strings.EqualFold(code, "AuthFailure.TokenFailure"):
		return "the temporary credentials in use have ended, or their token is not theirs: get new ones from where they came"
	}
	return ""
}

// paused adds how long the answer asks the client to wait, when the service is busy or throttles.
func (ex *exchange) paused(e *provider.APIError) *provider.APIError {
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = ex.RetryAfter()
	}
	return e
}

// mixedDisks reports whether a create asks for several kinds of disks.
func (ex *exchange) mixedDisks() bool {
	if ex.spec == nil {
		return false
	}
	system := ex.spec.SystemDisk.Type
	return slices.ContainsFunc(ex.spec.DataDisks, func(d provider.Disk) bool { return d.Type != system })
}

// unanswered returns the error of a call without an answer of the cloud, or with one that makes no
// sense: its status alone says whether the call may have been executed. The text of the SDK's
// error is replaced, because it quotes the whole answer.
func (d *driver) unanswered(err error, ex *exchange) error {
	code, msg, cause := "ClientError.ParseJsonError", "", error(nil)
	noHost := d.answered.NoHost(&ex.Exchange)
	switch {
	case ex.Status() == 0:
		cause = ex.secrets.Cause(cmp.Or(ex.Err(), err))
		code, msg = "ClientError.NetworkError", "no answer: "+cause.Error()
		if noHost {
			const ask = "no service at %s: does region %q exist? If it does, set Config.Endpoint: %v"
			msg = fmt.Sprintf(ask, ex.Request().URL.Host, ex.region, cause)
		}
	case ex.Cut() != nil:
		cause = ex.secrets.Cause(ex.Cut())
		msg = fmt.Sprintf("HTTP %d, the answer ended early: %v", ex.Status(), cause)
	default:
		msg = ex.secrets.Strange(ex.Status(), ex.Body())
	}
	rebuilt := tcerr.NewTencentCloudSDKErrorWithCause(code, msg, "", cause)
	says := oncehttp.VerdictOf(ex.Status())
	e := ex.apiError(adapter.KindOf(says), adapter.OutcomeOf(ex.Fate()), msg, rebuilt)
	e.Lasting, e.NoHost = says.Lasting, noHost
	return ex.paused(e)
}

// malformed returns the error of an answer that the SDK accepts and that lacks what it must have.
func (ex *exchange) malformed(what, requestID string) error {
	msg := fmt.Sprintf("HTTP %d, the answer is malformed: %s", ex.Status(), what)
	e := ex.apiError(provider.ErrUnavailable, provider.OutcomeUnknown, msg, nil)
	e.RequestID = requestID
	return e
}

// notSent returns the error of a call that could not be sent.
func (ex *exchange) notSent(kind, err error) error {
	if ctxErr := ex.ctx.Err(); ctxErr != nil {
		return ex.ended(ctxErr)
	}
	return ex.apiError(kind, provider.OutcomeRejected, err.Error(), err)
}

func (ex *exchange) apiError(kind error, outcome provider.Outcome, msg string, err error) *provider.APIError {
	return &provider.APIError{
		Driver: Name, Op: ex.op, Message: msg, HTTPStatus: ex.Status(),
		Outcome: outcome, Kind: kind, Err: err,
	}
}

// redactorOf hides what no error of a call may show: its secrets. Spec is nil for a call that
// creates nothing, and req is nil for a call that was not sent.
func redactorOf(spec *provider.RunInstancesSpec, creds provider.Credentials, req *http.Request) *oncehttp.Redactor {
	out := &oncehttp.Redactor{}
	out.Hide(oncehttp.PieceOfKey, creds.AccessKeySecret.Reveal(), creds.SecurityToken.Reveal())
	if req != nil {
		_, signature, _ := strings.Cut(req.Header.Get("Authorization"), "Signature=")
		out.Hide(oncehttp.PieceOfData, signature)
	}
	if spec == nil {
		return out
	}
	out.Hide(oncehttp.PieceOfKey, spec.Login.Password.Reveal())
	out.Hide(oncehttp.PieceOfData, string(spec.UserData), base64.StdEncoding.EncodeToString(spec.UserData))
	o := optionsOf(spec)
	for _, text := range o.Metadata {
		out.Hide(oncehttp.PieceOfData, text)
	}
	for name, text := range o.Params {
		out.Hide(oncehttp.PieceOf(name), text)
		var root any
		if json.Unmarshal([]byte(text), &root) != nil {
			continue
		}
		leaves := map[string]string{}
		tree.Flatten(leaves, name, root)
		for path, leaf := range leaves {
			out.Hide(oncehttp.PieceOf(path), leaf)
		}
	}
	return out
}
