package tencent

import (
	"testing"

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
		if got := stateOf(raw, "NORMAL"); got != want {
			t.Errorf("%q is %s, want %s", raw, got, want)
		}
	}
}

func TestStoppedForArrearsIsSuspended(t *testing.T) {
	for _, c := range []struct {
		raw, restrict string
		want          provider.State
	}{
		{"STOPPED", "EXPIRED", provider.StateSuspended},
		{"STOPPED", "PROTECTIVELY_ISOLATED", provider.StateStopped},
		{"RUNNING", "EXPIRED", provider.StateRunning},
		{"SHUTDOWN", "EXPIRED", provider.StateRecycled},
	} {
		if got := stateOf(c.raw, c.restrict); got != c.want {
			t.Errorf("%s with %s is %s, want %s", c.raw, c.restrict, got, c.want)
		}
	}
}
