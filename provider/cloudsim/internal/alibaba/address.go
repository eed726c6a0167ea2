package alibaba

import (
	"net/netip"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// InUse reports whether an existing instance of a vSwitch has an address.
func (a *Gateway) InUse(k *core.Call, vswitch, address string) bool {
	for _, m := range a.Service.All() {
		if m.SubnetID == vswitch && len(m.PrivateIPs) > 0 && m.PrivateIPs[0] == address &&
			m.PhaseAt(k.Now) != core.Gone {
			return true
		}
	}
	return false
}

// IsIPv4 reports whether text is an IPv4 address.
func IsIPv4(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is4()
}

// IsIPv6 reports whether text is an IPv6 address, or the beginning of one with
// asterisks at the end, as in the vendor's examples.
func IsIPv6(s string) bool {
	ip, err := netip.ParseAddr(strings.ReplaceAll(s, "***", "1"))
	return err == nil && ip.Is6()
}
