package cloudsim

import (
	"maps"
	"slices"
	"testing"
)

// ecsWhole is a template that needs nothing beside it to make a machine.
func ecsWhole(more ...string) []string {
	return append([]string{"ImageId", "img-t", "InstanceType", "ecs.c6.large", "SecurityGroupId", "sg-t", "VSwitchId", "vsw-t"}, more...)
}

func TestRunByTemplateAlone(t *testing.T) {
	sim := New(nil)
	c := newECSTestClient(t, sim)
	id := c.newTemplate("lt-name1", ecsWhole("InstanceName", "web", "HostName", "LocalHost", "Tag.1.Key", "k", "Tag.1.Value", "v",
		"InternetMaxBandwidthOut", "5", "SpotStrategy", "SpotAsPriceGo", "ZoneId", "cn-hangzhou-g")...)
	c.wantOK(c.call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "HostName", ""))
	c.wantOK(c.call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateName", "lt-name1"))
	for _, m := range sim.Instances() {
		if m.ImageID != "img-t" || m.InstanceType != "ecs.c6.large" || m.SubnetID != "vsw-t" || m.Name != "web" || m.HostName != "LocalHost" ||
			m.Charge != Spot || m.Zone != "cn-hangzhou-g" || len(m.PublicIPs) != 1 || m.Tags["k"] != "v" || !slices.Equal(m.Groups, []string{"sg-t"}) {
			t.Errorf("the machine is not what the template says: %+v", m)
		}
	}
	if n := len(sim.Instances()); n != 2 {
		t.Errorf("%d machines were made, want one by ID and one by name", n)
	}
}

// TestRequestWinsOverTemplate: a list replaces the template's list as a whole,
// and so do the security groups, however they are named.
func TestRequestWinsOverTemplate(t *testing.T) {
	sim := New(nil)
	c := newECSTestClient(t, sim)
	id := c.newTemplate("lt-name1", ecsWhole("HostName", "LocalHost", "Tag.1.Key", "a", "Tag.2.Key", "b", "Description", "kept",
		"SystemDisk.Category", "cloud_ssd", "SystemDisk.Size", "100", "DataDisk.1.Size", "20", "DataDisk.2.Size", "30")...)
	c.wantOK(c.call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "HostName", "MyHost", "Tag.1.Key", "c",
		"SystemDisk.Size", "50", "DataDisk.1.Size", "40", "SecurityGroupIds.1", "sg-r"))
	m := sim.Instances()[0]
	if m.HostName != "MyHost" || !maps.Equal(m.Tags, map[string]string{"c": ""}) || !slices.Equal(m.Groups, []string{"sg-r"}) {
		t.Errorf("host name %s, tags %v, groups %v: want those of the request", m.HostName, m.Tags, m.Groups)
	}
	for name, want := range map[string]string{
		"Description": "kept", "SystemDisk.Category": "cloud_ssd", "SystemDisk.Size": "50", "DataDisk.1.Size": "40", "DataDisk.2.Size": "",
	} {
		if got := m.Params[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestRunByVersion(t *testing.T) {
	sim := New(nil)
	c := newECSTestClient(t, sim)
	id := c.newTemplate("lt-name1", ecsWhole("InstanceName", "first")...)
	c.newVersion(id, ecsWhole("InstanceName", "second")...)
	run := func(more ...string) aliReply {
		return c.call("RunInstances", append([]string{"RegionId", "cn-hangzhou", "LaunchTemplateId", id}, more...)...)
	}
	c.wantOK(run())
	c.wantOK(run("LaunchTemplateVersion", "2"))
	c.wantOK(c.template("ModifyLaunchTemplateDefaultVersion", "LaunchTemplateId", id, "DefaultVersionNumber", "2"))
	c.wantOK(run())
	c.wantOK(run("LaunchTemplateVersion", "1"))
	var names []string
	for _, m := range sim.Instances() {
		names = append(names, m.Name)
	}
	if want := []string{"first", "second", "second", "first"}; !slices.Equal(names, want) {
		t.Errorf("machines %v, want %v", names, want)
	}
	c.wantCode(run("LaunchTemplateVersion", "3"), 400, "InvalidLaunchTemplateVersion.NotFound")
	c.wantCode(run("RegionId", "cn-beijing"), 400, "InvalidLaunchTemplate.NotFound")
}

// TestMissingIsMissingAfterTheMerge: what neither side has is refused, and what
// is wrong in the template is refused as it would be in the request.
func TestMissingIsMissingAfterTheMerge(t *testing.T) {
	c := newECSTestClient(t, New(nil))
	image := c.newTemplate("image", "ImageId", "img-t")
	run := func(id string, more ...string) aliReply {
		return c.call("RunInstances", append([]string{"RegionId", "cn-hangzhou", "LaunchTemplateId", id}, more...)...)
	}
	c.wantCode(run(image), 400, "MissingParameter.InstanceType")
	c.wantOK(run(image, "InstanceType", "ecs.g5.large"))
	small := c.newTemplate("small", ecsWhole("SystemDisk.Size", "7")...)
	c.wantCode(run(small), 404, "InvalidSystemDiskSize")
	c.wantOK(run(small, "SystemDisk.Size", "40"))
	set := c.newTemplate("set", ecsWhole("DeploymentSetId", "ds-gone")...)
	c.wantCode(run(set), 404, "DeploymentSet.NotFound")
	prepaid := c.newTemplate("prepaid", ecsWhole("InstanceChargeType", "PrePaid", "Period", "1")...)
	if reply := c.wantOK(run(prepaid)); reply.at("OrderId") == nil {
		t.Errorf("a prepaid create answered no order: %s", reply.raw)
	}
}

// TestTokenCountsTheRequestNotTheTemplate: a retry gets the same machines, also
// when the template has another default version by then, or is gone.
func TestTokenCountsTheRequestNotTheTemplate(t *testing.T) {
	sim := New(nil)
	c := newECSTestClient(t, sim)
	id := c.newTemplate("lt-name1", ecsWhole("InstanceChargeType", "PrePaid", "Period", "1")...)
	c.newVersion(id, ecsWhole()...)
	run := func() aliReply {
		return c.wantOK(c.call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "ClientToken", "tok"))
	}
	first := run()
	c.wantOK(c.template("ModifyLaunchTemplateDefaultVersion", "LaunchTemplateId", id, "DefaultVersionNumber", "2"))
	c.run()
	c.wantOK(c.template("DeleteLaunchTemplate", "LaunchTemplateId", id))
	again := run()
	if a, b := first.strings("InstanceIdSets", "InstanceIdSet"), again.strings("InstanceIdSets", "InstanceIdSet"); !slices.Equal(a, b) {
		t.Errorf("the retry gave %v, want %v", b, a)
	}
	if first.at("OrderId") == nil || first.at("OrderId") != again.at("OrderId") {
		t.Errorf("orders %v and %v, want one and the same", first.at("OrderId"), again.at("OrderId"))
	}
}
