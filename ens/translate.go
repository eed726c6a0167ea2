package ens

import (
	"cmp"
	"encoding/base64"
	"maps"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The two create calls of ENS. They differ in names, types and abilities.
const (
	createInstance = "CreateInstance" // prepaid only; frozen
	runInstances   = "RunInstances"   // replaces it, but cannot say how long a renewal is
)

// nodeLevel is the ScheduleAreaLevel at which EnsRegionId names the place.
const nodeLevel = "Region"

// translateRun turns a valid spec into the create call that can express it, raw parameters included.
func translateRun(spec *provider.RunInstancesSpec) (action string, p params) {
	action = chooseCreate(spec).action
	p = translateSpec(spec, action)
	maps.Copy(p, optionsOf(spec).Params)
	return action, p
}

// translateSpec is translateRun without the raw parameters, for the call that was chosen.
func translateSpec(spec *provider.RunInstancesSpec, action string) params {
	p := make(params, 24+2*len(spec.Tags)) // as many as a full spec has: to grow takes longer than to fill
	translateBasics(p, spec, action)
	translateLogin(p, spec)
	translateNetwork(p, spec)
	translateDisks(p, spec, action)
	translateBilling(p, spec, action)
	translatePlacement(p, spec, action)
	translateExtras(p, spec)
	translateOptions(p, spec)
	return p
}

func translateBasics(p params, spec *provider.RunInstancesSpec, action string) {
	count := "Amount"
	if action == createInstance {
		count = "Quantity"
	}
	p.number(count, max(spec.Count, 1))
	p.text("ImageId", spec.ImageID)
	p.text("InstanceType", spec.InstanceType)
	p.text("InstanceName", spec.Name)
	p.text("HostName", spec.HostName)
	p.yes("UniqueSuffix", spec.UniqueSuffix)
}

func translateLogin(p params, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	p.text("Password", l.Password.Reveal())
	p.text("KeyPairName", first(l.KeyPairs))
	p.yes("PasswordInherit", l.KeepImageLogin)
}

func translateNetwork(p params, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	p.text("NetWorkId", n.VPCID) // sic
	p.text("VSwitchId", n.SubnetID)
	p.text("SecurityId", first(n.SecurityGroupIDs))
	if len(n.PrivateIPs) > 0 {
		p.text("PrivateIpAddress", n.PrivateIPs[0].String())
	}
	p.text("IpType", ipType(n.IPFamily))
	p.number("Ipv6AddressCount", n.IPv6Count)
	// It is always sent: without it ENS assigns an address, but a spec without PublicIP means none.
	p.boolean("PublicIpIdentification", n.PublicIP != nil)
	if n.PublicIP != nil {
		p.number("InternetMaxBandwidthOut", n.PublicIP.BandwidthMbps)
		p.text("InternetChargeType", internetChargeType(n.PublicIP.ChargeType))
	}
}

func translateDisks(p params, spec *provider.RunInstancesSpec, action string) {
	if action == createInstance {
		p.number("SystemDisk.Size", spec.SystemDisk.SizeGiB)
		if len(spec.DataDisks) > 0 {
			p.number("DataDisk.1.Size", spec.DataDisks[0].SizeGiB)
		}
		return
	}
	if sys := (systemDisk{Size: spec.SystemDisk.SizeGiB, Category: spec.SystemDisk.Type}); sys != (systemDisk{}) {
		p["SystemDisk"] = jsonText(sys)
	}
	if len(spec.DataDisks) > 0 {
		p["DataDisk"] = jsonText(dataDisks(spec.DataDisks))
	}
}

// translateBilling never leaves the charge type to the cloud: a spec without a mode must not buy a
// contract.
func translateBilling(p params, spec *provider.RunInstancesSpec, action string) {
	b := &spec.Billing
	p.number("Period", b.Period)
	if action == createInstance {
		p["PaymentType"] = "Subscription"
		p.text("AutoRenew", trueOrFalse(b.AutoRenew))
		p.number("AutoRenewPeriod", b.AutoRenewPeriod)
		return
	}
	p["InstanceChargeType"] = "PostPaid"
	if b.Mode == provider.Prepaid {
		p["InstanceChargeType"] = "PrePaid"
		p.text("PeriodUnit", periodUnit(cmp.Or(b.PeriodUnit, provider.Month)))
	}
	p.choice("AutoRenew", b.AutoRenew)
	translateSpot(p, b)
}

func translateSpot(p params, b *provider.Billing) {
	if b.Mode != provider.Spot {
		return
	}
	p["SpotStrategy"] = "SpotAsPriceGo"
	if b.Spot.DurationHours != nil {
		p["SpotDuration"] = strconv.Itoa(*b.Spot.DurationHours)
	}
}

func translatePlacement(p params, spec *provider.RunInstancesSpec, action string) {
	if !byArea(spec) {
		p.text("EnsRegionId", spec.Region)
	}
	if action == runInstances {
		p["ScheduleAreaLevel"] = cmp.Or(optionsOf(spec).ScheduleAreaLevel, nodeLevel)
	}
}

// byArea reports whether ENS chooses the node of the instances.
func byArea(spec *provider.RunInstancesSpec) bool {
	level := optionsOf(spec).ScheduleAreaLevel
	return level != "" && level != nodeLevel
}

func translateExtras(p params, spec *provider.RunInstancesSpec) {
	p.tags("Tag", spec.Tags)
	p.yes("DeletionProtection", spec.DeletionProtection)
	p.text("UserData", base64.StdEncoding.EncodeToString(spec.UserData))
	if !spec.AutoReleaseTime.IsZero() {
		p["AutoReleaseTime"] = spec.AutoReleaseTime.UTC().Format(time.RFC3339)
	}
}

func translateOptions(p params, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	p.text("NetDistrictCode", o.NetDistrictCode)
	p.text("Carrier", o.Carrier)
	p.text("SchedulingStrategy", o.SchedulingStrategy)
	p.text("SchedulingPriceStrategy", o.SchedulingPriceStrategy)
	p.text("InstanceChargeStrategy", o.InstanceChargeStrategy)
	p.text("BillingCycle", o.BillingCycle)
	p.choice("AutoUseCoupon", o.AutoUseCoupon)
	if o.SendFalse {
		translateFalse(p, "UniqueSuffix", "PasswordInherit")
	}
}

// translateFalse sends false for each of the parameters that is left out.
func translateFalse(p params, names ...string) {
	for _, name := range names {
		if _, ok := p[name]; !ok {
			p.boolean(name, false)
		}
	}
}

// translateDescribe always sends a size: without it ENS answers 10 rows. It asks for IDs on all
// nodes, because IDs of ENS are unique. It asks for anything else on one node, except for the
// instances of a lost create whose node ENS chose.
func translateDescribe(req *provider.DescribeRequest, page int, node string) params {
	p := params{"PageSize": strconv.Itoa(perCall)}
	if len(req.IDs) > 0 {
		p["InstanceIds"] = jsonText(req.IDs)
		return p
	}
	if req.PageToken != "" {
		p["PageNumber"] = strconv.Itoa(page)
	}
	if req.For == nil || !byArea(req.For) {
		p.text("EnsRegionId", node)
	}
	p.text("InstanceName", req.Name)
	if len(req.Tags) > 0 {
		p["Tags"] = jsonText(tagFilter(req.Tags))
	}
	return p
}

// translateTerminate uses the call of prepaid instances, or that of all others. An instance whose
// billing mode is not known counts as one on demand. ENS refuses it if it is prepaid.
func translateTerminate(req *provider.TerminateRequest) (action string, p params) {
	action = "ReleasePostPaidInstance"
	if req.Billing == provider.Prepaid {
		action = "ReleasePrePaidInstance"
	}
	return action, params{"InstanceId": req.IDs[0]}
}
