package ecs

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// interfaces are the network interfaces of an instance: the primary one, which has its
// addresses, and those that its create added.
func interfaces(m *core.Instance) []alibaba.Object {
	list := []alibaba.Object{{
		{"NetworkInterfaceId", "eni-" + m.ID[2:]},
		{"Type", "Primary"},
		{"MacAddress", "00:16:3e:00:00:01"},
		{"PrimaryIpAddress", m.PrivateIPs[0]},
		{"PrivateIpSets", alibaba.List("PrivateIpSet", addressSets(m.PrivateIPs))},
		{"Ipv6Sets", alibaba.List("Ipv6Set", ipv6Sets(m))},
	}}
	for n := 1; n <= interfacesOfCreate; n++ {
		at := fmt.Sprintf("NetworkInterface.%d.", n)
		if !hasInterface(m.Params, at) || m.Params[at+"InstanceType"] == "Primary" {
			continue
		}
		address := cmp.Or(m.Params[at+"PrimaryIpAddress"], "172.31.0."+strconv.Itoa(n))
		list = append(list, alibaba.Object{
			{"NetworkInterfaceId", "eni-" + m.ID[2:] + strconv.Itoa(n)},
			{"Type", "Secondary"},
			{"MacAddress", "00:16:3e:00:00:0" + strconv.Itoa(n+1)},
			{"PrimaryIpAddress", address},
			{"PrivateIpSets", alibaba.List("PrivateIpSet", addressSets([]string{address}))},
			{"Ipv6Sets", alibaba.List("Ipv6Set", []string(nil))},
		})
	}
	return list
}

// interfacesOfCreate bounds the interfaces that one create can name.
const interfacesOfCreate = 2

// hasInterface reports whether a create has an interface with a prefix.
func hasInterface(params map[string]string, at string) bool {
	for _, name := range []string{
		"VSwitchId", "SecurityGroupId", "SecurityGroupIds.1", "PrimaryIpAddress", "NetworkInterfaceName", "Description",
		"InstanceType",
	} {
		if params[at+name] != "" {
			return true
		}
	}
	return false
}

func addressSets(addresses []string) []alibaba.Object {
	sets := make([]alibaba.Object, len(addresses))
	for i, ip := range addresses {
		sets[i] = alibaba.Object{{"PrivateIpAddress", ip}, {"Primary", i == 0}}
	}
	return sets
}

// ipv6Sets are the IPv6 addresses that the create named, or as many as it asked for.
func ipv6Sets(m *core.Instance) (sets []alibaba.Object) {
	count := alibaba.Int(m.Params, "Ipv6AddressCount")
	for n := 1; n <= 10; n++ {
		address := m.Params["Ipv6Address."+strconv.Itoa(n)]
		if address == "" && n <= count {
			h := alibaba.ACS3Hash([]byte(m.ID))
			address = fmt.Sprintf("2001:db8:%s:%s::%x", h[:4], h[4:8], n)
		}
		if address != "" {
			sets = append(sets, alibaba.Object{{"Ipv6Address", address}})
		}
	}
	return sets
}
