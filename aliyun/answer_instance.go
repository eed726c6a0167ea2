package aliyun

import (
	"cmp"
	"encoding/json"
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
	InstanceID          string           `json:"InstanceId"`
	InstanceName        string           `json:"InstanceName"`
	HostName            string           `json:"HostName"`
	Hostname            string           `json:"Hostname"` // its own field, or it would overwrite HostName
	Description         string           `json:"Description"`
	Status              string           `json:"Status"`
	RegionID            string           `json:"RegionId"`
	ZoneID              string           `json:"ZoneId"`
	ImageID             string           `json:"ImageId"`
	InstanceType        string           `json:"InstanceType"`
	InstanceTypeFamily  string           `json:"InstanceTypeFamily"`
	Cpu                 int              `json:"Cpu"`
	CPU                 int              `json:"CPU"`
	Memory              int              `json:"Memory"` // MiB
	GPUAmount           int              `json:"GPUAmount"`
	GPUSpec             string           `json:"GPUSpec"`
	OSName              string           `json:"OSName"`
	OSType              string           `json:"OSType"`
	SerialNumber        string           `json:"SerialNumber"`
	KeyPairName         string           `json:"KeyPairName"`
	ResourceGroupID     string           `json:"ResourceGroupId"`
	DeploymentSetID     string           `json:"DeploymentSetId"`
	HPCClusterID        string           `json:"HpcClusterId"`
	InstanceChargeType  string           `json:"InstanceChargeType"`
	SpotStrategy        string           `json:"SpotStrategy"`
	DeletionProtection  *bool            `json:"DeletionProtection"`
	InternetChargeType  string           `json:"InternetChargeType"`
	InstanceNetworkType string           `json:"InstanceNetworkType"`
	StoppedMode         string           `json:"StoppedMode"`
	CreationTime        string           `json:"CreationTime"`
	StartTime           string           `json:"StartTime"`
	ExpiredTime         string           `json:"ExpiredTime"` // in 2099 if the instance is not prepaid
	AutoReleaseTime     string           `json:"AutoReleaseTime"`
	VpcAttributes       RawVpcAttributes `json:"VpcAttributes"`
	InnerIPAddress      RawIPs           `json:"InnerIpAddress"`
	PublicIPAddress     RawIPs           `json:"PublicIpAddress"`
	EipAddress          RawEip           `json:"EipAddress"`
	NetworkInterfaces   RawInterfaces    `json:"NetworkInterfaces"`
	SecurityGroupIDs    RawGroupIDs      `json:"SecurityGroupIds"`
	DedicatedHost       RawDedicatedHost `json:"DedicatedHostAttribute"`
	Tags                RawTags          `json:"Tags"`
	OperationLocks      RawLocks         `json:"OperationLocks"`
}

// RawVpcAttributes is the private network of a [RawInstance].
type RawVpcAttributes struct {
	VpcID            string `json:"VpcId"`
	VSwitchID        string `json:"VSwitchId"`
	PrivateIPAddress RawIPs `json:"PrivateIpAddress"`
}

// RawIPs is a list of addresses.
type RawIPs struct {
	IPAddress []string `json:"IpAddress"`
}

// RawEip is an elastic address.
type RawEip struct {
	IPAddress    string `json:"IpAddress"`
	AllocationID string `json:"AllocationId"`
}

// RawInterfaces is a list of network interfaces.
type RawInterfaces struct {
	NetworkInterface []RawInterface `json:"NetworkInterface"`
}

// RawInterface is a network interface of a [RawInstance].
type RawInterface struct {
	NetworkInterfaceID string        `json:"NetworkInterfaceId"`
	Type               string        `json:"Type"` // "Primary" or "Secondary"
	MACAddress         string        `json:"MacAddress"`
	PrimaryIPAddress   string        `json:"PrimaryIpAddress"`
	PrivateIPSets      RawPrivateIPs `json:"PrivateIpSets"`
	IPv6Sets           RawIPv6s      `json:"Ipv6Sets"`
}

// RawPrivateIPs is a list of private addresses of a [RawInterface].
type RawPrivateIPs struct {
	PrivateIPSet []struct {
		PrivateIPAddress string `json:"PrivateIpAddress"`
	} `json:"PrivateIpSet"`
}

// RawIPv6s is a list of IPv6 addresses of a [RawInterface].
type RawIPv6s struct {
	IPv6Set []struct {
		IPv6Address string `json:"Ipv6Address"`
	} `json:"Ipv6Set"`
}

// RawGroupIDs is a list of security groups.
type RawGroupIDs struct {
	SecurityGroupID []string `json:"SecurityGroupId"`
}

// RawDedicatedHost is the host of a [RawInstance].
type RawDedicatedHost struct {
	DedicatedHostID   string `json:"DedicatedHostId"`
	DedicatedHostName string `json:"DedicatedHostName"`
}

// RawTags is a list of tags.
type RawTags struct {
	Tag []RawTag `json:"Tag"`
}

// RawTag is one tag.
type RawTag struct {
	TagKey   string `json:"TagKey"`
	TagValue string `json:"TagValue"`

	Key   string `json:"Key"` // TagKey in answers of other actions
	Value string `json:"Value"`
}

// RawLocks says why operations on a [RawInstance] are blocked.
type RawLocks struct {
	LockReason []RawLock `json:"LockReason"`
}

// RawLock is one reason why operations are blocked.
type RawLock struct {
	LockReason string `json:"LockReason"`
	LockMsg    string `json:"LockMsg"`
}

// UnmarshalJSON reads a lock as the object that the reference has, and the bare reason too: a lock
// must not be lost by its form.
func (l *RawLock) UnmarshalJSON(b []byte) error {
	var raw struct{ LockReason, LockMsg alicloud.Text }
	if json.Unmarshal(b, &raw) != nil {
		return json.Unmarshal(b, &l.LockReason)
	}
	l.LockReason, l.LockMsg = string(raw.LockReason), string(raw.LockMsg)
	return nil
}

// instanceOf translates a described instance.
func instanceOf(raw *RawInstance) provider.Instance {
	lock, reason := lockOf(raw)
	inst := provider.Instance{
		ID:               raw.InstanceID,
		Name:             raw.InstanceName,
		HostName:         cmp.Or(raw.HostName, raw.Hostname),
		Description:      raw.Description,
		State:            heldState(stateOf(raw.Status), lock),
		RawState:         raw.Status,
		Lock:             lock,
		Reason:           reason,
		Region:           raw.RegionID,
		Zone:             raw.ZoneID,
		DedicatedHostID:  raw.DedicatedHost.DedicatedHostID,
		PlacementGroupID: raw.DeploymentSetID,
		ImageID:          raw.ImageID,
		InstanceType:     raw.InstanceType,
		Platform:         platformOf(raw.OSType),
		CPUs:             cmp.Or(raw.Cpu, raw.CPU),
		MemoryMiB:        raw.Memory,
		GPUs:             raw.GPUAmount,
		GPUType:          raw.GPUSpec,
		ProjectID:        raw.ResourceGroupID,
		Billing:          billingOf(raw),
		SpotStrategy:     spotStrategyOf(raw.SpotStrategy),
		CreatedAt:        alicloud.TimeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tag),
	}
	addNetwork(&inst, raw)
	if raw.DeletionProtection != nil {
		inst.DeletionProtection = new(*raw.DeletionProtection)
	}
	if raw.KeyPairName != "" {
		inst.KeyPairs = []string{raw.KeyPairName}
	}
	return inst.WithSys(raw)
}

// addNetwork adds the place in the network. IPv6 addresses are those of the interfaces.
func addNetwork(inst *provider.Instance, raw *RawInstance) {
	vpc := &raw.VpcAttributes
	inst.VPCID, inst.SubnetID = vpc.VpcID, vpc.VSwitchID
	inst.SecurityGroupIDs = raw.SecurityGroupIDs.SecurityGroupID
	inst.PrivateIPs = addrsOf(vpc.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress)
	inst.PublicIPs = addrsOf(raw.PublicIPAddress.IPAddress, []string{raw.EipAddress.IPAddress})
	inst.Interfaces = interfacesOf(raw)
	for i := range inst.Interfaces {
		inst.IPv6Addresses = append(inst.IPv6Addresses, inst.Interfaces[i].IPv6Addresses...)
	}
}

// interfacesOf reads the network interfaces, the primary one first. The cloud says of the primary
// one alone which subnet and groups it has: they are those of the instance.
func interfacesOf(raw *RawInstance) []provider.InstanceInterface {
	rows := raw.NetworkInterfaces.NetworkInterface
	if len(rows) == 0 {
		return nil
	}
	list := make([]provider.InstanceInterface, len(rows))
	for i := range rows {
		list[i] = interfaceOf(&rows[i])
		list[i].Primary = isPrimary(&rows[i], raw)
		if list[i].Primary {
			list[i].SubnetID = raw.VpcAttributes.VSwitchID
			list[i].SecurityGroupIDs = slices.Clone(raw.SecurityGroupIDs.SecurityGroupID)
		}
	}
	slices.SortStableFunc(list, func(a, b provider.InstanceInterface) int {
		switch {
		case a.Primary == b.Primary:
			return 0
		case a.Primary:
			return -1
		}
		return 1
	})
	return list
}

// isPrimary reports whether an interface of an instance is its primary one. Answers without the type
// have the address of the primary one among those of the instance.
func isPrimary(row *RawInterface, raw *RawInstance) bool {
	if row.Type != "" {
		return strings.EqualFold(row.Type, "Primary")
	}
	only := len(raw.NetworkInterfaces.NetworkInterface) == 1
	return only || slices.Contains(raw.VpcAttributes.PrivateIPAddress.IPAddress, row.PrimaryIPAddress)
}

func interfaceOf(raw *RawInterface) provider.InstanceInterface {
	n := provider.InstanceInterface{
		ID:         raw.NetworkInterfaceID,
		MAC:        raw.MACAddress,
		PrivateIPs: addrsOf([]string{raw.PrimaryIPAddress}),
	}
	for _, set := range raw.PrivateIPSets.PrivateIPSet {
		for _, a := range addrsOf([]string{set.PrivateIPAddress}) {
			if !slices.Contains(n.PrivateIPs, a) {
				n.PrivateIPs = append(n.PrivateIPs, a)
			}
		}
	}
	for _, set := range raw.IPv6Sets.IPv6Set {
		n.IPv6Addresses = append(n.IPv6Addresses, addrsOf([]string{set.IPv6Address})...)
	}
	return n
}

// platformOf returns "" for a word that is not known here.
func platformOf(raw string) provider.Platform {
	switch strings.ToLower(raw) {
	case "linux":
		return provider.Linux
	case "windows":
		return provider.Windows
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

// billingOf returns "" for a charge type that is not known here.
func billingOf(raw *RawInstance) provider.BillingMode {
	switch {
	case raw.InstanceChargeType == "PrePaid":
		return provider.Prepaid
	case raw.InstanceChargeType != "PostPaid":
		return ""
	case raw.SpotStrategy != "" && raw.SpotStrategy != "NoSpot":
		return provider.Spot
	case raw.DedicatedHost.DedicatedHostID != "":
		return provider.DedicatedHost
	}
	return provider.OnDemand
}

// expiryOf ignores ExpiredTime of instances that are not prepaid: it is a fixed date in 2099.
func expiryOf(raw *RawInstance) time.Time {
	if raw.InstanceChargeType == "PrePaid" {
		return alicloud.TimeOf(raw.ExpiredTime)
	}
	return alicloud.TimeOf(raw.AutoReleaseTime)
}

// addrsOf reads addresses. A text that is no address is left out.
func addrsOf(lists ...[]string) []netip.Addr {
	var out []netip.Addr
	for _, list := range lists {
		for _, s := range list {
			if a, err := netip.ParseAddr(s); err == nil {
				out = append(out, a)
			}
		}
	}
	return out
}

// tagsOf reads tags.
func tagsOf(list []RawTag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	tags := make(map[string]string, len(list))
	for _, t := range list {
		if key := cmp.Or(t.TagKey, t.Key); key != "" { // a key that cannot be read is none
			tags[key] = cmp.Or(t.TagValue, t.Value)
		}
	}
	return tags
}
