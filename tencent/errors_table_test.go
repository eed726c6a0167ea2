package tencent

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
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
			family("LimitExceeded.", "CvmInstanceQuota InstanceQuota PrepayQuota PrepayUnderwriteQuota SpotQuota UserSpotQuota UserReturnQuota DisasterRecoverGroup SingleUSGQuota CvmsVifsPerSecGroupLimitExceeded IPv6AddressNum InstanceEniNumLimit EipNumLimit LaunchTemplateQuota LaunchTemplateVersionQuota HpcClusterQuota TagResourceQuota"),
			family("", "ResourceInsufficient.InsufficientGroupQuota ResourceInsufficient.DisasterRecoverGroupCvmQuota UnsupportedOperation.InsufficientClusterQuota UnsupportedOperation.UserLimitOperationExceedQuota")),
		provider.ErrNoStock: join(
			family("ResourceInsufficient.", "AvailabilityZoneSoldOut SpecifiedInstanceType ZoneSoldOutForSpecifiedInstance InsufficientOfferingMinimum CloudDiskSoldOut CloudDiskUnavailable CidrBlock"),
			family("ResourcesSoldOut.", "SpecifiedInstanceType AvailableZone EipInsufficient"),
			family("ResourceNotFound.", "InvalidZoneInstanceType NoDefaultCbs NoDefaultCbsWithReason"),
			family("InvalidParameterValue.", "ZoneNotSupported InsufficientOffering InsufficientPrice"),
			family("", "ResourceUnavailable.InstanceType UnsupportedOperation.InvalidZone InvalidParameter.InvalidCloudDiskSoldOut UnsupportedOperation.NoInstanceTypeSupportSpot FailedOperation.NoAvailableIpAddressCountInSubnet LimitExceeded.VpcSubnetNum")),
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
		"LimitExceeded.VpcSubnetNum":                           provider.StockOfSubnet,
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

// documented is a code of the documents, and what it means to a caller.
type documented struct {
	code     string
	sentinel error
	mark     string // "temporary" or "unknown"
	stock    provider.StockScope
}

// documentedCodes returns testdata/error_codes.tsv: the constants of the SDK in use and of a newer
// and an international one, the common codes of all APIs
// (cloud.tencent.com/document/api/213/30435), and the parents of those that have suffixes.
func documentedCodes(t *testing.T) (out []documented) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "error_codes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	sentinels := map[string]error{
		"ErrInvalid": provider.ErrInvalid, "ErrNotFound": provider.ErrNotFound, "ErrExists": provider.ErrExists,
		"ErrState": provider.ErrState, "ErrAuth": provider.ErrAuth, "ErrPermission": provider.ErrPermission,
		"ErrThrottled": provider.ErrThrottled, "ErrQuota": provider.ErrQuota, "ErrNoStock": provider.ErrNoStock,
		"ErrBalance": provider.ErrBalance, "ErrUnavailable": provider.ErrUnavailable,
	}
	for _, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n")[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 4 || sentinels[f[1]] == nil {
			t.Fatalf("%q is no row of four columns with a sentinel", line)
		}
		out = append(out, documented{f[0], sentinels[f[1]], f[2], provider.StockScope(f[3])})
	}
	return out
}

func TestEveryCodeOfTheDocuments(t *testing.T) {
	for _, c := range documentedCodes(t) {
		_, err := testDriver(t, refusal(c.code)).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", c.code, err, e)
			continue
		}
		if !errors.Is(err, c.sentinel) {
			t.Errorf("%s: got %v, want %v", c.code, err, c.sentinel)
		}
		want := provider.OutcomeRejected
		switch {
		case errors.Is(c.sentinel, provider.ErrThrottled):
			want = provider.OutcomeThrottled
		case c.mark == "unknown":
			want = provider.OutcomeUnknown
		}
		if e.Outcome != want {
			t.Errorf("%s: outcome: got %s, want %s", c.code, e.Outcome, want)
		}
		if temporary := c.mark == "temporary"; e.Temporary != temporary {
			t.Errorf("%s: Temporary: got %v, want %v", c.code, e.Temporary, temporary)
		}
		if e.Stock != c.stock {
			t.Errorf("%s: stock: got %q, want %q", c.code, e.Stock, c.stock)
		}
	}
}

// unclassified are documented codes without a class.
var unclassified = map[string]string{
	"DryRunOperation": "it approves a dry run, and is no error there; the answer to anything else it cannot be",
}

// Every constant of the SDK in use has a class of its own in the list: a family alone may be
// wrong for a new one.
func TestEveryConstantOfTheSDKHasAClass(t *testing.T) {
	listed := map[string]bool{}
	for _, c := range documentedCodes(t) {
		listed[c.code] = true
	}
	constants := sdkCodes(t)
	if len(constants) < 400 {
		t.Fatalf("%d constants, want at least 400", len(constants))
	}
	for _, code := range constants {
		if !listed[code] && unclassified[code] == "" {
			t.Errorf("%s is a constant of the SDK, and has no class in testdata/error_codes.tsv", code)
		}
	}
	for code, why := range unclassified {
		if _, known := errorTable.Lookup(code); known {
			t.Errorf("%s has a class, but is listed as one without: %s", code, why)
		}
	}
}

// A code that comes without its suffix counts like those with one.
func TestABareParentHasAClass(t *testing.T) {
	others := map[string]bool{"InvalidAccountId": true, "InvalidAccountIs": true, "RegionAbilityLimit": true} // of images
	for _, c := range documentedCodes(t) {
		i := strings.LastIndexByte(c.code, '.')
		if i < 0 || others[c.code[:i]] {
			continue
		}
		if row, known := errorTable.Lookup(c.code[:i]); !known || row.Code != c.code[:i] {
			t.Errorf("%s has no row of its own, but %s has a class", c.code[:i], c.code)
		}
	}
}

// sdkCodes returns the error codes that the SDK has constants for.
func sdkCodes(t *testing.T) (codes []string) {
	t.Helper()
	const path = "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"
	pkg, err := build.Import(path, ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, "errors.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				code, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, code)
			}
		}
		return false
	})
	return codes
}

// A code that no table knows may be about a create that happened. It proves nothing of other calls.
func TestACodeThatNoTableKnows(t *testing.T) {
	for _, code := range []string{"SomethingNew", "FailedOperation.SomethingNew", "TradeError.Timeout"} {
		d := testDriver(t, refusal(code))
		_, err := d.RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: outcome of a create: got %s, want unknown", code, e.Outcome)
		} else if e.Code != code {
			t.Errorf("%s: code: got %q, want it as it came", code, e.Code)
		}
		err = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}})
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%s: outcome of a release: got %s, want rejected", code, e.Outcome)
		}
	}
}

// A code means the same in other letters, and keeps its own.
func TestTheLettersOfACodeDoNotMatter(t *testing.T) {
	for code, want := range map[string]provider.ErrorCode{
		"resourceinsufficient.clouddisksoldout":       {Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
		"ResourcesSoldOut.SpecifiedInstancetype":      {Kind: provider.ErrNoStock, Stock: provider.StockOfType},
		"limitExceeded.vpcSubnetNum":                  {Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},
		"RESOURCESSOLDOUT.AVAILABLEZONE":              {Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
		"UnsupportedOperation.invalidZone":            {Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
		"invalidAccount.insufficientBalance":          {Kind: provider.ErrBalance},
		"requestlimitexceeded.uinlimitexceeded":       {Kind: provider.ErrThrottled},
		"InvalidInstanceId.notFound":                  {Kind: provider.ErrNotFound},
		"operationDenied.instanceOperationInProgress": {Kind: provider.ErrState, Temporary: true},
		"UnauthorizedOperation.permissiondenied":      {Kind: provider.ErrPermission},
	} {
		_, err := testDriver(t, refusal(code)).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Fatalf("%s: got error %v, want a %T", code, err, e)
		}
		if e.Kind != want.Kind {
			t.Errorf("%s: Kind is %v, want %v", code, e.Kind, want.Kind)
		}
		if e.Stock != want.Stock {
			t.Errorf("%s: Stock is %q, want %q", code, e.Stock, want.Stock)
		}
		if e.Temporary != want.Temporary {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want.Temporary)
		}
		if e.Outcome == provider.OutcomeUnknown {
			t.Errorf("%s: the outcome is open, want a refusal", code)
		}
		if e.Code != code {
			t.Errorf("%s: Code is %q, want it as it came", code, e.Code)
		}
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
	for _, c := range documentedCodes(t) {
		row, _ := errorTable.Lookup(c.code)
		used[row.Code] = true
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
