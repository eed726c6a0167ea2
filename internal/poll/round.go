package poll

import (
	"context"
	"time"
)

// flight is one Fetch on its way.
type flight[T any] struct {
	entries []*entry[T]
	number  uint64        // among the group's calls
	epoch   int           // pauses before it was sent
	round   time.Duration // start of its round: the anchor of the next one
	stretch float64       // jitter of its round
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
	alone, full := g.aloneAt() <= now, g.shared.next() <= max(now, g.round+joinWindow)
	switch {
	case alone && !(full && g.wasAlone):
		g.wasAlone, g.nextAlone = true, now+alonePace
		return []*entry[T]{g.single.take()}
	case full:
		g.wasAlone = false
		return g.pack(now)
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
// due, at its start, or until a pause interrupts it; then the next one begins.
func (g *group[T]) pack(now time.Duration) []*entry[T] {
	if g.shared.next() > g.round+joinWindow || g.pause > g.round {
		g.round, g.stretch = now, g.p.jitter()
	}
	chunk := make([]*entry[T], 0, min(g.p.cfg.Batch, len(g.shared)))
	for len(chunk) < cap(chunk) {
		chunk = append(chunk, g.shared.take())
	}
	return chunk
}

// send starts one Fetch.
func (g *group[T]) send(chunk []*entry[T], now time.Duration) {
	g.sent++
	f := &flight[T]{entries: chunk, number: g.sent, epoch: g.epoch, round: g.round, stretch: g.stretch}
	if chunk[0].alone() { // belongs to no round
		f.round, f.stretch = now, g.p.jitter()
	}
	ids := make([]string, len(chunk))
	for i, e := range chunk {
		e.pos = away
		ids[i] = e.id
	}
	g.flights[f] = struct{}{}
	ctx, cancel := context.WithTimeout(g.ctx, g.p.cfg.FetchTimeout)
	go g.fly(ctx, cancel, f, ids)
}

// fly runs one Fetch. When its time is up it counts as failed even if the Fetch
// does not come back: whichever lands first is believed.
func (g *group[T]) fly(ctx context.Context, cancel context.CancelFunc, f *flight[T], ids []string) {
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		g.land(f, outcome[T]{err: ctx.Err(), failure: Transient})
	})
	defer stop()
	answer, err := g.p.cfg.Fetch(ctx, g.name, ids)
	g.land(f, g.p.judge(ctx, answer, err))
}

// arm sets the timer for the next thing to do. While no call may be sent because
// of those in flight, their landing does it instead.
func (g *group[T]) arm(now time.Duration) {
	at := min(g.shared.next(), g.aloneAt())
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
