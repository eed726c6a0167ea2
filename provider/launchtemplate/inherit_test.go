package launchtemplate_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// extras are options that only one cloud has.
type extras struct {
	Text   string
	Flag   *bool
	Labels map[string]string
	More   []string
	Inner  extra
	Each   []extra
}

// extra is a part of extras.
type extra struct {
	Size int
	Flag *bool
}

func (extras) VendorName() string { return "fake" }

// others are options for another cloud, of another type.
type others struct{ Text string }

func (others) VendorName() string { return "elsewhere" }

// strangers are options for the same cloud as extras, of another type.
type strangers struct{ Text string }

func (strangers) VendorName() string { return "fake" }

// inheriting is a cloud whose template versions inherit, with version 1 as given.
func inheriting(t *testing.T, f *templateCloud, l *launchtemplate.Templates, base provider.RunInstancesSpec) provider.LaunchTemplateRef {
	t.Helper()
	f.Max.TemplateVersionsInherit = true
	id, err := l.Create(t.Context(), launchtemplate.Spec{Name: "base", Spec: base})
	if err != nil {
		t.Fatal(err)
	}
	return provider.LaunchTemplateRef{ID: id}
}

func TestAVersionThatWouldInherit(t *testing.T) {
	yes := true
	type spec = provider.RunInstancesSpec
	for name, c := range map[string]struct {
		base, next spec
		want       []string
	}{
		"the same":       {spec{ImageID: "a"}, spec{ImageID: "a"}, nil},
		"another value":  {spec{ImageID: "a"}, spec{ImageID: "b"}, nil},
		"more":           {spec{ImageID: "a"}, spec{ImageID: "a", Zone: "z", Vendor: []provider.VendorOption{extras{Text: "x"}}}, nil},
		"another region": {spec{Region: "region-1", ImageID: "a"}, spec{ImageID: "a"}, nil},
		"one instance":   {spec{Count: 1}, spec{}, nil},
		"two instances":  {spec{Count: 2}, spec{}, []string{"Spec.Count"}},
		"less":           {spec{ImageID: "a", Zone: "z", DryRun: true}, spec{ImageID: "a"}, []string{"Spec.Zone", "Spec.DryRun"}},
		"nothing":        {spec{ImageID: "a", Tags: map[string]string{"a": "b"}, UserData: []byte(fakedriver.Planted)}, spec{}, []string{"Spec.ImageID", "Spec.Tags", "Spec.UserData"}},
		"no disks":       {spec{DataDisks: []provider.Disk{{SizeGiB: 20}}}, spec{DataDisks: []provider.Disk{}}, []string{"Spec.DataDisks", "Spec.DataDisks[0].SizeGiB"}},
		"less of a disk": {spec{DataDisks: []provider.Disk{{SizeGiB: 20}, {SizeGiB: 20, IOPS: 9}}}, spec{DataDisks: []provider.Disk{{SizeGiB: 30}}}, []string{"Spec.DataDisks[1].IOPS"}},
		"no public IP":   {spec{Network: provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5}}}, spec{}, []string{"Spec.Network.PublicIP", "Spec.Network.PublicIP.BandwidthMbps"}},
		"a flag":         {spec{SecurityAgent: &yes, DeletionProtection: true}, spec{}, []string{"Spec.SecurityAgent", "Spec.DeletionProtection"}},
		"no options":     {spec{Vendor: []provider.VendorOption{extras{Text: "x"}}}, spec{}, []string{"Spec.Vendor[0]"}},
		"other options":  {spec{Vendor: []provider.VendorOption{extras{Text: "x"}}}, spec{Vendor: []provider.VendorOption{others{"x"}}}, []string{"Spec.Vendor[0]"}},
		"another type":   {spec{Vendor: []provider.VendorOption{extras{Text: "x"}}}, spec{Vendor: []provider.VendorOption{strangers{"x"}}}, []string{"Spec.Vendor[0]"}},
		"an option":      {spec{Vendor: []provider.VendorOption{extras{Text: "x", Flag: &yes, More: []string{"m"}}}}, spec{Vendor: []provider.VendorOption{others{}, &extras{Text: "y"}}}, []string{"Spec.Vendor[1].Flag", "Spec.Vendor[1].More"}},
		"a key":          {spec{Vendor: []provider.VendorOption{&extras{Labels: map[string]string{"a": "1", "b": "2", "c": "3"}}}}, spec{Vendor: []provider.VendorOption{extras{Labels: map[string]string{"b": "4", "d": "5"}}}}, []string{"Spec.Vendor[0].Labels[a]", "Spec.Vendor[0].Labels[c]"}},
		"every key":      {spec{Vendor: []provider.VendorOption{extras{Labels: map[string]string{"a": "1"}}}}, spec{Vendor: []provider.VendorOption{extras{Labels: map[string]string{}}}}, []string{"Spec.Vendor[0].Labels"}},
		"part of one": {
			spec{Vendor: []provider.VendorOption{extras{Inner: extra{Size: 1, Flag: &yes}, Each: []extra{{Size: 2}, {Flag: &yes}, {Size: 3, Flag: &yes}}}}},
			spec{Vendor: []provider.VendorOption{extras{Inner: extra{Size: 4}, Each: []extra{{Flag: &yes}, {Flag: new(bool)}}}}},
			[]string{"Spec.Vendor[0].Each[0].Size", "Spec.Vendor[0].Each[2]", "Spec.Vendor[0].Inner.Flag"},
		},
		"the same extras": {spec{Vendor: []provider.VendorOption{extras{Labels: map[string]string{"a": "1"}, Flag: &yes}}}, spec{Vendor: []provider.VendorOption{extras{Labels: map[string]string{"a": "2"}, Flag: new(bool)}}}, nil},
	} {
		withTemplates(t, func(t *testing.T, f *templateCloud, _ *launchtemplate.Templates) {
			ref := inheriting(t, f, f.open(t), c.base)
			_, err := f.open(t).CreateVersion(t.Context(), ref, launchtemplate.Spec{Spec: c.next})
			if c.want == nil {
				switch {
				case err != nil:
					t.Errorf("%s: got error %v, want none", name, err)
				case len(f.Made("CreateLaunchTemplateVersion")) != 1:
					t.Errorf("%s: length of f.Made('CreateLaunchTemplateVersion'): got %v, want 1", name, len(f.Made("CreateLaunchTemplateVersion")))
				}
				return
			}
			if got := fakedriver.Paths(t, err); !slices.Equal(got, c.want) || fakedriver.Shows(err.Error()) {
				t.Errorf("%s: the error names %v, want %v; %v", name, got, c.want, err)
			}
			if n := len(f.Made("CreateLaunchTemplateVersion")); n != 0 {
				t.Errorf("%s: %d versions were asked for", name, n)
			}
		})
	}
}

func TestTheVersionThatANewOneStartsFrom(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, _ *launchtemplate.Templates) {
		ctx, first := t.Context(), provider.RunInstancesSpec{ImageID: "a"}
		ref := inheriting(t, f, f.open(t), first)
		l := f.open(t)
		second := launchtemplate.Spec{Spec: provider.RunInstancesSpec{ImageID: "a", Zone: "z"}}
		if _, err := l.CreateVersion(ctx, ref, second); err != nil {
			t.Fatal(err)
		}
		third := launchtemplate.Spec{Spec: first} // of the default version: 1
		if n, err := l.CreateVersion(ctx, ref, third); err != nil || n != 3 {
			t.Errorf("version %d, %v", n, err)
		}
		third.BaseVersion = 2
		_, err := l.CreateVersion(ctx, ref, third)
		if got := fakedriver.Paths(t, err); !slices.Equal(got, []string{"Spec.Zone"}) {
			t.Errorf("from version 2: the error names %v", got)
		}
		third.BaseVersion = 9
		if _, err := l.CreateVersion(ctx, ref, third); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("from a version that does not exist: %v", err)
		}
	})
}

func TestABaseVersionWhereNoneIsInherited(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		f.Calls = nil
		s := template("")
		s.BaseVersion = 1
		_, err := l.CreateVersion(t.Context(), ref, s)
		switch {
		case !slices.Equal(fakedriver.Paths(t, err), []string{"BaseVersion"}):
			t.Errorf("paths of the error: got %v, want %v", fakedriver.Paths(t, err), []string{"BaseVersion"})
		case !errors.Is(err, errors.ErrUnsupported):
			t.Errorf("got error %v, want %v", err, errors.ErrUnsupported)
		case len(f.Calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.Calls))
		}
		s.BaseVersion, s.Spec.ImageID = 0, ""
		if _, err := l.CreateVersion(t.Context(), ref, s); err != nil || len(f.Calls) != 1 {
			t.Errorf("nothing is inherited, and nothing has to be read: %v after %d calls", err, len(f.Calls))
		}
	})
}
