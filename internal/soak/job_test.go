package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
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

	client  *provider.Client
	journal journal
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
	j.client = s.connect(t, s)
	return j
}

var nameOfOperation = regexp.MustCompile(`soak-(\d+-\d+)x`)

// operationOf names the operation that a server belongs to.
func operationOf(name string) string {
	if m := nameOfOperation.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// countOf is how many servers an operation may have.
func countOf(operation string) int {
	var n, count int
	_, _ = fmt.Sscanf(operation, "%d-%d", &n, &count)
	return count
}

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
	op, err := j.create()
	for tries := 0; again(err) || op == nil; tries++ {
		if tries == 40 {
			r.add(&r.unsettled, fmt.Sprintf("%d: %v", j.n, err))
			break
		}
		time.Sleep(30 * time.Second)
		op, err = j.resume()
	}
	if err != nil {
		r.tell(j.n, err)
	}
	if op == nil {
		return
	}
	ids := op.InstanceIDs()
	r.hold(j.n, ids)
	if enough := max(j.spec.MinCount, 1); err == nil && (len(ids) < enough || j.spec.MinCount == 0 && len(ids) != j.spec.Count) {
		r.add(&r.wrong, fmt.Sprintf("operation %d has %d servers of %d and no error", j.n, len(ids), j.spec.Count))
	}
	j.wait(op, r)
	if j.rand.IntN(20) > 0 {
		j.release(ids, r)
	}
}

// create starts the operation, and dies meanwhile once in a while.
func (j *job) create() (*provider.Operation, error) {
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		return j.client.RunInstances(ctx, j.spec, &provider.RunOptions{Journal: &j.journal})
	})
}

// resume goes on in another process.
func (j *job) resume() (*provider.Operation, error) {
	j.client = j.storm.connect(j.t, j.storm)
	if j.journal.token == nil {
		return j.create()
	}
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		return j.client.Resume(ctx, j.journal.token, &provider.ResumeOptions{Spec: &j.spec, Run: &provider.RunOptions{Journal: &j.journal}})
	})
}

// attempt does something in a process that may die at any time.
func (j *job) attempt(do func(context.Context) (*provider.Operation, error)) (*provider.Operation, error) {
	ctx, kill := context.WithCancel(j.t.Context())
	defer kill()
	if j.rand.IntN(8) > 0 {
		return do(ctx)
	}
	var dead sync.WaitGroup
	done := make(chan struct{})
	dead.Go(func() {
		select {
		case <-time.After(time.Duration(j.rand.Int64N(int64(4 * time.Second)))):
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

// wait waits until every server runs or has failed.
func (j *job) wait(op *provider.Operation, r *report) {
	ctx, cancel := context.WithTimeout(j.t.Context(), time.Hour)
	defer cancel()
	_, err := op.Wait(ctx, nil)
	if w := (*provider.WaitError)(nil); errors.As(err, &w) && len(w.Failed) == 0 || ctx.Err() != nil {
		r.add(&r.unsettled, "wait of "+strconv.Itoa(j.n)+": "+err.Error())
	}
}

// release ends the servers, as often as it takes.
func (j *job) release(ids []string, r *report) {
	var err error
	for range 20 {
		if err = j.client.TerminateInstances(j.t.Context(), "", ids, nil); err == nil {
			r.add(&r.released, ids...)
			return
		}
		time.Sleep(30 * time.Second)
	}
	r.add(&r.unsettled, fmt.Sprintf("release of %d: %v", j.n, err))
}
