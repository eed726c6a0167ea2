package poll

import (
	"context"
	"maps"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// listPause is how long a group sends no listing after one has failed.
const listPause = 10 * time.Minute

// maxListings is how many listings in a row may replace looks at an ID itself. Clouds
// attach tags late, and instances that failed are in no listing.
const maxListings = 2

// nextListing returns the Target whose IDs should be listed now, or nil. Its oldest
// entry is due, and a listing of the IDs that are ready takes fewer calls than asking
// about those that are pending.
func (g *group[T]) nextListing(now time.Duration) *watch[T] {
	for now >= g.listNotBefore && len(g.shared) > 0 && g.shared.next() <= now {
		e := g.shared[0]
		w := e.subs.w
		if !w.mayList || e.is(dueIsFixed) {
			return nil
		}
		if w.listings >= maxListings && e.lastAnswer <= w.lastListing {
			return nil
		}
		if e.postponeByPlan(now) {
			g.shared.moved(e)
			continue
		}
		if g.expectedPages(w, now-e.accepted) < (w.open+g.p.cfg.Batch-1)/g.p.cfg.Batch {
			return w
		}
		return nil
	}
	return nil
}

// expectedPages returns how many calls a listing of w's IDs is expected to take when the
// oldest of them have that age. The listing contains the IDs that ended before.
func (g *group[T]) expectedPages(w *watch[T], age time.Duration) int {
	ready := max(w.schedule.ReadyShare(age)*float64(len(w.IDs)), float64(len(w.IDs)-w.open))
	return int(ready)/g.p.cfg.Batch + 1
}

// sendListing starts one listing, which stands for looks at all of w's IDs that are in
// the queue of shared calls.
func (g *group[T]) sendListing(w *watch[T], now time.Duration) {
	g.continueRound(g.shared.next(), now)
	if w.listings >= maxListings {
		w.listings = 0
	}
	w.listings, w.lastListing = w.listings+1, g.roundStart
	c := g.newCall(now)
	c.listOf = w
	for _, id := range w.IDs {
		e := g.entries[id]
		if e == nil || e.pos < 0 || e.alone() {
			continue
		}
		if e.find(w) != nil {
			g.shared.drop(e)
			e.pos = inFlight
			e.set(dueIsFixed, false)
			c.entries = append(c.entries, e)
		}
	}
	g.startCall(c, g.p.readListing(g.name, w.Series))
}

// readListing returns a request that reads all pages of a listing.
func (p *Poller[T]) readListing(group, series string) request[T] {
	return func(ctx context.Context) (all map[string]T, whole bool, err error) {
		all, whole = make(map[string]T), true
		for page := ""; ; {
			answer, next, complete, err := p.cfg.List(ctx, group, series, page)
			if err != nil {
				return nil, false, err
			}
			maps.Copy(all, answer)
			whole = whole && complete
			if page = next; page == "" {
				return all, whole, nil
			}
		}
	}
}

// recordListing records a listing. The IDs that a whole listing does not mention were
// pending; no Target is told so, and no miss is counted.
func (g *group[T]) recordListing(c *call[T], o outcome[T]) {
	var looks boot.Looks
	now := g.p.now()
	for _, e := range c.entries {
		if e.subs == nil {
			continue
		}
		if value, ok := o.answer[e.id]; ok {
			g.publish(c, e, Event[T]{Kind: Seen, Value: value})
			continue
		}
		pending := o.whole && e.misses == 0
		if pending && e.is(acceptanceKnown) {
			looks = looks.Add(lookAt(e.accepted, e.lastAnswer, now, false))
		}
		g.scheduleNext(c, e, pending)
	}
	c.listOf.schedule.Class().Learn(now, looks)
}

// pauseListings stops listings for a while: the cloud, or the permissions of the caller,
// may not allow them. Asking by ID goes on.
func (g *group[T]) pauseListings(c *call[T], why error) {
	g.listNotBefore = g.p.now() + listPause
	g.requeueUnanswered(c, why)
}
