package cloudsim

import (
	"cmp"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const ecsMinute = "2006-01-02T15:04Z" // how ECS spells the times of an instance

// instance is one instance in the answer of DescribeInstances.
func (e *ecs) instance(k *core.Call, m *core.Instance) aliObject {
	out := e.identity(make(aliObject, 0, 80), k, m)
	out = ecsMoney(ecsHardware(out, m), m)
	return ecsOptions(ecsNetwork(out, m), m)
}

// ecsOptions is what newer versions of the answer have beside the rest. The
// names are those of the vendor's SDK; what a machine that asked for none of it
// shows there is not verified.
func ecsOptions(o aliObject, m *core.Instance) aliObject {
	p := m.Params
	group := aliInt(p, "DeploymentSetGroupNo")
	hops := aliInt(p, "HttpPutResponseHopLimit")
	return append(o, aliObject{
		{"ISP", ""},
		{"DeploymentSetGroupNo", group},
		{"HibernationOptions", aliObject{{"Configured", p["HibernationOptions.Configured"] == "true"}}},
		{"MetadataOptions", aliObject{
			{"HttpEndpoint", cmp.Or(p["HttpEndpoint"], "enabled")},
			{"HttpTokens", cmp.Or(p["HttpTokens"], "optional")},
			{"HttpPutResponseHopLimit", hops},
		}},
		{"EcsCapacityReservationAttr", aliObject{
			{"CapacityReservationId", p["PrivatePoolOptions.Id"]},
			{"CapacityReservationPreference", p["PrivatePoolOptions.MatchCriteria"]},
		}},
	}...)
}

func (e *ecs) identity(o aliObject, k *core.Call, m *core.Instance) aliObject {
	p := m.Params
	return append(o, aliObject{
		{"InstanceId", m.ID},
		{"InstanceName", m.Name},
		{"HostName", m.HostName},
		{"Hostname", m.HostName},
		{"Description", p["Description"]},
		{"Status", aliStatus(m.PhaseAt(k.Now))},
		{"RegionId", m.Region},
		{"ZoneId", m.Zone},
		{"ClusterId", ""},
		{"SerialNumber", aliSerial(m.ID)},
		{"ImageId", m.ImageID},
		{"OSName", ""},
		{"OSNameEn", ""},
		{"OSType", ecsOSType(m.ImageID)},
		{"KeyPairName", p["KeyPairName"]},
		{"ResourceGroupId", p["ResourceGroupId"]},
		{"DeploymentSetId", e.placed[m.ID].set},
		{"HpcClusterId", p["HpcClusterId"]},
		{"CreationTime", m.Created.UTC().Format(ecsMinute)},
		{"StartTime", m.Created.UTC().Format(ecsMinute)},
		{"DeletionProtection", p["DeletionProtection"] == "true"},
		{"DeviceAvailable", true},
		{"StoppedMode", e.stoppedMode(k, m)},
		{"OperationLocks", aliList("LockReason", []string(nil))},
		{"DedicatedHostAttribute", aliObject{{"DedicatedHostId", e.host(m)}, {"DedicatedHostName", ""}}},
		{"DedicatedInstanceAttribute", aliObject{{"Tenancy", p["Tenancy"]}, {"Affinity", p["Affinity"]}}},
		{"Tags", aliList("Tag", aliTags(m.Tags))},
	}...)
}

func ecsOSType(image string) string {
	if aliWindows(image) {
		return "windows"
	}
	return "linux"
}

func ecsHardware(o aliObject, m *core.Instance) aliObject {
	core := aliInt(m.Params, "CpuOptions.Core")
	threads := aliInt(m.Params, "CpuOptions.ThreadsPerCore")
	return append(o, aliObject{
		{"InstanceType", m.InstanceType},
		{"InstanceTypeFamily", ecsFamily(m.InstanceType)},
		{"Cpu", m.CPUs},
		{"CPU", m.CPUs},
		{"Memory", m.MemoryMiB},
		{"GPUAmount", 0},
		{"GPUSpec", ""},
		{"IoOptimized", m.Params["IoOptimized"] != "none"},
		{"CreditSpecification", m.Params["CreditSpecification"]},
		{"LocalStorageAmount", 0},
		{"LocalStorageCapacity", 0},
		{"CpuOptions", aliObject{
			{"Core", core},
			{"CoreCount", core},
			{"ThreadsPerCore", threads},
			{"Numa", m.Params["CpuOptions.Numa"]},
		}},
	}...)
}

// ecsMoney is what is paid and for how long. A machine that is not prepaid
// "expires" in 2099, as on the real service.
func ecsMoney(o aliObject, m *core.Instance) aliObject {
	p := m.Params
	limit, _ := strconv.ParseFloat(p["SpotPriceLimit"], 64)
	duration := aliInt(p, "SpotDuration")
	expires := "2099-12-31T15:59Z"
	if m.Charge == core.Prepaid {
		expires = aliExpiry(m).UTC().Format(ecsMinute)
	}
	return append(o, aliObject{
		{"InstanceChargeType", ecsChargeType(m)},
		{"ExpiredTime", expires},
		{"AutoReleaseTime", p["AutoReleaseTime"]},
		{"SaleCycle", ""},
		{"Recyclable", false},
		{"SpotStrategy", cmp.Or(p["SpotStrategy"], "NoSpot")},
		{"SpotPriceLimit", limit},
		{"SpotDuration", duration},
		{"SpotInterruptionBehavior", p["SpotInterruptionBehavior"]},
		{"InternetChargeType", cmp.Or(p["InternetChargeType"], "PayByTraffic")},
	}...)
}

func ecsNetwork(o aliObject, m *core.Instance) aliObject {
	in := aliInt(m.Params, "InternetMaxBandwidthIn")
	out := aliInt(m.Params, "InternetMaxBandwidthOut")
	private := aliList("IpAddress", m.PrivateIPs)
	return append(o, aliObject{
		{"InstanceNetworkType", "vpc"},
		{"NetworkType", "vpc"},
		{"VlanId", ""},
		{"InternetMaxBandwidthIn", in},
		{"InternetMaxBandwidthOut", out},
		{"SecurityGroupIds", aliList("SecurityGroupId", m.Groups)},
		{"PublicIpAddress", aliList("IpAddress", m.PublicIPs)},
		{"InnerIpAddress", aliList("IpAddress", []string(nil))},
		{"RdmaIpAddress", aliList("IpAddress", []string(nil))},
		{"EipAddress", aliObject{
			{"AllocationId", ""},
			{"IpAddress", ""},
			{"Bandwidth", 0},
			{"InternetChargeType", ""},
			{"IsSupportUnassociate", false},
		}},
		{"VpcAttributes", aliObject{
			{"VpcId", m.VPCID},
			{"VSwitchId", m.SubnetID},
			{"NatIpAddress", ""},
			{"PrivateIpAddress", private},
		}},
		{"NetworkInterfaces", aliList("NetworkInterface", []aliObject{aliInterface(m)})},
	}...)
}

func ecsChargeType(m *core.Instance) string {
	if m.Charge == core.Prepaid {
		return "PrePaid"
	}
	return "PostPaid"
}

// aliSerial is a serial number made of an instance ID.
func aliSerial(id string) string {
	h := acs3Hash([]byte(id))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}
