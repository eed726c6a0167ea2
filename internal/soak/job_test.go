package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// job is one operation and everything its caller does with it.
type job struct {
	t      *testing.T
	storm  *storm
	report *report
	n      int
	rand   *rand.Rand
	spec   provider.RunInstancesSpec
	opts   provider.RunOptions

	skews, twice bool // its clocks differ; it is run once more, under the same ID
	keeps, stops bool // its instances stay; it is ended before it is settled
	pays         bool // its orders

	client   *provider.Client
	journal  *journal
	attempts int
	saved    time.Time // when the process ended that wrote the token
	noneMade bool      // a person has looked for what nobody knows of
	late     bool      // it has looked for what becomes visible late
	immortal bool      // its processes die no more
}

func newJob(t *testing.T, s *storm, r *report, seed uint64, n int) *job {
	j := &job{t: t, storm: s, report: r, n: n, rand: rand.New(rand.NewPCG(seed, uint64(n)+1)), spec: s.spec}
	j.spec.Count = 1 + j.rand.IntN(4)
	if j.rand.IntN(50) == 0 {
		j.spec.Count = 20 + j.rand.IntN(200) // several creates on every cloud
	}
	if s.tokens && j.rand.IntN(4) == 0 { // the others know no minimum
		j.spec.MinCount = 1 + j.rand.IntN(j.spec.Count)
	}
	j.spec.Name = fmt.Sprintf("soak-%06d-%dx", n, j.spec.Count)
	j.journal = &journal{}
	j.opts.Journal = j.journal
	j.opts.KeepMarker = j.rand.IntN(10) == 0
	if j.rand.IntN(3) == 0 || s.foreign {
		j.opts.Owner = owner
	}
	if j.rand.IntN(4) == 0 {
		j.opts.Alternatives = s.alternatives
	}
	if j.rand.IntN(4) == 0 {
		j.opts.OnFailure = provider.TerminateOnFailure
	}
	j.keeps = j.rand.IntN(20) == 0 && !s.foreign
	j.stops = j.rand.IntN(15) == 0
	j.skews = j.rand.IntN(5) == 0
	switch j.rand.IntN(12) {
	case 0:
		j.runTwice()
	case 1:
		j.buyAhead()
	}
	j.client = s.connect(t, line{s, j, r})
	return j
}

// owner answers for the instances of operations that have one.
const owner = "soak"

// runTwice gives the operation an ID of the caller's own, which a second run has as
// well. Both ask for the same, whatever the first has met.
func (j *job) runTwice() {
	j.twice, j.skews, j.stops, j.keeps = true, false, false, false
	j.spec.MinCount, j.opts.Alternatives, j.opts.OnFailure = 0, nil, ""
	j.opts.KeepMarker = true
	j.opts.OperationID = fmt.Sprintf("nightly-%d", j.n)
}

// buyAhead makes the instances prepaid, where an order may wait to be paid. ECS does
// not take them back before their time is over.
func (j *job) buyAhead() {
	if !j.storm.suffers(cloudsim.UnpaidOrder) || j.storm.foreign {
		return
	}
	j.spec.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
	j.pays = j.rand.IntN(3) > 0
	if j.storm.cloud == cloudsim.ECS {
		j.keeps, j.stops = true, false
		j.opts.Owner, j.opts.Alternatives, j.opts.OnFailure = owner, nil, ""
	}
}

// another is the second run of the same operation, in another process.
func (j *job) another() *job {
	k := *j
	k.rand = rand.New(rand.NewPCG(j.rand.Uint64(), 0))
	k.journal, k.attempts, k.twice, k.late = &journal{}, 0, false, false
	k.opts.Journal = k.journal
	k.client = j.storm.connect(j.t, line{j.storm, &k, j.report})
	return &k
}

// operation names the job as the names of its instances do.
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

// last returns the latest token.
func (j *journal) last() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.token
}

// run creates, goes on until the outcome is known, waits, and mostly releases.
func (j *job) run() {
	j.report.begin(j)
	op, err := j.create()
	if !j.stops {
		op = j.settle(op, err)
	}
	if j.twice && op != nil {
		j.runAgain()
	}
	switch {
	case j.keeps:
		j.lookOnceMore()
	default:
		j.end(op)
	}
}

// runAgain runs the operation once more under its ID: soon where the cloud remembers
// client tokens, and otherwise when everything is visible.
func (j *job) runAgain() {
	if !j.storm.tokens {
		time.Sleep(longestHidden + 5*time.Minute)
	} else if time.Since(j.report.begun(j)) > 10*time.Minute {
		return
	}
	j.another().run()
}

// settle resumes the operation until its outcome is known and everybody was waited for.
func (j *job) settle(op *provider.Operation, err error) *provider.Operation {
	for tries := 0; ; tries++ {
		if op != nil && !again(err) {
			j.report.judge(j, op, err)
			if err = j.wait(op); !again(err) {
				return op
			}
		}
		if tries == 60 {
			j.report.add(&j.report.unsettled, fmt.Sprintf("%d: %v", j.n, err))
			return op
		}
		hasty := j.opts.OperationID != "" && tries == 5
		if hasty || j.abandons(err) {
			return op // the end settles it
		}
		j.prepare(op, err, tries)
		op, err = j.resume()
	}
}

// abandons reports whether the caller gives up on an order that nobody pays.
func (j *job) abandons(err error) bool {
	var u *provider.UnpaidError
	return errors.As(err, &u) && !j.pays
}

// prepare does what an error asks for before the operation is resumed.
func (j *job) prepare(op *provider.Operation, err error, tries int) {
	var u *provider.UnpaidError
	if errors.As(err, &u) {
		_ = j.storm.sim.Pay(j.storm.cloud, u.OrderID) // it may be paid already
	}
	if needsPerson(err) {
		j.person(op, err)
	}
	j.pause(tries)
}

// pause waits until another process goes on: seconds, or up to two days.
func (j *job) pause(tries int) {
	d := 30 * time.Second
	patient := j.opts.OperationID == ""
	switch n := j.rand.IntN(12); {
	case n == 0 && patient:
		d = time.Duration(j.rand.Int64N(int64(48 * time.Hour)))
	case n < 4 && patient, tries > 5:
		d = time.Duration(1+j.rand.IntN(90)) * time.Minute
	}
	time.Sleep(d)
}

// again reports whether an operation has more to do: its outcome is open, or the
// cloud was in no state to take it.
func again(err error) bool {
	return errors.Is(err, provider.ErrOutcomeUnknown) || errors.Is(err, provider.ErrUnavailable) || errors.Is(err, provider.ErrThrottled) ||
		errors.Is(err, context.Canceled) || errors.As(err, new(*provider.UnpaidError))
}

// create starts the operation, and dies meanwhile once in a while.
func (j *job) create() (*provider.Operation, error) {
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		return j.client.RunInstances(ctx, j.spec, &j.opts)
	})
}

// resume goes on in another process.
func (j *job) resume() (*provider.Operation, error) {
	j.client = j.storm.connect(j.t, line{j.storm, j, j.report})
	token := j.journal.last()
	if token == nil {
		return j.create()
	}
	token = j.skewed(token)
	o := &provider.ResumeOptions{Spec: &j.spec, Run: &j.opts, NoneMade: j.noneMade}
	j.noneMade = false
	return j.attempt(func(ctx context.Context) (*provider.Operation, error) { return j.client.Resume(ctx, token, o) })
}

// life is by when the process dies, or 0.
func (j *job) life() time.Duration {
	first := j.attempts == 0
	j.attempts++
	switch dies := j.rand.IntN(60) < j.storm.mix[crashed]; {
	case first && j.n%25 == 0 && j.storm.mix[crashed] > 0:
		return time.Millisecond // no call takes less: every run has crashes
	case dies && !j.storm.calm() && !j.immortal:
		return time.Second << (3 * j.rand.IntN(3)) // 1, 8 or 64 s
	}
	return 0
}

// attempt does something in a process that may die at any time: most likely while
// its first calls are on their way, but also minutes later.
func (j *job) attempt(do func(context.Context) (*provider.Operation, error)) (*provider.Operation, error) {
	ctx, kill := context.WithCancel(j.t.Context())
	defer kill()
	defer func() { j.saved = time.Now() }()
	var dead sync.WaitGroup
	done := make(chan struct{})
	if life := j.life(); life > 0 {
		dead.Go(func() {
			select {
			case <-time.After(time.Duration(j.rand.Int64N(int64(life)))):
				j.journal.die(true)
				kill()
			case <-done:
			}
		})
	}
	op, err := do(ctx)
	close(done)
	dead.Wait()
	if j.journal.dead { // what the dead process knew is gone
		j.storm.note(crashed)
		j.journal.die(false)
		j.report.tell(j.n, errDead)
		return nil, context.Canceled
	}
	j.report.hold(j, op, err)
	if op == nil {
		j.report.tell(j.n, err)
	}
	return op, err
}

// wait waits until every instance runs or has failed, longer than any stays invisible, and
// in the end with credentials that see the region.
// It returns the error of creates that took the place of failed instances: they may
// have more to do.
func (j *job) wait(op *provider.Operation) error {
	var hidden []provider.PendingInstance
	for n := range 4 {
		var err error
		if n < 3 {
			err = j.waitOnce(op)
		} else {
			j.inSight(func() { err = j.waitOnce(op) })
		}
		var e *provider.RunError
		var w *provider.WaitError
		if errors.As(err, &e) && again(e) {
			return e
		}
		if hidden = nil; errors.As(err, &w) {
			hidden = w.NotVisible
		}
		if len(hidden) == 0 || j.opts.OperationID != "" { // a program that runs it again does so at once
			return nil
		}
		time.Sleep(7 * time.Minute)
	}
	for _, p := range hidden {
		j.report.miss(j, p.ID)
	}
	return nil
}

func (j *job) waitOnce(op *provider.Operation) error {
	ctx, cancel := context.WithTimeout(j.t.Context(), time.Hour)
	defer cancel()
	before := op.InstanceIDs()
	_, err := op.Wait(ctx, nil)
	var w *provider.WaitError
	aimless := errors.As(err, &w) && len(w.Failed)+len(w.NotVisible) == 0
	if aimless || ctx.Err() != nil {
		j.report.add(&j.report.unsettled, fmt.Sprintf("wait of %d: %v", j.n, err))
	}
	j.report.hold(j, op, err) // others may have taken the place of dead ones
	have := op.InstanceIDs()
	j.report.drop(j, slices.DeleteFunc(before, func(id string) bool { return slices.Contains(have, id) }))
	return err
}

// explained reports whether a fault of the storm is the reason of an error.
func explained(err error) bool {
	var e *provider.RunError
	if errors.As(err, &e) && len(e.Errs) == 0 && len(e.Surplus) > 0 {
		return true
	}
	for _, kind := range []error{provider.ErrNoStock, provider.ErrQuota, provider.ErrBalance, provider.ErrPermission} {
		if errors.Is(err, kind) {
			return true
		}
	}
	for _, text := range []string{
		"the answer names", "a create was refused before the operation was resumed", "released because the operation had failed",
		"of the request is too l", // 413, 414, 431
		"more than asked for",     // by earlier runs
		"may not see what they created", "the answers contradict themselves",
		"IdempotentFailed", // as often as there are generations
	} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
