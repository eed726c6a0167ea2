package tencent

import "github.com/yunfan-cloud/yunfan/provider"

// expired is the RestrictState of a server whose account is in arrears or whose
// period is over.
const expired = "EXPIRED"

// states are the words of InstanceState, see
// cloud.tencent.com/document/api/213/15753#InstanceStatus. There is none for a
// terminated server: it is gone from the answer.
//
// In rescue mode a server runs a rescue system instead of its own, which is off:
// nobody who waits for the server would call that running. A live migration, on
// the other hand, happens while the server runs.
var states = map[string]provider.State{
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
}

// stateOf translates InstanceState. RestrictState tells a server that was
// stopped for arrears from one that its owner stopped.
func stateOf(raw, restrict string) provider.State {
	state, ok := states[raw]
	switch {
	case !ok:
		return provider.StateUnknown
	case state == provider.StateStopped && restrict == expired:
		return provider.StateSuspended
	default:
		return state
	}
}
