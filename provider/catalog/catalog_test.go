package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// ids collects the IDs of a loop, up to its first error.
func typeIDs(t *testing.T, f *fake, q catalog.InstanceTypeQuery) []string {
	t.Helper()
	var ids []string
	for v, err := range catalog.Of(f.client()).InstanceTypes(t.Context(), q) {
		if err != nil {
			t.Fatalf("the list of instance types ended with %v", err)
		}
		ids = append(ids, v.ID)
	}
	return ids
}

func TestAListIsReadToItsEndAndFilteredByEveryField(t *testing.T) {
	f := newFake()
	f.types = []catalog.InstanceType{
		{ID: "small", CPUs: 1, MemoryMiB: 512, Arch: catalog.X86},
		{ID: "old", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.X86, Retired: true},
		{ID: "right", Family: "g", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.X86, Zones: []string{"a"}},
		{ID: "arm", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.ARM},
		{ID: "gpu", CPUs: 8, MemoryMiB: 32 << 10, Arch: catalog.X86, GPUs: 0.5, GPUsKnown: true, GPUModel: "T4"},
	}
	for _, c := range []struct {
		q    catalog.InstanceTypeQuery
		want string
	}{
		{catalog.InstanceTypeQuery{}, "small right arm gpu"},
		{catalog.InstanceTypeQuery{Retired: true}, "small old right arm gpu"},
		{catalog.InstanceTypeQuery{MinCPUs: 2, MaxCPUs: 4, Arch: catalog.X86}, "right"},
		{catalog.InstanceTypeQuery{MinMemoryMiB: 1024, MaxMemoryMiB: 8 << 10}, "right arm"},
		{catalog.InstanceTypeQuery{MinGPUs: 0.5}, "gpu"},
		{catalog.InstanceTypeQuery{GPUModel: "T4"}, "gpu"},
		{catalog.InstanceTypeQuery{Zone: "b", MinCPUs: 4}, "arm gpu"},
		{catalog.InstanceTypeQuery{Family: "g"}, "right"},
		{catalog.InstanceTypeQuery{IDs: []string{"arm", "absent"}}, "arm"},
	} {
		if got := strings.Join(typeIDs(t, f, c.q), " "); got != c.want {
			t.Errorf("%+v selects %q, want %q", c.q, got, c.want)
		}
	}
}

func TestAListThatGoesInACircleIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.images = []catalog.Image{{ID: "1", Usable: true}, {ID: "2", Usable: true}}
		f.next = func(string) string { return "1" }
		var last error
		for _, err := range catalog.Of(f.client()).Images(t.Context(), catalog.ImageQuery{}) {
			last = err
		}
		if last == nil {
			t.Error("a list whose second page names itself as the next one ended without an error")
		}
	})
}

func TestTheNewestImageIsTheSameEachTime(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f := newFake()
	f.images = []catalog.Image{
		{ID: "old", Name: "ubuntu_22_04_x64_1", CreatedAt: at.Add(-time.Hour), Usable: true},
		{ID: "tie-a", Name: "ubuntu_22_04_x64_2", CreatedAt: at, Usable: true},
		{ID: "tie-b", Name: "ubuntu_22_04_x64_3", CreatedAt: at, Usable: true},
		{ID: "not-ready", Name: "ubuntu_22_04_x64_4", CreatedAt: at.Add(time.Hour)},
		{ID: "deprecated", Name: "ubuntu_22_04_x64_5", CreatedAt: at.Add(time.Hour), Usable: true, Deprecated: true},
		{ID: "other", Name: "centos_7", CreatedAt: at.Add(time.Hour), Usable: true},
	}
	for range 2 {
		img, err := catalog.Of(f.client()).Image(t.Context(), catalog.ImageQuery{Name: "ubuntu_22_04*"})
		if err != nil {
			t.Fatal(err)
		}
		if img.ID != "tie-b" {
			t.Errorf("the newest image is %q, want tie-b: of two images of one time, the one with the greater ID", img.ID)
		}
		slices.Reverse(f.images)
	}
	_, err := catalog.Of(f.client()).Image(t.Context(), catalog.ImageQuery{Name: "debian*", Arch: catalog.ARM})
	if !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("no image fits, and the error is %v, want one that matches ErrNotFound", err)
	}
	if want := `name "debian*", architecture "arm64"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error %v does not say what was looked for: %s", err, want)
	}
}

func TestNamesFitPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		fits    bool
	}{
		{"", true},
		{"*", true},
		{"ab*ef", true},
		{"abcdef", true},
		{"*cd*", true},
		{"a*c*f", true},
		{"abc", false},
		{"*abc", false},
		{"ab*ab*", false},
		{"abcdef*f", false},
		{"[a]*", false},
	} {
		q := catalog.ImageQuery{Name: c.pattern}
		if got := q.Matches(&catalog.Image{Name: "abcdef", Usable: true}); got != c.fits {
			t.Errorf("pattern %q fits abcdef: %v, want %v", c.pattern, got, c.fits)
		}
	}
}

func TestAQuestionWithoutACallIsUnsupported(t *testing.T) {
	cat := catalog.Of(newFake().client())
	for _, err := range cat.Quotas(t.Context(), "", "") {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("quotas of a cloud without the call: %v, want one that matches ErrUnsupported", err)
		}
	}
	for _, err := range cat.Networks(t.Context(), catalog.NetworkQuery{}) {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("networks of a cloud without the call: %v, want one that matches ErrUnsupported", err)
		}
	}
}

func TestAQueryWithoutARegionIsRefusedBeforeItIsSent(t *testing.T) {
	f := newFake()
	cat := catalog.Of(provider.NewClient(f, nil))
	for _, err := range cat.Images(t.Context(), catalog.ImageQuery{}) {
		if want := "Region: required"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want it to say %q", err, want)
		}
	}
	if len(f.Calls) > 0 {
		t.Errorf("%d calls were sent, want none", len(f.Calls))
	}
}

func TestAPriceIsNeverZeroWhenItIsUnknown(t *testing.T) {
	f := newFake()
	f.price = func(*provider.RunInstancesSpec) (*catalog.Price, error) {
		return &catalog.Price{Note: "PriceNotFound"}, nil
	}
	spec := provider.RunInstancesSpec{Count: 2, ImageID: "img", InstanceType: "small"}
	p, err := catalog.Of(f.client()).Price(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if p.Known() {
		t.Error("a price that the cloud does not have is known")
	}
	if got := p.String(); got != "price unknown" {
		t.Errorf("the price reads %q, want %q", got, "price unknown")
	}
	if _, ok := p.PerInstanceHour(); ok {
		t.Error("a price that is unknown has an amount an hour")
	}
}

func TestAPriceByTheHourIsSharedByItsInstances(t *testing.T) {
	p := catalog.Price{Amount: "2.58", Currency: "CNY", Unit: catalog.PerHour, Instances: 3}
	if got, _ := p.PerInstanceHour(); got != "0.86" {
		t.Errorf("2.58 for three instances is %q an instance and hour, want 0.86", got)
	}
	if want := "2.58 CNY for 3 instances an hour"; p.String() != want {
		t.Errorf("the price reads %q, want %q", p.String(), want)
	}
	if got, _ := p.PerHour(10); got != "8.6" {
		t.Errorf("2.58 for three instances is %q an hour for ten, want 8.6", got)
	}
	third := catalog.Price{Amount: "1", Unit: catalog.PerHour, Instances: 3}
	if got, _ := third.PerHour(3); got != "1" {
		t.Errorf("a third three times is %q, want 1", got)
	}
	order := catalog.Price{Amount: "300", Currency: "CNY", Unit: catalog.PerOrder, Instances: 1, Period: 3, PeriodUnit: provider.Month}
	if amount, ok := order.PerInstanceHour(); ok {
		t.Errorf("an order for 3 months has the price %s an hour, want none: months differ", amount)
	}
}
