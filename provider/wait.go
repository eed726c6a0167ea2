package provider

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// stoppedFor is how long a server that should come up may look stopped. ECS
// shows new servers as Stopped for a moment.
const stoppedFor = 60 * time.Second

// WaitOptions are for the waits. Nil is the default.
type WaitOptions struct {
	// Progress is called for every change of a server's state, one call at a
	// time. It should return soon: the wait goes on only afterwards.
	Progress func(Event)
}

// Event is a change of one server's state.
type Event struct {
	Time     time.Time
	Instance Instance // as last seen; ID is always set
	Err      error    // a *[LaunchError] when the server will never get there
}

// WaitInstances is [Operation.Wait] for any servers and any state. Waiting for
// [StateTerminated] ends when they no longer exist, or lie in a recycle bin,
// where they may stay for days. IDs that never existed look like servers that
// are gone, and so do servers that another process created a moment ago and
// that the cloud does not show yet: wait for those with their [Operation].
//
// A target that is no state, or [StateUnknown], is [FieldErrors], as is an empty
// ID. No IDs are no wait.
func (c *Client) WaitInstances(ctx context.Context, region string, ids []string, target State, o *WaitOptions) ([]Instance, error) {
	if err := join(checkIDs(ids), checkTarget(target)); err != nil {
		return nil, err
	}
	return newWaiter(c, target, ids, o).wait(ctx, c.target(region, target))
}

// checkTarget refuses what no server would ever be found in.
func checkTarget(s State) error {
	var k Checker
	k.Require(s != "", "target", nil, "required: the state to wait for")
	oneOf(&k, "target", s, StatePending, StateStarting, StateRunning, StateStopping, StateStopped,
		StateSuspended, StateTerminating, StateRecycled, StateTerminated, StateFailed)
	return k.Err()
}

// target is what the poller needs to know of servers that need not belong together:
// some may be new and others old.
func (c *Client) target(region string, state State) poll.Target[Instance] {
	return poll.Target[Instance]{Group: c.region(region), Since: c.recent.at, Leaving: state == StateTerminated}
}

// Watch yields every change of state of every server once, until all of them
// run or have failed. A server that fails is yielded with its *[LaunchError]. What
// else [Operation.Wait] would tell is the last pair, with a zero Event: an early
// end (ctx, credentials), servers that could not be replaced or released. Breaking
// out of the loop ends the watch.
func (op *Operation) Watch(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		events := make(chan Event)
		var last error
		var done sync.WaitGroup
		done.Go(func() {
			defer close(events)
			_, err := op.Wait(ctx, &WaitOptions{Progress: func(e Event) {
				select {
				case events <- e:
				case <-ctx.Done():
				}
			}})
			last = err
			if w, ok := err.(*WaitError); ok { //nolint:errorlint // alone it is about servers that were yielded
				last = w.Err
			}
		})
		defer done.Wait()
		defer cancel()
		for e := range events {
			if !yield(e, e.Err) {
				return
			}
		}
		if last != nil {
			yield(Event{}, last)
		}
	}
}

// waiter is one wait. There may be a hundred thousand servers in it: of one that is
// still waited for it keeps a few words, not its whole description.
type waiter struct {
	c        *Client
	target   State
	ids      []string
	byID     []int32     // indexes of ids, sorted by ID
	progress func(Event) // nil when nobody wants to know

	// restarted tells that the servers were just told to start or reboot: being
	// stopped may be part of that, or an old answer.
	restarted bool

	// released tells that the servers were just released: one that failed to launch
	// will not get any further. It is removed by the cloud, some day or never.
	released bool

	start time.Time

	mu      sync.Mutex
	servers []awaited // as ids
	word    string    // the latest raw state: one text for all servers in it
}

// awaited is what a wait knows of one server.
type awaited struct {
	state   State // as last seen, and in the cloud's word
	raw     string
	stopped time.Duration // of the wait, since when it has looked stopped; 0 when it does not
	last    *Instance     // as last seen, where it is kept
	failed  *LaunchError
	ready   bool
}

func newWaiter(c *Client, target State, ids []string, o *WaitOptions) *waiter {
	w := &waiter{c: c, target: target, ids: unique(ids), start: time.Now()}
	w.servers = make([]awaited, len(w.ids))
	w.byID = make([]int32, len(w.ids))
	for i := range w.byID {
		w.byID[i] = int32(i)
	}
	slices.SortFunc(w.byID, func(a, b int32) int { return strings.Compare(w.ids[a], w.ids[b]) })
	if o != nil {
		w.progress = o.Progress
	}
	return w
}

// unique returns the IDs in their order, each once.
func unique(ids []string) []string {
	out := make([]string, 0, len(ids))
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// index is the place of an ID, which is there, in ids.
func (w *waiter) index(id string) int {
	i, _ := slices.BinarySearchFunc(w.byID, id, func(i int32, id string) int { return strings.Compare(w.ids[i], id) })
	return int(w.byID[i])
}

func (w *waiter) wait(ctx context.Context, t poll.Target[Instance]) ([]Instance, error) {
	var err error
	if t.IDs, t.Observe = w.ids, w.observe; len(w.ids) > 0 {
		err = w.c.poller.engine(w.c).Wait(ctx, t)
	}
	return w.result(err)
}

// observe takes in one sighting. The poller calls it for one wait at a time.
func (w *waiter) observe(e poll.Event[Instance]) poll.Verdict {
	w.mu.Lock()
	s := &w.servers[w.index(e.ID)]
	changed := s.take(w, e)
	verdict := poll.Keep
	switch boot := w.target == StateRunning && !w.restarted; {
	case s.ready && boot:
		verdict = poll.Ready
	case s.ready || s.failed != nil:
		verdict = poll.Done
	case !boot:
		verdict = poll.Again
	}
	var event Event
	if changed && w.progress != nil {
		event = Event{Time: e.At, Instance: s.instance(e.ID)}
		if s.failed != nil {
			event.Err = s.failed
		}
	}
	w.mu.Unlock()
	if event.Instance.ID != "" {
		w.progress(event)
	}
	return verdict
}

// whole tells whether descriptions are kept of servers that are still waited for:
// somebody wants to see them, or they will be the last word about a server.
func (w *waiter) whole() bool { return w.progress != nil || w.target != StateRunning }

// instance is the server as last seen.
func (s *awaited) instance(id string) Instance {
	i := Instance{ID: id, RawState: s.raw}
	if s.last != nil {
		i = s.last.clone() // other waits may have been told of the same server by the same answer
	}
	i.State = s.state
	return i
}

// take updates what is known and reports whether the state changed.
func (s *awaited) take(w *waiter, e poll.Event[Instance]) (changed bool) {
	before := s.state
	switch e.Kind {
	case poll.Gone:
		s.gone(w, e.ID)
	case poll.Failed:
		s.failed = w.failure(s, e.ID, "the cloud refuses to describe it: "+e.Err.Error())
	case poll.Seen:
		if w.word != e.Value.RawState {
			w.word = e.Value.RawState
		}
		s.state, s.raw = e.Value.State, w.word
		s.judge(w, &e)
		if s.ready || w.whole() {
			s.last = new(e.Value)
		}
	}
	return s.state != before || s.failed != nil
}

// gone ends the wait for a server that no longer exists.
func (s *awaited) gone(w *waiter, id string) {
	if w.target == StateTerminated {
		s.state = StateTerminated
		s.ready = true
		return
	}
	reason := "it disappeared"
	if s.raw == "" {
		reason = "it never became visible: it was released, or these credentials may not describe it"
	}
	s.failed = w.failure(s, id, reason)
	s.state = StateTerminated
}

// judge decides what a described state means for the target.
func (s *awaited) judge(w *waiter, e *poll.Event[Instance]) {
	state := e.Value.State
	if state != StateStopped {
		s.stopped = 0
	}
	switch {
	case state == w.target, state == StateRecycled && w.target == StateTerminated, state == StateFailed && w.released:
		s.ready = true
	case w.target != StateTerminated && final(state):
		s.failed = w.failure(s, e.ID, e.Value.Reason)
	case w.target == StateRunning && state == StateStopping && !w.restarted:
		s.failed = w.failure(s, e.ID, "it is being stopped")
	case w.target == StateRunning && state == StateStopped:
		at := e.At.Sub(w.start) + 1 // 0 means never
		if s.stopped == 0 {
			s.stopped = at
		}
		if at-s.stopped >= stoppedFor {
			s.failed = w.failure(s, e.ID, "it stays stopped")
		}
	}
}

// final tells whether a server in this state never runs again by itself.
func final(s State) bool {
	return slices.Contains([]State{StateFailed, StateTerminating, StateRecycled, StateTerminated, StateSuspended}, s)
}

func (w *waiter) failure(s *awaited, id, reason string) *LaunchError {
	return &LaunchError{Driver: w.c.name, InstanceID: id, RawState: s.raw, Reason: reason}
}

// result sorts the servers into those that got there and an error about the
// others.
func (w *waiter) result(err error) ([]Instance, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &WaitError{Driver: w.c.name, Target: w.target, Err: err}
	var ready []Instance
	for i, id := range w.ids {
		switch s := &w.servers[i]; {
		case s.ready:
			ready = append(ready, s.instance(id))
		case s.failed != nil:
			e.Failed = append(e.Failed, s.failed)
		default:
			e.Pending = append(e.Pending, PendingInstance{ID: id, RawState: s.raw})
		}
	}
	if e.Err == nil && len(e.Failed) == 0 && len(e.Pending) == 0 {
		return ready, nil
	}
	return ready, e
}
