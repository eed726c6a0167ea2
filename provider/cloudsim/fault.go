package cloudsim

import (
	"slices"
	"time"
)

// FaultKind is a kind of mischief.
type FaultKind string

// Kinds of fault. Where a kind has a vendor code, the simulator answers with
// the one that vendor documents for it, unless [Fault.Code] names another.
const (
	Throttle          FaultKind = "throttle"            // refused: too many calls
	NoStock           FaultKind = "no-stock"            // create refused: sold out
	Quota             FaultKind = "quota"               // create refused: account limit
	Balance           FaultKind = "balance"             // create refused: no money
	Refuse            FaultKind = "refuse"              // refused with Fault.Code and Fault.Status
	LaunchFailure     FaultKind = "launch-failure"      // create accepted; Fault.Count machines (0 = all) die while booting
	LateVisibility    FaultKind = "late-visibility"     // create accepted; its machines are left out of describes for Fault.Delay
	Partial           FaultKind = "partial"             // create makes Fault.Count machines, whatever was asked for
	ServerErrorBefore FaultKind = "server-error-before" // 5xx, nothing done
	ServerErrorAfter  FaultKind = "server-error-after"  // done, then 5xx
	ResetBefore       FaultKind = "reset-before"        // connection cut, nothing done
	ResetAfter        FaultKind = "reset-after"         // done, then connection cut
	Slow              FaultKind = "slow"                // Fault.Delay passes before the call is looked at
	Malformed         FaultKind = "malformed"           // done, then Fault.Body with Fault.Status instead of the answer
)

// Fault is a piece of mischief to do to matching calls.
type Fault struct {
	Cloud Cloud  // "" = all clouds
	API   string // action name, for example "RunInstances"; "" = every action the kind makes sense for
	Kind  FaultKind

	Skip  int // let this many matching calls pass first
	Times int // then strike this many; 0 = all that follow

	Delay   time.Duration // Slow, LateVisibility
	Count   int           // LaunchFailure, Partial; NoStock: machines left in stock, on clouds with a minimum (Alibaba)
	Code    string        // Refuse; optional for the other refusals and the 5xx kinds
	Message string        // optional
	Status  int           // HTTP status for Refuse, ServerError* and Malformed; 0 = the vendor's usual
	Body    string        // Malformed
}

// Inject adds a fault. The function it returns takes the fault away again.
// Several faults may strike one call; refusals win over effects.
func (s *Sim) Inject(f Fault) (remove func()) {
	var undo []func()
	for name, c := range s.clouds {
		if f.Cloud == "" || f.Cloud == name {
			undo = append(undo, c.inject(f))
		}
	}
	return func() {
		for _, u := range undo {
			u()
		}
	}
}

// Struck tells how many calls of a cloud faults of a kind have hit. A call that
// several faults hit counts for each of them, also for one that another hid. A
// call that [Options].Rates refused counts as one that Throttle has hit.
func (s *Sim) Struck(name Cloud, k FaultKind) int {
	c := s.cloud(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck[k]
}

// ClearFaults takes every injected fault away.
func (s *Sim) ClearFaults() {
	for _, c := range s.clouds {
		c.mu.Lock()
		c.faults = nil
		c.mu.Unlock()
	}
}

// createOnly tells whether a kind means nothing but on calls that make machines.
func (k FaultKind) createOnly() bool {
	switch k {
	case NoStock, Quota, Balance, LaunchFailure, LateVisibility, Partial:
		return true
	default:
		return false
	}
}

// refusal tells whether a kind answers instead of executing the call.
func (k FaultKind) refusal() bool {
	switch k {
	case Throttle, NoStock, Quota, Balance, Refuse, ServerErrorBefore:
		return true
	default:
		return false
	}
}

// pendingFault is an injected fault with its counters.
type pendingFault struct {
	Fault
	seen int
}

func (c *cloud) inject(f Fault) (remove func()) {
	p := &pendingFault{Fault: f}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, p)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.faults = slices.DeleteFunc(c.faults, func(q *pendingFault) bool { return q == p })
	}
}

// strikes returns the faults that hit this call, and counts it for each fault
// that it matches.
func (c *cloud) strikes(action string) faults {
	var hit faults
	spent := false
	for _, p := range c.faults {
		if p.API != "" && p.API != action || p.API == "" && p.Kind.createOnly() && !c.wire.creates(action) {
			continue
		}
		p.seen++
		if n := p.seen - p.Skip; n > 0 && (p.Times == 0 || n <= p.Times) {
			hit = append(hit, p.Fault)
			c.struck[p.Kind]++
		}
		spent = spent || p.spent()
	}
	if spent {
		c.faults = slices.DeleteFunc(c.faults, (*pendingFault).spent)
	}
	return hit
}

// spent tells whether a fault will strike no more.
func (p *pendingFault) spent() bool { return p.Times > 0 && p.seen >= p.Skip+p.Times }

// faults are those that hit one call.
type faults []Fault

// get returns the first fault of a kind.
func (fs faults) get(k FaultKind) (Fault, bool) {
	i := slices.IndexFunc(fs, func(f Fault) bool { return f.Kind == k })
	if i < 0 {
		return Fault{}, false
	}
	return fs[i], true
}

// refusal returns the first fault that refuses the call.
func (fs faults) refusal() (Fault, bool) {
	i := slices.IndexFunc(fs, func(f Fault) bool { return f.Kind.refusal() })
	if i < 0 {
		return Fault{}, false
	}
	return fs[i], true
}
