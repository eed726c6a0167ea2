package tencent

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

// family puts a prefix before each of the names.
func family(prefix, names string) []string {
	var out []string
	for _, n := range strings.Fields(names) {
		out = append(out, prefix+n)
	}
	return out
}

// codeClasses is the vendor's documented codes, class by class.
func codeClasses() map[error][]string {
	join := func(lists ...[]string) (out []string) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	return map[error][]string{
		provider.ErrThrottled: family("", "RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded"),
		provider.ErrQuota: join(
			family("", "InstancesQuotaLimitExceeded LimitExceeded OverQuota InvalidParameterValue.ExternalIpQuotaLimited InvalidParameterValue.TagQuotaLimitExceeded ImageQuotaLimitExceeded"),
			family("LimitExceeded.", "CvmInstanceQuota InstanceQuota PrepayQuota PrepayUnderwriteQuota SpotQuota UserSpotQuota UserReturnQuota DisasterRecoverGroup SingleUSGQuota CvmsVifsPerSecGroupLimitExceeded VpcSubnetNum IPv6AddressNum InstanceEniNumLimit EipNumLimit LaunchTemplateQuota LaunchTemplateVersionQuota HpcClusterQuota TagResourceQuota"),
			family("", "ResourceInsufficient.InsufficientGroupQuota ResourceInsufficient.DisasterRecoverGroupCvmQuota UnsupportedOperation.InsufficientClusterQuota UnsupportedOperation.UserLimitOperationExceedQuota")),
		provider.ErrNoStock: join(
			family("ResourceInsufficient.", "AvailabilityZoneSoldOut SpecifiedInstanceType ZoneSoldOutForSpecifiedInstance InsufficientOfferingMinimum CloudDiskSoldOut CloudDiskUnavailable CidrBlock"),
			family("ResourcesSoldOut.", "SpecifiedInstanceType AvailableZone EipInsufficient"),
			family("ResourceNotFound.", "InvalidZoneInstanceType NoDefaultCbs NoDefaultCbsWithReason"),
			family("InvalidParameterValue.", "ZoneNotSupported InsufficientOffering InsufficientPrice"),
			family("", "ResourceUnavailable.InstanceType UnsupportedOperation.InvalidZone InvalidParameter.InvalidCloudDiskSoldOut UnsupportedOperation.NoInstanceTypeSupportSpot FailedOperation.NoAvailableIpAddressCountInSubnet")),
		provider.ErrNotFound: join(
			family("", "InvalidHostId.NotFound InvalidZone.MismatchRegion InvalidInstanceId.NotFound InvalidImageId.NotFound InvalidSecurityGroupId.NotFound InvalidProjectId.NotFound InvalidRegion.NotFound ResourceNotFound ResourceNotFound.HpcCluster ResourceNotFound.KeyPairNotFound ResourceNotFound.InvalidPlacementSet InvalidParameter.SnapshotNotFound FailedOperation.DisasterRecoverGroupNotFound"),
			family("InvalidParameterValue.", "VpcIdNotExist SubnetNotExist KeyPairNotFound LaunchTemplateNotFound LaunchTemplateIdNotExisted LaunchTemplateIdVerNotExisted BandwidthPackageIdNotFound InstanceTypeNotFound InvalidVpcIdSubnetIdNotFound ElasticNetworkNotExist ChcHostsNotFound DedicatedResourcePackIdsNotFound")),
		provider.ErrAuth: join(
			family("AuthFailure.", "SecretIdNotFound InvalidSecretId InvalidAuthorization SignatureFailure SignatureExpire TokenFailure MFAFailure"),
			family("", "AuthFailure"),
			family("UnauthorizedOperation.", "InvalidToken MFAExpired MFANotFound")),
		provider.ErrPermission: family("", "AccountQualificationRestrictions InvalidPermission UnauthorizedOperation UnauthorizedOperation.PermissionDenied AuthFailure.UnauthorizedOperation AuthFailure.CamRoleNameAuthenticateFailed OperationDenied.AccountNotSupported IpInBlacklist IpNotInWhitelist"),
		provider.ErrBalance:    family("", "InvalidAccount.InsufficientBalance InvalidAccount.UnpaidOrder UnsupportedOperation.NotSupportUnpaidOrder FailedOperation.InquiryPriceFailed"),
		provider.ErrInvalid: join(
			family("", "InvalidParameterCombination InvalidParameterConflict InvalidParameterValue InvalidParameterValue.Range InvalidParameter InvalidParameter.InvalidIpFormat MissingParameter MissingParameter.MonitorService InvalidPassword InvalidPeriod InvalidInstanceName.TooLong InvalidInstanceType.Malformed InvalidHostId.Malformed InvalidImageId.Malformed VpcAddrNotInSubNet VpcIpIsUsed UnknownParameter InvalidClientToken.TooLong"),
			family("", "UnsupportedOperation UnsupportedOperation.MinCountUnsupportedRegion InvalidInstance.NotSupported OperationDenied.ChcInstallCloudImageWithoutDeployNetwork InvalidParameterValue.LimitExceeded InvalidFilterValue.LimitExceeded InvalidFilter InvalidParameterValueLimit InvalidParameterValueOffset InvalidInstanceNotSupportedPrepaidInstance"),
			family("FailedOperation.", "IllegalTagKey IllegalTagValue TagKeyReserved SnapshotSizeLargerThanDataSize SnapshotSizeLessThanDataSize PromotionalRegionRestriction Unreturnable InvalidInstanceApplicationRole InvalidInstanceApplicationRoleEmr"),
			family("", "UnsupportedRegion InvalidAction NoSuchVersion InvalidRequest RequestSizeLimitExceeded OperationDenied")),
		provider.ErrState: join(
			family("", "MutexOperation.TaskRunning OperationDenied.InstanceOperationInProgress ResourceInUse ResourceInUse.HpcCluster ResourceUnavailable.SnapshotCreating InvalidInstanceState InvalidInstanceState.Terminating InvalidInstanceState.Other FailedOperation.AlreadyInDisasterRecoverGroup FailedOperation.PlacementSetNotEmpty InvalidParameterValue.LaunchTemplateDefaultVersion InvalidParameterValue.LaunchTemplateIdVerSetAlready UnsupportedOperation.StoppedModeStopChargingSameFamily UnsupportedOperation.InstancesProtected UnsupportedOperation.InstanceReinstallFailed"),
			family("UnsupportedOperation.InstanceState", "Banning Corrupted EnterRescueMode EnterServiceLiveMigrate ExitRescueMode ExitServiceLiveMigrate Freezing Isolating LaunchFailed NotRunning Pending Rebooting RescueMode Running ServiceLiveMigrate Shutdown Starting Stopped Stopping Terminated Terminating")),
		provider.ErrUnavailable: family("", "InternalError InternalError.TradeUnknownError InternalServerError ServiceUnavailable ServiceUnavailable.Other ResourceUnavailable ClientError.NetworkError"),
	}
}

func TestEveryDocumentedCode(t *testing.T) {
	for kind, codes := range codeClasses() {
		for _, code := range codes {
			t.Run(code, func(t *testing.T) {
				body := fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"the message"},"RequestId":"req-7"}}`, code)
				_, err := testDriver(t, always(200, body)).RunInstances(t.Context(), bare())
				var e *provider.APIError
				if !errors.As(err, &e) {
					t.Fatalf("not an APIError: %v", err)
				}
				if !errors.Is(err, kind) {
					t.Errorf("want %v, got %v", kind, err)
				}
				if want := outcomeOf(kind); e.Outcome != want {
					t.Errorf("outcome is %s, want %s", e.Outcome, want)
				}
				if strings.HasPrefix(code, "ClientError.") {
					return // the SDK's own words: nothing of the cloud to keep
				}
				if e.Code != code {
					t.Errorf("the vendor's words are lost: Code is %v, want %v", e.Code, code)
				}
				if e.RequestID != "req-7" {
					t.Errorf(`the vendor's words are lost: RequestID is %q, want "req-7"`, e.RequestID)
				}
				if e.Message != "the message" {
					t.Errorf(`the vendor's words are lost: Message is %q, want "the message"`, e.Message)
				}
				if e.Op != "RunInstances" {
					t.Errorf(`the vendor's words are lost: Op is %q, want "RunInstances"`, e.Op)
				}
				if e.HTTPStatus != 200 {
					t.Errorf("the vendor's words are lost: HTTPStatus is %d, want 200", e.HTTPStatus)
				}
				var sdk *tcerr.TencentCloudSDKError
				if !errors.As(err, &sdk) {
					t.Errorf("the SDK's error is not reachable: got error %v, want a %T", err, sdk)
				} else if sdk.Code != code {
					t.Errorf("the SDK's error is not reachable: sdk.Code is %v, want %v", sdk.Code, code)
				} else if sdk.Message != "the message" {
					t.Errorf(`the SDK's error is not reachable: sdk.Message is %q, want "the message"`, sdk.Message)
				} else if sdk.RequestId != "req-7" {
					t.Errorf(`the SDK's error is not reachable: sdk.RequestId is %q, want "req-7"`, sdk.RequestId)
				}
			})
		}
	}
}

// The 17 codes that the documentation of RunInstances lists.
func TestCodesOfTheDocumentation(t *testing.T) {
	for code, want := range map[string]error{
		"AccountQualificationRestrictions": provider.ErrPermission,
		"InstancesQuotaLimitExceeded":      provider.ErrQuota,
		"InvalidClientToken.TooLong":       provider.ErrInvalid,
		"InvalidHostId.NotFound":           provider.ErrNotFound,
		"InvalidInstanceName.TooLong":      provider.ErrInvalid,
		"InvalidInstanceType.Malformed":    provider.ErrInvalid,
		"InvalidParameter.InvalidIpFormat": provider.ErrInvalid,
		"InvalidParameterCombination":      provider.ErrInvalid,
		"InvalidParameterValue":            provider.ErrInvalid,
		"InvalidParameterValue.Range":      provider.ErrInvalid,
		"InvalidPassword":                  provider.ErrInvalid,
		"InvalidPeriod":                    provider.ErrInvalid,
		"InvalidPermission":                provider.ErrPermission,
		"InvalidZone.MismatchRegion":       provider.ErrNotFound,
		"MissingParameter":                 provider.ErrInvalid,
		"VpcAddrNotInSubNet":               provider.ErrInvalid,
		"VpcIpIsUsed":                      provider.ErrInvalid,
	} {
		_, err := testDriver(t, refusal(code)).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", code, err, e)
		} else if !errors.Is(err, want) {
			t.Errorf("%v: got error %v, want %v", code, err, want)
		} else if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%v: Outcome is %v, want %v", code, e.Outcome, provider.OutcomeRejected)
		} else if e.Temporary {
			t.Errorf("%v: Temporary is true, want false", code)
		}
	}
}

func TestWhatARefusalProvesToBeOut(t *testing.T) {
	for code, want := range map[string]provider.StockScope{
		"ResourceInsufficient.AvailabilityZoneSoldOut":         provider.StockOfZone,
		"ResourcesSoldOut.AvailableZone":                       provider.StockOfZone,
		"UnsupportedOperation.InvalidZone":                     provider.StockOfZone,
		"ResourceInsufficient.SpecifiedInstanceType":           provider.StockOfType,
		"ResourceInsufficient.ZoneSoldOutForSpecifiedInstance": provider.StockOfType,
		"ResourcesSoldOut.SpecifiedInstanceType":               provider.StockOfType,
		"ResourceUnavailable.InstanceType":                     provider.StockOfType,
		"ResourceNotFound.InvalidZoneInstanceType":             provider.StockOfType,
		"UnsupportedOperation.NoInstanceTypeSupportSpot":       provider.StockOfType,
		"ResourceInsufficient.CloudDiskSoldOut":                provider.StockOfDisk,
		"InvalidParameter.InvalidCloudDiskSoldOut":             provider.StockOfDisk,
		"ResourceInsufficient.CidrBlock":                       provider.StockOfSubnet,
		"FailedOperation.NoAvailableIpAddressCountInSubnet":    provider.StockOfSubnet,
		"ResourceInsufficient.InsufficientOfferingMinimum":     "",
		"ResourceInsufficient.CloudDiskUnavailable":            "",
		"ResourcesSoldOut.EipInsufficient":                     "",
		"ResourceNotFound.NoDefaultCbs":                        "",
		"InvalidParameterValue.ZoneNotSupported":               "",
		"InvalidParameterValue.InsufficientPrice":              "",
		"InvalidParameterValue.InsufficientOffering":           "",
	} {
		spec := bare()
		spec.SystemDisk.Type, spec.DataDisks = "CLOUD_SSD", []provider.Disk{{Type: "CLOUD_SSD"}}
		_, err := testDriver(t, refusal(code)).RunInstances(t.Context(), spec)
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", code, err, e)
		} else if !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("%v: got error %v, want %v", code, err, provider.ErrNoStock)
		} else if e.Stock != want {
			t.Errorf("%v: Stock is %v, want %v", code, e.Stock, want)
		}
		spec.DataDisks[0].Type = "CLOUD_HSSD"
		_, err = testDriver(t, refusal(code)).RunInstances(t.Context(), spec)
		if want != provider.StockOfDisk {
			continue
		}
		if !errors.As(err, &e) {
			t.Errorf("%s, with two kinds of disks: got error %v, want a %T", code, err, e)
		} else if e.Stock != "" {
			t.Errorf("%s, with two kinds of disks, proves %q out, want nothing", code, e.Stock)
		}
	}
}

func outcomeOf(kind error) provider.Outcome {
	switch {
	case errors.Is(kind, provider.ErrThrottled):
		return provider.OutcomeThrottled
	case errors.Is(kind, provider.ErrUnavailable):
		return provider.OutcomeUnknown
	default:
		return provider.OutcomeRejected
	}
}

// The table may hold no row that no documented code uses.
func TestEveryRowOfTheTableIsUsed(t *testing.T) {
	used := map[string]bool{"ClientError.CredentialError": true} // the SDK's own chain, which we do not use
	for _, codes := range codeClasses() {
		for _, code := range codes {
			row, _ := errorTable.Lookup(code)
			used[row.Code] = true
		}
	}
	for _, row := range errorTable.Rows() {
		if !used[row.Code] {
			t.Errorf("%s is in the table and in no class", row.Code)
		}
	}
}

func TestTemporaryCodes(t *testing.T) {
	for code, want := range map[string]bool{
		"UnsupportedOperation.InstanceStatePending":   true,
		"OperationDenied.InstanceOperationInProgress": true,
		"MutexOperation.TaskRunning":                  true,
		"UnsupportedOperation.InstancesProtected":     false,
		"UnsupportedOperation.InstanceStateBanning":   false,
		"UnsupportedOperation.InstanceStateIsolating": true,
	} {
		body := fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"m"},"RequestId":"r"}}`, code)
		err := testDriver(t, always(200, body)).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}})
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if !errors.Is(err, provider.ErrState) {
			t.Errorf("%s: got error %v, want %v", code, err, provider.ErrState)
		} else if e.Temporary != want {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want)
		}
	}
}
