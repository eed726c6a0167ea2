package providertest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

func findsVersions(t *testing.T, w *world) {
	ref := w.newTemplate("found")
	for i := range 4 {
		w.newVersion(ref, fmt.Sprint("instances-", i))
	}
	if err := w.templates().SetDefault(w.ctx, "", provider.LaunchTemplateRef{ID: ref.ID, Version: 3}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    launchtemplate.VersionQuery
		want []int
	}{
		{launchtemplate.VersionQuery{}, []int{1, 2, 3, 4, 5}},
		{launchtemplate.VersionQuery{Versions: []int{4, 2, 9}}, []int{2, 4}},
		{launchtemplate.VersionQuery{MinVersion: 2, MaxVersion: 3}, []int{2, 3}},
		{launchtemplate.VersionQuery{MinVersion: 5}, []int{5}},
		{launchtemplate.VersionQuery{MinVersion: 6}, nil},
		{launchtemplate.VersionQuery{DefaultOnly: true}, []int{3}},
	} {
		c.q.Template = ref
		var got []int
		for _, v := range read(w, "the versions", w.templates().FindVersions(w.ctx, c.q)) {
			got = append(got, v.Version)
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%+v: found %v, want %v", c.q, got, c.want)
		}
	}
}

func findsTemplatesByTags(t *testing.T, w *world) {
	w.newTemplate("untagged")
	for name, value := range map[string]string{"tagged": "a", "other": "b"} {
		s := w.template("")
		s.Spec.Tags = map[string]string{"team": value}
		if _, err := w.templates().CreateVersion(w.ctx, w.newTemplate(name), s); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	q := launchtemplate.Query{InstanceTags: map[string]string{"team": "a"}}
	for _, v := range read(w, "the list", w.templates().List(w.ctx, q)) {
		got = append(got, v.Name)
	}
	if !slices.Equal(got, []string{"tagged"}) {
		t.Errorf("found %v, want the template with the tag", got)
	}
}

func listsByStrategy(t *testing.T, w *world) {
	count := map[placement.Strategy]int{}
	for name, g := range w.Placement.Groups {
		if _, err := w.groups().Create(w.ctx, *g); err != nil {
			t.Fatalf("group %q: %v", name, err)
		}
		count[strategyOf(g)]++
	}
	for _, s := range []placement.Strategy{placement.Spread, placement.Partition, placement.Cluster} {
		list := read(w, "the list", w.groups().List(w.ctx, placement.Query{Strategy: s}))
		for _, g := range list {
			if g.Strategy != s {
				t.Errorf("asked for %s, found %+v", s, g)
			}
		}
		if len(list) != count[s] {
			t.Errorf("%s: %d groups, want %d", s, len(list), count[s])
		}
	}
}

func groupToken(t *testing.T, w *world) {
	g := w.group("token")
	g.ClientToken = "the-callers-own-token-1"
	first, err := w.groups().Create(w.ctx, g)
	if !slices.Contains(w.client.Driver().Limits().Idempotent, "CreatePlacementGroup") {
		if !errors.Is(err, errors.ErrUnsupported) || !names(err, "ClientToken") || w.calls() != 0 {
			t.Errorf("a cloud without tokens: want an error that says so and no request, got %v", err)
		}
		return
	}
	second, again := w.groups().Create(w.ctx, g)
	if err != nil || again != nil || first != second || w.groupCount() != 1 {
		t.Errorf("twice with one token: %q %v, %q %v; %d groups", first, err, second, again, w.groupCount())
	}
}
