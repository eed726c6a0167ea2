package provider

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/recent"
	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// StockScope is what a refusal proves to be out of stock.
type StockScope string

// Scopes of stock. The zero value means the exact combination in the request, which is the
// least that a refusal can prove.
const (
	StockOfType   StockScope = "type"   // the instance type in its zone, under its billing mode
	StockOfZone   StockScope = "zone"   // everything in the zone
	StockOfDisk   StockScope = "disk"   // the kind of disk in the zone
	StockOfSubnet StockScope = "subnet" // addresses of the subnet
)

// stockMemory is how long a proof of no stock is used. Cluster autoscalers use the same value:
// stock changes within the hour.
const stockMemory = 3 * time.Minute

// stockKey is what is out of stock. Fields that do not matter are empty.
type stockKey struct {
	Region, Zone, Type, Subnet, Disk string
	Hardware                         Hardware // in place of a type
	Place                            string   // the hardware it has to be on
	Mode                             BillingMode
	Scope                            StockScope

	// Rest is a digest of the launch template and of the options of one cloud, which may set
	// any of these fields. It covers the fields that a scope leaves to them.
	Rest string
}

// ofMachine sets the fields for the instance that a spec asks for. A group or a host may be
// full where the zone is not.
func (k *stockKey) ofMachine(s *RunInstancesSpec, mode BillingMode) {
	k.Type, k.Hardware, k.Mode, k.Place = s.InstanceType, s.Hardware, mode, fmt.Sprintf("%+v", s.Placement)
}

// restOf returns a digest of the choices that a spec leaves to its template and to the options of one
// cloud. Two templates may mean two types even when the specs look the same. It is a digest
// because raw parameters are secrets.
func restOf(s *RunInstancesSpec) string {
	if s.LaunchTemplate == nil && len(s.Vendor) == 0 {
		return ""
	}
	var b strings.Builder
	specs.Outline(&b, reflect.ValueOf(s.LaunchTemplate))
	specs.Outline(&b, reflect.ValueOf(s.Vendor))
	sum := sha256.Sum256([]byte(b.String()))
	return string(sum[:16])
}

// stockKeys returns everything that a spec needs to be in stock. A field that the spec sets
// has the same meaning in every spec. A field that it leaves zero depends on its template and
// its options, and so does the instance type in any case.
func stockKeys(s *RunInstancesSpec) map[StockScope]stockKey {
	mode := s.Billing.Mode
	if mode == "" {
		mode = OnDemand
	}
	rest := restOf(s)
	of := func(scope StockScope, change func(*stockKey), named ...string) stockKey {
		k := stockKey{Region: s.Region, Zone: s.Zone, Scope: scope}
		if change(&k); len(named) == 0 || slices.Contains(named, "") {
			k.Rest = rest
		}
		return k
	}
	subnet, disk := s.Network.SubnetID, s.SystemDisk.Type
	return map[StockScope]stockKey{
		"": of("", func(k *stockKey) {
			k.Subnet, k.Disk = subnet, disk
			k.ofMachine(s, mode)
		}),
		StockOfType:   of(StockOfType, func(k *stockKey) { k.ofMachine(s, mode) }),
		StockOfZone:   of(StockOfZone, func(*stockKey) {}, s.Zone),
		StockOfDisk:   of(StockOfDisk, func(k *stockKey) { k.Disk = disk }, s.Zone, disk),
		StockOfSubnet: of(StockOfSubnet, func(k *stockKey) { k.Subnet = subnet }, subnet),
	}
}

// stock remembers what was out of stock a moment ago.
type stock struct{ recent.Refusals[stockKey] }

// remember records a refusal of a spec.
func (m *stock) remember(s *RunInstancesSpec, err error) {
	var e *APIError
	scope := StockScope("")
	if errors.As(err, &e) {
		scope = e.Stock
	}
	m.Add(stockKeys(s)[scope], err)
}

// lacking returns why a spec should not be tried, or nil.
func (m *stock) lacking(s *RunInstancesSpec) error { return m.Of(maps.Values(stockKeys(s))) }
