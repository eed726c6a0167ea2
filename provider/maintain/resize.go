package maintain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ResizeOptions are for [Instances.Resize]. Nil is the default.
type ResizeOptions struct {
	// Restart stops the instance before, if it runs, and starts it afterwards. Without it, an
	// instance that runs is an error that matches [provider.ErrState]. If the resize fails, the
	// instance is started again.
	Restart bool
}

// Resize changes the type of an instance. A prepaid instance is charged at once. A lost answer on a
// cloud without a token for this call is settled by a look at the instance: it has the new type, or
// the call is made again. Resizing an instance to the type that it has does nothing.
func (m *Instances) Resize(ctx context.Context, region, id, instanceType string, o *ResizeOptions) error {
	d, err := can[Resizer](m, "changes of the instance type")
	if err != nil {
		return err
	}
	var k provider.Checker
	k.Require(id != "", "id", nil, "required")
	k.Require(instanceType != "", "instanceType", nil, "required")
	if region, err = m.target(&k, region, nil); err != nil {
		return err
	}
	r := &resizing{m: m, d: d, req: ResizeRequest{Region: region, ID: id, InstanceType: instanceType}}
	return r.run(ctx, o != nil && o.Restart)
}

// resizing is one call of Resize.
type resizing struct {
	m   *Instances
	d   Resizer
	req ResizeRequest
}

func (r *resizing) run(ctx context.Context, restart bool) error {
	now, err := r.m.look(ctx, r.req.Region, r.req.ID)
	if err != nil {
		return err
	}
	runs := now.State == provider.StateRunning
	switch {
	case now.InstanceType == r.req.InstanceType:
		return nil
	case runs && !restart:
		return fmt.Errorf("%s: %s runs, and only a stopped instance can be resized: stop it, or set ResizeOptions.Restart: %w",
			r.m.c.Name(), r.req.ID, provider.ErrState)
	}
	r.req.Billing = now.Billing
	ids := []string{r.req.ID}
	if runs {
		keep := &provider.StopOptions{Wait: true, KeepCharging: true} // so that there is capacity to start it again
		if err := r.m.c.StopInstances(ctx, r.req.Region, ids, keep); err != nil {
			return err
		}
	}
	if err = r.change(ctx); err == nil {
		err = r.settle(ctx)
	}
	if runs && ctx.Err() == nil {
		err = errors.Join(err, r.m.c.StartInstances(ctx, r.req.Region, ids, &provider.StartOptions{Wait: true}))
	}
	return err
}

// change makes the call until its outcome is known.
func (r *resizing) change(ctx context.Context) error {
	call := provider.Call{Client: r.m.c, Region: r.req.Region, API: apiResize}
	for range attempts {
		_, err := call.Create(ctx, "", func(ctx context.Context, token string) (id, requestID string, err error) {
			order, requestID, err := r.d.ResizeInstance(ctx, &r.req, token)
			return cmp.Or(order, r.req.ID), requestID, err
		})
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			return err
		}
		now, lookErr := r.m.look(ctx, r.req.Region, r.req.ID)
		switch {
		case lookErr != nil:
			return errors.Join(err, lookErr)
		case now.InstanceType == r.req.InstanceType:
			return nil
		case now.Billing == provider.Prepaid: // a second order would cost money
			return err
		}
		if !sleep(ctx, pauseBetween) {
			return errors.Join(err, ctx.Err())
		}
	}
	return fmt.Errorf("%s: %s still has its former type after %d calls whose answers were lost: %w",
		r.m.c.Name(), r.req.ID, attempts, provider.ErrOutcomeUnknown)
}

// settle waits for the end of a change on a cloud where it is a job. It may fail after the call was accepted.
func (r *resizing) settle(ctx context.Context) error {
	if _, jobs := r.m.c.Driver().(provider.JobDriver); !jobs {
		return nil
	}
	steady := []provider.State{provider.StateStopped, provider.StateRunning}
	for range looks {
		now, err := r.m.look(ctx, r.req.Region, r.req.ID)
		switch {
		case err != nil:
			return err
		case now.InstanceType == r.req.InstanceType && slices.Contains(steady, now.State):
			return nil
		}
		if !sleep(ctx, pauseBetween) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s: %s has accepted the type %s, and does not have it after %v: %w",
		r.m.c.Name(), r.req.ID, r.req.InstanceType, looks*pauseBetween, provider.ErrOutcomeUnknown)
}

const (
	looks        = 30 // until the job of a change has ended
	attempts     = 3
	pauseBetween = 10 * time.Second // the cloud shows a change late
)

// sleep waits, and reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// look returns an instance as the cloud shows it now.
func (m *Instances) look(ctx context.Context, region, id string) (provider.Instance, error) {
	for i, err := range m.c.DescribeInstances(ctx, provider.Query{Region: region, IDs: []string{id}}) {
		return i, err
	}
	return provider.Instance{}, fmt.Errorf("%s: %s in %s: %w", m.c.Name(), id, region, provider.ErrNotFound)
}
