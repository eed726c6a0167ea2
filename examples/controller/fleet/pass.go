package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
)

// pass is one pass over a fleet.
type pass struct {
	*memory
	r        *Reconciler
	spec     api.FleetSpec
	deleting bool
	wanted   int

	cloud    *provider.Client
	template template
	shown    map[string]*shown // of this pass, by operation
	next     time.Time         // of the next pass
	problems []error           // of operations; the others go on
	invalid  error             // what is wrong with the spec; nothing is created until it changes
}

// shown is what a pass has seen of an operation.
type shown struct {
	owed      int // instances that may still be created
	instances []api.Instance
	ready     []string
}

func (r *Reconciler) newPass(f *api.Fleet) *pass {
	p := &pass{
		memory: remember(r.Client, f), r: r, spec: f.Spec, deleting: !f.DeletionTimestamp.IsZero(),
		shown: map[string]*shown{}, next: time.Now().Add(steadily),
	}
	if p.wanted = int(f.Spec.Replicas); p.deleting {
		p.wanted = 0
	}
	return p
}

// over reports whether a fleet that is deleted has nothing left.
func (p *pass) over() bool { return p.deleting && len(p.status().Operations) == 0 }

// run takes the pass. It returns when the next one should come. Its error is one of the API
// server, or that the fleet was written meanwhile; all others are in the status.
func (p *pass) run(ctx context.Context) (time.Duration, error) {
	if err := p.begin(); err != nil {
		p.invalid = err
		return steadily, p.finish(ctx)
	}
	for _, step := range []func(context.Context) error{p.visitAll, p.release, p.adjust} {
		if err := step(ctx); err != nil {
			return 0, err
		}
	}
	if err := p.finish(ctx); err != nil {
		return 0, err
	}
	return max(time.Until(p.next), again), nil
}

// begin finds the account and the template. Those of existing instances count until none are left.
func (p *pass) begin() error {
	applied := p.status().Applied
	if applied == nil {
		applied = &api.Applied{Account: p.spec.Account, Template: p.spec.Template}
	}
	p.template = template{Applied: *applied, namespace: p.fleet.Namespace, client: p.r.Client}
	if p.cloud = p.r.Clients[applied.Account]; p.cloud == nil && len(p.status().Operations)+p.wanted > 0 {
		return fmt.Errorf("%w: spec.account: the controller has no account %q", provider.ErrInvalid, applied.Account)
	}
	return nil
}

// soon makes the next pass come in a while at the latest.
func (p *pass) soon(after time.Duration) { p.by(time.Now().Add(after)) }

func (p *pass) by(at time.Time) {
	if at.Before(p.next) {
		p.next = at
	}
}

// problem records an error of an operation, or returns it when the pass has to end.
func (p *pass) problem(err error) error {
	if errors.Is(err, provider.ErrSuperseded) {
		return err
	}
	if err != nil {
		p.problems = append(p.problems, err)
	}
	return nil
}

// adjust creates what is missing, or begins to release what is too much.
func (p *pass) adjust(ctx context.Context) error {
	have := 0
	for _, s := range p.shown {
		have += s.owed + len(s.instances)
	}
	switch {
	case have > p.wanted:
		return p.shrink(ctx, have-p.wanted)
	case have < p.wanted:
		return p.grow(ctx, p.wanted-have)
	}
	return nil
}

// shrink takes away the youngest: whole operations where possible, and instances that do not run
// before those that do. What is still being created cannot be cut: it is released later.
func (p *pass) shrink(ctx context.Context, excess int) error {
	for _, o := range slices.Backward(p.status().Operations) {
		s := p.shown[o.ID]
		if s == nil || excess == 0 {
			continue
		}
		size := s.owed + len(s.instances)
		switch {
		case size <= excess:
			p.changeOperation(o.ID, func(o *api.Operation) { o.Ending = true })
			delete(p.shown, o.ID)
			excess -= size
		case s.owed == 0:
			p.changeOperation(o.ID, func(o *api.Operation) { leave(o, s.youngest(excess), "") })
			excess = 0
		default:
			excess = 0
		}
	}
	p.soon(again)
	return p.save(ctx)
}

// youngest returns the instances to take away first. They are wanted no more.
func (s *shown) youngest(n int) (ids []string) {
	isReady := func(id string) bool { return slices.Contains(s.ready, id) }
	for _, running := range []bool{false, true} {
		for _, i := range slices.Backward(s.instances) {
			if len(ids) < n && isReady(i.ID) == running {
				ids = append(ids, i.ID)
			}
		}
	}
	s.instances = slices.DeleteFunc(s.instances, func(i api.Instance) bool { return slices.Contains(ids, i.ID) })
	return ids
}

// grow begins an operation for what is missing, unless the last one failed a moment ago or the
// fleet was changed in a way that its instances cannot follow.
func (p *pass) grow(ctx context.Context, missing int) error {
	status := p.status()
	if status.Applied != nil && len(differs(status.Applied, &p.spec)) > 0 {
		return nil
	}
	if p.waits(status) {
		return nil
	}
	spec, err := p.template.spec(ctx, missing, true)
	if err != nil {
		p.invalid = err
		return nil
	}
	run := &provider.RunOptions{Journal: p, Owner: p.r.Owner}
	if err := p.cloud.Validate(spec, run); err != nil {
		p.invalid = err
		return nil
	}
	p.change(func(s *api.FleetStatus) { s.Applied = p.template.DeepCopy() })
	p.soon(again)
	op, err := p.cloud.RunInstances(ctx, spec, run)
	if err := p.created(op, err); err != nil {
		return err
	}
	return p.visited(op, nil, doubtful(err))
}

// waits reports whether a failure was so recent that nothing is created yet.
func (p *pass) waits(s *api.FleetStatus) bool {
	if s.RetryAt == nil || !time.Now().Before(s.RetryAt.Time) {
		return false
	}
	p.by(s.RetryAt.Time)
	return true
}

// created records how creates went.
func (p *pass) created(op *provider.Operation, err error) error {
	if err == nil {
		return nil
	}
	if op != nil {
		p.fail(1)
	}
	return p.problem(err)
}

// fail counts failures, and lets the next create wait.
func (p *pass) fail(n int) {
	p.change(func(s *api.FleetStatus) {
		s.Failures += int32(n) //nolint:gosec // at most a thousand a pass
		pause := min(retryFirst<<min(s.Failures-1, 10), retryMost)
		at := metav1.NewTime(time.Now().Add(pause))
		s.RetryAt = &at
		p.by(at.Time)
	})
}
