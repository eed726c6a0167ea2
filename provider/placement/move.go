package placement

import (
	"context"
	"fmt"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// MoveOptions are for [Groups.MoveIn]. Nil is the default.
type MoveOptions struct {
	// Force lets the cloud move instances to other hosts, which restarts them. Without it, an
	// instance that would have to move is refused.
	Force bool

	// Partition is the partition of the group that the instances go to. 0 lets the cloud
	// decide.
	Partition int
}

// MoveIn puts existing instances into a group. Where the cloud can, it takes them out of
// another group first. Instances that are already in the group are no error. The error
// joins all failures and names the instances concerned; the others are moved. A full group
// is [provider.ErrQuota].
func (p *Groups) MoveIn(ctx context.Context, region, id string, instanceIDs []string, o *MoveOptions) error {
	var move MoveOptions
	if o != nil {
		move = *o
	}
	region = p.region(region)
	ids := sorted.Distinct(instanceIDs)
	var k provider.Checker
	checkTarget(&k, region, id)
	k.NotNegative("MoveOptions.Partition", move.Partition)
	k.NoneEmpty("IDs", ids)
	if err := k.Err(); err != nil || len(ids) == 0 {
		return err
	}
	return p.call(region, apiMoveInto).EachInstance(ctx, ids, provider.Batch{
		What:       "move into " + id,
		Size:       p.limits.IDsPerMove,
		AtMostOnce: move.Force, // a forced move restarts instances
		Attempt: func(ctx context.Context, ids []string) error {
			return p.d.MoveIntoPlacementGroup(ctx, region, id, ids, move)
		},
		Changed: func(ctx context.Context) ([]string, error) { return p.members(ctx, region, id) },
	})
}

// members returns the instances in a group.
func (p *Groups) members(ctx context.Context, region, id string) (ids []string, err error) {
	for g, err := range p.list(ctx, Query{Region: region, IDs: []string{id}}) {
		if err != nil {
			return nil, fmt.Errorf("looking at the group: %w", err)
		}
		if g.ID == id {
			ids = append(ids, g.InstanceIDs...)
		}
	}
	return ids, nil
}
