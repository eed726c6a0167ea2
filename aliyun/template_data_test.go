package aliyun

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TestTheReferencesExampleIsReadWhole: what the reference of 2018 shows.
func TestTheReferencesExampleIsReadWhole(t *testing.T) {
	const data = `{
		"Description":"Description1","ResourceGroupId":"ResourceGroupId1",
		"DataDisks":{"DataDisk":[{"SnapshotId":"SnapshotId1","Description":"Description1","Category":"cloud_efficiency",
			"Encrypted":false,"Size":44,"DeleteWithInstance":true,"DiskName":"DataDiskName1"}]},
		"UserData":"UserData1","SystemDisk.DiskName":"SystemDiskDiskName1","SystemDisk.Size":44,"RamRoleName":"RamRoleName1",
		"NetworkType":"NetworkType1","NetworkInterfaces":{"NetworkInterface":[{"Description":"Description1",
			"SecurityGroupId":"SecurityGroupId1","VSwitchId":"VSwitchId1","NetworkInterfaceName":"NetworkInterfaceName1","PrimaryIpAddress":"PrimaryIpAddress1"}]},
		"ImageId":"windows2008.vhd","SpotPriceLimit":1,"SystemDisk.Category":"cloud_efficiency","InstanceType":"ecs.xn4.small",
		"SpotStrategy":"SpotWithPriceLimit","HostName":"HostName1","Tags":{"InstanceTag":[{"Value":"bb","Key":"ss"}]},
		"KeyPairName":"KeyPairName1","SystemDisk.Iops":22,"IoOptimized":"true","ZoneId":"ZoneId1","SystemDisk.Description":"SystemDiskDescription1",
		"SecurityGroupId":"sg-tiantt1234","VSwitchId":"vsw-xxxxxx","Period":1,"InternetChargeType":"PayByBandwidth","InstanceName":"InstanceName1",
		"InternetMaxBandwidthOut":20,"InternetMaxBandwidthIn":1,"SecurityEnhancementStrategy":"Active","AutoReleaseTime":"2019-10-21T00:00:00Z"}`
	want := provider.RunInstancesSpec{
		Zone: "ZoneId1", ImageID: "windows2008.vhd", InstanceType: "ecs.xn4.small", Name: "InstanceName1", HostName: "HostName1", Description: "Description1",
		Login: provider.Login{KeyPairs: []string{"KeyPairName1"}},
		Network: provider.Network{
			SubnetID: "vsw-xxxxxx", SecurityGroupIDs: []string{"sg-tiantt1234"},
			PublicIP:   &provider.PublicIP{BandwidthMbps: 20, InboundMbps: 1, ChargeType: provider.PayByBandwidth},
			Interfaces: []provider.NetworkInterface{{SubnetID: "VSwitchId1", SecurityGroupIDs: []string{"SecurityGroupId1"}, Name: "NetworkInterfaceName1", Description: "Description1"}},
		},
		SystemDisk: provider.Disk{Type: "cloud_efficiency", SizeGiB: 44, Name: "SystemDiskDiskName1", Description: "SystemDiskDescription1"},
		DataDisks: []provider.Disk{{
			Type: "cloud_efficiency", SizeGiB: 44, Name: "DataDiskName1", Description: "Description1", SnapshotID: "SnapshotId1", DeleteWithInstance: new(true),
		}},
		Billing: provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "1"}},
		Tags:    map[string]string{"ss": "bb"}, RoleName: "RamRoleName1", ProjectID: "ResourceGroupId1", SecurityAgent: new(true),
		AutoReleaseTime: time.Date(2019, 10, 21, 0, 0, 0, 0, time.UTC),
		Vendor: []provider.VendorOption{RunOptions{IoOptimized: "optimized", Params: map[string]string{
			"NetworkType": "NetworkType1", "SystemDisk.Iops": "22", "UserData": "UserData1", "Period": "1", "NetworkInterface.1.PrimaryIpAddress": "PrimaryIpAddress1",
		}}},
	}
	if got := readTemplate(t, data); !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%s\nwant\n%s", shown(got), shown(want))
	}
}

// TestIoOptimizedIsReadAsItIsWritten: the reference shows true where creates say
// optimized.
func TestIoOptimizedIsReadAsItIsWritten(t *testing.T) {
	for data, want := range map[string]string{`"true"`: "optimized", `true`: "optimized", `"false"`: "none", `"none"`: "none", `"optimized"`: "optimized", `"new"`: "new", `""`: ""} {
		got := readTemplate(t, `{"ImageId":"image-1","IoOptimized":`+data+`}`)
		if o := optionsOf(&got); o.IoOptimized != want {
			t.Errorf("%s is read as %q, want %q", data, o.IoOptimized, want)
		}
	}
}

func readTemplate(t *testing.T, data string) provider.RunInstancesSpec {
	t.Helper()
	body := `{"TotalCount":1,"LaunchTemplateVersionSets":{"LaunchTemplateVersionSet":[{"VersionNumber":1,"DefaultVersion":true,"LaunchTemplateData":` + data + `}]}}`
	p, err := testDriver(t, answering(200, body)).DescribeLaunchTemplateVersions(t.Context(), &launchtemplate.VersionQuery{}, "")
	if err != nil || len(p.Items) != 1 {
		t.Fatalf("%s: %+v, %v", data, p, err)
	}
	p.Items[0].Spec.Region = ""
	return p.Items[0].Spec
}

// TestWhatNoFieldCanSayIsKeptRaw: every parameter that goes into a version comes
// out of it, whatever combination it makes.
func TestWhatNoFieldCanSayIsKeptRaw(t *testing.T) {
	for data, want := range map[string]map[string]string{
		`{"InstanceChargeType":"PrePaid","SpotStrategy":"NoSpot","Period":1}`:            {"SpotStrategy": "NoSpot"},
		`{"InstanceChargeType":"PostPaid","SpotStrategy":"NoSpot","Period":2}`:           {"Period": "2"},
		`{"SpotStrategy":"SpotWithPriceLimit"}`:                                          {"SpotStrategy": "SpotWithPriceLimit"},
		`{"InstanceChargeType":"New"}`:                                                   {"InstanceChargeType": "New"},
		`{"InstanceChargeType":"PrePaid","PeriodUnit":"Year"}`:                           {"PeriodUnit": "Year"},
		`{"InternetChargeType":"PayByTraffic","InternetMaxBandwidthIn":5}`:               {"InternetChargeType": "PayByTraffic", "InternetMaxBandwidthIn": "5"},
		`{"InternetMaxBandwidthOut":5,"InternetChargeType":"New"}`:                       {"InternetChargeType": "New"},
		`{"SecurityGroupId":"a","SecurityGroupIds":{"SecurityGroupId":["b"]}}`:           {"SecurityGroupId": "a"},
		`{"SecurityGroupId":"b","SecurityGroupIds":{"SecurityGroupId":["b"]}}`:           nil,
		`{"SecurityEnhancementStrategy":"New"}`:                                          {"SecurityEnhancementStrategy": "New"},
		`{"AutoReleaseTime":"soon"}`:                                                     {"AutoReleaseTime": "soon"},
		`{"PrivateIpAddress":"2001:db8::1"}`:                                             {"PrivateIpAddress": "2001:db8::1"},
		`{"SystemDisk":{"Size":"40.5","New":true},"SystemDisk.Size":0}`:                  {"SystemDisk.Size": "40.5", "SystemDisk.New": "true"},
		`{"Tags":{"InstanceTag":[{"Key":"a"},{"Key":"a","Value":"b"},{"Value":"c"}]}}`:   {"Tag.1.Key": "a", "Tag.2.Key": "a", "Tag.2.Value": "b", "Tag.3.Value": "c"},
		`{"Tags":{"InstanceTag":[{"Key":"a","Value":"1"},{"Key":"b","Value":"acs:b"}]}}`: {"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b", "Tag.2.Value": "acs:b"},
		`{"SystemDisk":{"Encrypted":"true","KMSKeyId":"key-1"}}`:                         {"SystemDisk.KMSKeyId": "key-1"},
		`{"DataDisks":{"DataDisk":[{"Size":20},{"StorageClusterId":"c"}]}}`:              {"DataDisk.2.StorageClusterId": "c"},
		`{"KeyPairName":"k","PasswordInherit":true}`:                                     {"PasswordInherit": "true"},
		`{"New":{"Inner":[{"A":1}]},"Other":["x"],"None":null}`:                          {"New.Inner.1.A": "1", "Other.1": "x"},
		// A number that no list reaches is no place to count up to.
		`{"DataDisk.2000000000.Size":20,"Tag.2000000000.Key":"a","SecurityGroupIds.2000000000":"b","NetworkInterface.2000000000.VSwitchId":"c"}`: {
			"DataDisk.2000000000.Size": "20", "Tag.2000000000.Key": "a", "SecurityGroupIds.2000000000": "b", "NetworkInterface.2000000000.VSwitchId": "c",
		},
		`{"Period":0,"SpotPriceLimit":0,"SpotDuration":0,"AutoRenew":false,"UserData":""}`: nil,
	} {
		got := readTemplate(t, data)
		if params := optionsOf(&got).Params; !maps.Equal(params, want) {
			t.Errorf("%s: raw %v, want %v", data, params, want)
		}
	}
}

func TestATemplateSaysFalseInSoManyWords(t *testing.T) {
	spec := launchtemplate.Spec{Name: "false", Spec: provider.RunInstancesSpec{
		DataDisks: []provider.Disk{{SizeGiB: 20}, {SizeGiB: 20, Encrypted: true}},
		Vendor:    []provider.VendorOption{RunOptions{SendFalse: true, SecurityGroupID: "sg-1"}},
	}}
	c := provider.Checker{Driver: Name}
	p := translateTemplate(&c, &spec)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"DataDisk.1.Encrypted": "false", "DataDisk.2.Encrypted": "true", "SystemDisk.Encrypted": "false",
		"PasswordInherit": "false", "DeletionProtection": "false", "SecurityGroupId": "sg-1",
		"UniqueSuffix": "", "DryRun": "", // not what a template holds
	} {
		if p[name] != want {
			t.Errorf("%s is %q, want %q", name, p[name], want)
		}
	}
	checkTyped(t, ecs.CreateLaunchTemplateRequest{}, p)
}
