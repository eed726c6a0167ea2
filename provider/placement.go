package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/pages"
)

// PlacementGroups are the account's placement groups, for Placement.GroupID:
// deployment sets on ECS, disaster-recover groups on CVM, instance groups on
// QingCloud. [Client.PlacementGroups] returns them. All methods are safe for
// concurrent use. An empty region means the region of the client.
type PlacementGroups interface {
	// Create makes a group and returns its ID. A field that the cloud does not have gives
	// [FieldErrors], and nothing is sent. An account without room for another group gives
	// [ErrQuota]. When the answer is lost on a cloud without a token for this call
	// (QingCloud), the error is [ErrOutcomeUnknown]: look with List for the name.
	Create(ctx context.Context, g PlacementGroupSpec) (id string, err error)

	// List reads groups with their members, page by page as the loop goes on. The
	// loop ends after the first error.
	List(ctx context.Context, q PlacementGroupQuery) iter.Seq2[PlacementGroup, error]

	// Modify changes the name or the description of a group.
	Modify(ctx context.Context, region, id string, to PlacementGroupChange) error

	// MoveIn puts existing instances into a group. Where the cloud can, it takes them out of
	// another group first. Instances that are already in the group are no error. The error
	// joins all failures and names the instances concerned; the others are moved. A full group
	// is [ErrQuota].
	MoveIn(ctx context.Context, region, id string, instanceIDs []string, o *MoveOptions) error

	// Delete deletes a group. A group that has instances cannot be deleted: that is
	// [ErrState]. A group that does not exist is [ErrNotFound].
	Delete(ctx context.Context, region, id string) error
}

// PlacementStrategy says how a group places its instances.
type PlacementStrategy string

// Placement strategies. The zero value means SpreadPlacement.
const (
	SpreadPlacement    PlacementStrategy = "spread"    // no two share hardware
	PartitionPlacement PlacementStrategy = "partition" // instances of different partitions share no hardware
	ClusterPlacement   PlacementStrategy = "cluster"   // close together, for low latency
)

// PlacementLevel is the hardware that spread instances do not share.
type PlacementLevel string

// Placement levels. The zero value means HostLevel.
const (
	HostLevel   PlacementLevel = "host"   // the physical machine
	SwitchLevel PlacementLevel = "switch" // the network switch
	RackLevel   PlacementLevel = "rack"   // the rack
)

// PlacementGroupSpec says which group to create. A field that the cloud does not
// have is an error.
type PlacementGroupSpec struct {
	Region      string
	Name        string // CVM needs one
	Description string
	Strategy    PlacementStrategy
	Level       PlacementLevel // CVM has all; ECS and QingCloud know hosts only

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
	Vendor []VendorOption
}

// PlacementGroupQuery selects groups. The zero value selects all of the client's
// region.
type PlacementGroupQuery struct {
	Region   string
	IDs      []string
	Name     string // the exact name
	Strategy PlacementStrategy
}

// Matches reports whether a group fits the query.
func (q *PlacementGroupQuery) Matches(g *PlacementGroup) bool {
	name := q.Name == "" || q.Name == g.Name
	id := len(q.IDs) == 0 || slices.Contains(q.IDs, g.ID)
	strategy := q.Strategy == "" || q.Strategy == g.Strategy
	return name && id && strategy
}

// PlacementGroup is a group as the cloud describes it.
type PlacementGroup struct {
	ID, Name, Description string
	Strategy              PlacementStrategy
	RawStrategy           string // the cloud's own word
	Level                 PlacementLevel
	Partitions            int // 0 where there are none
	PerUnit               int // 0 where the cloud does not return it
	InstanceIDs           []string
	Capacity              int // instances it may hold; 0 where the cloud does not return it
	CreatedAt             time.Time
	Tags                  map[string]string // nil where the cloud does not return it
}

// PlacementGroupChange is a change of a group. Empty fields stay as they are.
type PlacementGroupChange struct {
	Name        string
	Description string // CVM groups have none
}

// MoveOptions are for [PlacementGroups].MoveIn. Nil is the default.
type MoveOptions struct {
	// Force lets the cloud move instances to other hosts, which restarts them. Without it, an
	// instance that would have to move is refused.
	Force bool

	// Partition is the partition of the group that the instances go to. 0 lets the cloud
	// decide.
	Partition int
}

// moveRequest is a call that moves instances into a group.
type moveRequest struct {
	region, group string
	MoveOptions
}

// PlacementGroups returns the account's placement groups. The error matches
// [errors.ErrUnsupported] where the cloud has none: ENS.
func (c *Client) PlacementGroups() (PlacementGroups, error) {
	d, ok := c.driver.(PlacementGroupDriver)
	if !ok {
		return nil, fmt.Errorf("%s: placement groups: %w", c.name, errors.ErrUnsupported)
	}
	return &placementGroups{c: c, d: d}, nil
}

type placementGroups struct {
	c *Client
	d PlacementGroupDriver
}

// Create implements [PlacementGroups].
func (p *placementGroups) Create(ctx context.Context, g PlacementGroupSpec) (id string, err error) {
	g.Region = p.c.region(g.Region)
	if err := p.check(&g); err != nil {
		return "", err
	}
	create := func(ctx context.Context, token string) (request string, err error) {
		id, request, err = p.d.CreatePlacementGroup(ctx, &g, token)
		if id == "" && err == nil {
			err = p.c.nameless(apiCreatePlacementGroup, request)
		}
		return request, err
	}
	err = p.c.add(ctx, g.Region, apiCreatePlacementGroup, g.ClientToken, create)
	return id, err
}

func (p *placementGroups) check(g *PlacementGroupSpec) error {
	var k Checker
	k.Require(g.Region != "", "Region", nil, "required: neither the spec nor the client names one")
	checkStrategy(&k, "Strategy", g.Strategy)
	oneOf(&k, "Level", g.Level, HostLevel, SwitchLevel, RackLevel)
	checkText(&k, "Name", g.Name)
	checkText(&k, "Description", g.Description)
	notNegative(&k, "Partitions", g.Partitions)
	notNegative(&k, "PerUnit", g.PerUnit)
	k.Require(g.Partitions == 0 || g.Strategy == PartitionPlacement, "Partitions", g.Partitions,
		"needs Strategy partition")
	checkTags(&k, "Tags", g.Tags)
	checkToken(&k, g.ClientToken)
	if g.ClientToken != "" && !slices.Contains(p.c.limits.Idempotent, apiCreatePlacementGroup) {
		k.Refuse("ClientToken", "not supported: "+p.c.name+" has none for groups")
	}
	before := len(k.errs)
	if checkVendor(&k, "Vendor", g.Vendor); len(k.errs) > before {
		return k.Err() // drivers look into the options
	}
	return join(k.Err(), p.d.ValidatePlacementGroup(g))
}

func checkStrategy(k *Checker, path string, s PlacementStrategy) {
	oneOf(k, path, s, SpreadPlacement, PartitionPlacement, ClusterPlacement)
}

// List implements [PlacementGroups].
func (p *placementGroups) List(ctx context.Context, q PlacementGroupQuery) iter.Seq2[PlacementGroup, error] {
	q.Region = p.c.region(q.Region)
	return func(yield func(PlacementGroup, error) bool) {
		var k Checker
		k.NoneEmpty("PlacementGroupQuery.IDs", q.IDs)
		checkStrategy(&k, "PlacementGroupQuery.Strategy", q.Strategy)
		if k.Err() != nil {
			yield(PlacementGroup{}, k.Err())
			return
		}
		if len(q.IDs) == 0 {
			p.list(ctx, q)(yield)
			return
		}
		for ids := range slices.Chunk(distinctIDs(q.IDs), p.c.limits.IDsPerGroupDescribe) {
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

func (p *placementGroups) list(ctx context.Context, q PlacementGroupQuery) iter.Seq2[PlacementGroup, error] {
	return pages.All(func(token string) ([]PlacementGroup, string, error) {
		var page *Page[PlacementGroup]
		err := p.c.read(ctx, q.Region, apiDescribePlacementGroups, func(ctx context.Context) (_ string, err error) {
			page, err = p.d.DescribePlacementGroups(ctx, &q, token)
			if err != nil {
				return "", err
			}
			return page.RequestID, nil
		})
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPage, nil
	})
}

// Modify implements [PlacementGroups].
func (p *placementGroups) Modify(ctx context.Context, region, id string, to PlacementGroupChange) error {
	var k Checker
	k.Require(to != PlacementGroupChange{}, "PlacementGroupChange", nil, "says nothing to change")
	checkText(&k, "PlacementGroupChange.Name", to.Name)
	checkText(&k, "PlacementGroupChange.Description", to.Description)
	return p.change(ctx, region, id, &k, apiModifyPlacementGroup, func(ctx context.Context, region string) error {
		return p.d.ModifyPlacementGroup(ctx, region, id, to)
	})
}

// Delete implements [PlacementGroups].
func (p *placementGroups) Delete(ctx context.Context, region, id string) error {
	return p.change(ctx, region, id, &Checker{}, apiDeletePlacementGroup, func(ctx context.Context, region string) error {
		return p.d.DeletePlacementGroup(ctx, region, id)
	})
}

func (p *placementGroups) change(
	ctx context.Context, region, id string, k *Checker, api API, call func(context.Context, string) error,
) error {
	region = p.c.region(region)
	k.Require(region != "", "region", nil, "required: neither the call nor the client names one")
	k.Require(id != "", "id", nil, "required")
	if err := k.Err(); err != nil {
		return err
	}
	return p.c.change(ctx, region, api, func(ctx context.Context) error { return call(ctx, region) })
}

// MoveIn implements [PlacementGroups].
func (p *placementGroups) MoveIn(ctx context.Context, region, id string, instanceIDs []string, o *MoveOptions) error {
	if o == nil {
		o = &MoveOptions{}
	}
	var k Checker
	k.Require(p.c.region(region) != "", "region", nil, "required: neither the call nor the client names one")
	k.Require(id != "", "id", nil, "required")
	notNegative(&k, "MoveOptions.Partition", o.Partition)
	ids := distinctIDs(instanceIDs)
	if err := join(k.Err(), checkIDs(ids)); err != nil || len(ids) == 0 {
		return err
	}
	req := moveRequest{p.c.region(region), id, *o}
	return p.moves(req).all(ctx, ids, p.c.limits.IDsPerMove, func(ctx context.Context, ids []string) error {
		return p.move(ctx, req, ids)
	})
}

// moves returns the calls of a move. A forced move restarts instances: it is made once.
func (p *placementGroups) moves(req moveRequest) *batches {
	r := p.c.newChange("move into "+req.group, func(ctx context.Context, ids []string) ([]string, bool, error) {
		return p.outside(ctx, req, ids)
	})
	r.atMostOnce = req.Force
	return r
}

// outside looks at a group after a move was refused for the state of the instances. It returns
// the instances that are not in the group, and whether all of them may be changing their
// state. Some clouds refuse a move that is done already, also by an earlier call whose answer
// was lost.
func (p *placementGroups) outside(
	ctx context.Context, req moveRequest, ids []string,
) (left []string, moving bool, err error) {
	left = ids
	for g, err := range p.list(ctx, PlacementGroupQuery{Region: req.region, IDs: []string{req.group}}) {
		if err != nil {
			return nil, false, fmt.Errorf("looking at the group: %w", err)
		}
		if g.ID == req.group {
			left = slices.DeleteFunc(slices.Clone(left), func(id string) bool {
				return slices.Contains(g.InstanceIDs, id)
			})
		}
	}
	if len(left) == 0 {
		return nil, false, nil
	}
	seen, whole, err := p.c.seen(ctx, req.region, left)
	return left, err == nil && allMoving(seen, left, whole), nil
}

func (p *placementGroups) move(ctx context.Context, req moveRequest, ids []string) error {
	return p.c.once(ctx, req.region, apiMoveIntoPlacementGroup, len(ids), func(ctx context.Context) (string, error) {
		return "", p.d.MoveIntoPlacementGroup(ctx, req.region, req.group, ids, req.MoveOptions)
	})
}
