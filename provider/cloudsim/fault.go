package cloudsim

import (
	"iter"
	"slices"
	"time"
)

// Fault is a piece of mischief to do to matching calls. Which fields a kind
// reads is said beside the kind; it ignores the others.
type Fault struct {
	Cloud Cloud  // "" = all clouds
	API   string // action name, for example "RunInstances"; "" = every action the kind makes sense for
	Kind  FaultKind

	Skip  int // let this many matching calls pass first
	Times int // then strike this many; 0 = all that follow

	Delay   time.Duration // Slow, LateVisibility; Proxy: announced in Retry-After
	Spread  time.Duration // LateVisibility: each machine waits a drawn time below it on top of Delay
	Count   int           // machines, IDs, rows or bytes, by kind; NoStock: left in stock, on clouds with a minimum (Alibaba)
	Share   float64       // Blind, Flap: of the machines, from 0 to 1; 0 = Count decides
	Total   int           // WrongTotal: the total that the answer claims
	Code    string        // Refuse; optional for the other refusals and the 5xx kinds
	Message string        // optional
	Status  int           // HTTP status for Refuse, ServerError*, Malformed, DeadToken and Proxy; 0 = the usual
	Body    string        // Malformed; optional for Proxy

	Invented bool // LongList, ForeignList: the IDs belong to no machine
	NextPage bool // WrongTotal: announce a page after the last one
}

// pendingFault is an injected fault with its counters.
type pendingFault struct {
	Fault
	seen int
}

// inject adds a fault. The function it returns takes the fault away again.
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

// struckBy returns how many calls faults of a kind have hit.
func (c *cloud) struckBy(k FaultKind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck[k]
}

// clearFaults takes every injected fault away.
func (c *cloud) clearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// strikes returns the faults that hit this call, and counts it for each fault
// that it matches.
func (c *cloud) strikes(k *call) faults {
	var hit faults
	spent := false
	for _, p := range c.faults {
		if !c.matches(k, p.Fault) {
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

// matches reports whether a fault is about a call. A kind that means something
// for some clouds or calls only is about no other, whatever its API says.
func (c *cloud) matches(k *call, f Fault) bool {
	creates, describes := c.wire.creates(k.action), c.wire.describes(k.action)
	switch {
	case f.API != "" && f.API != k.action:
		return false
	case f.Kind.describeOnly():
		return describes && (f.Kind != ListCap || c.wire.tagged(k))
	case f.Kind.ofOneCloud():
		return creates && c.hasSense(k, f.Kind)
	case f.Kind.listsIDs():
		return creates
	default:
		return f.API != "" || !f.Kind.createOnly() || creates
	}
}

// hasSense reports whether a kind for certain creates is for this one.
func (c *cloud) hasSense(k *call, kind FaultKind) bool {
	if !c.wire.has(k, kind) {
		return false
	}
	token := c.wire.token(k)
	switch kind {
	case ForgetToken:
		return token != "" && c.remembered(k, token) != nil
	case DeadToken:
		return token != "" && c.remembered(k, token) == nil
	default:
		return true
	}
}

// spent tells whether a fault will strike no more.
func (p *pendingFault) spent() bool { return p.Times > 0 && p.seen >= p.Skip+p.Times }

// faults are those that hit one call.
type faults []Fault

// all are the faults of a kind, in the order in which they were injected.
func (fs faults) all(k FaultKind) iter.Seq[Fault] {
	return func(yield func(Fault) bool) {
		for _, f := range fs {
			if f.Kind == k && !yield(f) {
				return
			}
		}
	}
}

// has reports whether a fault of a kind is among them.
func (fs faults) has(k FaultKind) bool {
	_, ok := fs.get(k)
	return ok
}

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
