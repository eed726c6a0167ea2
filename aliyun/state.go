package aliyun

import (
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// stateOf maps Status of DescribeInstances. ECS has no failed state: a server
// that cannot be built is released by the cloud and disappears.
func stateOf(status string) provider.State {
	switch status {
	case "Pending":
		return provider.StatePending
	case "Starting":
		return provider.StateStarting
	case "Running":
		return provider.StateRunning
	case "Stopping":
		return provider.StateStopping
	case "Stopped":
		return provider.StateStopped
	}
	return provider.StateUnknown
}

type runAnswer struct {
	RequestID      alicloud.Text `json:"RequestId"`
	OrderID        alicloud.Text `json:"OrderId"`
	InstanceIDSets alicloud.IDs  `json:"InstanceIdSets"`
	Code           alicloud.Text `json:"Code"` // of an error
	Message        alicloud.Text `json:"Message"`
}

// describeAnswer is read by the SDK's decoder, because it is long.
type describeAnswer struct {
	*responses.BaseResponse
	RequestID  string `json:"RequestId"`
	NextToken  string `json:"NextToken"`
	TotalCount *int   `json:"TotalCount"`
	Instances  *struct {
		Instance []RawInstance `json:"Instance"`
	} `json:"Instances"`
}

type terminateAnswer struct {
	RequestID alicloud.Text `json:"RequestId"`
	Code      alicloud.Text `json:"Code"` // of an error
}

// RawInstance is a server as DescribeInstances tells it, under the vendor's
// names. [provider.Instance.Sys] of this driver is a *RawInstance.
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
	ExpiredTime         string           `json:"ExpiredTime"` // 2099 for what is not prepaid
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

// RawLocks tells why operations on a [RawInstance] are blocked.
type RawLocks struct {
	LockReason []struct {
		LockReason string `json:"LockReason"`
	} `json:"LockReason"`
}
