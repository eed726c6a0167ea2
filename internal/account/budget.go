package account

import (
	"context"
	"sync"
	"time"
)

// ReadsAtOnce bounds the reads of an account that are under way, whatever their
// region, and so its connections.
const ReadsAtOnce = 8

// Kind is a kind of call, as a budget counts it. Calls of the same cloud, region and
// API count together against Own; all calls of a cloud count together against All.
type Kind struct {
	Cloud  string
	Region string // "" where one rate counts the calls of all regions
	API    string
	Own    Rate
	All    Rate
	Read   bool // at most [ReadsAtOnce] are under way

	// Processes is how many processes share the rates. 0 and 1 mean that this one is alone. Less
	// than 0 means that nobody knows.
	Processes int

	// Gate says when the call may go, instead of the rates. GateOnly means that the call fails
	// when Gate does. Nil leaves it to the rates.
	Gate     Gate
	GateOnly bool
}

// Budget keeps the calls of accounts below their rates, also where calls arrive closer
// together than they were sent. A throttled call halves the rate. After a single throttle
// the rate comes back as soon as calls go well; after more of them every calm while adds a
// step. The first call of a kind decides what its rate is. The zero value
// is an unused budget. It is safe for concurrent use and must not be copied.
type Budget struct {
	mu      sync.Mutex
	reading chan struct{} // holds a token for each read under way; nil until it is used
	buckets map[bucketKey]*bucket
	shut    time.Time // until when a gate that has failed is not asked
}

// bucketKey is what calls of one rate have in common. API is "" for all calls.
type bucketKey struct{ cloud, region, api string }

// Turn is the permission to make one call. Done must follow when the call has ended.
type Turn struct {
	budget   *Budget
	own, all *bucket
	made     time.Time
	ownCall  uint64 // number of the call in own
	allCall  uint64 // the same in all
	read     bool
	gate     func(throttled bool, after time.Duration) // reports to the gate; nil where that does not ask for it
}

// Wait blocks until a call may be made, or ctx ends. It fails at once, with a
// *[LateError], when ctx's deadline would come first; other errors are ctx's.
func (b *Budget) Wait(ctx context.Context, k Kind) (Turn, error) {
	asked := time.Now()
	t, err := b.wait(ctx, k)
	addQueued(ctx, time.Since(asked))
	return t, err
}

// wait takes the turns of all that a call has to wait for. They are kept until the
// whole wait is over, so that what a bucket allows cannot pile up behind what comes
// next: the calls would go all at once then. Every wait takes them in the same order:
// no two can wait for each other.
func (b *Budget) wait(ctx context.Context, k Kind) (Turn, error) {
	leave, err := takeTurn(ctx)
	if err != nil {
		return Turn{}, err
	}
	defer leave()
	t := Turn{budget: b, read: k.Read}
	t.own, t.all = b.bucketsOf(&k)
	gateIsOut := !k.GateOnly && b.isShut()
	paced := k.Gate == nil || gateIsOut
	if err := t.own.enter(ctx, paced); err != nil {
		return Turn{}, err
	}
	defer t.own.leave()
	// A read takes its place after the rate of its region, which then holds up no other
	// region, and before that of all calls: a create must not wait until reads that hang
	// have ended.
	if err := t.startRead(ctx); err != nil {
		return Turn{}, err
	}
	if err := t.all.enter(ctx, paced); err != nil {
		t.Done()
		return Turn{}, err
	}
	defer t.all.leave()
	if !paced {
		if err := t.askGate(ctx, &k); err != nil {
			t.Done()
			return Turn{}, err
		}
	}
	t.made = time.Now()
	t.ownCall, t.allCall = t.own.record(t.made), t.all.record(t.made)
	return t, nil
}

// startRead waits until few enough reads are under way, where the call is one.
func (t *Turn) startRead(ctx context.Context) error {
	if err := ctx.Err(); err != nil || !t.read {
		return err
	}
	select {
	case t.budget.readers() <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Done ends the call.
func (t *Turn) Done() {
	if t.read {
		<-t.budget.readers()
	}
}

// Report records how the cloud took the call. A throttle that says for how long (after)
// also holds back the calls that come next, of the same kind where those have a rate of
// their own. 0 means that it did not say.
func (t *Turn) Report(throttled bool, after time.Duration) {
	t.own.report(t.ownCall, t.made, throttled)
	t.all.report(t.allCall, t.made, throttled)
	if t.gate != nil {
		t.gate(throttled, after)
	}
	if !throttled || after <= 0 {
		return
	}
	switch {
	case t.own != nil:
		t.own.close(after)
	case t.all != nil:
		t.all.close(after)
	}
}

// readers holds a token for each read under way.
func (b *Budget) readers() chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading == nil {
		b.reading = make(chan struct{}, ReadsAtOnce)
	}
	return b.reading
}

// bucketsOf returns the buckets that a call draws on, each nil where there is no limit.
func (b *Budget) bucketsOf(k *Kind) (own, all *bucket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	processes := k.Processes
	if unknown := processes <= 0; unknown && k.Gate != nil {
		processes = gatedProcesses
	}
	own = b.bucketLocked(bucketKey{k.Cloud, k.Region, k.API}, k.Own, processes)
	return own, b.bucketLocked(bucketKey{cloud: k.Cloud}, k.All, processes)
}

// bucketLocked returns the bucket of a rate, or nil. The caller has b.mu.
func (b *Budget) bucketLocked(key bucketKey, r Rate, processes int) *bucket {
	if r.Calls <= 0 || r.Per <= 0 {
		return nil
	}
	if b.buckets[key] == nil {
		if b.buckets == nil {
			b.buckets = map[bucketKey]*bucket{}
		}
		b.buckets[key] = r.bucket(processes)
	}
	return b.buckets[key]
}
