package cvm_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// Structures of the vendor's data types that several answers have, as the vendor's SDK
// for Go reads them. Members of a structure are in parentheses.
const (
	shapePlacement = "Placement(Zone ProjectId HostIds HostId DedicatedResourcePackTenancy DedicatedResourcePackIds RackId)"
	shapeDisks     = "SystemDisk(DiskType DiskId DiskSize CdcId DiskName Encrypt KmsKeyId) " +
		"DataDisks(DiskSize DiskType DiskId DeleteWithInstance SnapshotId Encrypt KmsKeyId ThroughputPerformance CdcId BurstPerformance DiskName)"
	shapeNetwork = "InternetAccessible(InternetChargeType InternetMaxBandwidthOut PublicIpAssigned BandwidthPackageId " +
		"InternetServiceProvider IPv4AddressType IPv6AddressType AntiDDoSPackageId) " +
		"VirtualPrivateCloud(VpcId SubnetId AsVpcGateway PrivateIpAddresses Ipv6AddressCount)"
	shapeLogin = "LoginSettings(Password KeyIds KeepImageLogin)"
	shapeTags  = "Tags(Key Value)"
	shapePrice = "(UnitPrice ChargeUnit OriginalPrice DiscountPrice Discount UnitPriceDiscount UnitPriceSecondStep " +
		"UnitPriceDiscountSecondStep UnitPriceThirdStep UnitPriceDiscountThirdStep OriginalPriceThreeYear DiscountPriceThreeYear " +
		"DiscountThreeYear OriginalPriceFiveYear DiscountPriceFiveYear DiscountFiveYear OriginalPriceOneYear DiscountPriceOneYear DiscountOneYear)"
	shapeImage = "(ImageId OsName ImageType CreatedTime ImageName ImageDescription ImageSize Architecture ImageState Platform " +
		"ImageCreator ImageSource SyncPercent IsSupportCloudinit SnapshotSet(SnapshotId DiskUsage DiskSize) " + shapeTags +
		" LicenseType ImageFamily ImageDeprecated CdcCacheStatus)"
	shapePaid = "(UsedQuota RemainingQuota TotalQuota Zone)"
)

// catalogShapes are the shapes of the calls about what the cloud offers. GpuType and GpuMemory are in the
// vendor's reference, and not yet in the version of the SDK that is in use.
func catalogShapes() map[string]string {
	return map[string]string{
		"DescribeRegions": "TotalCount RegionSet(Region RegionName RegionState)",
		"DescribeZones":   "TotalCount ZoneSet(Zone ZoneName ZoneId ZoneState)",
		"DescribeInstanceTypeConfigs": "InstanceTypeConfigSet(Zone InstanceType InstanceFamily GPU CPU Memory FPGA GpuCount " +
			"GpuType GpuMemory)",
		"DescribeInstanceFamilyConfigs": "InstanceFamilyConfigSet(InstanceFamilyName InstanceFamily)",
		"DescribeZoneInstanceConfigInfos": "InstanceTypeQuotaSet(Zone InstanceType InstanceChargeType NetworkCard " +
			"Externals(StorageBlockAttr(Type MinSize MaxSize)) Cpu Memory InstanceFamily TypeName " +
			"LocalDiskTypeList(Type PartitionType MinSize MaxSize Required) Status Price" + shapePrice +
			" SoldOutReason InstanceBandwidth InstancePps StorageBlockAmount CpuType Gpu Fpga Remark GpuCount Frequency StatusCategory)",
		"InquiryPriceRunInstances": "Price(InstancePrice" + shapePrice + " BandwidthPrice" + shapePrice + ")",
		"DescribeImages":           "TotalCount ImageSet" + shapeImage,
		"DescribeImageFromFamily":  "Image" + shapeImage,
		"DescribeImageQuota":       "ImageNumQuota",
		"DescribeKeyPairs": "TotalCount KeyPairSet(KeyId KeyName ProjectId Description PublicKey PrivateKey AssociatedInstanceIds " +
			"CreatedTime " + shapeTags + ")",
		"DescribeAccountQuota": "AppId AccountQuotaOverview(Region AccountQuota(PostPaidQuotaSet" + shapePaid +
			" PrePaidQuotaSet(UsedQuota OnceQuota RemainingQuota TotalQuota Zone) SpotPaidQuotaSet" + shapePaid +
			" ImageQuotaSet(UsedQuota TotalQuota) DisasterRecoverGroupQuotaSet(GroupQuota CurrentNum CvmInHostGroupQuota " +
			"CvmInSwitchGroupQuota CvmInRackGroupQuota)))",
	}
}

// shapes has all members of the answers. HostName and EnableJumboFrame come from a
// newer version of the SDK than the others.
func shapes() map[string]string {
	return map[string]string{
		"RunInstances": "InstanceIdSet",
		"DescribeInstances": "TotalCount InstanceSet(" + shapePlacement +
			" InstanceId InstanceType CPU Memory RestrictState InstanceName " +
			"InstanceChargeType " + shapeDisks + " PrivateIpAddresses PublicIpAddresses " + shapeNetwork +
			" ImageId RenewFlag " +
			"CreatedTime ExpiredTime OsName SecurityGroupIds " + shapeLogin + " InstanceState " + shapeTags +
			" StopChargingMode Uuid " +
			"LatestOperation LatestOperationState LatestOperationRequestId DisasterRecoverGroupId IPv6Addresses CamRoleName HpcClusterId " +
			"RdmaIpAddresses DedicatedClusterId IsolatedSource DisasterRecoverGroupIds GPUInfo LicenseType DisableApiTermination " +
			"DefaultLoginUser DefaultLoginPort LatestOperationErrorMsg Metadata(Items(Key Value)) PublicIPv6Addresses " +
			"CpuTopology(CoreCount ThreadPerCore) PartitionNumber HostName EnableJumboFrame)",
		"DescribeInstancesStatus": "TotalCount InstanceStatusSet(InstanceId InstanceState)",
		"CreateLaunchTemplate":    "LaunchTemplateId",
		"DescribeLaunchTemplates": "TotalCount LaunchTemplateSet(LatestVersionNumber LaunchTemplateId LaunchTemplateName " +
			"DefaultVersionNumber LaunchTemplateVersionCount CreatedBy CreationTime)",
		"CreateLaunchTemplateVersion": "LaunchTemplateVersionNumber",
		"DescribeLaunchTemplateVersions": "TotalCount LaunchTemplateVersionSet(LaunchTemplateVersion LaunchTemplateVersionData(" +
			shapePlacement + " InstanceType InstanceName InstanceChargeType " + shapeDisks + " " + shapeNetwork +
			" ImageId SecurityGroupIds " + shapeLogin + " CamRoleName HpcClusterId InstanceCount " +
			"EnhancedService(SecurityService(Enabled) MonitorService(Enabled) AutomationService(Enabled)) UserData DisasterRecoverGroupIds " +
			"ActionTimer(TimerAction ActionTime Externals(ReleaseAddress UnsupportNetworks StorageBlockAttr(Type MinSize MaxSize)) " +
			"ActionTimerId Status InstanceId) InstanceMarketOptions(SpotOptions(MaxPrice SpotInstanceType) MarketType) HostName ClientToken " +
			"InstanceChargePrepaid(Period RenewFlag) TagSpecification(ResourceType " + shapeTags +
			") DisableApiTermination) " +
			"CreationTime LaunchTemplateId IsDefaultVersion LaunchTemplateVersionDescription CreatedBy)",
		"CreateDisasterRecoverGroup": "DisasterRecoverGroupId Type Name CvmQuotaTotal CurrentNum CreateTime Strategy PartitionCount",
		"DescribeDisasterRecoverGroups": "TotalCount DisasterRecoverGroupSet(DisasterRecoverGroupId Name Type CvmQuotaTotal CurrentNum " +
			"InstanceIds CreateTime Affinity Strategy PartitionCount " + shapeTags + ")",
		"DescribeDisasterRecoverGroupQuota": "GroupQuota CurrentNum CvmInHostGroupQuota CvmInSwGroupQuota CvmInRackGroupQuota CvmInSwitchGroupQuota",
	}
}

// shapePaths lists the members of a shape by their paths.
func shapePaths(shape string) []string {
	var paths, parents []string
	name := ""
	end := func() {
		if name != "" {
			paths = append(paths, strings.Join(append(parents, name), "."))
		}
		name = ""
	}
	for _, r := range shape {
		switch r {
		case ' ':
			end()
		case '(':
			inside := name
			end()
			parents = append(parents, inside)
		case ')':
			end()
			parents = parents[:len(parents)-1]
		default:
			name += string(r)
		}
	}
	end()
	return paths
}

// answerPaths collects the members of an answer; elements of a list share paths.
func answerPaths(paths map[string]bool, prefix string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			path := strings.TrimPrefix(prefix+"."+name, ".")
			paths[path] = true
			answerPaths(paths, path, inner)
		}
	case []any:
		for _, inner := range v {
			answerPaths(paths, prefix, inner)
		}
	}
}

// wholeCreate is a create that fills every structure of an answer. A template accepts
// all of it except the last line.
func wholeCreate(group string) (template, more string) {
	return `"Placement":{"Zone":"ap-guangzhou-2"},"ImageId":"img-pmqg1cw7","SystemDisk":{"DiskSize":60},"DataDisks":[{"DiskSize":10}],
		"InternetAccessible":{"InternetMaxBandwidthOut":1},"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"subnet-1"},
		"LoginSettings":{"KeyIds":["skey-1"]},"Metadata":{"Items":[{"Key":"k","Value":"v"}]},"EnhancedService":{"SecurityService":{"Enabled":true},
		"MonitorService":{"Enabled":true},"AutomationService":{"Enabled":true}},"ActionTimer":{"TimerAction":"TerminateInstances",
		"ActionTime":"2099-01-01T00:00:00Z","Externals":{"ReleaseAddress":true,"StorageBlockAttr":{"Type":"LOCAL_PRO"}}},
		"InstanceMarketOptions":{"MarketType":"spot","SpotOptions":{"MaxPrice":"1"}},"InstanceChargePrepaid":{"Period":1},
		"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"k","Value":"v"}]}],"DisasterRecoverGroupIds":["` + group + `"]`,
		`,"CpuTopology":{"CoreCount":2,"ThreadPerCore":1}`
}

// TestAnswersAreWhole: answers have the documented members, absent values as
// null, and no others.
func TestAnswersAreWhole(t *testing.T) {
	c := newClient(t, nil)
	const newGroup = `{"Name":"g","Type":"HOST","TagSpecification":[{"ResourceType":"ps","Tags":[{"Key":"k","Value":"v"}]}]}`
	group := c.newGroup(newGroup)
	template, more := wholeCreate(group)
	id := c.wantOK("CreateLaunchTemplate", `{"LaunchTemplateName":"web",`+template+`}`)["LaunchTemplateId"].(string)
	bodies := map[string]string{
		"RunInstances":                   `{` + template + more + `}`,
		"DescribeInstances":              `{}`,
		"DescribeInstancesStatus":        `{}`,
		"CreateLaunchTemplate":           `{"LaunchTemplateName":"web",` + template + `}`,
		"DescribeLaunchTemplates":        `{}`,
		"CreateLaunchTemplateVersion":    versionBody(id, ""),
		"DescribeLaunchTemplateVersions": `{"LaunchTemplateId":"` + id + `"}`,
		"CreateDisasterRecoverGroup":     newGroup,
	}
	c.wantOK("RunInstances", bodies["RunInstances"])
	bodies["InquiryPriceRunInstances"] = simtest.CVMMinimal
	bodies["DescribeImageFromFamily"] = `{"ImageFamily":"web"}`
	all := shapes()
	maps.Copy(all, catalogShapes())
	for action, shape := range all {
		got := map[string]bool{}
		answerPaths(got, "", c.wantOK(action, cmp.Or(bodies[action], `{}`)))
		want := append(shapePaths(shape), "RequestId")
		for _, path := range want {
			if !got[path] {
				t.Errorf("%s answers no %s", action, path)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(got)) {
			if !slices.Contains(want, path) {
				t.Errorf("%s answers %s, which is not documented", action, path)
			}
		}
	}
}

// TestSecretsAreNotShown: no answer repeats a password.
func TestSecretsAreNotShown(t *testing.T) {
	c := newClient(t, nil)
	c.Run(`{"LoginSettings":{"Password":"Abcdefg1"}}`)
	for _, action := range []string{"DescribeInstances", "DescribeInstancesStatus"} {
		if got := fmt.Sprint(c.wantOK(action, `{}`)); strings.Contains(got, "Abcdefg1") {
			t.Errorf("%s repeats the password", action)
		}
	}
	c.wantCode("CreateLaunchTemplate", simtest.CVMCreate(
		t, `{"LaunchTemplateName":"web","LoginSettings":{"Password":"Abcdefg1"}}`),
		"InvalidParameter.PasswordNotSupported")
}

// TestEveryDocumentedCodeOfACreate: the page about RunInstances has these codes. Checks
// give the codes that a request can cause. The others depend on the account. A fault
// can give each.
func TestEveryDocumentedCodeOfACreate(t *testing.T) {
	taken := vpcWith(1, `"10.0.0.9"`)
	for code, members := range map[string]string{
		"AccountQualificationRestrictions": ``,
		"InstancesQuotaLimitExceeded":      ``,
		"InvalidClientToken.TooLong":       `{"ClientToken":"` + strings.Repeat("t", 65) + `"}`,
		"InvalidHostId.NotFound":           ``, // hosts are not simulated
		"InvalidInstanceName.TooLong":      `{"InstanceName":"` + strings.Repeat("n", 129) + `"}`,
		"InvalidInstanceType.Malformed":    `{"InstanceType":"small"}`,
		"InvalidParameter.InvalidIpFormat": vpcWith(1, `"10.0.0.256"`),
		"InvalidParameterCombination":      vpcWith(2, `"10.0.0.1"`),
		"InvalidParameterValue":            `{"InstanceChargeType":"FREE"}`,
		"InvalidParameterValue.Range":      `{"InstanceCount":0}`,
		"InvalidPassword":                  `{"LoginSettings":{"Password":"short"}}`,
		"InvalidPeriod":                    `{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":13}}`,
		"InvalidPermission":                ``,
		"InvalidZone.MismatchRegion":       `{"Placement":{"Zone":"ap-beijing-1"}}`,
		"MissingParameter":                 `{"ImageId":null}`,
		"VpcAddrNotInSubNet":               vpcWith(1, `"8.8.8.8"`),
		"VpcIpIsUsed":                      taken,
	} {
		c := newClient(t, nil)
		c.Run(taken)
		if members != `` {
			c.wantCode("RunInstances", simtest.CVMCreate(t, members), code)
		}
		c.sim.Inject(cloudsim.Fault{
			Cloud: cloudsim.CVM, API: "RunInstances", Kind: cloudsim.Refuse,
			Code: code, Times: 1,
		})
		c.wantCode("RunInstances", simtest.CVMMinimal, code)
		if n := len(c.sim.Everything(cloudsim.CVM)); n != 1 {
			t.Errorf("%s: %d instances, want the first alone", code, n)
		}
	}
}

func TestNamesOfOneInstance(t *testing.T) {
	for pattern, want := range map[string]string{
		"server": "server", "server_{R:3}": "server_3", "{R:1}{R:1,F:4}": "10001",
		"server_{R:x}": "server_{R:x}", "": "未命名",
	} {
		c := newClient(t, nil)
		id := c.Run(fmt.Sprintf(`{"InstanceName":%q}`, pattern))[0]
		if got := c.Instance(id)["InstanceName"]; got != want {
			t.Errorf("name %q makes %q, want %q", pattern, got, want)
		}
	}
}
