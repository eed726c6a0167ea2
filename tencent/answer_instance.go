package tencent

import (
	"net/netip"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

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
