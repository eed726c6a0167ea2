package qingcloud

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestEveryDocumentedCodeOfACreate(t *testing.T) {
	kinds := map[error]string{ // outcomes other than rejected are written behind the code
		provider.ErrInvalid:     "1100 1101 3300 5600",
		provider.ErrAuth:        "1200 1300 1500 1510 1520 1600 1610 1620 1630 1640 1650 1660 1661 1662 2000",
		provider.ErrPermission:  "1400",
		provider.ErrNotFound:    "2100",
		provider.ErrExists:      "2110",
		provider.ErrBalance:     "2400",
		provider.ErrQuota:       "2500 4003",
		provider.ErrNoStock:     "5200",
		provider.ErrState:       "5400",
		provider.ErrUnavailable: "2200? 2300? 4000 4001 4002 4004 4005 5000? 5100? 5300? 5500 5999? 8000 8001 8002 8003 8004",
		// Outside the table nothing is known, and nothing proven but by the 1000s, which
		// are checks before a create.
		nil: "1999 2999? 3301? 4999? 8999? 1? 500? 999? 6000? 7001? 9999? -1? -5200?",
	}
	var code string
	d := serverDriver(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"message":"PermissionDenied, why","ret_code":`+code+`}`)
	})
	tested := 0
	for kind, codes := range kinds {
		for _, c := range strings.Fields(codes) {
			var open bool
			code, open = strings.CutSuffix(c, "?")
			want := map[bool]provider.Outcome{false: rejected, true: unknown}[open]
			got, err := d.RunInstances(t.Context(), minimalSpec())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s: got error %v, want a %T", code, err, e)
				continue
			}
			if got != nil {
				t.Errorf("%s: got is %v, want nil", code, got)
				continue
			}
			if e.Kind != kind {
				t.Errorf("%s: Kind is %v, want %v", code, e.Kind, kind)
			}
			if e.Outcome != want {
				t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, want)
			}
			if e.Temporary {
				t.Errorf("%s: Temporary is true, want false", code)
			}
			wantWords(t, e, code)
			var sdk *qcerrors.QingCloudError
			if n, _ := strconv.Atoi(code); !errors.As(err, &sdk) {
				t.Errorf("%s: got error %v, want a %T", code, err, sdk)
			} else if sdk.RetCode != n {
				t.Errorf("%s: sdk.RetCode is %v, want %v", code, sdk.RetCode, n)
			}
			if _, listed := errorTable.Lookup(code); listed != (kind != nil && code != "5999") {
				t.Errorf("%s: listed in the table %v", code, listed)
			}
			tested++
		}
	}
	if want := len(errorTable.Rows()); tested < want {
		t.Errorf("%d codes are tested, the table has %d", tested, want)
	}
}

func TestCodesThatMeanSomethingElseElsewhere(t *testing.T) {
	describe := func(d *driver) error {
		_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		return err
	}
	terminate := func(d *driver) error {
		return d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
	}
	cease := func(d *driver) error {
		return d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Recycled: true})
	}
	for _, c := range []struct {
		name      string
		call      func(*driver) error
		code      string
		kind      error
		outcome   provider.Outcome
		temporary bool
	}{
		{"terminate too early", terminate, "1400", provider.ErrState, rejected, true},
		{"terminate what is gone", terminate, "2100", provider.ErrNotFound, rejected, false},
		{"terminate, too many calls", terminate, "2500", provider.ErrThrottled, throttled, false},
		{"terminate, timed out", terminate, "5100", provider.ErrUnavailable, unknown, false},
		{"cease what is not in the bin", cease, "1400", provider.ErrState, rejected, false},
		{"cease what is gone", cease, "2100", provider.ErrNotFound, rejected, false},
		{"cease, too many calls", cease, "2500", provider.ErrThrottled, throttled, false},
		{"describe what is not ours", describe, "1400", provider.ErrPermission, rejected, false},
		{"describe, too many calls", describe, "2500", provider.ErrThrottled, throttled, false},
		{"describe, busy", describe, "5100", provider.ErrUnavailable, unknown, false},
	} {
		d := mustDriver(t, testConfig(saying(200, `{"message":"why","ret_code":`+c.code+`}`)))
		var e *provider.APIError
		if err := c.call(d); !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", c.name, err, e)
		} else if e.Kind != c.kind {
			t.Errorf("%s: Kind is %v, want %v", c.name, e.Kind, c.kind)
		} else if e.Outcome != c.outcome {
			t.Errorf("%s: Outcome is %v, want %v", c.name, e.Outcome, c.outcome)
		} else if e.Temporary != c.temporary {
			t.Errorf("%s: Temporary is %v, want %v", c.name, e.Temporary, c.temporary)
		}
	}
}

// Nobody renews the licence of a private cloud while a client repeats its call.
func TestWhatLastsIsNotRepeated(t *testing.T) {
	for code, creates := range map[string]int{"4001": 1, "5500": 1, "8004": 1, "5300": 0} { // 0: several
		synctest.Test(t, func(t *testing.T) {
			n := 0
			c, err := New(testConfig(&memory{answer: func(r *http.Request) (*http.Response, error) {
				if r.URL.Query().Get("action") == "DescribeInstances" {
					return response(200, `{"ret_code":0,"total_count":0,"instance_set":[]}`), nil
				}
				n++
				return response(200, `{"message":"why","ret_code":`+code+`}`), nil
			}}))
			if err != nil {
				t.Fatal(err)
			}
			op, err := c.RunInstances(t.Context(), *minimalSpec(), nil)
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: got error %v, want %v", code, err, provider.ErrUnavailable)
			}
			if errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s: got error %v, want a known outcome", code, err)
			}
			if once := n == 1; once != (creates == 1) {
				t.Errorf("%s: %d creates, want %d (0: several)", code, n, creates)
			}
			token, err := op.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if rejected := strings.Contains(string(token), `"rejected"`); rejected != (creates == 1) {
				t.Errorf("%s: the create is rejected: %v, want %v; the token is %s", code, rejected, creates == 1, token)
			}
		})
	}
}

// The cloud has one code for "no more instances" and for "no more calls".
func TestAQuotaIsAThrottleOnceTheHourIsNearlyUsedUp(t *testing.T) {
	d := mustDriver(t, testConfig(saying(200, `{"message":"QuotasExceeded","ret_code":2500}`)))
	run := func() *provider.APIError {
		_, err := d.RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Fatalf("error is %T", err)
		}
		return e
	}
	if e := run(); e.Kind != provider.ErrQuota {
		t.Errorf("on the first call: Kind is %v, want %v", e.Kind, provider.ErrQuota)
	} else if e.Outcome != rejected {
		t.Errorf("on the first call: Outcome is %v, want %v", e.Outcome, rejected)
	}
	for range 1798 {
		d.calls.add(time.Now())
	}
	if e := run(); e.Kind != provider.ErrThrottled {
		t.Errorf("on the 1800th call of the hour: Kind is %v, want %v", e.Kind, provider.ErrThrottled)
	} else if e.Outcome != throttled {
		t.Errorf("on the 1800th call of the hour: Outcome is %v, want %v", e.Outcome, throttled)
	}
}

// Code 5200 is about computing capacity: another disk or network would not help.
func TestWhatIsOutOfStock(t *testing.T) {
	for code, want := range map[string]provider.StockScope{"5200": provider.StockOfType, "5100": "", "2500": ""} {
		_, err := mustDriver(t, testConfig(saying(200, `{"message":"why","ret_code":`+code+`}`))).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if e.Stock != want {
			t.Errorf("%s: Stock is %v, want %v", code, e.Stock, want)
		}
	}
}

// wantWords checks that an error has kept what the cloud said.
func wantWords(t *testing.T, e *provider.APIError, code string) {
	t.Helper()
	if e.Driver != Name {
		t.Errorf("%s: Driver is %v, want %v", code, e.Driver, Name)
	}
	if e.Op != "RunInstances" {
		t.Errorf(`%s: Op is %q, want "RunInstances"`, code, e.Op)
	}
	if e.Code != code {
		t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
	}
	if e.Message != "PermissionDenied, why" {
		t.Errorf(`%s: Message is %q, want "PermissionDenied, why"`, code, e.Message)
	}
	if e.HTTPStatus != 200 {
		t.Errorf("%s: HTTPStatus is %d, want 200", code, e.HTTPStatus)
	}
}

// Code 1400 has one meaning for each message, whatever the action.
func TestTheMessageTellsWhatADeniedCallIsAbout(t *testing.T) {
	state, permission := provider.ErrState, provider.ErrPermission
	const sometimes = "of a terminate or a new name"
	for _, c := range []struct {
		message   string
		kind      error
		temporary string // "always", "never" or sometimes
	}{
		{"PermissionDenied, resource [i-1] lease info not ready yet, please try later", state, "always"},
		{"PermissionDenied, instance [i-1] has no lease info yet, can not be terminated", state, "always"},
		{"PermissionDenied, instance [i-1] is not running, can not be stopped", state, sometimes},
		{"PermissionDenied, instance [i-2aypaijz] is not running， can not be stopped", state, sometimes},
		{"PermissionDenied, instance [i-1] of zone [pek3a] is stopping", state, sometimes},
		{"PermissionDenied, volume [vol-1] is in-use", state, sometimes},
		{"PermissionDenied, snapshot [ss-1] is not available, can not create volume from it", state, sometimes},
		{"PermissionDenied, volume can not attach to instance in different zone", permission, "never"},
		{"PermissionDenied, zone [pek3x] is not available", permission, "never"},
		{"PermissionDenied, you can not access zone [pek3x]", permission, "never"},
		{"PermissionDenied, the region is closed", permission, "never"},
		{"PermissionDenied, you have no permission to stop a running instance", permission, "never"},
		{"PermissionDenied, no privilege", permission, "never"},
		{"permission denied: user [usr-1] is not authorized", permission, "never"},
		{"PermissionDenied, resource [i-1] does not belong to you", permission, "never"},
		{"PermissionDenied, the operation is not allowed", permission, "never"},
		{"访问被拒绝，没有权限", permission, "never"},
		{"PermissionDenied, 该可用区不可用", permission, "never"},
		{"PermissionDenied, zone [pek3d] is suspended", permission, "never"},
		{"PermissionDenied, zone [pek3b] has been closed for new resources, status [closed]", permission, "never"},
		{"PermissionDenied, the user can not operate resources in this data center", permission, "never"},
		{"PermissionDenied, sub account has no right", permission, "never"},
		{"PermissionDenied, insufficient rights", permission, "never"},
		{"PermissionDenied, role [r-1] can not do TerminateInstances", permission, "never"},
		{"PermissionDenied, api key is prohibited", permission, "never"},
		{"PermissionDenied, the key is restricted to pek3a", permission, "never"},
		{"PermissionDenied, 子账户无此操作", permission, "never"},
		{"PermissionDenied, 不允许操作", permission, "never"},
		{"PermissionDenied, 禁止在该机房操作", permission, "never"},
		{"PermissionDenied, resource [i-1] is in transition", state, "always"},
		{"PermissionDenied, instance [i-1] is busy", state, "always"},
		{"PermissionDenied, another job of [i-1] is in progress", state, "always"},
		{"PermissionDenied, [i-1] is being operated", state, "always"},
		{"PermissionDenied, 主机 [i-1] 正在操作中，请稍候重试", state, "always"},
		{"PermissionDenied, 主机 [i-1] 正在运行", state, sometimes},
		{"PermissionDenied, 主机状态不正确", state, sometimes},
	} {
		for _, op := range []string{
			actionRun, actionDescribe, actionTerminate, actionCease, actionRename, actionJobs,
			"StartInstances", "StopInstances", "RestartInstances", "JoinInstanceGroup", "DeleteInstanceGroups",
		} {
			e := &provider.APIError{Op: op}
			mustDriver(t, testConfig(nil)).classify(e, &qcerrors.QingCloudError{RetCode: 1400, Message: c.message})
			if e.Kind != c.kind {
				t.Errorf("%s of %s: Kind is %v, want %v", c.message, op, e.Kind, c.kind)
			}
			want := c.temporary == "always"
			if c.temporary == sometimes {
				want = passes(op)
			}
			if e.Temporary != want {
				t.Errorf("%s of %s: Temporary is %v, want %v", c.message, op, e.Temporary, want)
			}
			if e.Outcome != rejected {
				t.Errorf("%s of %s: Outcome is %v, want %v", c.message, op, e.Outcome, rejected)
			}
		}
	}
}
