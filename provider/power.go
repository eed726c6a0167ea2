package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// PowerAction is a change of the power of instances.
type PowerAction string

// Power actions.
const (
	PowerStart  PowerAction = "start"
	PowerStop   PowerAction = "stop"
	PowerReboot PowerAction = "reboot"
)

// PowerDriver is implemented by drivers that can switch instances on and off.
type PowerDriver interface {
	// ChangePower asks the cloud once to start, stop or reboot at most Limits.IDsPerPower
	// instances. An error is about the whole call: its Outcome says whether any instance may
	// have changed. Without an error the result is not nil. When the answer refuses only some
	// of the instances, they are in the result, each with an Outcome of its own. An instance
	// that does not exist is [ErrNotFound]. An instance whose state forbids the action is
	// [ErrState], with Temporary set if that state ends by itself. An option that the cloud
	// does not have is a *[FieldError], for any IDs.
	ChangePower(ctx context.Context, req *PowerRequest) (*PowerResult, error)
}

// PowerRequest asks for a change of power.
type PowerRequest struct {
	Region string
	IDs    []string // at least one, each once, none empty
	Action PowerAction

	// Force cuts the power instead of asking the operating system. It is for stop and reboot.
	Force bool

	// StopCharging stops the charges for CPU and memory of stopped instances. There may then
	// be no capacity to start them again. It is for stop.
	StopCharging bool

	// KeepCharging keeps the capacity of stopped instances, and the charges for it, whatever
	// the account's default is. It is for stop, and excludes StopCharging. Drivers of clouds
	// that always charge ignore it.
	KeepCharging bool
}

// PowerResult is the cloud's answer to a change of power.
type PowerResult struct {
	RequestID string
	Failed    map[string]error // by instance ID; each an *[APIError]
}

// StartOptions are for [Client.StartInstances]. Nil is the default.
type StartOptions struct {
	// Wait waits until the instances run.
	Wait bool
}

// StopOptions are for [Client.StopInstances]. Nil is the default.
type StopOptions struct {
	// Force cuts the power: data that the operating system has not written is lost.
	Force bool

	// StopCharging stops the charges for CPU and memory while the instances are
	// stopped. It works on ECS and CVM, for some instances. There may then be no
	// capacity to start them again. False lets the cloud decide: CVM keeps charging, and
	// ECS follows the default of the account. With StopCharging, an instance that the
	// cloud refuses because it is already stopped is an error with [ErrState]: it may
	// still be charged.
	StopCharging bool

	// KeepCharging keeps the capacity of the stopped instances, and the charges for it, also
	// where the account's default is to stop them. It excludes StopCharging.
	KeepCharging bool

	// Wait waits until the instances are stopped.
	Wait bool
}

// RebootOptions are for [Client.RebootInstances]. Nil is the default.
type RebootOptions struct {
	// Force cuts the power instead of asking the operating system.
	Force bool

	// Wait waits until the instances run again. Some clouds show an instance as running while
	// it reboots: there the wait ends at once.
	Wait bool
}

// StartInstances starts instances that are stopped. Instances that run already are no error.
// Failures are a *[BatchError] with an error for each instance concerned. The other instances
// are started, but not waited for. An instance that the region does not know is an error with
// [ErrNotFound]: see [BatchError.Unknown]. New instances that the cloud does not know yet are
// tried again for [Options].VisibleWithin. Instances on their way from one state to another
// are tried again for [Options].RetryFor. The error matches [errors.ErrUnsupported] where a
// cloud has no such call or lacks an option. Without IDs nothing is sent. An empty ID is an
// error, and nothing is started.
func (c *Client) StartInstances(ctx context.Context, region string, ids []string, o *StartOptions) error {
	return c.power(ctx, PowerRequest{Region: region, IDs: ids, Action: PowerStart}, o != nil && o.Wait)
}

// StopInstances stops instances that run, like [Client.StartInstances].
func (c *Client) StopInstances(ctx context.Context, region string, ids []string, o *StopOptions) error {
	if o == nil {
		o = &StopOptions{}
	}
	if o.StopCharging && o.KeepCharging {
		return &FieldError{Path: "StopOptions.KeepCharging", Value: "true", Reason: "excludes StopCharging"}
	}
	req := PowerRequest{
		Region: region, IDs: ids, Action: PowerStop,
		Force: o.Force, StopCharging: o.StopCharging, KeepCharging: o.KeepCharging,
	}
	return c.power(ctx, req, o.Wait)
}

// RebootInstances restarts instances that run, like [Client.StartInstances]. A stopped
// instance is an error with [ErrState]. A reboot whose answer was lost is not repeated,
// because the instance could restart twice: it is an error with [ErrOutcomeUnknown].
func (c *Client) RebootInstances(ctx context.Context, region string, ids []string, o *RebootOptions) error {
	if o == nil {
		o = &RebootOptions{}
	}
	return c.power(ctx, PowerRequest{Region: region, IDs: ids, Action: PowerReboot, Force: o.Force}, o.Wait)
}

// api returns the call that a change of power counts as.
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

// target returns the state that instances are in afterwards.
func (a PowerAction) target() State {
	if a == PowerStop {
		return StateStopped
	}
	return StateRunning
}

// power carries out a change of power in as few calls as the cloud allows.
func (c *Client) power(ctx context.Context, req PowerRequest, wait bool) (err error) {
	d, ok := c.driver.(PowerDriver)
	if !ok {
		return fmt.Errorf("%s: %s: %w", c.name, req.Action, errors.ErrUnsupported)
	}
	req.Region = c.region(req.Region)
	ids := distinctIDs(req.IDs)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return err
	}
	defer c.tel.Begin(&ctx, telemetry.ChangePower, "", req.Region).End(&err)
	r := c.newChange(string(req.Action), func(ctx context.Context, ids []string) ([]string, bool, error) {
		return c.lookAfter(ctx, req, ids)
	})
	r.region, r.atMostOnce = req.Region, req.Action == PowerReboot
	err = r.all(ctx, ids, c.limits.IDsPerPower, func(ctx context.Context, ids []string) error {
		return c.powerOnce(ctx, d, req, ids)
	})
	if err != nil || !wait {
		return err
	}
	w := newWaiter(c, req.Action.target(), ids, nil)
	w.restarted = true
	_, err = w.wait(ctx, c.target(req.Region))
	return err
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

// lookAfter looks at instances that were refused for their state. It returns those that are
// not in the wanted state, and whether all of them may be on their way to another.
func (c *Client) lookAfter(
	ctx context.Context, req PowerRequest, ids []string,
) (left []string, moving bool, err error) {
	seen, whole, err := c.seen(ctx, req.Region, ids)
	if err != nil {
		return nil, false, fmt.Errorf("looking at its state: %w", err)
	}
	left = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return req.fulfilledBy(seen[id].State) })
	return left, allMoving(seen, left, whole), nil
}

// fulfilledBy reports whether an instance in a state needs no change. The state does not show
// whether a stopped instance is still charged. So a request to stop the charges is never
// fulfilled beforehand.
func (r *PowerRequest) fulfilledBy(s State) bool {
	return r.Action != PowerReboot && !r.StopCharging && s == r.Action.target()
}
