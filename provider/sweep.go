package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/marker"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// SweepOptions are for [Client.Sweep].
type SweepOptions struct {
	// Owner is the RunOptions.Owner whose instances are looked for. Required.
	Owner string

	// Region is where to look. Empty means the client's region.
	Region string

	// Live returns the IDs of the operations that are still managed ([Operation.ID]). It is
	// called once, after the cloud was listed, so that an operation that begins meanwhile is
	// included. Package store makes one from a store: Live. Nil means that there are none.
	Live func(ctx context.Context) (operationIDs []string, err error)

	// MinAge excludes younger instances. 0 means 15 minutes, which is longer than a create and
	// its journal take. Less than a minute is refused.
	MinAge time.Duration

	// Terminate releases the instances that were found. False only lists them.
	Terminate bool
}

// Sweep finds instances of an owner that no live operation knows: leaks of processes that
// crashed before they saved an ID. It returns them, and releases them only with
// SweepOptions.Terminate.
//
// It looks for the tags of [RunOptions].Owner. On ENS and QingCloud it also finds instances
// whose name still has the marker of a create of that owner. Once they have their final name,
// QingCloud instances cannot be identified. A list that cannot be read to its end is an error,
// and nothing is released.
func (c *Client) Sweep(ctx context.Context, o SweepOptions) (lost []Instance, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.MinAge == 0 {
		o.MinAge = 15 * time.Minute
	}
	region := c.region(o.Region)
	defer c.tel.Begin(&ctx, telemetry.Sweep, "", region).End(&err)
	marked, err := c.markedBy(ctx, region, o.Owner)
	if err != nil {
		return nil, fmt.Errorf("%s: sweep: %w", c.name, err)
	}
	var live []string
	if o.Live != nil {
		if live, err = o.Live(ctx); err != nil {
			return nil, fmt.Errorf("%s: sweep: asking for the live operations: %w", c.name, err)
		}
	}
	lost = slices.DeleteFunc(marked, func(i Instance) bool {
		return released(i.State) || i.CreatedAt.IsZero() || time.Since(i.CreatedAt) < o.MinAge ||
			knownTo(&i, o.Owner, live)
	})
	if c.tel.Swept(ctx, region, len(lost)); !o.Terminate || len(lost) == 0 {
		return lost, nil
	}
	ids := make([]string, len(lost))
	for n := range lost {
		ids[n] = lost[n].ID
	}
	_, err = c.TerminateInstances(ctx, region, ids, nil)
	return lost, err
}

func (o *SweepOptions) check() error {
	var k Checker
	k.Require(o.Owner != "", "SweepOptions.Owner", nil, "required: the RunOptions.Owner that the creates had")
	k.Require(o.MinAge == 0 || o.MinAge >= time.Minute, "SweepOptions.MinAge", o.MinAge, "must be at least a minute")
	return k.Err()
}

// markedBy lists the instances that have an owner's mark.
func (c *Client) markedBy(ctx context.Context, region, owner string) ([]Instance, error) {
	if !c.marksByTags() && !c.limits.NameMarker {
		return nil, errors.ErrUnsupported
	}
	var list []Instance
	q := Query{Region: region}
	if !c.limits.NameMarker {
		q.Tags = map[string]string{OwnerTag: owner}
	}
	for i, err := range c.DescribeInstances(ctx, q) {
		if err != nil {
			return nil, err
		}
		if i.Tags[OwnerTag] == owner || marker.Owned(i.Name, owner) {
			list = append(list, i)
		}
	}
	return list, nil
}

// knownTo reports whether an instance belongs to one of the operations.
func knownTo(i *Instance, owner string, live []string) bool {
	return slices.ContainsFunc(live, func(op string) bool {
		return i.Tags[OperationTag] == op || strings.Contains(i.Name, marker.Start(owner, op))
	})
}
