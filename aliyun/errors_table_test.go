package aliyun

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

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
	{provider.ErrInvalid, provider.OutcomeRejected, false, `NumberExceed.ResourceIds NumberExceed.Tags InvalidHostPassword.Malformed
		InvalidPeriod.ExceededMaximumExpirationDate InvalidChargeType.ValueNotSupported Downgrade.NotSupported
		InvalidLockReason.NotFound InvalidAutoReleaseTime.Malformed`},
	{provider.ErrState, provider.OutcomeRejected, false, `InstanceNotInSecurityGroup InvalidInstanceStatus.NotStopped`},
	{provider.ErrBalance, provider.OutcomeRejected, false, `Instance.UnPaidOrder`},
	{nil, provider.OutcomeUnknown, false, `OperationDenied SomethingNew Something.New`},
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

// Whatever is out of stock, the next alternative is asked for: no code of stock ends an operation.
func TestEveryCodeOfStockLeadsToTheNextAlternative(t *testing.T) {
	for _, row := range errorTable.Rows() {
		if !errors.Is(row.Kind, provider.ErrNoStock) {
			continue
		}
		code := strings.Replace(row.Code, "*", "InvalidThing", 1)
		zones := []string{}
		d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			form, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			values, err := url.ParseQuery(string(form))
			if err != nil {
				return nil, err
			}
			if zones = append(zones, values.Get("ZoneId")); len(zones) == 1 {
				return respond(403, `{"RequestId":"r","Code":"`+code+`","Message":"m"}`)
			}
			return respond(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`)
		}))
		synctest.Test(t, func(t *testing.T) {
			s := *minimalSpec()
			s.ClientToken, s.Zone, s.Network.SubnetID = "", "zone-1", "subnet-1"
			other := provider.Alternative{InstanceType: "type-2", Zone: "zone-2", SubnetID: "subnet-2"}
			c := provider.NewClient(d, &provider.Options{Region: "cn-test-1"})
			_, err := c.RunInstances(t.Context(), s, &provider.RunOptions{Alternatives: []provider.Alternative{other}})
			if err != nil {
				t.Errorf("%s: got error %v, want none", code, err)
			}
		})
		if got := strings.Join(zones, " "); got != "zone-1 zone-2" {
			t.Errorf("%s: creates in %s, want zone-1 zone-2", code, got)
		}
	}
}
