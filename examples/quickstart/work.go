package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// cloudRun is the run on one cloud.
type cloudRun struct {
	target
	op      *provider.Operation // nil if nothing was sent
	running []readyInstance
	err     error

	terminated, left int
}

// readyInstance is one instance that ran.
type readyInstance struct {
	provider.Instance
	took time.Duration // from the create to running
}

// createAll creates instances on every cloud at the same time and waits for all of them.
func createAll(ctx context.Context, targets []target, show *display) []*cloudRun {
	runs := make([]*cloudRun, len(targets))
	var wg sync.WaitGroup
	for i, t := range targets {
		runs[i] = &cloudRun{target: t}
		wg.Go(func() { runs[i].create(ctx, show) })
	}
	wg.Wait()
	return runs
}

// create creates instances on one cloud and shows their progress. After any error, op
// keeps the IDs that exist.
func (r *cloudRun) create(ctx context.Context, show *display) {
	start := time.Now()
	r.op, r.err = r.client.RunInstances(ctx, r.spec, nil)
	if r.op == nil {
		return
	}
	for _, id := range r.op.InstanceIDs() {
		show.set(row{cloud: r.client.Name(), id: id, state: "accepted", took: time.Since(start)})
	}
	for e, err := range r.op.Watch(ctx) {
		if err != nil {
			r.err = errors.Join(r.err, err)
		}
		if e.Instance.ID == "" {
			continue
		}
		took := e.Time.Sub(start)
		show.set(row{r.client.Name(), e.Instance.ID, string(e.Instance.State), address(e.Instance), took})
		if e.Instance.State == provider.StateRunning {
			r.running = append(r.running, readyInstance{e.Instance, took})
		}
	}
}

// address returns the public address, or else the private one.
func address(i provider.Instance) string {
	for _, ips := range [][]string{texts(i.PublicIPs), texts(i.PrivateIPs)} {
		if len(ips) > 0 {
			return ips[0]
		}
	}
	return ""
}

func texts[T fmt.Stringer](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.String())
	}
	return out
}

// table prints the running instances.
func table(w io.Writer, runs []*cloudRun) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nCLOUD\tID\tTYPE\tIP\tSECONDS TO RUNNING")
	for _, r := range runs {
		for _, s := range r.running {
			kind := s.InstanceType
			if kind == "" {
				kind = r.spec.InstanceType
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.1f\n", r.client.Name(), s.ID, kind, address(s.Instance), s.took.Seconds())
		}
	}
	_ = t.Flush()
	fmt.Fprintln(w)
}

// totals are the numbers of the last line.
type totals struct{ ran, clouds, terminated, left int }

// String is the last line.
func (t totals) String() string {
	return fmt.Sprintf("%s ran on %s; %d terminated; %d left",
		count(t.ran, "instance"), count(t.clouds, "cloud"), t.terminated, t.left)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// terminateAll releases every instance with a known ID, on all clouds at the same time,
// and asks each cloud which instances are left.
func terminateAll(ctx context.Context, runs []*cloudRun) totals {
	var wg sync.WaitGroup
	for _, r := range runs {
		wg.Go(func() { r.terminate(ctx) })
	}
	wg.Wait()
	var sum totals
	for _, r := range runs {
		sum.ran += len(r.running)
		sum.terminated += r.terminated
		sum.left += r.left
		if len(r.running) > 0 {
			sum.clouds++
		}
	}
	return sum
}

func (r *cloudRun) terminate(ctx context.Context) {
	if r.op == nil {
		return
	}
	ids := r.op.InstanceIDs()
	_, err := r.client.TerminateInstances(ctx, r.op.Region(), ids, &provider.TerminateOptions{Wait: true})
	r.err = errors.Join(r.err, err)
	for i, err := range r.client.DescribeInstances(ctx, provider.Query{Region: r.op.Region(), IDs: ids}) {
		if err != nil {
			r.err = errors.Join(r.err, err)
			r.left = len(ids) // not known: assume that all are left
			return
		}
		if i.State != provider.StateTerminated {
			r.left++
		}
	}
	r.terminated = len(ids) - r.left
}

// err returns an error if the run did not have the expected result.
func (t totals) err(runs []*cloudRun) error {
	var errs []error
	for _, r := range runs {
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.client.Name(), r.err))
		}
		if r.op != nil && r.left > 0 {
			errs = append(errs, fmt.Errorf("%s: %d instances are left and cost money: %v",
				r.client.Name(), r.left, r.op.InstanceIDs()))
		}
	}
	return errors.Join(errs...)
}
