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
	StateSuspended   State = "suspended"   // held back by the cloud, see [Instance.Lock]
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

// Lock is why the cloud holds an instance back.
type Lock string

// Locks. The zero value means that there is none, or that the cloud does not say.
const (
	LockArrears  Lock = "arrears"  // the account owes money
	LockExpired  Lock = "expired"  // the prepaid period of the instance or of its host is over
	LockSecurity Lock = "security" // the cloud's security control: ask a person, and repeat nothing
	LockReclaim  Lock = "reclaim"  // a spot instance that the cloud takes back
	LockRefunded Lock = "refunded" // returned for money: it goes away
	LockReturned Lock = "returned" // put into the recycle bin by a person
	LockOther    Lock = "other"    // a lock that the adapter does not know: see Reason
)

// Kind returns the sentinel of a lock: [ErrBalance] for arrears and expiry, [ErrNoStock] for a
// spot instance that is taken back, [ErrPermission] for security, [ErrState] for the others.
// It returns nil for no lock.
func (l Lock) Kind() error {
	switch l {
	case "":
		return nil
	case LockArrears, LockExpired:
		return ErrBalance
	case LockReclaim:
		return ErrNoStock
	case LockSecurity:
		return ErrPermission
	case LockRefunded, LockReturned, LockOther:
		return ErrState
	}
	return ErrState
}

// Instance is an instance as its cloud describes it. Fields that the cloud does not return, or
// returns in a form that cannot be read, are zero. Its lists and its map belong to the caller;
// the value of [Instance.Sys] does not.
type Instance struct {
	ID          string
	Name        string
	HostName    string
	Description string

	// State is [StateSuspended] for a locked instance that does not run. A locked instance
	// that still runs is in [StateRunning].
	State    State
	RawState string // the cloud's own word
	Lock     Lock   // why the cloud holds it back
	Reason   string // why it failed or is locked, in the cloud's words; "" if the cloud does not say

	Region           string
	Zone             string
	DedicatedHostID  string
	PlacementGroupID string
	ImageID          string
	InstanceType     string
	Platform         Platform
	CPUs             int
	MemoryMiB        int
	GPUs             int
	GPUType          string

	VPCID            string
	SubnetID         string
	SecurityGroupIDs []string
	PrivateIPs       []netip.Addr // IPv4
	PublicIPs        []netip.Addr // IPv4; elastic addresses too
	IPv6Addresses    []netip.Addr
	Interfaces       []InstanceInterface // the primary one first, where the cloud says which it is
	Disks            []InstanceDisk      // the system disk first

	KeyPairs  []string // as in Login.KeyPairs
	ProjectID string   // as in the spec
	RoleName  string

	Billing            BillingMode
	SpotStrategy       SpotStrategy
	AutoRenew          *bool     // nil when the cloud does not say
	DeletionProtection *bool     // nil when the cloud does not say
	CreatedAt          time.Time // zero when the cloud does not say
	ExpiresAt          time.Time // end of the prepaid period or automatic release; zero when there is none
	Tags               map[string]string

	raw   any
	isOdd bool // fields of the answer that shows it could not be read
}

// Platform is the family of an operating system.
type Platform string

// Platforms. The zero value means that the cloud does not say.
const (
	Linux   Platform = "linux"
	Windows Platform = "windows"
)

// InstanceInterface is a network interface of an [Instance].
type InstanceInterface struct {
	ID               string
	Primary          bool
	SubnetID         string
	MAC              string
	PrivateIPs       []netip.Addr // IPv4, the primary one first
	IPv6Addresses    []netip.Addr
	SecurityGroupIDs []string
}

// InstanceDisk is a disk of an [Instance].
type InstanceDisk struct {
	ID      string
	System  bool   // the image is on it
	Type    string // the cloud's own name of the kind of disk
	SizeGiB int    // 0 when the cloud does not say
	Name    string
	Device  string

	// DeleteWithInstance reports whether the disk ends with the instance; nil when the cloud
	// does not say.
	DeleteWithInstance *bool
}

// Addressed reports whether an instance has any address.
func (i *Instance) Addressed() bool {
	return len(i.PrivateIPs)+len(i.PublicIPs)+len(i.IPv6Addresses) > 0
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
