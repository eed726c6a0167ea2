package provider

import (
	"net/netip"
	"slices"
	"time"
)

// State is where an instance is in its life, in the same words for every cloud. The cloud's
// own word is in [Instance.RawState].
type State string

// States of an instance.
const (
	// StateUnknown is a raw state that the adapter does not know. It counts as "not there
	// yet": a wait continues, and names the raw state if it ends early.
	StateUnknown State = "unknown"

	StatePending     State = "pending"     // accepted, being built
	StateStarting    State = "starting"    // on its way to running
	StateRunning     State = "running"     // up and, where the cloud assigns one, addressed
	StateStopping    State = "stopping"    // on its way to stopped
	StateStopped     State = "stopped"     // off; often still billed in part
	StateSuspended   State = "suspended"   // stopped by the cloud, for arrears
	StateTerminating State = "terminating" // being released
	StateRecycled    State = "recycled"    // released into a recycle bin
	StateTerminated  State = "terminated"  // released
	StateFailed      State = "failed"      // died while being built
)

// released reports whether an instance is gone or being released.
func released(s State) bool {
	return slices.Contains([]State{StateTerminating, StateTerminated, StateRecycled}, s)
}

// isMoving reports whether an instance is on its way to another state. As in every wait, an
// unknown state counts as "not there yet".
func isMoving(s State) bool {
	return slices.Contains([]State{StatePending, StateStarting, StateStopping, StateUnknown}, s)
}

// Instance is an instance as its cloud describes it. Fields that the cloud does not return are
// zero. Its lists and its map belong to the caller; the value of [Instance.Sys] does not.
type Instance struct {
	ID       string
	Name     string
	HostName string

	State    State
	RawState string // the cloud's own word
	Reason   string // why the instance failed, in the cloud's words; "" if it did not or does not say

	Region       string
	Zone         string
	ImageID      string
	InstanceType string
	CPUs         int
	MemoryMiB    int

	VPCID            string
	SubnetID         string
	SecurityGroupIDs []string
	PrivateIPs       []netip.Addr
	PublicIPs        []netip.Addr

	Billing   BillingMode
	CreatedAt time.Time // zero when the cloud does not say
	ExpiresAt time.Time // end of the prepaid period or automatic release; zero when there is none
	Tags      map[string]string

	raw any
}

// Sys returns the vendor's own representation, or nil: a *cvm.Instance of Tencent's SDK, or
// the adapter's decoded answer. The adapter documents its type. It is read-only: other waits
// for the instance may hold the same value.
func (i Instance) Sys() any { return i.raw }

// WithSys returns a copy of i whose [Instance.Sys] is raw. It is for drivers.
func (i Instance) WithSys(raw any) Instance {
	i.raw = raw
	return i
}
