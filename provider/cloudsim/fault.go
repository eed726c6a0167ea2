package cloudsim

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Fault is what goes wrong with the calls that it matches. Each [FaultKind] says
// which fields it reads; it ignores the others.
type Fault struct {
	Cloud Cloud  // "" = all clouds
	API   string // action name, for example "RunInstances"; "" = every action the kind makes sense for
	Kind  FaultKind

	Skip  int // let this many matching calls pass first
	Times int // then strike this many; 0 = all that follow

	Delay   time.Duration // Slow, LateVisibility; Proxy: announced in Retry-After
	Spread  time.Duration // LateVisibility: each instance waits a drawn time below it on top of Delay
	Count   int           // instances, IDs, rows or bytes, by kind; NoStock: left in stock, on clouds with a minimum (Alibaba)
	Share   float64       // Blind, Flap: of the instances, from 0 to 1; 0 = Count decides
	Total   int           // WrongTotal: the total that the answer claims
	Code    string        // Refuse; optional for the other refusals and the 5xx kinds
	Message string        // optional
	Status  int           // HTTP status for Refuse, ServerError*, Malformed, DeadToken and Proxy; 0 = the usual
	Body    string        // Malformed; optional for Proxy

	Invented bool // LongList, ForeignList: the IDs belong to no instance
	NextPage bool // WrongTotal: announce a page after the last one
}

// Inject adds a fault. The function it returns takes the fault away again.
// Several faults may strike one call; refusals win over effects.
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

// Struck returns how many calls of a cloud faults of a kind have hit. A call that
// several faults hit counts for each of them, also for one that another hid. A
// call that [Options].Rates refused counts as one that Throttle has hit.
func (s *Sim) Struck(name Cloud, k FaultKind) int { return s.cloud(name).Struck(k) }

// ClearFaults takes every injected fault away.
func (s *Sim) ClearFaults() {
	for _, c := range s.clouds {
		c.ClearFaults()
	}
}
