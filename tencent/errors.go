package tencent

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable classifies the codes that the calls of this package document, and
// the common ones of every API (cloud.tencent.com/document/api/213/30435). A
// whole code wins over its family: families span several kinds.
var errorTable = provider.NewErrorTable([]provider.ErrorCode{
	// Throttled before execution.
	{Code: "RequestLimitExceeded", Kind: provider.ErrThrottled},
	{Code: "RequestLimitExceeded.*", Kind: provider.ErrThrottled},

	// Quotas.
	{Code: "InstancesQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "ImageQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "LimitExceeded", Kind: provider.ErrQuota},
	{Code: "LimitExceeded.*", Kind: provider.ErrQuota},
	{Code: "OverQuota", Kind: provider.ErrQuota},
	{Code: "InvalidParameterValue.ExternalIpQuotaLimited", Kind: provider.ErrQuota},
	{Code: "InvalidParameterValue.TagQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "ResourceInsufficient.InsufficientGroupQuota", Kind: provider.ErrQuota},
	{Code: "ResourceInsufficient.DisasterRecoverGroupCvmQuota", Kind: provider.ErrQuota},
	{Code: "UnsupportedOperation.InsufficientClusterQuota", Kind: provider.ErrQuota},
	{Code: "UnsupportedOperation.UserLimitOperationExceedQuota", Kind: provider.ErrQuota},

	// No stock: of a type or in a zone, of disks, of spot capacity at the price,
	// of addresses. Stock is what a code proves beyond the combination that was
	// asked for. A spot bid that is too low, or too few servers for MinCount, proves
	// nothing about others; CloudDiskUnavailable may be about the disk's size, and
	// ZoneNotSupported about something else in the request.
	{Code: "ResourceInsufficient.AvailabilityZoneSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "ResourceInsufficient.SpecifiedInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceInsufficient.ZoneSoldOutForSpecifiedInstance", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceInsufficient.InsufficientOfferingMinimum", Kind: provider.ErrNoStock},
	{Code: "ResourceInsufficient.CloudDiskSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
	{Code: "ResourceInsufficient.CloudDiskUnavailable", Kind: provider.ErrNoStock},
	{Code: "ResourceInsufficient.CidrBlock", Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},
	{Code: "ResourcesSoldOut.SpecifiedInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourcesSoldOut.AvailableZone", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "ResourcesSoldOut.*", Kind: provider.ErrNoStock},
	{Code: "ResourceUnavailable.InstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceNotFound.InvalidZoneInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceNotFound.NoDefaultCbs", Kind: provider.ErrNoStock},
	{Code: "ResourceNotFound.NoDefaultCbsWithReason", Kind: provider.ErrNoStock},
	{Code: "InvalidParameter.InvalidCloudDiskSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
	{Code: "InvalidParameterValue.ZoneNotSupported", Kind: provider.ErrNoStock},
	{Code: "InvalidParameterValue.InsufficientOffering", Kind: provider.ErrNoStock},
	{Code: "InvalidParameterValue.InsufficientPrice", Kind: provider.ErrNoStock},
	{Code: "UnsupportedOperation.InvalidZone", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "UnsupportedOperation.NoInstanceTypeSupportSpot", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "FailedOperation.NoAvailableIpAddressCountInSubnet", Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},

	// Something named does not exist.
	{Code: "*.NotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidZone.MismatchRegion", Kind: provider.ErrNotFound},
	{Code: "ResourceNotFound", Kind: provider.ErrNotFound},
	{Code: "ResourceNotFound.*", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.VpcIdNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.SubnetNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.KeyPairNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateIdNotExisted", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateIdVerNotExisted", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.BandwidthPackageIdNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.InstanceTypeNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.InvalidVpcIdSubnetIdNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.ElasticNetworkNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.ChcHostsNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.DedicatedResourcePackIdsNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameter.SnapshotNotFound", Kind: provider.ErrNotFound},
	{Code: "FailedOperation.DisasterRecoverGroupNotFound", Kind: provider.ErrNotFound},

	// Who is calling.
	{Code: "AuthFailure", Kind: provider.ErrAuth},
	{Code: "AuthFailure.*", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.InvalidToken", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.MFAExpired", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.MFANotFound", Kind: provider.ErrAuth},
	{Code: "ClientError.CredentialError", Kind: provider.ErrAuth},

	// What the caller may do.
	{Code: "AccountQualificationRestrictions", Kind: provider.ErrPermission},
	{Code: "InvalidPermission", Kind: provider.ErrPermission},
	{Code: "UnauthorizedOperation", Kind: provider.ErrPermission},
	{Code: "UnauthorizedOperation.*", Kind: provider.ErrPermission},
	{Code: "AuthFailure.UnauthorizedOperation", Kind: provider.ErrPermission},
	{Code: "AuthFailure.CamRoleNameAuthenticateFailed", Kind: provider.ErrPermission},
	{Code: "OperationDenied.AccountNotSupported", Kind: provider.ErrPermission},
	{Code: "IpInBlacklist", Kind: provider.ErrPermission},
	{Code: "IpNotInWhitelist", Kind: provider.ErrPermission},

	// Money.
	{Code: "InvalidAccount.InsufficientBalance", Kind: provider.ErrBalance},
	{Code: "InvalidAccount.UnpaidOrder", Kind: provider.ErrBalance},
	{Code: "UnsupportedOperation.NotSupportUnpaidOrder", Kind: provider.ErrBalance},
	{Code: "FailedOperation.InquiryPriceFailed", Kind: provider.ErrBalance},

	// The request itself. A used address (VpcIpIsUsed) is among them: the way
	// out is another address.
	{Code: "InvalidParameter", Kind: provider.ErrInvalid},
	{Code: "InvalidParameter.*", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValue", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValue.*", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterCombination", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterConflict", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValueLimit", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValueOffset", Kind: provider.ErrInvalid},
	{Code: "InvalidFilter", Kind: provider.ErrInvalid},
	{Code: "InvalidFilterValue.*", Kind: provider.ErrInvalid},
	{Code: "*.Malformed", Kind: provider.ErrInvalid},
	{Code: "MissingParameter", Kind: provider.ErrInvalid},
	{Code: "MissingParameter.*", Kind: provider.ErrInvalid},
	{Code: "UnknownParameter", Kind: provider.ErrInvalid},
	{Code: "InvalidPassword", Kind: provider.ErrInvalid},
	{Code: "InvalidPeriod", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceName.TooLong", Kind: provider.ErrInvalid},
	{Code: "InvalidClientToken.TooLong", Kind: provider.ErrInvalid},
	{Code: "InvalidInstance.NotSupported", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceNotSupportedPrepaidInstance", Kind: provider.ErrInvalid},
	{Code: "VpcAddrNotInSubNet", Kind: provider.ErrInvalid},
	{Code: "VpcIpIsUsed", Kind: provider.ErrInvalid},
	{Code: "UnsupportedOperation", Kind: provider.ErrInvalid},
	{Code: "UnsupportedOperation.*", Kind: provider.ErrInvalid},
	{Code: "OperationDenied", Kind: provider.ErrInvalid},
	{Code: "OperationDenied.*", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.IllegalTagKey", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.IllegalTagValue", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.TagKeyReserved", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.SnapshotSizeLargerThanDataSize", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.SnapshotSizeLessThanDataSize", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.PromotionalRegionRestriction", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.Unreturnable", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.InvalidInstanceApplicationRole", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.InvalidInstanceApplicationRoleEmr", Kind: provider.ErrInvalid},
	{Code: "UnsupportedRegion", Kind: provider.ErrInvalid},
	{Code: "InvalidAction", Kind: provider.ErrInvalid},
	{Code: "NoSuchVersion", Kind: provider.ErrInvalid},
	{Code: "InvalidRequest", Kind: provider.ErrInvalid},
	{Code: "RequestSizeLimitExceeded", Kind: provider.ErrInvalid},

	// The state of a server or of another resource.
	{Code: "MutexOperation.TaskRunning", Kind: provider.ErrState, Temporary: true},
	{Code: "OperationDenied.InstanceOperationInProgress", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceInUse", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceInUse.*", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceUnavailable.SnapshotCreating", Kind: provider.ErrState, Temporary: true},
	{Code: "InvalidInstanceState", Kind: provider.ErrState},
	{Code: "InvalidInstanceState.*", Kind: provider.ErrState},
	{Code: "FailedOperation.AlreadyInDisasterRecoverGroup", Kind: provider.ErrState},
	{Code: "FailedOperation.PlacementSetNotEmpty", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.StoppedModeStopChargingSameFamily", Kind: provider.ErrState},
	{Code: "InvalidParameterValue.LaunchTemplateDefaultVersion", Kind: provider.ErrState},
	{Code: "InvalidParameterValue.LaunchTemplateIdVerSetAlready", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstancesProtected", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceReinstallFailed", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStatePending", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateStarting", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateStopping", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateRebooting", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateIsolating", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateEnterRescueMode", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateExitRescueMode", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateEnterServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateExitServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateRunning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateNotRunning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateStopped", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateShutdown", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateTerminating", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateTerminated", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateLaunchFailed", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateRescueMode", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateBanning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateFreezing", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateCorrupted", Kind: provider.ErrState},

	// Nobody knows whether the call was executed. ClientError.* are the SDK's
	// own words for an answer that did not come or makes no sense.
	{Code: "InternalError", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "InternalError.*", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "InternalServerError", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ServiceUnavailable", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ServiceUnavailable.*", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ResourceUnavailable", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ClientError.*", Kind: provider.ErrUnavailable, Unknown: true},
})

// wrapError turns an error of the SDK into one of ours. The end of the caller's
// ctx comes first: the SDK hides it behind a parse error when it happens while
// the answer is read.
func (d *driver) wrapError(err error, ex *exchange) error {
	if ctxErr := ex.ctx.Err(); ctxErr != nil {
		return ex.ended(ctxErr)
	}
	var sdk *tcerr.TencentCloudSDKError
	if errors.As(err, &sdk) && sdk.Code != "" && !strings.HasPrefix(sdk.Code, "ClientError.") {
		return ex.refused(sdk)
	}
	return ex.unanswered(err)
}

// ended is the error of a ctx that ended, which is no failure of the service. For a
// create it also says whether there may be something that was created.
func (ex *exchange) ended(ctxErr error) error {
	if !ex.creates {
		return fmt.Errorf("%s: %s: %w", Name, ex.op, ctxErr)
	}
	return ex.apiError(nil, outcomeOfFate(ex.Fate()), ctxErr.Error(), ctxErr)
}

// refused is an error that the cloud answered. The SDK's error is rebuilt,
// because any part of it may repeat what was sent.
//
// CVM answers every error with HTTP 200 and a request ID: anything else was written by
// something in between. A code of its own that the table does not know may be about a
// create that happened, and its token makes it free to ask again; other calls count as
// refused. The families of the table are those of checks before a call is carried out.
func (ex *exchange) refused(sdk *tcerr.TencentCloudSDKError) error {
	row, known := errorTable.Lookup(sdk.Code)
	code, msg, requestID := sdk.Code, ex.secrets.Text(sdk.Message), ex.secrets.Text(sdk.RequestId)
	if row.Code != code { // what the documents spell out repeats nothing
		code = ex.secrets.Text(code)
	}
	e := ex.apiError(nil, provider.OutcomeRejected, msg, tcerr.NewTencentCloudSDKError(code, msg, requestID))
	e.Code, e.RequestID = code, requestID
	e.Kind, e.Temporary, e.Stock = row.Kind, row.Temporary, row.Stock
	if e.Stock == provider.StockOfDisk && ex.mixedDisks() {
		e.Stock = "" // nobody knows which kind of disk is out
	}
	says := oncehttp.VerdictOf(ex.Status())
	switch {
	case errors.Is(row.Kind, provider.ErrThrottled):
		e.Outcome = provider.OutcomeThrottled
	case !known && says.Fate != oncehttp.Open:
		e.Kind, e.Outcome, e.Lasting = kindOfStatus(says), outcomeOfFate(says.Fate), says.Lasting
	case ex.Status() >= http.StatusInternalServerError, row.Unknown, !known && sdk.RequestId == "":
		e.Kind, e.Outcome, e.Temporary, e.Stock = provider.ErrUnavailable, provider.OutcomeUnknown, false, ""
	case !known && ex.creates:
		e.Outcome = provider.OutcomeUnknown
	}
	return ex.paused(e)
}

// paused adds to a refusal, or to a service that is not available, how long the answer
// asks to be left alone.
func (ex *exchange) paused(e *provider.APIError) *provider.APIError {
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = ex.RetryAfter()
	}
	return e
}

// mixedDisks tells whether a create asks for several kinds of disks.
func (ex *exchange) mixedDisks() bool {
	return ex.spec != nil && slices.ContainsFunc(ex.spec.DataDisks, func(d provider.Disk) bool { return d.Type != ex.spec.SystemDisk.Type })
}

// unanswered is a call without an answer of the cloud, or with one that makes no
// sense: its status alone says whether the call may have been executed. The text of the
// SDK's error is replaced: it quotes the whole answer.
func (ex *exchange) unanswered(err error) error {
	code, msg, cause := "ClientError.ParseJsonError", "", error(nil)
	switch {
	case ex.Status() == 0:
		cause = ex.secrets.Cause(cmp.Or(ex.Err(), err))
		code, msg = "ClientError.NetworkError", "no answer: "+cause.Error()
	case ex.Cut() != nil:
		cause = ex.secrets.Cause(ex.Cut())
		msg = fmt.Sprintf("HTTP %d, the answer ended early: %v", ex.Status(), cause)
	default:
		msg = ex.secrets.Strange(ex.Status(), ex.Body())
	}
	rebuilt := tcerr.NewTencentCloudSDKErrorWithCause(code, msg, "", cause)
	says := oncehttp.VerdictOf(ex.Status())
	e := ex.apiError(kindOfStatus(says), outcomeOfFate(ex.Fate()), msg, rebuilt)
	e.Lasting = says.Lasting
	return ex.paused(e)
}

// malformed is an answer that the SDK accepts and that does not say what it
// must.
func (ex *exchange) malformed(what, requestID string) error {
	msg := fmt.Sprintf("HTTP %d, the answer is malformed: %s", ex.Status(), what)
	e := ex.apiError(provider.ErrUnavailable, provider.OutcomeUnknown, msg, nil)
	e.RequestID = requestID
	return e
}

// notSent is an error from before the call.
func (ex *exchange) notSent(kind, err error) error {
	if ctxErr := ex.ctx.Err(); ctxErr != nil {
		return ex.ended(ctxErr)
	}
	return ex.apiError(kind, provider.OutcomeRejected, err.Error(), err)
}

func (ex *exchange) apiError(kind error, outcome provider.Outcome, msg string, err error) *provider.APIError {
	return &provider.APIError{Driver: Name, Op: ex.op, Message: msg, HTTPStatus: ex.Status(), Outcome: outcome, Kind: kind, Err: err}
}

// redactorOf knows what must not appear in an error of a call. Spec is nil of a call that
// creates nothing, and req nil of one that was not sent.
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
	opts, _ := optionsOf(spec)
	for _, text := range opts.Metadata {
		out.Hide(oncehttp.PieceOfData, text)
	}
	for name, text := range opts.Params {
		out.Hide(oncehttp.PieceOf(name), text)
		var tree any
		if json.Unmarshal([]byte(text), &tree) != nil {
			continue
		}
		leaves := map[string]string{}
		flatten(leaves, name, tree)
		for path, leaf := range leaves {
			out.Hide(oncehttp.PieceOf(path), leaf)
		}
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

// checkCredentials finds what could not be put into a header: a key that was
// read from a file with its line end.
func checkCredentials(c provider.Credentials) error {
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return errors.New("access key ID or secret is empty")
	}
	for _, s := range []string{c.AccessKeyID, c.AccessKeySecret.Reveal(), c.SecurityToken.Reveal()} {
		if !printable(s) {
			return errors.New("access key ID, secret or token holds a blank or a control character")
		}
	}
	return nil
}

// recovered calls f and turns its panic into an error that matches no secret:
// the SDK dereferences nil when a body is "null".
func recovered(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("the SDK panicked: %s", v.Error())
		default:
			err = fmt.Errorf("the SDK panicked with a %T", v)
		}
	}()
	return f()
}

// ErrorCodes returns the table, for documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
