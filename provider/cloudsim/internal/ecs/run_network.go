package ecs

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkNetwork checks the place of the instances in the network and returns their
// security groups.
func (e *api) checkNetwork(k *core.Call, p *alibaba.Params, amount int) []string {
	if zone := p.ID("ZoneId"); zone != "" && !e.hasZone(k.Region, zone) {
		p.Refuse(invalid("ZoneId"))
	}
	vswitch := p.ID("VSwitchId")
	groups := checkGroups(p, "")
	checkInterfaces(p)
	checkIPv6(p, amount)
	e.checkPrivateIP(k, p, cmp.Or(vswitch, "vsw-default"), amount)
	return groups
}

// checkPrivateIP checks the address of the first instance; the others get the next
// addresses. The older reference allows one instance only. The current one allows more,
// but then no secondary interface.
func (e *api) checkPrivateIP(k *core.Call, p *alibaba.Params, vswitch string, amount int) {
	first := p.Text("PrivateIpAddress")
	switch {
	case first == "":
		return
	case !alibaba.IsIPv4(first):
		p.Bad("PrivateIpAddress", "an IPv4 address")
		return
	case amount > 1 && len(p.Indexes("NetworkInterface", 2)) > 0:
		p.Refuse(conflict("PrivateIpAddress", "NetworkInterface.N"))
	}
	for i := range amount {
		if e.InUse(k, vswitch, address(first, i)) {
			p.Refuse(alibaba.Refuse(400, "InvalidPrivateIpAddress.Duplicated",
				"Specified private IP address is duplicated."))
		}
	}
}

// address returns the i-th address after the first.
func address(first string, i int) string {
	ip, err := netip.ParseAddr(first)
	if err != nil {
		return first
	}
	for range i {
		ip = ip.Next()
	}
	return ip.String()
}

// checkGroups reads prefix+SecurityGroupId or prefix+SecurityGroupIds.N.
func checkGroups(p *alibaba.Params, prefix string) []string {
	one := p.ID(prefix + "SecurityGroupId")
	many := p.List(prefix+"SecurityGroupIds", 100)
	for i := range many {
		p.ID(prefix + "SecurityGroupIds." + strconv.Itoa(i+1))
	}
	if one == "" {
		return many
	}
	if len(many) > 0 {
		p.Refuse(conflict(prefix+"SecurityGroupId", prefix+"SecurityGroupIds.N"))
	}
	return []string{one}
}

// checkInterfaces checks the interfaces. A create accepts one secondary interface and,
// today, one that is declared primary.
func checkInterfaces(p *alibaba.Params) {
	most := 1
	for _, n := range []string{"1", "2"} {
		if p.Choice("NetworkInterface."+n+".InstanceType", "Secondary", "Primary") == "Primary" {
			most = 2
		}
	}
	for _, n := range p.Indexes("NetworkInterface", most) {
		prefix := fmt.Sprintf("NetworkInterface.%d.", n)
		checkGroups(p, prefix)
		p.ID(prefix + "VSwitchId")
		p.Name(prefix + "NetworkInterfaceName")
		p.Description(prefix + "Description")
		if s := p.Text(prefix + "PrimaryIpAddress"); s != "" && !alibaba.IsIPv4(s) {
			p.Bad(prefix+"PrimaryIpAddress", "an IPv4 address")
		}
	}
}

func checkIPv6(p *alibaba.Params, amount int) {
	count := p.Number("Ipv6AddressCount", 0, 1, 10)
	addresses := p.Indexes("Ipv6Address", 10)
	if len(addresses) == 0 {
		return
	}
	for _, n := range addresses {
		name := "Ipv6Address." + strconv.Itoa(n)
		if !alibaba.IsIPv6(p.Text(name)) {
			p.Bad(name, "an IPv6 address")
		}
	}
	if count > 0 {
		p.Refuse(conflict("Ipv6Address.N", "Ipv6AddressCount"))
	}
	if amount > 1 {
		p.Refuse(conflict("Ipv6Address.N", "Amount"))
	}
}
