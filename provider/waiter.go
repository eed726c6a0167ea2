package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/ownership"
	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// WaitOptions are for the waits. Nil is the default.
type WaitOptions struct {
	// Progress is called for every change of an instance's state, one call at a
	// time. It should return soon: the wait continues only afterwards.
	Progress func(Event)

	tally *await.Tally // of [WaitAll]; nil otherwise
}

// Event is a change of one instance's state.
type Event struct {
	Time     time.Time
	Instance Instance // as last seen; ID is always set
	Err      error    // a *[LaunchError] when the instance will never get there
}

// waiter is one wait or one look. Its aim may be changed until it begins.
type waiter struct {
	aim
	c         *Client
	since     func(id, state string) time.Time // as in [await.Config]; nil when nothing is known from before
	ids       []string
	options   WaitOptions
	instances *await.Wait[Instance] // what is known of them; nil before it begins
	tel       *telemetry.Wait       // nil when nobody reads it
}

func newWaiter(c *Client, target State, ids []string, o *WaitOptions) *waiter {
	w := &waiter{aim: aim{target: target}, c: c, ids: ids}
	if o != nil {
		w.options = *o
	}
	return w
}

// begin makes what the wait keeps.
func (w *waiter) begin() {
	cfg := await.Config[Instance]{
		IDs: w.ids, Read: w.read, Gone: w.judge(&Instance{State: StateTerminated}), Booting: w.boots(),
		Since: w.since,
		Keep:  w.options.Progress != nil || w.target != StateRunning, Tally: w.options.tally,
	}
	if w.proves {
		cfg.LookFirst = w.c.limits.FirstLook
	}
	if w.options.Progress != nil {
		cfg.Report = w.report
	}
	if w.tel != nil {
		cfg.Over = func(id string, before, p await.Phase) {
			w.tel.Over(id, telemetry.End{Ready: p == await.Ready, Hidden: p == await.Hidden, Watched: before == await.Pending})
		}
	}
	w.instances = await.New(cfg)
}

// report calls back for a change of an instance.
func (w *waiter) report(at time.Time, o await.Outcome[Instance]) {
	e := Event{Time: at, Instance: lastSeen(&o)}
	if o.Failure != nil {
		e.Err = w.launchError(&o)
	}
	w.options.Progress(e)
}

// wait waits until every instance has ended its wait. It returns those that reached the target,
// and a *[WaitError] about the others.
func (w *waiter) wait(ctx context.Context, t poll.Target[Instance]) (ready []Instance, err error) {
	w.tel = w.c.tel.Wait(ctx, t.Group, string(w.target), len(w.ids), w.boots())
	defer w.tel.End(&err)
	w.begin()
	ready, e := w.result(w.instances.Run(ctx, w.c.engine(), t))
	if e == nil {
		return ready, nil
	}
	if e.NothingVisible {
		e.allowed, e.Access = w.c.access(ctx, t.Group)
	}
	return ready, e
}

// look asks about every instance once.
func (w *waiter) look(ctx context.Context, t poll.Target[Instance]) error {
	w.begin()
	return w.instances.Look(ctx, w.c.engine(), t)
}

// sighted returns the instances that an answer has shown, grouped by owner.
func (w *waiter) sighted() (ids [ownership.Foreign + 1][]string) {
	for o := range w.instances.Outcomes() {
		if o.Seen {
			ids[o.Owner] = append(ids[o.Owner], o.ID)
		}
	}
	return ids
}

// lastSeen returns an instance as last seen.
func lastSeen(o *await.Outcome[Instance]) Instance {
	i := Instance{ID: o.ID, RawState: o.Raw}
	if o.Last != nil {
		i = o.Last.clone() // other waits may hold the same instance of the same answer
	}
	i.State = State(o.State)
	return i
}

// result returns the instances that reached the target, and an error about the others. The
// error is nil when there are no others.
func (w *waiter) result(err error) (ready []Instance, e *WaitError) {
	e = &WaitError{Driver: w.c.name, Target: w.target}
	e.Patience, e.words = w.instances.Hidden()
	if err != nil {
		e.Err, e.Describe = endOf(err)
	}
	visible := false
	for i := range w.instances.Outcomes() {
		visible = visible || i.Seen
		switch i.Phase {
		case await.Ready:
			ready = append(ready, lastSeen(&i))
		case await.Failed:
			e.Failed = append(e.Failed, w.launchError(&i))
		case await.Hidden:
			e.NotVisible = append(e.NotVisible, PendingInstance{ID: i.ID})
		default:
			e.Pending = append(e.Pending, pendingInstance(&i))
		}
	}
	e.NothingVisible = !visible && len(e.NotVisible) > 0
	if e.Err == nil && len(e.Failed)+len(e.Pending)+len(e.NotVisible) == 0 {
		return ready, nil
	}
	return ready, e
}

// endOf returns why a wait ended early, and the error of the latest describes if they failed.
func endOf(err error) (end, describe error) {
	if cut := (*poll.Interrupted)(nil); errors.As(err, &cut) {
		return cut.Err, cut.Call
	}
	return err, nil
}

// pendingInstance returns an instance that is not ready.
func pendingInstance(o *await.Outcome[Instance]) PendingInstance {
	return PendingInstance{
		ID: o.ID, State: State(o.State), RawState: o.Raw, Visible: o.Seen, NoAddress: o.NoAddress,
	}
}

// launchError returns the error of an instance that will never be ready.
func (w *waiter) launchError(o *await.Outcome[Instance]) *LaunchError {
	e := &LaunchError{Driver: w.c.name, InstanceID: o.ID, RawState: o.Raw, Reason: o.Failure.Reason}
	switch err := o.Failure.Err; {
	case o.Failure.Kind == poll.Seen:
		e.Kind = err
	case o.Failure.Kind == poll.Failed:
		e.Reason = "the cloud refuses to describe it: " + err.Error()
	case o.Failure.Kind == poll.Gone && err != nil:
		e.Reason = "it disappeared: " + strings.TrimPrefix(err.Error(), w.c.name+": ")
	case o.Failure.Kind == poll.Gone:
		e.Reason = "it disappeared"
	}
	return e
}
