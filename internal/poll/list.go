package poll

import (
	"context"
	"maps"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// listPause is how long a group does without listings after one failed.
const listPause = 10 * time.Minute

// maxLists is how many listings in a row may stand in for looks at an ID itself.
// Clouds attach tags with a delay, and machines that fail are in no listing.
const maxLists = 2

// listing returns the Target whose oldest entry is due and about whose IDs a
// listing of those that are ready takes fewer calls than asking for those that are
// pending; nil when there is none.
func (g *group[T]) listing(now time.Duration) *watch[T] {
	for now >= g.listAgain && len(g.shared) > 0 && g.shared.next() <= now {
		e := g.shared[0]
		w := e.subs.w
		if !w.listing || e.is(dueIsFixed) {
			return nil
		}
		if w.lists >= maxLists && e.asked <= w.listed {
			return nil
		}
		if e.putOff(now) {
			g.shared.moved(e)
			continue
		}
		if g.pages(w, now-e.born) < (w.left+g.p.cfg.Batch-1)/g.p.cfg.Batch {
			return w
		}
		return nil
	}
	return nil
}

// pages is how many calls a listing is expected to take when the oldest of w's IDs
// have that age. Those that ended before are in it as well.
func (g *group[T]) pages(w *watch[T], age time.Duration) int {
	ready := max(w.schedule.ReadyShare(age)*float64(len(w.IDs)), float64(len(w.IDs)-w.left))
	return int(ready)/g.p.cfg.Batch + 1
}

// sendList starts one listing about all of w's IDs that could be asked.
func (g *group[T]) sendList(w *watch[T], now time.Duration) {
	if g.shared.next() > g.round+joinWindow || g.pause > g.round {
		g.round, g.stretch = now, g.p.jitter()
	}
	g.sent++
	if w.lists >= maxLists {
		w.lists = 0
	}
	w.lists, w.listed = w.lists+1, g.round
	f := &flight[T]{at: now, number: g.sent, epoch: g.epoch, round: g.round, stretch: g.stretch, list: w}
	for _, id := range w.IDs {
		if e := g.entries[id]; e != nil && e.pos >= 0 && !e.alone() && e.find(w) != nil {
			g.shared.drop(e)
			e.pos = away
			e.set(dueIsFixed, false)
			f.entries = append(f.entries, e)
		}
	}
	g.flights[f] = struct{}{}
	ctx, cancel := context.WithTimeout(g.ctx, g.p.cfg.FetchTimeout)
	go g.fly(ctx, cancel, f, g.p.pagesOf(g.name, w.Series))
}

// pagesOf returns a Fetch that reads a listing to its end.
func (p *Poller[T]) pagesOf(group, series string) fetcher[T] {
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

// listed takes in a listing. What it does not mention is pending, as far as it
// goes: nobody hears of that, and no absence counts.
func (g *group[T]) listed(f *flight[T], o outcome[T]) {
	var looks boot.Looks
	now := g.p.now()
	for _, e := range f.entries {
		if e.subs == nil {
			continue
		}
		if value, ok := o.answer[e.id]; ok {
			g.report(f, e, Event[T]{Kind: Seen, Value: value})
			continue
		}
		tells := o.whole && e.misses == 0
		if tells {
			looks = e.pending(looks, now)
		}
		g.requeue(f, e, tells)
	}
	f.list.schedule.Class().Learn(now, looks)
}

// pending adds that an entry was not ready.
func (e *entry[T]) pending(looks boot.Looks, now time.Duration) boot.Looks {
	if !e.is(dated) {
		return looks
	}
	l := boot.Look{At: now - e.born, N: 1}
	if e.asked > e.born {
		l.Before = e.asked - e.born
	}
	return looks.Add(l)
}

// unlisted ends listings for a while: the cloud, or the caller's permissions, may
// not allow them. Asking by ID goes on.
func (g *group[T]) unlisted(f *flight[T], why error) {
	g.listAgain = g.p.now() + listPause
	g.postpone(f, why)
}
