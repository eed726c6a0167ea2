package provider_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// extras are options that only one cloud has.
type extras struct{ Text string }

func (extras) VendorName() string { return "fake" }

// A template, or an option of one cloud, may say which instance is meant: what one
// of them was out of says nothing of another, although the specs leave the type
// open in the same words. What a spec names itself is remembered all the same.
func TestStockOfOneTemplateIsNotThatOfAnother(t *testing.T) {
	template := func(id string) func(*provider.RunInstancesSpec) {
		return func(s *provider.RunInstancesSpec) { s.LaunchTemplate = &provider.LaunchTemplateRef{ID: id} }
	}
	option := func(text string) func(*provider.RunInstancesSpec) {
		return func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{extras{Text: text}} }
	}
	both := func(list ...func(*provider.RunInstancesSpec)) func(*provider.RunInstancesSpec) {
		return func(s *provider.RunInstancesSpec) {
			for _, change := range list {
				change(s)
			}
		}
	}
	zone := func(s *provider.RunInstancesSpec) { s.Zone = "a" }
	subnet := func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "net" }
	disk := func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "ssd" }
	for name, tc := range map[string]struct {
		scope         provider.StockScope
		first, second func(*provider.RunInstancesSpec)
		skips         bool
	}{
		"the same template":               {provider.StockOfType, template("lt-1"), template("lt-1"), true},
		"another template":                {provider.StockOfType, template("lt-1"), template("lt-2"), false},
		"another template, all of it":     {"", template("lt-1"), template("lt-2"), false},
		"no template":                     {provider.StockOfType, template("lt-1"), func(*provider.RunInstancesSpec) {}, false},
		"the zone of another template":    {provider.StockOfZone, template("lt-1"), template("lt-2"), false},
		"a zone that both name":           {provider.StockOfZone, both(zone, template("lt-1")), both(zone, template("lt-2")), true},
		"the subnet of another template":  {provider.StockOfSubnet, template("lt-1"), template("lt-2"), false},
		"a subnet that both name":         {provider.StockOfSubnet, both(subnet, template("lt-1")), both(subnet, option("x")), true},
		"a disk in a zone of a template":  {provider.StockOfDisk, both(disk, template("lt-1")), both(disk, template("lt-2")), false},
		"a disk in a zone that both name": {provider.StockOfDisk, both(disk, zone, template("lt-1")), both(disk, zone, template("lt-2")), true},
		"the same option":                 {provider.StockOfType, option("area 1"), option("area 1"), true},
		"another option":                  {provider.StockOfType, option("area 1"), option("area 2"), false},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.stocked(shelf{"@": 0, "@a": 0}, tc.scope)
				c := f.client()
				o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2", Zone: "b", SubnetID: "other", DiskType: "hdd"}}}
				for _, change := range []func(*provider.RunInstancesSpec){tc.first, tc.second} {
					s := provider.RunInstancesSpec{Region: "r"}
					change(&s)
					if _, err := c.RunInstances(t.Context(), s, o); err != nil {
						t.Fatal(err)
					}
				}
				want := 4 // each asks for its own first
				if tc.skips {
					want = 3
				}
				if got := f.asked(); len(got) != want {
					t.Errorf("asked for %v, want %d creates", got, want)
				}
			})
		})
	}
}
