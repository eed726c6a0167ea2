package aliyun

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestStateOf(t *testing.T) {
	for status, want := range map[string]provider.State{
		"Pending": provider.StatePending, "Starting": provider.StateStarting, "Running": provider.StateRunning,
		"Stopping": provider.StateStopping, "Stopped": provider.StateStopped,
		"": provider.StateUnknown, "running": provider.StateUnknown, "Deleted": provider.StateUnknown,
	} {
		if got := stateOf(status); got != want {
			t.Errorf("Status %q is %q, want %q", status, got, want)
		}
	}
}
