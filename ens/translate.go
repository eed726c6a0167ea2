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

// translateRun turns a spec into the create call that can express it, raw
// parameters included.
func translateRun(spec *provider.RunInstancesSpec) (action string, p params) {
	action = chooseCreate(spec).action
	p = translateSpec(spec, action)
	maps.Copy(p, optionsOf(spec).Params)
	return action, p
}

// translateSpec is translateRun without the raw parameters, for the call that was
// chosen.
func translateSpec(spec *provider.RunInstancesSpec, action string) params {
	p := make(params, 24+2*len(spec.Tags)) // as many as a full spec has: to grow takes longer than to fill
	translateBasics(p, spec, action)
	translateLogin(p, &spec.Login)
	translateNetwork(p, &spec.Network)
	translateDisks(p, spec, action)
	translateBilling(p, &spec.Billing, action)
	translatePlacement(p, spec, action)
	translateExtras(p, spec)
	translateOptions(p, optionsOf(spec))
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

func translateLogin(p params, l *provider.Login) {
	p.text("Password", l.Password.Reveal())
	p.text("KeyPairName", first(l.KeyPairs))
	p.yes("PasswordInherit", l.KeepImageLogin)
}

func translateNetwork(p params, n *provider.Network) {
	p.text("NetWorkId", n.VPCID) // sic
	p.text("VSwitchId", n.SubnetID)
	p.text("SecurityId", first(n.SecurityGroupIDs))
	if len(n.PrivateIPs) > 0 {
		p.text("PrivateIpAddress", n.PrivateIPs[0].String())
	}
	p.text("IpType", ipType(n.IPFamily))
	// Always sent: without it ENS assigns an address, and the spec says that
	// none means none.
	p.flag("PublicIpIdentification", n.PublicIP != nil)
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

// translateBilling never leaves the charge type to the cloud: a spec without a
// mode must not buy a contract.
func translateBilling(p params, b *provider.Billing, action string) {
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
		p["PeriodUnit"] = periodUnit(b.PeriodUnit)
	}
	if b.AutoRenew != nil {
		p.flag("AutoRenew", *b.AutoRenew)
	}
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

// byArea tells whether ENS is asked to choose the node of a spec's servers.
func byArea(spec *provider.RunInstancesSpec) bool {
	level := optionsOf(spec).ScheduleAreaLevel
	return level != "" && level != nodeLevel
}

func translateExtras(p params, spec *provider.RunInstancesSpec) {
	p.tags(spec.Tags)
	p.text("UserData", base64.StdEncoding.EncodeToString(spec.UserData))
	if !spec.AutoReleaseTime.IsZero() {
		p["AutoReleaseTime"] = spec.AutoReleaseTime.UTC().Format(time.RFC3339)
	}
}

func translateOptions(p params, o RunOptions) {
	p.text("NetDistrictCode", o.NetDistrictCode)
	p.text("Carrier", o.Carrier)
	p.text("SchedulingStrategy", o.SchedulingStrategy)
	p.text("SchedulingPriceStrategy", o.SchedulingPriceStrategy)
	p.text("InstanceChargeStrategy", o.InstanceChargeStrategy)
	p.text("BillingCycle", o.BillingCycle)
	if o.AutoUseCoupon != nil {
		p.flag("AutoUseCoupon", *o.AutoUseCoupon)
	}
	if o.SendFalse {
		p.flag("UniqueSuffix", p["UniqueSuffix"] == "true")
		p.flag("PasswordInherit", p["PasswordInherit"] == "true")
	}
}

// translateDescribe asks for IDs on every node, since ENS IDs are unique, and
// for anything else on one node, but for the servers of a lost create whose node
// ENS chose.
func translateDescribe(req *provider.DescribeRequest, page int, node string) params {
	p := params{"PageSize": strconv.Itoa(perCall)} // the default of 10 would hide the rest
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

// translateTerminate knows that prepaid servers have a call of their own. A
// server whose billing mode is not known is taken for one on demand; ENS
// refuses it if it is not.
func translateTerminate(req *provider.TerminateRequest) (action string, p params) {
	action = "ReleasePostPaidInstance"
	if req.Billing == provider.Prepaid {
		action = "ReleasePrePaidInstance"
	}
	return action, params{"InstanceId": req.IDs[0]}
}
