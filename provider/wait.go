package provider

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// stoppedFor is how long an instance that should start may look stopped. ECS shows new
// instances as Stopped for a moment.
const stoppedFor = 60 * time.Second

// WaitOptions are for the waits. Nil is the default.
type WaitOptions struct {
	// Progress is called for every change of an instance's state, one call at a
	// time. It should return soon: the wait continues only afterwards.
	Progress func(Event)

	tally *tally // of [WaitAll]; nil otherwise
}

// Event is a change of one instance's state.
type Event struct {
	Time     time.Time
	Instance Instance // as last seen; ID is always set
	Err      error    // a *[LaunchError] when the instance will never get there
}

// WaitInstances is [Operation.Wait] for any instances and any state. A wait for
// [StateTerminated] ends when the instances no longer exist, or are in a recycle bin, where
// they may stay for days. An instance that was never seen does not count as gone: it may never
// have existed, or it is in another region, too new, or not visible to these credentials. It
// is in [WaitError].NotVisible, and the error matches [ErrNotFound].
//
// A target that is not a state, or is [StateUnknown], gives [FieldErrors]. So does an empty
// ID. Without IDs, WaitInstances returns at once.
func (c *Client) WaitInstances(
	ctx context.Context, region string, ids []string, target State, o *WaitOptions,
) ([]Instance, error) {
	if err := join(checkIDs(ids), checkTarget(target)); err != nil {
		return nil, err
	}
	return newWaiter(c, target, ids, o).wait(ctx, c.target(region))
}

// checkTarget refuses a state that no instance can be in.
func checkTarget(s State) error {
	var k Checker
	k.Require(s != "", "target", nil, "required: the state to wait for")
	oneOf(&k, "target", s, StatePending, StateStarting, StateRunning, StateStopping, StateStopped,
		StateSuspended, StateTerminating, StateRecycled, StateTerminated, StateFailed)
	return k.Err()
}

// target returns what the poller needs to know about instances that may not belong together:
// some may be new and others old.
func (c *Client) target(region string) poll.Target[Instance] {
	t := c.newTarget(c.region(region))
	t.Since = c.recent.at
	return t
}

// leavingTarget is [Client.target] for instances whose release the cloud has accepted.
func (c *Client) leavingTarget(region string) poll.Target[Instance] {
	t := c.target(region)
	t.Leaving = true
	return t
}

// newTarget returns what all targets have in common.
func (c *Client) newTarget(region string) poll.Target[Instance] {
	known := func(id string) bool { return c.hasSeen(region, id) }
	return poll.Target[Instance]{Group: region, Known: known}
}

// waitReleased waits until instances are gone. The cloud has accepted their release.
func (c *Client) waitReleased(ctx context.Context, region string, ids []string) error {
	_, err := newWaiter(c, StateTerminated, ids, nil).wait(ctx, c.leavingTarget(region))
	return err
}

// Watch yields every change of state of every instance once, until all of them run or have
// failed. An instance that fails is yielded with its *[LaunchError]. The last pair has a zero
// Event and the other errors of [Operation.Wait]: an early end (ctx, credentials), instances
// that were never visible, instances that could not be replaced or released. Breaking out of
// the loop ends the watch.
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
			if w, ok := err.(*WaitError); ok { //nolint:errorlint // alone it is about instances that were yielded
				last = w.besideFailures()
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

// waiter is one wait. It may hold a hundred thousand instances. For an instance that is still
// pending it keeps a few words, not the whole description.
type waiter struct {
	c        *Client
	target   State
	ids      []string
	byID     []int32     // indexes of ids, sorted by ID
	progress func(Event) // nil when there is no callback
	tally    *tally      // nil when there is no callback

	// restarted reports that the instances were just told to start or reboot. A stopped state
	// may be part of that, or an old answer.
	restarted bool

	// released reports that the instances were just released. An instance that failed to
	// launch then stays in that state until the cloud removes it, some day or never.
	released bool

	// proves reports that the operation acts on instances that die. Only an instance that was
	// seen can be told from one that is late. So all are looked at once before they can run.
	proves bool

	// ownerOf returns the owner of an instance that was seen. Nil means that it is not asked.
	ownerOf func(*Instance) owner

	start time.Time

	mu      sync.Mutex
	servers []awaited // as ids
	word    string    // the latest raw state: one text for all instances in it

	// sightings are the instances as last seen; nil when they are not needed.
	sightings map[string]Instance

	patience time.Duration // the shortest wait for an instance that was never seen
	words    error         // the error of the cloud about such an instance; may be nil
}

// awaited is what a wait knows about one instance.
type awaited struct {
	state   State // as last seen, and in the cloud's word
	raw     string
	stopped time.Duration // time in the wait when it first looked stopped; 0 when it does not
	last    *Instance     // as last seen, where it is kept
	failed  *LaunchError

	owner     owner
	ready     bool
	visible   bool // it was seen
	noAddress bool // and had no address then
	hidden    bool // it was never seen, and its time to become visible is over
	absent    bool // the latest answer to a single look did not have it
}

func newWaiter(c *Client, target State, ids []string, o *WaitOptions) *waiter {
	w := &waiter{c: c, target: target, ids: sorted.Distinct(ids), start: time.Now()}
	w.servers = make([]awaited, len(w.ids))
	w.byID = make([]int32, len(w.ids))
	for i := range w.byID {
		w.byID[i] = int32(i)
	}
	slices.SortFunc(w.byID, func(a, b int32) int { return strings.Compare(w.ids[a], w.ids[b]) })
	if o != nil {
		w.progress, w.tally = o.Progress, o.tally
	}
	return w
}

// index returns the position of an ID in ids. The ID must be there.
func (w *waiter) index(id string) int {
	i, _ := slices.BinarySearchFunc(w.byID, id, func(i int32, id string) int { return strings.Compare(w.ids[i], id) })
	return int(w.byID[i])
}

func (w *waiter) wait(ctx context.Context, t poll.Target[Instance]) ([]Instance, error) {
	t.IDs, t.Observe = w.ids, w.observe
	ready, e := w.result(w.poll(ctx, t))
	if e == nil {
		return ready, nil
	}
	if e.NothingVisible {
		e.allowed, e.Access = w.c.access(ctx, t.Group)
	}
	return ready, e
}

// poll waits, by the shared poller, until every instance has ended its wait.
func (w *waiter) poll(ctx context.Context, t poll.Target[Instance]) error {
	engine, first := w.c.poller.engine(w.c), w.c.limits.FirstLook
	if w.proves && time.Since(t.Accepted) < first {
		look, cancel := context.WithTimeout(ctx, first)
		err := engine.Look(look, t)
		cancel()
		if err != nil && look.Err() == nil { // refused: the wait would be refused too
			return err
		}
		known := t.Known
		t.Known = func(id string) bool { return w.servers[w.index(id)].visible || known(id) }
		t.IDs = slices.DeleteFunc(slices.Clone(w.ids), w.ended)
	}
	return engine.Wait(ctx, t)
}

// ended reports whether the wait for an instance is over.
func (w *waiter) ended(id string) bool {
	s := &w.servers[w.index(id)]
	return s.ready || s.failed != nil
}

// access asks the cloud whether these credentials may describe instances. It returns true, or
// the refusal. It returns neither when the cloud cannot tell.
func (c *Client) access(ctx context.Context, region string) (allowed bool, refusal error) {
	p, ok := c.driver.(AccessProber)
	if !ok || ctx.Err() != nil {
		return false, nil
	}
	err := c.once(ctx, region, APIDescribeInstances, 0, func(ctx context.Context) (string, error) {
		return "", p.ProbeDescribe(ctx, region)
	})
	if deniesAccess(err) {
		return false, err
	}
	return err == nil, nil
}

// observe records one sighting. The poller calls it for one wait at a time.
func (w *waiter) observe(e poll.Event[Instance]) poll.Verdict {
	w.mu.Lock()
	s := &w.servers[w.index(e.ID)]
	before := s.count()
	changed := s.take(w, e)
	if w.sightings != nil && e.Kind == poll.Seen {
		w.sightings[e.ID] = e.Value
	}
	w.tally.move(before, s.count())
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

// whole reports whether the descriptions of pending instances are kept: a callback shows them,
// or they will be the last known state of an instance.
func (w *waiter) whole() bool { return w.progress != nil || w.target != StateRunning }

// instance returns the instance as last seen.
func (s *awaited) instance(id string) Instance {
	i := Instance{ID: id, RawState: s.raw}
	if s.last != nil {
		i = s.last.clone() // other waits may hold the same instance of the same answer
	}
	i.State = s.state
	return i
}

// take records a sighting and reports whether the state changed.
func (s *awaited) take(w *waiter, e poll.Event[Instance]) (changed bool) {
	before := s.state
	switch e.Kind {
	case poll.Absent: // proves nothing
		s.absent = true
	case poll.Gone:
		s.gone(w, e.ID, e.Err)
	case poll.Hidden:
		s.hidden = true
		if w.patience == 0 || e.Age < w.patience {
			w.patience = e.Age
		}
		if e.Err != nil {
			w.words = e.Err
		}
	case poll.Failed:
		s.failed = w.failure(s, e.ID, "the cloud refuses to describe it: "+e.Err.Error())
	case poll.Seen:
		if w.word != e.Value.RawState {
			w.word = e.Value.RawState
		}
		s.state, s.raw = e.Value.State, w.word
		s.visible, s.noAddress = true, len(e.Value.PrivateIPs)+len(e.Value.PublicIPs) == 0
		if s.owner == unclear && w.ownerOf != nil {
			s.owner = w.ownerOf(&e.Value)
		}
		s.judge(w, &e)
		if s.ready || w.whole() {
			s.last = new(e.Value)
		}
	}
	return s.state != before || s.failed != nil
}

// gone ends the wait for an instance that existed and does not exist any more.
func (s *awaited) gone(w *waiter, id string, words error) {
	s.visible = true // it was seen earlier, perhaps not by this wait
	if w.target == StateTerminated {
		s.state = StateTerminated
		s.ready = true
		return
	}
	reason := "it disappeared"
	if words != nil {
		reason += ": " + strings.TrimPrefix(words.Error(), w.c.name+": ")
	}
	s.failed = w.failure(s, id, reason)
	s.state = StateTerminated
}

// judge compares a described state with the target.
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

// final reports whether an instance in this state never runs again by itself.
func final(s State) bool {
	return slices.Contains([]State{StateFailed, StateTerminating, StateRecycled, StateTerminated, StateSuspended}, s)
}

func (w *waiter) failure(s *awaited, id, reason string) *LaunchError {
	return &LaunchError{Driver: w.c.name, InstanceID: id, RawState: s.raw, Reason: reason}
}

// result returns the instances that reached the target, and an error about the others. The
// error is nil when there are no others.
func (w *waiter) result(err error) ([]Instance, *WaitError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &WaitError{Driver: w.c.name, Target: w.target, Err: err, Patience: w.patience, words: w.words}
	var cut *poll.Interrupted
	if errors.As(err, &cut) {
		e.Err, e.Describe = cut.Err, cut.Call
	}
	var ready []Instance
	visible := false
	for i, id := range w.ids {
		s := &w.servers[i]
		visible = visible || s.visible
		switch {
		case s.ready:
			ready = append(ready, s.instance(id))
		case s.failed != nil:
			e.Failed = append(e.Failed, s.failed)
		case s.hidden:
			e.NotVisible = append(e.NotVisible, PendingInstance{ID: id})
		default:
			p := PendingInstance{ID: id, State: s.state, RawState: s.raw, Visible: s.visible, NoAddress: s.noAddress}
			e.Pending = append(e.Pending, p)
		}
	}
	e.NothingVisible = !visible && len(e.NotVisible) > 0
	if e.Err == nil && len(e.Failed)+len(e.Pending)+len(e.NotVisible) == 0 {
		return ready, nil
	}
	return ready, e
}
