package aliyun

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
)

// locked describes an instance with locks.
func locked(t *testing.T, status, charge, locks string) provider.Instance {
	t.Helper()
	return instanceOf(decodeInstance(t, `{"InstanceId":"i-1","Status":"`+status+`","InstanceChargeType":"`+charge+
		`","OperationLocks":{"LockReason":[`+locks+`]}}`))
}

func TestEveryDocumentedLock(t *testing.T) {
	tests := []struct {
		charge, locks string
		lock          provider.Lock
		reason        string
		kind          error
	}{
		{"PostPaid", `{"LockReason":"financial"}`, provider.LockArrears, "financial", provider.ErrBalance},
		{"PrePaid", `{"LockReason":"financial"}`, provider.LockExpired, "financial", provider.ErrBalance},
		{"PostPaid", `{"LockReason":"dedicatedhostfinancial"}`, provider.LockExpired, "dedicatedhostfinancial", provider.ErrBalance},
		{"PostPaid", `{"LockReason":"security","LockMsg":"mining"}`, provider.LockSecurity, "security: mining", provider.ErrPermission},
		{"PostPaid", `{"LockReason":"Recycling"}`, provider.LockReclaim, "Recycling", provider.ErrNoStock},
		{"PostPaid", `{"LockReason":"recycling"}`, provider.LockReclaim, "recycling", provider.ErrNoStock},
		{"PrePaid", `{"LockReason":"refunded"}`, provider.LockRefunded, "refunded", provider.ErrState},
		{"PostPaid", `{"LockReason":"SomethingNew"}`, provider.LockOther, "SomethingNew", provider.ErrState},
		{"PostPaid", `{"LockMsg":"why"}`, provider.LockOther, "why", provider.ErrState},
		{"PostPaid", `{"LockReason":"financial"},{"LockReason":"Recycling"}`, provider.LockReclaim, "financial; Recycling", provider.ErrNoStock},
		{"PostPaid", `{"LockReason":"Recycling"},{"LockReason":"security"}`, provider.LockSecurity, "Recycling; security", provider.ErrPermission},
		{"PostPaid", `{"LockReason":""}`, "", "", nil},
		{"PostPaid", ``, "", "", nil},
	}
	for _, tt := range tests {
		got := locked(t, "Stopped", tt.charge, tt.locks)
		if got.Lock != tt.lock {
			t.Errorf("%s: the lock is %q, want %q", tt.locks, got.Lock, tt.lock)
		}
		if got.Reason != tt.reason {
			t.Errorf("%s: the reason is %q, want %q", tt.locks, got.Reason, tt.reason)
		}
		if !errors.Is(got.Lock.Kind(), tt.kind) {
			t.Errorf("%s: the kind is %v, want %v", tt.locks, got.Lock.Kind(), tt.kind)
		}
	}
}

func TestALockedInstanceThatDoesNotRunIsSuspended(t *testing.T) {
	for status, want := range map[string]provider.State{
		"Running": provider.StateRunning, "Stopped": provider.StateSuspended, "Stopping": provider.StateSuspended,
		"Locked": provider.StateSuspended,
	} {
		got := locked(t, status, "PostPaid", `{"LockReason":"Recycling"}`)
		if got.State != want {
			t.Errorf("%s: got %s, want %s", status, got.State, want)
		}
		if got.RawState != status {
			t.Errorf("%s: the raw state is %q, want the cloud's word", status, got.RawState)
		}
	}
}

func TestAnInstanceWithIPv6AloneIsAddressed(t *testing.T) {
	got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1","Status":"Running","VpcAttributes":{"VSwitchId":"v"},
		"NetworkInterfaces":{"NetworkInterface":[{"NetworkInterfaceId":"eni-1","Type":"Primary",
		"Ipv6Sets":{"Ipv6Set":[{"Ipv6Address":"2001:db8::1"}]}}]}}`))
	if len(got.IPv6Addresses) != 1 {
		t.Errorf("got %v, want one address", got.IPv6Addresses)
	}
	if !got.Addressed() {
		t.Error("the instance has no address, want one")
	}
}

func TestALockIsReadInAnyForm(t *testing.T) {
	for _, locks := range []string{
		`{"LockReason":[{"LockReason":"security"}]}`, `{"LockReason":{"LockReason":"security"}}`, `{"LockReason":["security"]}`,
		`{"LockReason":"security"}`, `"security"`, `[{"LockReason":"security"}]`, `["security"]`, `{"LockReason":[{"LockReason":"security","LockMsg":null}]}`,
		`{"LockReason":[{"LockReason":"security"},null,{"LockReason":7}]}`,
	} {
		got := instanceOf(decodeInstance(t, `{"InstanceId":"i-1","Status":"Stopped","OperationLocks":`+locks+`}`))
		if got.Lock != provider.LockSecurity {
			t.Errorf("%s: the lock is %q, want security", locks, got.Lock)
		}
		if got.State != provider.StateSuspended {
			t.Errorf("%s: the state is %s, want suspended", locks, got.State)
		}
	}
}

// A wait for a locked instance ends at once, with the class of the lock.
func TestAWaitForALockedInstanceEndsAtOnce(t *testing.T) {
	for locks, want := range map[string]error{
		`{"LockReason":"financial"}`:                           provider.ErrBalance,
		`{"LockReason":"dedicatedhostfinancial"}`:              provider.ErrBalance,
		`{"LockReason":"security"}`:                            provider.ErrPermission,
		`{"LockReason":"Recycling"}`:                           provider.ErrNoStock,
		`{"LockReason":"refunded"}`:                            provider.ErrState,
		`{"LockReason":"SomethingNew"}`:                        provider.ErrState,
		`{"LockReason":"financial"},{"LockReason":"security"}`: provider.ErrPermission,
		`{"LockReason":"financial"},"Recycling"`:               provider.ErrNoStock,
	} {
		for _, status := range []string{"Pending", "Starting", "Stopping", "Stopped", "Locked"} {
			describes := 0
			d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Query().Get("Action") == "RunInstances" {
					return respond(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`)
				}
				row := `"Status":"Pending"`
				if describes++; describes > 1 {
					row = `"Status":"` + status + `","OperationLocks":{"LockReason":[` + locks + `]}`
				}
				return respond(200, `{"RequestId":"r","Instances":{"Instance":[{"InstanceId":"i-1",`+row+`}]}}`)
			}))
			synctest.Test(t, func(t *testing.T) {
				c := provider.NewClient(d, &provider.Options{Region: "cn-test-1"})
				op, err := c.RunInstances(t.Context(), *minimalSpec(), nil)
				if err != nil {
					t.Fatal(err)
				}
				_, err = op.Wait(t.Context(), nil)
				if !errors.Is(err, want) {
					t.Errorf("%s, %s: got %v, want %v", locks, status, err, want)
				}
			})
			if describes != 2 {
				t.Errorf("%s, %s: got %d describes, want 2", locks, status, describes)
			}
		}
	}
}
