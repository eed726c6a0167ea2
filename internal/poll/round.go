package poll

import (
	"context"
	"slices"
	"time"
)

// call is one Fetch, or one listing, in flight.
type call[T any] struct {
	entries    []*entry[T]
	sentAt     time.Duration
	number     uint64        // among the calls of the group
	pauses     int           // pauses of the group before it was sent
	roundStart time.Duration // of its round; the next looks count from it
	jitter     float64       // of its round
	listOf     *watch[T]     // the Target whose IDs it lists; nil for a Fetch
	origins    []any         // of the Targets that it serves
}

// newCall returns a call of the current round.
func (g *group[T]) newCall(now time.Duration) *call[T] {
	g.callsSent++
	return &call[T]{
		sentAt: now, number: g.callsSent, pauses: g.pauses, roundStart: g.roundStart, jitter: g.roundJitter,
	}
}

// onTimer is called when the timer fires.
func (g *group[T]) onTimer() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cancel == nil {
		return
	}
	g.timerAt = distantPast
	g.sendDue()
}

// sendDue sends every call that is due and allowed.
func (g *group[T]) sendDue() {
	now := g.p.now()
	for now >= g.pauseUntil && g.hasFreeSlot() {
		if w := g.nextListing(now); w != nil {
			g.sendListing(w, now)
			continue
		}
		chunk := g.nextChunk(now)
		if chunk == nil {
			break
		}
		g.send(chunk, now)
	}
	g.setTimer(now)
}

// hasFreeSlot reports whether one more call may be in flight. After a failure a single
// call tests whether the cloud works again.
func (g *group[T]) hasFreeSlot() bool {
	if g.backoff == 0 {
		return len(g.calls) < g.p.cfg.Parallel
	}
	for c := range g.calls {
		if c.pauses == g.pauses {
			return false
		}
	}
	return len(g.calls) < g.p.cfg.Parallel
}

// nextChunk returns the IDs of the next call, or nil when none is due. Calls about single
// IDs and full calls take turns, so that neither kind waits for all calls of the other.
func (g *group[T]) nextChunk(now time.Duration) []*entry[T] {
	if part := g.takeSplitChunk(); part != nil {
		return part
	}
	alone := g.nextAloneAt() <= now
	full := g.sharedNotBefore <= now && g.shared.next() <= max(now, g.roundStart+joinWindow)
	fullIsNext := full && g.lastWasAlone
	switch {
	case alone && !fullIsNext:
		g.lastWasAlone, g.aloneNotBefore = true, now+alonePace
		return []*entry[T]{g.single.take()}
	case full:
		g.lastWasAlone = false
		if chunk := g.packChunk(now); chunk != nil || !alone {
			return chunk
		}
		return g.nextChunk(now) // the shared call waits, so a single ID is next
	}
	return nil
}

// nextAloneAt returns when the next call about a single ID is due. Only one is in flight
// at a time: when a hundred IDs disappear together, there must not be a hundred calls at
// once.
func (g *group[T]) nextAloneAt() time.Duration {
	for c := range g.calls {
		if c.entries[0].alone() {
			return distantFuture
		}
	}
	return max(g.single.next(), g.aloneNotBefore)
}

// takeSplitChunk returns the next part of a call that was split, without the IDs that
// nobody waits for any more.
func (g *group[T]) takeSplitChunk() []*entry[T] {
	for len(g.splitChunks) > 0 {
		var live []*entry[T]
		for _, e := range g.splitChunks[0] {
			if e.subs != nil {
				live = append(live, e)
			}
		}
		g.splitChunks = g.splitChunks[1:]
		if live != nil {
			return live
		}
	}
	return nil
}

// packChunk takes the entries of the next call off the queue. It returns nil when the
// call should wait for more IDs; no shared call goes out until then. When all entries
// have been asked about that were due at the start of a round, or a pause has come, the
// next round begins.
func (g *group[T]) packChunk(now time.Duration) []*entry[T] {
	chunk := g.takeChunk(now)
	if at := g.sendAt(chunk, now); at > now {
		for _, e := range chunk {
			g.shared.add(e)
		}
		g.sharedNotBefore = at
		return nil
	}
	if !chunk[0].is(looksEarly) {
		g.continueRound(chunk[0].due, now)
	}
	return chunk
}

// continueRound begins a new round unless the oldest entry of a call, which was due at
// that moment, is part of the present one.
func (g *group[T]) continueRound(due, now time.Duration) {
	if due > g.roundStart+joinWindow || g.pauseUntil > g.roundStart {
		g.roundStart, g.roundJitter = now, g.p.jitter()
	}
}

// takeChunk takes the longest due entries off the queue. If they do not fill a call, the
// entries that are due next fill it.
func (g *group[T]) takeChunk(now time.Duration) []*entry[T] {
	chunk := make([]*entry[T], 0, min(g.p.cfg.Batch, len(g.shared)))
	for len(chunk) < cap(chunk) && len(g.shared) > 0 {
		e := g.shared.take()
		if e.due <= now && e.postponeByPlan(now) {
			g.shared.add(e)
			continue
		}
		chunk = append(chunk, e)
	}
	return chunk
}

// sendAt returns when a call about these entries should go out.
//
// A call that is full of due entries goes at once. Another one waits, for a short time,
// until its entries are due on average: then those that are asked about early make up
// for those that are asked about late. An entry whose due time is fixed is never kept
// waiting.
//
// While little is known of a class, calls with first looks go out one after the other,
// so that each shows whether it is too early for the next.
func (g *group[T]) sendAt(chunk []*entry[T], now time.Duration) time.Duration {
	oldest, last := chunk[0], chunk[len(chunk)-1]
	if at := lastEarly(chunk); at > now {
		return at
	}
	if slices.ContainsFunc(chunk, func(e *entry[T]) bool { return e.is(dueIsFixed) && e.due <= now }) {
		return now
	}
	at, wait := now, oldest.maxWait()
	full := len(chunk) == g.p.cfg.Batch
	if !full || last.due > max(now, g.roundStart+joinWindow) {
		at = oldest.due + meanOffset(chunk, wait)
	}
	testsPrior := oldest.lastAnswer == distantPast && oldest.subs.w.schedule.FewSeen(now-oldest.accepted)
	if full && !testsPrior {
		return at
	}
	switch {
	case g.sharedCallInFlight(): // its IDs may join the next call
		return max(at, oldest.due+wait)
	case now < g.lastReturn+settleTime: // its IDs are about to be queued
		return max(at, min(g.lastReturn, oldest.due+wait)+settleTime)
	}
	return at
}

// lastEarly returns when the last of the early looks is due that are due soon after the
// first. They wait for each other, and none of them comes early: a look a moment before an
// instance is ready costs it the whole time to the next one. It returns distantPast when
// the call begins with another look.
func lastEarly[T any](chunk []*entry[T]) time.Duration {
	at := distantPast
	for _, e := range chunk {
		if !e.is(looksEarly) || e.due > chunk[0].due+earlySlack {
			break
		}
		at = e.due
	}
	return at
}

// meanOffset returns how much later than the first entry all of them are due on average.
// Entries that are due much later than the first do not count.
func meanOffset[T any](chunk []*entry[T], wait time.Duration) time.Duration {
	var sum time.Duration
	n := 0
	for _, e := range chunk {
		if after := e.due - chunk[0].due; after <= 2*wait {
			sum, n = sum+after, n+1
		}
	}
	return min(sum/time.Duration(n), wait)
}

// sharedCallInFlight reports whether a shared call is in flight.
func (g *group[T]) sharedCallInFlight() bool {
	for c := range g.calls {
		if !c.entries[0].alone() {
			return true
		}
	}
	return false
}

// send starts one Fetch.
func (g *group[T]) send(chunk []*entry[T], now time.Duration) {
	c := g.newCall(now)
	c.entries = chunk
	switch {
	case chunk[0].alone(): // it belongs to no round
		c.roundStart, c.jitter = now, g.p.jitter()
	case chunk[0].is(looksEarly): // the same, and early looks keep to their time
		c.roundStart, c.jitter = now, 1
	}
	ids := make([]string, len(chunk))
	for i, e := range chunk {
		e.pos = inFlight
		e.set(dueIsFixed, false)
		ids[i] = e.id
	}
	g.startCall(c, func(ctx context.Context) (map[string]T, bool, error) {
		return g.p.cfg.Fetch(ctx, g.name, ids)
	})
}

// request is a Fetch, or a listing, with all its arguments but ctx.
type request[T any] func(context.Context) (answer map[string]T, whole bool, err error)

// startCall runs a request in a goroutine of its own.
func (g *group[T]) startCall(c *call[T], r request[T]) {
	g.calls[c] = struct{}{}
	g.joinOrigins(c)
	ctx, cancel := context.WithTimeout(g.ctx, g.p.cfg.FetchTimeout)
	go g.run(ctx, cancel, c, r)
}

// joinOrigins collects the origins of the Targets that a call serves, each once.
func (g *group[T]) joinOrigins(c *call[T]) {
	if g.p.cfg.Join == nil {
		return
	}
	for _, e := range c.entries {
		for s := e.subs; s != nil; s = s.next {
			if len(c.origins) == MaxOrigins {
				return
			}
			if s.w.origin != nil && s.w.joined != c.number {
				s.w.joined = c.number
				c.origins = append(c.origins, s.w.origin)
			}
		}
	}
}

// run runs one request. When its time is over, the call counts as failed even if the
// request does not return: the first of the two ends counts.
func (g *group[T]) run(ctx context.Context, cancel context.CancelFunc, c *call[T], r request[T]) {
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		g.finish(c, outcome[T]{err: g.p.noAnswer(), failure: Transient})
	})
	defer stop()
	if len(c.origins) > 0 {
		ctx = g.p.cfg.Join(ctx, c.origins)
	}
	answer, whole, err := r(ctx)
	g.finish(c, g.p.outcomeOf(ctx, answer, whole, err))
}

// setTimer sets the timer for the next thing to do. When no call may be sent because of
// those in flight, the end of one of them goes on instead.
func (g *group[T]) setTimer(now time.Duration) {
	at := min(max(g.shared.next(), g.sharedNotBefore), g.nextAloneAt())
	if len(g.splitChunks) > 0 {
		at = now
	}
	if at == distantFuture || !g.hasFreeSlot() {
		return
	}
	at = max(at, g.pauseUntil, now+settleTime)
	if g.timerAt != distantPast && g.timerAt <= at {
		return
	}
	g.timerAt = at
	if g.timer == nil {
		g.timer = time.AfterFunc(at-now, g.onTimer)
	} else {
		g.timer.Reset(at - now)
	}
}
