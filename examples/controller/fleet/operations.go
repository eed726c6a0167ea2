package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
)

// visitAll goes on with every operation, and looks at it once.
func (p *pass) visitAll(ctx context.Context) error {
	for _, o := range p.status().Operations {
		var err error
		switch {
		case o.Ended:
		case o.Ending:
			err = p.end(ctx, &o)
		default:
			err = p.visit(ctx, &o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resume continues an operation. Secrets are read only where something may be created.
func (p *pass) resume(ctx context.Context, token []byte, info *provider.TokenInfo) (*provider.Operation, error) {
	open := info.Planned+info.Unknown > 0
	spec, err := p.template.spec(ctx, info.Asked, open)
	if err != nil {
		return nil, fmt.Errorf("continuing operation %s: %w", info.Operation, err)
	}
	run := &provider.RunOptions{Journal: p, Owner: p.r.Owner}
	return p.cloud.Resume(ctx, token, &provider.ResumeOptions{Spec: &spec, Run: run})
}

// visit creates what is left of an operation, and looks at its instances.
func (p *pass) visit(ctx context.Context, o *api.Operation) error {
	token := []byte(o.Token)
	info, err := provider.ReadToken(token)
	if err != nil {
		return p.problem(err)
	}
	if open := info.Planned+info.Unknown > 0; open && p.waits(p.status()) {
		p.shown[o.ID] = unseen(o, &info)
		return nil
	}
	op, err := p.resume(ctx, token, &info)
	others := doubtful(err)
	if op == nil {
		p.shown[o.ID] = unseen(o, &info)
		p.soon(time.Minute)
		return p.problem(err)
	}
	if open := info.Planned+info.Unknown > 0; open {
		err = p.created(op, err)
	} else { // that it has fewer instances than it asked for is nothing new
		err = p.stops(err)
	}
	if err != nil {
		return err
	}
	l, err := op.Look(ctx)
	if err := p.problem(err); err != nil {
		return err
	}
	if !l.Next.IsZero() {
		p.by(l.Next)
	}
	return p.visited(op, &l, others)
}

// doubtful returns the instances that may be somebody else's: only an impossible answer named
// them. They count as nothing, and are not released.
func doubtful(err error) []string {
	if e := (*provider.RunError)(nil); errors.As(err, &e) {
		return e.Doubtful
	}
	return nil
}

// stops returns an error that ends the pass, and drops others.
func (p *pass) stops(err error) error {
	if errors.Is(err, provider.ErrSuperseded) {
		return err
	}
	return nil
}

// unseen is what is known of an operation without a question.
func unseen(o *api.Operation, info *provider.TokenInfo) *shown {
	s := &shown{owed: info.Planned + info.Unknown}
	for _, id := range info.InstanceIDs {
		if !isLeaving(o, id) {
			s.instances = append(s.instances, api.Instance{ID: id})
		}
	}
	return s
}

// visited records what there is of an operation, without the instances of others. The look is nil
// when nobody has looked yet.
func (p *pass) visited(op *provider.Operation, l *provider.Look, others []string) error {
	token, err := op.MarshalText()
	if err != nil {
		return p.problem(err)
	}
	info, err := provider.ReadToken(token)
	if err != nil {
		return p.problem(err)
	}
	if l != nil {
		l.Failed = slices.DeleteFunc(l.Failed, func(f *provider.LaunchError) bool { return slices.Contains(others, f.InstanceID) })
		p.leaveFailed(op.ID(), l)
	}
	o := p.operation(op.ID())
	info.InstanceIDs = slices.DeleteFunc(info.InstanceIDs, func(id string) bool { return slices.Contains(others, id) })
	s := unseen(&o, &info)
	if l != nil {
		s.seen(l)
	}
	if s.owed+len(s.instances) == 0 { // nothing came of it, or nothing is left
		p.changeOperation(op.ID(), func(o *api.Operation) { o.Ending = true })
		p.soon(again)
		return nil
	}
	p.shown[op.ID()] = s
	return nil
}

// leaveFailed gives up the instances that failed.
func (p *pass) leaveFailed(id string, l *provider.Look) {
	failed := 0
	p.changeOperation(id, func(o *api.Operation) {
		for _, f := range l.Failed {
			if !isLeaving(o, f.InstanceID) {
				leave(o, []string{f.InstanceID}, f.Error())
				failed++
			}
		}
	})
	if failed > 0 {
		p.fail(1) // one host may take many along
		p.soon(again)
	}
}

// seen adds what a look has shown.
func (s *shown) seen(l *provider.Look) {
	for n := range s.instances {
		i := &s.instances[n]
		for _, r := range l.Ready {
			if r.ID == i.ID {
				s.ready = append(s.ready, r.ID)
				*i = api.Instance{ID: r.ID, State: string(r.State), Address: address(&r)}
			}
		}
		for _, w := range slices.Concat(l.Pending, l.NotVisible) {
			if w.ID == i.ID {
				i.State = string(w.State)
			}
		}
	}
}

func address(i *provider.Instance) string {
	if all := slices.Concat(i.PrivateIPs, i.PublicIPs, i.IPv6Addresses); len(all) > 0 {
		return all[0].String()
	}
	return ""
}
