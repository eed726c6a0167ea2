package fleet

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
)

// Names of the signals and of the query of a fleet.
const (
	SignalResize  = "resize"   // takes a Resize
	SignalRelease = "release"  // takes nothing; the workflow ends once every instance is gone
	QueryProgress = "progress" // returns a Progress
)

// OnCancel says what a fleet does when its workflow is cancelled.
type OnCancel string

// What a cancelled fleet does with its instances. The zero value keeps them.
const (
	KeepOnCancel      OnCancel = "keep"
	TerminateOnCancel OnCancel = "terminate"
)

// Fleet is the argument of [Workflow]. One run of the workflow hands it to the next one, so
// it is also the whole state of a fleet.
type Fleet struct {
	Groups   []Group
	OnCancel OnCancel
	Timing   Timing

	// Releasing means that every instance is to be released. A workflow that starts with the
	// Fleet of an earlier one, from the details of its error, goes on where that one ended.
	Releasing bool

	// ID begins the IDs of all operations. The workflow sets it, from the ID of its first run:
	// a reset, a retry and a continuation have the same one.
	ID string
}

// Group is the part of a fleet that is in one account and region.
type Group struct {
	Name    string // unique in the fleet: 1 to 20 lower-case letters and digits
	Account string // a key of Activities.Clients

	// File is a file of package specfile: the spec of one instance, with references in place of
	// secrets. The count in it does not matter. It must not change during the life of the fleet.
	File string

	Want int // instances that the group should have; 0 to 100,000

	// The fields below belong to the workflow.

	Made       int         // operations begun so far; the number in the ID of the next one
	Operations []Operation // those that may still have instances, in the order of their begin
	Problem    string      // why the group does not have what it should; "" when it has
	Stuck      bool        // nothing is tried before the next signal
}

// Operation is one create of a group. The store has its journal.
type Operation struct {
	ID    string
	Asked int
	Open  bool // its creates are not finished
	Boots bool // its creates are finished, and not every instance was seen to run or to fail
	Kept  int  // the first instances of the operation, which the group has; a shrink lowers it
	Ready int  // how many ran when they were last looked at
}

// Timing says how patient a fleet is. The zero value of each field is its default.
type Timing struct {
	// Heartbeat is how long a silent worker counts as alive. A crash costs this time at most,
	// before another worker continues. 0 means 30 s.
	Heartbeat time.Duration

	// Attempt is how long one attempt of an activity may take. The next one continues where it
	// ended. 0 means 30 minutes.
	Attempt time.Duration

	// Create, Ready and Release are how long creates, boots and releases are tried. 0 means
	// 2 hours, 1 hour and 24 hours.
	Create, Ready, Release time.Duration

	// IgnoreLate ends a release although instances of creates without an answer may still appear.
	// Otherwise it looks for them for 15 minutes. It is for simulators, whose instances appear at once.
	IgnoreLate bool
}

// Resize is the argument of [SignalResize]. Want is absolute, so a signal that arrives twice
// changes nothing.
type Resize struct {
	Group string
	Want  int
}

// Progress is the answer of [QueryProgress].
type Progress struct {
	Releasing bool
	Groups    []GroupProgress
}

// GroupProgress is the part of a [Progress] about one group.
type GroupProgress struct {
	Name    string
	Want    int // asked for
	Have    int // accepted by the cloud, and not released
	Ready   int // of these, how many ran when they were last looked at
	Problem string
}

// maxCount is how many instances an operation of the library may have.
const maxCount = 100_000

// check returns an error about the first field that a program must mend.
func (f *Fleet) check() error {
	name := regexp.MustCompile(`^[a-z0-9]{1,20}$`)
	seen := map[string]bool{}
	for _, g := range f.Groups {
		switch {
		case !name.MatchString(g.Name):
			return refused("Groups.Name %q must be 1 to 20 lower-case letters and digits", g.Name)
		case seen[g.Name]:
			return refused("Groups.Name %q is there twice: give each group a name of its own", g.Name)
		case g.Want < 0, g.Want > maxCount:
			return refused("Want %d of group %s must be from 0 to %d", g.Want, g.Name, maxCount)
		}
		seen[g.Name] = true
	}
	if !slices.Contains([]OnCancel{"", KeepOnCancel, TerminateOnCancel}, f.OnCancel) {
		return refused("OnCancel %q must be %q or %q", f.OnCancel, KeepOnCancel, TerminateOnCancel)
	}
	return nil
}

func refused(format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), typeRefused, nil)
}

// group returns the group of a name, or nil.
func (f *Fleet) group(name string) *Group {
	for n := range f.Groups {
		if f.Groups[n].Name == name {
			return &f.Groups[n]
		}
	}
	return nil
}

// have returns how many instances the group has, those included that an open operation is
// still to create.
func (g *Group) have() (n int) {
	for _, op := range g.Operations {
		n += op.Kept
	}
	return n
}

// unfinished returns an operation with creates or boots to wait for, or nil.
func (g *Group) unfinished() *Operation {
	for n := range g.Operations {
		if g.Operations[n].Open || g.Operations[n].Boots {
			return &g.Operations[n]
		}
	}
	return nil
}

// due reports whether the group has something to do.
func (g *Group) due() bool {
	work := g.have() != g.Want || g.unfinished() != nil
	return work && !g.Stuck
}

func (f *Fleet) progress() Progress {
	p := Progress{Releasing: f.Releasing}
	for _, g := range f.Groups {
		one := GroupProgress{Name: g.Name, Want: g.Want, Problem: g.Problem}
		for _, op := range g.Operations {
			if !op.Open {
				one.Have += op.Kept
			}
			one.Ready += op.Ready
		}
		p.Groups = append(p.Groups, one)
	}
	return p
}
