package ecs_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestRunInstancesFull sets most parameters and checks the instances.
func TestRunInstancesFull(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	ids := c.Run("Amount", "2", "InstanceName", "k8s-node-[1,4]-a", "HostName", "host", "UniqueSuffix", "true",
		"ZoneId", "cn-hangzhou-g", "InternetMaxBandwidthOut", "5", "KeyPairName", "kp", "ClientToken", "tok",
		"Tag.1.Key", "team", "Tag.1.Value", "a b", "Tag.2.Key", "empty", "Password", "EcsV587!",
		"SystemDisk.Size", "40", "SystemDisk.Category", "cloud_essd", "SystemDisk.PerformanceLevel", "PL1",
		"DataDisk.1.Size", "2000", "DataDisk.1.Category", "cloud_ssd", "UserData", "ZWNobyBoZWxsbyBlY3Mh",
		"SpotStrategy", "SpotWithPriceLimit", "SpotPriceLimit", "0.97")
	got := sim.Instances(cloudsim.ECS)
	if len(got) != 2 || got[0].ID != ids[0] || got[1].ID != ids[1] {
		t.Fatalf("instances %v, want the IDs answered, %v", got, ids)
	}
	m := got[1]
	for _, w := range []struct{ what, got, want string }{
		{"name", m.Name, "k8s-node-0002-a"},
		{"host name", m.HostName, "host002"},
		{"zone", m.Zone, "cn-hangzhou-g"},
		{"region", m.Region, "cn-hangzhou"},
		{"type", m.InstanceType, "ecs.g5.large"},
		{"charge", string(m.Charge), string(cloudsim.Spot)},
		{"subnet", m.SubnetID, "vsw-1"},
		{"network", m.VPCID, "vpc-1"},
		{"groups", strings.Join(m.Groups, ","), "sg-1"},
		{"key pairs", strings.Join(m.KeyPairs, ","), "kp"},
		{"tag", m.Tags["team"], "a b"},
		{"token", m.Token, "tok"},
		{"a parameter", m.Params["DataDisk.1.Size"], "2000"},
	} {
		if w.got != w.want {
			t.Errorf("%s is %q, want %q", w.what, w.got, w.want)
		}
	}
	if _, ok := m.Tags["empty"]; !ok || m.CPUs != 2 || m.MemoryMiB != 8192 || len(m.PublicIPs) != 1 ||
		len(m.PrivateIPs) != 1 {
		t.Errorf("instance %+v: want the tag without a value, 2 CPUs, 8 GiB and one address of each kind", m.Tags)
	}
	if got[0].PrivateIPs[0] == got[1].PrivateIPs[0] {
		t.Error("two instances share a private address")
	}
	for _, name := range []string{"Signature", "SignatureNonce", "Timestamp", "Action"} {
		if _, ok := m.Params[name]; ok {
			t.Errorf("Params hold %s, which belongs to the protocol", name)
		}
	}
}

func TestRunInstancesDefaults(t *testing.T) {
	sim := cloudsim.New(nil)
	id := newClient(t, sim).Run()[0]
	m := sim.Instances(cloudsim.ECS)[0]
	if m.Name != id || m.Zone != "cn-hangzhou-a" || m.Charge != cloudsim.Postpaid || len(m.PublicIPs) != 0 {
		t.Errorf("name %q, zone %q, charge %s, public %v; want the ID, a zone of the region, postpaid, none", m.Name,
			m.Zone, m.Charge, m.PublicIPs)
	}
}

// TestRunInstancesRefusals: one parameter changed, one code expected.
func TestRunInstancesRefusals(t *testing.T) {
	big := base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1))
	for _, c := range []struct {
		change string // NAME=VALUE, space separated; an empty value removes
		status int
		code   string
	}{
		{"RegionId=", 400, "MissingParameter.RegionId"},
		{"ImageId=", 400, "MissingParameter.ImageId"},
		{"InstanceType=", 400, "MissingParameter.InstanceType"},
		{"RegionId=a/b", 404, "InvalidRegionId.NotFound"},
		{"ImageId=~", 404, "InvalidImageId.NotFound"},
		{"VSwitchId=~", 404, "InvalidVSwitchId.NotFound"},
		{"SecurityGroupId=~", 404, "InvalidSecurityGroupId.NotFound"},
		{"InstanceType=g5", 400, "InvalidInstanceType.ValueNotSupported"},
		{"Amount=0", 400, "InvalidParameter"},
		{"Amount=101", 400, "InvalidParameter"},
		{"Amount=many", 400, "InvalidParameter"},
		{"Amount=2 MinAmount=3", 400, "InvalidParameter"},
		{"InstanceName=x", 400, "InvalidInstanceName.Malformed"},
		{"InstanceName=http://x", 400, "InvalidInstanceName.Malformed"},
		{"InstanceName=1st", 400, "InvalidInstanceName.Malformed"},
		{"HostName=-x", 404, "HOSTNAME_ILLEGAL"},
		{"HostName=a..b", 404, "HOSTNAME_ILLEGAL"},
		{"Description=https://x", 400, "InvalidDescription.Malformed"},
		{"Password=weakweak", 400, "InvalidPassword.Malformed"},
		{"Password=Ab1!", 400, "InvalidPassword.Malformed"},
		{"Password=EcsV587! PasswordInherit=true", 400, "InvalidPasswordParam.Mismatch"},
		{"Password=EcsV587\"", 400, "InvalidPassword.Malformed"},
		{"Password=EcsV587密", 400, "InvalidPassword.Malformed"},
		{"UniqueSuffix=true InstanceName=" + strings.Repeat("n", 126), 403, "InvalidParams.InstanceNameExceed"},
		{"UniqueSuffix=true HostName=" + strings.Repeat("h", 62), 403, "InvalidParams.HostnameExceed"},
		{
			"UniqueSuffix=true ImageId=win2019_64.vhd HostName=" + strings.Repeat("h", 13), 403,
			"InvalidParams.HostnameExceed",
		},
		{"DeploymentSetId=ds-1 DedicatedHostId=dh-1", 400, "InvalidDeploymentOnHost"},
		{"DeploymentSetId=ds-1 Tenancy=host", 400, "InvalidDeploymentOnHost"},
		{"NetworkInterface.1.VSwitchId=vsw-2 NetworkInterface.3.VSwitchId=vsw-2 NetworkInterface.1.InstanceType=Primary", 400, "InvalidParam.NetworkInterface"},
		{"SystemDisk.Encrypted=maybe", 400, "InvalidParameter"},
		{"SystemDisk.Size=19 SystemDisk.Category=cloud_essd", 404, "InvalidSystemDiskSize"},
		{"DataDisk.1.Size=9 DataDisk.1.Category=cloud_essd_entry", 400, "InvalidDataDiskSize.ValueNotSupported"},
		{"ImageFamily=family-1", 400, "InvalidParameter.Conflict"},
		{"SecurityGroupIds.1=sg-2", 400, "InvalidParameter.Conflict"},
		{
			"NetworkInterface.1.SecurityGroupId=sg-1 NetworkInterface.1.SecurityGroupIds.1=sg-2", 400,
			"InvalidParameter.Conflict",
		},
		{"NetworkInterface.2.VSwitchId=vsw-2", 400, "InvalidParam.NetworkInterface"},
		{"PrivateIpAddress=10.9.9.9 Amount=2 NetworkInterface.1.VSwitchId=vsw-2", 400, "InvalidParameter.Conflict"},
		{"PrivateIpAddress=nonsense", 400, "InvalidPrivateIpAddress.Malformed"},
		{"Ipv6AddressCount=1 Ipv6Address.1=2001:db8::1", 400, "InvalidParameter.Conflict"},
		{"Ipv6Address.1=2001:db8::1 Amount=2", 400, "InvalidParameter.Conflict"},
		{"SystemDisk.Size=19", 404, "InvalidSystemDiskSize"},
		{"SystemDisk.Category=floppy", 400, "InvalidSystemDiskCategory.ValueNotSupported"},
		{"SystemDisk.Category=cloud_ssd SystemDisk.PerformanceLevel=PL2", 400, "InvalidParameter.Conflict"},
		{"DataDisk.1.Category=cloud_ssd", 400, "MissingParameter.DataDisk.1.Size"},
		{"DataDisk.1.Category=cloud_ssd DataDisk.1.Size=19", 400, "InvalidDataDiskSize.ValueNotSupported"},
		{"DataDisk.2.Category=floppy DataDisk.2.Size=20", 400, "InvalidDataDiskCategory.ValueNotSupported"},
		{"DataDisk.17.Size=20", 403, "InstanceDiskNumLimitExceed"},
		{"DataDisk.1.Size=20 DataDisk.1.Encrypted=maybe", 400, "InvalidParameter"},
		{"InstanceChargeType=Gift", 404, "InvalidInstanceChargeType.NotFound"},
		{"InstanceChargeType=PrePaid", 400, "MissingParameter.Period"},
		{"InstanceChargeType=PrePaid Period=10", 400, "InvalidPeriod"},
		{"InstanceChargeType=PrePaid Period=5 PeriodUnit=Week", 400, "InvalidPeriod"},
		{"InstanceChargeType=PrePaid Period=1 PeriodUnit=Year", 400, "InvalidPeriodUnit.ValueNotSupported"},
		{
			"InstanceChargeType=PrePaid Period=1 AutoRenew=true AutoRenewPeriod=5", 400,
			"InvalidAutoRenewPeriod.ValueNotSupported",
		},
		{"InstanceChargeType=PrePaid Period=1 SpotStrategy=SpotAsPriceGo", 400, "InvalidSpotPrepaid"},
		{"InstanceChargeType=PrePaid Period=1 DeletionProtection=true", 403, "InvalidChargeType.ValueNotSupported"},
		{"SpotStrategy=SpotAsPriceGo DeletionProtection=true", 403, "InvalidChargeType.ValueNotSupported"},
		{"SpotStrategy=Cheap", 400, "InvalidSpotStrategy"},
		{"SpotPriceLimit=0.1234", 400, "InvalidSpotPriceLimit"},
		{"SpotDuration=2", 400, "InvalidSpotDuration"},
		{"InternetMaxBandwidthOut=101", 400, "InvalidParameter.Bandwidth"},
		{"InternetMaxBandwidthIn=201", 400, "InvalidParameter.Bandwidth"},
		{"InternetChargeType=Free", 400, "InvalidInternetChargeType.ValueNotSupported"},
		{"IoOptimized=yes", 400, "InvalidIoOptimizedValue.ValueNotSupported"},
		{"Tag.1.Value=v", 400, "MissingParameter.Tag.1.Key"},
		{"Tag.1.Key=aliyun-x", 400, "InvalidTagKey.Malformed"},
		{"Tag.1.Key=k Tag.1.Value=http://x", 400, "InvalidTagValue.Malformed"},
		{"Tag.21.Key=k", 400, "InvalidParameter"},
		{"UserData=!", 403, "InvalidUserData.Base64FormatInvalid"},
		{"UserData=" + big, 400, "InvalidUserData.SizeExceeded"},
		{"AutoReleaseTime=soon", 400, "InvalidAutoReleaseTime.Malformed"},
		{"AutoReleaseTime=1999-01-01T00:00:00Z", 400, "InvalidAutoReleaseTime.Malformed"},
		{"Tenancy=shared", 400, "InvalidParam.Tenancy"},
		{"DedicatedHostId=~", 400, "InvalidDedicatedHostId.NotFound"},
		{"HpcClusterId=~", 400, "InvalidHpcClusterId.NotFound"},
		{"ResourceGroupId=~", 404, "InvalidResourceGroup.NotFound"},
		{"StorageSetId=~", 403, "InvalidParameter.StorageSetId"},
		{"StorageSetPartitionNumber=0", 403, "InvalidParameter.StorageSetPartitionNumber"},
		{"CreditSpecification=Endless", 400, "InvalidParameter.CreditSpecification"},
		{"HttpEndpoint=open", 400, "InvalidHttpEndpoint.NotSupported"},
		{"HttpTokens=some", 400, "InvalidHttpTokens.NotSupported"},
		{"Ipv6Address.1=10.0.0.1", 403, "InvalidIp.Address"},
		{"DataDisk.1.SnapshotId=~", 404, "InvalidSnapshotId.NotFound"},
		{
			"DataDisk.1.Size=20 DataDisk.1.Encrypted=true DataDisk.1.KMSKeyId=~", 404,
			"InvalidParameter.KMSKeyId.NotFound",
		},
		{"DataDisk.1.Size=20 DataDisk.1.KMSKeyId=key-1", 400, "InvalidParameter.EncryptedIllegal"},
		{
			"DataDisk.1.Size=460 DataDisk.1.Category=cloud_essd DataDisk.1.PerformanceLevel=PL2", 403,
			"OperationDenied.PerformanceLevelNotMatch",
		},
		{
			"SystemDisk.Category=cloud_essd SystemDisk.PerformanceLevel=PL3", 403,
			"OperationDenied.PerformanceLevelNotMatch",
		},
		{"Tag.1.Key=k Tag.2.Key=k", 400, "Duplicate.TagKey"},
		{"ImageId=win2019_64.vhd HostName=host.name", 404, "HOSTNAME_ILLEGAL"},
		{"ImageId=win2019_64.vhd HostName=1234567", 404, "HOSTNAME_ILLEGAL"},
		{"ImageId=win2019_64.vhd HostName=sixteen-letters1", 404, "HOSTNAME_ILLEGAL"},
		{"ImageId=win2019_64.vhd Password=/EcsV587!", 400, "InvalidPassword.Malformed"},
		{"DeploymentSetId=ds-unknown", 404, "DeploymentSet.NotFound"},
		{"ClientToken=" + strings.Repeat("x", 65), 400, "InvalidClientToken.ValueNotSupported"},
		{"LaunchTemplateId=lt-1", 400, "InvalidLaunchTemplate.NotFound"},
		{"LaunchTemplateName=no-such", 400, "InvalidLaunchTemplate.NotFound"},
		{"LaunchTemplateVersion=1", 400, "MissingParameter.LaunchTemplateId"},
		{"LaunchTemplateId=lt-1 LaunchTemplateVersion=first", 400, "InvalidParameter"},
		{"DryRun=true", 400, "DryRunOperation"},
		{"DryRun=true Amount=0", 400, "InvalidParameter"},
	} {
		sim := cloudsim.New(nil)
		client := newClient(t, sim)
		pairs := simtest.ECSCreate()
		for _, change := range strings.Fields(c.change) {
			name, value, _ := strings.Cut(change, "=")
			pairs = append(pairs, name, value)
		}
		reply := client.Call("RunInstances", pairs...)
		if reply.Status != c.status || reply.Code() != c.code {
			t.Errorf("%.60s: answered %d %s, want %d %s", c.change, reply.Status, reply.Code(), c.status, c.code)
		}
		if len(sim.Instances()) != 0 {
			t.Errorf("%.60s: refused, but made an instance", c.change)
		}
	}
}

// TestRunInstancesAcceptsDocumentedLimits: the limits of the allowed values in the
// references.
func TestRunInstancesAcceptsDocumentedLimits(t *testing.T) {
	for _, pairs := range [][]string{
		{"InstanceChargeType", "PrePaid", "Period", "1", "AutoRenew", "true"}, // for a month by default
		{"UniqueSuffix", "true", "InstanceName", strings.Repeat("n", 125), "HostName", strings.Repeat("h", 61)},
		{"UniqueSuffix", "true", "InstanceName", "n[1,6]" + strings.Repeat("n", 121)},
		{"SystemDisk.Size", "1", "SystemDisk.Category", "cloud_essd", "SystemDisk.PerformanceLevel", "PL0"},
		{"SystemDisk.Size", "1", "SystemDisk.Category", "cloud_auto"},
		{"SystemDisk.Category", "ephemeral_ssd"},
		{"DataDisk.1.Size", "1", "DataDisk.1.Category", "cloud_essd", "DataDisk.1.PerformanceLevel", "PL0"},
		{"DataDisk.1.Size", "1", "DataDisk.1.Category", "cloud_auto"},
		{"DataDisk.1.Size", "10", "DataDisk.1.Category", "cloud_essd_entry"},
		{"NetworkInterface.1.InstanceType", "Primary", "NetworkInterface.2.VSwitchId", "vsw-2"},
		{"Password", "Aa()`~!@#$%^&*-_+=|{}[]:;'<>"},
		{"Password", "Aaaaaa,.?/"},
		{
			"PasswordInherit", "false", "UniqueSuffix", "false", "DeletionProtection", "false", "DryRun", "false",
			"SystemDisk.Encrypted", "false",
		},
	} {
		if reply := newClient(t, cloudsim.New(nil)).Call(
			"RunInstances", simtest.ECSCreate(pairs...)...); reply.Status != 200 {
			t.Errorf("%.60q: answered %d %s", pairs, reply.Status, reply.Code())
		}
	}
}

// TestRefusalNamesTheParameterNotItsValue: the value might be a password.
func TestRefusalNamesTheParameterNotItsValue(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	reply := c.Call("RunInstances", simtest.ECSCreate("Password", "hunter2hunter2")...)
	message, _ := reply.Body["Message"].(string)
	if !strings.Contains(message, `"Password"`) || strings.Contains(reply.Raw, "hunter2") {
		t.Errorf("message %q: want the name of the parameter and not its value", message)
	}
}

func TestPrivateAddressIsUsedOnce(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.Run("PrivateIpAddress", "10.9.9.9")[0]
	if got := sim.Instances(cloudsim.ECS)[0].PrivateIPs; !slices.Equal(got, []string{"10.9.9.9"}) {
		t.Errorf("the instance has %v, want the address asked for", got)
	}
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("PrivateIpAddress", "10.9.9.9")...), 400, "InvalidPrivateIpAddress.Duplicated")
	c.WantOK(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"))
	c.Run("PrivateIpAddress", "10.9.9.9")
}

func TestPrivateAddressesOfABatchAreConsecutive(t *testing.T) {
	sim := cloudsim.New(nil)
	newClient(t, sim).Run("PrivateIpAddress", "10.9.9.254", "Amount", "3")
	var got []string
	for _, m := range sim.Instances(cloudsim.ECS) {
		got = append(got, m.PrivateIPs...)
	}
	if want := []string{"10.9.9.254", "10.9.9.255", "10.9.10.0"}; !slices.Equal(got, want) {
		t.Errorf("the instances have %v, want %v", got, want)
	}
}

func TestMaskedExampleIDsAreWellFormed(t *testing.T) {
	newClient(t, cloudsim.New(nil)).Run("SecurityGroupId", "sg-bp15ed6xe1yxeycg7o***", "VSwitchId", "vsw-bp1s5fnvk4gn2tws03***")
}

func TestClientToken(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	first := c.Run("ClientToken", "t-1", "Amount", "2", "PrivateIpAddress", "")
	if again := c.Run("ClientToken", "t-1", "Amount", "2"); !slices.Equal(again, first) {
		t.Errorf("the same token gave %v, want %v again", again, first)
	}
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("ClientToken", "t-1", "Amount", "3")...), 400, "IdempotentParameterMismatch")
	if other := c.Run("ClientToken", "t-2", "Amount", "2"); slices.Equal(other, first) {
		t.Error("another token gave the same instances")
	}
	if n := len(sim.Instances()); n != 4 {
		t.Errorf("%d instances exist, want 4", n)
	}
}

// TestClientTokenSurvivesItsOwnEffects: a retry must not fail because the first call
// has taken the address, or because its release time is nearer now.
func TestClientTokenSurvivesItsOwnEffects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		pairs := []string{
			"ClientToken", "t-1", "PrivateIpAddress", "10.9.9.9",
			"AutoReleaseTime", time.Now().UTC().Add(30 * time.Minute).Format(alibaba.TimeFormat),
		}
		first := c.Run(pairs...)
		time.Sleep(5 * time.Minute)
		if again := c.Run(pairs...); !slices.Equal(again, first) {
			t.Errorf("the retry gave %v, want %v", again, first)
		}
	})
}

// TestFailedCreateForgetsItsToken: no instance was made, so no answer is repeated.
func TestFailedCreateForgetsItsToken(t *testing.T) {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Kind: cloudsim.NoStock, Count: 1, Times: 1})
	c := newClient(t, sim)
	pairs := simtest.ECSCreate("ClientToken", "t-1", "Amount", "2")
	c.WantCode(c.Call("RunInstances", pairs...), 403, "OperationDenied.NoStock")
	c.WantOK(c.Call("RunInstances", pairs...))
}

func TestAutoRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		c.Run("AutoReleaseTime", time.Now().UTC().Add(time.Hour).Format(alibaba.TimeFormat))
		time.Sleep(59 * time.Minute)
		if got := c.Describe().At("TotalCount"); got != 1.0 {
			t.Errorf("before the release time %v instances are listed, want 1", got)
		}
		time.Sleep(time.Minute)
		if got := c.Describe().At("TotalCount"); got != 0.0 {
			t.Errorf("after the release time %v instances are listed, want none", got)
		}
	})
}

func TestPrepaidCreateAnswersAnOrder(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	reply := c.WantOK(c.Call("RunInstances", simtest.ECSCreate("InstanceChargeType", "PrePaid", "Period", "1")...))
	if reply.Body["OrderId"] == nil || reply.Body["TradePrice"] != 0.165 {
		t.Errorf("order %v, price %v", reply.Body["OrderId"], reply.Body["TradePrice"])
	}
}

func TestInstanceShapes(t *testing.T) {
	for name, want := range map[string][2]int{
		"ecs.g5.large": {2, 8192}, "ecs.c6.xlarge": {4, 8192}, "ecs.r6.2xlarge": {8, 65536}, "ecs.t5-lc1m1.small": {1, 4096},
		"ecs.g7.16xlarge": {64, 262144},
	} {
		if cpus, memory := ecs.ShapeOf(name); cpus != want[0] || memory != want[1] {
			t.Errorf("%s has %d CPUs and %d MiB, want %v", name, cpus, memory, want)
		}
	}
}
