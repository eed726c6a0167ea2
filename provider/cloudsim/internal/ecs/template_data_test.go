package ecs_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// exampleTemplate is the input for the example of DescribeLaunchTemplateVersions in the
// reference.
func exampleTemplate() []string {
	return []string{
		"Description", "Description1", "ResourceGroupId", "ResourceGroupId1",
		"DataDisk.1.SnapshotId", "SnapshotId1", "DataDisk.1.Description", "Description1",
		"DataDisk.1.Category", "cloud_efficiency",
		"DataDisk.1.Encrypted", "false", "DataDisk.1.Size", "44", "DataDisk.1.DeleteWithInstance", "true",
		"DataDisk.1.DiskName", "DataDiskName1",
		"UserData", "ZWNobyBoZWxsbyBlY3Mh", "SystemDisk.DiskName", "SystemDiskDiskName1", "SystemDisk.Size", "44",
		"RamRoleName", "RamRoleName1", "NetworkType", "NetworkType1",
		"NetworkInterface.1.Description", "Description1", "NetworkInterface.1.SecurityGroupId", "SecurityGroupId1",
		"NetworkInterface.1.VSwitchId", "VSwitchId1", "NetworkInterface.1.NetworkInterfaceName",
		"NetworkInterfaceName1",
		"NetworkInterface.1.PrimaryIpAddress", "PrimaryIpAddress1",
		"ImageId", "windows2008.vhd", "SpotPriceLimit", "1", "SystemDisk.Category", "cloud_efficiency",
		"InstanceType", "ecs.xn4.small",
		"SpotStrategy", "SpotWithPriceLimit", "HostName", "HostName1", "Tag.1.Key", "ss", "Tag.1.Value", "bb",
		"KeyPairName", "KeyPairName1", "SystemDisk.Iops", "22", "IoOptimized", "true", "ZoneId", "ZoneId1",
		"SystemDisk.Description", "SystemDiskDescription1", "SecurityGroupId", "sg-tiantt1234",
		"VSwitchId", "vsw-xxxxxx",
		"Period", "1", "InternetChargeType", "PayByBandwidth", "InstanceName", "InstanceName1",
		"InternetMaxBandwidthOut", "20", "InternetMaxBandwidthIn", "1", "SecurityEnhancementStrategy", "Active",
		"AutoReleaseTime", "2019-10-21T00:00:00Z", "VersionDescription", "wwwdesc",
	}
}

// The example itself, with the user data in Base64, and the fields that newer clients
// read: the system disk as an object and the list of security groups.
const exampleData = `{
	"Description":"Description1", "ResourceGroupId":"ResourceGroupId1",
	"DataDisks":{"DataDisk":[{"SnapshotId":"SnapshotId1","Description":"Description1","Category":"cloud_efficiency",
		"Encrypted":false,"Size":44,"DeleteWithInstance":true,"DiskName":"DataDiskName1"}]},
	"UserData":"ZWNobyBoZWxsbyBlY3Mh", "SystemDisk.DiskName":"SystemDiskDiskName1", "SystemDisk.Size":44,
	"RamRoleName":"RamRoleName1", "NetworkType":"NetworkType1",
	"NetworkInterfaces":{"NetworkInterface":[{"Description":"Description1","SecurityGroupId":"SecurityGroupId1",
		"VSwitchId":"VSwitchId1","NetworkInterfaceName":"NetworkInterfaceName1","PrimaryIpAddress":"PrimaryIpAddress1"}]},
	"ImageId":"windows2008.vhd", "SpotPriceLimit":1, "SystemDisk.Category":"cloud_efficiency", "InstanceType":"ecs.xn4.small",
	"SpotStrategy":"SpotWithPriceLimit", "HostName":"HostName1", "Tags":{"InstanceTag":[{"Value":"bb","Key":"ss"}]},
	"KeyPairName":"KeyPairName1", "SystemDisk.Iops":22, "IoOptimized":"true", "ZoneId":"ZoneId1",
	"SystemDisk.Description":"SystemDiskDescription1", "SecurityGroupId":"sg-tiantt1234", "VSwitchId":"vsw-xxxxxx",
	"Period":1, "InternetChargeType":"PayByBandwidth", "InstanceName":"InstanceName1", "InternetMaxBandwidthOut":20,
	"InternetMaxBandwidthIn":1, "SecurityEnhancementStrategy":"Active", "AutoReleaseTime":"2019-10-21T00:00:00Z",
	"SystemDisk":{"DiskName":"SystemDiskDiskName1","Size":44,"Category":"cloud_efficiency","Iops":22,"Description":"SystemDiskDescription1"},
	"SecurityGroupIds":{"SecurityGroupId":[]}
}`

func TestVersionAnswersAsInTheReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.newTemplate("wd-1526308145065", exampleTemplate()...)
		reply := c.WantOK(c.Template("DescribeLaunchTemplateVersions", "LaunchTemplateName", "wd-1526308145065"))
		set, _ := reply.At("LaunchTemplateVersionSets", "LaunchTemplateVersionSet", 0).(map[string]any)
		var data any
		if err := json.Unmarshal([]byte(exampleData), &data); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"LaunchTemplateData": data,
			"LaunchTemplateName": "wd-1526308145065",
			"CreatedBy":          ecs.Account,
			"VersionDescription": "wwwdesc",
			"ModifiedTime":       "2000-01-01T00:00:00Z",
			"CreateTime":         "2000-01-01T00:00:00Z",
			"DefaultVersion":     true,
			"LaunchTemplateId":   id,
			"VersionNumber":      1.0,
		}
		for name, value := range want {
			if !reflect.DeepEqual(set[name], value) {
				t.Errorf("%s is\n%v\nwant\n%v", name, set[name], value)
			}
		}
		if len(set) != len(want) || reply.At("TotalCount") != 1.0 || reply.At("PageNumber") != 1.0 ||
			reply.At("PageSize") != 10.0 {
			t.Errorf("answered %s", reply.Raw)
		}
	})
}

func TestVersionInXML(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	c.newTemplate("lt-name1", exampleTemplate()...)
	var got struct {
		TotalCount                int
		LaunchTemplateVersionSets struct {
			LaunchTemplateVersionSet []struct {
				DefaultVersion     bool
				VersionNumber      int
				VersionDescription string
				LaunchTemplateData struct {
					FlatSize   int                `xml:"SystemDisk.Size"`
					SystemDisk struct{ Size int } // as newer clients read it
					Tags       struct{ InstanceTag []struct{ Key, Value string } }
					DataDisks  struct {
						DataDisk []struct {
							Size      int
							Encrypted bool
						}
					}
					NetworkInterfaces struct {
						NetworkInterface []struct{ PrimaryIpAddress string }
					}
				}
			}
		}
	}
	simtest.WantXML(t, c.XML("DescribeLaunchTemplateVersions", "RegionId", "cn-hangzhou",
		"LaunchTemplateName", "lt-name1"),
		"DescribeLaunchTemplateVersionsResponse", &got)
	if len(got.LaunchTemplateVersionSets.LaunchTemplateVersionSet) != 1 {
		t.Fatalf("XML holds %+v, want one version", got)
	}
	v := got.LaunchTemplateVersionSets.LaunchTemplateVersionSet[0]
	if d := v.LaunchTemplateData; !v.DefaultVersion || v.VersionNumber != 1 || v.VersionDescription != "wwwdesc" ||
		d.FlatSize != 44 ||
		d.SystemDisk.Size != 44 || len(d.Tags.InstanceTag) != 1 || d.Tags.InstanceTag[0].Key != "ss" ||
		len(d.DataDisks.DataDisk) != 1 || d.DataDisks.DataDisk[0].Size != 44 ||
		len(d.NetworkInterfaces.NetworkInterface) != 1 ||
		d.NetworkInterfaces.NetworkInterface[0].PrimaryIpAddress != "PrimaryIpAddress1" {
		t.Errorf("XML holds %+v", v)
	}
}

// TestTemplateKeepsNoSecretAndNoCount: a parameter that a template cannot hold is
// neither shown nor used.
func TestTemplateKeepsNoSecretAndNoCount(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("lt-name1", "Password", "EcsV587!", "Amount", "5", "DryRun", "true", "Tenancy", "host",
		"ImageId", "img", "InstanceType", "ecs.g5.large", "SecurityGroupIds.1", "sg-1", "SecurityGroupIds.2", "sg-2")
	reply := c.WantOK(c.Template("DescribeLaunchTemplateVersions", "LaunchTemplateId", id))
	data, _ := reply.At("LaunchTemplateVersionSets", "LaunchTemplateVersionSet", 0,
		"LaunchTemplateData").(map[string]any)
	for _, name := range []string{"Password", "Amount", "DryRun", "Tenancy"} {
		if _, ok := data[name]; ok {
			t.Errorf("the template shows %s", name)
		}
	}
	groups := reply.Strings("LaunchTemplateVersionSets", "LaunchTemplateVersionSet", 0, "LaunchTemplateData",
		"SecurityGroupIds", "SecurityGroupId")
	if !slices.Equal(groups, []string{"sg-1", "sg-2"}) {
		t.Errorf("the template shows groups %v", groups)
	}
	c.WantOK(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id))
	list := sim.Instances()
	if len(list) != 1 || list[0].Params["Password"] != "" || !slices.Equal(list[0].Groups, []string{"sg-1", "sg-2"}) {
		t.Errorf("made %d instances, want one, without a password and with both groups", len(list))
	}
}

func TestVersionFilters(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	for range 11 {
		c.newVersion(id)
	}
	c.WantOK(c.Template("DeleteLaunchTemplateVersion", "LaunchTemplateId", id, "DeleteVersion.1", "3"))
	for _, f := range []struct {
		filter []string
		want   []int
	}{
		{nil, []int{1, 2, 4, 5, 6, 7, 8, 9, 10, 11}},
		{[]string{"PageNumber", "2"}, []int{12}},
		{
			[]string{"LaunchTemplateVersion.1", "2", "LaunchTemplateVersion.2", "5", "LaunchTemplateVersion.3", "3"},
			[]int{2, 5},
		},
		{[]string{"MinVersion", "10"}, []int{10, 11, 12}},
		{[]string{"MaxVersion", "4"}, []int{1, 2, 4}},
		{[]string{"MinVersion", "2", "MaxVersion", "4"}, []int{2, 4}},
		{[]string{"DefaultVersion", "true"}, []int{1}},
		{[]string{"DefaultVersion", "false", "PageSize", "2"}, []int{1, 2}},
	} {
		if got := c.versions(id, f.filter...); !slices.Equal(got, f.want) {
			t.Errorf("filter %v lists %v, want %v", f.filter, got, f.want)
		}
	}
	for _, pairs := range [][]string{
		{"PageSize", "51"},
		{"LaunchTemplateVersion.1", "last"},
		{"MinVersion", "0"},
		{"MinVersion", "3", "MaxVersion", "2"},
		{"DefaultVersion", "yes"},
	} {
		c.WantCode(c.Template("DescribeLaunchTemplateVersions", append(pairs, "LaunchTemplateId", id)...), 400,
			"InvalidParameter")
	}
	reply := c.WantOK(c.Template("DescribeLaunchTemplateVersions", "LaunchTemplateId", id, "DetailFlag", "false"))
	if got := reply.At("LaunchTemplateVersionSets", "LaunchTemplateVersionSet", 0, "LaunchTemplateData"); got != nil {
		t.Errorf("without details the data is there: %v", got)
	}
}
