package providertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// PlacementCase describes a cloud's placement groups for the suite.
type PlacementCase struct {
	// Groups are valid groups by name, at least one for each strategy of the cloud.
	// Together they set every field that its groups have. The driver must refuse all
	// other strategies.
	Groups map[string]*placement.Spec

	// Stays means that an instance in a group cannot be moved to another group: that is
	// [provider.ErrState].
	Stays bool

	// Full is a vendor code for an account that cannot have more groups.
	Full string
}

func placementRules(h Harness) []rule {
	if h.Placement == nil {
		return []rule{{
			"a cloud without placement groups reports that",
			"A program must be able to ask before it relies on them.", noGroups,
		}}
	}
	return []rule{
		{
			"every strategy is either supported or refused",
			"Instances with a weaker spread than requested fail together.", groupStrategies,
		},
		{"a group is read back unchanged", "A lost field is lost for every instance.", groupsRoundTrip},
		{"groups are listed, each once", "A group that is not listed is never cleaned up.", listsGroups},
		{
			"groups are listed by strategy",
			"Instances must not go into a group with the wrong strategy.", listsByStrategy,
		},
		{
			"the same caller's token gives the same group, or an error",
			"A program that starts again must not create a second group.", groupToken,
		},
		{"a group is renamed", "Other fields must stay unchanged.", renamesGroups},
		{"instances are created in a group", "Outside the group they may share hardware.", createsInGroup},
		{
			"instances are moved into a group",
			"An instance that is reported as moved must be in the group.", movesIntoGroup,
		},
		{
			"one bad instance does not stop the others from being moved",
			"One stale ID must not leave a whole fleet on one host.", movesAroundBad,
		},
		{"a group with instances cannot be deleted", "The caller has to move or release them first.", keepsFullGroup},
		{"a group that was deleted is gone", "A stale ID must not look like success.", deletedGroupIsGone},
		{"a full account is ErrQuota", "The caller has to delete some, or ask for more.", fullAccountOfGroups},
		{
			"a throttled call about groups is repeated, not reported",
			"The call was not executed; the client repeats it.", throttledGroups,
		},
		{"a lost answer creates no second group", "It would be unknown which of the two is meant.", lostGroups},
		{
			"a lost answer to a change of a group is asked for again",
			"Repeating a change that was made has no effect.", lostGroupChanges,
		},
		{"a forced move whose answer was lost is not sent again", "Instances must not restart twice.", lostForcedMove},
		{"calls about groups end with their ctx", "A caller that gives up must not hang.", cancelsGroups},
		{"no secret in any error about groups", "Errors end up in logs.", groupErrorsAreClean},
	}
}

func noGroups(t *testing.T, w *world) {
	if p, err := placement.Of(w.client); p != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("want errors.ErrUnsupported, or a Harness.Placement to check the groups by; got %v", err)
	}
}

// groups returns the account's placement groups.
func (w *world) groups() *placement.Groups {
	w.t.Helper()
	p, err := placement.Of(w.client)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// group returns a group that can hold instances.
func (w *world) group(name string) placement.Spec {
	return placement.Spec{Name: name}
}

// newGroup creates a group.
func (w *world) newGroup(name string) string {
	w.t.Helper()
	id, err := w.groups().Create(w.ctx, w.group(name))
	if err != nil || id == "" {
		w.t.Fatalf("creating a group: ID %q, %v", id, err)
	}
	return id
}

// describeGroup reads one group, which must exist.
func (w *world) describeGroup(id string) placement.Group {
	w.t.Helper()
	list := read(w, "the group", w.groups().List(w.ctx, placement.Query{IDs: []string{id}}))
	if len(list) != 1 || list[0].ID != id {
		w.t.Fatalf("asked for the group %s, got %+v", id, list)
	}
	return list[0]
}

// wantMembers gives the cloud time to move instances.
func (w *world) wantMembers(when, id string, want ...string) {
	w.t.Helper()
	time.Sleep(30 * time.Second) // fake time
	have := slices.Sorted(slices.Values(w.describeGroup(id).InstanceIDs))
	if want = slices.Sorted(slices.Values(want)); !slices.Equal(have, want) {
		w.t.Errorf("%s: %v are in the group %s, want %v", when, have, id, want)
	}
}

// groupCount counts the groups of the account.
func (w *world) groupCount() int {
	return len(read(w, "the list", w.groups().List(w.ctx, placement.Query{})))
}

func strategyOf(g *placement.Spec) placement.Strategy {
	if g.Strategy == "" {
		return placement.Spread
	}
	return g.Strategy
}

func groupStrategies(t *testing.T, w *world) {
	has := map[placement.Strategy]bool{}
	for name, g := range w.Placement.Groups {
		has[strategyOf(g)] = true
		if id, err := w.groups().Create(w.ctx, *g); err != nil || w.describeGroup(id).Strategy != strategyOf(g) {
			t.Errorf("group %q, strategy %s: %v", name, g.Strategy, err)
		}
	}
	before := w.calls()
	for _, s := range []placement.Strategy{placement.Spread, placement.Partition, placement.Cluster} {
		if has[s] {
			continue
		}
		g := w.group("refused")
		g.Strategy = s
		if _, err := w.groups().Create(w.ctx, g); !errors.Is(err, errors.ErrUnsupported) || !names(err, "Strategy") {
			t.Errorf("strategy %s: want an error that says unsupported and names the field, got %v", s, err)
		}
	}
	if n := w.calls() - before; n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
}

// groupsRoundTrip compares only the fields that were set: the cloud chooses the rest.
// Some clouds do not report a field; that is no error.
func groupsRoundTrip(t *testing.T, w *world) {
	for _, name := range slices.Sorted(maps.Keys(w.Placement.Groups)) {
		want := w.Placement.Groups[name]
		id, err := w.groups().Create(w.ctx, *want)
		if err != nil {
			t.Errorf("group %q: %v", name, err)
			continue
		}
		got := w.describeGroup(id)
		if !sameGroup(&got, want) {
			t.Errorf("group %q: read %+v, want %+v", name, got, *want)
		}
		found := read(w, "the list", w.groups().List(w.ctx, placement.Query{Name: want.Name}))
		if !slices.ContainsFunc(found, func(g placement.Group) bool { return g.ID == id }) {
			t.Errorf("group %q is not found by its name %q", name, want.Name)
		}
	}
}

// sameGroup reports whether a group without instances has the fields that were set.
func sameGroup(got *placement.Group, want *placement.Spec) bool {
	words := got.Name == want.Name && got.Description == want.Description
	strategy := got.Strategy == strategyOf(want) && got.RawStrategy != ""
	partitions := want.Partitions == 0 || got.Partitions == want.Partitions
	perUnit := want.PerUnit == 0 || got.PerUnit == 0 || got.PerUnit == want.PerUnit
	level := want.Level == "" || got.Level == want.Level
	return words && strategy && partitions && perUnit && level && len(got.InstanceIDs) == 0
}

func listsGroups(t *testing.T, w *world) {
	var want []string
	for i := range 9 { // some accounts have at most ten
		want = append(want, w.newGroup(fmt.Sprintf("listed-%d", i)))
	}
	have := func(q placement.Query) (ids []string) {
		for _, g := range read(w, "the list", w.groups().List(w.ctx, q)) {
			ids = append(ids, g.ID)
		}
		return slices.Sorted(slices.Values(ids))
	}
	sorted := slices.Sorted(slices.Values(want))
	if got := have(placement.Query{}); !slices.Equal(got, sorted) {
		t.Errorf("listed %v, want %v", got, sorted)
	}
	if got := have(placement.Query{IDs: append(slices.Clone(want), want[0])}); !slices.Equal(got, sorted) {
		t.Errorf("by ID: listed %v, want %v", got, sorted)
	}
	for name, some := range map[string][]string{"listed-1": want[1:2], "listed": nil, "listed-8": want[8:]} {
		if got := have(placement.Query{Name: name}); !slices.Equal(got, some) {
			t.Errorf("called %q: %v, want %v", name, got, some)
		}
	}
}

func renamesGroups(t *testing.T, w *world) {
	p, id, other := w.groups(), w.newGroup("before"), w.newGroup("other")
	if err := p.Modify(w.ctx, "", id, placement.Change{Name: "after"}); err != nil {
		t.Fatal(err)
	}
	if got := w.describeGroup(id); got.Name != "after" {
		t.Errorf("renamed to %q", got.Name)
	}
	if got := w.describeGroup(other); got.Name != "other" {
		t.Errorf("another group was renamed to %q", got.Name)
	}
	before := w.calls()
	err := p.Modify(w.ctx, "", id, placement.Change{Description: "described"})
	switch sent := w.calls() - before; {
	case errors.Is(err, errors.ErrUnsupported) && sent == 0: // the cloud's groups have no description
	case err != nil:
		t.Errorf("describing a group: %v after %d requests", err, sent)
	default:
		if got := w.describeGroup(id); got.Name != "after" || got.Description != "described" {
			t.Errorf("described: %+v, want the name to stay", got)
		}
	}
}

// inGroup creates n instances in a group and waits until they run.
func (w *world) inGroup(n int, id string) []string {
	w.t.Helper()
	s := w.spec(n)
	s.Placement.GroupID = id
	op, err := w.client.RunInstances(w.ctx, s, nil)
	if err != nil {
		w.t.Fatalf("creating %d instances in a group: %v", n, err)
	}
	if _, err := op.Wait(w.ctx, nil); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(2 * time.Minute) // see running
	return op.InstanceIDs()
}

func createsInGroup(_ *testing.T, w *world) {
	id, other := w.newGroup("members"), w.newGroup("other")
	w.running(1)
	w.wantMembers("created in the group", id, w.inGroup(3, id)...)
	w.wantMembers("others", other)
}

func movesIntoGroup(t *testing.T, w *world) {
	p, id, other := w.groups(), w.newGroup("members"), w.newGroup("other")
	ids := w.running(4)
	if err := p.MoveIn(w.ctx, "", id, ids[:3], nil); err != nil {
		t.Fatal(err)
	}
	w.wantMembers("moved in", id, ids[:3]...)
	if err := p.MoveIn(w.ctx, "", id, ids[:3], nil); err != nil {
		t.Errorf("moved in again: %v", err)
	}
	w.wantMembers("moved in again", id, ids[:3]...)
	err := p.MoveIn(w.ctx, "", other, ids[2:], nil)
	if w.Placement.Stays {
		w.wantNamed("moved on", err, provider.ErrState, ids[2], ids[3])
		w.wantMembers("refused to leave", id, ids[:3]...)
		w.wantMembers("moved beside", other, ids[3])
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	w.wantMembers("moved on", id, ids[:2]...)
	w.wantMembers("moved on", other, ids[2:]...)
	w.wantPhase("moved without force", cloudsim.Running, ids...)
}

func movesAroundBad(_ *testing.T, w *world) {
	p, id, ids := w.groups(), w.newGroup("members"), w.running(3)
	unknown := w.unknownLike(ids[2])
	err := p.MoveIn(w.ctx, "", id, []string{ids[0], unknown, ids[1], ids[2]}, nil)
	w.wantNamed("a move", err, provider.ErrNotFound, unknown, ids...)
	w.wantMembers("moved beside a bad ID", id, ids...)
}

func keepsFullGroup(t *testing.T, w *world) {
	p, id := w.groups(), w.newGroup("members")
	ids := w.inGroup(2, id)
	wantAPIError(t, "deleting a group with instances", p.Delete(w.ctx, "", id), provider.ErrState)
	w.wantMembers("after the refusal", id, ids...)
	w.terminate(ids)
	time.Sleep(time.Hour) // until the instances have disappeared
	if err := p.Delete(w.ctx, "", id); err != nil {
		t.Errorf("deleting a group whose instances are gone: %v", err)
	}
}

func deletedGroupIsGone(t *testing.T, w *world) {
	p, id, other := w.groups(), w.newGroup("deleted"), w.newGroup("kept")
	ids := w.running(1)
	if err := p.Delete(w.ctx, "", id); err != nil {
		t.Fatal(err)
	}
	wantAPIError(t, "renaming it", p.Modify(w.ctx, "", id, placement.Change{Name: "again"}),
		provider.ErrNotFound)
	wantAPIError(t, "deleting it again", p.Delete(w.ctx, "", id), provider.ErrNotFound)
	wantAPIError(t, "moving an instance into it", p.MoveIn(w.ctx, "", id, ids, nil), provider.ErrNotFound)
	list := read(w, "the list", p.List(w.ctx, placement.Query{}))
	if len(list) != 1 || list[0].ID != other {
		t.Errorf("listed: %+v, want %s alone", list, other)
	}
	s := w.spec(1)
	s.Placement.GroupID = id
	_, err := w.client.RunInstances(w.ctx, s, nil)
	wantAPIError(t, "an instance in a group that was deleted", err, provider.ErrNotFound)
	if got := w.alive(); !slices.Equal(got, ids) {
		t.Errorf("instances %v, want %v", got, ids)
	}
}

func fullAccountOfGroups(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Refuse, Code: w.Placement.Full, Message: "refused by the rule"})
	_, err := w.groups().Create(w.ctx, w.group("more"))
	wantAPIError(t, "a further group", err, provider.ErrQuota)
	if n := w.calls(); n != 1 || errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("%v after %d requests; want 1 request and no open outcome", err, n)
	}
}

func throttledGroups(t *testing.T, w *world) {
	p, ids := w.groups(), w.running(1)
	throttle := func() { w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, Times: 2}) }
	throttle()
	id := w.newGroup("throttled")
	throttle()
	err := p.Modify(w.ctx, "", id, placement.Change{Name: "renamed"})
	throttle()
	err = errors.Join(err, p.MoveIn(w.ctx, "", id, ids, nil))
	throttle()
	w.wantMembers("moved while throttled", id, ids...)
	empty := w.newGroup("empty")
	throttle()
	if err = errors.Join(err, p.Delete(w.ctx, "", empty)); err != nil || w.groupCount() != 1 {
		t.Errorf("%v; %d groups, want 1", err, w.groupCount())
	}
}

func lostGroups(_ *testing.T, w *world) {
	w.lostAdd("CreatePlacementGroup", "", func(i int) error {
		_, err := w.groups().Create(w.ctx, w.group(fmt.Sprintf("lost-%d", i)))
		return err
	}, w.groupCount)
}

func lostGroupChanges(t *testing.T, w *world) {
	p := w.groups()
	for i, kind := range lossKinds() {
		ids := w.running(2)
		id, empty := w.newGroup(fmt.Sprintf("changed-%d", i)), w.newGroup(fmt.Sprintf("empty-%d", i))
		for _, change := range []func() error{
			func() error {
				return p.Modify(w.ctx, "", id, placement.Change{Name: fmt.Sprint("renamed-", i)})
			},
			func() error { return p.MoveIn(w.ctx, "", id, ids, nil) },
			func() error { return p.Delete(w.ctx, "", empty) },
		} {
			w.inject(cloudsim.Fault{Kind: kind, Times: 1})
			if err := change(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		w.wantMembers(string(kind), id, ids...)
		if got := w.describeGroup(id).Name; got != fmt.Sprint("renamed-", i) {
			t.Errorf("%s: the group is called %q", kind, got)
		}
		if n := w.groupCount(); n != i+1 {
			t.Errorf("%s: %d groups, want %d", kind, n, i+1)
		}
	}
}

func lostForcedMove(t *testing.T, w *world) {
	p, id, ids := w.groups(), w.newGroup("members"), w.running(1)
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ServerErrorAfter} {
		remove := w.inject(cloudsim.Fault{Kind: kind})
		before := w.calls()
		err := p.MoveIn(w.ctx, "", id, ids, &placement.MoveOptions{Force: true})
		remove()
		sent := w.calls() - before
		if errors.Is(err, errors.ErrUnsupported) && sent == 0 {
			return // the cloud has no forced move
		}
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), ids[0]) || sent != 1 {
			t.Errorf("%s: want ErrOutcomeUnknown that names %s after 1 request, got %v after %d", kind, ids[0], err,
				sent)
		}
	}
}

func cancelsGroups(_ *testing.T, w *world) {
	p, id, ids := w.groups(), w.newGroup("hangs"), w.running(1)
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	all := []func(context.Context) error{
		func(ctx context.Context) error { _, err := p.Create(ctx, w.group("more")); return err },
		func(ctx context.Context) error { return listError(p.List(ctx, placement.Query{})) },
		func(ctx context.Context) error {
			return p.Modify(ctx, "", id, placement.Change{Name: "renamed"})
		},
		func(ctx context.Context) error { return p.MoveIn(ctx, "", id, ids, nil) },
		func(ctx context.Context) error { return p.Delete(ctx, "", id) },
	}
	w.allCancelled(all...)
	w.endedSends(all...)
}

func groupErrorsAreClean(t *testing.T, w *world) {
	id := w.newGroup("clean")
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.Throttle},
		{Kind: cloudsim.Refuse, Code: w.Placement.Full},
		{Kind: cloudsim.ResetAfter},
		{Kind: cloudsim.ServerErrorBefore},
		{Kind: cloudsim.Malformed, Body: "<html>"},
	} {
		remove := w.inject(f)
		p, err := placement.Of(w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Create(w.ctx, w.group("more"))
		for _, err := range []error{
			err, listError(p.List(w.ctx, placement.Query{})),
			p.Delete(w.ctx, "", id),
		} {
			if err == nil {
				t.Errorf("fault %s: no error", f.Kind)
			}
			wantClean(t, err, plantedSecret)
		}
		remove()
	}
	c := w.New(t, w.sim.Transport(), provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret+"!", ""),
		nil)
	p, err := placement.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Create(w.ctx, w.group("more"))
	wantAPIError(t, "a wrong key", err, provider.ErrAuth)
	wantClean(t, err, plantedSecret)
}
