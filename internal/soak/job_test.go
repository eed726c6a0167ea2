package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// job is one operation and everything its caller does with it.
type job struct {
	t     *testing.T
	storm *storm
	n     int
	rand  *rand.Rand
	spec  provider.RunInstancesSpec
	opts  provider.RunOptions

	client   *provider.Client
	journal  journal
	attempts int
}

func newJob(t *testing.T, s *storm, seed uint64, n int) *job {
	j := &job{t: t, storm: s, n: n, rand: rand.New(rand.NewPCG(seed, uint64(n)+1)), spec: s.spec}
	j.spec.Count = 1 + j.rand.IntN(4)
	if j.rand.IntN(25) == 0 {
		j.spec.Count = 20 + j.rand.IntN(200) // several creates on every cloud
	}
	if s.tokens && j.rand.IntN(4) == 0 { // the others know no minimum
		j.spec.MinCount = 1 + j.rand.IntN(j.spec.Count)
	}
	j.spec.Name = fmt.Sprintf("soak-%06d-%dx", n, j.spec.Count)
	j.opts.Journal = &j.journal
	j.opts.KeepMarker = j.rand.IntN(10) == 0
	if j.rand.IntN(3) == 0 {
		j.opts.Owner = "soak"
	}
	if j.rand.IntN(4) == 0 {
		j.opts.Alternatives = s.alternatives
	}
	if j.rand.IntN(5) == 0 {
		j.opts.OnFailure = provider.TerminateServers
	}
	j.client = s.connect(t, s)
	return j
}

// operation names the job as the names of its servers do.
func (j *job) operation() string { return operationOf(j.spec.Name) }

// journal keeps the latest token, until its process dies.
type journal struct {
	mu    sync.Mutex
	token []byte
	dead  bool
}

var errDead = errors.New("the process is dead")

// Save implements provider.Journal.
func (j *journal) Save(_ context.Context, token []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.dead {
		return errDead
	}
	j.token = slices.Clone(token)
	return nil
}

// die makes the journal take nothing more.
func (j *journal) die(yes bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.dead = yes
}

// run creates, goes on until the outcome is known, waits, and mostly releases.
func (j *job) run(r *report) {
	r.begin(j)
	op, err := j.create()
	for tries := 0; ; tries++ {
		if op != nil && !again(err) {
			r.hold(j, op.InstanceIDs())
			r.judge(j, op, err)
			if err = j.wait(op, r); !again(err) {
				break
			}
		}
		if tries == 40 {
			r.add(&r.unsettled, fmt.Sprintf("%d: %v", j.n, err))
			return
		}
		time.Sleep(30 * time.Second)
		op, err = j.resume()
		if e := (*provider.RunError)(nil); errors.As(err, &e) {
			r.add(&r.released, e.Released...) // of those that were held before, it may be
		}
	}
	if j.rand.IntN(20) > 0 {
		j.release(op.InstanceIDs(), r)
	}
}

// create starts the operation, and dies meanwhile once in a while.
func (j *job) create() (*provider.Operation, error) {
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		return j.client.RunInstances(ctx, j.spec, &j.opts)
	})
}

// resume goes on in another process.
func (j *job) resume() (*provider.Operation, error) {
	j.client = j.storm.connect(j.t, j.storm)
	if j.journal.token == nil {
		return j.create()
	}
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		return j.client.Resume(ctx, j.journal.token, &provider.ResumeOptions{Spec: &j.spec, Run: &j.opts})
	})
}

// life is by when the process dies, or 0.
func (j *job) life() time.Duration {
	first := j.attempts == 0
	j.attempts++
	switch dies := j.rand.IntN(60) < j.storm.mix[crashed]; {
	case first && j.n%25 == 0 && j.storm.mix[crashed] > 0:
		return time.Millisecond // no call takes less: every run has crashes
	case dies:
		return time.Second << (3 * j.rand.IntN(3)) // 1, 8 or 64 s
	}
	return 0
}

// attempt does something in a process that may die at any time: most likely while
// its first calls are on their way, but also minutes later.
func (j *job) attempt(do func(context.Context) (*provider.Operation, error)) (*provider.Operation, error) {
	ctx, kill := context.WithCancel(j.t.Context())
	defer kill()
	life := j.life()
	if life == 0 {
		return do(ctx)
	}
	var dead sync.WaitGroup
	done := make(chan struct{})
	dead.Go(func() {
		select {
		case <-time.After(time.Duration(j.rand.Int64N(int64(life)))):
			j.journal.die(true)
			kill()
		case <-done:
		}
	})
	op, err := do(ctx)
	close(done)
	dead.Wait()
	if j.journal.dead { // what the dead process knew is gone
		j.storm.note(crashed)
		j.journal.die(false)
		return nil, context.Canceled
	}
	return op, err
}

// wait waits until every server runs or has failed. It returns the error of
// creates that took the place of failed servers: they may have more to do.
func (j *job) wait(op *provider.Operation, r *report) error {
	ctx, cancel := context.WithTimeout(j.t.Context(), time.Hour)
	defer cancel()
	before := op.InstanceIDs()
	_, err := op.Wait(ctx, nil)
	if w := (*provider.WaitError)(nil); errors.As(err, &w) && len(w.Failed)+len(w.NotVisible) == 0 || ctx.Err() != nil {
		r.add(&r.unsettled, "wait of "+strconv.Itoa(j.n)+": "+err.Error())
	}
	r.hold(j, op.InstanceIDs()) // others may have taken the place of dead ones
	for _, id := range before {
		if !slices.Contains(op.InstanceIDs(), id) { // the operation has released it
			r.add(&r.released, id)
		}
	}
	var e *provider.RunError
	if !errors.As(err, &e) {
		return nil
	}
	return e
}

// release ends the servers, as often as it takes.
func (j *job) release(ids []string, r *report) {
	var err error
	all := ids
	for range 60 {
		if _, err = j.client.TerminateInstances(j.t.Context(), "", ids, nil); err == nil {
			r.add(&r.released, all...)
			return
		}
		r.add(&r.perhaps, ids...)
		ids = j.left(ids)
		time.Sleep(30 * time.Second)
	}
	r.add(&r.unsettled, fmt.Sprintf("release of %d: %v", j.n, err))
}

// left are the servers that the cloud still shows, as far as it can be asked.
func (j *job) left(ids []string) []string {
	shown := map[string]bool{}
	for i, err := range j.client.DescribeInstances(j.t.Context(), provider.Query{IDs: ids}) {
		if err != nil {
			return ids
		}
		shown[i.ID] = i.State != provider.StateTerminating
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !shown[id] })
}

// again tells whether an operation has more to do: its outcome is open, or the
// cloud was in no state to take it.
func again(err error) bool {
	return errors.Is(err, provider.ErrOutcomeUnknown) || errors.Is(err, provider.ErrUnavailable) || errors.Is(err, provider.ErrThrottled) ||
		errors.Is(err, context.Canceled)
}

// judge looks for what contradicts itself in the answer of an operation.
func (r *report) judge(j *job, op *provider.Operation, err error) {
	ids := op.InstanceIDs()
	n := len(ids)
	switch enough := max(j.spec.MinCount, 1); {
	case n > j.spec.Count:
		r.add(&r.wrong, fmt.Sprintf("operation %d has %d servers of %d", j.n, n, j.spec.Count))
	case err == nil && (n < enough || j.spec.MinCount == 0 && n != j.spec.Count):
		r.add(&r.wrong, fmt.Sprintf("operation %d has %d servers of %d and no error", j.n, n, j.spec.Count))
	case err != nil && !again(err) && !explained(err):
		r.add(&r.wrong, fmt.Sprintf("operation %d ended with an error that no fault explains: %v", j.n, err))
	case err != nil && !again(err) && j.opts.OnFailure == provider.TerminateServers && n > 0 && !strings.Contains(err.Error(), "releasing"):
		r.add(&r.wrong, fmt.Sprintf("operation %d failed and keeps %d servers: %v", j.n, n, err))
	}
	var e *provider.RunError
	if errors.As(err, &e) {
		r.hold(j, e.Released)
		r.add(&r.released, e.Released...)
	}
	if err != nil {
		r.tell(j.n, err)
	}
	if err != nil && j.opts.OnFailure == provider.TerminateServers { // some of them, if not all
		r.add(&r.perhaps, ids...)
	}
}

// explained tells whether a fault of the storm is the reason of an error.
func explained(err error) bool {
	for _, kind := range []error{provider.ErrNoStock, provider.ErrQuota, provider.ErrBalance, provider.ErrPermission} {
		if errors.Is(err, kind) {
			return true
		}
	}
	for _, text := range []string{"the cloud accepted", "a create was refused before the operation was resumed", "released because the operation had failed"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
