package aliyun

import (
	"cmp"
	"net/netip"
	"time"

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
	OSName              string           `json:"OSName"`
	SerialNumber        string           `json:"SerialNumber"`
	KeyPairName         string           `json:"KeyPairName"`
	ResourceGroupID     string           `json:"ResourceGroupId"`
	DeploymentSetID     string           `json:"DeploymentSetId"`
	InstanceChargeType  string           `json:"InstanceChargeType"`
	SpotStrategy        string           `json:"SpotStrategy"`
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
}

// RawLocks says why operations on a [RawInstance] are blocked.
type RawLocks struct {
	LockReason []struct {
		LockReason string `json:"LockReason"`
	} `json:"LockReason"`
}

// instanceOf translates a described instance.
func instanceOf(raw *RawInstance) provider.Instance {
	inst := provider.Instance{
		ID:               raw.InstanceID,
		Name:             raw.InstanceName,
		HostName:         cmp.Or(raw.HostName, raw.Hostname),
		State:            stateOf(raw.Status),
		RawState:         raw.Status,
		Region:           raw.RegionID,
		Zone:             raw.ZoneID,
		ImageID:          raw.ImageID,
		InstanceType:     raw.InstanceType,
		CPUs:             cmp.Or(raw.Cpu, raw.CPU),
		MemoryMiB:        raw.Memory,
		VPCID:            raw.VpcAttributes.VpcID,
		SubnetID:         raw.VpcAttributes.VSwitchID,
		SecurityGroupIDs: raw.SecurityGroupIDs.SecurityGroupID,
		PrivateIPs:       addrsOf(raw.VpcAttributes.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress),
		PublicIPs:        addrsOf(raw.PublicIPAddress.IPAddress, []string{raw.EipAddress.IPAddress}),
		Billing:          billingOf(raw),
		CreatedAt:        timeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tag),
	}
	return inst.WithSys(raw)
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
		return timeOf(raw.ExpiredTime)
	}
	return timeOf(raw.AutoReleaseTime)
}

// timeOf reads a time, with or without seconds. A text in another form is the zero time.
func timeOf(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04Z", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
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
		tags[t.TagKey] = t.TagValue
	}
	return tags
}
