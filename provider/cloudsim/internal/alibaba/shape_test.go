package alibaba_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// varies matches the parts of an answer that differ from run to run.
var varies = regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}|(i|lt|ds)-(bp|5)[0-9a-z]{17,20}`)

// TestSmallAnswers compares whole answers, without IDs, with the examples of the
// references: create, release and power on both products, in JSON and XML.
func TestSmallAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ecs, ens := newECS(t, cloudsim.New(nil)), newENS(t, cloudsim.New(nil))
		id := ecs.Up()[0]
		old := ens.WantOK(ens.Call("CreateInstance", simtest.ENSCreateOld()...)).Strings("InstanceIds", "InstanceId")[0]
		time.Sleep(2 * time.Second)
		for _, w := range []struct {
			client    *simtest.Alibaba
			action    string
			pairs     []string
			json, xml string
		}{
			{
				ecs, "RunInstances", simtest.ECSCreate("Amount", "2"),
				`{"RequestId":"#","InstanceIdSets":{"InstanceIdSet":["#","#"]},"TradePrice":0.33}`,
				`<RequestId>#</RequestId><InstanceIdSets><InstanceIdSet>#</InstanceIdSet><InstanceIdSet>#</InstanceIdSet></InstanceIdSets><TradePrice>0.33</TradePrice>`,
			},
			{
				ecs, "CreateDeploymentSet",
				[]string{"RegionId", "cn-hangzhou", "DeploymentStrategy", "Availability"},
				`{"RequestId":"#","DeploymentSetId":"#"}`,
				`<RequestId>#</RequestId><DeploymentSetId>#</DeploymentSetId>`,
			},
			{ecs, "RebootInstance", []string{"InstanceId", id}, `{"RequestId":"#"}`, `<RequestId>#</RequestId>`},
			{ecs, "StopInstance", []string{"InstanceId", id}, `{"RequestId":"#"}`, `<RequestId>#</RequestId>`},
			{ecs, "StartInstance", []string{"InstanceId", id}, `{"RequestId":"#"}`, `<RequestId>#</RequestId>`},
			{
				ens, "CreateInstance", simtest.ENSCreateOld(),
				`{"RequestId":"#","InstanceIds":{"InstanceId":["#"]},"Code":0}`,
				`<RequestId>#</RequestId><InstanceIds><InstanceId>#</InstanceId></InstanceIds><Code>0</Code>`,
			},
			{
				ens, "RebootInstance",
				[]string{"InstanceId", old},
				`{"RequestId":"#","Code":0}`,
				`<RequestId>#</RequestId><Code>0</Code>`,
			},
			{
				ens, "StopInstance",
				[]string{"InstanceId", old},
				`{"RequestId":"#","Code":0}`,
				`<RequestId>#</RequestId><Code>0</Code>`,
			},
			{
				ens, "StartInstance",
				[]string{"InstanceId", old},
				`{"RequestId":"#","Code":0}`,
				`<RequestId>#</RequestId><Code>0</Code>`,
			},
		} {
			if got := varies.ReplaceAllString(w.client.WantOK(w.client.Call(w.action, w.pairs...)).Raw,
				"#"); got != w.json {
				t.Errorf("%s answers\n%s\nwant\n%s", w.action, got, w.json)
			}
			time.Sleep(time.Second)
			// Go back in time, so that the second call finds the instance in the same
			// state as the first.
			switch w.action {
			case "StopInstance":
				w.client.WantOK(w.client.Call("StartInstance", w.pairs...))
			case "StartInstance":
				w.client.WantOK(w.client.Call("StopInstance", w.pairs...))
			}
			time.Sleep(time.Second)
			want := `<?xml version="1.0" encoding="UTF-8"?><` + w.action + "Response>" + w.xml + "</" +
				w.action + "Response>"
			if got := varies.ReplaceAllString(w.client.XML(w.action, w.pairs...), "#"); got != want {
				t.Errorf("%s answers\n%s\nwant\n%s", w.action, got, want)
			}
			time.Sleep(time.Second)
		}
	})
}

// TestDescribedInstancesAreWhole: all fields that the vendor's own clients read are
// present, even if the create did not set them.
func TestDescribedInstancesAreWhole(t *testing.T) {
	ecs, ens := newECS(t, cloudsim.New(nil)), newENS(t, cloudsim.New(nil))
	ecs.Run()
	ens.WantOK(ens.Call("RunInstances", simtest.ENSCreate()...))
	for _, w := range []struct {
		reply simtest.AlibabaAnswer
		names string
	}{
		{ecs.Describe(), "AutoReleaseTime ClusterId Cpu CpuOptions CreationTime CreditSpecification DedicatedHostAttribute " +
			"DedicatedInstanceAttribute DeletionProtection DeploymentSetGroupNo DeploymentSetId Description DeviceAvailable " +
			"EcsCapacityReservationAttr EipAddress ExpiredTime GPUAmount GPUSpec HibernationOptions HostName HpcClusterId ISP ImageId " +
			"InnerIpAddress InstanceChargeType InstanceId InstanceName InstanceNetworkType InstanceType InstanceTypeFamily " +
			"InternetChargeType InternetMaxBandwidthIn InternetMaxBandwidthOut IoOptimized KeyPairName LocalStorageAmount " +
			"LocalStorageCapacity Memory MetadataOptions NetworkInterfaces OSName OSNameEn OSType OperationLocks PublicIpAddress " +
			"RdmaIpAddress Recyclable RegionId ResourceGroupId SaleCycle SecurityGroupIds SerialNumber SpotDuration " +
			"SpotInterruptionBehavior SpotPriceLimit SpotStrategy StartTime Status StoppedMode Tags VlanId VpcAttributes ZoneId"},
		{
			ens.WantOK(ens.Call("DescribeInstances")),
			"AutoReleaseTime Cpu CreationTime DataDisk Disk EnsRegionId ExpiredTime HostName " +
				"ImageId InnerIpAddress InstanceId InstanceName InstanceResourceType InstanceTypeFamily InternetMaxBandwidthIn " +
				"InternetMaxBandwidthOut KeyPairName Memory NetworkAttributes NetworkInterfaces OSName PrivateIpAddresses PublicIpAddress " +
				"PublicIpAddresses SecurityGroupIds ServiceStatus SpecName SpotStrategy StartTime Status StatusDescrip SystemDisk Tags UpdateTime",
		},
	} {
		instance, _ := w.reply.At("Instances", "Instance", 0).(map[string]any)
		for _, name := range strings.Fields(w.names) {
			if _, ok := instance[name]; !ok {
				t.Errorf("the answer has no %s, only %v", name, slices.Sorted(maps.Keys(instance)))
			}
		}
	}
	c := newECS(t, cloudsim.New(nil))
	c.Run("HttpEndpoint", "disabled", "HttpTokens", "required", "ImageId", "win2019_64.vhd")
	at := func(path ...any) any { return c.Describe().At(append([]any{"Instances", "Instance", 0}, path...)...) }
	if at("MetadataOptions", "HttpEndpoint") != "disabled" || at("MetadataOptions", "HttpTokens") != "required" ||
		at("OSType") != "windows" {
		t.Errorf("metadata %v, system %v: want what the create asked for", at("MetadataOptions"), at("OSType"))
	}
}

// TestENSCodesThatDependOnTheAccount: a fault gives each code of the reference's table
// that no request can cause.
func TestENSCodesThatDependOnTheAccount(t *testing.T) {
	for _, code := range []string{
		"InvalidUserData.NotInWhiteList", "NoPermission", "CallInterface",
		"InvalidParameter", "unsupported_Ipv6Feature", "Forbidden.CreateInstance",
	} {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{
			Cloud: cloudsim.ENS, API: "CreateInstance", Kind: cloudsim.Refuse, Code: code,
			Status: 400,
		})
		c := newENS(t, sim)
		c.WantCode(c.Call("CreateInstance", simtest.ENSCreateOld()...), 400, code)
	}
	for kind, code := range map[cloudsim.FaultKind]string{
		cloudsim.NoStock: "StockNotEnough",
		cloudsim.Balance: "InvalidAccountStatus.NotEnoughBalance",
	} {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ENS, Kind: kind})
		c := newENS(t, sim)
		c.WantCode(c.Call("CreateInstance", simtest.ENSCreateOld()...), 400, code)
	}
}

// TestInnerServiceFailed: a code that all template actions have.
func TestInnerServiceFailed(t *testing.T) {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{
		Cloud: cloudsim.ECS, Kind: cloudsim.Refuse, Code: "InnerServiceFailed",
		Message: "call inner service failed", Status: 403,
	})
	c := newECS(t, sim)
	for _, action := range []string{
		"CreateLaunchTemplate", "CreateLaunchTemplateVersion", "DeleteLaunchTemplate", "DeleteLaunchTemplateVersion",
		"DescribeLaunchTemplates", "DescribeLaunchTemplateVersions", "ModifyLaunchTemplateDefaultVersion",
	} {
		c.WantCode(c.Template(action), 403, "InnerServiceFailed")
	}
}
