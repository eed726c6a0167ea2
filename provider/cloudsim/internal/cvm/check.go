package cvm

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// check validates a create against the documented rules. If the documents give a rule
// but no code, the code is the closest listed one and [unverified].
func (c *api) check(k *core.Call, r *runRequest) *refusal {
	return cmp.Or(
		checkToken(r.ClientToken),
		r.checkTarget(),
		c.checkZone(k, r),
		r.checkCount(),
		r.checkCharge(),
		r.checkSpot(),
		r.checkType(),
		r.checkSystemDisk(),
		r.checkDataDisks(),
		r.checkNetwork(),
		r.checkInterfaces(),
		r.checkInternet(),
		r.checkNames(),
		r.checkLogin(),
		r.checkGroups(),
		checkTags("TagSpecification", r.TagSpecification),
		r.checkTimer(k.Now),
		r.checkData(),
	)
}

func checkToken(t *string) *refusal {
	token := valueOr(t, "")
	for _, b := range []byte(token) {
		if b > 0x7f {
			return invalid("ClientToken")
		}
	}
	if len(token) > 64 {
		return refuse("InvalidClientToken.TooLong", "The ClientToken may have 64 bytes.")
	}
	return nil
}

// checkTarget requires the parameters without a default. A launch template, if there is
// one, has been merged before.
func (r *runRequest) checkTarget() *refusal {
	switch {
	case r.Placement == nil:
		return missing("Placement")
	case r.Placement.Zone == nil:
		return missing("Placement.Zone")
	case r.ImageId == nil:
		return missing("ImageId")
	case !idForm(*r.ImageId, "img-"):
		return invalidAs("InvalidImageId.Malformed", "ImageId")
	}
	if !allForm(r.Placement.HostIds, "host-") {
		return invalidAs("InvalidHostId.Malformed", "Placement.HostIds")
	}
	return nil
}

// checkZone requires a zone of the region. It reports a missing zone as right: checkTarget
// refuses that.
func (c *api) checkZone(k *core.Call, r *runRequest) *refusal {
	if r.Placement == nil || r.Placement.Zone == nil || c.hasZone(k.Region, *r.Placement.Zone) {
		return nil
	}
	return refuse("InvalidZone.MismatchRegion", "The zone does not exist in the region.")
}

func (r *runRequest) checkCount() *refusal {
	count := valueOr(r.InstanceCount, 1)
	switch {
	case count < 1 || count > 500:
		return invalidAs("InvalidParameterValue.Range", "InstanceCount")
	case r.MinCount == nil:
		return nil
	case *r.MinCount < 1:
		return invalidAs("InvalidParameterValue.Range", "MinCount")
	case *r.MinCount > count:
		return invalidAs("InvalidParameterValue.InvalidParameterMinCount", "MinCount")
	case r.chargeType() == onHost || r.chargeType() == onCluster:
		return refuse("UnsupportedOperation.MinCountUnsupportedChargeType",
			"MinCount is not supported with this charge type.")
	default:
		return nil
	}
}

func (r *runRequest) checkCharge() *refusal {
	refused := oneOf("InstanceChargeType", r.InstanceChargeType,
		prepaidType, postpaid, onHost, spot, onCluster)
	p := r.InstanceChargePrepaid
	switch {
	case refused != nil:
		return refused
	case p == nil && r.chargeType() == prepaidType:
		return missing("InstanceChargePrepaid")
	case p == nil:
		return nil
	case p.Period == nil:
		return missing("InstanceChargePrepaid.Period")
	case !slices.Contains([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 36, 48, 60}, *p.Period):
		return invalidAs("InvalidPeriod", "InstanceChargePrepaid.Period")
	default:
		return oneOf("InstanceChargePrepaid.RenewFlag", p.RenewFlag,
			"NOTIFY_AND_AUTO_RENEW", "NOTIFY_AND_MANUAL_RENEW", "DISABLE_NOTIFY_AND_MANUAL_RENEW")
	}
}

func (r *runRequest) checkSpot() *refusal {
	if r.InstanceMarketOptions == nil {
		return nil
	}
	refused := oneOf("InstanceMarketOptions.MarketType", r.InstanceMarketOptions.MarketType, "spot")
	spot := r.InstanceMarketOptions.SpotOptions
	switch {
	case refused != nil:
		return refused
	case spot == nil:
		return missing("InstanceMarketOptions.SpotOptions")
	case spot.MaxPrice == nil:
		return missing("InstanceMarketOptions.SpotOptions.MaxPrice")
	case !price(*spot.MaxPrice):
		return invalid("InstanceMarketOptions.SpotOptions.MaxPrice")
	}
	return oneOf("InstanceMarketOptions.SpotOptions.SpotInstanceType", spot.SpotInstanceType, "one-time")
}

func (r *runRequest) checkType() *refusal {
	// The family of high-performance cluster types [unverified].
	hpc := len(valueOr(r.InstanceType, "")) > 3 && (*r.InstanceType)[:3] == "HCC"
	switch {
	case r.InstanceType != nil && !typeForm(*r.InstanceType, r.chargeType()):
		return invalidAs("InvalidInstanceType.Malformed", "InstanceType")
	case hpc && r.HpcClusterId == nil:
		return refuse("InvalidParameterValue.InstanceTypeRequiredHpcCluster", "The instance type needs an HPC cluster.")
	case r.InstanceType != nil && !hpc && r.HpcClusterId != nil:
		return refuse("InvalidParameterValue.InstanceTypeNotSupportHpcCluster",
			"The instance type cannot be in an HPC cluster.")
	case r.CpuTopology == nil:
		return nil
	case r.CpuTopology.CoreCount == nil || r.CpuTopology.ThreadPerCore == nil:
		return refuse("InvalidParameter.LackCoreCountOrThreadPerCore",
			"CoreCount and ThreadPerCore must come together.")
	case *r.CpuTopology.CoreCount < 1:
		return invalidAs("InvalidParameterValue.CoreCountValue", "CpuTopology.CoreCount")
	case *r.CpuTopology.ThreadPerCore != 1 && *r.CpuTopology.ThreadPerCore != 2:
		return invalidAs("InvalidParameterValue.ThreadPerCoreValue", "CpuTopology.ThreadPerCore")
	default:
		return nil
	}
}

func (r *runRequest) checkNetwork() *refusal {
	v := r.VirtualPrivateCloud
	if v == nil {
		return nil
	}
	switch {
	case v.VpcId == nil:
		return missing("VirtualPrivateCloud.VpcId")
	case v.SubnetId == nil:
		return missing("VirtualPrivateCloud.SubnetId")
	case *v.VpcId != "DEFAULT" && !idForm(*v.VpcId, "vpc-"):
		return invalidAs("InvalidParameterValue.VpcIdMalformed", "VirtualPrivateCloud.VpcId")
	case *v.SubnetId != "DEFAULT" && !idForm(*v.SubnetId, "subnet-"):
		return invalidAs("InvalidParameterValue.SubnetIdMalformed", "VirtualPrivateCloud.SubnetId")
	case (*v.VpcId == "DEFAULT") != (*v.SubnetId == "DEFAULT"):
		return invalidAs("InvalidParameterValue.VpcIdSubnetIdNotMatch", "VirtualPrivateCloud.SubnetId")
	default:
		return r.checkPrivateIPs(v.PrivateIpAddresses)
	}
}

// checkPrivateIPs requires one address for each instance, at most 20. The address
// ranges of subnets are not simulated: every subnet has the addresses of private
// networks. Accounts can ask for more; that is left out [unverified].
func (r *runRequest) checkPrivateIPs(ips []string) *refusal {
	const path = "VirtualPrivateCloud.PrivateIpAddresses"
	for i, ip := range ips {
		addr, err := netip.ParseAddr(ip)
		if err != nil || !addr.Is4() {
			return invalidAs("InvalidParameter.InvalidIpFormat", path)
		}
		if !addr.IsPrivate() {
			return refuse("VpcAddrNotInSubNet", "A private address is not in the subnet.")
		}
		if slices.Contains(ips[:i], ip) {
			return invalidAs("InvalidParameterValue.Duplicate", path)
		}
	}
	if len(ips) > 20 {
		return invalidAs("InvalidParameterValue.LimitExceeded", path)
	}
	if len(ips) > 0 && len(ips) != r.count() {
		return refuse("InvalidParameterCombination", "InstanceCount must be the number of private addresses.")
	}
	return nil
}

func (r *runRequest) checkInternet() *refusal {
	n := r.InternetAccessible
	if n == nil {
		return nil
	}
	switch {
	case r.bandwidth() < 0:
		return invalidAs("InvalidParameterValue.Range", "InternetAccessible.InternetMaxBandwidthOut")
	case r.bandwidth() == 0 && valueOr(n.PublicIpAssigned, false):
		return refuse("InvalidParameterCombination", "A public address needs a bandwidth above 0 Mbps.")
	case n.BandwidthPackageId != nil && !idForm(*n.BandwidthPackageId, "bwp-"):
		return invalidAs("InvalidParameterValue.BandwidthPackageIdMalformed", "InternetAccessible.BandwidthPackageId")
	case valueOr(n.IPv4AddressType, "") == "AntiDDoSEIP" && n.AntiDDoSPackageId == nil:
		return missing("InternetAccessible.AntiDDoSPackageId")
	}
	return cmp.Or(
		oneOf("InternetAccessible.InternetChargeType", n.InternetChargeType,
			"BANDWIDTH_PREPAID", "TRAFFIC_POSTPAID_BY_HOUR", "BANDWIDTH_POSTPAID_BY_HOUR", "BANDWIDTH_PACKAGE"),
		oneOf("InternetAccessible.InternetServiceProvider", n.InternetServiceProvider, "BGP", "CMCC", "CTCC", "CUCC"),
		oneOf("InternetAccessible.IPv4AddressType", n.IPv4AddressType, "WanIP", "HighQualityEIP", "AntiDDoSEIP"),
		oneOf("InternetAccessible.IPv6AddressType", n.IPv6AddressType, "EIPv6", "HighQualityEIPv6"),
	)
}

// oneOf refuses an undocumented value.
func oneOf(path string, value *string, allowed ...string) *refusal {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return invalid(path)
}

func allForm(ids []string, prefix string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !idForm(id, prefix) })
}
