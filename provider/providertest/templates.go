package providertest

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TemplateCase describes a cloud's launch templates for the suite.
type TemplateCase struct {
	// Specs are valid specs for templates, by name. Together they set every leaf that a
	// template holds. They are written exactly as the driver reads them back, including
	// defaults that the cloud fills in.
	Specs map[string]*provider.RunInstancesSpec

	// Implied are leaves that a template holds but that are never read back, with the
	// reason why nothing is lost.
	Implied map[string]string

	// Small is a spec for a template that can create instances, with an image and an
	// instance type.
	Small provider.RunInstancesSpec

	// Beside is the rest of the spec for RunInstances with a template of Small: empty,
	// or fields that a template does not hold. It has no name, count, image or instance
	// type.
	Beside provider.RunInstancesSpec

	// OtherType is an instance type other than Small's.
	OtherType string

	// Full is a vendor code for an account or a template that is full.
	Full string

	// Many is how many templates to list: more than one page of the driver, if an
	// account may have so many. 0 means 12.
	Many int
}

// index is the place in a list.
var index = regexp.MustCompile(`\[\d+\]`)

func templateRules(h Harness) []rule {
	if h.Template == nil {
		return []rule{{
			"a cloud without launch templates reports that",
			"A program must be able to ask before it relies on them.", noTemplates,
		}}
	}
	return []rule{
		{
			"the support table of templates has one line for every leaf",
			"A leaf without a line is a field that was forgotten.", templateTableIsComplete,
		},
		{
			"a field that a template does not hold is an error that names it",
			"It would be missing from every instance of the template.", templatesRefuse,
		},
		{
			"a template is read back unchanged",
			"A lost or changed field is lost or changed for every instance.", templatesRoundTrip,
		},
		{"every leaf that a template holds is in a spec", "A leaf that no spec sets is never tested.", templatesCover},
		{"templates are listed, each once", "A template that is not listed is never cleaned up.", listsTemplates},
		{
			"a new version does not change the default",
			"Instances that name no version must not change unexpectedly.", versionsTemplates,
		},
		{"versions are found by number and range", "A query for one version must not return another.", findsVersions},
		{
			"templates are found by the tags of their instances",
			"A template with other tags is another template.", findsTemplatesByTags,
		},
		{"the default version cannot be deleted", "Every create that names no version would fail.", deletesVersions},
		{
			"a deleted template is gone",
			"A template must not come back, and a second delete must be an error.", deletesTemplates,
		},
		{
			"instances are created from a template",
			"If a template is not applied, the instances have wrong settings.", runsTemplates,
		},
		{"a name that is taken is ErrExists", "The caller has to look it up instead.", takenTemplate},
		{"a full account is ErrQuota", "The caller has to delete some, or ask for more.", fullTemplates},
		{
			"a throttled call about templates is repeated, not reported",
			"The call was not executed; the client repeats it.", throttledTemplates,
		},
		{"a lost answer creates no second version", "It would be unknown which of the two is meant.", lostTemplates},
		{
			"a lost answer to a change of a template is asked for again",
			"Repeating a change that was made has no effect.", lostTemplateChanges,
		},
		{"calls about templates end with their ctx", "A caller that gives up must not hang.", cancelsTemplates},
		{"no secret of a template in any error", "Errors end up in logs.", templateErrorsAreClean},
	}
}

func noTemplates(t *testing.T, w *world) {
	if l, err := launchtemplate.Of(w.client); l != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("want errors.ErrUnsupported, or a Harness.Template to check the templates by; got %v", err)
	}
}

// templates returns the account's templates.
func (w *world) templates() *launchtemplate.Templates {
	w.t.Helper()
	l, err := launchtemplate.Of(w.client)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// template returns a template that can create instances.
func (w *world) template(name string) launchtemplate.Spec {
	return launchtemplate.Spec{Name: name, Spec: clone(&w.Template.Small)}
}

// newTemplate creates a template.
func (w *world) newTemplate(name string) provider.LaunchTemplateRef {
	w.t.Helper()
	id, err := w.templates().Create(w.ctx, w.template(name))
	if err != nil || id == "" {
		w.t.Fatalf("creating a template: ID %q, %v", id, err)
	}
	return provider.LaunchTemplateRef{ID: id}
}

// newVersion adds a version whose instances have a name.
func (w *world) newVersion(ref provider.LaunchTemplateRef, name string) int {
	w.t.Helper()
	s := w.template("")
	s.Spec.Name = name
	n, err := w.templates().CreateVersion(w.ctx, ref, s)
	if err != nil {
		w.t.Fatalf("adding a version: %v", err)
	}
	return n
}

// read reads a list to its end.
func read[T any](w *world, what string, list iter.Seq2[T, error]) []T {
	w.t.Helper()
	var out []T
	for v, err := range list {
		if err != nil {
			w.t.Fatalf("%s: %v", what, err)
		}
		out = append(out, v)
	}
	return out
}

// listError returns the error that a list ends with.
func listError[T any](list iter.Seq2[T, error]) (last error) {
	for _, err := range list {
		last = err
	}
	return last
}

// versionNumbers returns the numbers of a template's versions, and the default.
func (w *world) versionNumbers(ref provider.LaunchTemplateRef) (numbers, defaults []int) {
	w.t.Helper()
	for _, v := range read(w, "the versions", w.templates().Versions(w.ctx, "", ref)) {
		numbers = append(numbers, v.Version)
		if v.Default {
			defaults = append(defaults, v.Version)
		}
	}
	slices.Sort(numbers)
	return numbers, defaults
}

func (w *world) wantVersions(when string, ref provider.LaunchTemplateRef, standard int, numbers ...int) {
	w.t.Helper()
	if have, defaults := w.versionNumbers(ref); !slices.Equal(have, numbers) ||
		!slices.Equal(defaults, []int{standard}) {
		w.t.Errorf("%s: versions %v, default %v; want %v and %d", when, have, defaults, numbers, standard)
	}
	if v, err := w.templates().Version(w.ctx, "", ref); err != nil || v.Version != standard {
		w.t.Errorf("%s: the default version is %+v, %v; want %d", when, v, err, standard)
	}
}

// templateTable returns the support table of templates.
func (w *world) templateTable() provider.Support {
	w.t.Helper()
	return w.templates().Support()
}

func templateTableIsComplete(t *testing.T, w *world) {
	w.templates()
	var listed []string
	for _, f := range w.templateTable().Fields() {
		listed = append(listed, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s: want either a parameter or a reason, got %q and %q", f.Path, f.Param, f.Reason)
		}
	}
	if want := provider.Leaves(); !slices.Equal(listed, want) {
		t.Errorf("the table does not list the leaves of the spec in spec order\nmissing: %v\nstale or twice: %v",
			minus(want, listed), minus(listed, want))
	}
}

// templatesRefuse leaves out the region, which is the place of a template.
func templatesRefuse(t *testing.T, w *world) {
	l := w.templates()
	for _, path := range provider.Leaves() {
		if w.templateTable().Field(path).Param != "" || path == "Region" || strings.HasPrefix(path, "LaunchTemplate.") {
			continue // a reference to a template is refused as a whole
		}
		for _, version := range []bool{false, true} {
			s := w.template("refused")
			setLeaf(reflect.ValueOf(&s.Spec).Elem(), path)
			_, err := l.Create(w.ctx, s)
			if version {
				s.Name = ""
				_, err = l.CreateVersion(w.ctx, provider.LaunchTemplateRef{ID: "any"}, s)
			}
			if !errors.Is(err, provider.ErrInvalid) || !names(err, "Spec."+path) {
				t.Errorf("%s is refused by the table; setting it must be an error that names it, got %v", path, err)
			}
		}
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud, want none", n)
	}
}

func templatesRoundTrip(t *testing.T, w *world) {
	l := w.templates()
	for _, name := range slices.Sorted(maps.Keys(w.Template.Specs)) {
		want := clone(w.Template.Specs[name])
		if want.Placement.GroupID != "" && w.Placement != nil {
			want.Placement.GroupID = w.newGroup(name) // some clouds check that it exists
		}
		id, err := l.Create(w.ctx, launchtemplate.Spec{
			Name:               "round-trip-" + name,
			VersionDescription: "description-1", Spec: want,
		})
		if err != nil {
			t.Errorf("spec %q: %v", name, err)
			continue
		}
		ref := provider.LaunchTemplateRef{ID: id}
		if n, err := l.CreateVersion(w.ctx, ref, launchtemplate.Spec{
			VersionDescription: "description-2",
			Spec:               want,
		}); err != nil || n != 2 {
			t.Errorf("spec %q: version %d, %v", name, n, err)
			continue
		}
		for _, v := range read(w, "the versions", l.Versions(w.ctx, "", ref)) {
			got := v.Spec
			if want.Region == "" {
				got.Region = ""
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("spec %q, version %d: read\n%+v\nwant\n%+v", name, v.Version, got, want)
			}
			if v.TemplateID != id || v.Description != fmt.Sprint("description-", v.Version) ||
				v.Default != (v.Version == 1) {
				t.Errorf("spec %q: read version %d of %s, %q, default %v", name, v.Version, v.TemplateID,
					v.Description, v.Default)
			}
		}
	}
}

func templatesCover(t *testing.T, w *world) {
	w.templates()
	set := map[string]bool{"Region": true}
	none := provider.NewSupport("none", nil) // names every leaf that is set
	for _, spec := range w.Template.Specs {
		var all provider.FieldErrors
		errors.As(none.Check(spec), &all)
		for _, e := range all {
			set[index.ReplaceAllString(e.Path, "[]")] = true
		}
	}
	for _, path := range provider.Leaves() {
		bare, implied := strings.TrimSuffix(path, "[]"), w.Template.Implied[path] != ""
		if w.templateTable().Field(path).Param != "" && set[bare] == implied {
			t.Errorf("%s is held by templates; set in a spec: %v, declared implied: %v", path, set[bare], implied)
		}
	}
}

func listsTemplates(t *testing.T, w *world) {
	l := w.templates()
	var want []string
	for i := range cmp.Or(w.Template.Many, 12) {
		want = append(want, w.newTemplate(fmt.Sprintf("listed-%d", i)).ID)
	}
	slices.Sort(want)
	have := func(q launchtemplate.Query) (ids []string) {
		for _, v := range read(w, "the list", l.List(w.ctx, q)) {
			ids = append(ids, v.ID)
			if v.DefaultVersion != 1 || v.LatestVersion != 1 || v.Name == "" {
				t.Errorf("%s is listed as %+v", v.ID, v)
			}
		}
		slices.Sort(ids)
		return ids
	}
	if got := have(launchtemplate.Query{}); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if got := have(launchtemplate.Query{IDs: want[2:4]}); !slices.Equal(got, want[2:4]) {
		t.Errorf("asked for %v, got %v", want[2:4], got)
	}
	for name, n := range map[string]int{"listed-1": 1, "listed": 0, "listed-10": 1} {
		if got := have(launchtemplate.Query{Name: name}); len(got) != n {
			t.Errorf("%d templates are called %q, want %d", len(got), name, n)
		}
	}
}

func versionsTemplates(t *testing.T, w *world) {
	l, ref := w.templates(), w.newTemplate("versions")
	if a, b := w.newVersion(ref, "second"), w.newVersion(ref, "third"); a != 2 || b != 3 {
		t.Errorf("versions %d and %d, want 2 and 3", a, b)
	}
	w.wantVersions("with three versions", ref, 1, 1, 2, 3)
	at := provider.LaunchTemplateRef{ID: ref.ID, Version: 2}
	if v, err := l.Version(w.ctx, "", at); err != nil || v.Version != 2 || v.Spec.Name != "second" || v.Default {
		t.Errorf("version 2 is %+v, %v", v, err)
	}
	if err := l.SetDefault(w.ctx, "", at); err != nil {
		t.Fatal(err)
	}
	w.wantVersions("after the default moved", ref, 2, 1, 2, 3)
	for _, v := range read(w, "the list", l.List(w.ctx, launchtemplate.Query{IDs: []string{ref.ID}})) {
		if v.DefaultVersion != 2 || v.LatestVersion != 3 {
			t.Errorf("listed with default %d and latest %d, want 2 and 3", v.DefaultVersion, v.LatestVersion)
		}
	}
	at.Version = 9
	if _, err := l.Version(w.ctx, "", at); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("a version that does not exist: want ErrNotFound, got %v", err)
	}
	wantAPIError(t, "making it the default", l.SetDefault(w.ctx, "", at), provider.ErrNotFound)
	w.wantVersions("afterwards", ref, 2, 1, 2, 3)
}

func deletesVersions(t *testing.T, w *world) {
	l, ref := w.templates(), w.newTemplate("versions")
	for range 3 {
		w.newVersion(ref, "more")
	}
	wantAPIError(t, "deleting the default version", l.DeleteVersions(w.ctx, "", ref, 1), provider.ErrState)
	w.wantVersions("after a refusal", ref, 1, 1, 2, 3, 4)
	if err := l.DeleteVersions(w.ctx, "", ref, 2, 4); err != nil {
		t.Fatal(err)
	}
	w.wantVersions("after two were deleted", ref, 1, 1, 3)
	if _, err := l.Version(w.ctx, "", provider.LaunchTemplateRef{ID: ref.ID, Version: 2}); !errors.Is(err,
		provider.ErrNotFound) {
		t.Errorf("a deleted version: want ErrNotFound, got %v", err)
	}
	if n := w.newVersion(ref, "again"); n != 5 {
		t.Errorf("the next version is %d, want 5: numbers are not used twice", n)
	}
}

func deletesTemplates(t *testing.T, w *world) {
	l, ref, other := w.templates(), w.newTemplate("deleted"), w.newTemplate("kept")
	w.newVersion(ref, "second")
	if err := l.Delete(w.ctx, "", ref); err != nil {
		t.Fatal(err)
	}
	at := provider.LaunchTemplateRef{ID: ref.ID, Version: 1}
	_, err := l.Version(w.ctx, "", ref)
	_, err2 := l.CreateVersion(w.ctx, ref, w.template(""))
	for what, err := range map[string]error{
		"reading it": err, "a new version": err2, "its versions": listError(l.Versions(w.ctx, "", ref)),
		"its default": l.SetDefault(w.ctx, "", at), "deleting a version": l.DeleteVersions(w.ctx, "", ref, 2),
		"deleting it again": l.Delete(w.ctx, "", ref),
	} {
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("a template that was deleted, %s: want ErrNotFound, got %v", what, err)
		}
	}
	list := read(w, "the list", l.List(w.ctx, launchtemplate.Query{}))
	if len(list) != 1 || list[0].ID != other.ID {
		t.Errorf("listed: %+v, want %s alone", list, other.ID)
	}
	s := w.beside(&ref)
	_, err = w.client.RunInstances(w.ctx, s, nil)
	wantAPIError(t, "instances of a template that was deleted", err, provider.ErrNotFound)
	if n := len(w.alive()); n != 0 {
		t.Errorf("%d instances exist", n)
	}
}

// beside returns a spec that creates instances from a template.
func (w *world) beside(ref *provider.LaunchTemplateRef) provider.RunInstancesSpec {
	s := clone(&w.Template.Beside)
	s.LaunchTemplate = ref
	return s
}

func runsTemplates(t *testing.T, w *world) {
	ref := w.newTemplate("instances")
	w.newVersion(ref, "second")
	small := w.Template.Small
	for what, c := range map[string]struct {
		version         int
		typ, name       string // in the request
		wantTyp, wanted string
	}{
		"the default version": {0, "", "", small.InstanceType, small.Name},
		"version 2":           {2, "", "", small.InstanceType, "second"},
		"with another type":   {0, w.Template.OtherType, "", w.Template.OtherType, small.Name},
		"with another name":   {2, "", "mine", small.InstanceType, "mine"},
	} {
		s := w.beside(&provider.LaunchTemplateRef{ID: ref.ID, Version: c.version})
		s.Count, s.InstanceType, s.Name = 2, c.typ, c.name
		op, err := w.client.RunInstances(w.ctx, s, nil)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if _, err := op.Wait(w.ctx, nil); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		made := 0
		for _, i := range w.sim.Instances() {
			if !slices.Contains(op.InstanceIDs(), i.ID) {
				continue
			}
			made++
			same := i.ImageID == small.ImageID && i.InstanceType == c.wantTyp
			if !same || !strings.HasPrefix(i.Name, c.wanted) { // CVM adds numbers to names
				t.Errorf("%s: created image %s, type %s, name %q, want %s, %s and %q", what,
					i.ImageID, i.InstanceType, i.Name, small.ImageID, c.wantTyp, c.wanted)
			}
		}
		if made != 2 {
			t.Errorf("%s: %d instances, want 2", what, made)
		}
	}
}
