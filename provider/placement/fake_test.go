package placement_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// placementCloud is a fake with placement groups: at most three may be described
// by ID at once, and four instances moved.
type placementCloud struct {
	*fakedriver.Cloud
	refuse func(g *placement.Spec) error

	strict bool // instances that are in a group already are not moved into it

	// stuck are instances that cannot be moved, with the reason.
	stuck map[string]error

	groups   []*keptGroup
	requests []groupRequest
	results  map[string]string // the group of a token
}

type keptGroup struct {
	placement.Group
	region string
}

// groupRequest is what a call was about.
type groupRequest struct {
	api    provider.API
	region string
	spec   placement.Spec
	query  placement.Query
	page   string
	move   placement.MoveOptions
	group  string
	ids    []string
}

func newPlacementCloud() *placementCloud {
	f := &placementCloud{Cloud: fakedriver.New(), results: map[string]string{}, stuck: map[string]error{}}
	f.Max.Idempotent = []provider.API{"CreatePlacementGroup"}
	f.Max.IDsPerGroupDescribe, f.Max.IDsPerMove = 3, 4
	return f
}

// open returns the placement groups of the cloud, to a client in a region.
func (f *placementCloud) open(t *testing.T, region string) *placement.Groups {
	t.Helper()
	p, err := placement.Of(provider.NewClient(f, &provider.Options{Region: region}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// withGroups runs a test in a bubble of fake time with a fresh cloud.
func withGroups(t *testing.T, test func(t *testing.T, f *placementCloud, p *placement.Groups)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newPlacementCloud()
		test(t, f, f.open(t, "region-1"))
	})
}

func (f *placementCloud) ValidatePlacementGroup(g *placement.Spec) error {
	if f.refuse == nil {
		return nil
	}
	return f.refuse(g)
}

// do writes a call down and carries it out between the two scripts.
func (f *placementCloud) do(ctx context.Context, c fakedriver.Call, r groupRequest, work func() error) error {
	c.API = r.api
	return f.Do(ctx, c, func() { f.requests = append(f.requests, r) }, work)
}

func (f *placementCloud) find(region, id string) (*keptGroup, error) {
	for _, g := range f.groups {
		if g.region == region && g.ID == id {
			return g, nil
		}
	}
	return nil, fakedriver.Refusal(provider.ErrNotFound, "InvalidGroup.NotFound")
}

func (f *placementCloud) CreatePlacementGroup(
	ctx context.Context, spec *placement.Spec, token string,
) (id, requestID string, err error) {
	s := *spec
	err = f.do(ctx, fakedriver.Call{Token: token}, groupRequest{api: "CreatePlacementGroup", region: s.Region, spec: s}, func() error {
		if id = f.results[token]; id != "" {
			return nil
		}
		g := &keptGroup{region: s.Region, Group: placement.Group{
			ID: fmt.Sprintf("pg-%d", len(f.groups)+1), Name: s.Name, Description: s.Description, Strategy: s.Strategy, Partitions: s.Partitions,
		}}
		f.groups = append(f.groups, g)
		id = g.ID
		if token != "" {
			f.results[token] = id
		}
		return nil
	})
	if err != nil {
		return "", "", err
	}
	return id, "req-group", nil
}

func (f *placementCloud) DescribePlacementGroups(
	ctx context.Context, r *placement.Query, token string,
) (page *provider.Page[placement.Group], err error) {
	asked := groupRequest{api: "DescribePlacementGroups", region: r.Region, query: *r, page: token}
	err = f.do(ctx, fakedriver.Call{IDs: r.IDs}, asked, func() error {
		var all []placement.Group
		for _, g := range f.groups {
			if g.region == r.Region && r.Matches(&g.Group) {
				all = append(all, g.Group)
			}
		}
		page = &provider.Page[placement.Group]{RequestID: "req-groups"}
		page.Items, page.NextPage = fakedriver.Paged(all, token)
		return nil
	})
	return page, err
}

func (f *placementCloud) ModifyPlacementGroup(ctx context.Context, region, id string, to placement.Change) error {
	return f.do(ctx, fakedriver.Call{}, groupRequest{api: "ModifyPlacementGroup", region: region}, func() error {
		g, err := f.find(region, id)
		if err != nil {
			return err
		}
		if to.Name != "" {
			g.Name = to.Name
		}
		if to.Description != "" {
			g.Description = to.Description
		}
		return nil
	})
}

// MoveIntoPlacementGroup moves all instances of a call or none.
func (f *placementCloud) MoveIntoPlacementGroup(ctx context.Context, region, group string, ids []string, o placement.MoveOptions) error {
	asked := groupRequest{api: "MoveIntoPlacementGroup", region: region, group: group, ids: ids, move: o}
	return f.do(ctx, fakedriver.Call{IDs: slices.Clone(ids)}, asked, func() error {
		g, err := f.find(region, group)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := f.stuck[id]; err != nil {
				return err
			}
			if f.strict && slices.Contains(g.InstanceIDs, id) {
				return fakedriver.Refusal(provider.ErrState, "AlreadyInGroup")
			}
		}
		for _, other := range f.groups {
			other.InstanceIDs = slices.DeleteFunc(other.InstanceIDs, func(id string) bool { return slices.Contains(ids, id) })
		}
		g.InstanceIDs = append(g.InstanceIDs, ids...)
		return nil
	})
}

func (f *placementCloud) DeletePlacementGroup(ctx context.Context, region, id string) error {
	return f.do(ctx, fakedriver.Call{}, groupRequest{api: "DeletePlacementGroup", region: region}, func() error {
		g, err := f.find(region, id)
		switch {
		case err != nil:
			return err
		case len(g.InstanceIDs) > 0:
			return fakedriver.Refusal(provider.ErrState, "GroupNotEmpty")
		}
		f.groups = slices.DeleteFunc(f.groups, func(other *keptGroup) bool { return other == g })
		return nil
	})
}

// members returns the instances in a group, sorted.
func (f *placementCloud) members(t *testing.T, id string) []string {
	t.Helper()
	g, err := f.find("region-1", id)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(g.InstanceIDs))
}
