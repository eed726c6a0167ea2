package ens

import (
	"encoding/json"
	"errors"
	"testing"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

type class struct {
	kind      error
	outcome   provider.Outcome
	temporary bool
}

var (
	throttled  = class{provider.ErrThrottled, provider.OutcomeThrottled, false}
	unclear    = class{provider.ErrUnavailable, provider.OutcomeUnknown, false}
	invalid    = class{provider.ErrInvalid, provider.OutcomeRejected, false}
	noStock    = class{provider.ErrNoStock, provider.OutcomeRejected, false}
	notFound   = class{provider.ErrNotFound, provider.OutcomeRejected, false}
	permission = class{provider.ErrPermission, provider.OutcomeRejected, false}
	auth       = class{provider.ErrAuth, provider.OutcomeRejected, false}
	balance    = class{provider.ErrBalance, provider.OutcomeRejected, false}
	quota      = class{provider.ErrQuota, provider.OutcomeRejected, false}
	exists     = class{provider.ErrExists, provider.OutcomeRejected, false}
	state      = class{provider.ErrState, provider.OutcomeRejected, false}
	building   = class{provider.ErrState, provider.OutcomeRejected, true}
	unlisted   = class{nil, provider.OutcomeUnknown, false} // nothing proves that it did nothing
)

// codes are every code of the CreateInstance reference, those of the shared
// classes that ENS can meet, and families.
var codes = map[string]class{
	"StockNotEnough":                               noStock,
	"InvalidUserData.NotInWhiteList":               permission,
	"MissingParameter":                             invalid,
	"InstanceIdNotFound":                           notFound,
	"NoPermission":                                 permission,
	"CallInterface":                                unclear,
	"InvalidParameter":                             invalid,
	"InvalidParameter.HostName":                    invalid,
	"InvalidDiskSize.ValueNotSupported":            invalid,
	"InvalidParameter.Bandwidth":                   invalid,
	"InvalidParameter.Image":                       invalid,
	"InvalidParameter.InstanceType":                invalid,
	"InvalidAccountStatus.NotEnoughBalance":        balance,
	"unsupported_Ipv6Feature":                      invalid,
	"Forbidden.CreateInstance":                     permission,
	"ENS_OperationUnsupported_KeyPairName":         invalid,
	"ENS_DependencyViolation_WindowsInstance":      invalid,
	"ENS_PASSWORDORKEYPAIRNAME_MODULE_NOT_CHOOSEN": invalid,
	"ENS_SomethingElse":                            unlisted, // the prefix is the product's
	"InstanceNotFound":                             notFound,
	"ens.interface.error":                          unclear,
	"SaleControl.VerificationFailed":               permission,
	"DependencyViolation.Snapshot":                 state,
	"IncorrectInstanceStatus.Initializing":         building,
	"InvalidParameter.EnsRegionId":                 invalid,
	"InvalidPrivateIpAddress":                      invalid,
	"InvalidVSwitchId.NotFound":                    notFound,
	"InvalidPrivateIpAddress.Duplicated":           exists,
	"InvalidPasswordParam.Mismatch":                invalid,

	"Throttling":                     throttled,
	"Throttling.User":                throttled,
	"InvalidAccessKeyId.NotFound":    auth, // and not "not found"
	"SignatureDoesNotMatch":          auth,
	"InvalidSecurityToken.Expired":   auth,
	"Forbidden.RAM":                  permission,
	"InsufficientBalance":            balance,
	"QuotaExceeded.AfterpayInstance": quota,
	"InvalidInstanceId.NotFound":     notFound,
	"Forbidden.InstanceNotFound":     notFound,
	"IncorrectInstanceStatus":        building,
	"ChargeTypeViolation":            state,
	"InternalError":                  unclear,
	"ServiceUnavailable":             unclear,
	"UnknownError":                   unclear,
	"InvalidSomethingNew":            invalid,
	"EntirelyNew":                    unlisted,
}

// spellings are codes of ENS in other letters.
var spellings = map[string]class{
	"Ens.Interface.Error":                          unclear,
	"ENS_OPERATIONUNSUPPORTED_KEYPAIRNAME":         invalid,
	"Ens_PasswordOrKeypairName_Module_Not_Choosen": invalid,
	"Stocknotenough":                               noStock,
	"instanceNotFound":                             notFound,
	"SALECONTROL.X":                                permission,
	"SaleControl":                                  permission,
	"ens.internal.error":                           unclear,
	"ens.system.busy":                              unclear,
	"Unsupported_IPv6Feature":                      invalid,
}

func TestTheLettersOfACodeOfENSDoNotMatter(t *testing.T) {
	for code, want := range spellings {
		d, _ := answering(t, 400, `{"RequestId":"req-1","Code":"`+code+`","Message":"m"}`)
		_, err := d.RunInstances(t.Context(), secretSpec())
		wantAPIError(t, err, want.kind, want.outcome)
	}
}

func TestEveryCodeMeansWhatItIsDocumentedToMean(t *testing.T) {
	for code, want := range codes {
		body, err := json.Marshal(map[string]string{"RequestId": "req-1", "HostId": "h", "Code": code, "Message": "message-1"})
		if err != nil {
			t.Fatal(err)
		}
		d, _ := answering(t, 400, string(body))
		_, err = d.RunInstances(t.Context(), secretSpec())
		e := wantAPIError(t, err, want.kind, want.outcome)
		if e.Code != code {
			t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
		}
		if e.Message != "message-1" {
			t.Errorf(`%s: Message is %q, want "message-1"`, code, e.Message)
		}
		if e.RequestID != "req-1" {
			t.Errorf(`%s: RequestID is %q, want "req-1"`, code, e.RequestID)
		}
		if e.HTTPStatus != 400 {
			t.Errorf("%s: HTTPStatus is %d, want 400", code, e.HTTPStatus)
		}
		if e.Op != "RunInstances" {
			t.Errorf(`%s: Op is %q, want "RunInstances"`, code, e.Op)
		}
		if e.Temporary != want.temporary {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want.temporary)
		}
		if want.kind == nil && e.Kind != nil {
			t.Errorf("%s: Kind is %v, want none", code, e.Kind)
		}
		var s *sdkerrors.ServerError
		if !errors.As(err, &s) {
			t.Errorf("%s: got error %v, want a %T", code, err, s)
		} else if got := s.ErrorCode(); got != code {
			t.Errorf("%s: s.ErrorCode() is %v, want %v", code, got, code)
		}
	}
}

// The table documents the codes; a family must not stand in for a known one.
func TestTableListsTheCodesOfENS(t *testing.T) {
	for code := range codes {
		if _, ok := errorTable.Lookup(code); !ok && code != "ENS_SomethingElse" && code != "InvalidSomethingNew" && code != "EntirelyNew" {
			t.Errorf("%s is not in the table", code)
		}
	}
}

// The text of StockNotEnough is about the instance type; a 5xx proves nothing.
func TestWhatIsOutOfStock(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		want   provider.StockScope
	}{
		{400, `{"RequestId":"r","Code":"StockNotEnough","Message":"no"}`, provider.StockOfType},
		{200, `{"RequestId":"r","Code":"StockNotEnough"}`, provider.StockOfType},
		{500, `{"RequestId":"r","Code":"StockNotEnough","Message":"no"}`, ""},
		{400, `{"RequestId":"r","Code":"InvalidParameter","Message":"no"}`, ""},
	} {
		d, _ := answering(t, tt.status, tt.body)
		_, err := d.RunInstances(t.Context(), secretSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%d %s: got error %v, want a %T", tt.status, tt.body, err, e)
		} else if e.Stock != tt.want {
			t.Errorf("%d %s: Stock is %v, want %v", tt.status, tt.body, e.Stock, tt.want)
		}
	}
}
