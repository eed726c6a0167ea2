package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
)

// job is the whole work: one run on each cloud.
type job struct {
	runs  []*cloudRun
	board *board
	sim   *simulation // nil for a real cloud
}

// newJob returns a job on the four simulated clouds, or on the live one.
func (s *settings) newJob() (*job, error) {
	if s.live != "" {
		return s.liveJob()
	}
	sim, err := s.simulate()
	if err != nil {
		return nil, err
	}
	j := &job{sim: sim, board: newBoard()}
	for _, c := range allClouds() {
		spec := s.spec()
		c.fill(&spec)
		if s.want != nil {
			spec.Region = cmp.Or(c.sells, spec.Region)
		}
		err := j.add(c, spec, func(o provider.Options) (*provider.Client, error) { return sim.dial(c, &spec, o) })
		if err != nil {
			j.close()
			return nil, err
		}
	}
	return j, nil
}

func (s *settings) liveJob() (*job, error) {
	spec := s.spec()
	spec.Region, spec.Zone, spec.ImageID, spec.InstanceType = s.region, s.zone, s.image, s.instanceType
	spec.Network.VPCID, spec.Network.SubnetID = s.vpc, s.subnet
	if s.group != "" {
		spec.Network.SecurityGroupIDs = []string{s.group}
	}
	c := cloudNamed(s.live)
	j := &job{board: newBoard()}
	return j, j.add(c, spec, func(o provider.Options) (*provider.Client, error) {
		return c.dial(account{region: s.region, profile: s.profile, transport: s.transport, options: &o})
	})
}

// add adds a run on a cloud. Its client reports each call to the line of the board.
func (j *job) add(
	c cloud, spec provider.RunInstancesSpec, dial func(provider.Options) (*provider.Client, error),
) error {
	l := j.board.add(c, spec.Count)
	client, err := dial(provider.Options{Logger: slog.New(&callLog{report: l.called})})
	if err != nil {
		return err
	}
	j.runs = append(j.runs, &cloudRun{cloud: c, client: client, spec: spec, line: l})
	return nil
}

func (j *job) close() {
	if j.sim != nil {
		j.sim.close()
	}
}

// createAll creates instances on every cloud at the same time and waits for all of them.
func (j *job) createAll(ctx context.Context) { j.each(func(r *cloudRun) { r.create(ctx) }) }

// releaseAll releases what was created, on all clouds at the same time.
func (j *job) releaseAll(ctx context.Context) { j.each(func(r *cloudRun) { r.release(ctx) }) }

func (j *job) each(do func(*cloudRun)) {
	var wg sync.WaitGroup
	for _, r := range j.runs {
		wg.Go(func() { do(r) })
	}
	wg.Wait()
}

// totals are the numbers of the last line.
type totals struct{ ran, clouds, terminated, left int }

func (j *job) totals() totals {
	var sum totals
	for _, r := range j.runs {
		sum.ran += len(r.running)
		sum.terminated += r.terminated
		sum.left += len(r.left)
		if len(r.running) > 0 {
			sum.clouds++
		}
	}
	return sum
}

// String is the last line.
func (t totals) String() string {
	return fmt.Sprintf("%s ran on %s; %d terminated; %d left",
		count(t.ran, "instance"), count(t.clouds, "cloud"), t.terminated, t.left)
}

// err returns an error if the job did not have the expected result. An interrupt explains the errors
// of a ctx that ended.
func (j *job) err(cause error) error {
	interrupted := errors.Is(cause, errInterrupted)
	var errs []error
	if interrupted {
		errs = append(errs, errInterrupted)
	}
	for _, r := range j.runs {
		explained := interrupted && errors.Is(r.err, context.Canceled)
		if r.err != nil && !explained {
			errs = append(errs, r.err)
		}
		if errors.Is(r.err, provider.ErrAuth) {
			errs = append(errs, fmt.Errorf("keys in the environment: %s", strings.Join(r.cloud.env, ", ")))
		}
		if len(r.left) > 0 {
			errs = append(errs, fmt.Errorf("%s: %s left and cost money: %s\nLook with: %s", r.cloud.name,
				count(len(r.left), "instance"), strings.Join(r.left, " "), r.cloud.look(r.op.Region(), r.left)))
		}
	}
	return errors.Join(errs...)
}
