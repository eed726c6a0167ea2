package cloudsim

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Fault makes the calls that it matches go wrong. Each [FaultKind] documents the fields
// that it reads; it ignores the others.
type Fault struct {
	Cloud Cloud  // "" = all clouds
	API   string // action name, for example "RunInstances"; "" = every action that the kind applies to
	Kind  FaultKind

	Skip  int // this many matching calls pass first
	Times int // then it hits this many calls; 0 = all that follow

	// Slow, LateVisibility, Unaddressed, LaunchFailure; Proxy: announced in Retry-After
	Delay  time.Duration
	Spread time.Duration // LateVisibility: each instance waits Delay plus a random time below Spread
	// instances, IDs, rows or bytes, by kind; NoStock: left in stock, on clouds with a minimum (Alibaba)
	Count   int
	Share   float64 // Blind, Flap: share of the instances, from 0 to 1; 0 = Count decides
	Total   int     // WrongTotal: the total that the answer claims
	Code    string  // Refuse; optional for the other refusals, the 5xx kinds and LaunchFailure
	Message string  // optional
	Status  int     // HTTP status for Refuse, ServerError*, Malformed, DeadToken and Proxy; 0 = the usual
	Body    string  // Malformed; optional for Proxy

	Invented bool // LongList, ForeignList: the IDs belong to no instance
	NextPage bool // WrongTotal: announce a page after the last one
}

// Inject adds a fault. The returned function removes the fault. Several faults may hit
// one call; refusals win over effects.
func (s *Sim) Inject(f Fault) (remove func()) {
	id := s.InjectFault(f)
	return func() { s.RemoveFault(id) }
}

// InjectFault is Inject for callers that keep the number of the fault, for
// [Sim.RemoveFault].
func (s *Sim) InjectFault(f Fault) (id int) {
	id = int(s.faults.Add(1))
	for name, c := range s.services() {
		if f.Cloud == "" || f.Cloud == name {
			c.Inject(id, core.Fault(f))
		}
	}
	return id
}

// ActiveFault is an injected fault that may still hit calls.
type ActiveFault struct {
	ID    int // number of the fault, from 1 on; no two faults of a Sim have the same
	Hits  int // how many calls it has hit; on all clouds together if it is for all
	Fault Fault
}

// Faults returns the faults that may still hit calls, in the order in which they were
// injected. A fault that has hit its last call is not among them.
func (s *Sim) Faults() []ActiveFault {
	var list []ActiveFault
	for _, c := range s.services() {
		for _, f := range c.ActiveFaults() {
			i := slices.IndexFunc(list, func(a ActiveFault) bool { return a.ID == f.ID })
			if i < 0 {
				list = append(list, ActiveFault{ID: f.ID, Fault: Fault(f.Fault)})
				i = len(list) - 1
			}
			list[i].Hits += f.Hits
		}
	}
	slices.SortFunc(list, func(a, b ActiveFault) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// RemoveFault removes a fault by its number and reports whether it was there.
func (s *Sim) RemoveFault(id int) bool {
	there := false
	for _, c := range s.services() {
		if c.RemoveFault(id) {
			there = true
		}
	}
	return there
}

// Struck returns how many calls of a cloud were hit by faults of a kind. A call that
// several faults hit counts for each of them, also if one fault hid another. A call
// that [Options].Rates refused counts as hit by Throttle.
func (s *Sim) Struck(name Cloud, k FaultKind) int { return s.cloud(name).Struck(k) }

// ClearFaults removes every injected fault.
func (s *Sim) ClearFaults() {
	for _, c := range s.services() {
		c.ClearFaults()
	}
}
