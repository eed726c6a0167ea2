package provider

import (
	"net/netip"
	"time"
)

// State is where an instance is in its life, the same words for every cloud. The
// cloud's own word stays in [Instance.RawState].
type State string

// States of an instance.
const (
	// StateUnknown is a raw state the adapter has no word for. It counts as
	// "not there yet": a wait goes on and names the raw state if it ends early.
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

// Instance is an instance as its cloud describes it. Fields the cloud does not
// tell are zero. Its lists and its map belong to whoever got it, [Instance.Sys]
// does not.
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

// Sys returns the vendor's own representation, or nil: a *cvm.Instance of
// Tencent's SDK, or the adapter's decoded answer. Its type is documented by the
// adapter. It is for reading: other waits for the instance may hold the same one.
func (i Instance) Sys() any { return i.raw }

// WithSys returns a copy of i whose [Instance.Sys] is raw. It is for drivers.
func (i Instance) WithSys(raw any) Instance {
	i.raw = raw
	return i
}
