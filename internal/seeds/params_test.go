package seeds_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
)

// The number of parameters is counted in the documents by hand: a line that is
// lost here would be lost to every other test.
func TestListsAreWhole(t *testing.T) {
	for driver, want := range map[string]int{
		"aliyun":    79,                // rows of RunInstances without Action
		"ens":       22 + 21 + 2,       // rows; what RunInstances has beside, by the typed request of the SDK; of newer SDKs
		"tencent":   18 + 17 + 30 + 28, // rows without Action and Version; members that the examples use; others; later parameters
		"qingcloud": 36,                // rows
	} {
		seen, own := map[string]bool{}, 0
		for _, p := range parameters(t, driver) {
			for what, text := range map[string]string{"name": p.Name, "type": p.Type, "document": p.Document} {
				if text == "" {
					t.Errorf("%s: a line has no %s, want one: %+v", driver, what, p)
				}
			}
			if seen[p.Document+p.Name] {
				t.Errorf("%s: %s stands twice in the list", driver, p.Name)
			}
			seen[p.Document+p.Name] = true
			if !p.System {
				own++
			}
		}
		if own != want {
			t.Errorf("%s: the list has %d parameters, and the documents have %d", driver, own, want)
		}
	}
	if _, err := seeds.Parameters("nobody"); err == nil {
		t.Error("a driver without a document has a list")
	}
	if s := seeds.Settings("nobody"); s != nil {
		t.Errorf("a driver without a document has settings: %v", s)
	}
}

func TestNamesOfTheDocumentsMatchTheWire(t *testing.T) {
	for _, c := range []struct {
		name, kind, wire string
		want             bool
	}{
		{"Amount", "Integer", "Amount", true},
		{"Amount", "Integer", "MinAmount", false},
		{"Tag.N.Key", "String", "Tag.12.Key", true},
		{"Tag.N.Key", "String", "Tag.1.Value", false},
		{"NetworkInterface.N.SecurityGroupIds.N", "RepeatList", "NetworkInterface.1.SecurityGroupIds.2", true},
		{"NetworkInterface.N.SecurityGroupId", "String", "NetworkInterface.1.SecurityGroupIds.2", false},
		{"vxnets.n", "String", "vxnets.1", true},
		{"Placement.Zone", "String", "Placement.Zone.1", false},
		{"Placement", "Placement", "Placement.Zone", true},
		{"DataDisks.N", "Array of DataDisk", "DataDisks.0.DiskSize", true},
		{"Placement", "Placement", "PlacementZone", false},
		{"SystemDisk.Size", "String", "SystemDiskxSize", false},
	} {
		if got := (seeds.Parameter{Name: c.name, Type: c.kind}).Matches(c.wire); got != c.want {
			t.Errorf("%s of the document is %s on the wire: %v, want %v", c.name, c.wire, got, c.want)
		}
	}
}
