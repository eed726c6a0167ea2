package cloudsim

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// check validates a create against the documented rules. Where the documents
// give a rule but no code, the code is the nearest listed one and [unverified].
func (r *cvmRunRequest) check(k *core.Call) *tencentRefusal {
	return cmp.Or(
		cvmCheckToken(r.ClientToken),
		r.checkTarget(k.Region),
		r.checkCount(),
		r.checkCharge(),
		r.checkSpot(),
		r.checkType(),
		r.checkSystemDisk(),
		r.checkDataDisks(),
		r.checkNetwork(),
		r.checkInternet(),
		r.checkNames(),
		r.checkLogin(),
		r.checkGroups(),
		cvmCheckTags("TagSpecification", r.TagSpecification),
		r.checkTimer(k.Now),
		r.checkData(),
	)
}

func cvmCheckToken(t *string) *tencentRefusal {
	token := tencentOr(t, "")
	for _, b := range []byte(token) {
		if b > 0x7f {
			return tencentInvalid("ClientToken")
		}
	}
	if len(token) > 64 {
		return tencentRefuse("InvalidClientToken.TooLong", "The ClientToken may have 64 bytes.")
	}
	return nil
}

// checkTarget demands what has no default. A launch template has filled it in
// before, if there is one.
func (r *cvmRunRequest) checkTarget(region string) *tencentRefusal {
	switch {
	case r.Placement == nil:
		return tencentMissing("Placement")
	case r.Placement.Zone == nil:
		return tencentMissing("Placement.Zone")
	case r.ImageId == nil:
		return tencentMissing("ImageId")
	case !cvmIDForm(*r.ImageId, "img-"):
		return tencentInvalidAs("InvalidImageId.Malformed", "ImageId")
	}
	if in, ok := cvmZoneRegion(*r.Placement.Zone); !ok || in != region {
		return tencentRefuse("InvalidZone.MismatchRegion", "The zone does not exist in the region.")
	}
	if !tencentAllForm(r.Placement.HostIds, "host-") {
		return tencentInvalidAs("InvalidHostId.Malformed", "Placement.HostIds")
	}
	return nil
}

func (r *cvmRunRequest) checkCount() *tencentRefusal {
	count := tencentOr(r.InstanceCount, 1)
	switch {
	case count < 1 || count > 500:
		return tencentInvalidAs("InvalidParameterValue.Range", "InstanceCount")
	case r.MinCount == nil:
		return nil
	case *r.MinCount < 1:
		return tencentInvalidAs("InvalidParameterValue.Range", "MinCount")
	case *r.MinCount > count:
		return tencentInvalidAs("InvalidParameterValue.InvalidParameterMinCount", "MinCount")
	case r.chargeType() == cvmOnHost || r.chargeType() == cvmOnCluster:
		return tencentRefuse("UnsupportedOperation.MinCountUnsupportedChargeType", "MinCount is not supported with this charge type.")
	default:
		return nil
	}
}

func (r *cvmRunRequest) checkCharge() *tencentRefusal {
	refused := tencentOneOf("InstanceChargeType", r.InstanceChargeType,
		cvmPrepaidType, cvmPostpaid, cvmOnHost, cvmSpot, cvmOnCluster)
	p := r.InstanceChargePrepaid
	switch {
	case refused != nil:
		return refused
	case p == nil && r.chargeType() == cvmPrepaidType:
		return tencentMissing("InstanceChargePrepaid")
	case p == nil:
		return nil
	case p.Period == nil:
		return tencentMissing("InstanceChargePrepaid.Period")
	case !slices.Contains([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 36, 48, 60}, *p.Period):
		return tencentInvalidAs("InvalidPeriod", "InstanceChargePrepaid.Period")
	default:
		return tencentOneOf("InstanceChargePrepaid.RenewFlag", p.RenewFlag,
			"NOTIFY_AND_AUTO_RENEW", "NOTIFY_AND_MANUAL_RENEW", "DISABLE_NOTIFY_AND_MANUAL_RENEW")
	}
}

func (r *cvmRunRequest) checkSpot() *tencentRefusal {
	if r.InstanceMarketOptions == nil {
		return nil
	}
	refused := tencentOneOf("InstanceMarketOptions.MarketType", r.InstanceMarketOptions.MarketType, "spot")
	spot := r.InstanceMarketOptions.SpotOptions
	switch {
	case refused != nil:
		return refused
	case spot == nil:
		return tencentMissing("InstanceMarketOptions.SpotOptions")
	case spot.MaxPrice == nil:
		return tencentMissing("InstanceMarketOptions.SpotOptions.MaxPrice")
	case !cvmPrice(*spot.MaxPrice):
		return tencentInvalid("InstanceMarketOptions.SpotOptions.MaxPrice")
	}
	return tencentOneOf("InstanceMarketOptions.SpotOptions.SpotInstanceType", spot.SpotInstanceType, "one-time")
}

func (r *cvmRunRequest) checkType() *tencentRefusal {
	// The family of high-performance cluster types [unverified].
	hpc := len(tencentOr(r.InstanceType, "")) > 3 && (*r.InstanceType)[:3] == "HCC"
	switch {
	case r.InstanceType != nil && !cvmTypeForm(*r.InstanceType, r.chargeType()):
		return tencentInvalidAs("InvalidInstanceType.Malformed", "InstanceType")
	case hpc && r.HpcClusterId == nil:
		return tencentRefuse("InvalidParameterValue.InstanceTypeRequiredHpcCluster", "The instance type needs an HPC cluster.")
	case r.InstanceType != nil && !hpc && r.HpcClusterId != nil:
		return tencentRefuse("InvalidParameterValue.InstanceTypeNotSupportHpcCluster", "The instance type cannot be in an HPC cluster.")
	case r.CpuTopology == nil:
		return nil
	case r.CpuTopology.CoreCount == nil || r.CpuTopology.ThreadPerCore == nil:
		return tencentRefuse("InvalidParameter.LackCoreCountOrThreadPerCore", "CoreCount and ThreadPerCore must come together.")
	case *r.CpuTopology.CoreCount < 1:
		return tencentInvalidAs("InvalidParameterValue.CoreCountValue", "CpuTopology.CoreCount")
	case *r.CpuTopology.ThreadPerCore != 1 && *r.CpuTopology.ThreadPerCore != 2:
		return tencentInvalidAs("InvalidParameterValue.ThreadPerCoreValue", "CpuTopology.ThreadPerCore")
	default:
		return nil
	}
}

func (r *cvmRunRequest) checkNetwork() *tencentRefusal {
	v := r.VirtualPrivateCloud
	if v == nil {
		return nil
	}
	switch {
	case v.VpcId == nil:
		return tencentMissing("VirtualPrivateCloud.VpcId")
	case v.SubnetId == nil:
		return tencentMissing("VirtualPrivateCloud.SubnetId")
	case *v.VpcId != "DEFAULT" && !cvmIDForm(*v.VpcId, "vpc-"):
		return tencentInvalidAs("InvalidParameterValue.VpcIdMalformed", "VirtualPrivateCloud.VpcId")
	case *v.SubnetId != "DEFAULT" && !cvmIDForm(*v.SubnetId, "subnet-"):
		return tencentInvalidAs("InvalidParameterValue.SubnetIdMalformed", "VirtualPrivateCloud.SubnetId")
	case (*v.VpcId == "DEFAULT") != (*v.SubnetId == "DEFAULT"):
		return tencentInvalidAs("InvalidParameterValue.VpcIdSubnetIdNotMatch", "VirtualPrivateCloud.SubnetId")
	default:
		return r.checkPrivateIPs(v.PrivateIpAddresses)
	}
}

// checkPrivateIPs wants one address for each machine, at most 20. Which addresses
// a subnet has is not simulated; no subnet has others than those of private
// networks, which leaves out that accounts can ask for more [unverified].
func (r *cvmRunRequest) checkPrivateIPs(ips []string) *tencentRefusal {
	const path = "VirtualPrivateCloud.PrivateIpAddresses"
	for i, ip := range ips {
		addr, err := netip.ParseAddr(ip)
		if err != nil || !addr.Is4() {
			return tencentInvalidAs("InvalidParameter.InvalidIpFormat", path)
		}
		if !addr.IsPrivate() {
			return tencentRefuse("VpcAddrNotInSubNet", "A private address is not in the subnet.")
		}
		if slices.Contains(ips[:i], ip) {
			return tencentInvalidAs("InvalidParameterValue.Duplicate", path)
		}
	}
	if len(ips) > 20 {
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", path)
	}
	if len(ips) > 0 && len(ips) != r.count() {
		return tencentRefuse("InvalidParameterCombination", "InstanceCount must be the number of private addresses.")
	}
	return nil
}

func (r *cvmRunRequest) checkInternet() *tencentRefusal {
	n := r.InternetAccessible
	if n == nil {
		return nil
	}
	switch {
	case r.bandwidth() < 0:
		return tencentInvalidAs("InvalidParameterValue.Range", "InternetAccessible.InternetMaxBandwidthOut")
	case r.bandwidth() == 0 && tencentOr(n.PublicIpAssigned, false):
		return tencentRefuse("InvalidParameterCombination", "A public address needs a bandwidth above 0 Mbps.")
	case n.BandwidthPackageId != nil && !cvmIDForm(*n.BandwidthPackageId, "bwp-"):
		return tencentInvalidAs("InvalidParameterValue.BandwidthPackageIdMalformed", "InternetAccessible.BandwidthPackageId")
	case tencentOr(n.IPv4AddressType, "") == "AntiDDoSEIP" && n.AntiDDoSPackageId == nil:
		return tencentMissing("InternetAccessible.AntiDDoSPackageId")
	}
	return cmp.Or(
		tencentOneOf("InternetAccessible.InternetChargeType", n.InternetChargeType,
			"BANDWIDTH_PREPAID", "TRAFFIC_POSTPAID_BY_HOUR", "BANDWIDTH_POSTPAID_BY_HOUR", "BANDWIDTH_PACKAGE"),
		tencentOneOf("InternetAccessible.InternetServiceProvider", n.InternetServiceProvider, "BGP", "CMCC", "CTCC", "CUCC"),
		tencentOneOf("InternetAccessible.IPv4AddressType", n.IPv4AddressType, "WanIP", "HighQualityEIP", "AntiDDoSEIP"),
		tencentOneOf("InternetAccessible.IPv6AddressType", n.IPv6AddressType, "EIPv6", "HighQualityEIPv6"),
	)
}

// tencentOneOf refuses a value that is none of the documented ones.
func tencentOneOf(path string, value *string, allowed ...string) *tencentRefusal {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return tencentInvalid(path)
}

func tencentAllForm(ids []string, prefix string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !cvmIDForm(id, prefix) })
}
