package provider_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
)

// placementCloud is a fake with placement groups: at most three may be described
// by ID at once, and four servers moved.
type placementCloud struct {
	*fake
	refuse func(g *provider.PlacementGroupSpec) error

	// Scripts, as those of templateCloud.
	before, after func(api provider.API, n int) error

	strict bool // servers that are in a group already are not moved into it

	// stuck are servers that cannot be moved, with the reason.
	stuck map[string]error

	groups   []*keptGroup
	requests []groupRequest
	results  map[string]string // the group of a token
}

type keptGroup struct {
	provider.PlacementGroup
	region string
}

// groupRequest is what a call was about.
type groupRequest struct {
	api    provider.API
	region string
	spec   provider.PlacementGroupSpec
	query  provider.PlacementGroupQuery
	page   string
	move   provider.MoveOptions
	group  string
	ids    []string
}

func newPlacementCloud() *placementCloud {
	f := &placementCloud{fake: newFake(), results: map[string]string{}, stuck: map[string]error{}}
	f.limits.Idempotent = []provider.API{"CreatePlacementGroup"}
	f.limits.IDsPerGroupDescribe, f.limits.IDsPerMove = 3, 4
	return f
}

// open returns the placement groups of the cloud, to a client in a region.
func (f *placementCloud) open(t *testing.T, region string) provider.PlacementGroups {
	t.Helper()
	p, err := provider.NewClient(f, &provider.Options{Region: region}).PlacementGroups()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// withGroups runs a test in a bubble of fake time with a fresh cloud.
func withGroups(t *testing.T, test func(t *testing.T, f *placementCloud, p provider.PlacementGroups)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newPlacementCloud()
		test(t, f, f.open(t, "region-1"))
	})
}

func (f *placementCloud) ValidatePlacementGroup(g *provider.PlacementGroupSpec) error {
	if f.refuse == nil {
		return nil
	}
	return f.refuse(g)
}

// do writes a call down and carries it out between the two scripts.
func (f *placementCloud) do(ctx context.Context, c call, r groupRequest, work func() error) error {
	c.api = r.api
	n, err := f.enter(ctx, c)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r)
	if err == nil && f.before != nil {
		err = f.before(r.api, n)
	}
	if err == nil {
		err = work()
	}
	if err == nil && f.after != nil {
		err = f.after(r.api, n)
	}
	return err
}

func (f *placementCloud) find(region, id string) (*keptGroup, error) {
	for _, g := range f.groups {
		if g.region == region && g.ID == id {
			return g, nil
		}
	}
	return nil, refusal(provider.ErrNotFound, "InvalidGroup.NotFound")
}

func (f *placementCloud) CreatePlacementGroup(
	ctx context.Context, spec *provider.PlacementGroupSpec, token string,
) (id, requestID string, err error) {
	s := *spec
	err = f.do(ctx, call{token: token}, groupRequest{api: "CreatePlacementGroup", region: s.Region, spec: s}, func() error {
		if id = f.results[token]; id != "" {
			return nil
		}
		g := &keptGroup{region: s.Region, PlacementGroup: provider.PlacementGroup{
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
	ctx context.Context, r *provider.PlacementGroupQuery, token string,
) (page *provider.Page[provider.PlacementGroup], err error) {
	asked := groupRequest{api: "DescribePlacementGroups", region: r.Region, query: *r, page: token}
	err = f.do(ctx, call{ids: r.IDs}, asked, func() error {
		var all []provider.PlacementGroup
		for _, g := range f.groups {
			if g.region == r.Region && r.Matches(&g.PlacementGroup) {
				all = append(all, g.PlacementGroup)
			}
		}
		page = &provider.Page[provider.PlacementGroup]{RequestID: "req-groups"}
		page.Items, page.NextPage = paged(all, token)
		return nil
	})
	return page, err
}

func (f *placementCloud) ModifyPlacementGroup(ctx context.Context, region, id string, to provider.PlacementGroupChange) error {
	return f.do(ctx, call{}, groupRequest{api: "ModifyPlacementGroup", region: region}, func() error {
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

// MoveIntoPlacementGroup moves all servers of a call or none.
func (f *placementCloud) MoveIntoPlacementGroup(ctx context.Context, region, group string, ids []string, o provider.MoveOptions) error {
	asked := groupRequest{api: "MoveIntoPlacementGroup", region: region, group: group, ids: ids, move: o}
	return f.do(ctx, call{ids: slices.Clone(ids)}, asked, func() error {
		g, err := f.find(region, group)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := f.stuck[id]; err != nil {
				return err
			}
			if f.strict && slices.Contains(g.InstanceIDs, id) {
				return refusal(provider.ErrState, "AlreadyInGroup")
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
	return f.do(ctx, call{}, groupRequest{api: "DeletePlacementGroup", region: region}, func() error {
		g, err := f.find(region, id)
		switch {
		case err != nil:
			return err
		case len(g.InstanceIDs) > 0:
			return refusal(provider.ErrState, "GroupNotEmpty")
		}
		f.groups = slices.DeleteFunc(f.groups, func(other *keptGroup) bool { return other == g })
		return nil
	})
}

// members returns the servers in a group, sorted.
func (f *placementCloud) members(t *testing.T, id string) []string {
	t.Helper()
	g, err := f.find("region-1", id)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(g.InstanceIDs))
}
