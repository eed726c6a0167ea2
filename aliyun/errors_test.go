package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

// documentedClasses is the class table of the vendor's documents: what each code means.
var documentedClasses = []struct {
	kind      error
	outcome   provider.Outcome
	temporary bool
	codes     string
}{
	{provider.ErrThrottled, provider.OutcomeThrottled, false, `Throttling Throttling.User Throttling.Api Throttling.user
		Throttling.Resource Throttling.ConcurrentLimitExceeded ThrottlingException Rejected.Throttling`},
	{provider.ErrTokenMismatch, provider.OutcomeRejected, false, `IdempotentParameterMismatch InvalidIdempotenceParameter.Mismatch`},
	{provider.ErrUnavailable, provider.OutcomeUnknown, false, `LastTokenProcessing LastOrderProcessing LastRequestProcessing
		ProcessingSameRequest Idempotence.Processing IdempotentProcessing SignatureNonceUsed`},
	{provider.ErrExists, provider.OutcomeRejected, false, `LaunchTemplateName.Duplicated InvalidPrivateIpAddress.Duplicated DefaultVswitch.Existed`},
	{provider.ErrState, provider.OutcomeRejected, false, `IdempotentFailed`},
	{provider.ErrAuth, provider.OutcomeRejected, false, `InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive SignatureDoesNotMatch
		IncompleteSignature IllegalTimestamp InvalidTimeStamp.Expired InvalidSecurityToken.Expired InvalidSecurityToken.Malformed
		Forbidden.AccessKeyDisabled InvalidAccount.NotFound`},
	{provider.ErrPermission, provider.OutcomeRejected, false, `Forbidden.RAM Forbidden.Unauthorized Forbidden.SubUser
		Forbidden.NotSupportRAM Forbidden.RiskControl Forbidden.Anything Forbidden NoPermission NoPermission.SLR
		NoPermissionAnything UnauthorizedOperation InvalidUser.PassRoleForbidden InvalidRamRole.NotEcsRole UserNotInTheWhiteList
		InvalidUserData.NotInWhiteList Forbidden.CreateInstance`},
	{provider.ErrBalance, provider.OutcomeRejected, false, `InsufficientBalance InvalidAccountStatus InvalidAccountStatus.NotEnoughBalance
		RealNameAuthenticationError InvalidPayMethod PaymentMethodNotFound SecurityRisk.3DVerification`},
	{provider.ErrQuota, provider.OutcomeRejected, false, `QuotaExceed.ElasticQuota QuotaExceeded.ElasticQuota QuotaExceed.AfterpayInstance
		QuotaExceed.PostPaidDisk QuotaExceed.PortableCloudDisk QuotaExceeded.DiskCapacity
		QuotaExceed.DeploymentSetInstanceQuotaFull QuotaExceeded.InternetBandwidth
		QuotaExceeded.Tags QuotaExceed.BuyImage DEPLOYMENTSET.QUOTA_FULL DeploymentSet.InstanceLimitExceeded
		LaunchTemplateLimitExceed LaunchTemplateVersionLimitExceed SecurityGroupInstanceLimitExceed
		InstanceDiskNumLimitExceed InstanceDiskLimitExceeded InstanceDiskCategoryLimitExceed`},
	{provider.ErrNoStock, provider.OutcomeRejected, false, `OperationDenied.NoStock NoInstanceStock Zone.NotOnSale Zone.NotOpen
		InvalidResourceType.NotSupported InstanceType.Offline InvalidInstanceType.ZoneNotSupported InvalidInstanceType.PhasedOut
		Invalid.PrivatePoolOptions.NoStock InvalidOperation.PublicIpAddressNoStock InvalidDedicatedHost.NotEnoughResource
		LackResource OperationDenied.PaygNotAvailable OperationDenied.PrepayNotAvailable CategoryNotSupported
		OperationDenied.SpotPriceLowerThanPublicPrice StockNotEnough InvalidVSwitchId.IpNotEnough QuotaExceeded.PrivateIpAddress`},
	{provider.ErrNotFound, provider.OutcomeRejected, false, `InvalidInstanceId.NotFound InvalidImageId.NotFound InvalidRegionId.NotFound
		InvalidZoneId.NotFound InvalidSecurityGroupId.NotFound InvalidVSwitchId.NotFound InvalidSnapshotId.NotFound
		InvalidDiskId.NotFound InvalidKeyPairName.NotFound InvalidRamRole.NotFound InvalidResourceGroup.NotFound
		InvalidLaunchTemplate.NotFound InvalidLaunchTemplateVersion.NotFound DeploymentSet.NotFound DeploymentSet.InvalidId
		Forbidden.InstanceNotFound InstanceIdNotFound InvalidParameter.KMSKeyId.NotFound`},
	{provider.ErrState, provider.OutcomeRejected, true, `IncorrectInstanceStatus IncorrectInstanceStatus.Initializing
		DependencyViolation.RouteEntry IncorrectVSwitchStatus IncorrectVpcStatus`},
	{provider.ErrState, provider.OutcomeRejected, false, `ChargeTypeViolation DependencyViolation.NotEmpty
		DeploymentSet.ModificationFailed InvalidOperation.DeleteDefaultVersion`},
	{provider.ErrState, provider.OutcomeUnknown, true, `OperationConflict Operation.Conflict InvalidOperation.Conflict`},
	{provider.ErrUnavailable, provider.OutcomeUnknown, false, `SystemBusy NodeControllerUnavailable InternalError InternalError.Dispatch
		Mayi.InternalError ServiceUnavailable ServiceUnavailable.RegionMaintaining UnknownError InnerServiceFailed CallInterface`},
	{provider.ErrInvalid, provider.OutcomeRejected, false, `MissingParameter MissingParameter.CommandId InvalidParameter
		InvalidParameter.IsNull InvalidParameter.OwnerAccount InvalidParameter.ResourceOwnerAccount InvalidParamater InvalidAction
		InvalidOwner InvalidOwnerId InvalidOwnerAccount UnsupportedParameter UnsupportedHTTPMethod
		InvalidLaunchTemplateName.Malformed InvalidDescription.Malformed InvalidUserData.SizeExceeded
		InvalidUserData.Base64FormatInvalid HOSTNAME_ILLEGAL Duplicate.TagKey OperationDenied.PerformanceLevelNotMatch
		InvalidParameter.Strategy MissingParameter.LaunchTemplateId InvalidInstanceChargeType.NotFound InvalidStatus.NotFound
		InvalidSomethingNew.Whatever InvalidPassword`},
	{nil, provider.OutcomeUnknown, false, `OperationDenied SomethingNew Something.New`},
}

func failed(code, message string) string {
	text, err := json.Marshal(map[string]string{"RequestId": "req-7", "HostId": "ecs.aliyuncs.com", "Code": code, "Message": message})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// apiError returns the error of a create that is answered with status and body.
func apiError(t *testing.T, status int, body string) *provider.APIError {
	t.Helper()
	_, err := testDriver(t, answering(status, body)).RunInstances(t.Context(), onDemandSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("status %d, body %.80q: got %v, want an *APIError", status, body, err)
	}
	checkNoSecrets(t, err)
	return e
}

// A token whose first request failed for good makes nothing any more, whatever the
// status of the answer; no other code says that.
func TestADeadTokenIsTold(t *testing.T) {
	for _, status := range []int{400, 403, 500} {
		e := apiError(t, status, failed("IdempotentFailed", "m"))
		if !e.TokenDead {
			t.Errorf("%d: TokenDead is false, want true", status)
		}
		if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%d: Outcome is %v, want %v", status, e.Outcome, provider.OutcomeRejected)
		}
		if e.Temporary {
			t.Errorf("%d: Temporary is true, want false", status)
		}
	}
	for _, class := range documentedClasses {
		for _, code := range strings.Fields(class.codes) {
			if e := apiError(t, 403, failed(code, "m")); e.TokenDead != (code == "IdempotentFailed") {
				t.Errorf("%s: token dead %v", code, e.TokenDead)
			}
		}
	}
	body := `{"RequestId":"r","Code":"IdempotentFailed","Message":"m","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`
	if e := apiError(t, 400, body); e.TokenDead {
		t.Error("beside an instance: TokenDead is true, want false")
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("beside an instance: Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
	}
}

// checkNoSecrets looks at every error of the chain.
func checkNoSecrets(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	text := fmt.Sprintf("%v %+v %s", err, err, err)
	for _, secret := range []string{"planted", "Planted", "cGxhbnRlZCB1c2VyIGRhdGE=", "Signature=", "://"} {
		if strings.Contains(text, secret) {
			t.Errorf("an error shows %q: %s", secret, text)
		}
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		checkNoSecrets(t, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			checkNoSecrets(t, inner)
		}
	}
}

func TestEveryDocumentedCodeHasItsClass(t *testing.T) {
	for _, class := range documentedClasses {
		for _, code := range strings.Fields(class.codes) {
			e := apiError(t, 403, failed(code, "message-7"))
			if !errors.Is(e.Kind, class.kind) {
				t.Errorf("%s: got error %v, want %v", code, e.Kind, class.kind)
			}
			if e.Kind == nil != (class.kind == nil) {
				t.Errorf("%s: e.Kind == nil is %v, want %v", code, e.Kind == nil, class.kind == nil)
			}
			if e.Outcome != class.outcome {
				t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, class.outcome)
			}
			if e.Temporary != class.temporary {
				t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, class.temporary)
			}
			if e.Driver != "aliyun" {
				t.Errorf(`%s: Driver is %q, want "aliyun"`, code, e.Driver)
			}
			if e.Op != "RunInstances" {
				t.Errorf(`%s: Op is %q, want "RunInstances"`, code, e.Op)
			}
			if e.Code != code {
				t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
			}
			if e.Message != "message-7" {
				t.Errorf(`%s: Message is %q, want "message-7"`, code, e.Message)
			}
			if e.RequestID != "req-7" {
				t.Errorf(`%s: RequestID is %q, want "req-7"`, code, e.RequestID)
			}
			if e.HTTPStatus != 403 {
				t.Errorf("%s: HTTPStatus is %d, want 403", code, e.HTTPStatus)
			}
			var s *sdkerrors.ServerError
			if !errors.As(e, &s) {
				t.Errorf("%s: got error %v, want a %T", code, e, s)
			} else if got := s.ErrorCode(); got != code {
				t.Errorf("%s: s.ErrorCode() is %v, want %v", code, got, code)
			} else if got := s.RequestId(); got != "req-7" {
				t.Errorf(`%s: s.RequestId() is %q, want "req-7"`, code, got)
			} else if got := s.HttpStatus(); got != 403 {
				t.Errorf("%s: s.HttpStatus() is %d, want 403", code, got)
			}
		}
	}
}

func TestCodesWhoseMessageDecides(t *testing.T) {
	for _, tc := range []struct {
		code, message string
		kind          error
		outcome       provider.Outcome
	}{
		{"OperationDenied", "The specified instance type is out of usage.", provider.ErrNoStock, provider.OutcomeRejected},
		{"OperationDenied", "The creation is temporarily suspended.", provider.ErrNoStock, provider.OutcomeRejected},
		{"InvalidParam.Anything", "Another Instance has been creating", provider.ErrUnavailable, provider.OutcomeUnknown},
	} {
		if e := apiError(t, 404, failed(tc.code, tc.message)); !errors.Is(e, tc.kind) {
			t.Errorf("%s %q: got error %v, want %v", tc.code, tc.message, e, tc.kind)
		} else if e.Outcome != tc.outcome {
			t.Errorf("%s %q: Outcome is %v, want %v", tc.code, tc.message, e.Outcome, tc.outcome)
		}
	}
}

func TestServerErrorsLeaveTheOutcomeOpen(t *testing.T) {
	for _, body := range []string{failed("InternalError", "m"), failed("SomethingNew", "m"), failed("OperationDenied.NoStock", "m"), "<html>bad gateway</html>", ""} {
		if e := apiError(t, 502, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("502 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("502 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
	if e := apiError(t, 503, failed("Throttling.Api", "m")); e.Outcome != provider.OutcomeThrottled {
		t.Errorf("throttling with 503: got %s, want throttled: nothing was done", e.Outcome)
	}
}

func TestAnswersWithoutSenseLeaveTheOutcomeOpen(t *testing.T) {
	for _, body := range []string{
		``, ` `, `null`, `{}`, `[]`, `"x"`, `<html>hello</html>`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"`,
		`{"Code":500,"RequestId":"r"}`, `{"RequestId":"r"}`, `{"RequestId":"r","InstanceIdSets":null}`, `{"RequestId":"r","InstanceIdSets":{}}`,
		`{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":[]}}`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":[1]}}`, `{"InstanceIdSets":7}`,
		`{"RequestId":"r","InstanceIdSets":"x"}`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":"please wait"}}`,
	} {
		if e := apiError(t, 200, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("200 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("200 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
	for _, body := range []string{``, `null`, `{}`, `<html>`, `{"Code":400}`, `{"Code":"X","Message":{}}`, `{"Code":"X","RequestId":[]}`, `{"Code":"X","AccessDeniedDetail":"x"}`, `{"message":"no"}`} {
		if e := apiError(t, 400, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("400 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("400 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
}

func TestIDsAreFoundInAnswersOfOddTypes(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":"r","InstanceIdSets":["i-1","i-2"]}`,
		`{"RequestId":7,"OrderId":8,"TradePrice":"x","InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`,
		`{"RequestId":null,"OrderId":{},"InstanceIdSets":{"InstanceIdSet":"[i-1,i-2]"}}`,
	} {
		got, err := testDriver(t, answering(200, body)).RunInstances(t.Context(), minimalSpec())
		if err != nil {
			t.Errorf("%s: got error %v, want none", body, err)
		} else if got := fmt.Sprint(got.InstanceIDs); got != "[i-1 i-2]" {
			t.Errorf(`%s: InstanceIDs is %q, want "[i-1 i-2]"`, body, got)
		}
	}
}

// An account may be content with fewer servers. An answer that lost some of the
// IDs must not pass for that: the others would be made again, elsewhere.
func TestALostIDIsNoPartialSuccess(t *testing.T) {
	spec := minimalSpec()
	spec.Count, spec.MinCount = 3, 1
	for body, lost := range map[string]bool{
		`["i-1",""]`: true, `["i-1",null]`: true, `["i-1",7]`: true, `["i-1",{}]`: true, `["i-1","i-1","i-1"]`: true,
		`["i-1"]`: false, `["i-1","i-2"]`: false, `"[i-1]"`: false, `["i-1","i-2","i-3","i-3"]`: false,
	} {
		got, err := testDriver(t, answering(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":`+body+`}}`)).RunInstances(t.Context(), spec)
		if got == nil {
			t.Errorf("%s: got no result, want one", body)
		} else if got.InstanceIDs[0] != "i-1" {
			t.Errorf(`%s: got.InstanceIDs[0] is %q, want "i-1"`, body, got.InstanceIDs[0])
		}
		var e *provider.APIError
		if failed := errors.As(err, &e); failed != lost {
			t.Errorf("%s: got error %v, want one: %v", body, err, lost)
		}
		if open := e != nil && e.Outcome == provider.OutcomeUnknown; open != lost {
			t.Errorf("%s: the outcome of %v is open: %v, want %v", body, err, open, lost)
		}
	}
}

func TestOtherCallsRefuseAnswersWithoutSense(t *testing.T) {
	for name, call := range methods() {
		for _, body := range []string{``, `null`, `<html>`, `{"RequestId":"r","Instances":{"Insta`} {
			err := call(testDriver(t, answering(200, body)), t.Context())
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: 200 with %q: got %v, want ErrUnavailable", name, body, err)
			}
			checkNoSecrets(t, err)
		}
	}
	for _, body := range []string{`{}`, `{"Instances":null}`, `{"Instances":[]}`, `{"Instances":{"Instance":[{"InstanceId":{}}]}}`} {
		_, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("describe with %q: got %v, want ErrUnavailable and not an empty list", body, err)
		}
	}
}

// Servers whose release nobody has confirmed run on, and cost money.
func TestAReleaseNeedsAnAnswerOfTheCloud(t *testing.T) {
	for _, body := range []string{`{}`, `{"Instances":{}}`, `{"RequestId":""}`, `{"RequestId":null}`, `{"RequestId":"r","Code":"InternalError"}`} {
		d := testDriver(t, answering(200, body))
		if err := d.DeleteLaunchTemplate(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"}); err == nil && !strings.Contains(body, "InternalError") {
			t.Errorf("%s: a template counts as deleted", body)
		}
		err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", body, err, e)
		} else if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", body, err, provider.ErrUnavailable)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		}
	}
}

func TestTerminateTellsGoneFromNotYet(t *testing.T) {
	for code, want := range map[string]struct {
		kind      error
		temporary bool
	}{
		"InvalidInstanceId.NotFound":           {provider.ErrNotFound, false},
		"IncorrectInstanceStatus.Initializing": {provider.ErrState, true},
		"IncorrectInstanceStatus":              {provider.ErrState, true},
		"ChargeTypeViolation":                  {provider.ErrState, false},
	} {
		err := testDriver(t, answering(403, failed(code, "m"))).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if !errors.Is(err, want.kind) {
			t.Errorf("%s: got error %v, want %v", code, err, want.kind)
		} else if e.Temporary != want.temporary {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want.temporary)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	quoted := "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3Dkey-id-1%26Password%3DPlanted-Pass%25211"
	if e := apiError(t, 400, failed("SignatureDoesNotMatch", quoted)); e.Message != "Specified signature is not matched with our calculation." {
		t.Errorf("the message became %q", e.Message)
	}
	for _, message := range []string{
		"The specified Password Planted-Pass!1 is not valid.", "UserData cGxhbnRlZCB1c2VyIGRhdGE= is too long", "UserData planted user data",
		"key planted-key-secret", "token planted-token", "see https://ecs.aliyuncs.com/?Password=x&Signature=y", "Password=Planted-Pass%211",
	} {
		e := apiError(t, 400, failed("InvalidParameter", message))
		if e.Message == "" {
			t.Errorf("nothing is left of %q", message)
		}
	}
	apiError(t, 400, failed("Planted-Pass!1", "Planted-Pass!1"))
	apiError(t, 400, `<html>Planted-Pass!1</html>`)
	apiError(t, 200, `{"RequestId":"Planted-Pass!1`)
	apiError(t, 200, `<html>Planted-Pass!1</html>`)
	apiError(t, 400, `{"Code":"X","Message":"m","Recommend":"https://x/?planted","AccessDeniedDetail":{"AuthAction":"Planted-Pass!1"}}`)
}

func TestTransportErrorsShowNoSecret(t *testing.T) {
	for name, call := range methods() {
		d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("failed to send %s planted", r.URL)
		}))
		err := call(d, t.Context())
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", name, err, provider.ErrUnavailable)
		}
		if got := outcome(err); got != provider.OutcomeUnknown {
			t.Errorf("%s: outcome(err) is %v, want %v", name, got, provider.OutcomeUnknown)
		}
		checkNoSecrets(t, err)
	}
}

func TestCutConnectionsLeaveTheOutcomeOpen(t *testing.T) {
	for what, write := range map[string]string{
		"before the headers":    "",
		"within the headers":    "HTTP/1.1 200 OK\r\nContent-Le",
		"before the whole body": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"RequestId\":\"r\",",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte(write))
			_ = conn.Close()
		}))
		cfg := testConfig()
		cfg.Endpoint = srv.URL
		d, err := newDriver(cfg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.RunInstances(t.Context(), onDemandSpec())
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("cut %s: got error %v, want %v", what, err, provider.ErrUnavailable)
		}
		if got := outcome(err); got != provider.OutcomeUnknown {
			t.Errorf("cut %s: outcome(err) is %v, want %v", what, got, provider.OutcomeUnknown)
		}
		checkNoSecrets(t, err)
		srv.Close()
	}
}

func TestARefusedConnectionSendsNothing(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	cfg := testConfig()
	cfg.Endpoint = srv.URL
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), onDemandSpec())
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
	}
	if got := outcome(err); got != provider.OutcomeUnsent {
		t.Errorf("outcome(err) is %v, want %v", got, provider.OutcomeUnsent)
	}
	checkNoSecrets(t, err)
}

type brokenSource struct{ err error }

func (s brokenSource) Credentials(context.Context) (provider.Credentials, error) {
	return provider.Credentials{}, s.err
}

func TestMissingCredentialsAreAnAuthError(t *testing.T) {
	cause := errors.New("vault is sealed")
	cfg := testConfig()
	cfg.Credentials = brokenSource{cause}
	cfg.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	})
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range methods() {
		err := call(d, t.Context())
		if !errors.Is(err, provider.ErrAuth) {
			t.Errorf("%s: got error %v, want %v", name, err, provider.ErrAuth)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: got error %v, want %v", name, err, cause)
		}
		if got := outcome(err); got != provider.OutcomeRejected {
			t.Errorf("%s: outcome(err) is %v, want %v", name, got, provider.OutcomeRejected)
		}
	}
}
