// Package placement manages placement groups, for [provider.Placement].GroupID: deployment sets
// on ECS, disaster-recover groups on CVM, instance groups on QingCloud.
//
//	groups, err := placement.Of(client) // errors.ErrUnsupported on clouds without
//	id, err := groups.Create(ctx, placement.Spec{Name: "spread", Strategy: placement.Spread})
//
// An empty region means the region of the client. The calls share the budget, the records and
// the rules for repetition of their client. Errors are those of package provider. [Driver] is
// for authors of drivers only.
package placement

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Strategy says how a group places its instances.
type Strategy string

// Strategies. The zero value means Spread.
const (
	Spread    Strategy = "spread"    // no two share hardware
	Partition Strategy = "partition" // instances of different partitions share no hardware
	Cluster   Strategy = "cluster"   // close together, for low latency
)

// Level is the hardware that spread instances do not share.
type Level string

// Levels. The zero value means Host.
const (
	Host   Level = "host"   // the physical machine
	Switch Level = "switch" // the network switch
	Rack   Level = "rack"   // the rack
)

// Spec says which group to create. A field that the cloud does not have is an error.
type Spec struct {
	Region      string
	Name        string // CVM needs one
	Description string
	Strategy    Strategy
	Level       Level // CVM has all; ECS and QingCloud know hosts only

	// Partitions is how many partitions a partition group has. 0 lets the cloud
	// decide.
	Partitions int

	// PerUnit is how many instances may share one unit of Level: 1 to 10 on CVM. 0
	// means one.
	PerUnit int

	Tags map[string]string // CVM only

	// ClientToken makes the create repeatable, also by another process: the same token with
	// the same fields is the same group. It is for ECS and CVM, and has at most 64 printable
	// ASCII characters without blanks. When it is empty, the client draws a token for each
	// Create.
	ClientToken string

	// Vendor holds options that only one cloud has, for example
	// aliyun.PlacementOptions. Options for other clouds are ignored.
	Vendor []provider.VendorOption
}

// Query selects groups. The zero value selects all of the client's region.
type Query struct {
	Region   string
	IDs      []string
	Name     string // the exact name
	Strategy Strategy
}

// Matches reports whether a group fits the query.
func (q *Query) Matches(g *Group) bool {
	name := q.Name == "" || q.Name == g.Name
	id := len(q.IDs) == 0 || slices.Contains(q.IDs, g.ID)
	strategy := q.Strategy == "" || q.Strategy == g.Strategy
	return name && id && strategy
}

// Group is a group as the cloud describes it.
type Group struct {
	ID, Name, Description string
	Strategy              Strategy
	RawStrategy           string // the cloud's own word
	Level                 Level
	Partitions            int // 0 where there are none
	PerUnit               int // 0 where the cloud does not return it
	InstanceIDs           []string
	Capacity              int // instances it may hold; 0 where the cloud does not return it
	CreatedAt             time.Time
	Tags                  map[string]string // nil where the cloud does not return it
}

// Change is a change of a group. Empty fields stay as they are.
type Change struct {
	Name        string
	Description string // CVM groups have none
}

// Groups are the placement groups of an account. [Of] returns them. All methods are safe for
// concurrent use. The zero value is not usable.
type Groups struct {
	c      *provider.Client
	d      Driver
	limits provider.Limits
}

// Of returns the placement groups of the client's account. It makes no call. The error matches
// [errors.ErrUnsupported] where the cloud has none: ENS.
func Of(c *provider.Client) (*Groups, error) {
	d, ok := c.Driver().(Driver)
	if !ok {
		return nil, fmt.Errorf("%s: placement groups: %w", c.Name(), errors.ErrUnsupported)
	}
	return &Groups{c: c, d: d, limits: c.Limits()}, nil
}

// Create makes a group and returns its ID. A field that the cloud does not have gives
// [provider.FieldErrors], and nothing is sent. An account without room for another group gives
// [provider.ErrQuota]. When the answer is lost on a cloud without a token for this call
// (QingCloud), the error is [provider.ErrOutcomeUnknown]: look with List for the name.
func (p *Groups) Create(ctx context.Context, g Spec) (id string, err error) {
	g.Region = p.region(g.Region)
	if err := p.check(&g); err != nil {
		return "", err
	}
	return p.call(g.Region, apiCreate).Create(ctx, g.ClientToken,
		func(ctx context.Context, token string) (id, requestID string, err error) {
			return p.d.CreatePlacementGroup(ctx, &g, token)
		})
}

func (p *Groups) check(g *Spec) error {
	var k provider.Checker
	k.Require(g.Region != "", "Region", nil, "required: neither the spec nor the client names one")
	checkStrategy(&k, "Strategy", g.Strategy)
	k.OneOf("Level", string(g.Level), string(Host), string(Switch), string(Rack))
	k.Text("Name", g.Name)
	k.Text("Description", g.Description)
	k.NotNegative("Partitions", g.Partitions)
	k.NotNegative("PerUnit", g.PerUnit)
	k.Require(g.Partitions == 0 || g.Strategy == Partition, "Partitions", g.Partitions, "needs Strategy partition")
	k.Tags("Tags", g.Tags)
	k.ClientToken(g.ClientToken)
	if g.ClientToken != "" && !slices.Contains(p.limits.Idempotent, apiCreate) {
		k.Refuse("ClientToken", "not supported: "+p.c.Name()+" has none for groups")
	}
	if !k.VendorOptions("Vendor", g.Vendor) {
		return k.Err() // drivers look into the options
	}
	k.Add(p.d.ValidatePlacementGroup(g))
	return k.Err()
}

func checkStrategy(k *provider.Checker, path string, s Strategy) {
	k.OneOf(path, string(s), string(Spread), string(Partition), string(Cluster))
}

// List reads groups with their members, page by page as the loop goes on. The
// loop ends after the first error.
func (p *Groups) List(ctx context.Context, q Query) iter.Seq2[Group, error] {
	q.Region = p.region(q.Region)
	return func(yield func(Group, error) bool) {
		var k provider.Checker
		k.NoneEmpty("PlacementGroupQuery.IDs", q.IDs)
		checkStrategy(&k, "PlacementGroupQuery.Strategy", q.Strategy)
		if k.Err() != nil {
			yield(Group{}, k.Err())
			return
		}
		if len(q.IDs) == 0 {
			p.list(ctx, q)(yield)
			return
		}
		for ids := range slices.Chunk(sorted.Distinct(q.IDs), p.limits.IDsPerGroupDescribe) {
			some := q
			some.IDs = ids
			for g, err := range p.list(ctx, some) {
				if !yield(g, err) || err != nil {
					return
				}
			}
		}
	}
}

func (p *Groups) list(ctx context.Context, q Query) iter.Seq2[Group, error] {
	return provider.ReadPages(ctx, p.call(q.Region, apiDescribe),
		func(ctx context.Context, pageToken string) (*provider.Page[Group], error) {
			return p.d.DescribePlacementGroups(ctx, &q, pageToken)
		})
}

// Modify changes the name or the description of a group.
func (p *Groups) Modify(ctx context.Context, region, id string, to Change) error {
	region = p.region(region)
	var k provider.Checker
	k.Require(to != Change{}, "PlacementGroupChange", nil, "says nothing to change")
	k.Text("PlacementGroupChange.Name", to.Name)
	k.Text("PlacementGroupChange.Description", to.Description)
	checkTarget(&k, region, id)
	if err := k.Err(); err != nil {
		return err
	}
	return p.call(region, apiModify).Change(ctx, func(ctx context.Context) error {
		return p.d.ModifyPlacementGroup(ctx, region, id, to)
	})
}

// Delete deletes a group. A group that has instances cannot be deleted: that is
// [provider.ErrState]. A group that does not exist is [provider.ErrNotFound].
func (p *Groups) Delete(ctx context.Context, region, id string) error {
	region = p.region(region)
	var k provider.Checker
	checkTarget(&k, region, id)
	if err := k.Err(); err != nil {
		return err
	}
	return p.call(region, apiDelete).Delete(ctx, func(ctx context.Context) error {
		return p.d.DeletePlacementGroup(ctx, region, id)
	})
}

// call returns a call about groups.
func (p *Groups) call(region string, api provider.API) provider.Call {
	return provider.Call{Client: p.c, Region: region, API: api}
}

// region returns a region, or that of the client when it is empty.
func (p *Groups) region(region string) string { return cmp.Or(region, p.c.Region()) }

// checkTarget requires the region and the ID of a group.
func checkTarget(k *provider.Checker, region, id string) {
	k.Require(region != "", "region", nil, "required: neither the call nor the client names one")
	k.Require(id != "", "id", nil, "required")
}
