package poll

import (
	"context"
	"slices"
	"time"
)

// flight is one Fetch on its way.
type flight[T any] struct {
	entries []*entry[T]
	at      time.Duration // when it was sent
	number  uint64        // among the group's calls
	epoch   int           // pauses before it was sent
	round   time.Duration // start of its round: the anchor of the next one
	stretch float64       // jitter of its round
	list    *watch[T]     // it is a listing of this Target's IDs
}

// tick is the timer's call.
func (g *group[T]) tick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cancel == nil {
		return
	}
	g.wakeAt = never
	g.pump()
}

// pump sends every call that is due and allowed.
func (g *group[T]) pump() {
	now := g.p.now()
	for g.mayAsk(now) {
		if w := g.listing(now); w != nil {
			g.sendList(w, now)
			continue
		}
		chunk := g.nextChunk(now)
		if chunk == nil {
			break
		}
		g.send(chunk, now)
	}
	g.arm(now)
}

func (g *group[T]) mayAsk(now time.Duration) bool {
	return now >= g.pause && g.hasSlot()
}

// hasSlot reports whether one more call may be in flight. After a failure a
// single call goes out to see whether the cloud is well again.
func (g *group[T]) hasSlot() bool {
	if g.backoff == 0 {
		return len(g.flights) < g.p.cfg.Parallel
	}
	for f := range g.flights {
		if f.epoch == g.epoch {
			return false
		}
	}
	return len(g.flights) < g.p.cfg.Parallel
}

// nextChunk picks the IDs of the next call, nil when none is due. Calls for single
// IDs take turns with full ones, so that neither waits for all of the other.
func (g *group[T]) nextChunk(now time.Duration) []*entry[T] {
	if half := g.takeHalf(); half != nil {
		return half
	}
	alone, full := g.aloneAt() <= now, g.hold <= now && g.shared.next() <= max(now, g.round+joinWindow)
	switch {
	case alone && !(full && g.wasAlone):
		g.wasAlone, g.nextAlone = true, now+alonePace
		return []*entry[T]{g.single.take()}
	case full:
		g.wasAlone = false
		if chunk := g.pack(now); chunk != nil || !alone {
			return chunk
		}
		return g.nextChunk(now) // what was due has been put off
	}
	return nil
}

// aloneAt is when the next call for a single ID is due. There is one at a time:
// a hundred machines that vanish together must not become a hundred calls at once.
func (g *group[T]) aloneAt() time.Duration {
	for f := range g.flights {
		if f.entries[0].alone() {
			return noTime
		}
	}
	return max(g.single.next(), g.nextAlone)
}

// takeHalf returns the next half of a split chunk, less the IDs that nobody waits
// for any more.
func (g *group[T]) takeHalf() []*entry[T] {
	for len(g.halves) > 0 {
		var live []*entry[T]
		for _, e := range g.halves[0] {
			if e.subs != nil {
				live = append(live, e)
			}
		}
		g.halves = g.halves[1:]
		if live != nil {
			return live
		}
	}
	return nil
}

// pack takes the longest due entries; where they do not fill a call, the next due
// ride along for free. A round lasts until all are asked that were due, or nearly
// due, at its start, or until a pause interrupts it; then the next one begins. It
// returns nil, and holds shared calls back, while waiting for company pays.
func (g *group[T]) pack(now time.Duration) []*entry[T] {
	chunk := g.gather(now)
	if at := g.worthIt(chunk, now); at > now {
		for _, e := range chunk {
			g.shared.add(e)
		}
		g.hold = at
		return nil
	}
	if chunk[0].due > g.round+joinWindow || g.pause > g.round {
		g.round, g.stretch = now, g.p.jitter()
	}
	return chunk
}

// gather takes the entries of the next call off the queue.
func (g *group[T]) gather(now time.Duration) []*entry[T] {
	chunk := make([]*entry[T], 0, min(g.p.cfg.Batch, len(g.shared)))
	for len(chunk) < cap(chunk) && len(g.shared) > 0 {
		e := g.shared.take()
		if e.due <= now && e.putOff(now) {
			g.shared.add(e)
			continue
		}
		chunk = append(chunk, e)
	}
	return chunk
}

// putOff moves the due time of an entry back if by now more is known of its class
// that speaks for a much later one.
func (e *entry[T]) putOff(now time.Duration) bool {
	if e.is(dueIsFixed) {
		return false
	}
	w, due := e.subs.w, time.Duration(0)
	pace := w.schedule.Interval(now - e.born)
	if e.asked == never {
		due = e.born + w.schedule.First()
	} else {
		due = e.asked + w.schedule.Interval(e.asked-e.born)
	}
	if due <= e.due+pace/4 {
		return false
	}
	e.due = min(due, now+pace+2*joinWindow)
	return true
}

// worthIt returns when the gathered call should go. A full one goes when its
// entries are due on average, so that those asked early make up for those asked
// late; no entry is kept for long. Of a class of which little is known yet first
// looks go one call at a time, each to tell whether it is too early for the others.
func (g *group[T]) worthIt(chunk []*entry[T], now time.Duration) time.Duration {
	oldest, last := chunk[0], chunk[len(chunk)-1]
	if slices.ContainsFunc(chunk, func(e *entry[T]) bool { return e.is(dueIsFixed) && e.due <= now }) {
		return now
	}
	at, slack := now, oldest.slack()
	full := len(chunk) == g.p.cfg.Batch
	if !full || last.due > max(now, g.round+joinWindow) {
		at = oldest.due + meanDelay(chunk, slack)
	}
	scout := oldest.asked == never && oldest.subs.w.schedule.FewSeen()
	if full && !scout {
		return at
	}
	switch {
	case g.sharing(): // others are under way and may come back
		return max(at, oldest.due+slack)
	case now < g.landed+settleTime: // they are about to
		return max(at, min(g.landed, oldest.due+slack)+settleTime)
	}
	return at
}

// meanDelay is how much later than the first of them the entries are due on
// average, as far as they are due soon after it.
func meanDelay[T any](chunk []*entry[T], slack time.Duration) time.Duration {
	var sum time.Duration
	n := 0
	for _, e := range chunk {
		if after := e.due - chunk[0].due; after <= 2*slack {
			sum, n = sum+after, n+1
		}
	}
	return min(sum/time.Duration(n), slack)
}

// sharing reports whether a shared call is in flight.
func (g *group[T]) sharing() bool {
	for f := range g.flights {
		if !f.entries[0].alone() {
			return true
		}
	}
	return false
}

// slack is how long an entry may wait for company.
func (e *entry[T]) slack() time.Duration {
	slack := (e.due - e.asked) / 2
	if e.asked == never {
		slack = (e.due - e.born) / 10
	}
	return min(max(slack, 0), maxSlack)
}

// send starts one Fetch.
func (g *group[T]) send(chunk []*entry[T], now time.Duration) {
	g.sent++
	f := &flight[T]{entries: chunk, at: now, number: g.sent, epoch: g.epoch, round: g.round, stretch: g.stretch}
	if chunk[0].alone() { // belongs to no round
		f.round, f.stretch = now, g.p.jitter()
	}
	ids := make([]string, len(chunk))
	for i, e := range chunk {
		e.pos = away
		e.set(dueIsFixed, false)
		ids[i] = e.id
	}
	g.flights[f] = struct{}{}
	ctx, cancel := context.WithTimeout(g.ctx, g.p.cfg.FetchTimeout)
	go g.fly(ctx, cancel, f, func(ctx context.Context) (map[string]T, bool, error) {
		return g.p.cfg.Fetch(ctx, g.name, ids)
	})
}

// fetcher is a Fetch, or a listing, whose question stands.
type fetcher[T any] func(context.Context) (answer map[string]T, whole bool, err error)

// fly runs one Fetch. When its time is up it counts as failed even if the Fetch
// does not come back: whichever lands first is believed.
func (g *group[T]) fly(ctx context.Context, cancel context.CancelFunc, f *flight[T], fetch fetcher[T]) {
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		g.land(f, outcome[T]{err: g.p.noAnswer(), failure: Transient})
	})
	defer stop()
	answer, whole, err := fetch(ctx)
	g.land(f, g.p.judge(ctx, answer, whole, err))
}

// arm sets the timer for the next thing to do. While no call may be sent because
// of those in flight, their landing does it instead.
func (g *group[T]) arm(now time.Duration) {
	at := min(max(g.shared.next(), g.hold), g.aloneAt())
	if len(g.halves) > 0 {
		at = now
	}
	if at == noTime || !g.hasSlot() {
		return
	}
	at = max(at, g.pause, now+settleTime)
	if g.wakeAt != never && g.wakeAt <= at {
		return
	}
	g.wakeAt = at
	if g.timer == nil {
		g.timer = time.AfterFunc(at-now, g.tick)
	} else {
		g.timer.Reset(at - now)
	}
}
