package provider

import (
	"context"
	"errors"
	"iter"
	"slices"
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

// Wait blocks until every server of the operation runs, has failed, or ctx
// ends; ctx is the only deadline. It returns the servers that run, in the order
// of [Operation.InstanceIDs], and a *[WaitError] about the others. A failed or
// throttled describe call never fails a wait. Wait may be called again, and by
// several callers at once: they share the describe calls.
//
// A server that fails to launch counts as no stock for operations with
// [RunOptions].Alternatives: it is released, another is created from the next
// alternative, and the wait goes on. With OnFailure terminate, a wait that ends
// with servers that failed releases all servers of the operation.
func (op *Operation) Wait(ctx context.Context, o *WaitOptions) ([]Instance, error) {
	running := map[string]Instance{}
	for {
		ids := slices.DeleteFunc(op.InstanceIDs(), func(id string) bool { return running[id].ID != "" })
		list, err := newWaiter(op.c, StateRunning, ids, o).wait(ctx, op.target())
		for _, i := range list {
			running[i.ID] = i
		}
		var w *WaitError
		if !errors.As(err, &w) || len(w.Failed) == 0 || ctx.Err() != nil {
			return op.inOrder(running), err
		}
		more, createErr := op.replaceFailed(ctx, w.Failed)
		if createErr == nil && more {
			continue
		}
		if op.opts.OnFailure == TerminateServers && createErr == nil {
			createErr = op.releaseAll(ctx)
		}
		if createErr != nil {
			err = errors.Join(err, createErr)
		}
		return op.inOrder(running), err
	}
}

// target is what the poller needs to know of the operation, beside the IDs.
func (op *Operation) target() poll.Target[Instance] {
	op.mu.Lock()
	defer op.mu.Unlock()
	t := poll.Target[Instance]{Group: op.region, Class: op.class, Accepted: op.accepted, Since: op.since()}
	if op.owner != "" {
		t.Series = op.id // the value of their tag
	}
	return t
}

// since returns what tells when each server was accepted: creating many takes a
// while. A resumed operation knows the latest moment only.
func (op *Operation) since() func(id string) time.Time {
	if len(op.parts) < 2 {
		return nil
	}
	at := map[string]time.Time{}
	for i := range op.parts {
		for _, id := range op.parts[i].IDs {
			at[id] = op.parts[i].since
		}
	}
	return func(id string) time.Time { return at[id] }
}

// inOrder returns the servers that the operation still has, in order.
func (op *Operation) inOrder(running map[string]Instance) (list []Instance) {
	for _, id := range op.InstanceIDs() {
		if i, ok := running[id]; ok {
			list = append(list, i)
		}
	}
	return list
}

// WaitInstances is [Operation.Wait] for any servers and any state. Waiting for
// [StateTerminated] ends when they no longer exist, or lie in a recycle bin,
// where they may stay for days. IDs that never existed look like servers that
// are gone, and so do servers that another process created a moment ago and
// that the cloud does not show yet: wait for those with their [Operation].
func (c *Client) WaitInstances(ctx context.Context, region string, ids []string, target State, o *WaitOptions) ([]Instance, error) {
	if err := checkIDs(ids); err != nil {
		return nil, err
	}
	return newWaiter(c, target, ids, o).wait(ctx, c.target(region, ids))
}

// target is what the poller needs to know of servers that need not belong together.
func (c *Client) target(region string, ids []string) poll.Target[Instance] {
	return poll.Target[Instance]{Group: c.region(region), Accepted: c.recent.latest(ids)}
}

// Watch yields every change of state of every server once, until all of them
// run or have failed. A server that fails is yielded with its *[LaunchError];
// an early end (ctx, credentials) is the last pair, with a zero Event. Breaking
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
			if w, ok := err.(*WaitError); ok && w.Err != nil { //nolint:errorlint // Wait returns it bare
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

// waiter is one wait.
type waiter struct {
	c        *Client
	target   State
	ids      []string
	progress func(Event)

	// restarted tells that the servers were just told to start or reboot: being
	// stopped may be part of that, or an old answer.
	restarted bool

	mu      sync.Mutex
	servers map[string]*awaited
}

// awaited is what a wait knows of one server.
type awaited struct {
	last    Instance
	ready   bool
	failed  *LaunchError
	stopped time.Time // since when it has looked stopped
}

func newWaiter(c *Client, target State, ids []string, o *WaitOptions) *waiter {
	w := &waiter{c: c, target: target, servers: make(map[string]*awaited, len(ids))}
	for _, id := range ids {
		if w.servers[id] == nil {
			w.servers[id] = &awaited{last: Instance{ID: id}}
			w.ids = append(w.ids, id)
		}
	}
	w.progress = func(Event) {}
	if o != nil && o.Progress != nil {
		w.progress = o.Progress
	}
	return w
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
	s := w.servers[e.ID]
	changed := s.take(w, e)
	event := Event{Time: e.At, Instance: s.last}
	if s.failed != nil {
		event.Err = s.failed
	}
	verdict := poll.Keep
	switch {
	case s.ready && w.target == StateRunning:
		verdict = poll.Ready
	case s.ready || s.failed != nil:
		verdict = poll.Done
	}
	w.mu.Unlock()
	if changed {
		w.progress(event)
	}
	return verdict
}

// take updates what is known and reports whether the state changed.
func (s *awaited) take(w *waiter, e poll.Event[Instance]) (changed bool) {
	before := s.last.State
	switch e.Kind {
	case poll.Gone:
		s.gone(w)
	case poll.Failed:
		s.failed = w.failure(s, "the cloud refuses to describe it: "+e.Err.Error())
	case poll.Seen:
		s.last = e.Value
		s.judge(w, e.At)
	}
	return s.last.State != before || s.failed != nil
}

// gone ends the wait for a server that no longer exists.
func (s *awaited) gone(w *waiter) {
	if w.target == StateTerminated {
		s.last.State = StateTerminated
		s.ready = true
		return
	}
	reason := "it disappeared"
	if s.last.RawState == "" {
		reason = "it never became visible: it was released, or these credentials may not describe it"
	}
	s.failed = w.failure(s, reason)
	s.last.State = StateTerminated
}

// judge decides what a described state means for the target.
func (s *awaited) judge(w *waiter, at time.Time) {
	state := s.last.State
	if state != StateStopped {
		s.stopped = time.Time{}
	}
	switch {
	case state == w.target, state == StateRecycled && w.target == StateTerminated:
		s.ready = true
	case w.target != StateTerminated && final(state):
		s.failed = w.failure(s, s.last.Reason)
	case w.target == StateRunning && state == StateStopping && !w.restarted:
		s.failed = w.failure(s, "it is being stopped")
	case w.target == StateRunning && state == StateStopped:
		if s.stopped.IsZero() {
			s.stopped = at
		}
		if at.Sub(s.stopped) >= stoppedFor {
			s.failed = w.failure(s, "it stays stopped")
		}
	}
}

// final tells whether a server in this state never runs again by itself.
func final(s State) bool {
	return slices.Contains([]State{StateFailed, StateTerminating, StateRecycled, StateTerminated, StateSuspended}, s)
}

func (w *waiter) failure(s *awaited, reason string) *LaunchError {
	return &LaunchError{Driver: w.c.name, InstanceID: s.last.ID, RawState: s.last.RawState, Reason: reason}
}

// result sorts the servers into those that got there and an error about the
// others.
func (w *waiter) result(err error) ([]Instance, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &WaitError{Driver: w.c.name, Target: w.target, Err: err}
	var ready []Instance
	for _, id := range w.ids {
		switch s := w.servers[id]; {
		case s.ready:
			ready = append(ready, s.last)
		case s.failed != nil:
			e.Failed = append(e.Failed, s.failed)
		default:
			e.Pending = append(e.Pending, PendingInstance{ID: id, RawState: s.last.RawState})
		}
	}
	if e.Err == nil && len(e.Failed) == 0 && len(e.Pending) == 0 {
		return ready, nil
	}
	return ready, e
}
