package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
	"github.com/yunfan-cloud/yunfan/internal/poll"
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
	return c.newWait(aim{target: target}, ids, o).run(ctx, c.target(region))
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
	known := func(id string) bool { return c.sightings(region).HasSeen(id) }
	return poll.Target[Instance]{Group: region, Known: known}
}

// waitReleased waits until instances are gone. The cloud has accepted their release.
func (c *Client) waitReleased(ctx context.Context, region string, ids []string) error {
	_, err := c.newWait(aim{target: StateTerminated}, ids, nil).run(ctx, c.leavingTarget(region))
	return err
}

// wait is one wait or one look. Package await keeps what is known of the instances.
type wait struct {
	*await.Wait[Instance]
	c      *Client
	target State
}

func (c *Client) newWait(a aim, ids []string, o *WaitOptions) *wait {
	cfg := await.Config[Instance]{
		IDs: ids, Read: a.read, Gone: a.judge(&Instance{State: StateTerminated}), Owner: a.owner,
		Booting: a.boots(), Keep: a.target != StateRunning,
	}
	if a.proves {
		cfg.LookFirst = c.limits.FirstLook
	}
	if o != nil {
		cfg.Tally = o.tally
	}
	if o != nil && o.Progress != nil {
		cfg.Keep = true
		cfg.Report = func(at time.Time, i await.Outcome[Instance]) {
			e := Event{Time: at, Instance: lastSeen(&i)}
			if i.Failure != nil {
				e.Err = c.launchError(&i)
			}
			o.Progress(e)
		}
	}
	return &wait{await.New(cfg), c, a.target}
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

// look asks about every instance once.
func (w *wait) look(ctx context.Context, t poll.Target[Instance]) error {
	return w.Look(ctx, w.c.poller.engine(w.c), t)
}

// run waits until every instance has ended its wait. It returns those that reached the target,
// and a *[WaitError] about the others.
func (w *wait) run(ctx context.Context, t poll.Target[Instance]) ([]Instance, error) {
	ready, e := w.result(w.Run(ctx, w.c.poller.engine(w.c), t))
	if e == nil {
		return ready, nil
	}
	if e.NothingVisible {
		e.allowed, e.Access = w.c.access(ctx, t.Group)
	}
	return ready, e
}

// result returns the instances that reached the target, and an error about the others. The
// error is nil when there are no others.
func (w *wait) result(err error) (ready []Instance, e *WaitError) {
	e = &WaitError{Driver: w.c.name, Target: w.target, Err: err}
	e.Patience, e.words = w.Hidden()
	if cut := (*poll.Interrupted)(nil); errors.As(err, &cut) {
		e.Err, e.Describe = cut.Err, cut.Call
	}
	visible := false
	for i := range w.Outcomes() {
		visible = visible || i.Seen
		switch i.Phase {
		case await.Ready:
			ready = append(ready, lastSeen(&i))
		case await.Failed:
			e.Failed = append(e.Failed, w.c.launchError(&i))
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

// pendingInstance returns an instance that is not ready.
func pendingInstance(o *await.Outcome[Instance]) PendingInstance {
	return PendingInstance{
		ID: o.ID, State: State(o.State), RawState: o.Raw, Visible: o.Seen, NoAddress: o.NoAddress,
	}
}

// launchError returns the error of an instance that will never be ready.
func (c *Client) launchError(o *await.Outcome[Instance]) *LaunchError {
	e := &LaunchError{Driver: c.name, InstanceID: o.ID, RawState: o.Raw, Reason: o.Failure.Reason}
	switch err := o.Failure.Err; {
	case o.Failure.Kind == poll.Failed:
		e.Reason = "the cloud refuses to describe it: " + err.Error()
	case o.Failure.Kind == poll.Gone && err != nil:
		e.Reason = "it disappeared: " + strings.TrimPrefix(err.Error(), c.name+": ")
	case o.Failure.Kind == poll.Gone:
		e.Reason = "it disappeared"
	}
	return e
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
