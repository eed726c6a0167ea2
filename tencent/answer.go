package tencent

import (
	"encoding/json"
	"net/netip"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// salvaged reads the instance IDs of an answer that the SDK took for an error, or that ended
// early, and its request ID if that arrived: instances that exist must not be lost.
func (ex *exchange) salvaged() (ids []string, requestID string) {
	var a struct {
		Response struct {
			InstanceIDSet []string `json:"InstanceIdSet"`
			RequestID     string   `json:"RequestId"`
		}
	}
	if json.Unmarshal(ex.Body(), &a) == nil {
		ids, requestID = a.Response.InstanceIDSet, a.Response.RequestID
	} else {
		found := oncehttp.Salvage(ex.Body(), "InstanceIdSet")
		ids, requestID = found.IDs, found.Texts["RequestId"]
	}
	return oncehttp.OnlyIDs(ids), requestID
}

// lists reports whether an answer has a list. An answer without one is an empty list only if its
// total is 0.
func lists[T any, N int64 | uint64](rows []T, total *N) bool {
	return rows != nil || total != nil && *total == 0
}

// totalOf returns the total of an answer, or nil when it has none.
func totalOf[N int64 | uint64](total *N) *int {
	if total == nil {
		return nil
	}
	return new(int(*total))
}

// value is the zero value for nil: everything in the SDK's answers is a pointer.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// values are the texts of a list, without those that are nil.
func values(ps []*string) []string {
	var out []string
	for _, p := range ps {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// instanceOf translates a described instance. CVM does not answer the region, which is that of
// the call.
func instanceOf(raw *cvm.Instance, region string) provider.Instance {
	inst := provider.Instance{
		ID:               value(raw.InstanceId),
		Name:             value(raw.InstanceName),
		State:            stateOf(value(raw.InstanceState), value(raw.RestrictState)),
		RawState:         value(raw.InstanceState),
		Region:           region,
		ImageID:          value(raw.ImageId),
		InstanceType:     value(raw.InstanceType),
		CPUs:             int(value(raw.CPU)),
		MemoryMiB:        int(value(raw.Memory)) * 1024, // GiB
		SecurityGroupIDs: values(raw.SecurityGroupIds),
		PrivateIPs:       addrsOf(raw.PrivateIpAddresses, raw.IPv6Addresses),
		PublicIPs:        addrsOf(raw.PublicIpAddresses, raw.PublicIPv6Addresses),
		Billing:          billingOf(value(raw.InstanceChargeType)),
		CreatedAt:        timeOf(value(raw.CreatedTime)),
		ExpiresAt:        timeOf(value(raw.ExpiredTime)),
		Tags:             tagsOf(raw.Tags),
	}
	if raw.Placement != nil {
		inst.Zone = value(raw.Placement.Zone)
	}
	if v := raw.VirtualPrivateCloud; v != nil {
		inst.VPCID = value(v.VpcId)
		inst.SubnetID = value(v.SubnetId)
	}
	if inst.State == provider.StateFailed {
		inst.Reason = value(raw.LatestOperationErrorMsg)
	}
	return inst.WithSys(raw)
}

// billingOf returns "" for a charge type that Billing.Mode has no word for.
func billingOf(chargeType string) provider.BillingMode {
	for mode, word := range chargeTypes {
		if word == chargeType {
			return mode
		}
	}
	return ""
}

// timeOf reads a time. A text in another form is the zero time.
func timeOf(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

// addrsOf reads addresses. A text that is no address is left out.
func addrsOf(lists ...[]*string) []netip.Addr {
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

// tagsOf reads tags.
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
