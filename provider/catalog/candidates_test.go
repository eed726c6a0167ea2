package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// shop is a cloud with five types in two zones.
func shop() *fake {
	f := newFake()
	f.types = []catalog.InstanceType{
		{ID: "tiny", CPUs: 1, MemoryMiB: 1 << 10, Arch: catalog.X86},
		{ID: "cheap", Family: "c", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.X86},
		{ID: "dear", Family: "g", CPUs: 4, MemoryMiB: 16 << 10, Arch: catalog.X86},
		{ID: "gone", Family: "g", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.X86},
		{ID: "arm", Family: "y", CPUs: 4, MemoryMiB: 8 << 10, Arch: catalog.ARM},
	}
	row := func(kind, zone string, level catalog.StockLevel, reason string) catalog.Stock {
		return catalog.Stock{
			Zone: zone, InstanceType: kind, Billing: provider.OnDemand, Level: level, RawLevel: "raw", Reason: reason,
		}
	}
	f.stock = []catalog.Stock{
		row("tiny", "a", catalog.Plenty, ""), row("cheap", "a", catalog.Low, ""), row("cheap", "b", catalog.NoStock, "sold out today"),
		row("dear", "a", catalog.Plenty, ""), row("dear", "b", catalog.Plenty, ""), row("arm", "b", "", ""),
	}
	prices := map[string]string{"tiny": "0.1", "cheap": "0.9", "dear": "1.5", "arm": "10"}
	f.price = func(s *provider.RunInstancesSpec) (*catalog.Price, error) {
		return &catalog.Price{
			Amount: prices[s.InstanceType], Currency: "CNY", Unit: catalog.PerHour, Instances: s.Count,
		}, nil
	}
	return f
}

var base = provider.RunInstancesSpec{Count: 100, ImageID: "img", InstanceType: "replaced"}

func names(list []catalog.Candidate) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Type.ID+"/"+c.Zone)
	}
	return strings.Join(out, " ")
}

func choose(t *testing.T, f *fake, w catalog.Want) *catalog.Choice {
	t.Helper()
	choice, err := catalog.Of(f.client()).Candidates(t.Context(), w)
	if err != nil {
		t.Fatalf("Candidates: %v", err)
	}
	return choice
}

func TestCandidatesAreWhatIsWantedInTheOrderThatIsWanted(t *testing.T) {
	for _, c := range []struct {
		name string
		w    catalog.Want
		want string
	}{
		{"everything, cheapest first", catalog.Want{Spec: &base}, "tiny/a cheap/a dear/a dear/b arm/b"},
		{"by stock", catalog.Want{Spec: &base, CPUs: 4, Order: catalog.ByStock}, "dear/a dear/b cheap/a arm/b"},
		{
			"by preference of families, then zones",
			catalog.Want{Spec: &base, CPUs: 4, Prefer: []string{"g", "cheap"}, Zones: []string{"b", "a"}, Order: catalog.ByPreference},
			"dear/b dear/a cheap/a arm/b",
		},
		{"one zone", catalog.Want{Spec: &base, CPUs: 2, Zones: []string{"b"}}, "dear/b arm/b"},
		{"a ceiling", catalog.Want{Spec: &base, CPUs: 2, MaxPrice: "1.5"}, "cheap/a dear/a dear/b"},
		{"an architecture", catalog.Want{Spec: &base, Arch: catalog.ARM}, "arm/b"},
		{"memory", catalog.Want{Spec: &base, MemoryMiB: 9 << 10}, "dear/a dear/b"},
		{"no prices", catalog.Want{CPUs: 4, Order: catalog.ByStock}, "dear/a dear/b cheap/a arm/b"},
	} {
		if got := names(choose(t, shop(), c.w).Candidates); got != c.want {
			t.Errorf("%s: the candidates are %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEachRejectedTypeSaysWhy(t *testing.T) {
	choice := choose(t, shop(), catalog.Want{Spec: &base, CPUs: 2, MaxPrice: "1"})
	got := map[string]string{}
	for _, r := range choice.Rejected {
		got[r.InstanceType+"/"+r.Zone] = r.Why
	}
	for at, want := range map[string]string{
		"tiny/":   "has 1 CPU",
		"cheap/b": "is out of stock: sold out today",
		"gone/":   "is offered on-demand in no zone that may be chosen",
		"dear/a":  "costs 1.5 CNY an hour, more than 1",
		"arm/b":   "costs 10 CNY an hour, more than 1",
	} {
		if got[at] != want {
			t.Errorf("%s is rejected because it %q, want %q", at, got[at], want)
		}
	}
	if want := "4 CPUs, 8 GiB, x86_64, stock low, 0.9 CNY an hour"; choice.Candidates[0].Why != want {
		t.Errorf("the candidate is there for %q, want %q", choice.Candidates[0].Why, want)
	}
}

func TestACeilingRejectsWhatHasNoPrice(t *testing.T) {
	f := shop()
	f.price = func(*provider.RunInstancesSpec) (*catalog.Price, error) { return &catalog.Price{}, nil }
	choice := choose(t, f, catalog.Want{Spec: &base, MaxPrice: "100"})
	if got := names(choice.Candidates); got != "" {
		t.Errorf("%q were chosen without a price, below a ceiling", got)
	}
}

func TestATypeThatTheCloudRefusesIsRejected(t *testing.T) {
	f := shop()
	f.price = func(s *provider.RunInstancesSpec) (*catalog.Price, error) {
		if s.InstanceType == "cheap" {
			return nil, &provider.APIError{Driver: "fake", Kind: provider.ErrInvalid, Code: "NotForThisImage"}
		}
		return &catalog.Price{}, nil
	}
	choice := choose(t, f, catalog.Want{Spec: &base, CPUs: 4, Zones: []string{"a"}})
	if got := names(choice.Candidates); got != "dear/a" {
		t.Errorf("the candidates are %q, want dear/a", got)
	}
	if got := fmt.Sprint(choice.Rejected); !strings.Contains(got, "NotForThisImage") {
		t.Errorf("the rejected types are %s, want the cloud's code", got)
	}
}

func TestPricesAreForOneInstanceAndNotAskedForWithoutEnd(t *testing.T) {
	f := shop()
	choice := choose(t, f, catalog.Want{Spec: &base, Ask: 2})
	asked := 0
	for _, call := range f.Calls {
		if call.API == "DescribePrice" {
			asked++
			if call.Spec.Count != 1 {
				t.Errorf("a price was asked for %d instances, want 1", call.Spec.Count)
			}
		}
	}
	if asked != 2 {
		t.Errorf("%d prices were asked for, want 2", asked)
	}
	if got := strings.Join(choice.Notes, "; "); !strings.Contains(got, "3 prices were not asked for") {
		t.Errorf("the notes are %q, want how many prices were not asked for", got)
	}
}

// handDriver hides the calls of a cloud that has no call for stock, prices or types.
type handDriver struct{ provider.Driver }

func TestACloudWithoutCallsChoosesFromAListByHand(t *testing.T) {
	f := shop()
	client := provider.NewClient(handDriver{f}, &provider.Options{Region: "here"})
	_, err := catalog.Of(client).Candidates(t.Context(), catalog.Want{CPUs: 4})
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without a list by hand the error is %v, want one that matches ErrUnsupported", err)
	}
	w := catalog.Want{CPUs: 4, Types: f.types, Zones: []string{"x"}, Prefer: []string{"dear"}, Order: catalog.ByPreference, Spec: &base}
	choice, err := catalog.Of(client).Candidates(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(choice.Candidates), "dear/x arm/x cheap/x gone/x"; got != want {
		t.Errorf("the candidates are %q, want %q", got, want)
	}
	if len(choice.Notes) != 2 {
		t.Errorf("the notes are %q, want one about stock and one about prices", choice.Notes)
	}
}

func TestOneAnswerMayHaveTypesStockAndPrices(t *testing.T) {
	f := shop()
	for i := range f.stock {
		s := &f.stock[i]
		for n := range f.types {
			if f.types[n].ID == s.InstanceType {
				s.Type = &f.types[n]
			}
		}
		s.Price = &catalog.Price{Amount: "1", Unit: catalog.PerHour, Instances: 1}
	}
	choice := choose(t, f, catalog.Want{CPUs: 4, MaxPrice: "1"})
	if got, want := names(choice.Candidates), "dear/a dear/b cheap/a arm/b"; got != want {
		t.Errorf("the candidates are %q, want %q", got, want)
	}
	for _, call := range f.Calls {
		if call.API != "DescribeStock" {
			t.Errorf("%s was called, want stock alone", call.API)
		}
	}
}

func TestACandidateMakesASpecAndTheOthersItsAlternatives(t *testing.T) {
	f := shop()
	w := catalog.Want{Spec: &base, CPUs: 4, Subnets: map[string]string{"a": "net-a", "b": "net-b"}, Billing: provider.OnDemand}
	list := choose(t, f, w).Candidates
	hardware := base
	hardware.InstanceType, hardware.Hardware = "", provider.Hardware{CPUs: 4, MemoryMiB: 8 << 10}
	spec := list[0].Apply(hardware)
	got := fmt.Sprint(spec.InstanceType, spec.Hardware, spec.Zone, spec.Network.SubnetID, spec.Billing.Mode, spec.Count)
	if want := fmt.Sprint("cheap", provider.Hardware{}, "a", "net-a", provider.OnDemand, 100); got != want {
		t.Errorf("the spec has %s, want %s", got, want)
	}
	alternatives := catalog.AlternativesOf(list[1:])
	want := provider.Alternative{InstanceType: "dear", Zone: "a", SubnetID: "net-a"}
	if len(alternatives) != len(list)-1 {
		t.Fatalf("%d alternatives of %d candidates, want all but the first", len(alternatives), len(list))
	}
	if alternatives[0] != want {
		t.Errorf("the first alternative is %+v, want %+v", alternatives[0], want)
	}
	options := &provider.RunOptions{Alternatives: alternatives}
	if err := f.client().Validate(spec, options); err != nil {
		t.Errorf("the client refuses what was chosen: %v", err)
	}
}

// A candidate would change what the spec says, and nobody would notice.
func TestAWantThatContradictsItsSpecIsRefused(t *testing.T) {
	inZone, inSubnet := base, base
	inZone.Zone, inSubnet.Network.SubnetID = "a", "net-a"
	for want, w := range map[string]catalog.Want{
		`Want.Zones = "b": is not the zone`:         {Spec: &inZone, Zones: []string{"a", "b"}},
		`Want.Subnets = "b": is not the zone`:       {Spec: &inZone, Subnets: map[string]string{"b": "net-b"}},
		`Want.Subnets = "net-b": is not the subnet`: {Spec: &inSubnet, Subnets: map[string]string{"a": "net-a", "b": "net-b"}},
	} {
		f := shop()
		_, err := catalog.Of(f.client()).Candidates(t.Context(), w)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
		if len(f.Calls) > 0 {
			t.Errorf("%s: %d calls were sent, want none", want, len(f.Calls))
		}
	}
	same := catalog.Want{Spec: &inZone, Zones: []string{"a"}, Subnets: map[string]string{"a": "net-a"}}
	if got, want := names(choose(t, shop(), same).Candidates), "tiny/a cheap/a dear/a"; got != want {
		t.Errorf("the candidates are %q, want %q", got, want)
	}
}

func TestAWrongWantIsRefusedBeforeAnythingIsAsked(t *testing.T) {
	f := shop()
	_, err := catalog.Of(f.client()).Candidates(t.Context(), catalog.Want{
		CPUs: 8, MaxCPUs: 4, MaxPrice: "cheap", Order: "luck", Zones: []string{"c"}, Subnets: map[string]string{"a": "net-a"},
	})
	for _, want := range []string{"Want.CPUs", "Want.MaxPrice", "Want.Order", "Want.Subnets"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	if len(f.Calls) > 0 {
		t.Errorf("%d calls were sent, want none", len(f.Calls))
	}
}
