package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// pool keeps spot nodes as Karpenter does: each create takes the cheapest type that is in stock in any
// zone, and a node that will be taken back is replaced in time.
type pool struct {
	name   string
	client *provider.Client
	spec   provider.RunInstancesSpec
	want   catalog.Want

	drain    func(ctx context.Context, id string) error // moves the pods of a node away
	replaced func(lost, fresh string)
}

// mostTried is how many types and zones a create tries at most.
const mostTried = 20

// launch creates n nodes and waits until they run.
func (p *pool) launch(ctx context.Context, n int) ([]provider.Instance, error) {
	want := p.want
	want.Spec = &p.spec
	choice, err := catalog.Of(p.client).Candidates(ctx, want)
	if err != nil {
		return nil, err
	}
	if len(choice.Candidates) == 0 {
		return nil, fmt.Errorf("pool %s: %w: %d were looked at", p.name, errNoType, len(choice.Rejected))
	}
	list := choice.Candidates[:min(len(choice.Candidates), mostTried)]
	spec := list[0].Apply(p.spec)
	spec.Count = n
	op, err := p.client.RunInstances(ctx, spec, &provider.RunOptions{
		Owner: p.name, Alternatives: catalog.AlternativesOf(list[1:]),
	})
	if op == nil {
		return nil, err
	}
	nodes, waitErr := op.Wait(ctx, nil)
	return nodes, errors.Join(err, waitErr)
}

// watch replaces nodes that will be taken back, until ctx ends.
func (p *pool) watch(ctx context.Context) error {
	o := &notice.Options{Kinds: []notice.Kind{notice.Reclaim}}
	for n, err := range notice.Watch(ctx, p.client, o) {
		if err != nil {
			return err
		}
		if n.Over {
			continue
		}
		nodes, err := owned(ctx, p.client, p.name)
		if err != nil {
			return err
		}
		if !slices.Contains(nodes, n.InstanceID) {
			continue // of somebody else
		}
		if err := p.replace(ctx, n.InstanceID); err != nil {
			return fmt.Errorf("replacing %s: %w", n.InstanceID, err)
		}
	}
	return nil
}

// replace puts a new node in the place of one that goes: first the new one, so that the pods have
// somewhere to go. The old one is released, which is no error if the cloud was faster.
func (p *pool) replace(ctx context.Context, lost string) error {
	fresh, err := p.launch(ctx, 1)
	if err != nil {
		return err
	}
	if err := p.drain(ctx, lost); err != nil {
		return err
	}
	_, err = p.client.TerminateInstances(ctx, "", []string{lost}, &provider.TerminateOptions{Wait: true, MissingOK: true})
	if err != nil {
		return err
	}
	p.replaced(lost, fresh[0].ID)
	return nil
}
