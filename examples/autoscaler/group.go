package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// group is a node group as Cluster Autoscaler has it: nodes of one kind, which are added and removed.
// Its nodes are marked by its name as the owner, so the cloud itself remembers them.
type group struct {
	name   string
	client *provider.Client
	spec   provider.RunInstancesSpec // of a node, but for its type
	want   catalog.Want
	most   int // nodes
}

// template is a node that a group would add: what Cluster Autoscaler calls TemplateNodeInfo.
type template struct {
	instanceType, zone string
	arch               catalog.Arch
	milliCPUs          int // that pods may have
	memoryMiB          int
	gpus               int
	price              *catalog.Price

	candidates []catalog.Candidate // the first one is the template
}

// What the system of a node keeps for itself.
const (
	systemMilliCPUs = 100
	systemMemoryMiB = 512
)

// errNoType is returned for a group that no type fits now.
var errNoType = errors.New("no instance type fits and is in stock")

// template asks the catalog which node the group would add now. It needs no node that exists.
func (g *group) template(ctx context.Context) (*template, error) {
	want := g.want
	want.Spec = &g.spec
	choice, err := catalog.Of(g.client).Candidates(ctx, want)
	if err != nil {
		return nil, err
	}
	if len(choice.Candidates) == 0 {
		return nil, fmt.Errorf("group %s: %w: %d were looked at", g.name, errNoType, len(choice.Rejected))
	}
	first := choice.Candidates[0]
	return &template{
		instanceType: first.Type.ID, zone: first.Zone, arch: first.Type.Arch, price: first.Price,
		milliCPUs: first.Type.CPUs*1000 - systemMilliCPUs, memoryMiB: first.Type.MemoryMiB - systemMemoryMiB,
		gpus: int(first.Type.GPUs), candidates: choice.Candidates,
	}, nil
}

// increase adds n nodes and waits until they run. Another type or zone is tried when the first runs out.
// An alternative must not be smaller: pods were placed on the template.
func (g *group) increase(ctx context.Context, t *template, n int) error {
	have, err := g.nodes(ctx)
	if err != nil {
		return err
	}
	if len(have)+n > g.most {
		return fmt.Errorf("group %s has %d nodes, and may have %d: %d more are too many", g.name, len(have), g.most, n)
	}
	spec := t.candidates[0].Apply(g.spec)
	spec.Count = n
	op, err := g.client.RunInstances(ctx, spec, &provider.RunOptions{
		Owner: g.name, Alternatives: catalog.AlternativesOf(t.atLeast()),
	})
	if op == nil {
		return err
	}
	_, waitErr := op.Wait(ctx, nil)
	return errors.Join(err, waitErr)
}

// atLeast returns the other candidates that are not smaller than the template.
func (t *template) atLeast() []catalog.Candidate {
	var out []catalog.Candidate
	first := t.candidates[0].Type
	for _, c := range t.candidates[1:] {
		smaller := c.Type.CPUs < first.CPUs || c.Type.MemoryMiB < first.MemoryMiB
		if fewer := c.Type.GPUs < first.GPUs; !smaller && !fewer {
			out = append(out, c)
		}
	}
	return out
}

// nodes lists the nodes of the group.
func (g *group) nodes(ctx context.Context) ([]string, error) {
	return owned(ctx, g.client, g.name)
}

// owned returns the instances of an owner that have not ended.
func owned(ctx context.Context, client *provider.Client, owner string) ([]string, error) {
	var ids []string
	for i, err := range client.DescribeInstances(ctx, provider.Query{Tags: map[string]string{provider.OwnerTag: owner}}) {
		if err != nil {
			return nil, err
		}
		if i.State != provider.StateTerminated {
			ids = append(ids, i.ID)
		}
	}
	return ids, nil
}

// remove releases nodes, and waits until they are gone.
func (g *group) remove(ctx context.Context, ids []string) error {
	_, err := g.client.TerminateInstances(ctx, "", ids, &provider.TerminateOptions{Wait: true})
	return err
}

// pod is what a pod asks for.
type pod struct{ milliCPUs, memoryMiB, gpus int }

// needed returns how many nodes of a template take all pods, each pod on the first node that has room;
// ok is false when a pod fits on none.
func (t *template) needed(pods []pod) (n int, ok bool) {
	var free []pod
	for _, p := range pods {
		at := -1
		for i, f := range free {
			if p.fits(f) {
				at = i
				break
			}
		}
		if at < 0 {
			free, at = append(free, pod{t.milliCPUs, t.memoryMiB, t.gpus}), len(free)
		}
		if !p.fits(free[at]) {
			return 0, false
		}
		free[at].milliCPUs -= p.milliCPUs
		free[at].memoryMiB -= p.memoryMiB
		free[at].gpus -= p.gpus
	}
	return len(free), true
}

func (p pod) fits(free pod) bool {
	small := p.milliCPUs <= free.milliCPUs && p.memoryMiB <= free.memoryMiB
	return small && p.gpus <= free.gpus
}

// growth is a group that takes the pods.
type growth struct {
	group    *group
	template *template
	nodes    int
	hourly   *big.Rat // of all nodes; nil when the cloud does not say
}

// scaleUp adds nodes to the group that takes all pods for the least money.
func scaleUp(ctx context.Context, groups []*group, pods []pod) (*growth, error) {
	var best *growth
	for _, g := range groups {
		t, err := g.template(ctx)
		if errors.Is(err, errNoType) {
			continue // another group may have room
		}
		if err != nil {
			return nil, err
		}
		n, ok := t.needed(pods)
		if !ok {
			continue
		}
		one := &growth{group: g, template: t, nodes: n, hourly: hourly(t.price, n)}
		if best == nil || one.cheaper(best) {
			best = one
		}
	}
	if best == nil {
		return nil, errors.New("no group has a node that takes these pods")
	}
	return best, best.group.increase(ctx, best.template, best.nodes)
}

// hourly returns what n nodes cost an hour, or nil. An unknown price is not zero.
func hourly(p *catalog.Price, n int) *big.Rat {
	amount, ok := p.PerHour(n)
	if !ok {
		return nil
	}
	r, _ := new(big.Rat).SetString(amount)
	return r
}

// cheaper reports whether a growth is known to cost less than another one.
func (g *growth) cheaper(than *growth) bool {
	switch {
	case g.hourly == nil:
		return false
	case than.hourly == nil:
		return true
	}
	return g.hourly.Cmp(than.hourly) < 0
}
