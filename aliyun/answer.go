package aliyun

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

type runAnswer struct {
	RequestID      alicloud.Text `json:"RequestId"`
	OrderID        alicloud.Text `json:"OrderId"`
	InstanceIDSets alicloud.IDs  `json:"InstanceIdSets"`
	Code           alicloud.Text `json:"Code"` // of an error
	Message        alicloud.Text `json:"Message"`
}

func (a *runAnswer) result() *provider.RunResult {
	return &provider.RunResult{
		InstanceIDs: a.InstanceIDSets.Distinct(),
		RequestID:   string(a.RequestID),
		OrderID:     string(a.OrderID),
	}
}

// successful tells whether a code of an answer with status 2xx is none of an
// error: the words that the vendor's own clients accept.
func successful(code string) bool {
	switch strings.ToLower(code) {
	case "", "0", "200", "ok", "success":
		return true
	}
	return false
}

// losesIDs tells of an answer with fewer IDs than asked for whether its list has
// entries that name no server, or one named already: it is not that fewer were made.
func losesIDs(body []byte) bool {
	var a struct {
		InstanceIDSets struct {
			InstanceIDSet []any `json:"InstanceIdSet"`
		} `json:"InstanceIdSets"`
	}
	if json.Unmarshal(body, &a) != nil { // the list has another shape
		return false
	}
	seen := map[any]bool{"": true}
	for _, entry := range a.InstanceIDSets.InstanceIDSet {
		id, ok := entry.(string)
		if !ok || seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
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

// lists reports whether there is a list: an answer without one is no empty list,
// unless it says that there is nothing.
func (a *describeAnswer) lists() bool {
	return a.Instances != nil && (a.Instances.Instance != nil || a.TotalCount != nil && *a.TotalCount == 0)
}

type terminateAnswer struct {
	RequestID alicloud.Text `json:"RequestId"`
	Code      alicloud.Text `json:"Code"` // of an error
}

// pageInfo is what every answer that is a page says of itself.
type pageInfo struct {
	TotalCount alicloud.Text `json:"TotalCount"`
	PageSize   alicloud.Text `json:"PageSize"`
}

// next is the token of the page after the one of a token, or "" when that was
// the last. A page that is not full is the last whatever the total says: what
// else is counted may be gone by then. How much a full page holds is for the
// answer to say: a service that makes smaller ones than it was asked for would
// otherwise seem to have no more.
func (a *pageInfo) next(token string, got, asked int) string {
	n, size := max(alicloud.Text(token).Int(), 1), asked
	if says := a.PageSize.Int(); says > 0 {
		size = min(asked, says)
	}
	if got < size || n*size >= a.TotalCount.Int() {
		return ""
	}
	return strconv.Itoa(n + 1)
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

// instanceOf translates a described server.
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
		PrivateIPs:       addrsOf(slices.Concat(raw.VpcAttributes.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress)),
		PublicIPs:        addrsOf(append(slices.Clip(raw.PublicIPAddress.IPAddress), raw.EipAddress.IPAddress)),
		Billing:          billingOf(raw),
		CreatedAt:        timeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tag),
	}
	return inst.WithSys(raw)
}

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

// expiryOf ignores ExpiredTime of servers that are not prepaid: it is a fixed
// date in 2099.
func expiryOf(raw *RawInstance) time.Time {
	if raw.InstanceChargeType == "PrePaid" {
		return timeOf(raw.ExpiredTime)
	}
	return timeOf(raw.AutoReleaseTime)
}

// timeOf reads the vendor's times, which have no seconds, or have them.
func timeOf(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04Z", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

func addrsOf(texts []string) []netip.Addr {
	var out []netip.Addr
	for _, s := range texts {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, a)
		}
	}
	return out
}

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
