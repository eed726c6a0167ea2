package placement_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// newGroup creates a group and fails the test on any error.
func newGroup(t *testing.T, p *placement.Groups, name string) string {
	t.Helper()
	id, err := p.Create(t.Context(), placement.Spec{Name: name})
	if err != nil || id == "" {
		t.Fatalf("group %q: ID %q, %v", name, id, err)
	}
	return id
}

// option is an option of a cloud that is named.
type option struct{ cloud string }

func (o option) VendorName() string { return o.cloud }

// params are options with raw parameters.
type params struct{ Params map[string]string }

func (params) VendorName() string { return "fake" }

// run creates n instances and returns their IDs.
func run(t *testing.T, c *provider.Client, n int) []string {
	t.Helper()
	op, err := c.RunInstances(t.Context(), provider.RunInstancesSpec{ImageID: "img-1", InstanceType: "t1.small", Count: n}, nil)
	if err != nil {
		t.Fatalf("creating %d instances: %v", n, err)
	}
	return op.InstanceIDs()
}

// fleet returns the IDs of n instances that are no news to the cloud.
func fleet(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("i-%03d", i+1))
	}
	return ids
}

func TestTheLifeOfAGroup(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		ctx := t.Context()
		s := placement.Spec{Name: "db", Description: "old", Strategy: placement.Partition, Partitions: 3, Level: placement.Rack, PerUnit: 2, Tags: map[string]string{"a": "b"}}
		id, err := p.Create(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		got := f.requests[0].spec
		if got.Region != "region-1" || got.Name != "db" || got.Partitions != 3 || got.Level != placement.Rack || got.PerUnit != 2 || got.Tags["a"] != "b" {
			t.Errorf("the driver got %+v", got)
		}
		if err := p.MoveIn(ctx, "", id, []string{"i-1", "i-2"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := p.Modify(ctx, "", id, placement.Change{Name: "db-2"}); err != nil {
			t.Fatal(err)
		}
		list := fakedriver.All(t, p.List(ctx, placement.Query{Name: "db-2"}))
		if len(list) != 1 || list[0].ID != id || list[0].Description != "old" || !slices.Equal(list[0].InstanceIDs, []string{"i-1", "i-2"}) {
			t.Errorf("the list holds %+v", list)
		}
		if list := fakedriver.All(t, p.List(ctx, placement.Query{Name: "db"})); len(list) != 0 {
			t.Errorf("the old name finds %+v", list)
		}
		if err := p.Delete(ctx, "", id); !errors.Is(err, provider.ErrState) {
			t.Errorf("deleting a group with instances: %v", err)
		}
		if err := p.MoveIn(ctx, "", newGroup(t, p, "other"), []string{"i-1", "i-2"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := p.Delete(ctx, "", id); err != nil {
			t.Error(err)
		}
		for what, err := range map[string]error{
			"modify": p.Modify(ctx, "", id, placement.Change{Name: "x"}),
			"move":   p.MoveIn(ctx, "", id, []string{"i-1"}, nil),
			"delete": p.Delete(ctx, "", id),
		} {
			if !errors.Is(err, provider.ErrNotFound) {
				t.Errorf("%s of a group that is gone: %v", what, err)
			}
		}
	})
}

func TestACloudWithoutGroups(t *testing.T) {
	p, err := placement.Of(provider.NewClient(fakedriver.New(), nil))
	if p != nil || !errors.Is(err, errors.ErrUnsupported) || err.Error() != "fake: placement groups: unsupported operation" {
		t.Errorf("want an error that names the cloud, got %v and %v", p, err)
	}
}

func TestEveryCallAboutGroupsGoesToItsRegion(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		const elsewhere = "region-2"
		ctx := t.Context()
		id, err := p.Create(ctx, placement.Spec{Region: elsewhere})
		other, err2 := p.Create(ctx, placement.Spec{Region: elsewhere})
		fakedriver.All(t, p.List(ctx, placement.Query{Region: elsewhere}))
		fakedriver.All(t, p.List(ctx, placement.Query{Region: elsewhere, IDs: []string{id}}))
		err = errors.Join(err, err2, p.Modify(ctx, elsewhere, id, placement.Change{Description: "x"}),
			p.MoveIn(ctx, elsewhere, other, []string{"i-1"}, nil), p.Delete(ctx, elsewhere, id))
		if err != nil {
			t.Fatal(err)
		}
		if len(f.requests) != 7 {
			t.Errorf("%d calls, want 7", len(f.requests))
		}
		for _, r := range f.requests {
			if r.region != elsewhere {
				t.Errorf("%s went to %q", r.api, r.region)
			}
		}
	})
}

func TestBadGroupsAreNotSent(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		f.refuse = func(g *placement.Spec) error {
			k := provider.Checker{Driver: "fake"}
			k.Require(g.PerUnit == 0, "PerUnit", g.PerUnit, "no")
			return k.Err()
		}
		ctx, nowhere := t.Context(), f.open(t, "")
		create := func(p *placement.Groups, s placement.Spec) error {
			_, err := p.Create(ctx, s)
			return err
		}
		bad := placement.Spec{Strategy: "pile", Level: "room", Partitions: -1, PerUnit: -1, Tags: map[string]string{"": "x"}}
		for i, c := range []struct {
			err  error
			want []string
		}{
			{create(nowhere, bad), []string{"Region", "Strategy", "Level", "Partitions", "PerUnit", "Partitions", "Tags", "PerUnit"}},
			{create(p, placement.Spec{PerUnit: 2, Partitions: 2}), []string{"Partitions", "PerUnit"}},
			{create(p, placement.Spec{Strategy: placement.Cluster, Partitions: 2}), []string{"Partitions"}},
			{create(p, placement.Spec{Vendor: []provider.VendorOption{option{"fake"}, option{"fake"}}}), []string{"Vendor[1]"}},
			{fakedriver.ErrOf(p.List(ctx, placement.Query{IDs: []string{"", "pg-1", ""}})), []string{"PlacementGroupQuery.IDs[0]", "PlacementGroupQuery.IDs[2]"}},
			{p.Modify(ctx, "", "pg-1", placement.Change{}), []string{"PlacementGroupChange"}},
			{nowhere.Modify(ctx, "", "", placement.Change{}), []string{"PlacementGroupChange", "region", "id"}},
			{p.MoveIn(ctx, "", "", []string{"i-1", "", "i-2"}, &placement.MoveOptions{Partition: -1}), []string{"id", "MoveOptions.Partition", "IDs[1]"}},
			{nowhere.MoveIn(ctx, "", "pg-1", []string{"i-1"}, nil), []string{"region"}},
			{p.Delete(ctx, "", ""), []string{"id"}},
			{nowhere.Delete(ctx, "", ""), []string{"region", "id"}},
		} {
			if got := fakedriver.Paths(t, c.err); !slices.Equal(got, c.want) || !errors.Is(c.err, provider.ErrInvalid) {
				t.Errorf("case %d: the error names %q, want %q; %v", i, got, c.want, c.err)
			}
		}
		if len(f.Calls) != 0 {
			t.Errorf("%d calls reached the cloud, want none: %+v", len(f.Calls), f.requests)
		}
	})
}

// Drivers look into the options, as into those of instances, which nil would not
// survive.
func TestOptionsOfAGroupThatAreNil(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		f.refuse = func(g *placement.Spec) error {
			for _, o := range g.Vendor {
				_ = o.VendorName()
			}
			return nil
		}
		for _, o := range []provider.VendorOption{nil, (*option)(nil)} {
			_, err := p.Create(t.Context(), placement.Spec{Vendor: []provider.VendorOption{o}, PerUnit: -1})
			if got := fakedriver.Paths(t, err); !slices.Equal(got, []string{"PerUnit", "Vendor[0]"}) {
				t.Errorf("the error names %v", got)
			}
		}
	})
}

func TestGroupsByID(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		var ids []string
		for i := range 8 {
			ids = append(ids, newGroup(t, p, fmt.Sprint("g-", i%2)))
		}
		f.Calls, f.requests = nil, nil
		var got []string
		for _, g := range fakedriver.All(t, p.List(t.Context(), placement.Query{IDs: append(append(slices.Clone(ids), "pg-99"), ids[:5]...)})) {
			got = append(got, g.ID)
		}
		if !slices.Equal(got, ids) {
			t.Errorf("found %v, want each of %v once", got, ids)
		}
		for _, c := range f.Calls {
			if len(c.IDs) > 3 || len(c.IDs) == 0 {
				t.Errorf("a call names %d groups, and at most 3 are allowed", len(c.IDs))
			}
		}
		if n := len(f.Calls); n != 3+2 { // the first two have two pages
			t.Errorf("%d calls, want 5", n)
		}
		if n := len(fakedriver.All(t, p.List(t.Context(), placement.Query{IDs: ids, Name: "g-1"}))); n != 4 {
			t.Errorf("%d groups are called so, want 4", n)
		}
		if n := len(fakedriver.All(t, p.List(t.Context(), placement.Query{}))); n != 8 {
			t.Errorf("%d groups, want all 8", n)
		}
	})
}

func TestListsOfGroupsEnd(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		var ids []string
		for range 8 {
			ids = append(ids, newGroup(t, p, "g"))
		}
		for _, q := range []placement.Query{{}, {IDs: ids}} {
			f.Calls, f.Before = nil, nil
			for range p.List(t.Context(), q) {
				break
			}
			if len(f.Calls) != 1 {
				t.Errorf("%d calls for the first group", len(f.Calls))
			}
			f.Before = func(_ provider.API, n int) error {
				return map[bool]error{true: fakedriver.Refusal(provider.ErrPermission, "Forbidden")}[n == 3]
			}
			good, bad := 0, 0
			for _, err := range p.List(t.Context(), q) {
				if good++; err != nil {
					good--
					bad++
				}
			}
			if bad != 1 || good >= 8 || len(f.Calls) != 3 {
				t.Errorf("%d groups and %d errors after %d calls; want the list to end at its first error", good, bad, len(f.Calls))
			}
		}
	})
}

func TestMovesInFewCalls(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		id, ids := newGroup(t, p, "g"), fleet(10)
		f.Calls, f.requests = nil, nil
		o := &placement.MoveOptions{Force: true, Partition: 2}
		if err := p.MoveIn(t.Context(), "", id, append(slices.Clone(ids), ids[:3]...), o); err != nil {
			t.Fatal(err)
		}
		if got := f.members(t, id); !slices.Equal(got, ids) || len(f.Calls) != 3 {
			t.Errorf("%v are in the group after %d calls, want all after 3", got, len(f.Calls))
		}
		for _, r := range f.requests {
			if r.move != *o || r.group != id || len(r.ids) > 4 {
				t.Errorf("the driver got %+v", r)
			}
		}
		switch err := errors.Join(p.MoveIn(t.Context(), "", id, nil, nil), p.MoveIn(t.Context(), "", id, []string{}, nil)); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(f.Calls) != 3:
			t.Errorf("calls: got %v, want 3", len(f.Calls))
		}
	})
}

// One instance that cannot move holds up no other.
func TestMovesAroundInstancesThatCannot(t *testing.T) {
	for _, force := range []bool{false, true} {
		withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
			id, ids := newGroup(t, p, "g"), fleet(10)
			f.stuck[ids[1]], f.stuck[ids[6]] = fakedriver.Refusal(provider.ErrState, "MustMove"), fakedriver.Refusal(provider.ErrNotFound, "NoInstance")
			err := p.MoveIn(t.Context(), "", id, ids, &placement.MoveOptions{Force: force})
			if !errors.Is(err, provider.ErrState) || !errors.Is(err, provider.ErrNotFound) || errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("want both refusals and nothing left open, got %v", err)
			}
			for _, instance := range ids {
				bad := f.stuck[instance] != nil
				switch {
				case strings.Contains(err.Error(), instance) != bad:
					t.Errorf("%s: strings.Contains(err.Error(), instance): got %v, want %v", instance, strings.Contains(err.Error(), instance), bad)
				case slices.Contains(f.members(t, id), instance) == bad:
					t.Errorf("%s: slices.Contains(f.members(t, id), instance): got %v, want anything but %v", instance, slices.Contains(f.members(t, id), instance), bad)
				}
			}
			if !strings.Contains(err.Error(), id) {
				t.Errorf("the error does not name the group: %v", err)
			}
		})
	}
}

// A refusal of the group is not a refusal of single instances.
func TestAMoveIntoAFullGroup(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		id := newGroup(t, p, "g")
		f.Before = func(provider.API, int) error { return fakedriver.Refusal(provider.ErrQuota, "GroupFull") }
		err := p.MoveIn(t.Context(), "", id, fleet(4), nil)
		if n := len(f.Made("MoveIntoPlacementGroup")); !errors.Is(err, provider.ErrQuota) || n != 1 {
			t.Errorf("%v after %d calls, want ErrQuota after 1", err, n)
		}
		if !strings.Contains(err.Error(), "i-004") {
			t.Errorf("the error does not name the instances: %v", err)
		}
	})
}

func TestLostAnswersToMoves(t *testing.T) {
	for _, force := range []bool{false, true} {
		withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
			id := newGroup(t, p, "g")
			f.After = func(_ provider.API, n int) error { return map[bool]error{true: fakedriver.Lost()}[n == 1] }
			err := p.MoveIn(t.Context(), "", id, fleet(3), &placement.MoveOptions{Force: force})
			n := len(f.Made("MoveIntoPlacementGroup"))
			if !force {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				if n != 2 {
					t.Errorf("%d calls, want 2: a move adds nothing to one that was carried out", n)
				}
				return
			}
			if n != 1 {
				t.Errorf("%d calls, want 1: instances must not restart twice", n)
			}
			if !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Fatalf("got error %v, want %v", err, provider.ErrOutcomeUnknown)
			}
			if !strings.Contains(err.Error(), "i-003") {
				t.Errorf("got %q, want i-003 in it", err)
			}
		})
	}
}

// Some clouds refuse to move instances that are there already.
func TestInstancesThatAreInTheGroupAlready(t *testing.T) {
	for _, loses := range []bool{false, true} {
		withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
			newGroup(t, p, "other")
			id, ids := newGroup(t, p, "g"), fleet(4)
			if err := p.MoveIn(t.Context(), "", id, ids[:3], nil); err != nil {
				t.Fatal(err)
			}
			f.strict, f.Calls = true, nil
			f.After = func(_ provider.API, n int) error { return map[bool]error{true: fakedriver.Lost()}[loses && n == 1] }
			if err := p.MoveIn(t.Context(), "", id, ids[:3], nil); err != nil {
				t.Errorf("all are there already: %v", err)
			}
			if n := len(f.Calls); n > 2 && !loses {
				t.Errorf("%d calls, want one to move and one to look", n)
			}
			if err := p.MoveIn(t.Context(), "", id, ids, nil); err != nil || !slices.Equal(f.members(t, id), ids) {
				t.Errorf("three are there already: %v; in the group: %v", err, f.members(t, id))
			}
			f.stuck["i-009"] = fakedriver.Refusal(provider.ErrState, "MustMove")
			err := p.MoveIn(t.Context(), "", id, []string{ids[0], "i-009"}, nil)
			if !errors.Is(err, provider.ErrState) || !strings.Contains(err.Error(), "i-009") || strings.Contains(err.Error(), ids[0]) {
				t.Errorf("want the refusal of i-009 alone, got %v", err)
			}
		})
	}
}

func TestAGroupThatCannotBeLookedAt(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		id := newGroup(t, p, "g")
		f.Before = func(api provider.API, _ int) error {
			if api == "DescribePlacementGroups" {
				return fakedriver.Refusal(provider.ErrPermission, "Forbidden")
			}
			return fakedriver.Refusal(provider.ErrState, "AlreadyThere")
		}
		err := p.MoveIn(t.Context(), "", id, fleet(1), nil)
		if !errors.Is(err, provider.ErrState) || !errors.Is(err, provider.ErrPermission) {
			t.Errorf("want the refusal and why it could not be looked into, got %v", err)
		}
	})
}

// What was certainly not carried out may be repeated even with Force.
func TestThrottledMovesAreRepeated(t *testing.T) {
	busy := fakedriver.Refusal(provider.ErrState, "InProgress")
	busy.Temporary = true
	for _, first := range []error{fakedriver.Throttled(), busy} {
		for _, force := range []bool{false, true} {
			withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
				id := newGroup(t, p, "g")
				f.Before = func(_ provider.API, n int) error { return map[bool]error{true: first}[n <= 3] }
				err := p.MoveIn(t.Context(), "", id, fleet(1), &placement.MoveOptions{Force: force})
				if n := len(f.Made("MoveIntoPlacementGroup")); err != nil || n != 4 {
					t.Errorf("%v: %v after %d calls, want 4", first, err, n)
				}
			})
		}
	}
}

// Instances that were just created may not be known to every part of a cloud yet.
func TestAnInstanceThatIsTooNewToMove(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, _ *placement.Groups) {
		c := provider.NewClient(f, &provider.Options{Region: "region-1"})
		p, err := placement.Of(c)
		if err != nil {
			t.Fatal(err)
		}
		id, ids := newGroup(t, p, "g"), run(t, c, 3)
		f.stuck[ids[1]] = fakedriver.Refusal(provider.ErrNotFound, "NoInstance")
		go func() {
			time.Sleep(20 * time.Second)
			f.Mu.Lock()
			defer f.Mu.Unlock()
			delete(f.stuck, ids[1])
		}()
		start := time.Now()
		if err := p.MoveIn(t.Context(), "", id, ids, &placement.MoveOptions{Force: true}); err != nil || len(f.members(t, id)) != 3 {
			t.Errorf("%v; %v are in the group", err, f.members(t, id))
		}
		if took := time.Since(start); took < 20*time.Second || took > 40*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Instances that are still being built are moved once they run; one that is refused
// for a state that stays is not asked for again and again.
func TestInstancesOnTheirWayAreMovedLater(t *testing.T) {
	for _, state := range []provider.State{provider.StatePending, provider.StateRunning} {
		withGroups(t, func(t *testing.T, f *placementCloud, _ *placement.Groups) {
			c := provider.NewClient(f, &provider.Options{Region: "region-1"})
			p, err := placement.Of(c)
			if err != nil {
				t.Fatal(err)
			}
			id, ids := newGroup(t, p, "g"), run(t, c, 3)
			start := time.Now()
			f.State = func(string, time.Duration) (provider.State, string) { return state, "" }
			f.Before = func(api provider.API, _ int) error {
				if api == "MoveIntoPlacementGroup" && time.Since(start) < 20*time.Second {
					return fakedriver.Refusal(provider.ErrState, "Building")
				}
				return nil
			}
			err = p.MoveIn(t.Context(), "", id, ids, nil)
			took, moving := time.Since(start), state == provider.StatePending
			switch {
			case (err == nil) != moving:
				t.Errorf("%s: has no error: got %v, want %v", state, (err == nil), moving)
			case moving && took < 20*time.Second:
				t.Errorf("%s: it took %v, want at least %v", state, took, 20*time.Second)
			case took > 40*time.Second:
				t.Errorf("%s: it took %v, want at most %v", state, took, 40*time.Second)
			case !moving && took > time.Second:
				t.Errorf("%s: it took %v, want at most %v", state, took, time.Second)
			case !moving && !errors.Is(err, provider.ErrState):
				t.Errorf("%s: got error %v, want %v", state, err, provider.ErrState)
			}
		})
	}
}

func TestOptionsOfAMoveThatTheCloudDoesNotHave(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		id := newGroup(t, p, "g")
		f.Before = func(provider.API, int) error {
			return &provider.FieldError{Driver: "fake", Path: "MoveOptions.Partition", Reason: "no partitions", Unsupported: true}
		}
		err := p.MoveIn(t.Context(), "", id, fleet(9), &placement.MoveOptions{Partition: 2, Force: true})
		if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "fake: MoveOptions.Partition: no partitions" {
			t.Errorf("want the field's error once, got %v", err)
		}
	})
}

func TestMovesEndWithTheirContext(t *testing.T) {
	for what, prepare := range map[string]func(f *placementCloud){
		"a call hangs":       func(f *placementCloud) { f.Delay = time.Hour },
		"throttled for ever": func(f *placementCloud) { f.Before = func(provider.API, int) error { return fakedriver.Throttled() } },
		"refused one by one": func(f *placementCloud) {
			f.Delay = 800 * time.Millisecond
			f.Before = func(provider.API, int) error { return fakedriver.Refusal(provider.ErrState, "MustMove") }
		},
	} {
		withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
			id := newGroup(t, p, "g")
			prepare(f)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			start := time.Now()
			err := p.MoveIn(ctx, "", id, fleet(20), nil)
			if took := time.Since(start); err == nil || took > 2100*time.Millisecond {
				t.Errorf("%s: after %v: %v", what, took, err)
			}
			n := len(f.Calls)
			switch err := p.MoveIn(ctx, "", id, fleet(20), nil); {
			case !errors.Is(err, context.DeadlineExceeded):
				t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
			case len(f.Calls) != n:
				t.Errorf("calls: got %v, want %v", len(f.Calls), n)
			}
		})
	}
}

// TestTheCallersTokenOfAGroup: the same token is the same group, also in another
// call of Create.
func TestTheCallersTokenOfAGroup(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		g := placement.Spec{Name: "web", ClientToken: "mine-1"}
		first, err := p.Create(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		second, err := p.Create(t.Context(), g)
		if err != nil || second != first || len(f.groups) != 1 {
			t.Errorf("got %q and %q, %v; %d groups exist", first, second, err, len(f.groups))
		}
		for _, token := range []string{strings.Repeat("x", 65), "two words", "é"} {
			_, err := p.Create(t.Context(), placement.Spec{Name: "web", ClientToken: token})
			if got := fakedriver.Paths(t, err); !slices.Equal(got, []string{"ClientToken"}) {
				t.Errorf("%q: the error names %v", token, got)
			}
		}
	})
}

// TestATokenThatACloudDoesNotHave is refused, not dropped.
func TestATokenThatACloudDoesNotHave(t *testing.T) {
	f := newPlacementCloud()
	f.Max.Idempotent = nil
	_, err := f.open(t, "region-1").Create(t.Context(), placement.Spec{Name: "web", ClientToken: "mine-1"})
	var e *provider.FieldError
	if !errors.As(err, &e) || e.Path != "ClientToken" || !errors.Is(err, errors.ErrUnsupported) || len(f.requests) != 0 {
		t.Errorf("got %v after %d calls", err, len(f.requests))
	}
}

func TestGroupsByStrategy(t *testing.T) {
	withGroups(t, func(t *testing.T, f *placementCloud, p *placement.Groups) {
		for _, s := range []placement.Strategy{placement.Spread, placement.Cluster, placement.Spread} {
			if _, err := p.Create(t.Context(), placement.Spec{Name: "web", Strategy: s}); err != nil {
				t.Fatal(err)
			}
		}
		if got := fakedriver.All(t, p.List(t.Context(), placement.Query{Strategy: placement.Spread})); len(got) != 2 {
			t.Errorf("found %+v, want two", got)
		}
		f.requests = nil
		for _, err := range p.List(t.Context(), placement.Query{Strategy: "apart"}) {
			if got := fakedriver.Paths(t, err); !slices.Equal(got, []string{"PlacementGroupQuery.Strategy"}) {
				t.Errorf("the error names %v", got)
			}
		}
		if len(f.requests) != 0 {
			t.Error("a strategy that does not exist was asked for")
		}
	})
}

func TestPlacementGroupsHoldNoPlaceholder(t *testing.T) {
	p, err := placement.Of(provider.NewClient(newPlacementCloud(), &provider.Options{Region: "region-1"}))
	if err != nil {
		t.Fatal(err)
	}
	bad := placement.Spec{Name: "web", Vendor: []provider.VendorOption{params{Params: map[string]string{"k": "[redacted]"}}}}
	_, err = p.Create(t.Context(), bad)
	if got, want := fakedriver.Paths(t, err), []string{`Vendor[0].Params["k"]`}; !slices.Equal(got, want) {
		t.Errorf("the error names %v, want %v", got, want)
	}
}
