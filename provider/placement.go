package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// PlacementGroups are the account's placement groups, for Placement.GroupID:
// deployment sets on ECS, disaster-recover groups on CVM, instance groups on
// QingCloud. [Client.PlacementGroups] returns them. All methods are safe for
// concurrent use. An empty region means the region of the client.
type PlacementGroups interface {
	// Create makes a group and returns its ID. What the cloud does not have is
	// [FieldErrors], and nothing is sent; a full account is [ErrQuota]. When the
	// answer is lost on a cloud without a token for this call (QingCloud), the
	// error is [ErrOutcomeUnknown]: look with List for the name.
	Create(ctx context.Context, g PlacementGroupSpec) (id string, err error)

	// List reads groups with their members, page by page as the loop goes on. The
	// loop ends after the first error.
	List(ctx context.Context, q PlacementGroupQuery) iter.Seq2[PlacementGroup, error]

	// Modify changes the name or the description of a group.
	Modify(ctx context.Context, region, id string, to PlacementGroupChange) error

	// MoveIn puts existing servers into a group, out of another one if they are in
	// one, where the cloud does so. Servers that are in it already are no error. The error joins what went wrong and names the servers concerned; the
	// others are moved all the same. A full group is [ErrQuota].
	MoveIn(ctx context.Context, region, id string, instanceIDs []string, o *MoveOptions) error

	// Delete deletes a group. One with servers in it cannot be deleted: that is
	// [ErrState]. One that does not exist is [ErrNotFound].
	Delete(ctx context.Context, region, id string) error
}

// PlacementStrategy is what a group does with its servers.
type PlacementStrategy string

// Placement strategies. The zero value means SpreadPlacement.
const (
	SpreadPlacement    PlacementStrategy = "spread"    // no two share hardware
	PartitionPlacement PlacementStrategy = "partition" // servers of different partitions share no hardware
	ClusterPlacement   PlacementStrategy = "cluster"   // close together, for low latency
)

// PlacementLevel is the hardware that spread servers do not share.
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

	// PerUnit is how many servers may share one unit of Level: 1 to 10 on CVM. 0
	// means one.
	PerUnit int

	Tags map[string]string // CVM only

	// ClientToken makes the create repeatable, also by another process: the same
	// token with the same fields is the same group. At most 64 printable ASCII
	// characters without blanks, on ECS and CVM. Without one the client draws a
	// token of its own for each Create.
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

// Matches tells whether a group is what the query asks for.
func (q *PlacementGroupQuery) Matches(g *PlacementGroup) bool {
	return (q.Name == "" || q.Name == g.Name) && (len(q.IDs) == 0 || slices.Contains(q.IDs, g.ID)) &&
		(q.Strategy == "" || q.Strategy == g.Strategy)
}

// PlacementGroup is a group as the cloud describes it.
type PlacementGroup struct {
	ID, Name, Description string
	Strategy              PlacementStrategy
	RawStrategy           string // the cloud's own word
	Level                 PlacementLevel
	Partitions            int // 0 where there are none
	PerUnit               int // 0 where the cloud does not tell
	InstanceIDs           []string
	Capacity              int // servers it may hold; 0 where the cloud does not tell
	CreatedAt             time.Time
	Tags                  map[string]string // nil where the cloud does not tell
}

// PlacementGroupChange is what to change of a group. Empty fields stay as they
// are.
type PlacementGroupChange struct {
	Name        string
	Description string // CVM groups have none
}

// MoveOptions are for [PlacementGroups].MoveIn. Nil is the default.
type MoveOptions struct {
	// Force lets the cloud move servers to other hosts, which restarts them.
	// Without it a server that would have to move is refused.
	Force bool

	// Partition is where in a partition group the servers go. 0 lets the cloud
	// decide.
	Partition int
}

// PlacementGroupDriver is implemented by drivers of clouds with placement
// groups. Its calls keep the rules of [Driver]: one request each, no retry,
// *[APIError], and a *[FieldError] for options that the cloud does not have.
type PlacementGroupDriver interface {
	// ValidatePlacementGroup returns nil or [FieldErrors], without a network. No
	// vendor option is nil or given twice; other fields may break the rules that
	// hold on every cloud, whose errors are added to the driver's.
	ValidatePlacementGroup(g *PlacementGroupSpec) error

	CreatePlacementGroup(ctx context.Context, req *CreatePlacementGroupRequest) (*PlacementGroupResult, error)
	DescribePlacementGroups(ctx context.Context, req *DescribePlacementGroupsRequest) (*PlacementGroupPage, error)
	ModifyPlacementGroup(ctx context.Context, region, id string, to PlacementGroupChange) error

	// MoveIntoPlacementGroup moves at most Limits.IDsPerMove servers.
	MoveIntoPlacementGroup(ctx context.Context, req *MoveRequest) error
	DeletePlacementGroup(ctx context.Context, region, id string) error
}

// CreatePlacementGroupRequest asks for a group.
type CreatePlacementGroupRequest struct {
	Spec        *PlacementGroupSpec // Region is set
	ClientToken string              // set where Limits.Idempotent names the call
}

// PlacementGroupResult is what a cloud answered to a create.
type PlacementGroupResult struct {
	ID        string
	RequestID string
}

// DescribePlacementGroupsRequest asks for one page of groups. A driver whose
// cloud searches loosely compares with [PlacementGroupQuery.Matches]. At most
// Limits.IDsPerGroupDescribe IDs are asked for at once.
type DescribePlacementGroupsRequest struct {
	PlacementGroupQuery
	PageToken string
}

// PlacementGroupPage is one page of groups.
type PlacementGroupPage struct {
	Groups    []PlacementGroup
	NextPage  string // "" on the last page
	RequestID string
}

// MoveRequest asks to move servers into a group.
type MoveRequest struct {
	Region      string
	GroupID     string
	InstanceIDs []string
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
	err = p.c.add(ctx, g.Region, APICreatePlacementGroup, g.ClientToken, func(ctx context.Context, token string) (string, error) {
		res, err := p.d.CreatePlacementGroup(ctx, &CreatePlacementGroupRequest{Spec: &g, ClientToken: token})
		if res == nil {
			res = &PlacementGroupResult{}
		}
		if id = res.ID; id == "" && err == nil {
			err = p.c.nameless(APICreatePlacementGroup, res.RequestID)
		}
		return res.RequestID, err
	})
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
	k.Require(g.Partitions == 0 || g.Strategy == PartitionPlacement, "Partitions", g.Partitions, "needs Strategy partition")
	checkTags(&k, "Tags", g.Tags)
	checkToken(&k, g.ClientToken)
	if g.ClientToken != "" && !slices.Contains(p.c.limits.Idempotent, APICreatePlacementGroup) {
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
		notEmpty(&k, "PlacementGroupQuery.IDs", q.IDs)
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
	return pages(func(token string) ([]PlacementGroup, string, error) {
		var page *PlacementGroupPage
		err := p.c.read(ctx, q.Region, APIDescribePlacementGroups, func(ctx context.Context) (_ string, err error) {
			page, err = p.d.DescribePlacementGroups(ctx, &DescribePlacementGroupsRequest{PlacementGroupQuery: q, PageToken: token})
			if err != nil {
				return "", err
			}
			return page.RequestID, nil
		})
		if err != nil {
			return nil, "", err
		}
		return page.Groups, page.NextPage, nil
	})
}

// Modify implements [PlacementGroups].
func (p *placementGroups) Modify(ctx context.Context, region, id string, to PlacementGroupChange) error {
	var k Checker
	k.Require(to != PlacementGroupChange{}, "PlacementGroupChange", nil, "says nothing to change")
	checkText(&k, "PlacementGroupChange.Name", to.Name)
	checkText(&k, "PlacementGroupChange.Description", to.Description)
	return p.change(ctx, region, id, &k, APIModifyPlacementGroup, func(ctx context.Context, region string) error {
		return p.d.ModifyPlacementGroup(ctx, region, id, to)
	})
}

// Delete implements [PlacementGroups].
func (p *placementGroups) Delete(ctx context.Context, region, id string) error {
	return p.change(ctx, region, id, &Checker{}, APIDeletePlacementGroup, func(ctx context.Context, region string) error {
		return p.d.DeletePlacementGroup(ctx, region, id)
	})
}

func (p *placementGroups) change(ctx context.Context, region, id string, k *Checker, api API, call func(context.Context, string) error) error {
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
	req := MoveRequest{Region: p.c.region(region), GroupID: id, MoveOptions: *o}
	var list []account.Group
	for chunk := range slices.Chunk(ids, p.c.limits.IDsPerMove) {
		list = append(list, account.Group{IDs: chunk, Call: func(ctx context.Context, ids []string) error { return p.move(ctx, req, ids) }})
	}
	err := p.moves(req).all(ctx, list)
	var field *FieldError
	if errors.As(err, &field) {
		return field // about the options: the same for every server, and nothing was sent
	}
	return err
}

// moves knows what to repeat and what to forgive.
func (p *placementGroups) moves(req MoveRequest) *batches {
	r := p.c.newBatches("move into " + req.GroupID)
	r.atMostOnce = req.Force // a forced move restarts servers
	r.Settle = func(ctx context.Context, ids []string, err error) account.Refusal {
		switch {
		case len(ids) == 1 && p.c.tooNew(err, ids[0]):
			return p.c.notYetVisible(ids[0], err)
		case errors.Is(err, ErrState):
			return p.outside(ctx, req, ids, err)
		default:
			return account.Refusal{Left: ids, Err: err}
		}
	}
	return r
}

// outside looks at the group into which servers were not moved for their state,
// and returns those that are not in it already: some clouds refuse what is done,
// also when it was done by an earlier call whose answer was lost. If those left
// are all on their way to some state, their refusal is transient.
func (p *placementGroups) outside(ctx context.Context, req MoveRequest, ids []string, refusal error) account.Refusal {
	for g, err := range p.list(ctx, PlacementGroupQuery{Region: req.Region, IDs: []string{req.GroupID}}) {
		if err != nil {
			return account.Refusal{Left: ids, Err: fmt.Errorf("%w; looking at the group: %w", refusal, err)}
		}
		if g.ID == req.GroupID {
			ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(g.InstanceIDs, id) })
		}
	}
	moving := len(ids) > 0 && p.c.allMoving(ctx, req.Region, ids)
	return account.Refusal{Left: ids, Err: refusal, Transient: moving}
}

func (p *placementGroups) move(ctx context.Context, req MoveRequest, ids []string) error {
	req.InstanceIDs = ids
	return p.c.once(ctx, req.Region, APIMoveIntoPlacementGroup, len(ids), func(ctx context.Context) (string, error) {
		return "", p.d.MoveIntoPlacementGroup(ctx, &req)
	})
}
