package ens

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RawInstance is an instance as DescribeInstances answers it, under the vendor's names. What
// [provider.Instance.Sys] of this driver returns is a *RawInstance.
type RawInstance struct {
	InstanceID           string `json:"InstanceId"`
	InstanceName         string
	HostName             string
	Status               string
	StatusDescrip        string
	ServiceStatus        string
	InstanceResourceType string
	SpotStrategy         string

	EnsRegionID        string `json:"EnsRegionId"`
	ImageID            string `json:"ImageId"`
	OSName             string
	SpecName           string // the instance type
	InstanceTypeFamily string
	KeyPairName        string
	CPU                int `json:"Cpu"`
	Memory             int // MiB

	CreationTime    string
	ExpiredTime     string
	AutoReleaseTime string

	DeletionProtection *bool // nil: the answer does not say

	SystemDisk RawDisk
	DataDisk   struct{ DataDisk []RawDisk }

	InternetMaxBandwidthIn  int // Mbit/s
	InternetMaxBandwidthOut int // Mbit/s

	SecurityGroupIDs   RawSecurityGroups    `json:"SecurityGroupIds"`
	NetworkAttributes  RawNetworkAttributes `json:"NetworkAttributes"`
	InnerIPAddress     RawAddresses         `json:"InnerIpAddress"`
	PublicIPAddress    RawAddresses         `json:"PublicIpAddress"`
	PrivateIPAddresses RawPrivateIPs        `json:"PrivateIpAddresses"`
	PublicIPAddresses  RawPublicIPs         `json:"PublicIpAddresses"`
	Tags               struct{ Tags []RawTag }

	NetworkInterfaces struct{ NetworkInterfaces []RawInterface }
}

// RawInterface is a network interface of a [RawInstance].
type RawInterface struct {
	NetworkInterfaceID string `json:"NetworkInterfaceId"`
	Type               string
	MacAddress         string
	PrimaryIPAddress   string `json:"PrimaryIpAddress"`
	PrivateIPSets      struct {
		PrivateIPSet []struct {
			PrivateIPAddress string `json:"PrivateIpAddress"`
			Primary          bool
		} `json:"PrivateIpSet"`
	} `json:"PrivateIpSets"`
	IPv6Sets struct {
		IPv6Set []struct {
			IPv6Address string `json:"Ipv6Address"`
		} `json:"Ipv6Set"`
	} `json:"Ipv6Sets"`
}

// RawDisk is a disk of a [RawInstance]. Creates have GiB, descriptions MiB.
type RawDisk struct {
	DiskID   string `json:"DiskId"`
	DiskName string
	Category string
	Size     int // MiB
}

// RawSecurityGroups is a list inside an object, as the vendor writes lists.
type RawSecurityGroups struct {
	SecurityGroupID []string `json:"SecurityGroupId"`
}

// RawNetworkAttributes is the private network of a [RawInstance].
type RawNetworkAttributes struct {
	NetworkID        string       `json:"NetworkId"`
	VSwitchID        string       `json:"VSwitchId"`
	PrivateIPAddress RawAddresses `json:"PrivateIpAddress"`
}

// RawAddresses is a list inside an object.
type RawAddresses struct {
	IPAddress []string `json:"IpAddress"`
}

// RawPrivateIPs are private addresses with the carrier that serves them.
type RawPrivateIPs struct {
	PrivateIPAddress []RawCarrierAddress `json:"PrivateIpAddress"`
}

// RawPublicIPs are public addresses with the carrier that serves them.
type RawPublicIPs struct {
	PublicIPAddress []RawCarrierAddress `json:"PublicIpAddress"`
}

// RawCarrierAddress is an address and the carrier that serves it.
type RawCarrierAddress struct {
	IP      string `json:"Ip"`
	Isp     string
	GateWay string
}

// RawTag is a label of a [RawInstance].
type RawTag struct {
	TagKey   string
	TagValue string
}

// instanceOf translates a described instance. ENS answers no zone, and no reason of a failure.
func instanceOf(raw *RawInstance) provider.Instance {
	n := &raw.NetworkAttributes
	var room addrRoom // most instances have one address of each kind
	room.grow(2 + len(raw.NetworkInterfaces.NetworkInterfaces))
	private := room.read(raw.PrivateIPAddresses.PrivateIPAddress,
		n.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress)
	public := room.read(raw.PublicIPAddresses.PublicIPAddress, raw.PublicIPAddress.IPAddress)
	lock, reason := lockOf(raw)
	inst := provider.Instance{
		ID:               raw.InstanceID,
		Name:             raw.InstanceName,
		HostName:         raw.HostName,
		State:            stateOf(raw.Status),
		RawState:         raw.Status,
		Lock:             lock,
		Reason:           reason,
		Region:           raw.EnsRegionID,
		ImageID:          raw.ImageID,
		InstanceType:     raw.SpecName,
		Platform:         platformOf(raw.OSName),
		CPUs:             raw.CPU,
		MemoryMiB:        raw.Memory,
		VPCID:            n.NetworkID,
		SubnetID:         n.VSwitchID,
		SecurityGroupIDs: raw.SecurityGroupIDs.SecurityGroupID,
		PrivateIPs:       private,
		PublicIPs:        public,
		Interfaces:       interfacesOf(raw, &room),
		Disks:            disksOf(raw),
		Billing:          billingOf(raw),
		SpotStrategy:     spotStrategyOf(raw.SpotStrategy),
		CreatedAt:        alicloud.TimeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tags),
	}
	if raw.DeletionProtection != nil {
		inst.DeletionProtection = new(*raw.DeletionProtection)
	}
	if raw.KeyPairName != "" {
		inst.KeyPairs = []string{raw.KeyPairName}
	}
	separateIPv6(&inst)
	return inst.WithSys(raw)
}

// separateIPv6 fills IPv6Addresses. ENS puts addresses of both families into the same lists, and
// those of the interfaces into lists of their own.
func separateIPv6(inst *provider.Instance) {
	take := func(list []netip.Addr) {
		for _, a := range list {
			if a.Is6() && !slices.Contains(inst.IPv6Addresses, a) {
				inst.IPv6Addresses = append(inst.IPv6Addresses, a)
			}
		}
	}
	take(inst.PrivateIPs)
	take(inst.PublicIPs)
	if len(inst.IPv6Addresses) > 0 {
		inst.PrivateIPs, inst.PublicIPs = onlyIPv4(inst.PrivateIPs), onlyIPv4(inst.PublicIPs)
	}
	for i := range inst.Interfaces {
		take(inst.Interfaces[i].IPv6Addresses)
	}
}

// onlyIPv4 returns the IPv4 addresses of a list in a list of their own.
func onlyIPv4(list []netip.Addr) (out []netip.Addr) {
	for _, a := range list {
		if a.Is4() {
			out = append(out, a)
		}
	}
	return out
}

// interfacesOf reads the network interfaces, the primary one first. ENS says of none which subnet
// and groups it has: those of the instance are those of its primary one.
func interfacesOf(raw *RawInstance, room *addrRoom) []provider.InstanceInterface {
	rows := raw.NetworkInterfaces.NetworkInterfaces
	if len(rows) == 0 {
		return nil
	}
	list := make([]provider.InstanceInterface, 0, len(rows))
	for i := range rows {
		n := interfaceOf(&rows[i], room)
		if !n.Primary {
			list = append(list, n)
			continue
		}
		n.SubnetID = raw.NetworkAttributes.VSwitchID
		n.SecurityGroupIDs = slices.Clone(raw.SecurityGroupIDs.SecurityGroupID)
		list = slices.Insert(list, 0, n)
	}
	return list
}

func interfaceOf(raw *RawInterface, room *addrRoom) provider.InstanceInterface {
	ips := append(make([]string, 0, 1+len(raw.PrivateIPSets.PrivateIPSet)), raw.PrimaryIPAddress)
	for _, set := range raw.PrivateIPSets.PrivateIPSet {
		ips = append(ips, set.PrivateIPAddress)
	}
	var v6 []string
	for _, set := range raw.IPv6Sets.IPv6Set {
		v6 = append(v6, set.IPv6Address)
	}
	return provider.InstanceInterface{
		ID:            raw.NetworkInterfaceID,
		Primary:       strings.EqualFold(raw.Type, "Primary"),
		MAC:           raw.MacAddress,
		PrivateIPs:    room.read(nil, ips),
		IPv6Addresses: room.read(nil, v6),
	}
}

// disksOf reads the disks, the system disk first.
func disksOf(raw *RawInstance) (list []provider.InstanceDisk) {
	if rows := len(raw.DataDisk.DataDisk); rows > 0 || raw.SystemDisk != (RawDisk{}) {
		list = make([]provider.InstanceDisk, 0, rows+1)
	}
	if raw.SystemDisk != (RawDisk{}) {
		list = append(list, diskOf(&raw.SystemDisk))
		list[0].System = true
	}
	for i := range raw.DataDisk.DataDisk {
		list = append(list, diskOf(&raw.DataDisk.DataDisk[i]))
	}
	return list
}

// diskOf translates a disk. ENS says MiB, and some samples have GiB: no disk is smaller than a GiB.
func diskOf(raw *RawDisk) provider.InstanceDisk {
	size := raw.Size
	if size >= 1<<10 {
		size >>= 10
	}
	return provider.InstanceDisk{ID: raw.DiskID, Name: raw.DiskName, Type: raw.Category, SizeGiB: size}
}

// platformOf reads the name of the image's system, such as "Windows Server 2019" or
// "centos_7_06_64". It returns "" for a name that is not known here.
func platformOf(osName string) provider.Platform {
	name := strings.ToLower(osName)
	if strings.HasPrefix(name, "win") {
		return provider.Windows
	}
	for _, family := range []string{
		"linux", "centos", "ubuntu", "debian", "anolis", "rocky", "fedora", "suse", "red hat",
		"aliyun", "alma", "coreos", "euler", "kylin",
	} {
		if strings.Contains(name, family) {
			return provider.Linux
		}
	}
	return ""
}

// spotStrategyOf returns "" for an instance that is not spot, and for a word that is not known here.
func spotStrategyOf(raw string) provider.SpotStrategy {
	switch raw {
	case "SpotAsPriceGo":
		return provider.SpotMarketPrice
	case "SpotWithPriceLimit":
		return provider.SpotPriceLimit
	}
	return ""
}

// billingOf reads InstanceResourceType as the vendor's own Terraform provider does. It returns ""
// for a type that is not known here.
func billingOf(raw *RawInstance) provider.BillingMode {
	switch raw.InstanceResourceType {
	case "EnsInstance":
		return provider.Prepaid
	case "EnsPostPaidInstance", "EnsPostInstance", "EnsService", "BuildMachine":
		if raw.SpotStrategy != "" && raw.SpotStrategy != "NoSpot" {
			return provider.Spot
		}
		return provider.OnDemand
	}
	return ""
}

// expiryOf ignores ExpiredTime of instances that are not prepaid: it is not their end.
func expiryOf(raw *RawInstance) time.Time {
	if billingOf(raw) == provider.Prepaid {
		return alicloud.TimeOf(raw.ExpiredTime)
	}
	return alicloud.TimeOf(raw.AutoReleaseTime)
}

// addrRoom is the memory for the addresses of one instance: one allocation for all of its lists.
type addrRoom struct{ left []netip.Addr }

func (r *addrRoom) grow(n int) { r.left = make([]netip.Addr, 0, n) }

// read reads addresses, each once: ENS repeats them in several lists. A text that is no address is
// left out. The list has no room to grow, since others may follow it in memory.
func (r *addrRoom) read(carriers []RawCarrierAddress, lists ...[]string) []netip.Addr {
	out := r.left
	add := func(s string) {
		if a, err := netip.ParseAddr(s); err == nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	for _, list := range lists {
		for _, s := range list {
			add(s)
		}
	}
	for i := range carriers {
		add(carriers[i].IP)
	}
	if len(out) == 0 {
		return nil
	}
	used := min(len(out), cap(r.left))
	r.left = r.left[used:used]
	return slices.Clip(out)
}

// tagsOf reads tags.
func tagsOf(list []RawTag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]string, len(list))
	for _, t := range list {
		if t.TagKey != "" { // a key that cannot be read is none
			out[t.TagKey] = t.TagValue
		}
	}
	return out
}
