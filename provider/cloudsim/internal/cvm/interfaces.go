package cvm

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

// networkInterface is the data type NetworkInterfaces, which the vendor has since version 1.3.183
// of its SDK for Go. Its rules are those of the comments there.
type networkInterface struct {
	InterfaceType           *string
	VpcId                   *string
	SubnetId                *string
	PrivateIpv4AddressCount *int64
	NetworkInterfaceId      *string
	SecurityGroupIds        []string
	DeleteWithInstance      *bool
}

// The kinds of interfaces.
const (
	primaryNIC   = "PRIMARY"
	secondaryNIC = "SECONDARY"
)

func (n *networkInterface) is(kind string) bool { return valueOr(n.InterfaceType, "") == kind }

// checkInterfaces requires exactly one primary interface, and all of one network. If the request
// has a VirtualPrivateCloud too, it must be that of the primary interface [unverified].
func (r *runRequest) checkInterfaces() *refusal {
	primaries := 0
	for i := range r.NetworkInterfaces {
		n, path := &r.NetworkInterfaces[i], join("NetworkInterfaces", strconv.Itoa(i))
		if refused := n.check(path, r.count()); refused != nil {
			return refused
		}
		if *n.VpcId != *r.NetworkInterfaces[0].VpcId {
			return invalidAs("InvalidParameterValue.ElasticNetworkVpcSubnetMismatch", path+".VpcId")
		}
		if n.is(primaryNIC) {
			primaries++
		}
	}
	if len(r.NetworkInterfaces) == 0 {
		return nil
	}
	if primaries != 1 {
		return invalid("NetworkInterfaces")
	}
	p, v := r.primary(), r.VirtualPrivateCloud
	if v == nil || *v.VpcId+*v.SubnetId == *p.VpcId+*p.SubnetId {
		return nil
	}
	return refuse("InvalidParameterCombination", "The primary interface is in another subnet than VirtualPrivateCloud.")
}

func (n *networkInterface) check(path string, count int) *refusal {
	attachable := n.is(secondaryNIC) && count == 1 // an interface that exists already
	switch {
	case n.InterfaceType == nil:
		return missing(path + ".InterfaceType")
	case !n.is(primaryNIC) && !n.is(secondaryNIC):
		return invalid(path + ".InterfaceType")
	case n.VpcId == nil:
		return missing(path + ".VpcId")
	case n.SubnetId == nil:
		return missing(path + ".SubnetId")
	case !idForm(*n.VpcId, "vpc-"):
		return invalidAs("InvalidParameterValue.VpcIdMalformed", path+".VpcId")
	case !idForm(*n.SubnetId, "subnet-"):
		return invalidAs("InvalidParameterValue.SubnetIdMalformed", path+".SubnetId")
	case n.PrivateIpv4AddressCount == nil:
		return missing(path + ".PrivateIpv4AddressCount")
	case *n.PrivateIpv4AddressCount < 1 || *n.PrivateIpv4AddressCount > 50:
		return invalidAs("InvalidParameterValue.Range", path+".PrivateIpv4AddressCount")
	case n.NetworkInterfaceId != nil && !attachable:
		return invalidAs("InvalidParameterValue.InvalidNetworkInterfaceId", path+".NetworkInterfaceId")
	case !allForm(n.SecurityGroupIds, "sg-"):
		return invalidAs("InvalidSecurityGroupId.NotFound", path+".SecurityGroupIds")
	}
	return nil
}

// primary returns the primary interface, or nil when the request names none.
func (r *runRequest) primary() *networkInterface {
	i := slices.IndexFunc(r.NetworkInterfaces, func(n networkInterface) bool { return n.is(primaryNIC) })
	if i < 0 {
		return nil
	}
	return &r.NetworkInterfaces[i]
}

// moreAddresses returns how many private addresses an instance has beside its first one.
func (r *runRequest) moreAddresses() int {
	if p := r.primary(); p != nil {
		return int(*p.PrivateIpv4AddressCount) - 1
	}
	return 0
}

// publicIPv6 derives public addresses (RFC 3849) from the private address, if the request asks for
// any.
func (r *runRequest) publicIPv6(private string) []string {
	if !r.public() || valueOr(r.InternetAccessible.IPv6AddressType, "") == "" {
		return nil
	}
	ip := netip.MustParseAddr(private).As4() // our own, or checked before
	return []string{fmt.Sprintf("2001:db8:ffff:%x:%x::1", int(ip[0])<<8|int(ip[1]), int(ip[2])<<8|int(ip[3]))}
}
