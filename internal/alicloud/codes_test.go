package alicloud

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
)

var update = flag.Bool("update", false, "write the classes of the documented codes anew")

// documented is a row of testdata/ecs-codes.tsv: the vendor's table of the actions in use.
type documented struct{ status, code, actions, message string }

func documentedCodes(t *testing.T) (rows []documented) {
	t.Helper()
	text, err := os.ReadFile("testdata/ecs-codes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 4 && !strings.HasPrefix(line, "#") {
			rows = append(rows, documented{f[0], f[1], f[2], f[3]})
		}
	}
	if len(rows) < 270 {
		t.Fatalf("the table has %d rows, want about 279", len(rows))
	}
	return rows
}

// withoutClass are documented codes that the table does not name, each with its reason.
var withoutClass = map[string]string{
	"OperationDenied": "its messages mean different things: stock, a value, or another create that is under way; see denied",
}

// Each documented code has a row of its own, or an ending that says it all. A prefix family
// would swallow the code that means another thing.
func TestEveryDocumentedCodeIsListed(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for _, d := range documentedCodes(t) {
		row, ok := table.Lookup(d.code)
		if why := withoutClass[d.code]; ok == (why != "") {
			t.Errorf("%s: listed is %v, and its reason to be without class is %q", d.code, ok, why)
		}
		narrow := row.Code == d.code || strings.HasPrefix(row.Code, "*.")
		family := strings.HasPrefix(row.Code, "QuotaExceed") || strings.HasPrefix(row.Code, "Forbidden") ||
			strings.HasPrefix(row.Code, "InvalidAccountStatus") || strings.HasPrefix(row.Code, "InvalidUser.") ||
			strings.HasPrefix(row.Code, "IncorrectInstanceStatus")
		if ok && !narrow && !family {
			t.Errorf("%s: %s swallows it; it needs a row of its own", d.code, row.Code)
		}
	}
}

// The classes of all documented codes as a list, for a person to read through.
func TestClassesOfTheDocumentedCodes(t *testing.T) {
	const name = "testdata/ecs-classes.tsv"
	c := testCaller(t, nil)
	lines := []string{}
	for _, d := range documentedCodes(t) {
		resp := &Response{HTTPStatus: Text(d.status).Int(), RequestID: "r"}
		e := c.Refusal(Request{Create: strings.Contains(d.actions, "RunInstances")}, resp, d.code, d.message)
		passing := ""
		if e.Temporary {
			passing = "passes"
		}
		lines = append(lines, strings.Join([]string{d.code, d.status, fmt.Sprint(e.Kind), string(e.Outcome), passing, string(e.Stock)}, "\t"))
	}
	slices.Sort(lines)
	got := strings.Join(slices.Compact(lines), "\n") + "\n"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the classes have changed: run with -update, and read the difference\n%s", got)
	}
}

// What people do next about the codes that a family once swallowed.
func TestCodesThatFamiliesSwallowed(t *testing.T) {
	tests := []struct {
		codes   string
		kind    error
		passing bool
	}{
		{"InvalidVpcZone.NotSupported InvalidDiskCategory.NotSupported OperationDenied.CloudSSDNotSupported " +
			"InvalidInstanceType.NotSupportDiskCategory Invalid.PrivatePoolOptions.NoStock SomethingNew.NoStock", provider.ErrNoStock, false},
		{"InstanceExpired InstanceExpiredOrInArrears DiskInArrears OperationDenied.IllegalPaymentPolicy " +
			"InvalidAccountStatus.NotEnoughBalance", provider.ErrBalance, false},
		{"InvalidOperation.NotInWhiteList InvalidOperation.ResourceManagedByCloudProduct InstanceLockedForSecurity " +
			"Forbbiden.SubUser Forbedden.NotSupportRAM InvalidX.NotInWhiteList", provider.ErrPermission, false},
		{"InstanceNotReady DiskError IncorrectDiskStatus DependencyViolation.SLBConfiguring DependencyViolation.RouteEntry", provider.ErrState, true},
		{"OperationDenied.UnstoppedInstance InvalidOperation.EniLinked InvalidParameter.KMSKeyId.CMKNotEnabled " +
			"DependencyViolation.ReferByHPC", provider.ErrState, false},
		{"InvalidIPAddress.AlreadyUsed InvalidIp.IpAssigned InvalidDevice.InUse", provider.ErrExists, false},
		{"InvalidRegion.NotExist InvalidSecurityGroupId", provider.ErrNotFound, false},
		{"DependencyViolation.domain.granularity InvalidLockReason.NotFound InvalidFilterKey.NotFound", provider.ErrInvalid, false},
	}
	table := provider.NewErrorTable(ErrorCodes())
	for _, tt := range tests {
		for code := range strings.FieldsSeq(tt.codes) {
			row, found := newCodes(table).classify(code, "")
			if row.Kind != tt.kind || found != listed {
				t.Errorf("%s is %v, listed %v; want %v in the table", code, row.Kind, found == listed, tt.kind)
			}
			if row.Temporary != tt.passing {
				t.Errorf("%s passes: %v, want %v", code, row.Temporary, tt.passing)
			}
		}
	}
}

func TestTheLettersOfACodeDoNotMatter(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for code, want := range map[string]error{
		"InvalidVswitchID.IpNotEnough": provider.ErrNoStock, "operationdenied.nostock": provider.ErrNoStock,
		"DeploymentSet.Quota_Full": provider.ErrQuota, "InvalidInstanceID.notfound": provider.ErrNotFound,
		"throttling.USER": provider.ErrThrottled, "Instanceexpired": provider.ErrBalance,
		"LaunchTemplateLimitExceeded": provider.ErrQuota, "SecurityGroupInstanceLimitExceeded": provider.ErrQuota,
		"InstanceDiskLimitExceed": provider.ErrQuota, "InvalidVpcZone.NotSupport": provider.ErrNoStock,
		"InvalidDedicatedHostStatus.NotSupported": provider.ErrState, "HostName_Illegal": provider.ErrInvalid,
	} {
		row, found := newCodes(table).classify(code, "")
		if row.Kind != want {
			t.Errorf("%s is %v, want %v", code, row.Kind, want)
		}
		if found != listed {
			t.Errorf("%s does not count as listed", code)
		}
	}
}

// A family, or an ending, in the letters of the answer must not hide the code itself in others.
func TestAFamilySwallowsNoOtherSpelling(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for code, want := range map[string]error{
		"QuotaExceed.PrivateIpAddress": provider.ErrNoStock, "QuotaExceeded.privateIPAddress": provider.ErrNoStock,
		"Forbidden.instanceNotFound": provider.ErrNotFound, "Forbidden.AccesskeyDisabled": provider.ErrAuth,
		"InvalidParameter.KmsKeyId.NotFound": provider.ErrNotFound, "InvalidParameter.KmsKeyId.KMSUnauthorized": provider.ErrPermission,
		"DependencyViolation.routeEntry": provider.ErrState, "DependencyViolation.IOOptimized": provider.ErrInvalid,
		"QuotaExceed.DeploymentSetInstanceQuotaFull": provider.ErrQuota, "InvalidAccountstatus.NotEnoughBalance": provider.ErrBalance,
		"OPERATIONDENIED.NOSTOCK": provider.ErrNoStock, "InvalidVSwitch.IpNotEnough": provider.ErrNoStock,
		"InvalidZoneId.NotOnSale": provider.ErrNoStock, " OperationDenied.NoStock ": provider.ErrNoStock, "InvalidInstanceType.SoldOut": provider.ErrNoStock,
		"InvalidOperation.QuotaExceed": provider.ErrQuota, "InvalidSecurityGroup.LimitExceeded": provider.ErrQuota,
		"InvalidInstance.InArrears": provider.ErrBalance, "InvalidPaymentMethod.InsufficientBalance": provider.ErrBalance,
		"InvalidOperation.InvalidEniState": provider.ErrState, "IdempotenceParamNotMatch": provider.ErrTokenMismatch,
		"idempotentparametermismatch": provider.ErrTokenMismatch, "DeploymentSet.NotFound": provider.ErrNotFound,
		"DeploymentSet_Quota_Full.X": nil, "DeploymentSet.QuotaFull": provider.ErrQuota, "HostnameIllegal": provider.ErrInvalid,
	} {
		if row, _ := newCodes(table).classify(code, ""); row.Kind != want {
			t.Errorf("%s is %v, want %v", code, row.Kind, want)
		}
	}
}

// Codes that are one in their plain form mean one thing.
func TestSpellingsOfACodeDoNotContradict(t *testing.T) {
	first := map[string]provider.ErrorCode{}
	for _, row := range ErrorCodes() {
		plain := plainCode(row.Code)
		known, ok := first[plain]
		if ok && known.Kind != row.Kind {
			t.Errorf("%s is %v, and %s is %v", known.Code, known.Kind, row.Code, row.Kind)
		}
		first[plain] = row
	}
}

// The documents have two codes that differ in what follows, and one without: it says nothing.
func TestAParentOfDifferentChildrenHasNoClass(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for _, code := range []string{"DeploymentSet", "DEPLOYMENTSET", "InstanceType"} {
		if row, found := newCodes(table).classify(code, ""); found == listed {
			t.Errorf("%s is %v, want no class in the table", code, row.Kind)
		}
	}
}

func TestAParentCountsLikeItsChildren(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for code, want := range map[string]error{
		"Zone": provider.ErrNoStock, "SecurityRisk": provider.ErrBalance, "Account": provider.ErrBalance,
		"InvalidUser": provider.ErrPermission, "LaunchTemplateName": provider.ErrExists, "InstanceDiskNumber": provider.ErrQuota,
		"Throttling": provider.ErrThrottled, "Rejected": provider.ErrThrottled, "Idempotence": provider.ErrUnavailable,
		"InvalidZoneId": provider.ErrNotFound, "InvalidKeyPairName": provider.ErrNotFound, "zone": provider.ErrNoStock,
		"InvalidInstance": provider.ErrBalance, "InvalidVpcZone": provider.ErrNoStock, "ServiceUnavailable": provider.ErrUnavailable,
	} {
		if row, _ := newCodes(table).classify(code, ""); row.Kind != want {
			t.Errorf("%s is %v, want %v", code, row.Kind, want)
		}
	}
	if _, ok := table.Lookup("InstanceType"); ok {
		t.Error("InstanceType has a class, although its children mean different things")
	}
}

// The codes of the SDK itself are for failures before and after a call. Its client, which
// makes them, is not used: none arrives here, and none may count as a refusal of the service.
func TestCodesOfTheSDKHaveNoClass(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for _, code := range []string{
		"SDK.ClientError", "SDK.UnsupportedCredential", "SDK.CanNotResolveEndpoint", "SDK.UnsupportedParamPosition",
		"SDK.AsyncFunctionNotEnabled", "SDK.UnknownRequestType", "SDK.MissingParam", "SDK.InvalidParam", "SDK.JsonUnmarshalError",
		"SDK.TimeoutError",
	} {
		if row, ok := table.Lookup(code); ok {
			t.Errorf("%s is %v, want no class", code, row.Kind)
		}
	}
	for _, code := range []string{"SignatureDoesNotMatch", "IncompleteSignature"} { // these are the service's
		if row, _ := table.Lookup(code); row.Kind != provider.ErrAuth {
			t.Errorf("%s is %v, want ErrAuth", code, row.Kind)
		}
	}
}

func TestEveryCodeOfTheSeedsIsListed(t *testing.T) {
	codes, err := seeds.Codes()
	if err != nil {
		t.Fatal(err)
	}
	table := provider.NewErrorTable(ErrorCodes())
	for _, row := range codes {
		if row.Driver != "aliyun" || strings.Contains(row.Code, "%s") {
			continue
		}
		if _, ok := table.Lookup(row.Code); !ok {
			t.Errorf("%s has no row", row.Code)
		}
	}
}

// A code that nobody knows proves nothing about a create. For other calls it is a refusal,
// unless it speaks of a failure inside the service.
func TestCodesThatNobodyKnows(t *testing.T) {
	c, resp := testCaller(t, nil), &Response{HTTPStatus: 400, RequestID: "r"}
	tests := []struct {
		code          string
		create, other provider.Outcome
		kind          error
	}{
		{"SomethingNew", provider.OutcomeUnknown, provider.OutcomeRejected, nil},
		{"SomethingNew.Again", provider.OutcomeUnknown, provider.OutcomeRejected, nil},
		{"InvalidThing.New", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrInvalid},
		{"InvalidParameter.InternalError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"Forbidden.ServiceUnavailable", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InvalidInstance.SystemError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"Ecs.Timeout", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"SystemFailure", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InternalServerError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InvalidSystemDiskError.New", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrInvalid},
		{"InvalidImage.Unavailable", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrInvalid},
		{"SystemDiskFailed", provider.OutcomeUnknown, provider.OutcomeRejected, nil},
		{"InnerServiceFailure", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"ServerBusy", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"RequestTimedOut", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InternalError.Xyz", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"internalError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"INTERNAL_ERROR", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"Ens.Internal.Error", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"EcsInternalError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InvalidOrder.CallInternalError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"ServiceUnavailable.Zone", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"SERVICE_UNAVAILABLE", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"Service.Unavailable", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"ServiceTemporarilyUnavailable", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"ServiceNotAvailable", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"Forbidden.DatabaseError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InvalidRequest.RemoteServiceError", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"GATEWAY_TIMEOUT", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"BadGateway", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
		{"InvalidServer.NotAvailable", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrInvalid},
		{"InvalidServiceName", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrInvalid},
		{"Forbidden.ServiceNotOpen", provider.OutcomeRejected, provider.OutcomeRejected, provider.ErrPermission},
		{"BackendService.Busy", provider.OutcomeUnknown, provider.OutcomeUnknown, provider.ErrUnavailable},
	}
	for _, tt := range tests {
		if got := c.Refusal(Request{Create: true}, resp, tt.code, "m"); got.Outcome != tt.create || got.Kind != tt.kind {
			t.Errorf("a create, %s: got %s, %v; want %s, %v", tt.code, got.Outcome, got.Kind, tt.create, tt.kind)
		}
		if got := c.Refusal(Request{}, resp, tt.code, "m"); got.Outcome != tt.other || got.Kind != tt.kind {
			t.Errorf("another call, %s: got %s, %v; want %s, %v", tt.code, got.Outcome, got.Kind, tt.other, tt.kind)
		}
	}
}

// InstanceNotReady is documented with 403 and with 500.
func TestAPassingRefusalKeepsItsClassUnderAnyStatus(t *testing.T) {
	c := testCaller(t, nil)
	for _, status := range []int{403, 500} {
		e := c.Refusal(Request{Action: "StartInstances"}, &Response{HTTPStatus: status, RequestID: "r"}, "InstanceNotReady", "m")
		if e.Kind != provider.ErrState || !e.Temporary {
			t.Errorf("%d: got %v, passing %v; want ErrState, passing", status, e.Kind, e.Temporary)
		}
	}
}

// A code beside one instance is a refusal for that instance, whatever the status says.
func TestTheCodeOfARowIsARefusal(t *testing.T) {
	c, resp := testCaller(t, nil), &Response{HTTPStatus: 200}
	tests := []struct {
		code    string
		kind    error
		outcome provider.Outcome
	}{
		{"InstanceExpired", provider.ErrBalance, provider.OutcomeRejected},
		{"InstanceLockedForSecurity", provider.ErrPermission, provider.OutcomeRejected},
		{"OperationDenied.NoStock", provider.ErrNoStock, provider.OutcomeRejected},
		{"InvalidInstanceId.NotFound", provider.ErrNotFound, provider.OutcomeRejected},
		{"Throttling.User", provider.ErrThrottled, provider.OutcomeThrottled},
		{"SomethingNew", nil, provider.OutcomeRejected},
		{"403", nil, provider.OutcomeRejected},
		{"429", provider.ErrThrottled, provider.OutcomeThrottled},
		{"500", provider.ErrUnavailable, provider.OutcomeUnknown},
		{"InternalError", provider.ErrUnavailable, provider.OutcomeUnknown},
	}
	for _, tt := range tests {
		e := c.RowRefusal(Request{Action: "StartInstances"}, resp, tt.code, "m")
		if e.Kind != tt.kind {
			t.Errorf("%s is %v, want %v", tt.code, e.Kind, tt.kind)
		}
		if e.Outcome != tt.outcome {
			t.Errorf("%s: the outcome is %s, want %s", tt.code, e.Outcome, tt.outcome)
		}
		if e.HTTPStatus != 200 {
			t.Errorf("%s: the status is %d, want 200", tt.code, e.HTTPStatus)
		}
	}
}

// The message decides about a bare OperationDenied, in whatever letters.
func TestTheMessageOfABareOperationDeniedCounts(t *testing.T) {
	c := testCaller(t, nil)
	for _, tt := range []struct {
		message string
		kind    error
		stock   provider.StockScope
	}{
		{"The resource is out of usage.", provider.ErrNoStock, ""},
		{"SOLD OUT in this zone", provider.ErrNoStock, ""},
		{"Sales of this resource are temporarily suspended in the specified region; please try again later.", provider.ErrNoStock, ""},
		{"The specified InstanceType or Zone is not available or not authorized.", provider.ErrNoStock, ""},
		{"The creation of Instance to the specified Zone is not allowed.", provider.ErrNoStock, provider.StockOfZone},
		{"The specified Zone or cluster does not offer the specified disk category.", provider.ErrNoStock, provider.StockOfDisk},
		{`The specified parameter "VlanId" is not valid or vlan has not enough IP address.`, provider.ErrNoStock, provider.StockOfSubnet},
		{"The specified Image is disabled or is deleted.", provider.ErrInvalid, ""},
		{"The specified snapshot is not allowed to create disk.", provider.ErrInvalid, ""},
		{"The type of the disk does not support the operation", provider.ErrInvalid, ""},
		{"The current user does not support this operation.", provider.ErrPermission, ""},
		{"Another instance has been Creating", provider.ErrUnavailable, ""},
		{"The operation is denied.", nil, ""},
	} {
		e := c.Refusal(Request{Create: true}, &Response{HTTPStatus: 403, RequestID: "r"}, "OperationDenied", tt.message)
		if e.Kind != tt.kind {
			t.Errorf("%s: got %v, want %v", tt.message, e.Kind, tt.kind)
		}
		if e.Stock != tt.stock {
			t.Errorf("%s: it is about %q, want %q", tt.message, e.Stock, tt.stock)
		}
	}
}
