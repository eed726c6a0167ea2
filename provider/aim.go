package provider

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/ownership"
)

// stoppedFor is how long an instance that should start may look stopped. ECS shows new
// instances as Stopped for a moment.
const stoppedFor = 60 * time.Second

// addressWithin is how long an instance may run without the address that it was asked for.
// QingCloud shows new instances as running before they have one. No vendor documents a time.
const addressWithin = 2 * time.Minute

// aim is what a wait is for. Its method judge decides what a sighting of an instance means for
// the wait, and so it is the place for every reason to end the wait for an instance: at once
// (Failed), or when the instance stays in a state for too long (Limited).
type aim struct {
	target State

	// restarted reports that the instances were just told to start or reboot. A stopped state
	// may be part of that, or an old answer.
	restarted bool

	// released reports that the instances were just released. An instance that failed to
	// launch then stays in that state until the cloud removes it, some day or never.
	released bool

	// proves reports that the operation acts on instances that die. Only an instance that was
	// seen can be told from one that is late. So all are looked at once before they can run.
	proves bool

	// networked reports that the instances were created with a network: they are ready only
	// with an address. Instances that show a network need one in any case.
	networked bool

	// ownerOf returns the owner of an instance that was seen. Nil means that it is not asked.
	ownerOf func(*Instance) ownership.Owner

	// sightings are the instances as last seen; nil when they are not needed.
	sightings *lastSights

	// running are the instances that were seen running; nil when they are not needed.
	running *runningSet
}

// boots reports whether the wait is for new instances.
func (a *aim) boots() bool { return a.target == StateRunning && !a.restarted }

// read keeps what was shown, if it is needed, and returns what it means. The owner is asked
// unless it is known.
func (a *aim) read(i *Instance, ownerKnown bool) await.Sighting {
	a.sightings.add(i)
	a.running.add(i)
	s := a.judge(i)
	if !ownerKnown && a.ownerOf != nil {
		s.Owner = uint8(a.ownerOf(i))
	}
	return s
}

// judge returns what a sighting of an instance means.
func (a *aim) judge(i *Instance) await.Sighting {
	s := await.Sighting{State: string(i.State), Raw: i.RawState, NoAddress: !i.Addressed(), Phase: await.Pending}
	switch {
	case a.target == StateRunning && i.runsOddly():
		s.State, s.Phase = string(StateRunning), await.Ready
	case a.target == StateRunning && a.lacksAddress(i):
		s.Phase, s.Limit = await.Limited, addressWithin
		s.Reason = "it runs, and has had no address for " + addressWithin.String()
	case a.reachedBy(i.State):
		s.Phase = await.Ready
	case a.target != StateTerminated && final(i.State):
		s.Phase, s.Reason, s.Err = await.Failed, whyHeld(i), i.Lock.Kind()
	case a.boots() && i.State == StateStopping:
		s.Phase, s.Reason, s.Err = await.Failed, cmp.Or(whyHeld(i), "it is being stopped"), i.Lock.Kind()
	case a.target == StateRunning && i.State == StateStopped:
		s.Phase, s.Limit, s.Reason = await.Limited, stoppedFor, cmp.Or(whyHeld(i), "it stays stopped")
	}
	return s
}

// runsOddly reports whether an instance runs, by the cloud's own word, and fields of the answer
// could not be read. Its addresses may be among them: that it shows none proves nothing.
func (i *Instance) runsOddly() bool {
	return i.isOdd && strings.EqualFold(i.RawState, string(StateRunning))
}

// lacksAddress reports whether an instance runs, by the cloud's own word, without an address
// that it should have. Some drivers show it as starting until each of its networks has one. An
// instance that runs with interfaces has what was asked for: networks that users manage
// themselves (QingCloud) give no addresses.
func (a *aim) lacksAddress(i *Instance) bool {
	if i.State == StateStarting && strings.EqualFold(i.RawState, string(StateRunning)) {
		return true
	}
	networked := a.networked || i.VPCID != "" || i.SubnetID != ""
	bare := i.State == StateRunning && len(i.Interfaces) == 0
	return networked && bare && !i.Addressed()
}

// networked reports whether the spec of the operation asks for anything that comes with an
// address. Of a resumed operation without its spec, the token says which fields were set.
func (op *Operation) networked() bool {
	if op.spec != nil {
		return op.spec().Network.givesAddress()
	}
	for path := range op.print {
		field, ok := strings.CutPrefix(path, "Network.")
		end := strings.IndexAny(field+".", ".[")
		if ok && slices.Contains(addressFields, field[:end]) {
			return true
		}
	}
	return false
}

// addressFields are the fields of [Network] of which each comes with an address.
var addressFields = []string{
	"VPCID", "SubnetID", "PublicIP", "PrivateIPs", "IPv6Addresses", "IPv6Count", "Interfaces",
}

// givesAddress reports whether a spec asks for anything that comes with an address.
func (n *Network) givesAddress() bool {
	named := n.VPCID != "" || n.SubnetID != "" || n.PublicIP != nil
	fixed := len(n.PrivateIPs)+len(n.IPv6Addresses) > 0
	return named || fixed || n.IPv6Count > 0 || len(n.Interfaces) > 0
}

// whyHeld returns why an instance does not run: the lock, and the cloud's reason.
func whyHeld(i *Instance) string {
	switch {
	case i.Lock == "":
		return i.Reason
	case i.Reason == "":
		return "locked by the cloud: " + string(i.Lock)
	}
	return fmt.Sprintf("locked by the cloud (%s): %s", i.Lock, i.Reason)
}

// reachedBy reports whether an instance in a state needs no more wait.
func (a *aim) reachedBy(s State) bool {
	switch s {
	case a.target:
		return true
	case StateRecycled:
		return a.target == StateTerminated
	case StateFailed:
		return a.released
	default:
		return false
	}
}

// final reports whether an instance in this state never runs again by itself.
func final(s State) bool {
	return slices.Contains([]State{StateFailed, StateTerminating, StateRecycled, StateTerminated, StateSuspended}, s)
}
