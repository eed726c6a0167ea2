package aliyun

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// keptValues are values of what a version may hold, for many of which, or for
// their combinations, a spec has no words. The cloud looks at none of them.
var keptValues = map[string][]string{
	"ImageId": {"image-1"}, "InstanceType": {"ecs.g6.large"}, "ZoneId": {"zone-1"}, "VSwitchId": {"vsw-1"}, "VpcId": {"vpc-1"},
	"SecurityGroupId": {"sg-1"}, "SecurityGroupIds.1": {"sg-1"}, "SecurityGroupIds.2": {"sg-3"}, "NetworkType": {"vpc", "new"},
	"InstanceName": {"name-1", "web-[1,4]"}, "HostName": {"host-1"}, "Description": {"description-1"},
	"InternetMaxBandwidthIn": {"0", "1", "200"}, "InternetMaxBandwidthOut": {"0", "1", "100"}, "InternetChargeType": {"PayByTraffic", "PayByBandwidth", "New"},
	"SystemDisk.Category": {"cloud_essd", "cloud_new"}, "SystemDisk.Size": {"40"}, "SystemDisk.DiskName": {"disk-1"}, "SystemDisk.KMSKeyId": {"key-1"},
	"SystemDisk.Encrypted": {"true", "false"}, "SystemDisk.DeleteWithInstance": {"true", "false"}, "SystemDisk.Iops": {"22"},
	"SystemDisk.ProvisionedIops": {"50"}, "SystemDisk.BurstingEnabled": {"true", "false"}, "DataDisk.1.KMSKeyId": {"key-2"},
	"DataDisk.1.Category": {"cloud_ssd", "cloud_new"}, "DataDisk.1.Size": {"44", "462"}, "DataDisk.1.SnapshotId": {"snapshot-1"},
	"DataDisk.1.Encrypted": {"true", "false"}, "DataDisk.1.DeleteWithInstance": {"true", "false"}, "DataDisk.1.Device": {"/dev/xvdb"},
	"NetworkInterface.1.VSwitchId": {"vsw-2"}, "NetworkInterface.1.SecurityGroupId": {"sg-9"}, "NetworkInterface.1.SecurityGroupIds.1": {"sg-9"},
	"NetworkInterface.1.PrimaryIpAddress": {"10.0.0.9", "somewhere"}, "NetworkInterface.1.NetworkInterfaceName": {"nic-1"}, "NetworkInterface.1.InstanceType": {"Secondary"},
	"IoOptimized": {"none", "optimized", "true"}, "UserData": {"aGVsbG8="}, "KeyPairName": {"key-pair-1"}, "RamRoleName": {"role-1"},
	"AutoReleaseTime": {"2019-10-21T00:00:00Z", "soon"}, "SecurityEnhancementStrategy": {"Active", "Deactive", "New"}, "ResourceGroupId": {"rg-1"},
	"SpotStrategy": {"NoSpot", "SpotAsPriceGo", "SpotWithPriceLimit", "New"}, "SpotPriceLimit": {"1", "0.97", "0"}, "SpotDuration": {"0", "1"},
	"InstanceChargeType": {"PrePaid", "PostPaid", "New"}, "PeriodUnit": {"Week", "Month", "Year"}, "AutoRenew": {"true", "false"},
	"AutoRenewPeriod": {"0", "1"}, "Period": {"1"}, "Tag.1.Value": {"bb", "acs:x", ""}, "Tag.2.Key": {"ss", "tt", "aliyun-x"}, "Tag.2.Value": {"b"},
	"DeploymentSetId": {"ds-1"}, "PasswordInherit": {"true", "false"}, "Ipv6AddressCount": {"0", "2"}, "PrivateIpAddress": {"10.0.0.8", "2001:db8::1"},
	"CreditSpecification": {"Standard"}, "ImageOwnerAlias": {"self"}, "EnableVmOsConfig": {"true"}, "HttpTokens": {"required"}, "HttpPutResponseHopLimit": {"0", "3"},
	"SecurityOptions.TrustedSystemMode": {"vTPM"}, "ImageOptions.LoginAsNonRoot": {"true"},
}

// TestWhatIsReadCanBeWrittenAgain: a version that anybody made, in whatever words,
// is read as a spec of which another version with the same content can be made.
func TestWhatIsReadCanBeWrittenAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := slices.Sorted(maps.Keys(keptValues))
	for range 300 {
		data := map[string]string{"Tag.1.Key": "ss"}
		for _, name := range names {
			if values := keptValues[name]; r.IntN(3) == 0 {
				data[name] = values[r.IntN(len(values))]
			}
		}
		for name, needs := range map[string]string{"Tag.2.Value": "Tag.2.Key", "SecurityGroupIds.2": "SecurityGroupIds.1", "InstanceChargeType": "Period"} {
			if data[needs] == "" {
				delete(data, name)
			}
		}
		if data["DataDisk.1.SnapshotId"] != "" { // beside which a size means nothing, and is refused
			delete(data, "DataDisk.1.Size")
		}
		l := templates(t, simClient(t, cloudsim.New(nil)))
		id, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-1", Vendor: []provider.VendorOption{TemplateOptions{Params: data}}})
		if err != nil {
			t.Fatalf("%v: %v", data, err)
		}
		first, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"SecurityOptions.TrustedSystemMode", "ImageOptions.LoginAsNonRoot"} {
			if o := optionsOf(&first.Spec); o.Params[name] != data[name] {
				t.Errorf("%s is %q, want %q", name, o.Params[name], data[name])
			}
		}
		n, err := l.CreateVersion(t.Context(), provider.LaunchTemplateRef{ID: id}, launchtemplate.Spec{Spec: first.Spec})
		if err != nil {
			t.Errorf("%v: %v", data, err)
			continue
		}
		second, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: id, Version: n})
		if err != nil {
			t.Errorf("%v: got error %v, want none", data, err)
		} else if !reflect.DeepEqual(first.Spec, second.Spec) {
			t.Errorf("%v: first.Spec is %v, want %v", data, first.Spec, second.Spec)
		}
	}
}
