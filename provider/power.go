package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// PowerAction is a change of the power of servers.
type PowerAction string

// Power actions.
const (
	PowerStart  PowerAction = "start"
	PowerStop   PowerAction = "stop"
	PowerReboot PowerAction = "reboot"
)

// PowerDriver is implemented by drivers that can switch servers on and off.
type PowerDriver interface {
	// ChangePower asks the cloud once to start, stop or reboot at most
	// Limits.IDsPerPower servers. An error is about the whole call: none of the
	// servers was touched, as far as its Outcome says. Without one the result is
	// not nil; servers that the answer names as refused, beside others that are
	// not, are in it, each with an Outcome of its own. A server that does not
	// exist is [ErrNotFound]; one whose state forbids the action is [ErrState],
	// with Temporary set if that will pass by itself. An option that the cloud
	// does not have is a *[FieldError], whatever the IDs.
	ChangePower(ctx context.Context, req *PowerRequest) (*PowerResult, error)
}

// PowerRequest asks for a change of power.
type PowerRequest struct {
	Region string
	IDs    []string // at least one, each once, none empty
	Action PowerAction

	// Force cuts the power instead of asking the operating system. It is for
	// stop and reboot.
	Force bool

	// StopCharging stops paying for CPU and memory of stopped servers, which
	// may then not find a place to start again. It is for stop.
	StopCharging bool
}

// PowerResult is what a cloud answered to a change of power.
type PowerResult struct {
	RequestID string
	Failed    map[string]error // by instance ID; each an *[APIError]
}

// StartOptions are for [Client.StartInstances]. Nil is the default.
type StartOptions struct {
	// Wait waits until the servers run.
	Wait bool
}

// StopOptions are for [Client.StopInstances]. Nil is the default.
type StopOptions struct {
	// Force cuts the power: what the operating system has not written is lost.
	Force bool

	// StopCharging stops paying for CPU and memory while the servers are
	// stopped, on ECS and CVM, for some servers. They may then not find a place
	// to start again. False lets the cloud decide: CVM goes on charging, and ECS
	// does what the account has as its default. With it, a server whose cloud refuses the call because it
	// is stopped already is an error with [ErrState]: it may still be paid for.
	StopCharging bool

	// Wait waits until the servers are stopped.
	Wait bool
}

// RebootOptions are for [Client.RebootInstances]. Nil is the default.
type RebootOptions struct {
	// Force cuts the power instead of asking the operating system.
	Force bool

	// Wait waits until the servers run again. Clouds that go on showing a
	// server as running while it reboots end the wait at once.
	Wait bool
}

// StartInstances starts instances that are stopped. Instances that run already are
// no error. What goes wrong is a *[BatchError] with an error for each instance
// concerned; the others are started all the same, but not waited for. An instance
// that the region does not know is an error with [ErrNotFound]: see
// [BatchError.Unknown]. New instances that the cloud does not know yet are tried again
// for [Options].VisibleWithin, and those on their way from one state to another for
// [Options].RetryFor. The error matches [errors.ErrUnsupported] where a cloud cannot
// do it, or lacks an option. No IDs are no calls; an empty ID is an error, and nothing
// is started.
func (c *Client) StartInstances(ctx context.Context, region string, ids []string, o *StartOptions) error {
	return c.power(ctx, PowerRequest{Region: region, IDs: ids, Action: PowerStart}, o != nil && o.Wait)
}

// StopInstances stops servers that run, like [Client.StartInstances].
func (c *Client) StopInstances(ctx context.Context, region string, ids []string, o *StopOptions) error {
	if o == nil {
		o = &StopOptions{}
	}
	req := PowerRequest{Region: region, IDs: ids, Action: PowerStop, Force: o.Force, StopCharging: o.StopCharging}
	return c.power(ctx, req, o.Wait)
}

// RebootInstances restarts servers that run, like [Client.StartInstances]. A
// server that is stopped is an error with [ErrState]. A reboot whose answer was
// lost is not repeated, lest the server goes down twice: it is an error with
// [ErrOutcomeUnknown].
func (c *Client) RebootInstances(ctx context.Context, region string, ids []string, o *RebootOptions) error {
	if o == nil {
		o = &RebootOptions{}
	}
	return c.power(ctx, PowerRequest{Region: region, IDs: ids, Action: PowerReboot, Force: o.Force}, o.Wait)
}

// api is the call that a change of power counts as.
func (a PowerAction) api() API {
	switch a {
	case PowerStart:
		return APIStartInstances
	case PowerStop:
		return APIStopInstances
	default:
		return APIRebootInstances
	}
}

// target is the state that servers are in afterwards.
func (a PowerAction) target() State {
	if a == PowerStop {
		return StateStopped
	}
	return StateRunning
}

// power carries out a change of power in as few calls as the cloud allows.
func (c *Client) power(ctx context.Context, req PowerRequest, wait bool) error {
	d, ok := c.driver.(PowerDriver)
	if !ok {
		return fmt.Errorf("%s: %s: %w", c.name, req.Action, errors.ErrUnsupported)
	}
	req.Region = c.region(req.Region)
	ids := distinctIDs(req.IDs)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return err
	}
	call := func(ctx context.Context, ids []string) error { return c.powerOnce(ctx, d, req, ids) }
	var list []account.Group
	for chunk := range slices.Chunk(ids, c.limits.IDsPerPower) {
		list = append(list, account.Group{IDs: chunk, Call: call})
	}
	err := c.powerBatches(req).all(ctx, list)
	var field *FieldError
	if errors.As(err, &field) {
		return field // about the options: the same for every server, and nothing was sent
	}
	if err != nil || !wait {
		return err
	}
	w := newWaiter(c, req.Action.target(), ids, nil)
	w.restarted = true
	_, err = w.wait(ctx, c.target(req.Region))
	return err
}

// powerBatches knows what to repeat and what to forgive.
func (c *Client) powerBatches(req PowerRequest) *batches {
	r := c.newBatches(string(req.Action))
	r.region = req.Region
	r.atMostOnce = req.Action == PowerReboot
	r.Settle = func(ctx context.Context, ids []string, err error) account.Refusal {
		switch {
		case len(ids) == 1 && c.tooNew(err, ids[0]):
			return c.notYetVisible(ids[0], err)
		case errors.Is(err, ErrState):
			return c.lookAfter(ctx, req, ids, err)
		default:
			return account.Refusal{Left: ids, Err: err}
		}
	}
	return r
}

func (c *Client) powerOnce(ctx context.Context, d PowerDriver, req PowerRequest, ids []string) error {
	req.IDs = ids
	return c.once(ctx, req.Region, req.Action.api(), len(ids), func(ctx context.Context) (string, error) {
		res, err := d.ChangePower(ctx, &req)
		if err != nil {
			return "", err
		}
		if len(res.Failed) > 0 {
			err = &partial{res.Failed}
		}
		return res.RequestID, err
	})
}

// lookAfter looks at instances that were refused for their state. The refusal stands
// for those that are not where they should be. If they are all on their way
// somewhere, it is transient: not every cloud says so itself.
func (c *Client) lookAfter(ctx context.Context, req PowerRequest, ids []string, refusal error) account.Refusal {
	seen, whole, err := c.seen(ctx, req.Region, ids)
	if err != nil {
		return account.Refusal{Left: ids, Err: fmt.Errorf("%w; looking at its state: %w", refusal, err)}
	}
	left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return req.fulfilledBy(seen[id].State) })
	stays := slices.ContainsFunc(left, func(id string) bool { return !mayBeMoving(seen, id, whole) })
	return account.Refusal{Left: left, Err: refusal, Transient: !stays}
}

// mayBeMoving reports whether an instance is on its way to another state, as far as
// a look can tell. What a look that is not whole leaves out it tells nothing about.
func mayBeMoving(seen map[string]Instance, id string, whole bool) bool {
	if i, shown := seen[id]; shown {
		return isMoving(i.State)
	}
	return !whole
}

// isMoving tells whether a server is on its way to another state. As in every
// wait, an unknown state counts as "not there yet".
func isMoving(s State) bool {
	return slices.Contains([]State{StatePending, StateStarting, StateStopping, StateUnknown}, s)
}

// allMoving looks whether instances are all on their way to another state.
func (c *Client) allMoving(ctx context.Context, region string, ids []string) bool {
	seen, whole, err := c.seen(ctx, region, ids)
	return err == nil && !slices.ContainsFunc(ids, func(id string) bool { return !mayBeMoving(seen, id, whole) })
}

// fulfilledBy tells whether nothing is left to do for a server in a state.
// Whether a stopped one is still paid for does not show: a request to stop the
// charges is never fulfilled beforehand.
func (r *PowerRequest) fulfilledBy(s State) bool {
	return r.Action != PowerReboot && !r.StopCharging && s == r.Action.target()
}
