package provider

import (
	"context"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

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
) (list []Instance, err error) {
	if err := join(checkIDs(ids), checkTarget(target)); err != nil {
		return nil, err
	}
	defer c.tel.Begin(&ctx, telemetry.WaitInstances, "", c.region(region)).End(&err)
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

// waitReleased waits until instances are gone. The cloud has accepted their release.
func (c *Client) waitReleased(ctx context.Context, region string, ids []string) error {
	_, err := newWaiter(c, StateTerminated, ids, nil).wait(ctx, c.leavingTarget(region))
	return err
}
