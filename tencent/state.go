package tencent

import (
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

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

// Words of RestrictState and IsolatedSource. Both have a word for "nothing".
const (
	unrestricted = "NORMAL"
	expired      = "EXPIRED"
	isolated     = "PROTECTIVELY_ISOLATED"
	notIsolated  = "NOTISOLATED"
	returned     = "MANMADE"
)

// isolations are the words of IsolatedSource: why an instance is isolated.
var isolations = map[string]provider.Lock{
	"ARREAR": provider.LockArrears,
	"EXPIRE": provider.LockExpired,
	returned: provider.LockReturned,
}

// lockOf translates RestrictState and IsolatedSource. Security comes first, because nothing else
// helps before a person has looked. Then comes the source, which tells expiry from arrears. A
// restriction that is "EXPIRED" without a source is a period that ended, or arrears where there
// is no period.
func lockOf(restrict, source string, billing provider.BillingMode) provider.Lock {
	lock, known := isolations[source]
	switch {
	case restrict == isolated:
		return provider.LockSecurity
	case known:
		return lock
	case restrict == expired && billing == provider.Prepaid:
		return provider.LockExpired
	case restrict == expired:
		return provider.LockArrears
	case isWord(restrict, unrestricted), isWord(source, notIsolated):
		return provider.LockOther
	}
	return ""
}

// isWord reports whether a text is there and is another word than the one for "nothing".
func isWord(text, nothing string) bool { return text != "" && text != nothing }

// lockReason returns the cloud's words for a lock.
func lockReason(restrict, source string) string {
	var words []string
	if isWord(restrict, unrestricted) {
		words = append(words, "RestrictState "+restrict)
	}
	if isWord(source, notIsolated) {
		words = append(words, "IsolatedSource "+source)
	}
	return strings.Join(words, ", ")
}

// stateOf translates InstanceState. An instance that is off counts as suspended when the cloud
// holds it back, and so does one in the recycle bin that the cloud put there itself: it comes back
// when it is paid for.
func stateOf(raw, source string, lock provider.Lock) provider.State {
	state, ok := states[raw]
	switch {
	case !ok:
		return provider.StateUnknown
	case state == provider.StateStopped && lock != "":
		return provider.StateSuspended
	case state == provider.StateRecycled && putAwayByCloud(source, lock):
		return provider.StateSuspended
	default:
		return state
	}
}

// putAwayByCloud reports whether an instance is in the recycle bin for another reason than that a
// person returned it. Without a source, only a security lock says so.
func putAwayByCloud(source string, lock provider.Lock) bool {
	if source == returned {
		return false
	}
	return isWord(source, notIsolated) || lock == provider.LockSecurity
}
