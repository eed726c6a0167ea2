package ecs_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// whole is a template that can create an instance without other parameters.
func whole(more ...string) []string {
	return append([]string{
		"ImageId", "img-t", "InstanceType", "ecs.c6.large", "SecurityGroupId", "sg-t",
		"VSwitchId", "vsw-t",
	}, more...)
}

func TestRunByTemplateAlone(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("lt-name1", whole("InstanceName", "web", "HostName", "LocalHost", "Tag.1.Key", "k",
		"Tag.1.Value", "v",
		"InternetMaxBandwidthOut", "5", "SpotStrategy", "SpotAsPriceGo", "ZoneId", "cn-hangzhou-g")...)
	c.WantOK(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "HostName", ""))
	c.WantOK(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateName", "lt-name1"))
	for _, m := range sim.Instances() {
		if m.ImageID != "img-t" || m.InstanceType != "ecs.c6.large" || m.SubnetID != "vsw-t" || m.Name != "web" ||
			m.HostName != "LocalHost" ||
			m.Charge != cloudsim.Spot || m.Zone != "cn-hangzhou-g" || len(m.PublicIPs) != 1 || m.Tags["k"] != "v" ||
			!slices.Equal(m.Groups, []string{"sg-t"}) {
			t.Errorf("the instance differs from the template: %+v", m)
		}
	}
	if n := len(sim.Instances()); n != 2 {
		t.Errorf("%d instances were made, want one by ID and one by name", n)
	}
}

// TestRequestWinsOverTemplate: a list replaces the template's list as a whole. So do
// the security groups, in either of their forms.
func TestRequestWinsOverTemplate(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("lt-name1", whole("HostName", "LocalHost", "Tag.1.Key", "a", "Tag.2.Key", "b",
		"Description", "kept",
		"SystemDisk.Category", "cloud_ssd", "SystemDisk.Size", "100", "DataDisk.1.Size", "20",
		"DataDisk.2.Size", "30")...)
	c.WantOK(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "HostName", "MyHost",
		"Tag.1.Key", "c",
		"SystemDisk.Size", "50", "DataDisk.1.Size", "40", "SecurityGroupIds.1", "sg-r"))
	m := sim.Instances()[0]
	if m.HostName != "MyHost" || !maps.Equal(m.Tags, map[string]string{"c": ""}) ||
		!slices.Equal(m.Groups, []string{"sg-r"}) {
		t.Errorf("host name %s, tags %v, groups %v: want those of the request", m.HostName, m.Tags, m.Groups)
	}
	for name, want := range map[string]string{
		"Description": "kept", "SystemDisk.Category": "cloud_ssd", "SystemDisk.Size": "50", "DataDisk.1.Size": "40",
		"DataDisk.2.Size": "",
	} {
		if got := m.Params[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestRunByVersion(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("lt-name1", whole("InstanceName", "first")...)
	c.newVersion(id, whole("InstanceName", "second")...)
	run := func(more ...string) simtest.AlibabaAnswer {
		return c.Call("RunInstances", append([]string{"RegionId", "cn-hangzhou", "LaunchTemplateId", id}, more...)...)
	}
	c.WantOK(run())
	c.WantOK(run("LaunchTemplateVersion", "2"))
	c.WantOK(c.Template("ModifyLaunchTemplateDefaultVersion", "LaunchTemplateId", id, "DefaultVersionNumber", "2"))
	c.WantOK(run())
	c.WantOK(run("LaunchTemplateVersion", "1"))
	var names []string
	for _, m := range sim.Instances() {
		names = append(names, m.Name)
	}
	if want := []string{"first", "second", "second", "first"}; !slices.Equal(names, want) {
		t.Errorf("instances %v, want %v", names, want)
	}
	c.WantCode(run("LaunchTemplateVersion", "3"), 400, "InvalidLaunchTemplateVersion.NotFound")
	c.WantCode(run("RegionId", "cn-beijing"), 400, "InvalidLaunchTemplate.NotFound")
}

// TestMissingIsMissingAfterTheMerge: a parameter that neither side has is refused. A
// wrong value in the template is refused as in the request.
func TestMissingIsMissingAfterTheMerge(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	image := c.newTemplate("image", "ImageId", "img-t")
	run := func(id string, more ...string) simtest.AlibabaAnswer {
		return c.Call("RunInstances", append([]string{"RegionId", "cn-hangzhou", "LaunchTemplateId", id}, more...)...)
	}
	c.WantCode(run(image), 400, "MissingParameter.InstanceType")
	c.WantOK(run(image, "InstanceType", "ecs.g5.large"))
	small := c.newTemplate("small", whole("SystemDisk.Size", "7")...)
	c.WantCode(run(small), 404, "InvalidSystemDiskSize")
	c.WantOK(run(small, "SystemDisk.Size", "40"))
	set := c.newTemplate("set", whole("DeploymentSetId", "ds-gone")...)
	c.WantCode(run(set), 404, "DeploymentSet.NotFound")
	prepaid := c.newTemplate("prepaid", whole("InstanceChargeType", "PrePaid", "Period", "1")...)
	if reply := c.WantOK(run(prepaid)); reply.At("OrderId") == nil {
		t.Errorf("a prepaid create answered no order: %s", reply.Raw)
	}
}

// TestTokenCountsTheRequestNotTheTemplate: a retry gets the same instances, even if the
// template now has another default version or is gone.
func TestTokenCountsTheRequestNotTheTemplate(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("lt-name1", whole("InstanceChargeType", "PrePaid", "Period", "1")...)
	c.newVersion(id, whole()...)
	run := func() simtest.AlibabaAnswer {
		return c.WantOK(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id, "ClientToken", "tok"))
	}
	first := run()
	c.WantOK(c.Template("ModifyLaunchTemplateDefaultVersion", "LaunchTemplateId", id, "DefaultVersionNumber", "2"))
	c.Run()
	c.WantOK(c.Template("DeleteLaunchTemplate", "LaunchTemplateId", id))
	again := run()
	if a, b := first.Strings("InstanceIdSets", "InstanceIdSet"),
		again.Strings("InstanceIdSets", "InstanceIdSet"); !slices.Equal(a, b) {
		t.Errorf("the retry gave %v, want %v", b, a)
	}
	if first.At("OrderId") == nil || first.At("OrderId") != again.At("OrderId") {
		t.Errorf("orders %v and %v, want one and the same", first.At("OrderId"), again.At("OrderId"))
	}
}
