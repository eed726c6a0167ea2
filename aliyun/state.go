package aliyun

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// stateOf translates Status of DescribeInstances. ECS has no failed state: the cloud releases an
// instance that cannot be built, and it disappears.
func stateOf(status string) provider.State {
	switch status {
	case "Pending":
		return provider.StatePending
	case "Starting":
		return provider.StateStarting
	case "Running":
		return provider.StateRunning
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	}
	return provider.StateUnknown
}

// heldState returns [provider.StateSuspended] in place of a state of a locked instance that does not
// run. The cloud has no word for it: such an instance is Stopped, also a spot instance that is taken
// back.
func heldState(s provider.State, lock provider.Lock) provider.State {
	if lock == "" || s == provider.StateRunning {
		return s
	}
	return provider.StateSuspended
}

// lockOf returns the lock of an instance, and its reasons in the cloud's words. Of several locks the
// first of this order counts: the one that a person has to lift, the one that nothing lifts, and those
// that money lifts.
func lockOf(raw *RawInstance) (lock provider.Lock, reason string) {
	var all []provider.Lock
	var words []string
	for _, row := range raw.OperationLocks.LockReason {
		if row == (RawLock{}) {
			continue
		}
		all = append(all, lockOfWord(row.LockReason, raw.InstanceChargeType == "PrePaid"))
		word := strings.TrimSpace(row.LockReason)
		if row.LockMsg != "" {
			word = strings.TrimPrefix(word+": "+row.LockMsg, ": ")
		}
		words = append(words, word)
	}
	for _, first := range []provider.Lock{
		provider.LockSecurity, provider.LockReclaim, provider.LockRefunded, provider.LockExpired, provider.LockArrears,
		provider.LockOther,
	} {
		if slices.Contains(all, first) {
			return first, strings.Join(words, "; ")
		}
	}
	return "", ""
}

// lockOfWord translates LockReason. The bill of a prepaid instance is paid, so that what it owes is
// its next period.
func lockOfWord(word string, prepaid bool) provider.Lock {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "financial":
		if prepaid {
			return provider.LockExpired
		}
		return provider.LockArrears
	case "dedicatedhostfinancial":
		return provider.LockExpired
	case "security":
		return provider.LockSecurity
	case "recycling":
		return provider.LockReclaim
	case "refunded":
		return provider.LockRefunded
	}
	return provider.LockOther
}
