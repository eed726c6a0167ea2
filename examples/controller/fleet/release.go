package fleet

import (
	"context"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
)

// end releases all of an operation. That it ends is in its token before the first release is
// sent, so the first step takes no spec: it creates nothing that is still planned. Only then are
// creates settled whose answers were lost.
func (p *pass) end(ctx context.Context, o *api.Operation) error {
	p.soon(whileGoing)
	token := []byte(o.Token)
	info, err := provider.ReadToken(token)
	if err != nil {
		return p.problem(err)
	}
	var op *provider.Operation
	if info.Over && info.Unknown > 0 {
		op, err = p.resume(ctx, token, &info)
	} else {
		op, err = p.cloud.Resume(ctx, token, &provider.ResumeOptions{Run: &provider.RunOptions{Journal: p, Owner: p.r.Owner}})
	}
	if op == nil {
		return p.problem(err)
	}
	if err := p.stops(err); err != nil {
		return err
	}
	res, err := op.Terminate(ctx, &provider.TerminateOptions{Ordered: true})
	left := op.InstanceIDs()
	p.changeOperation(o.ID, func(o *api.Operation) {
		for n := range o.Leaving {
			l := &o.Leaving[n]
			l.Accepted = l.Accepted || !slices.Contains(left, l.ID)
		}
		o.Ended = err == nil && len(left)+res.MayAppear == 0
	})
	return p.problem(err)
}

// release sends the releases of instances that leave, and finds out which of them are gone.
// Operations of which nothing is left are forgotten.
func (p *pass) release(ctx context.Context) error {
	if err := p.save(ctx); err != nil { // before anything is sent
		return err
	}
	for _, o := range p.status().Operations {
		if err := p.releaseSome(ctx, &o); err != nil {
			return err
		}
	}
	if err := p.findGone(ctx); err != nil {
		return err
	}
	isGone := func(l api.Leaving) bool { return !l.Gone }
	p.change(func(s *api.FleetStatus) {
		s.Operations = slices.DeleteFunc(s.Operations, func(o api.Operation) bool {
			return o.Ended && !slices.ContainsFunc(o.Leaving, isGone)
		})
		if len(s.Operations) == 0 {
			s.Applied = nil
		}
	})
	return nil
}

// releaseSome releases the instances of an operation that leave alone.
func (p *pass) releaseSome(ctx context.Context, o *api.Operation) error {
	var ids []string
	for _, l := range o.Leaving {
		if !l.Accepted && !l.Gone {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 || o.Ending {
		return nil
	}
	p.soon(whileGoing)
	info, err := provider.ReadToken([]byte(o.Token))
	if err != nil {
		return p.problem(err)
	}
	opts := &provider.TerminateOptions{Ordered: true, MissingOK: true}
	res, err := p.cloud.TerminateInstances(ctx, info.Region, ids, opts)
	p.changeOperation(o.ID, func(o *api.Operation) {
		for n := range o.Leaving {
			l := &o.Leaving[n]
			l.Accepted = l.Accepted || slices.Contains(res.Released, l.ID)
			l.Gone = l.Gone || slices.Contains(res.Gone, l.ID)
		}
	})
	if err := p.problem(err); err != nil {
		return err
	}
	return p.save(ctx)
}

// findGone asks about the instances whose release the cloud has accepted. One is gone when the
// cloud shows that, or when two answers some seconds apart do not have it.
func (p *pass) findGone(ctx context.Context) error {
	for _, o := range p.status().Operations {
		var ids []string
		for _, l := range o.Leaving {
			if l.Accepted && !l.Gone {
				ids = append(ids, l.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		p.soon(whileGoing)
		states, err := p.statesOf(ctx, &o, ids)
		if err != nil {
			if err := p.problem(err); err != nil {
				return err
			}
			continue
		}
		p.changeOperation(o.ID, func(o *api.Operation) {
			for n := range o.Leaving {
				if l := &o.Leaving[n]; slices.Contains(ids, l.ID) {
					noteState(l, states)
				}
			}
		})
	}
	return nil
}

func (p *pass) statesOf(ctx context.Context, o *api.Operation, ids []string) (map[string]provider.State, error) {
	info, err := provider.ReadToken([]byte(o.Token))
	if err != nil {
		return nil, err
	}
	states := map[string]provider.State{}
	for i, err := range p.cloud.DescribeInstances(ctx, provider.Query{Region: info.Region, IDs: ids}) {
		if err != nil {
			return nil, err
		}
		states[i.ID] = i.State
	}
	return states, nil
}

// noteState records what an answer says about an instance whose release was accepted.
func noteState(l *api.Leaving, states map[string]provider.State) {
	ended := []provider.State{provider.StateTerminated, provider.StateRecycled, provider.StateFailed}
	state, isShown := states[l.ID]
	now := metav1.Now()
	switch {
	case isShown:
		l.MissingSince, l.Gone = nil, slices.Contains(ended, state)
	case l.MissingSince == nil:
		l.MissingSince = &now
	case now.Sub(l.MissingSince.Time) >= missingLong+time.Second: // the API server keeps whole seconds
		l.Gone = true
	}
}
