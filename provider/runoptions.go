package provider

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// RunOptions are for [Client.RunInstances]. Nil is the default.
type RunOptions struct {
	// OperationID names the operation: 1 to 64 letters, digits, "-" and "_". On clouds with
	// client tokens (ECS, CVM) the same ID and spec give the same tokens. A program that
	// crashed may then call RunInstances again and gets the instances it already has. It
	// should do so soon: no cloud documents how long it remembers a token. Never give one ID
	// to two specs: ECS refuses the second with [ErrTokenMismatch]. What CVM does is not
	// documented.
	//
	// On clouds without client tokens (ENS, QingCloud) an OperationID needs KeepMarker, and is
	// refused without it. Before the first create, one listing of the region looks for the
	// markers of an earlier run with this ID. The instances it finds are adopted, at most as
	// many as are asked for. OnFailure never releases adopted instances, since the earlier run
	// may still be active. New instances may be invisible for some minutes: call again no
	// sooner than that. Empty draws a random ID.
	OperationID string

	// Owner names the owner of the instances: 1 to 64 characters, for example the name of a
	// service. On clouds that take tags with a create (ECS, ENS, CVM) it marks the instances
	// with the tags OwnerTag and OperationTag. [Client.Sweep] looks for these tags. They need
	// the permission to tag, and count against the tag limit. Empty adds nothing to the
	// instances.
	//
	// QingCloud takes no tags with a create. There the owner is in the marker at the end of the
	// names, and goes with it when the instances get the names of the spec: afterwards only a
	// store knows whose they are. Set KeepMarker to have Sweep find them for as long as they live.
	//
	// Tags of a create replace those of its launch template. With a launch template, Owner is
	// an error unless the spec sets Tags itself: an empty map, not nil, means no tags.
	Owner string

	// Journal keeps the operation's token up to date, so that [Client.Resume] can continue in
	// another process. Nil keeps no token. After a crash, then only the client tokens that
	// follow from OperationID help.
	Journal Journal

	// Alternatives are tried in order when the spec, or an earlier alternative, is proven to
	// be out of stock. They are tried only for the instances still missing. The instances of
	// an operation may then differ. Errors of quota, balance or permission, and invalid
	// requests, end the operation at once. See [Alternative].
	Alternatives []Alternative

	// OnFailure says what happens to the instances of an operation that ends with an error.
	// The zero value keeps them.
	OnFailure OnFailure

	// KeepMarker leaves the names as they were sent, on clouds without client tokens (ENS,
	// QingCloud). On these clouds a create carries a marker at the end of the name,
	// "web-yf...", which finds the instances if the answer is lost. When the cloud shows an
	// instance with its marker, one call gives it the name of the spec. RunInstances gives at
	// most 20 names. An operation of more instances, and an instance that is not visible when
	// RunInstances returns, gets names from [Operation.Wait], while the instances boot, from
	// [Operation.Look] or [Client.Resume]. Renames use at most three quarters of a rate for all
	// calls (QingCloud). KeepMarker saves those calls.
	KeepMarker bool

	// Progress is called when something takes long or is unusual: while a search for the
	// instances of a lost create delays other creates, and when instances are found late.
	// Several goroutines may call it at a time. It should return soon. Nil is not called.
	// [Options].Logger gets the same information.
	Progress func(RunProgress)
}

// reservedTagPrefix begins the tag keys that are reserved for Yunfan.
const reservedTagPrefix = "yunfan:"

// Keys of the tags that [RunOptions].Owner adds.
const (
	OwnerTag     = reservedTagPrefix + "owner"
	OperationTag = reservedTagPrefix + "operation"
)

// RunProgress is an unusual or slow step of an operation.
type RunProgress struct {
	Time   time.Time
	Kind   RunProgressKind
	Create int           // which create of the operation, from 0
	For    time.Duration // how long it may take, of Searching

	InstanceIDs []string // which instances, of FoundLate
}

// RunProgressKind is what a [RunProgress] is about.
type RunProgressKind string

// Kinds of progress.
const (
	// Searching: the answer of a create was lost. A search for its instances runs before
	// anything else is created for them.
	Searching RunProgressKind = "searching"

	// FoundLate: a create was given up, and its instances have become visible now.
	FoundLate RunProgressKind = "found-late"
)

// OnFailure says what happens to the instances of a failed operation.
type OnFailure string

// What happens to the instances. The zero value means KeepOnFailure.
const (
	KeepOnFailure OnFailure = "keep"

	// TerminateOnFailure releases the instances that this operation made, and no others, when
	// RunInstances or [Operation.Wait] fails because of the cloud. An operation that ends
	// because ctx ended keeps its instances: ctx would end their release as well. An operation
	// also keeps them when all are there and only have a marker in their name, or are not in
	// the journal yet. Instances that cannot be released stay in InstanceIDs, and the error
	// names them.
	TerminateOnFailure OnFailure = "terminate"
)

// Journal keeps the tokens of operations where they survive the process: a database row, the
// state of a workflow, a file that is synced.
type Journal interface {
	// Save stores the token of an operation in place of the previous one, and returns once it
	// is safe. An old token that replaces a later one may create instances again. Save is
	// called before every create, which is not sent if Save fails. It is also called before
	// every release and after every answer. For one operation there is one call at a time, and
	// each token holds at least what the previous one held.
	//
	// A journal that finds that another process has resumed the operation returns an error
	// that matches [ErrSuperseded]. The operation then ends at once: it sends nothing,
	// releases nothing and saves nothing more.
	Save(ctx context.Context, token []byte) error
}

// JournalFunc is a function that is a [Journal].
type JournalFunc func(ctx context.Context, token []byte) error

// Save calls the function.
func (f JournalFunc) Save(ctx context.Context, token []byte) error { return f(ctx, token) }

// Alternative is a change of the spec for when it is out of stock. Empty fields keep the value
// of the spec.
//
// After a refusal for lack of stock, the client does not ask again for three minutes, in this
// operation and in others that have alternatives. The refusal covers what the cloud's code
// proves: the type in its zone, the zone, the kind of disk, or the subnet.
type Alternative struct {
	InstanceType string
	Zone         string
	SubnetID     string
	DiskType     string // of the system disk
}

// apply changes a spec.
func (a Alternative) apply(s *RunInstancesSpec) {
	s.InstanceType = cmp.Or(a.InstanceType, s.InstanceType)
	s.Zone = cmp.Or(a.Zone, s.Zone)
	s.Network.SubnetID = cmp.Or(a.SubnetID, s.Network.SubnetID)
	s.SystemDisk.Type = cmp.Or(a.DiskType, s.SystemDisk.Type)
}

// TriedAlternative is an alternative that was out of stock.
type TriedAlternative struct {
	Alternative       // the words of the spec where the alternative says nothing
	Err         error // the cloud's refusal, or the failure of an instance that was accepted
	Skipped     bool  // it was not asked for: Err is of a moment ago
}

// String names the alternative and the reason.
func (t TriedAlternative) String() string {
	var words []string
	for _, w := range []string{t.InstanceType, t.Zone, t.SubnetID, t.DiskType} {
		if w != "" {
			words = append(words, w)
		}
	}
	text := "[" + strings.Join(words, " ") + "] " + t.Err.Error()
	if t.Skipped {
		text += " (a moment ago)"
	}
	return text
}
