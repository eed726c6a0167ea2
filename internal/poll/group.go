package poll

import (
	"context"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// group schedules the calls about IDs that may share calls. It has no goroutine of its
// own: the timer, and the end of each call, make it go on. It runs no code of a caller
// under its lock.
type group[T any] struct {
	p    *Poller[T]
	name string

	mu          sync.Mutex
	watches     map[*watch[T]]struct{}
	entries     map[string]*entry[T]
	shared      queue[T]      // entries for full calls
	single      queue[T]      // entries to be asked about alone
	splitChunks [][]*entry[T] // parts of calls that were refused because of an ID
	calls       map[*call[T]]struct{}
	callsSent   uint64 // so far

	ctx     context.Context // of the calls; it ends when nobody waits
	cancel  context.CancelFunc
	timer   *time.Timer
	timerAt time.Duration // when the timer fires; distantPast = it is not set

	roundStart      time.Duration // of the latest round
	roundJitter     float64       // factor of its intervals
	lastReturn      time.Duration // when the latest shared call came back
	lastWasAlone    bool          // the latest call was about a single ID
	sharedNotBefore time.Duration // no shared call before this: it waits for more IDs
	aloneNotBefore  time.Duration // no call about a single ID before this
	listNotBefore   time.Duration // no listing before this

	pauseUntil time.Duration // no call before this
	backoff    time.Duration // latest pause; 0 after a success
	pauses     int           // pauses so far; a call that was sent before the latest does not start another
	fatals     int           // fatal answers in a row
}

// join adds the IDs of w.
func (g *group[T]) join(w *watch[T]) {
	acceptances := w.acceptances(g.p)
	known := w.knownIDs()
	w.Since, w.Known = nil, nil // these functions may keep much memory alive
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.watches) == 0 {
		g.start(len(w.IDs))
		g.lastReturn = distantPast
	}
	g.watches[w], g.sharedNotBefore = struct{}{}, distantPast
	for i, id := range w.IDs {
		e, a := g.entries[id], acceptances[min(i, len(acceptances)-1)]
		switch {
		case e == nil:
			e = g.addEntry(w, id, a)
		case e.find(w) == nil:
			g.subscribe(w, e, a)
		}
		if known != nil && known[i] {
			e.set(seen, true)
		}
	}
	g.setTimer(g.p.now())
}

// addEntry adds an ID that nobody waited for so far.
func (g *group[T]) addEntry(w *watch[T], id string, a acceptance) *entry[T] {
	e := &entry[T]{id: id, accepted: a.at, due: a.due, lastAnswer: distantPast}
	e.set(acceptanceKnown, a.known)
	e.set(dueIsFixed, !a.bySchedule)
	if a.bySchedule {
		g.chooseScout(w, e, a)
	}
	e.add(w.subscription(a, g.callsSent))
	g.entries[id] = e
	w.open++
	g.shared.add(e)
	return e
}

// chooseScout makes e one of the IDs that are looked at early, or a scout, where the schedule
// of w wants one more.
func (g *group[T]) chooseScout(w *watch[T], e *entry[T], a acceptance) {
	now := g.p.now()
	if age, ok := w.schedule.Early(); ok && a.at+age > now {
		e.due = min(a.at+age, a.due)
		e.set(dueIsFixed|looksEarly, true)
		return
	}
	if age, ok := w.schedule.Scout(a.due - a.at); ok {
		e.due = max(a.at+age, now)
		e.set(dueIsFixed, true)
	}
}

// subscribe adds w to an ID that others wait for or look at. If Waits disagree about its
// acceptance, the latest counts, because it asks soonest. A Look knows no acceptance.
func (g *group[T]) subscribe(w *watch[T], e *entry[T], a acceptance) {
	onlyLooks := e.subs.w.isLook
	e.add(w.subscription(a, g.callsSent))
	w.open++
	switch {
	case w.isLook:
	case onlyLooks, a.at > e.accepted:
		e.accepted = a.at
		e.set(acceptanceKnown, a.known)
	case a.at == e.accepted:
		e.set(acceptanceKnown, a.known || e.is(acceptanceKnown))
	}
	switch {
	case e.pos == inFlight:
		e.due = a.due
		e.set(dueIsFixed, true)
		return
	case a.due < e.due:
		e.due = a.due
		e.set(dueIsFixed, !a.bySchedule)
	}
	g.enqueue(e)
}

// enqueue puts an entry that is not in flight where it belongs in its queue.
func (g *group[T]) enqueue(e *entry[T]) {
	q := &g.shared
	if e.alone() {
		q = &g.single
	}
	switch {
	case e.pos >= 0:
		q.moved(e)
	case e.pos == notQueued:
		q.add(e)
	}
}

// interruption returns the error of a Wait that ctx ended. If the latest calls about its
// open IDs gave no answer, the error says why.
func (g *group[T]) interruption(w *watch[T], ended error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.lastProblem == nil {
		return ended
	}
	for _, id := range w.IDs {
		if e := g.entries[id]; e != nil && e.is(unanswered) && e.find(w) != nil {
			return &Interrupted{Err: ended, Call: w.lastProblem}
		}
	}
	return ended
}

// leave ends w. The last watch that leaves stops the group.
func (g *group[T]) leave(w *watch[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.open > 0 && len(g.watches) > 1 { // the last watch removes all entries at once
		for _, id := range w.IDs {
			if e := g.entries[id]; e != nil {
				g.unsubscribe(e, w)
			}
		}
	}
	delete(g.watches, w)
	if len(g.watches) == 0 {
		g.stop()
	}
}

// unsubscribe ends w's interest in e. An entry without subscribers is removed.
func (g *group[T]) unsubscribe(e *entry[T], w *watch[T]) {
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

// takeEvents removes and returns the events of w, and the reason why the group has ended
// its Targets, if it has.
func (g *group[T]) takeEvents(w *watch[T]) ([]pendingEvent[T], error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	events := w.events
	w.events = nil // not reused: it would take more memory than the entries
	return events, w.err
}

// moveFirstLooks moves the first looks at IDs of w, which the prior has scheduled,
// forward to where a new plan wants them.
func (g *group[T]) moveFirstLooks(w *watch[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !w.schedule.PriorReplaced() {
		return
	}
	now, first := g.p.now(), w.schedule.First()
	for _, id := range w.IDs {
		e := g.entries[id]
		if e == nil || e.pos < 0 || e.lastAnswer != distantPast {
			continue
		}
		if e.due > e.accepted+first {
			e.due = max(e.accepted+first, now)
			g.enqueue(e)
		}
	}
	g.sharedNotBefore = min(g.sharedNotBefore, now+settleTime)
	g.setTimer(now)
}

// moveLooksOfClass moves looks at IDs of a class, whichever Target they belong to, forward to
// an age at which most others were seen ready. It does not move early looks.
func (g *group[T]) moveLooksOfClass(c *boot.Class, age time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.p.now()
	for _, e := range g.entries {
		if e.pos < 0 || e.is(looksEarly) || e.subs.w.schedule.Class() != c {
			continue
		}
		due := max(e.accepted+age, now)
		switch {
		case e.lastAnswer != distantPast:
			due = max(due, e.lastAnswer+boot.MinInterval)
		case e.is(lookedEarly):
			due = max(due, e.accepted+g.p.cfg.Early+boot.MinInterval)
		}
		if due < e.due {
			e.due = due
			e.set(dueIsFixed, true) // what was seen counts more than a plan that did not expect it
			g.enqueue(e)
		}
	}
	g.sharedNotBefore = min(g.sharedNotBefore, now+settleTime)
	g.setTimer(now)
}

// moveLooksToPrior moves looks at IDs of a class forward to where the prior wants them,
// because the plan looked too late.
func (g *group[T]) moveLooksToPrior(c *boot.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.p.now()
	for _, e := range g.entries {
		if e.pos < 0 || e.subs.w.schedule.Class() != c {
			continue
		}
		due := e.accepted + c.PriorFirst()
		if e.lastAnswer != distantPast {
			due = e.lastAnswer + boot.PriorInterval(e.lastAnswer-e.accepted)
		}
		if e.due > due {
			e.due = max(due, now)
			g.enqueue(e)
		}
	}
	g.sharedNotBefore = min(g.sharedNotBefore, now+settleTime)
	g.setTimer(now)
}

// applyVerdict applies an observer's verdict and returns how many IDs of w are open.
func (g *group[T]) applyVerdict(w *watch[T], ev *pendingEvent[T], v Verdict) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := ev.e.find(w)
	if s == nil { // the group has ended its Targets meanwhile
		return w.open
	}
	s.busy = false
	if w.isLook || v == Done || v == Ready || ev.event.Kind != Seen {
		g.unsubscribe(ev.e, w)
		w.open--
		return w.open
	}
	if ev.e.pos == notQueued {
		g.requeueObserved(ev.e)
	}
	return w.open
}

// requeueObserved queues an entry whose observer took its time. Entries that became due
// meanwhile wait a little for each other, so that a slow observer does not cause one call
// per ID.
func (g *group[T]) requeueObserved(e *entry[T]) {
	now := g.p.now()
	if e.due < now {
		e.due = now + minGap
	}
	g.enqueue(e)
	g.sharedNotBefore = min(g.sharedNotBefore, now+settleTime)
	g.setTimer(now)
}

// start prepares a group that nobody waited for.
func (g *group[T]) start(size int) {
	g.watches = make(map[*watch[T]]struct{})
	g.entries = make(map[string]*entry[T], size)
	g.calls = make(map[*call[T]]struct{})
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.timerAt = distantPast
}

// stop cancels and forgets the calls in flight, and releases the memory of a group that
// nobody waits for. Its back-off stays. A second stop does nothing.
func (g *group[T]) stop() {
	if g.cancel == nil {
		return
	}
	g.cancel()
	if g.timer != nil {
		g.timer.Stop()
	}
	g.ctx, g.cancel, g.timer = nil, nil, nil
	g.watches, g.entries, g.calls = nil, nil, nil
	g.shared, g.single, g.splitChunks = nil, nil, nil
}
