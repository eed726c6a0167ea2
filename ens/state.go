package ens

import (
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// stateOf maps Status of DescribeInstances. ENS has no word for a server that
// died while being built, and does not document the words it uses before
// Running: StateUnknown keeps a wait going.
func stateOf(status string) provider.State {
	switch status {
	case "Running":
		return provider.StateRunning
	case "Starting": // named by the page of RebootInstance only
		return provider.StateStarting
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	case "Expired": // the prepaid period is over; the server is off until it is renewed
		return provider.StateSuspended
	}
	return provider.StateUnknown
}

// billingOf reads InstanceResourceType as the vendor's own Terraform provider
// does. It returns "" for a type it does not know.
func billingOf(resourceType, spotStrategy string) provider.BillingMode {
	switch resourceType {
	case "EnsInstance":
		return provider.Prepaid
	case "EnsPostPaidInstance", "EnsPostInstance", "EnsService", "BuildMachine":
		if spotStrategy != "" && spotStrategy != "NoSpot" {
			return provider.Spot
		}
		return provider.OnDemand
	}
	return ""
}

// runAnswer is the answer of both create calls: CreateInstance puts the list of
// IDs into an object, RunInstances does not; only the first has a Code.
type runAnswer struct {
	Code        alicloud.Text
	OrderID     alicloud.Text `json:"OrderId"`
	InstanceIDs alicloud.IDs  `json:"InstanceIds"`
}

// describeAnswer is read by the SDK's decoder, because it is long. It tells an
// answer without a list from one with an empty list, and one without a total
// from one with none.
type describeAnswer struct {
	*responses.BaseResponse
	Code       alicloud.Text
	PageSize   int
	TotalCount *int
	Instances  *struct{ Instance []RawInstance }
}

type terminateAnswer struct {
	Code alicloud.Text
}

// RawInstance is a server as ENS describes it, under the vendor's names. What
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

	// To read it takes less time than to skip it.
	NetworkInterfaces struct{ NetworkInterfaces []RawInterface }
}

// RawInterface is a network interface of an [RawInstance].
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

// RawDisk is a disk of an [RawInstance]. Creates say GiB, descriptions MiB.
type RawDisk struct {
	DiskID   string `json:"DiskId"`
	Category string
	Size     int // MiB
}

// RawSecurityGroups is a list inside an object, as the vendor writes lists.
type RawSecurityGroups struct {
	SecurityGroupID []string `json:"SecurityGroupId"`
}

// RawNetworkAttributes is the private network of an [RawInstance].
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

// RawTag is a label of an [RawInstance].
type RawTag struct {
	TagKey   string
	TagValue string
}
