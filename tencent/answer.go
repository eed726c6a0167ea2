package tencent

import (
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// savedIDs reads the instance IDs of an answer that the SDK took for an error, or that
// ended early, and its request ID if that came.
func (ex *exchange) savedIDs() (ids []string, requestID string) {
	var answer struct {
		Response struct {
			InstanceIDSet []string `json:"InstanceIdSet"`
			RequestID     string   `json:"RequestId"`
		}
	}
	if json.Unmarshal(ex.Body(), &answer) == nil {
		ids, requestID = answer.Response.InstanceIDSet, answer.Response.RequestID
	} else {
		found := oncehttp.Salvage(ex.Body(), "InstanceIdSet")
		ids, requestID = found.IDs, found.Texts["RequestId"]
	}
	return oncehttp.OnlyIDs(ids), requestID
}

// distinct returns every ID once.
func distinct(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// value is the zero value for nil: the SDK's answers are pointers throughout.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func values(ps []*string) []string {
	var out []string
	for _, p := range ps {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// instanceOf translates a row of DescribeInstances. CVM does not repeat the
// region: the caller of DescribeInstances knows it.
func instanceOf(raw *cvm.Instance) provider.Instance {
	i := provider.Instance{
		ID:               value(raw.InstanceId),
		Name:             value(raw.InstanceName),
		State:            stateOf(value(raw.InstanceState), value(raw.RestrictState)),
		RawState:         value(raw.InstanceState),
		ImageID:          value(raw.ImageId),
		InstanceType:     value(raw.InstanceType),
		CPUs:             int(value(raw.CPU)),
		MemoryMiB:        int(value(raw.Memory)) * 1024, // GiB
		SecurityGroupIDs: values(raw.SecurityGroupIds),
		PrivateIPs:       parseAddresses(raw.PrivateIpAddresses, raw.IPv6Addresses),
		PublicIPs:        parseAddresses(raw.PublicIpAddresses, raw.PublicIPv6Addresses),
		Billing:          billingOf(value(raw.InstanceChargeType)),
		CreatedAt:        parseTime(value(raw.CreatedTime)),
		ExpiresAt:        parseTime(value(raw.ExpiredTime)),
		Tags:             tagsOf(raw.Tags),
	}
	if raw.Placement != nil {
		i.Zone = value(raw.Placement.Zone)
	}
	if v := raw.VirtualPrivateCloud; v != nil {
		i.VPCID = value(v.VpcId)
		i.SubnetID = value(v.SubnetId)
	}
	if i.State == provider.StateFailed {
		i.Reason = value(raw.LatestOperationErrorMsg)
	}
	return i.WithSys(raw)
}

func billingOf(chargeType string) provider.BillingMode {
	for mode, word := range chargeTypes {
		if word == chargeType {
			return mode
		}
	}
	return ""
}

// parseTime returns the zero time for what is no time.
func parseTime(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

func parseAddresses(lists ...[]*string) []netip.Addr {
	var out []netip.Addr
	for _, l := range lists {
		for _, s := range l {
			if a, err := netip.ParseAddr(value(s)); err == nil {
				out = append(out, a)
			}
		}
	}
	return out
}

func tagsOf(raw []*cvm.Tag) map[string]string {
	if len(raw) == 0 {
		return nil
	}
	tags := make(map[string]string, len(raw))
	for _, t := range raw {
		if t != nil {
			tags[value(t.Key)] = value(t.Value)
		}
	}
	return tags
}
