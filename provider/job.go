package provider

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Some clouds make instances in a job (QingCloud). When the job fails, its instances stay
// pending or never show up: the job is the only place that says so.

// Pauses before each question about a job: short at first, since most jobs that fail do so
// soon, and long later, since each question is a call of the account.
const (
	firstJobPause = 10 * time.Second
	mostJobPause  = 2 * time.Minute
)

// openJob is the job of a create of which instances are waited for.
type openJob struct {
	id      string
	ids     []string // those that are waited for
	done    bool
	failure error // why the job has failed; nil when it has not
}

// jobsOf returns the jobs of the creates that have made some of the instances, where the cloud
// can be asked about them.
func (op *Operation) jobsOf(ids []string) (jobs []*openJob) {
	if _, ok := op.c.driver.(JobDriver); !ok {
		return nil
	}
	wanted := setOf(ids)
	for _, p := range op.ledger.All() {
		others := func(id string) bool { return !wanted[id] }
		if own := slices.DeleteFunc(slices.Clone(p.IDs), others); p.Job != "" && len(own) > 0 {
			jobs = append(jobs, &openJob{id: p.Job, ids: own})
		}
	}
	return jobs
}

// waitWithJobs waits like [waiter.wait]. When the job of a create fails meanwhile, the wait
// for those of its instances that are not ready ends at once, with the reason of the job.
func (op *Operation) waitWithJobs(ctx context.Context, w *waiter) ([]Instance, error) {
	jobs := op.jobsOf(w.ids)
	if len(jobs) == 0 {
		return w.wait(ctx, op.target())
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	var watch sync.WaitGroup
	w.running = &runningSet{}
	watch.Go(func() { op.watchJobs(inner, jobs, w.running, cancel) })
	list, err := w.wait(inner, op.target())
	cancel()
	watch.Wait()
	var e *WaitError
	dead := failedJobs(jobs)
	if len(dead) == 0 || !errors.As(err, &e) {
		return list, err
	}
	w.failJobs(e, dead)
	if ctx.Err() != nil {
		return list, e
	}
	rest := op.restOf(w, e)
	if len(rest.ids) == 0 {
		return list, e.followedBy(nil)
	}
	more, err := op.waitWithJobs(ctx, rest)
	op.recordSighted(rest)
	return append(list, more...), e.followedBy(err)
}

// restOf returns a waiter for the instances that are still pending.
func (op *Operation) restOf(w *waiter, e *WaitError) *waiter {
	ids := make([]string, len(e.Pending))
	for n := range e.Pending {
		ids[n] = e.Pending[n].ID
	}
	rest := op.newWaiter(ids, &w.options)
	rest.proves, rest.sightings = w.proves, w.sightings
	return rest
}

// watchJobs asks about jobs until ctx ends, all have ended, or one has failed. Then it calls
// failed. An error of the question is no news.
func (op *Operation) watchJobs(ctx context.Context, jobs []*openJob, running *runningSet, failed func()) {
	for pause := firstJobPause; account.Sleep(ctx, pause); pause = min(2*pause, mostJobPause) {
		open := 0
		for _, j := range jobs {
			if j.done || running.hasAll(j.ids) {
				continue
			}
			if op.askJob(ctx, j); j.failure != nil {
				failed()
				return
			}
			open++
		}
		if open == 0 {
			return
		}
	}
}

// askJob asks once about a job.
func (op *Operation) askJob(ctx context.Context, j *openJob) {
	d, ok := op.c.driver.(JobDriver)
	if !ok {
		return
	}
	_ = op.c.once(ctx, op.region, APIDescribeJob, len(j.ids), func(ctx context.Context) (requestID string, err error) {
		j.done, j.failure, err = d.DescribeJob(ctx, op.region, j.id)
		return "", err
	})
}

// failedJobs returns the failures of jobs, by the IDs of their instances.
func failedJobs(jobs []*openJob) map[string]error {
	dead := map[string]error{}
	for _, j := range jobs {
		for _, id := range j.ids {
			if j.failure != nil {
				dead[id] = j.failure
			}
		}
	}
	return dead
}

// failJobs moves the instances of failed jobs to the failed ones, and reports them.
func (w *waiter) failJobs(e *WaitError, dead map[string]error) {
	failed := len(e.Failed)
	isDead := func(p PendingInstance) bool {
		why, ok := dead[p.ID]
		if !ok {
			return false
		}
		e.Failed = append(e.Failed, &LaunchError{
			Driver: w.c.name, InstanceID: p.ID, RawState: p.RawState, Reason: "its create failed: " + reasonText(why),
			Kind: kindOfFailure(why),
		})
		return true
	}
	e.Pending = slices.DeleteFunc(e.Pending, isDead)
	hidden := len(e.NotVisible)
	e.NotVisible = slices.DeleteFunc(e.NotVisible, isDead)
	hidden -= len(e.NotVisible)
	w.options.tally.Fail(len(e.Failed) - failed - hidden)
	if w.options.Progress == nil {
		return
	}
	for _, f := range e.Failed[failed:] {
		i := Instance{ID: f.InstanceID, State: StateFailed, RawState: f.RawState, Reason: f.Reason}
		w.options.Progress(Event{Time: time.Now(), Instance: i, Err: f})
	}
}

// kindOfFailure returns the sentinel of a failure; nil when it has none.
func kindOfFailure(err error) error {
	if e := (*APIError)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return nil
}

// reasonText returns the cloud's words for a failure.
func reasonText(err error) string {
	if e := (*APIError)(nil); errors.As(err, &e) {
		return cmp.Or(e.Message, e.Code)
	}
	return err.Error()
}

// followedBy joins the error of a wait with the error of another wait for the instances that
// were pending in it; more is nil when they became ready, or when there were none.
func (e *WaitError) followedBy(more error) error {
	e.Pending, e.Err, e.Describe = nil, nil, nil
	var m *WaitError
	switch {
	case errors.As(more, &m):
		m.Failed = append(e.Failed, m.Failed...)
		m.NotVisible = append(e.NotVisible, m.NotVisible...)
		return m
	case len(e.Failed)+len(e.NotVisible) == 0:
		return more
	}
	return e
}
