package cloudsim

import (
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
	var undo []func()
	for name, c := range s.clouds {
		if f.Cloud == "" || f.Cloud == name {
			undo = append(undo, c.Inject(core.Fault(f)))
		}
	}
	return func() {
		for _, u := range undo {
			u()
		}
	}
}

// Struck returns how many calls of a cloud were hit by faults of a kind. A call that
// several faults hit counts for each of them, also if one fault hid another. A call
// that [Options].Rates refused counts as hit by Throttle.
func (s *Sim) Struck(name Cloud, k FaultKind) int { return s.cloud(name).Struck(k) }

// ClearFaults removes every injected fault.
func (s *Sim) ClearFaults() {
	for _, c := range s.clouds {
		c.ClearFaults()
	}
}
