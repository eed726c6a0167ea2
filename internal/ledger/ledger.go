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
	Planned  Status = "planned"  // certainly made nothing that is not known
	Sent     Status = "sent"     // may have been executed
	Accepted Status = "accepted" // executed, and nothing more will come
	Rejected Status = "rejected" // certainly not executed, and never will be
	Replaced Status = "replaced" // another part creates its missing instances; Count has shrunk
	Released Status = "released" // its instances were released
)

// Executed is what is known of the effect of one call.
type Executed int

// Knowledge of the effect of a call.
const (
	No    Executed = iota // the call certainly made nothing
	Maybe                 // the call may have made something
	Yes                   // the call was answered without an error
)

// Verdict is what an error means to the ledger.
type Verdict struct {
	Executed Executed
	Final    bool // the same call would fail again
	Scarce   bool // for lack of stock

	// TokenDead means that an earlier call of the same generation failed for good,
	// and that the token of the generation makes nothing any more.
	TokenDead bool
}

// Plan is one part as it is planned.
type Plan struct {
	First     int // index of its first slot
	Count     int
	MinCount  int // instances the part's call has to bring at least
	Candidate int // 0 is what was asked for, n the alternative n-1
}

// GivenUp is a generation of which nothing more was found, although an answer of it
// was lost. What it made may still become visible.
type GivenUp struct {
	Generation int       `json:"gen"`
	At         time.Time `json:"at"`
	Missing    int       `json:"missing,omitempty"` // instances it was to make and that were not found; 0 in old tokens
	Found      int       `json:"found,omitempty"`   // instances of it that were found since
}

// MayAppear returns how many instances of given-up generations may still become visible,
// of those that were given up after a moment.
func (p *Part) MayAppear(after time.Time) (n int) {
	for _, g := range p.GivenUp {
		if g.At.After(after) {
			n += max(cmp.Or(g.Missing, p.Count)-g.Found, 0)
		}
	}
	return n
}

// Part is a copy of what the ledger knows of one part.
type Part struct {
	Plan
	NumberOffset int // what the numbers in names are ahead of First
	Generation   int
	Status       Status
	Sent         time.Time // first call of this generation; zero before it
	IDs          []string  // instances that fill its slots, in order; at most Count
	Certain      int       // how many of IDs are not doubtful; those come first
	Extra        []string  // instances beyond IDs
	Before       int       // how many of IDs are of earlier generations
	Renamed      bool      // its instances have their own names, without a marker
	OutOfStock   bool      // what it is missing is out of stock
	LaunchFailed bool      // instances of it died after they were accepted
	FromToken    bool      // it ended before the operation was resumed
	Order        string    // the order that waits to be paid
	GivenUp      []GivenUp
}

// Missing returns how many slots no certain instance fills.
func (p *Part) Missing() int { return p.Count - p.Certain }

// Open reports whether the part has something left to do.
func (p *Part) Open() bool { return p.Status == Planned || p.Status == Sent }

// Doubtful reports whether only answers that contradict themselves named some of the
// instances that fill slots.
func (p *Part) Doubtful() bool { return len(p.IDs) > p.Certain }

// skew is how far the clock of another computer may be ahead.
const skew = 5 * time.Minute

// Stale reports whether a client token may be forgotten by now: it was first sent
// longer ago than trust, nobody knows when, or in a future that no clock explains.
func (p *Part) Stale(now time.Time, trust time.Duration) bool {
	if p.Status != Sent {
		return false
	}
	age := now.Sub(p.Sent)
	return p.Sent.IsZero() || age > trust || age < -skew
}

// part is one create.
type part struct {
	Plan
	numberOffset int
	generation   int
	status       Status
	sent         time.Time
	doubt        bool     // a call of this generation may have been executed
	ids          []string // all that were named for it, in order
	last         []string // what the latest answer without an error named, sorted
	agreed       bool     // the two latest answers without an error named the same
	before       int      // how many of ids are of earlier generations, once it is sent
	renamed      bool
	outOfStock   bool
	refused      bool // its last word is a refusal for another reason than stock
	launchFailed bool
	fromToken    bool
	order        string
	givenUp      []GivenUp
}

// Claim is how certain it is that an instance is the operation's.
type Claim int

// Claims, the strongest first.
const (
	Ours     Claim = iota // it fills a slot, and policies may release it
	Shared                // it fills a slot, but another run of the operation may have made it
	Doubtful              // only answers that contradict themselves name it
)

// instance is the evidence about one instance.
type instance struct {
	part      int
	claim     Claim
	seen      bool
	own       bool // what was seen shows that it is the operation's; not written down
	releasing bool // a release of it is under way or owed
}

// Ledger records one operation. Make one with [New] or [Restore].
type Ledger struct {
	mu        sync.Mutex
	parts     []part
	instances map[string]instance
	enough    int       // instances that are enough
	accepted  time.Time // when the latest instance was named
	over      bool      // everything is being released; nothing more is created
}

// New returns the ledger of an operation that has made no call. Enough is how many
// instances are enough.
func New(enough int, plans []Plan) *Ledger {
	l := &Ledger{enough: enough, parts: make([]part, len(plans))}
	for i, p := range plans {
		l.parts[i] = part{Plan: p, status: Planned}
	}
	return l
}

// Parts returns how many parts there are. It only grows.
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
		Order: p.order, Before: l.earlierLocked(p), GivenUp: slices.Clone(p.givenUp),
	}
	v.IDs, v.Extra, v.Certain = l.assignLocked(p)
	return v
}

// assignLocked says which instances fill the slots of a part: the certain ones
// first, then the doubtful ones, each in the order in which they were named. The lists
// are never written to, see dropLocked.
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

// rank orders the certain instances before the doubtful ones.
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

// certainLocked is how many slots of a part are filled for certain.
func (l *Ledger) certainLocked(p *part) int {
	return min(len(p.ids)-l.doubtfulLocked(p), p.Count)
}

// IDs returns every instance in hand: those that fill slots, in the order of
// creation, and then the others.
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

// Ours returns the instances that are certainly the operation's, in the order of
// creation: what a policy may release.
func (l *Ledger) Ours() []string { return l.pick(func(s instance) bool { return s.claim == Ours }) }

// NotOurs returns the instances that no policy may release: another run may have
// made them, or only answers that contradict themselves name them.
func (l *Ledger) NotOurs() []string { return l.pick(func(s instance) bool { return s.claim != Ours }) }

// Doubtful returns the instances that only answers which contradict themselves name.
func (l *Ledger) Doubtful() []string {
	return l.pick(func(s instance) bool { return s.claim == Doubtful })
}

// Releasing returns the instances whose release is owed.
func (l *Ledger) Releasing() []string { return l.pick(func(s instance) bool { return s.releasing }) }

// Seen returns the instances that a describe has shown.
func (l *Ledger) Seen() []string { return l.pick(func(s instance) bool { return s.seen }) }

// Recognized returns the instances that are the operation's for certain: see
// [Ledger.Recognize].
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

// Complete reports whether every part has all that was asked for, and no instance is
// beyond that or doubtful.
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

// PartOf returns the part that an instance belongs to, or false when the ledger
// does not have it.
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

// Enough returns how many instances are enough.
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

// Numbered returns how many instances have been numbered so far: the numbers of
// the dead are not given again.
func (l *Ledger) Numbered() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.parts {
		p := &l.parts[i]
		n = max(n, p.First+p.numberOffset+p.Count)
	}
	return n
}
