package cloudsim

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkNetwork checks where the machines are to stand and returns their
// security groups.
func (e *ecs) checkNetwork(k *core.Call, p *aliParams, amount int) []string {
	p.id("ZoneId")
	vswitch := p.id("VSwitchId")
	groups := checkECSGroups(p, "")
	checkECSInterfaces(p)
	checkECSIPv6(p, amount)
	e.checkPrivateIP(k, p, cmp.Or(vswitch, "vsw-default"), amount)
	return groups
}

// checkPrivateIP checks the address of the first machine; the others get those
// after it. The older reference allows one machine only; the current one allows
// more, but then no secondary interface.
func (e *ecs) checkPrivateIP(k *core.Call, p *aliParams, vswitch string, amount int) {
	first := p.text("PrivateIpAddress")
	switch {
	case first == "":
		return
	case !aliIsIPv4(first):
		p.bad("PrivateIpAddress", "an IPv4 address")
		return
	case amount > 1 && len(p.indexes("NetworkInterface", 2)) > 0:
		p.refuse(ecsConflict("PrivateIpAddress", "NetworkInterface.N"))
	}
	for i := range amount {
		if e.inUse(k, vswitch, ecsAddress(first, i)) {
			p.refuse(aliRefusal(400, "InvalidPrivateIpAddress.Duplicated", "Specified private IP address is duplicated."))
		}
	}
}

// ecsAddress is the i-th address after the first.
func ecsAddress(first string, i int) string {
	ip, err := netip.ParseAddr(first)
	if err != nil {
		return first
	}
	for range i {
		ip = ip.Next()
	}
	return ip.String()
}

// checkECSGroups reads prefix+SecurityGroupId or prefix+SecurityGroupIds.N.
func checkECSGroups(p *aliParams, prefix string) []string {
	one := p.id(prefix + "SecurityGroupId")
	many := p.list(prefix+"SecurityGroupIds", 100)
	for i := range many {
		p.id(prefix + "SecurityGroupIds." + strconv.Itoa(i+1))
	}
	if one == "" {
		return many
	}
	if len(many) > 0 {
		p.refuse(ecsConflict(prefix+"SecurityGroupId", prefix+"SecurityGroupIds.N"))
	}
	return []string{one}
}

// checkECSInterfaces checks the interfaces: a create takes one that is secondary
// and, today, one that is said to be the primary one.
func checkECSInterfaces(p *aliParams) {
	most := 1
	for _, n := range []string{"1", "2"} {
		if p.choice("NetworkInterface."+n+".InstanceType", "Secondary", "Primary") == "Primary" {
			most = 2
		}
	}
	for _, n := range p.indexes("NetworkInterface", most) {
		prefix := fmt.Sprintf("NetworkInterface.%d.", n)
		checkECSGroups(p, prefix)
		p.id(prefix + "VSwitchId")
		p.name(prefix + "NetworkInterfaceName")
		p.description(prefix + "Description")
		if s := p.text(prefix + "PrimaryIpAddress"); s != "" && !aliIsIPv4(s) {
			p.bad(prefix+"PrimaryIpAddress", "an IPv4 address")
		}
	}
}

func checkECSIPv6(p *aliParams, amount int) {
	count := p.number("Ipv6AddressCount", 0, 1, 10)
	addresses := p.indexes("Ipv6Address", 10)
	if len(addresses) == 0 {
		return
	}
	for _, n := range addresses {
		name := "Ipv6Address." + strconv.Itoa(n)
		if !aliIsIPv6(p.text(name)) {
			p.bad(name, "an IPv6 address")
		}
	}
	if count > 0 {
		p.refuse(ecsConflict("Ipv6Address.N", "Ipv6AddressCount"))
	}
	if amount > 1 {
		p.refuse(ecsConflict("Ipv6Address.N", "Amount"))
	}
}
