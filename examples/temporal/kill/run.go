//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
)

// patience is for each half of a run.
const patience = 10 * time.Minute

// run runs the life of a fleet. The kill comes when a third of the instances are booked, and again
// when a third are released, each time between a call and its answer.
func (s *settings) run(ctx context.Context, name string, kill func(*processes) error) (*result, error) {
	c, err := startClouds(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.close() }()
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	p := &processes{ctx: ctx, set: s, dir: filepath.Join(s.dir, name), port: port, clouds: c}
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return nil, err
	}
	defer p.close()
	if err := errors.Join(p.startServer(), p.startWorker()); err != nil {
		return nil, err
	}
	r := &result{kind: name, wanted: 4 * s.n}
	if err := p.life(ctx, r, kill); err != nil {
		return nil, err
	}
	r.kills = p.kills
	return r, p.failure
}

// life starts a fleet, waits until it is ready, and releases it.
func (p *processes) life(ctx context.Context, r *result, kill func(*processes) error) error {
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	dial, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := fleet.Dial(dial, client.Options{HostPort: p.address(), Logger: quiet})
	if err != nil {
		return err
	}
	defer c.Close()
	if kill != nil {
		p.clouds.when(func() bool { r.booked = len(p.clouds.sim.Everything()); return r.booked >= r.wanted/3 },
			func() { p.hit(kill) })
	}
	began := time.Now()
	f, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "fleet-" + r.kind, TaskQueue: taskQueue}, fleet.Workflow,
		fleet.Fleet{Groups: workers.Groups(r.wanted / 4), Timing: fleet.Timing{Heartbeat: p.set.heartbeat, IgnoreLate: true}})
	if err != nil {
		return err
	}
	ready := func() bool { r.ready = readyOf(ctx, c, f); return r.ready == r.wanted }
	if err := until(ctx, ready); err != nil {
		return fmt.Errorf("%d of %d are ready: %w", r.ready, r.wanted, err)
	}
	r.creating = time.Since(began)
	p.wake()
	return p.release(ctx, c, f, r, kill)
}

// release releases the fleet and counts.
func (p *processes) release(ctx context.Context, c client.Client, f client.WorkflowRun, r *result, kill func(*processes) error) error {
	if kill != nil {
		p.clouds.when(func() bool { return p.clouds.gone() >= r.wanted/3 }, func() { p.hit(kill) })
	}
	began := time.Now()
	signal := func() bool { return c.SignalWorkflow(ctx, f.GetID(), "", fleet.SignalRelease, nil) == nil }
	if err := until(ctx, signal); err != nil {
		return err
	}
	var end error
	ended := func() bool {
		end = f.Get(ctx, nil)
		return end == nil || closed(ctx, c, f)
	}
	if err := until(ctx, ended); err != nil {
		return errors.Join(err, end)
	}
	r.releasing = time.Since(began)
	p.wake()
	r.made, r.left = len(p.clouds.sim.Everything()), len(p.clouds.sim.Instances())
	return end
}

// readyOf returns how many instances run, as the workflow says; 0 while the server does not answer.
func readyOf(ctx context.Context, c client.Client, f client.WorkflowRun) (n int) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	answer, err := c.QueryWorkflow(ctx, f.GetID(), "", fleet.QueryProgress)
	if err != nil {
		return 0
	}
	var p fleet.Progress
	if answer.Get(&p) != nil {
		return 0
	}
	for _, g := range p.Groups {
		n += g.Ready
	}
	return n
}

// closed reports whether the workflow has ended.
func closed(ctx context.Context, c client.Client, f client.WorkflowRun) bool {
	d, err := c.DescribeWorkflow(ctx, f.GetID(), "")
	return err == nil && d.WorkflowCloseTime != nil
}

// until calls a function until it returns true.
func until(ctx context.Context, done func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not within %v", patience))
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
