package ledger

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Status is how far a part has come.
type Status string

// Statuses. The words are part of written ledgers.
const (
	Planned  Status = "planned"  // certainly created no unknown instances
	Sent     Status = "sent"     // may have been executed
	Accepted Status = "accepted" // executed, and no more instances will come
	Rejected Status = "rejected" // certainly not executed, now or later
	Replaced Status = "replaced" // another part creates its missing instances; Count has shrunk
	Released Status = "released" // its instances were released
)

// Executed is what is known about the effect of one call.
type Executed int

// Values of Executed.
const (
	No    Executed = iota // the call certainly created nothing
	Maybe                 // the call may have created instances
	Yes                   // the answer had no error
)

// Verdict is the meaning of an error for the ledger.
type Verdict struct {
	Executed Executed
	Final    bool // the same call would fail again
	Scarce   bool // the cause is lack of stock

	// TokenDead means that an earlier call of the same generation failed for good, and
	// that its token can create nothing any more.
	TokenDead bool
}

// MayRepeat reports whether the same call may be sent again: it made nothing, or its token
// keeps it from making anything twice.
func (v Verdict) MayRepeat(byToken bool) bool {
	recognized := v.Executed == Maybe && byToken
	harmless := v.Executed == No || recognized
	passing := !v.Final && !v.TokenDead
	return harmless && passing
}

// Plan is what a part asks for.
type Plan struct {
	First     int // index of its first slot
	Count     int
	MinCount  int // least number of instances that the part's call accepts
	Candidate int // 0 is the spec itself, n is alternative n-1
}

// Split divides count instances into plans of at most most instances each, and spreads the
// least number of instances over them. Each plan asks for at least one. So when the least
// number is below the number of plans, the shares add up to more.
func Split(count, least, most int) []Plan {
	plans := make([]Plan, (count+most-1)/most)
	first := 0
	for i := range plans {
		p := &plans[i]
		p.First, p.Count = first, min(most, count-first)
		// Each share is what the first i+1 parts owe less what the first i owe.
		p.MinCount = max(least*(first+p.Count)/count-least*first/count, 1)
		first += p.Count
	}
	return plans
}

// GivenUp is a generation whose answer was lost and whose missing instances a search
// did not find. They may still become visible.
type GivenUp struct {
	Generation int       `json:"gen"`
	At         time.Time `json:"at"`
	Missing    int       `json:"missing,omitempty"` // instances that were not found; 0 in old tokens
	Found      int       `json:"found,omitempty"`   // of these, instances found later
}

// MayAppear returns how many instances may still become visible. It counts generations
// that were given up after a moment.
func (p *Part) MayAppear(after time.Time) (n int) {
	for _, g := range p.GivenUp {
		if g.At.After(after) {
			n += max(cmp.Or(g.Missing, p.Count)-g.Found, 0)
		}
	}
	return n
}

// Part is a copy of a part's state.
type Part struct {
	Plan
	NumberOffset int // number in the first instance's name, minus First
	Generation   int
	Status       Status
	Sent         time.Time // first call of this generation; zero before it
	IDs          []string  // instances that fill its slots, in order; at most Count
	Certain      int       // how many of IDs are not doubtful; they come first
	Extra        []string  // instances that fill no slot
	Before       int       // how many of IDs belong to earlier generations
	Renamed      bool      // its instances have their own names, without a marker
	OutOfStock   bool      // its missing instances are out of stock
	LaunchFailed bool      // some of its instances died after they were accepted
	FromToken    bool      // it ended before the operation was resumed
	Order        string    // the ID of an order that is not paid yet
	Job          string    // the ID of the job that makes all of its instances, if one does
	GivenUp      []GivenUp
}

// Missing returns the number of slots without a certain instance.
func (p *Part) Missing() int { return p.Count - p.Certain }

// Open reports whether the part has something left to do.
func (p *Part) Open() bool { return p.Status == Planned || p.Status == Sent }

// Doubtful reports whether doubtful instances fill some of the slots.
func (p *Part) Doubtful() bool { return len(p.IDs) > p.Certain }

// skew is how far another computer's clock may be ahead.
const skew = 5 * time.Minute

// Stale reports whether the cloud may have forgotten a client token: it was first sent
// longer ago than trust, at an unknown time, or too far in the future for a correct
// clock.
func (p *Part) Stale(now time.Time, trust time.Duration) bool {
	if p.Status != Sent {
		return false
	}
	age := now.Sub(p.Sent)
	return p.Sent.IsZero() || age > trust || age < -skew
}

// part is the state of one part.
type part struct {
	Plan
	numberOffset int
	generation   int
	status       Status
	sent         time.Time
	doubt        bool     // a call of this generation may have been executed
	ids          []string // all its named instances, in order
	last         []string // instances in the latest answer without an error, sorted
	agreed       bool     // the two latest answers without an error named the same
	before       int      // how many of ids belong to earlier generations; set by Send
	renamed      bool
	outOfStock   bool
	refused      bool // its final error is a refusal, and the reason is not stock
	launchFailed bool
	fromToken    bool
	order        string
	job          string // of all its instances; "" when they came in other ways
	givenUp      []GivenUp
}

// Claim is how certain it is that an instance belongs to the operation.
type Claim int

// Claims, the strongest first.
const (
	Ours     Claim = iota // it fills a slot, and policies may release it
	Shared                // it fills a slot, but another run of the operation may have created it
	Doubtful              // only contradictory answers name it
)

// instance is the evidence about one instance.
type instance struct {
	part      int
	claim     Claim
	seen      bool
	earlier   bool // it was named before the current generation was sent
	own       bool // a describe proved that it belongs to the operation; not saved
	releasing bool // a release of it is under way or owed
}

// Ledger records one operation. Make one with [New] or [Restore].
type Ledger struct {
	mu        sync.Mutex
	parts     []part
	instances map[string]instance
	suspects  map[string]Suspicion // few: of instances that may have failed
	enough    int                  // least number of instances that the operation accepts
	accepted  time.Time            // when the latest instance was named
	over      bool                 // everything is being released; nothing more is created

	changed map[int]bool // the parts that an event has touched since [Ledger.Changes]
}

// New returns the ledger of an operation that has made no call. Enough is the least
// number of instances that the operation accepts.
func New(enough int, plans []Plan) *Ledger {
	l := &Ledger{enough: enough, parts: make([]part, len(plans))}
	for i, p := range plans {
		l.parts[i] = part{Plan: p, status: Planned}
	}
	return l
}

// Parts returns the number of parts. It never shrinks.
func (l *Ledger) Parts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.parts)
}

// Part returns a copy of a part.
func (l *Ledger) Part(i int) Part {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.viewLocked(i)
}

// All returns a copy of every part.
func (l *Ledger) All() []Part {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Part, len(l.parts))
	for i := range l.parts {
		out[i] = l.viewLocked(i)
	}
	return out
}

func (l *Ledger) viewLocked(i int) Part {
	p := &l.parts[i]
	v := Part{
		Plan: p.Plan, NumberOffset: p.numberOffset, Generation: p.generation, Status: p.status, Sent: p.sent,
		Renamed: p.renamed, OutOfStock: p.outOfStock, LaunchFailed: p.launchFailed, FromToken: p.fromToken,
		Order: p.order, Job: p.job, Before: l.earlierLocked(p), GivenUp: slices.Clone(p.givenUp),
	}
	v.IDs, v.Extra, v.Certain = l.assignLocked(p)
	return v
}

// assignLocked assigns instances to the slots of a part: first the certain ones, then
// the doubtful ones, each in the order in which they were named. The returned lists are
// never changed, see dropLocked.
func (l *Ledger) assignLocked(p *part) (ids, extra []string, certain int) {
	all := p.ids
	certain = l.certainLocked(p)
	if l.doubtfulLocked(p) > 0 {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(l.rank(a), l.rank(b)) })
	}
	n := min(len(all), p.Count)
	return all[:n:n], all[n:len(all):len(all)], certain
}

// rank sorts certain instances before doubtful ones.
func (l *Ledger) rank(id string) int {
	if l.instances[id].claim == Doubtful {
		return 1
	}
	return 0
}

func (l *Ledger) doubtfulLocked(p *part) (n int) {
	for _, id := range p.ids {
		n += l.rank(id)
	}
	return n
}

// certainLocked returns how many slots of a part have a certain instance.
func (l *Ledger) certainLocked(p *part) int {
	return min(len(p.ids)-l.doubtfulLocked(p), p.Count)
}

// IDs returns every known instance: first those in slots, in the order of creation,
// then the others.
func (l *Ledger) IDs() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids, extra []string
	for i := range l.parts {
		own, more, _ := l.assignLocked(&l.parts[i])
		ids, extra = append(ids, own...), append(extra, more...)
	}
	return append(ids, extra...)
}

// Ours returns the instances that certainly belong to the operation, in the order of
// creation. A policy may release them.
func (l *Ledger) Ours() []string { return l.pick(func(s instance) bool { return s.claim == Ours }) }

// NotOurs returns the instances that no policy may release: another run may have
// created them, or they are doubtful.
func (l *Ledger) NotOurs() []string { return l.pick(func(s instance) bool { return s.claim != Ours }) }

// Doubtful returns the instances that only contradictory answers name.
func (l *Ledger) Doubtful() []string {
	return l.pick(func(s instance) bool { return s.claim == Doubtful })
}

// Releasing returns the instances whose release is under way or owed.
func (l *Ledger) Releasing() []string { return l.pick(func(s instance) bool { return s.releasing }) }

// Seen returns the instances that a describe has shown.
func (l *Ledger) Seen() []string { return l.pick(func(s instance) bool { return s.seen }) }

// Recognized returns the instances that a describe proved to belong to the operation:
// see [Ledger.Recognize].
func (l *Ledger) Recognized() []string { return l.pick(func(s instance) bool { return s.own }) }

// Unseen returns the instances that no describe has shown.
func (l *Ledger) Unseen() []string { return l.pick(func(s instance) bool { return !s.seen }) }

func (l *Ledger) pick(wanted func(instance) bool) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for i := range l.parts {
		for _, id := range l.parts[i].ids {
			if wanted(l.instances[id]) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// Complete reports whether every slot is filled, and no instance is surplus or
// doubtful.
func (l *Ledger) Complete() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.parts {
		p := &l.parts[i]
		done := p.status == Accepted || p.status == Replaced
		if !done || len(p.ids) != p.Count || l.doubtfulLocked(p) > 0 {
			return false
		}
	}
	return !l.over
}

// Status returns how far a part has come.
func (l *Ledger) Status(i int) Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.parts[i].status
}

// Surplus returns the instances beyond what was asked for, doubtful ones included.
func (l *Ledger) Surplus() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for i := range l.parts {
		_, extra, _ := l.assignLocked(&l.parts[i])
		ids = append(ids, extra...)
	}
	return ids
}

// PartOf returns the part of an instance, or false if the ledger does not have the
// instance.
func (l *Ledger) PartOf(id string) (i int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.instances[id]
	return s.part, ok
}

// Count returns how many instances were asked for.
func (l *Ledger) Count() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.parts {
		n += l.parts[i].Count
	}
	return n
}

// Enough returns the least number of instances that the operation accepts.
func (l *Ledger) Enough() int { return l.enough }

// NamedAt returns when the latest instance was named; zero before that.
func (l *Ledger) NamedAt() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

// Over reports whether everything is being released, or was.
func (l *Ledger) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over || slices.ContainsFunc(l.parts, func(p part) bool { return p.status == Released })
}

// Numbered returns how many instances have been numbered so far. A number is not used
// again after its instance has died.
func (l *Ledger) Numbered() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.parts {
		p := &l.parts[i]
		n = max(n, p.First+p.numberOffset+p.Count)
	}
	return n
}
