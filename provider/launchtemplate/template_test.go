package launchtemplate_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// template is a small valid template.
func template(name string) launchtemplate.Spec {
	return launchtemplate.Spec{Name: name, Spec: provider.RunInstancesSpec{ImageID: "img-1", InstanceType: "t1.small"}}
}

// option is an option of a cloud that is named.
type option struct{ cloud string }

func (o option) VendorName() string { return o.cloud }

// newTemplate creates a template and fails the test on any error.
func newTemplate(t *testing.T, l *launchtemplate.Templates, name string) provider.LaunchTemplateRef {
	t.Helper()
	id, err := l.Create(t.Context(), template(name))
	if err != nil || id == "" {
		t.Fatalf("template %q: ID %q, %v", name, id, err)
	}
	return provider.LaunchTemplateRef{ID: id}
}

// newVersion adds a version and fails the test on any error.
func newVersion(t *testing.T, l *launchtemplate.Templates, ref provider.LaunchTemplateRef) int {
	t.Helper()
	n, err := l.CreateVersion(t.Context(), ref, template(""))
	if err != nil {
		t.Fatalf("a version of %v: %v", ref, err)
	}
	return n
}

// numbers returns the numbers of the versions of a template.
func numbers(t *testing.T, l *launchtemplate.Templates, ref provider.LaunchTemplateRef) []int {
	t.Helper()
	var out []int
	for _, v := range fakedriver.All(t, l.Versions(t.Context(), "", ref)) {
		out = append(out, v.Version)
	}
	return out
}

func TestATemplateKeepsWhatItIsGiven(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		s := template("web")
		s.Spec = *fakedriver.Full()
		s.Spec.LaunchTemplate, s.Spec.Region = nil, ""
		s.Spec.Billing, s.Spec.Hardware, s.Spec.Login = provider.Billing{}, provider.Hardware{}, provider.Login{KeepImageLogin: true}
		s.Spec.Network, s.Spec.SystemDisk, s.Spec.DataDisks = provider.Network{SubnetID: "net"}, provider.Disk{SizeGiB: 40}, []provider.Disk{{SizeGiB: 20}}
		s.Spec.Placement = provider.Placement{GroupID: "ds-1"}
		s.VersionDescription, s.Tags = "the first", map[string]string{"team": "a"}
		id, err := l.Create(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		v, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		s.Spec.Region = "region-1"
		switch {
		case !reflect.DeepEqual(v.Spec, s.Spec):
			t.Errorf("version 1 is %+v, want the spec that was put in: v.Spec: got %v, want %v", v, v.Spec, s.Spec)
		case v.Version != 1:
			t.Errorf("version 1 is %+v, want the spec that was put in: v.Version: got %v, want 1", v, v.Version)
		case !v.Default:
			t.Errorf("version 1 is %+v, want the spec that was put in: v.Default is false, want true", v)
		case v.Description != "the first":
			t.Errorf("version 1 is %+v, want the spec that was put in: v.Description: got %q, want %q", v, v.Description, "the first")
		}
		if got := fakedriver.All(t, l.List(t.Context(), launchtemplate.Query{})); len(got) != 1 || got[0].ID != id || got[0].Tags["team"] != "a" {
			t.Errorf("the list holds %+v", got)
		}
		if f.requests[0].region != "region-1" || f.requests[0].ref != (provider.LaunchTemplateRef{}) {
			t.Errorf("the driver got %+v", f.requests[0])
		}
	})
}

func TestTheCallersSpecStaysAsItIs(t *testing.T) {
	withTemplates(t, func(t *testing.T, _ *templateCloud, l *launchtemplate.Templates) {
		s := template("web")
		s.Spec.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-9"}
		_, err := l.Create(t.Context(), s)
		if got := fakedriver.Paths(t, err); !slices.Equal(got, []string{"Spec.LaunchTemplate"}) {
			t.Errorf("the error names %v", got)
		}
		if s.Spec.Region != "" || s.Spec.LaunchTemplate == nil {
			t.Errorf("the caller's spec was changed: %+v", s.Spec)
		}
	})
}

func TestVersionsOfATemplate(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ctx, ref := t.Context(), newTemplate(t, l, "web")
		for want := 2; want <= 5; want++ {
			if n := newVersion(t, l, ref); n != want {
				t.Errorf("version %d, want %d", n, want)
			}
		}
		if got := numbers(t, l, ref); !slices.Equal(got, []int{1, 2, 3, 4, 5}) {
			t.Errorf("versions %v", got)
		}
		v, err := l.Version(ctx, "", ref)
		if err != nil || v.Version != 1 {
			t.Errorf("the default version is %+v, %v; a new version must leave it alone", v, err)
		}
		byName := provider.LaunchTemplateRef{Name: "web", Version: 4}
		if v, err = l.Version(ctx, "", byName); err != nil || v.Version != 4 || v.Default {
			t.Errorf("version 4 is %+v, %v", v, err)
		}
		if err := l.SetDefault(ctx, "", byName); err != nil {
			t.Fatal(err)
		}
		switch v, err = l.Version(ctx, "", ref); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case v.Version != 4:
			t.Errorf("v.Version: got %v, want 4", v.Version)
		case !v.Default:
			t.Error("v.Default is false, want true")
		}
		if err := l.DeleteVersions(ctx, "", ref, 1, 5); err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, l, ref); !slices.Equal(got, []int{2, 3, 4}) {
			t.Errorf("versions %v", got)
		}
		if err := l.DeleteVersions(ctx, "", ref, 4); !errors.Is(err, provider.ErrState) {
			t.Errorf("deleting the default version: %v", err)
		}
		if err := l.Delete(ctx, "", ref); err != nil || len(f.templates) != 0 {
			t.Errorf("%v; %d templates are left", err, len(f.templates))
		}
		if err := l.Delete(ctx, "", ref); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("deleting it again: %v", err)
		}
	})
}

func TestAVersionThatDoesNotExist(t *testing.T) {
	for _, loose := range []bool{false, true} {
		withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
			f.loose = loose
			ref := newTemplate(t, l, "web")
			newVersion(t, l, ref)
			for text, ref := range map[string]provider.LaunchTemplateRef{"lt-1 has no version 3": {ID: ref.ID, Version: 3}, `"web" has no version 4`: {Name: "web", Version: 4}} {
				_, err := l.Version(t.Context(), "", ref)
				if !errors.Is(err, provider.ErrNotFound) || !strings.Contains(err.Error(), text) {
					t.Errorf("want ErrNotFound that says %q, got %v", text, err)
				}
			}
			f.templates[0].DefaultVersion = 9
			if _, err := l.Version(t.Context(), "", ref); !errors.Is(err, provider.ErrNotFound) || !strings.Contains(err.Error(), "default version") {
				t.Errorf("no default version: %v", err)
			}
			if _, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-9"}); !errors.Is(err, provider.ErrNotFound) {
				t.Errorf("no template: %v", err)
			}
		})
	}
}

// Version asks for no more than it needs, and finds it among more.
func TestOneVersionAmongMany(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		for range 4 {
			newVersion(t, l, ref)
		}
		for _, f.loose = range []bool{false, true} {
			for _, want := range []int{0, 5} {
				f.requests = nil
				v, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: ref.ID, Version: want})
				if err != nil || v.Version != max(want, 1) {
					t.Errorf("version %d is %+v, %v", want, v, err)
				}
				if r := f.requests[0]; r.only != (want == 0) || r.ref.Version != want {
					t.Errorf("version %d: the driver got %+v", want, r)
				}
			}
		}
	})
}

func TestListsOfTemplates(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		for i := range 5 {
			newTemplate(t, l, fmt.Sprint("web-", i))
		}
		list := func(q launchtemplate.Query) (names []string) {
			for _, v := range fakedriver.All(t, l.List(t.Context(), q)) {
				names = append(names, v.Name)
			}
			return names
		}
		for _, c := range []struct {
			q    launchtemplate.Query
			want []string
		}{
			{launchtemplate.Query{}, []string{"web-0", "web-1", "web-2", "web-3", "web-4"}},
			{launchtemplate.Query{Name: "web-3"}, []string{"web-3"}},
			{launchtemplate.Query{Name: "web"}, nil},
			{launchtemplate.Query{IDs: []string{"lt-2", "lt-4"}}, []string{"web-1", "web-3"}},
			{launchtemplate.Query{Region: "region-2"}, nil},
		} {
			if got := list(c.q); !slices.Equal(got, c.want) {
				t.Errorf("%+v finds %v, want %v", c.q, got, c.want)
			}
		}
		f.requests = nil
		list(launchtemplate.Query{Tags: map[string]string{"a": "b"}})
		if r := f.requests[0]; r.region != "region-1" || r.query.Tags["a"] != "b" {
			t.Errorf("the driver got %+v", r)
		}
	})
}

func TestEveryCallGoesToItsRegion(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		const elsewhere = "region-2"
		ctx, s := t.Context(), template("web")
		s.Spec.Region = elsewhere
		id, err := l.Create(ctx, s)
		ref := provider.LaunchTemplateRef{ID: id}
		s.Name = ""
		_, err2 := l.CreateVersion(ctx, ref, s)
		fakedriver.All(t, l.List(ctx, launchtemplate.Query{Region: elsewhere}))
		fakedriver.All(t, l.Versions(ctx, elsewhere, ref))
		_, err3 := l.Version(ctx, elsewhere, ref)
		err = errors.Join(err, err2, err3,
			l.SetDefault(ctx, elsewhere, provider.LaunchTemplateRef{ID: id, Version: 2}),
			l.DeleteVersions(ctx, elsewhere, ref, 1), l.Delete(ctx, elsewhere, ref))
		if err != nil {
			t.Fatal(err)
		}
		if len(f.requests) != 8 {
			t.Errorf("%d calls, want 8", len(f.requests))
		}
		for _, r := range f.requests {
			if r.region != elsewhere {
				t.Errorf("%s went to %q", r.api, r.region)
			}
		}
	})
}

func TestACloudWithoutTemplates(t *testing.T) {
	l, err := launchtemplate.Of(provider.NewClient(fakedriver.New(), nil))
	if l != nil || !errors.Is(err, errors.ErrUnsupported) || err.Error() != "fake: launch templates: unsupported operation" {
		t.Errorf("want an error that names the cloud, got %v and %v", l, err)
	}
}

func TestBadTemplatesAreNotSent(t *testing.T) {
	type spec = launchtemplate.Spec
	id := provider.LaunchTemplateRef{ID: "lt-1"}
	good := template("web")
	with := func(change func(*spec)) spec {
		s := template("web")
		change(&s)
		return s
	}
	bad := with(func(s *spec) {
		s.Name, s.BaseVersion = "", 2
		s.Spec.Count, s.Spec.Zone = -1, "zone-1"
		s.Spec.Login.Password = fakedriver.Planted
		s.Spec.DataDisks = []provider.Disk{{}, {SizeGiB: -5}}
		s.Spec.Vendor = []provider.VendorOption{nil}
		s.Spec.LaunchTemplate = &provider.LaunchTemplateRef{}
		s.Tags = map[string]string{"yunfan:x": "y"}
		s.Vendor = []provider.VendorOption{option{"a"}, option{"a"}}
	})
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		f.table = provider.NewSupport("fake", slices.DeleteFunc(fakedriver.Everything(), func(f provider.Field) bool {
			return slices.Contains([]string{"Region", "Zone", "Login.Password"}, f.Path)
		}))
		l, nowhere := f.open(t), f.homeless(t)
		ctx := t.Context()
		create := func(l *launchtemplate.Templates, s spec) error { _, err := l.Create(ctx, s); return err }
		version := func(ref provider.LaunchTemplateRef, s spec) error { _, err := l.CreateVersion(ctx, ref, s); return err }
		one := func(ref provider.LaunchTemplateRef) error { _, err := l.Version(ctx, "", ref); return err }
		for i, c := range []struct {
			err  error
			want []string
		}{
			{create(l, bad), []string{
				"Name", "BaseVersion", "Spec.LaunchTemplate", "Tags", "Vendor[1]",
				"Spec.Count", "Spec.DataDisks[1].SizeGiB", "Spec.Vendor[0]", "Spec.Zone", "Spec.Login.Password",
			}},
			{create(nowhere, good), []string{"Spec.Region"}},
			{version(provider.LaunchTemplateRef{Version: -1}, with(func(s *spec) {
				s.Tags, s.BaseVersion, s.Spec.Zone = map[string]string{"a": "b"}, -1, "zone-1"
			})), []string{
				"LaunchTemplateRef", "LaunchTemplateRef.Version", "LaunchTemplateRef.Version", "Name", "Tags", "BaseVersion", "BaseVersion", "Spec.Zone",
			}},
			{version(provider.LaunchTemplateRef{ID: "lt-1", Version: 3}, template("")), []string{"LaunchTemplateRef.Version"}},
			{version(provider.LaunchTemplateRef{ID: "lt-1", Name: "web"}, template("")), []string{"LaunchTemplateRef"}},
			{fakedriver.ErrOf(l.List(ctx, launchtemplate.Query{IDs: []string{"lt-1", ""}})), []string{"LaunchTemplateQuery.IDs[1]"}},
			{fakedriver.ErrOf(l.Versions(ctx, "", provider.LaunchTemplateRef{})), []string{"LaunchTemplateRef"}},
			{one(provider.LaunchTemplateRef{Name: "web", ID: "lt-1", Version: -2}), []string{"LaunchTemplateRef", "LaunchTemplateRef.Version"}},
			{l.SetDefault(ctx, "", id), []string{"LaunchTemplateRef.Version"}},
			{nowhere.SetDefault(ctx, "", provider.LaunchTemplateRef{}), []string{"LaunchTemplateRef", "LaunchTemplateRef.Version", "region"}},
			{l.DeleteVersions(ctx, "", id), []string{"versions"}},
			{l.DeleteVersions(ctx, "", provider.LaunchTemplateRef{Version: 7}, 1, 0, -2), []string{"LaunchTemplateRef", "LaunchTemplateRef.Version", "versions[1]", "versions[2]"}},
			{l.Delete(ctx, "", provider.LaunchTemplateRef{ID: "lt-1", Version: 3}), []string{"LaunchTemplateRef.Version"}},
			{nowhere.Delete(ctx, "", provider.LaunchTemplateRef{}), []string{"LaunchTemplateRef", "region"}},
		} {
			if got := fakedriver.Paths(t, c.err); !slices.Equal(got, c.want) || !errors.Is(c.err, provider.ErrInvalid) || fakedriver.Shows(c.err.Error()) {
				t.Errorf("case %d: the error names %q, want %q; %v", i, got, c.want, c.err)
			}
		}
		if len(f.Calls) != 0 {
			t.Errorf("%d calls reached the cloud, want none: %+v", len(f.Calls), f.requests)
		}
	})
}

// homeless returns the templates of a client without a region.
func (f *templateCloud) homeless(t *testing.T) *launchtemplate.Templates {
	t.Helper()
	l, err := launchtemplate.Of(f.client(func(o *provider.Options) { o.Region = "" }))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheDriversRulesAboutTemplates(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		var got []bool
		f.refuse = func(s *launchtemplate.Spec, version bool) error {
			got = append(got, version)
			k := provider.Checker{Driver: "fake"}
			k.Fail("Spec.ImageID", s.Spec.ImageID, "no")
			return k.Err()
		}
		_, err := l.Create(t.Context(), template("web"))
		_, err2 := l.CreateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, template(""))
		for _, err := range []error{err, err2} {
			if !slices.Equal(fakedriver.Paths(t, err), []string{"Spec.ImageID"}) {
				t.Errorf("got %v", err)
			}
		}
		if !slices.Equal(got, []bool{false, true}) || len(f.Calls) != 0 {
			t.Errorf("the driver was asked %v; %d calls", got, len(f.Calls))
		}
	})
}

// A reference to a template becomes a create of instances as it is.
func TestInstancesFromATemplate(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		op, err := f.client().RunInstances(t.Context(), provider.RunInstancesSpec{LaunchTemplate: &ref, InstanceType: "t1.large", Count: 2}, nil)
		if err != nil || len(op.InstanceIDs()) != 2 {
			t.Fatalf("%v, %v", op, err)
		}
		switch s := f.Made(provider.APIRunInstances)[0].Spec; {
		case *s.LaunchTemplate != ref:
			t.Errorf("*s.LaunchTemplate: got %v, want %v", *s.LaunchTemplate, ref)
		case s.InstanceType != "t1.large":
			t.Errorf("s.InstanceType: got %q, want %q", s.InstanceType, "t1.large")
		case s.ImageID != "":
			t.Errorf("s.ImageID: got %q, want %q", s.ImageID, "")
		}
	})
}

func TestTemplatesHoldNoPlaceholder(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		bad := launchtemplate.Spec{Spec: provider.RunInstancesSpec{ImageID: "img-1", InstanceType: "t1.small"}, Vendor: []provider.VendorOption{extras{Labels: map[string]string{"k": "[redacted]"}}}}
		bad.Spec.UserData = []byte("[redacted]")
		want := []string{`Vendor[0].Labels["k"]`, "Spec.UserData"}
		_, err := l.CreateVersion(t.Context(), ref, bad)
		if got := fakedriver.Paths(t, err); !slices.Equal(got, want) {
			t.Errorf("the error of a version names %v, want %v", got, want)
		}
		bad.Name = "other"
		_, err = l.Create(t.Context(), bad)
		if got := fakedriver.Paths(t, err); !slices.Equal(got, want) {
			t.Errorf("the error of a template names %v, want %v", got, want)
		}
	})
}
