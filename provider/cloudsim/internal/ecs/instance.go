package ecs

import (
	"cmp"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const minuteFormat = "2006-01-02T15:04Z" // format of an instance's times on ECS

// instance is one instance in the answer of DescribeInstances.
func (e *api) instance(k *core.Call, m *core.Instance) alibaba.Object {
	out := e.identity(make(alibaba.Object, 0, 80), k, m)
	out = money(e.hardware(out, m), m)
	return options(network(out, m), m)
}

// options are the fields that newer versions of the answer add. The names are those of
// the vendor's SDK. The values for an instance that uses none of them are not verified.
func options(o alibaba.Object, m *core.Instance) alibaba.Object {
	p := m.Params
	group := alibaba.Int(p, "DeploymentSetGroupNo")
	hops := alibaba.Int(p, "HttpPutResponseHopLimit")
	return append(o, alibaba.Object{
		{"ISP", ""},
		{"DeploymentSetGroupNo", group},
		{"HibernationOptions", alibaba.Object{{"Configured", p["HibernationOptions.Configured"] == "true"}}},
		{"MetadataOptions", alibaba.Object{
			{"HttpEndpoint", cmp.Or(p["HttpEndpoint"], "enabled")},
			{"HttpTokens", cmp.Or(p["HttpTokens"], "optional")},
			{"HttpPutResponseHopLimit", hops},
		}},
		{"EcsCapacityReservationAttr", alibaba.Object{
			{"CapacityReservationId", p["PrivatePoolOptions.Id"]},
			{"CapacityReservationPreference", p["PrivatePoolOptions.MatchCriteria"]},
		}},
	}...)
}

func (e *api) identity(o alibaba.Object, k *core.Call, m *core.Instance) alibaba.Object {
	p := m.Params
	return append(o, alibaba.Object{
		{"InstanceId", m.ID},
		{"InstanceName", m.Name},
		{"HostName", m.HostName},
		{"Hostname", m.HostName},
		{"Description", m.Attr("Description")},
		{"Status", alibaba.Status(m.PhaseAt(k.Now))},
		{"RegionId", m.Region},
		{"ZoneId", m.Zone},
		{"ClusterId", ""},
		{"SerialNumber", serial(m.ID)},
		{"ImageId", m.ImageID},
		{"OSName", e.osName(m.ImageID)},
		{"OSNameEn", e.osName(m.ImageID)},
		{"OSType", e.osType(m.ImageID)},
		{"KeyPairName", p["KeyPairName"]},
		{"ResourceGroupId", p["ResourceGroupId"]},
		{"DeploymentSetId", e.placed[m.ID].set},
		{"HpcClusterId", p["HpcClusterId"]},
		{"CreationTime", m.Created.UTC().Format(minuteFormat)},
		{"StartTime", m.Created.UTC().Format(minuteFormat)},
		{"DeletionProtection", m.Attr("DeletionProtection") == "true"},
		{"DeviceAvailable", true},
		{"StoppedMode", e.stoppedMode(k, m)},
		{"OperationLocks", alibaba.List("LockReason", locks(k, m))},
		{"DedicatedHostAttribute", alibaba.Object{{"DedicatedHostId", e.host(m)}, {"DedicatedHostName", ""}}},
		{"DedicatedInstanceAttribute", alibaba.Object{{"Tenancy", p["Tenancy"]}, {"Affinity", p["Affinity"]}}},
		{"Tags", alibaba.List("Tag", alibaba.Tags(m.Tags))},
	}...)
}

// locks are the reasons why operations on an instance are blocked.
func locks(k *core.Call, m *core.Instance) []alibaba.Object {
	var list []alibaba.Object
	for _, word := range m.LocksAt(k.Now) {
		list = append(list, alibaba.Object{{"LockReason", word}, {"LockMsg", ""}})
	}
	return list
}

// osType returns the kind of system of an image; of one that the inventory lacks by its ID.
func (e *api) osType(image string) string {
	if i := e.imageOf(image); i != nil {
		return i.OS
	}
	if alibaba.Windows(image) {
		return "windows"
	}
	return "linux"
}

func (e *api) osName(image string) string {
	if i := e.imageOf(image); i != nil {
		return i.OSName
	}
	return ""
}

// hardware holds the fields of the type. One that the inventory lacks has no GPU and no local disk.
func (e *api) hardware(o alibaba.Object, m *core.Instance) alibaba.Object {
	t := e.typeOf(m.InstanceType)
	if t == nil {
		t = &core.InstanceType{}
	}
	cores := alibaba.Int(m.Params, "CpuOptions.Core")
	threads := alibaba.Int(m.Params, "CpuOptions.ThreadsPerCore")
	return append(o, alibaba.Object{
		{"InstanceType", m.InstanceType},
		{"InstanceTypeFamily", e.family(m.InstanceType)},
		{"Cpu", m.CPUs},
		{"CPU", m.CPUs},
		{"Memory", m.MemoryMiB},
		{"GPUAmount", gpuAmount(t)},
		{"GPUSpec", gpuSpec(t)},
		{"IoOptimized", m.Params["IoOptimized"] != "none"},
		{"CreditSpecification", m.Params["CreditSpecification"]},
		{"LocalStorageAmount", t.LocalDisk.Count},
		{"LocalStorageCapacity", t.LocalDisk.SizeGiB},
		{"CpuOptions", alibaba.Object{
			{"Core", cores},
			{"CoreCount", cores},
			{"ThreadsPerCore", threads},
			{"Numa", m.Params["CpuOptions.Numa"]},
		}},
	}...)
}

// money holds the billing fields. An instance that is not prepaid "expires" in 2099, as
// on the real service.
func money(o alibaba.Object, m *core.Instance) alibaba.Object {
	p := m.Params
	limit, _ := strconv.ParseFloat(p["SpotPriceLimit"], 64)
	duration := alibaba.Int(p, "SpotDuration")
	expires := "2099-12-31T15:59Z"
	if m.Charge == core.Prepaid {
		expires = alibaba.Expiry(m).UTC().Format(minuteFormat)
	}
	return append(o, alibaba.Object{
		{"InstanceChargeType", chargeType(m)},
		{"ExpiredTime", expires},
		{"AutoReleaseTime", m.Attr("AutoReleaseTime")},
		{"SaleCycle", ""},
		{"Recyclable", false},
		{"SpotStrategy", cmp.Or(p["SpotStrategy"], "NoSpot")},
		{"SpotPriceLimit", limit},
		{"SpotDuration", duration},
		{"SpotInterruptionBehavior", p["SpotInterruptionBehavior"]},
		{"InternetChargeType", cmp.Or(p["InternetChargeType"], "PayByTraffic")},
	}...)
}

func network(o alibaba.Object, m *core.Instance) alibaba.Object {
	in := alibaba.Int(m.Params, "InternetMaxBandwidthIn")
	out := alibaba.Int(m.Params, "InternetMaxBandwidthOut")
	private := alibaba.List("IpAddress", m.PrivateIPs)
	return append(o, alibaba.Object{
		{"InstanceNetworkType", "vpc"},
		{"NetworkType", "vpc"},
		{"VlanId", ""},
		{"InternetMaxBandwidthIn", in},
		{"InternetMaxBandwidthOut", out},
		{"SecurityGroupIds", alibaba.List("SecurityGroupId", m.Groups)},
		{"PublicIpAddress", alibaba.List("IpAddress", m.PublicIPs)},
		{"InnerIpAddress", alibaba.List("IpAddress", []string(nil))},
		{"RdmaIpAddress", alibaba.List("IpAddress", []string(nil))},
		{"EipAddress", alibaba.Object{
			{"AllocationId", ""},
			{"IpAddress", ""},
			{"Bandwidth", 0},
			{"InternetChargeType", ""},
			{"IsSupportUnassociate", false},
		}},
		{"VpcAttributes", alibaba.Object{
			{"VpcId", m.VPCID},
			{"VSwitchId", m.SubnetID},
			{"NatIpAddress", ""},
			{"PrivateIpAddress", private},
		}},
		{"NetworkInterfaces", alibaba.List("NetworkInterface", interfaces(m))},
	}...)
}

func chargeType(m *core.Instance) string {
	if m.Charge == core.Prepaid {
		return "PrePaid"
	}
	return "PostPaid"
}

// serial returns a serial number derived from an instance ID.
func serial(id string) string {
	h := alibaba.ACS3Hash([]byte(id))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}
