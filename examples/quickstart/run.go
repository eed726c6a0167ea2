package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// cloudRun is the run on one cloud.
type cloudRun struct {
	cloud  cloud
	client *provider.Client
	spec   provider.RunInstancesSpec
	line   *line // what the screen shows of it

	chosen  *catalog.Candidate     // nil where nothing was chosen
	others  []provider.Alternative // of the chosen type
	op      *provider.Operation    // nil if nothing was sent
	running []readyInstance
	err     error

	terminated int
	left       []string // IDs that may still exist after the release
}

// readyInstance is one instance that ran.
type readyInstance struct {
	provider.Instance
	took time.Duration // from the create to running
}

// create creates the instances and waits for them. After any error, op keeps the IDs that exist.
func (r *cloudRun) create(ctx context.Context) {
	start := time.Now()
	if r.err != nil { // nothing could be chosen
		r.line.failed()
		return
	}
	r.op, r.err = r.client.RunInstances(ctx, r.spec, &provider.RunOptions{Alternatives: r.others})
	if r.op == nil {
		r.line.failed()
		return
	}
	r.line.created(r.op.Region(), r.op.InstanceIDs())
	for e, err := range r.op.Watch(ctx) {
		r.err = errors.Join(r.err, err)
		if e.Instance.State == provider.StateRunning {
			r.running = append(r.running, readyInstance{e.Instance, e.Time.Sub(start)})
			r.line.runs(len(r.running))
		}
	}
}

// release releases the instances and looks until they are gone. TerminateOptions.Wait does both in one
// call, but shows no progress.
func (r *cloudRun) release(ctx context.Context) {
	if r.op == nil {
		return
	}
	ids := r.op.InstanceIDs()
	res, err := r.op.Terminate(ctx, nil)
	r.err = errors.Join(r.err, err)
	accepted := slices.Concat(res.Released, res.Gone)
	for _, id := range slices.Concat(accepted, res.Unknown) {
		if !slices.Contains(ids, id) { // the release has found it
			ids = append(ids, id)
		}
	}
	r.line.created(r.op.Region(), ids)
	r.err = errors.Join(r.err, r.watchRelease(ctx, accepted))
	r.left = r.line.released()
	r.terminated = len(ids) - len(r.left)
}

// watchRelease looks every second at instances whose release the cloud has accepted, until it shows none
// of them. Instances that it cannot look at count as left.
func (r *cloudRun) watchRelease(ctx context.Context, ids []string) error {
	for len(ids) > 0 {
		shown, err := r.shown(ctx, ids)
		if err != nil {
			return err
		}
		r.line.terminated(without(ids, shown))
		if len(shown) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: waiting for the release: %w", r.cloud.name, ctx.Err())
		case <-time.After(time.Second):
		}
	}
	return nil
}

// shown returns those of the IDs that the cloud shows and that have not ended.
func (r *cloudRun) shown(ctx context.Context, ids []string) (shown []string, err error) {
	for i, err := range r.client.DescribeInstances(ctx, provider.Query{Region: r.op.Region(), IDs: ids}) {
		if err != nil {
			return nil, err
		}
		if i.State != provider.StateTerminated {
			shown = append(shown, i.ID)
		}
	}
	return shown, nil
}
