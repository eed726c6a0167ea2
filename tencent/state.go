package tencent

import "github.com/yunfan-cloud/yunfan/provider"

// expired is the RestrictState of an instance whose account is in arrears or whose period is
// over.
const expired = "EXPIRED"

// states are the words of InstanceState, see
// cloud.tencent.com/document/api/213/15753#InstanceStatus. A terminated instance has none: it is
// absent from the answer.
//
// In rescue mode an instance runs a rescue system, and its own system is off. It does not count as
// running, because a caller that waits for the instance wants its own system. During a live
// migration the instance runs.
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

// stateOf translates InstanceState. RestrictState says whether a stopped instance was stopped for
// arrears or by its owner.
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
