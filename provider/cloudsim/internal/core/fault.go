package core

import (
	"iter"
	"slices"
	"time"
)

// Fault is cloudsim.Fault, which documents the fields. The two types convert into each
// other, so a field in only one of them does not compile.
type Fault struct {
	Cloud Cloud
	API   string
	Kind  FaultKind

	Skip  int
	Times int

	Delay   time.Duration
	Spread  time.Duration
	Count   int
	Share   float64
	Total   int
	Code    string
	Message string
	Status  int
	Body    string

	Invented bool
	NextPage bool
}

// pendingFault is an injected fault with its counters.
type pendingFault struct {
	Fault
	id   int
	seen int
}

// ActiveFault is a fault that may still hit calls.
type ActiveFault struct {
	ID   int
	Hits int // calls that it has hit
	Fault
}

// Inject adds a fault under a number.
func (c *Service) Inject(id int, f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &pendingFault{Fault: f, id: id})
}

// RemoveFault removes the fault of a number, and reports whether there was one.
func (c *Service) RemoveFault(id int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.faults)
	c.faults = slices.DeleteFunc(c.faults, func(p *pendingFault) bool { return p.id == id })
	return len(c.faults) < before
}

// ActiveFaults returns the faults that may still hit calls, in the order in which they were
// injected.
func (c *Service) ActiveFaults() []ActiveFault {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []ActiveFault
	for _, p := range c.faults {
		list = append(list, ActiveFault{ID: p.id, Hits: max(p.seen-p.Skip, 0), Fault: p.Fault})
	}
	return list
}

// Struck returns how many calls were hit by faults of a kind.
func (c *Service) Struck(k FaultKind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck[k]
}

// ClearFaults removes every injected fault.
func (c *Service) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// strikes returns the faults that hit this call. It counts the call for each fault that
// matches it.
func (c *Service) strikes(k *Call) Faults {
	var hit Faults
	spent := false
	for _, p := range c.faults {
		if !c.matches(k, p.Fault) {
			continue
		}
		p.seen++
		n := p.seen - p.Skip
		notSpent := p.Times == 0 || n <= p.Times
		if n > 0 && notSpent {
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

// matches reports whether a fault applies to a call. A kind that applies only to some
// clouds or calls matches no other call, whatever its API.
func (c *Service) matches(k *Call, f Fault) bool {
	creates, describes := c.Wire.Creates(k.Action), c.Wire.Describes(k.Action)
	switch {
	case f.API != "" && f.API != k.Action:
		return false
	case f.Kind.describeOnly():
		hasList := f.Kind != ListCap || c.Wire.Tagged(k)
		isShown := !f.Kind.shownBySome() || c.Wire.Has(k, f.Kind)
		return describes && hasList && isShown
	case f.Kind.ofOneCloud():
		return creates && c.appliesToCreate(k, f.Kind)
	case f.Kind.listsIDs():
		return creates
	default:
		return f.API != "" || !f.Kind.createOnly() || creates
	}
}

// appliesToCreate reports whether a kind for certain creates applies to this one.
func (c *Service) appliesToCreate(k *Call, kind FaultKind) bool {
	if !c.Wire.Has(k, kind) {
		return false
	}
	token := c.Wire.Token(k)
	switch kind {
	case ForgetToken:
		return token != "" && c.remembered(k, token) != nil
	case DeadToken:
		return token != "" && c.remembered(k, token) == nil
	default:
		return true
	}
}

// spent reports whether a fault will hit no more calls.
func (p *pendingFault) spent() bool { return p.Times > 0 && p.seen >= p.Skip+p.Times }

// Faults are the faults that hit one call.
type Faults []Fault

// all returns the faults of a kind, in the order in which they were injected.
func (fs Faults) all(k FaultKind) iter.Seq[Fault] {
	return func(yield func(Fault) bool) {
		for _, f := range fs {
			if f.Kind == k && !yield(f) {
				return
			}
		}
	}
}

// Has reports whether a fault of a kind is among them.
func (fs Faults) Has(k FaultKind) bool {
	_, ok := fs.Get(k)
	return ok
}

// Get returns the first fault of a kind.
func (fs Faults) Get(k FaultKind) (Fault, bool) {
	i := slices.IndexFunc(fs, func(f Fault) bool { return f.Kind == k })
	if i < 0 {
		return Fault{}, false
	}
	return fs[i], true
}

// refusal returns the first fault that refuses the call.
func (fs Faults) refusal() (Fault, bool) {
	i := slices.IndexFunc(fs, func(f Fault) bool { return f.Kind.refusal() })
	if i < 0 {
		return Fault{}, false
	}
	return fs[i], true
}
