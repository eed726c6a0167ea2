package provider

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/specs"
	"github.com/yunfan-cloud/yunfan/internal/stock"
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

// stockNeed returns what a spec needs to be in stock.
func stockNeed(s *RunInstancesSpec) *stock.Need {
	return &stock.Need{
		Region: s.Region, Zone: s.Zone, Subnet: s.Network.SubnetID, Disk: s.SystemDisk.Type,
		Kind: fmt.Sprintf("%q %+v %q %+v",
			s.InstanceType, s.Hardware, cmp.Or(s.Billing.Mode, OnDemand), s.Placement),
		Rest: restOf(s),
	}
}

// restOf returns a digest of the choices that a spec leaves to its template and to the options
// of one cloud. Two templates may mean two types even when the specs look the same. It is a
// digest because raw parameters are secrets.
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

// rememberNoStock records that a spec was refused for lack of stock.
func (c *Client) rememberNoStock(s *RunInstancesSpec, why error) {
	var e *APIError
	scope := StockScope("")
	if errors.As(why, &e) {
		scope = e.Stock
	}
	c.stock.Remember(stockNeed(s), stock.Scope(scope), why)
}
