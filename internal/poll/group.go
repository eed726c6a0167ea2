package poll

import (
	"context"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// group schedules the IDs that may share calls. It has no goroutine of its own:
// a timer and the landing of each call drive it. Nothing that belongs to a caller
// runs under its lock.
type group[T any] struct {
	p    *Poller[T]
	name string

	mu      sync.Mutex
	watches map[*watch[T]]struct{}
	entries map[string]*entry[T]
	shared  queue[T]      // entries for full calls
	single  queue[T]      // entries to be asked alone
	halves  [][]*entry[T] // chunks that were split because of a bad ID
	flights map[*flight[T]]struct{}
	sent    uint64 // calls so far

	ctx    context.Context // of the calls; ends when nobody waits
	cancel context.CancelFunc
	timer  *time.Timer
	wakeAt time.Duration // when the timer fires; never = it is not set

	round     time.Duration // start of the latest round
	stretch   float64       // its jitter
	listAgain time.Duration // no listing before this
	hold      time.Duration // no shared call before this: it waits for company
	landed    time.Duration // when the latest call came back
	nextAlone time.Duration // no call for a single ID before this
	wasAlone  bool          // the latest call was one

	pause   time.Duration // no call before this
	backoff time.Duration // latest pause; 0 after a success
	epoch   int           // pauses so far: calls sent before one do not add to it
	fatals  int           // fatal answers in a row
}

// join adds the IDs of w.
func (g *group[T]) join(w *watch[T]) {
	births := w.births(g.p)
	known := w.known()
	w.Since, w.Known = nil, nil // they may hold more than the Target does
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.watches) == 0 {
		g.start(len(w.IDs))
		g.landed = never
	}
	g.watches[w], g.hold = struct{}{}, never
	for i, id := range w.IDs {
		e, b := g.entries[id], births[min(i, len(births)-1)]
		switch {
		case e == nil:
			e = g.open(w, id, b)
		case e.find(w) == nil:
			g.share(w, e, b)
		}
		if known != nil && known[i] {
			e.set(seen, true)
		}
	}
	g.arm(g.p.now())
}

// open adds an ID that nobody waited for so far.
func (g *group[T]) open(w *watch[T], id string, b birth) *entry[T] {
	e := &entry[T]{id: id, born: b.born, due: b.start, asked: never}
	e.set(dated, b.dated)
	e.set(dueIsFixed, !b.plan)
	if b.plan {
		if age, ok := w.schedule.Scout(b.start - b.born); ok {
			e.set(dueIsFixed, true)
			e.due = max(b.born+age, g.p.now())
		}
	}
	e.add(w.sub(b, g.sent))
	g.entries[id] = e
	w.left++
	g.shared.add(e)
	return e
}

// share adds w to an ID that others wait for or look at. The younger acceptance
// counts, which is the more eager to ask; a Look knows of none.
func (g *group[T]) share(w *watch[T], e *entry[T], b birth) {
	onlyLooks := e.subs.w.once
	e.add(w.sub(b, g.sent))
	w.left++
	switch {
	case w.once:
	case onlyLooks, b.born > e.born:
		e.born = b.born
		e.set(dated, b.dated)
	case b.born == e.born:
		e.set(dated, b.dated || e.is(dated))
	}
	switch {
	case e.pos == away:
		e.due = b.start
		e.set(dueIsFixed, true)
		return
	case b.start < e.due:
		e.due = b.start
		e.set(dueIsFixed, !b.plan)
	}
	g.put(e)
}

// put (re)inserts an entry that is not away into the queue it belongs to.
func (g *group[T]) put(e *entry[T]) {
	q := &g.shared
	if e.alone() {
		q = &g.single
	}
	switch {
	case e.pos >= 0:
		q.moved(e)
	case e.pos == parked:
		q.add(e)
	}
}

// cut returns the error of a Wait that ctx ended: with what the latest calls about
// its open IDs came to, where they told nothing.
func (g *group[T]) cut(w *watch[T], ended error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.trouble == nil {
		return ended
	}
	for _, id := range w.IDs {
		if e := g.entries[id]; e != nil && e.is(unanswered) && e.find(w) != nil {
			return &Interrupted{Err: ended, Call: w.trouble}
		}
	}
	return ended
}

// leave ends w's interest in everything; the last watch stops the group.
func (g *group[T]) leave(w *watch[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.left > 0 && len(g.watches) > 1 { // else all of it goes at once
		for _, id := range w.IDs {
			if e := g.entries[id]; e != nil {
				g.release(e, w)
			}
		}
	}
	delete(g.watches, w)
	if len(g.watches) == 0 {
		g.stop()
	}
}

// release ends w's interest in e, and e with its last subscriber.
func (g *group[T]) release(e *entry[T], w *watch[T]) {
	e.remove(w)
	if e.subs != nil || g.entries[e.id] != e {
		return
	}
	delete(g.entries, e.id)
	if e.pos < 0 {
		return
	}
	if e.alone() {
		g.single.drop(e)
	} else {
		g.shared.drop(e)
	}
}

// collect takes the news of w and the reason why the group gave up, if it did.
func (g *group[T]) collect(w *watch[T]) ([]item[T], error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	news := w.news
	w.news = nil // not kept: it would outweigh the entries
	return news, w.err
}

// hasten moves first looks forward to when the plan wants them, once there is one.
func (g *group[T]) hasten(w *watch[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !w.schedule.PriorReplaced() {
		return
	}
	now, first := g.p.now(), w.schedule.First()
	for _, id := range w.IDs {
		e := g.entries[id]
		if e != nil && e.pos >= 0 && e.asked == never && e.due > e.born+first {
			e.due = max(e.born+first, now)
			g.put(e)
		}
	}
	g.hold = min(g.hold, now+settleTime)
	g.arm(now)
}

// rush moves looks at machines of a class forward to where they would be without the
// plan: what it said was too late.
func (g *group[T]) rush(c *boot.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.p.now()
	for _, e := range g.entries {
		if e.pos < 0 || e.subs.w.schedule.Class() != c {
			continue
		}
		due := e.born + c.PriorFirst()
		if e.asked != never {
			due = e.asked + boot.PriorInterval(e.asked-e.born)
		}
		if e.due > due {
			e.due = max(due, now)
			g.put(e)
		}
	}
	g.hold = min(g.hold, now+settleTime)
	g.arm(now)
}

// conclude applies an observer's verdict and returns how many IDs w has left.
func (g *group[T]) conclude(w *watch[T], it *item[T], v Verdict) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := it.e.find(w)
	if s == nil { // the group gave up meanwhile
		return w.left
	}
	s.busy = false
	if w.once || v == Done || v == Ready || it.event.Kind != Seen {
		g.release(it.e, w)
		w.left--
		return w.left
	}
	if it.e.pos == parked {
		g.resume(it.e)
	}
	return w.left
}

// resume plans the next look at an entry whose observer took its time. Overdue
// ones wait a little for each other: a slow observer must not cause a call per ID.
func (g *group[T]) resume(e *entry[T]) {
	now := g.p.now()
	if e.due < now {
		e.due = now + minGap
	}
	g.put(e)
	g.hold = min(g.hold, now+settleTime)
	g.arm(now)
}

// start readies an idle group.
func (g *group[T]) start(size int) {
	g.watches = make(map[*watch[T]]struct{})
	g.entries = make(map[string]*entry[T], size)
	g.flights = make(map[*flight[T]]struct{})
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.wakeAt = never
}

// stop makes the group idle: calls in flight are cancelled and forgotten, memory
// is given back. Back-off stays. It does nothing to an idle group.
func (g *group[T]) stop() {
	if g.cancel == nil {
		return
	}
	g.cancel()
	if g.timer != nil {
		g.timer.Stop()
	}
	g.ctx, g.cancel, g.timer = nil, nil, nil
	g.watches, g.entries, g.flights = nil, nil, nil
	g.shared, g.single, g.halves = nil, nil, nil
}
