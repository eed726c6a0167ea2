package provider

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
)

// stoppedFor is how long an instance that should start may look stopped. ECS shows new
// instances as Stopped for a moment.
const stoppedFor = 60 * time.Second

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

	// ownerOf returns the owner of an instance that was seen. Nil means that it is not asked.
	ownerOf func(*Instance) owner

	// sightings are the instances as last seen; nil when they are not needed.
	sightings map[string]Instance
}

// boots reports whether the wait is for new instances.
func (a *aim) boots() bool { return a.target == StateRunning && !a.restarted }

// read keeps what was shown, if it is needed, and returns what it means. The owner is asked
// unless it is known.
func (a *aim) read(i *Instance, ownerKnown bool) await.Sighting {
	if a.sightings != nil {
		a.sightings[i.ID] = *i
	}
	s := a.judge(i)
	if !ownerKnown && a.ownerOf != nil {
		s.Owner = uint8(a.ownerOf(i))
	}
	return s
}

// judge returns what a sighting of an instance means.
func (a *aim) judge(i *Instance) await.Sighting {
	s := await.Sighting{
		State: string(i.State), Raw: i.RawState, NoAddress: len(i.PrivateIPs)+len(i.PublicIPs) == 0,
		Phase: await.Pending,
	}
	switch {
	case a.reachedBy(i.State):
		s.Phase = await.Ready
	case a.target != StateTerminated && final(i.State):
		s.Phase, s.Reason = await.Failed, i.Reason
	case a.boots() && i.State == StateStopping:
		s.Phase, s.Reason = await.Failed, "it is being stopped"
	case a.target == StateRunning && i.State == StateStopped:
		s.Phase, s.Limit, s.Reason = await.Limited, stoppedFor, "it stays stopped"
	}
	return s
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
