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
// the value of [Instance.Sys] does not. In JSON, fields have the names that files of package
// specfile use, and those that are zero are left out.
type Instance struct {
	ID          string `json:"id,omitzero"`
	Name        string `json:"name,omitzero"`
	HostName    string `json:"hostName,omitzero"`
	Description string `json:"description,omitzero"`

	// State is [StateSuspended] for a locked instance that does not run. A locked instance
	// that still runs is in [StateRunning].
	State    State  `json:"state,omitzero"`
	RawState string `json:"rawState,omitzero"` // the cloud's own word
	Lock     Lock   `json:"lock,omitzero"`     // why the cloud holds it back
	Reason   string `json:"reason,omitzero"`   // why it failed or is locked, in the cloud's words; "" if the cloud does not say

	Region           string   `json:"region,omitzero"`
	Zone             string   `json:"zone,omitzero"`
	DedicatedHostID  string   `json:"dedicatedHostId,omitzero"`
	PlacementGroupID string   `json:"placementGroupId,omitzero"`
	ImageID          string   `json:"imageId,omitzero"`
	InstanceType     string   `json:"instanceType,omitzero"`
	Platform         Platform `json:"platform,omitzero"`
	CPUs             int      `json:"cpus,omitzero"`
	MemoryMiB        int      `json:"memoryMiB,omitzero"`
	GPUs             int      `json:"gpus,omitzero"`
	GPUType          string   `json:"gpuType,omitzero"`

	VPCID            string              `json:"vpcId,omitzero"`
	SubnetID         string              `json:"subnetId,omitzero"`
	SecurityGroupIDs []string            `json:"securityGroupIds,omitzero"`
	PrivateIPs       []netip.Addr        `json:"privateIps,omitzero"` // IPv4
	PublicIPs        []netip.Addr        `json:"publicIps,omitzero"`  // IPv4; elastic addresses too
	IPv6Addresses    []netip.Addr        `json:"ipv6Addresses,omitzero"`
	Interfaces       []InstanceInterface `json:"interfaces,omitzero"` // the primary one first, where the cloud says which it is
	Disks            []InstanceDisk      `json:"disks,omitzero"`      // the system disk first

	KeyPairs  []string `json:"keyPairs,omitzero"`  // as in Login.KeyPairs
	ProjectID string   `json:"projectId,omitzero"` // as in the spec
	RoleName  string   `json:"roleName,omitzero"`

	Billing            BillingMode       `json:"billing,omitzero"`
	SpotStrategy       SpotStrategy      `json:"spotStrategy,omitzero"`
	AutoRenew          *bool             `json:"autoRenew,omitzero"`          // nil when the cloud does not say
	DeletionProtection *bool             `json:"deletionProtection,omitzero"` // nil when the cloud does not say
	CreatedAt          time.Time         `json:"createdAt,omitzero"`          // zero when the cloud does not say
	ExpiresAt          time.Time         `json:"expiresAt,omitzero"`          // end of the prepaid period, or automatic release
	Tags               map[string]string `json:"tags,omitzero"`

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
	ID               string       `json:"id,omitzero"`
	Primary          bool         `json:"primary,omitzero"`
	SubnetID         string       `json:"subnetId,omitzero"`
	MAC              string       `json:"mac,omitzero"`
	PrivateIPs       []netip.Addr `json:"privateIps,omitzero"` // IPv4, the primary one first
	IPv6Addresses    []netip.Addr `json:"ipv6Addresses,omitzero"`
	SecurityGroupIDs []string     `json:"securityGroupIds,omitzero"`
}

// InstanceDisk is a disk of an [Instance].
type InstanceDisk struct {
	ID      string `json:"id,omitzero"`
	System  bool   `json:"system,omitzero"`  // the image is on it
	Type    string `json:"type,omitzero"`    // the cloud's own name of the kind of disk
	SizeGiB int    `json:"sizeGiB,omitzero"` // 0 when the cloud does not say
	Name    string `json:"name,omitzero"`
	Device  string `json:"device,omitzero"`

	// DeleteWithInstance reports whether the disk ends with the instance; nil when the cloud
	// does not say.
	DeleteWithInstance *bool `json:"deleteWithInstance,omitzero"`
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
