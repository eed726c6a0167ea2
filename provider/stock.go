package provider

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/specs"
	"github.com/yunfan-cloud/yunfan/internal/stock"
)

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
