package tencent

import (
	"testing"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Every state of cloud.tencent.com/document/api/213/15753#InstanceStatus.
func TestStates(t *testing.T) {
	for raw, want := range map[string]provider.State{
		"PENDING":                    provider.StatePending,
		"LAUNCH_FAILED":              provider.StateFailed,
		"RUNNING":                    provider.StateRunning,
		"STOPPED":                    provider.StateStopped,
		"STARTING":                   provider.StateStarting,
		"STOPPING":                   provider.StateStopping,
		"REBOOTING":                  provider.StateStarting,
		"SHUTDOWN":                   provider.StateRecycled,
		"TERMINATING":                provider.StateTerminating,
		"ENTER_RESCUE_MODE":          provider.StateStopping,
		"RESCUE_MODE":                provider.StateStopped,
		"EXIT_RESCUE_MODE":           provider.StateStarting,
		"ENTER_SERVICE_LIVE_MIGRATE": provider.StateRunning,
		"SERVICE_LIVE_MIGRATE":       provider.StateRunning,
		"EXIT_SERVICE_LIVE_MIGRATE":  provider.StateRunning,
		"running":                    provider.StateUnknown,
		"SOMETHING_NEW":              provider.StateUnknown,
		"":                           provider.StateUnknown,
	} {
		if got := stateOf(raw, "NOTISOLATED", ""); got != want {
			t.Errorf("%q is %s, want %s", raw, got, want)
		}
	}
}

// lockedInstance is an instance with words of RestrictState and IsolatedSource.
func lockedInstance(state, restrict, source, charge string) provider.Instance {
	return instanceOf(&instanceRow{Instance: cvm.Instance{
		InstanceState: new(state), RestrictState: new(restrict), IsolatedSource: new(source), InstanceChargeType: new(charge),
	}}, "")
}

func TestStoppedForArrearsIsSuspended(t *testing.T) {
	for _, c := range []struct {
		raw, restrict string
		want          provider.State
	}{
		{"STOPPED", "EXPIRED", provider.StateSuspended},
		{"STOPPED", "PROTECTIVELY_ISOLATED", provider.StateSuspended},
		{"RUNNING", "EXPIRED", provider.StateRunning},
		{"SHUTDOWN", "EXPIRED", provider.StateRecycled},
	} {
		if got := lockedInstance(c.raw, c.restrict, "", "").State; got != c.want {
			t.Errorf("%s with %s is %s, want %s", c.raw, c.restrict, got, c.want)
		}
	}
}

// Every pair of documented words of RestrictState and IsolatedSource, and words that are new.
func TestLocks(t *testing.T) {
	const (
		hour, month = "POSTPAID_BY_HOUR", "PREPAID"
		off, bin    = "STOPPED", "SHUTDOWN"
	)
	for _, c := range []struct {
		state, restrict, source, charge string
		lock                            provider.Lock
		want                            provider.State
		kind                            error
		reason                          string
	}{
		{off, "NORMAL", "NOTISOLATED", hour, "", provider.StateStopped, nil, ""},
		{off, "", "", hour, "", provider.StateStopped, nil, ""},
		{off, "EXPIRED", "", hour, provider.LockArrears, provider.StateSuspended, provider.ErrBalance, "RestrictState EXPIRED"},
		{off, "EXPIRED", "NOTISOLATED", month, provider.LockExpired, provider.StateSuspended, provider.ErrBalance, "RestrictState EXPIRED"},
		{bin, "NORMAL", "ARREAR", hour, provider.LockArrears, provider.StateSuspended, provider.ErrBalance, "IsolatedSource ARREAR"},
		{bin, "EXPIRED", "ARREAR", month, provider.LockArrears, provider.StateSuspended, provider.ErrBalance, "RestrictState EXPIRED, IsolatedSource ARREAR"},
		{bin, "EXPIRED", "EXPIRE", month, provider.LockExpired, provider.StateSuspended, provider.ErrBalance, "RestrictState EXPIRED, IsolatedSource EXPIRE"},
		{bin, "NORMAL", "MANMADE", month, provider.LockReturned, provider.StateRecycled, provider.ErrState, "IsolatedSource MANMADE"},
		{off, "PROTECTIVELY_ISOLATED", "NOTISOLATED", hour, provider.LockSecurity, provider.StateSuspended, provider.ErrPermission, "RestrictState PROTECTIVELY_ISOLATED"},
		{bin, "PROTECTIVELY_ISOLATED", "NOTISOLATED", hour, provider.LockSecurity, provider.StateSuspended, provider.ErrPermission, "RestrictState PROTECTIVELY_ISOLATED"},
		{bin, "PROTECTIVELY_ISOLATED", "MANMADE", hour, provider.LockSecurity, provider.StateRecycled, provider.ErrPermission, "RestrictState PROTECTIVELY_ISOLATED, IsolatedSource MANMADE"},
		{"RUNNING", "PROTECTIVELY_ISOLATED", "NOTISOLATED", hour, provider.LockSecurity, provider.StateRunning, provider.ErrPermission, "RestrictState PROTECTIVELY_ISOLATED"},
		{"RESCUE_MODE", "EXPIRED", "", hour, provider.LockArrears, provider.StateSuspended, provider.ErrBalance, "RestrictState EXPIRED"},
		{off, "FROZEN", "NOTISOLATED", hour, provider.LockOther, provider.StateSuspended, provider.ErrState, "RestrictState FROZEN"},
		{bin, "NORMAL", "RISK", hour, provider.LockOther, provider.StateSuspended, provider.ErrState, "IsolatedSource RISK"},
		{"BANNING", "NORMAL", "NOTISOLATED", hour, "", provider.StateUnknown, nil, ""},
		{"BANNING", "PROTECTIVELY_ISOLATED", "", hour, provider.LockSecurity, provider.StateUnknown, provider.ErrPermission, "RestrictState PROTECTIVELY_ISOLATED"},
	} {
		got := lockedInstance(c.state, c.restrict, c.source, c.charge)
		name := c.state + " " + c.restrict + " " + c.source
		if got.Lock != c.lock {
			t.Errorf("%s: lock: got %q, want %q", name, got.Lock, c.lock)
		}
		if got.State != c.want {
			t.Errorf("%s: state: got %q, want %q", name, got.State, c.want)
		}
		if kind := got.Lock.Kind(); kind != c.kind {
			t.Errorf("%s: kind: got %v, want %v", name, kind, c.kind)
		}
		if got.Reason != c.reason {
			t.Errorf("%s: reason: got %q, want %q", name, got.Reason, c.reason)
		}
		if got.RawState != c.state {
			t.Errorf("%s: raw state: got %q, want %q", name, got.RawState, c.state)
		}
	}
}

// A stopped instance shows why its last start failed.
func TestAFailedOperationIsTheReason(t *testing.T) {
	for _, c := range []struct{ state, op, result, msg, want string }{
		{"LAUNCH_FAILED", "RunInstances", "FAILED", "no more disks", "no more disks"},
		{"LAUNCH_FAILED", "", "", "no more disks", "no more disks"},
		{"LAUNCH_FAILED", "RunInstances", "FAILED", "", "RunInstances failed"},
		{"LAUNCH_FAILED", "", "", "", ""},
		{"STOPPED", "StartInstances", "FAILED", "sold out", "StartInstances: sold out"},
		{"STOPPED", "StartInstances", "FAILED", "", "StartInstances failed"},
		{"STOPPED", "StopInstances", "SUCCESS", "of yesterday", ""},
		{"RUNNING", "StopInstances", "FAILED", "busy", ""},
	} {
		got := instanceOf(&instanceRow{Instance: cvm.Instance{
			InstanceState: new(c.state), LatestOperation: new(c.op), LatestOperationState: new(c.result),
			LatestOperationErrorMsg: new(c.msg),
		}}, "").Reason
		if got != c.want {
			t.Errorf("%s after %s %s %q: got %q, want %q", c.state, c.op, c.result, c.msg, got, c.want)
		}
	}
}
