package alicloud

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

func TestEveryRowHasASentinel(t *testing.T) {
	for _, row := range provider.NewErrorTable(ErrorCodes()).Rows() {
		if row.Kind == nil || row.Code == "" {
			t.Errorf("%+v says nothing", row)
		}
		if errors.Is(row.Kind, provider.ErrUnavailable) && !row.Unknown {
			t.Errorf("%s: a service that is unavailable does not prove that nothing was done", row.Code)
		}
	}
}

func TestErrorCodesCanBeExtended(t *testing.T) {
	rows := append(ErrorCodes(), provider.ErrorCode{Code: "InvalidInstanceId.NotFound", Kind: provider.ErrState})
	if row, _ := provider.NewErrorTable(rows).Lookup("InvalidInstanceId.NotFound"); row.Kind != provider.ErrState {
		t.Errorf("got %v: an adapter's own row must win", row.Kind)
	}
	if len(ErrorCodes()) != len(rows)-1 {
		t.Error("extending the rows changed them for others")
	}
}

func TestClassesInTheDocumentedOrder(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for code, want := range map[string]error{
		"InvalidAccessKeyId.NotFound":         provider.ErrAuth,       // not ErrNotFound
		"InvalidAccount.NotFound":             provider.ErrAuth,       // not ErrNotFound
		"Forbidden.AccessKeyDisabled":         provider.ErrAuth,       // not ErrPermission
		"Forbidden.InstanceNotFound":          provider.ErrNotFound,   // not ErrPermission
		"InvalidOperation.DeletionProtection": provider.ErrState,      // not ErrInvalid: the same call is right once it is switched off
		"InvalidUser.NotFound":                provider.ErrPermission, // not ErrNotFound
		"InvalidVSwitchId.IpNotEnough":        provider.ErrNoStock,    // not ErrInvalid
		"QuotaExceeded.PrivateIpAddress":      provider.ErrNoStock,    // not ErrQuota
		"InvalidInstanceChargeType.NotFound":  provider.ErrInvalid,    // not ErrNotFound
		"InvalidParameter.KMSKeyId.NotFound":  provider.ErrNotFound,   // not ErrInvalid
		"ENS_SomethingElse":                   nil,                    // the prefix is the product's, not a family
		"NoPermissionX":                       provider.ErrPermission,
		"Throttlings":                         nil, // families match on the dot
		"SDK.ServerError":                     nil,
	} {
		if got, _ := newCodes(table).classify(code, ""); got.Kind != want {
			t.Errorf("%s is %v, want %v", code, got.Kind, want)
		}
	}
}

// TestEveryCodeOfRunInstancesHasASentinel: the codes of the reference of the create
// itself, which the families do not say all by themselves, under what the caller
// should do next.
func TestEveryCodeOfRunInstancesHasASentinel(t *testing.T) {
	table := provider.NewErrorTable(ErrorCodes())
	for kind, codes := range map[error]string{
		provider.ErrPermission: "Forbbiden RegionUnauthorized InvalidInstanceType.ValueUnauthorized InvalidSystemDiskCategory.ValueUnauthorized " +
			"InvalidUserData.Forbidden InvalidSpotAuthorized InvalidSpotAliUid InvalidUser.PassRoleForbidden InvalidRamRole.NotEcsRole " +
			"Forbidden.RegionId UserNotInTheWhiteList InvalidParameter.KMSKeyId.KMSUnauthorized",
		provider.ErrBalance: "Account.Arrearage InvalidInstance.UnPaidOrder PaymentMethodNotFound InvalidAccountStatus.NotEnoughBalance " +
			"InvalidPayMethod SecurityRisk.3DVerification RealNameAuthenticationError InsufficientBalance",
		provider.ErrQuota: "QuotaExceed.AfterpayInstance QuotaExceed.PortableCloudDisk QuotaExceed.BuyImage QuotaExceed.PostPaidDisk QuotaExceeded " +
			"QuotaExceed.DeploymentSetInstanceQuotaFull SecurityGroupInstanceLimitExceed InstanceDiskNumLimitExceed " +
			"InstanceDiskNumber.LimitExceed OperationDenied.QuotaExceed InstanceDiskCategoryLimitExceed",
		provider.ErrNoStock: "OperationDenied.NoStock OperationDenied.ZoneNotAllowed OperationDenied.ZoneSystemCategoryNotMatch " +
			"OperationDenied.ResourceControl ResourceNotAvailable Zone.NotOpen Zone.NotOnSale CategoryNotSupported " +
			"InvalidResourceType.NotSupported InvalidInstanceType.ZoneNotSupported InstanceType.Offline " +
			"InvalidSpotPriceLimit.LowerThanPublicPrice QuotaExceeded.PrivateIpAddress",
		provider.ErrNotFound: "VpcNotFound InvalidVSwitchId.NotExist InvalidVSwitchId.NotFound InvalidKeyPairName.NotFound InvalidRamRole.NotFound " +
			"InvalidResourceGroup.NotFound InvalidHpcClusterId.NotFound DeploymentSet.NotFound InvalidDedicatedHostId.NotFound " +
			"InvalidMarketImage.NotFound InvalidParameter.KMSKeyId.NotFound InvalidDataDiskSnapshotId.NotFound",
		provider.ErrState: "InvalidSnapshotId.NotReady InvalidHpcClusterId.Creating IncorrectVSwitchStatus IncorrectVpcStatus " +
			"IncorrectDefaultVpcStatus IncorrectImageStatus IncorrectDedicatedHostStatus InvalidDedicatedHostStatus.NotSupport " +
			"IncorrectRecycleBinStatus IncorrectInstanceStatus InvalidOperation.DeletionProtection",
		provider.ErrExists:      "InvalidPrivateIpAddress.Duplicated",
		provider.ErrUnavailable: "OperationDenied.CreatingConflict NodeControllerUnavailable InternalError",
		provider.ErrInvalid: "MissingParamter DependencyViolation.WindowsInstance DependencyViolation.IoOptimized IoOptimized.NotSupported " +
			"ImageNotSubscribed ImageRemovedInMarket ImageNotSupportCloudInit ImageNotSupportInstanceType OperationDenied.ImageNotValid " +
			"OperationDenied.SnapshotNotValid OperationDenied.SnapshotNotAllowed OperationDenied.SnapshotParamsNotValid " +
			"OperationDenied.DiskTypeNotSupport OperationDenied.InvalidNetworkType OperationDenied.InconsistentNetwork " +
			"DeleteWithInstance.Conflict DedicatedHostType.Unmatched ChargeTypeViolation.PostPaidDedicatedHost ResourcesNotInSameZone " +
			"InvalidDeploymentOnHost InvalidParams.InstanceNameExceed InvalidParams.HostnameExceed InvalidParam.Amount InvalidTagCount " +
			"InvalidPasswordParam.Mismatch InvalidDiskSize.TooSmall Duplicate.TagKey InvalidChargeType.ValueNotSupported",
	} {
		for code := range strings.FieldsSeq(codes) {
			if got, _ := newCodes(table).classify(code, ""); got.Kind != kind {
				t.Errorf("%s is %v, want %v", code, got.Kind, kind)
			}
		}
	}
	for _, code := range []string{"InvalidSnapshotId.NotReady", "InvalidHpcClusterId.Creating"} {
		if row, _ := newCodes(table).classify(code, ""); !row.Temporary {
			t.Errorf("%s passes by itself, and is not temporary", code)
		}
	}
}

// The SDK gives up on an error with one field of another type. Its code counts all the same.
func TestTheCodeOfAnErrorCountsBesideOddFields(t *testing.T) {
	for _, rest := range []string{
		`"Message":{"x":1},"RequestId":"r"`, `"Message":["m"],"RequestId":7`, `"Message":null,"RequestId":"r"`,
		`"Message":"m","RequestId":"r","Recommend":{}`, `"Message":"m","RequestId":"r","HostId":7`,
		`"Message":"m","RequestId":"r","AccessDeniedDetail":"x"`, `"message":"m","requestId":"r"`,
	} {
		e := callError(t, 403, nil, `{"Code":"OperationDenied.NoStock",`+rest+`}`)
		if !errors.Is(e, provider.ErrNoStock) {
			t.Errorf("%s: got %v, want ErrNoStock", rest, e)
		}
		if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%s: the outcome is %s, want rejected", rest, e.Outcome)
		}
		if e.Code != "OperationDenied.NoStock" {
			t.Errorf("%s: the code is %q", rest, e.Code)
		}
	}
}

// TestStockScopes: what a code does not prove is not said.
// answered is an answer of that status and nothing else.
func answered(status int) *Response { return &Response{HTTPStatus: status} }

func TestStockScopes(t *testing.T) {
	want := map[string]provider.StockScope{
		"NoInstanceStock": provider.StockOfType, "InstanceType.Offline": provider.StockOfType,
		"InvalidInstanceType.ZoneNotSupported": provider.StockOfType, "InvalidInstanceType.PhasedOut": provider.StockOfType,
		"Zone.NotOnSale": provider.StockOfZone, "Zone.NotOpen": provider.StockOfZone, "CategoryNotSupported": provider.StockOfDisk,
		"OperationDenied.ZoneNotAllowed": provider.StockOfZone, "OperationDenied.ZoneSystemCategoryNotMatch": provider.StockOfDisk,
		"InvalidVpcZone.NotSupported": provider.StockOfZone, "OperationDenied.CloudSSDNotSupported": provider.StockOfDisk,
		"InvalidVpcZone": provider.StockOfZone, "Zone": provider.StockOfZone, // their parents
		"InvalidVSwitchId.IpNotEnough": provider.StockOfSubnet, "QuotaExceeded.PrivateIpAddress": provider.StockOfSubnet,
		"QuotaExceed.PrivateIpAddress": provider.StockOfSubnet, "OperationDenied.NoVlan": provider.StockOfSubnet,
		"*.IpNotEnough": provider.StockOfSubnet, "*.NotOnSale": provider.StockOfZone,
		"InvalidVSwitch.DefaultVSwitchNotSupport": provider.StockOfZone,
	}
	c := testCaller(t, nil)
	for _, row := range ErrorCodes() {
		if got := c.Refusal(Request{}, answered(403), row.Code, "").Stock; got != want[row.Code] {
			t.Errorf("%s is about %q, want %q", row.Code, got, want[row.Code])
		}
		if got := c.Refusal(Request{}, answered(500), row.Code, "").Stock; got != "" {
			t.Errorf("%s with status 500 is about %q: it proves nothing", row.Code, got)
		}
	}
}

func TestRefusalKeepsEveryDetail(t *testing.T) {
	c := testCaller(t, nil)
	e := c.Refusal(Request{Action: "CreateInstance"}, &Response{HTTPStatus: 200, RequestID: "req-1"}, "StockNotEnough", "sold out")
	want := provider.APIError{
		Driver: "aliyun", Op: "CreateInstance", Code: "StockNotEnough", Message: "sold out", RequestID: "req-1",
		HTTPStatus: 200, Outcome: provider.OutcomeRejected, Kind: provider.ErrNoStock,
	}
	if *e != want {
		t.Errorf("got %+v, want %+v", *e, want)
	}
}

func TestOwnErrorTableWins(t *testing.T) {
	c, err := New(Config{
		Driver: "ens", Endpoint: "ens.example.com", Credentials: provider.StaticCredentials("i", "s", ""),
		Errors: provider.NewErrorTable([]provider.ErrorCode{{Code: "Special", Kind: provider.ErrExists}}),
		Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return respond(400, `{"Code":"Special","Message":"m"}`), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), createRequest()); !errors.Is(err, provider.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
}

func TestSecretsAreFoundInEveryQuoting(t *testing.T) {
	clean := redactorOf(createRequest(), provider.Credentials{AccessKeySecret: "key-secret-1", SecurityToken: "key-token-1"}, "Signature=a%2Bb%3D").Text
	for _, text := range []string{
		"Planted-Pass!1", url.QueryEscape("Planted-Pass!1"), url.QueryEscape(url.QueryEscape("Planted-Pass!1")),
		"cGxhbnRlZCB1c2VyIGRhdGE=", "planted user data", "planted-raw", "key-secret-1", "key-token-1", "a+b=", "a%2Bb%3D",
	} {
		if got := clean(text); got != oncehttp.Redacted {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestRebuildKeepsWhatExplainsADenial(t *testing.T) {
	body := `{"Code":"Forbidden.RAM","Message":"denied","RequestId":"r","HostId":"h","Recommend":"https://x/?q=planted",
		"AccessDeniedDetail":{"AuthAction":"ecs:RunInstances","Number":7}}`
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(403, body), nil })
	_, err := c.Call(t.Context(), createRequest())
	var s *sdkerrors.ServerError
	if !errors.As(err, &s) {
		t.Fatalf("got %v", err)
	}
	if s.HttpStatus() != 403 || s.HostId() != "h" || s.Message() != "denied" || s.AccessDeniedDetail()["AuthAction"] != "ecs:RunInstances" {
		t.Errorf("got %v", s)
	}
	if s.RespHeaders != nil || s.Recommend() != "" {
		t.Errorf("headers and links are still there: %v", s)
	}
}

func TestStatusThatMayNotPassIsNotWorthARepetitionOfAStart(t *testing.T) {
	c := testCaller(t, nil)
	for code, want := range map[string]struct{ settled, passing bool }{
		"IncorrectInstanceStatus":              {false, true},
		"IncorrectInstanceStatus.Other":        {false, true},
		"IncorrectInstanceStatus.Initializing": {true, true},
		"OperationConflict":                    {true, true}, // as the table says
		"IncorrectVpcStatus":                   {true, true},
		"ChargeTypeViolation":                  {false, false},
		"InvalidInstanceId.NotFound":           {false, false},
	} {
		for passing, temporary := range map[bool]bool{false: want.settled, true: want.passing} {
			e := c.Refusal(Request{Action: "StartInstances"}, answered(403), code, "")
			if ForPower(e, passing); e.Temporary != temporary {
				t.Errorf("%s of an instance that is passing %v: temporary %v, want %v", code, passing, e.Temporary, temporary)
			}
		}
	}
	switch err := errors.New("other"); {
	case ForPower(err, true) != err:
		t.Errorf("an error that is no *APIError: got %v, want %v", ForPower(err, true), err)
	case ForPower(nil, true) != nil:
		t.Errorf("no error: got %v, want nil", ForPower(nil, true))
	}
}

// What a refusal means does not depend on what its code shares with a secret.
func TestACodeThatSharesAPieceWithAPassword(t *testing.T) {
	r := createRequest()
	r.Params["Password"] = "NoStock-2026!"
	for code, want := range map[string]struct {
		kind  error
		shown string
	}{
		"OperationDenied.NoStock": {provider.ErrNoStock, "OperationDenied.NoStock"},
		"InvalidNoStock-20":       {provider.ErrInvalid, "Invalid[redacted]"},
	} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			return respond(403, `{"Code":"`+code+`","Message":"m","RequestId":"r"}`), nil
		})
		_, err := c.Call(t.Context(), r)
		var e *provider.APIError
		if !errors.As(err, &e) || !errors.Is(err, want.kind) {
			t.Fatalf("%s: got %v, want %v", code, err, want.kind)
		}
		if e.Code != want.shown {
			t.Errorf("%s is shown as %s, want %s", code, e.Code, want.shown)
		}
		var s *sdkerrors.ServerError
		switch {
		case !errors.As(err, &s):
			t.Errorf("%s: got error %v, want a %T", code, err, s)
		case s.ErrorCode() != want.shown:
			t.Errorf("%s: s.ErrorCode(): got %v, want %v", code, s.ErrorCode(), want.shown)
		}
	}
}

// A code that nobody knows, in an answer without a request ID, was written by
// something between us and the cloud: the call may have got through.
func TestACodeOfNobodyProvesNothing(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		return respond(403, `{"Code":"Blocked","Message":"m"}`), nil
	})
	if _, err := c.Call(t.Context(), createRequest()); outcome(err) != provider.OutcomeUnknown || !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("without a request ID: got %v, %s", err, outcome(err))
	}
	c = testCaller(t, func(*http.Request) (*http.Response, error) {
		return respond(403, `{"Code":"Blocked","Message":"m","RequestId":"r"}`), nil
	})
	if _, err := c.Call(t.Context(), createRequest()); outcome(err) != provider.OutcomeUnknown || errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("a create, of the cloud: got %v, %s; want no sentinel, unknown", err, outcome(err))
	}
	r := createRequest()
	r.Create = false
	if _, err := c.Call(t.Context(), r); outcome(err) != provider.OutcomeRejected {
		t.Errorf("another call, of the cloud: got %v, %s; want rejected", err, outcome(err))
	}
}

func TestTheCodeOfAnErrorCountsUnderANameInOtherLetters(t *testing.T) {
	for _, body := range []string{
		`{"requestId":"r","code":"OperationDenied.NoStock","message":"m"}`,
		`{"RequestId":"r","CODE":"OperationDenied.NoStock","Message":{}}`,
	} {
		e := callError(t, 403, nil, body)
		if !errors.Is(e, provider.ErrNoStock) {
			t.Errorf("%s: got %v, want ErrNoStock", body, e)
		}
		if e.Code != "OperationDenied.NoStock" {
			t.Errorf("%s: the code is %q", body, e.Code)
		}
	}
}
