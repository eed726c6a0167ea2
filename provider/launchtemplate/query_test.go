package launchtemplate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TestFindVersions: the fake narrows nothing by itself.
func TestFindVersions(t *testing.T) {
	withTemplates(t, func(t *testing.T, _ *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		for range 5 {
			newVersion(t, l, ref)
		}
		if err := l.SetDefault(t.Context(), "", provider.LaunchTemplateRef{ID: ref.ID, Version: 4}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			q    launchtemplate.VersionQuery
			want []int
		}{
			{launchtemplate.VersionQuery{}, []int{1, 2, 3, 4, 5, 6}},
			{launchtemplate.VersionQuery{MinVersion: 3}, []int{3, 4, 5, 6}},
			{launchtemplate.VersionQuery{MaxVersion: 2}, []int{1, 2}},
			{launchtemplate.VersionQuery{MinVersion: 2, MaxVersion: 2}, []int{2}},
			{launchtemplate.VersionQuery{Versions: []int{5, 1, 5, 9}}, []int{1, 5}},
			{launchtemplate.VersionQuery{Versions: []int{5, 1}, MinVersion: 2}, []int{5}},
			{launchtemplate.VersionQuery{DefaultOnly: true}, []int{4}},
			{launchtemplate.VersionQuery{DefaultOnly: true, MaxVersion: 3}, nil},
		} {
			c.q.Template = ref
			var got []int
			for _, v := range fakedriver.All(t, l.FindVersions(t.Context(), c.q)) {
				got = append(got, v.Version)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v finds %v, want %v", c.q, got, c.want)
			}
		}
		for v, err := range l.FindVersions(t.Context(), launchtemplate.VersionQuery{Template: ref}) {
			if v.Version != 1 || err != nil {
				t.Fatalf("the loop went on to %d, %v", v.Version, err)
			}
			break
		}
	})
}

func TestBadVersionQueriesAreNotSent(t *testing.T) {
	const at = "LaunchTemplateVersionQuery."
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := provider.LaunchTemplateRef{ID: "lt-1"}
		for path, q := range map[string]launchtemplate.VersionQuery{
			"LaunchTemplateRef":     {},
			at + "Template.Version": {Template: provider.LaunchTemplateRef{ID: "lt-1", Version: 2}},
			at + "Versions[1]":      {Template: ref, Versions: []int{1, 0}},
			at + "MinVersion":       {Template: ref, MinVersion: 3, MaxVersion: 2},
			at + "MaxVersion":       {Template: ref, MaxVersion: -1},
		} {
			n := 0
			for _, err := range l.FindVersions(t.Context(), q) {
				if got := fakedriver.Paths(t, err); !slices.Contains(got, path) {
					t.Errorf("the error names %v, want %s", got, path)
				}
				n++
			}
			if n != 1 {
				t.Errorf("%s: the loop has %d turns, want one with the error", path, n)
			}
		}
		if len(f.requests) != 0 {
			t.Errorf("sent all the same: %+v", f.requests)
		}
	})
}

// TestTemplatesByTheTagsOfTheirInstances: whichever version gives them.
func TestTemplatesByTheTagsOfTheirInstances(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		var refs []provider.LaunchTemplateRef
		for _, name := range []string{"none", "old", "new", "other", "half"} {
			refs = append(refs, newTemplate(t, l, name))
		}
		for i, tags := range []map[string]string{nil, {"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"a": "1"}} {
			s := template("")
			s.Spec.Tags = tags
			if _, err := l.CreateVersion(t.Context(), refs[i], s); err != nil {
				t.Fatal(err)
			}
		}
		newVersion(t, l, refs[1])
		var got []string
		q := launchtemplate.Query{InstanceTags: map[string]string{"a": "1", "b": "2"}}
		for _, v := range fakedriver.All(t, l.List(t.Context(), q)) {
			got = append(got, v.Name)
		}
		if !slices.Equal(got, []string{"old", "new"}) {
			t.Errorf("found %v, want old and new", got)
		}
		f.requests = nil
		f.Before = func(api provider.API, _ int) error {
			if api == "DescribeLaunchTemplateVersions" {
				return fakedriver.Refusal(provider.ErrPermission, "Forbidden.RAM")
			}
			return nil
		}
		turns := 0
		for v, err := range l.List(t.Context(), q) {
			if turns++; v.ID != "" || !errors.Is(err, provider.ErrPermission) || !strings.Contains(err.Error(), "lt-1") {
				t.Errorf("got %+v, %v; want an error that names the template", v, err)
			}
		}
		if turns != 1 {
			t.Errorf("the loop went on after its first error: %d turns", turns)
		}
		for _, q := range []launchtemplate.Query{{Tags: map[string]string{"": "x"}}, {InstanceTags: map[string]string{"": "x"}}} {
			for _, err := range l.List(t.Context(), q) {
				if !errors.Is(err, provider.ErrInvalid) {
					t.Errorf("an empty key: %v", err)
				}
			}
		}
	})
}

// TestATemplateThatIsDeletedMeanwhile is none that tags its instances.
func TestATemplateThatIsDeletedMeanwhile(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		newTemplate(t, l, "web")
		f.Before = func(api provider.API, _ int) error {
			if api == "DescribeLaunchTemplateVersions" {
				return fakedriver.Refusal(provider.ErrNotFound, "InvalidLaunchTemplate.NotFound")
			}
			return nil
		}
		if got := fakedriver.All(t, l.List(t.Context(), launchtemplate.Query{InstanceTags: map[string]string{"a": "1"}})); len(got) != 0 {
			t.Errorf("found %+v", got)
		}
	})
}

// TestAVersionToDeleteIsNamedOnce.
func TestAVersionToDeleteIsNamedOnce(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		newVersion(t, l, ref)
		newVersion(t, l, ref)
		if err := l.DeleteVersions(t.Context(), "", ref, 3, 2, 3); err != nil {
			t.Fatal(err)
		}
		if got := f.requests[len(f.requests)-1].versions; !slices.Equal(got, []int{3, 2}) {
			t.Errorf("asked to delete %v, want 3 and 2", got)
		}
	})
}
