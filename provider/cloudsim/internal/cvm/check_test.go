package cvm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// manyDisks is a list of n data disks of one type.
func manyDisks(n int, diskType string) string {
	disk := `{"DiskSize":10,"DiskType":"` + diskType + `"}`
	return strings.TrimSuffix(strings.Repeat(disk+",", n), ",")
}

func vpcWith(count int, ips string) string {
	return fmt.Sprintf(`{"InstanceCount":%d,"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"subnet-1","PrivateIpAddresses":[%s]}}`, count, ips)
}

func ipList(n int) string {
	var ips []string
	for i := range n {
		ips = append(ips, fmt.Sprintf(`"10.0.0.%d"`, i+1))
	}
	return strings.Join(ips, ",")
}

// checkRuns sends creates that differ from the least one and compares codes.
func checkRuns(t *testing.T, cases map[string]string) {
	t.Helper()
	for members, code := range cases {
		c := newClient(t, nil)
		got := c.Call("RunInstances", simtest.CVMCreate(t, members))
		short := members[:min(len(members), 120)]
		c.Refused(short, got, code)
		if made := len(c.sim.Everything(cloudsim.CVM)); code != "" && made != 0 {
			t.Errorf("%s: refused, and yet %d instances exist", short, made)
		}
	}
}

func TestWhereAndHowMany(t *testing.T) {
	checkRuns(t, map[string]string{
		`{"Placement":null}`:                     "MissingParameter",
		`{"Placement":{}}`:                       "MissingParameter",
		`{"ImageId":null}`:                       "MissingParameter",
		`{"ImageId":"ami-1"}`:                    "InvalidImageId.Malformed",
		`{"ImageId":""}`:                         "InvalidImageId.Malformed",
		`{"Placement":{"Zone":"ap-shanghai-2"}}`: "InvalidZone.MismatchRegion",
		`{"Placement":{"Zone":"ap-guangzhou"}}`:  "InvalidZone.MismatchRegion",
		`{"Placement":{"Zone":"2"}}`:             "InvalidZone.MismatchRegion",

		`{"Placement":{"Zone":"ap-guangzhou-2","HostIds":["h-1"]}}`:               "InvalidHostId.Malformed",
		`{"Placement":{"Zone":"ap-guangzhou-7","ProjectId":0}}`:                   "",
		`{"LaunchTemplate":{}}`:                                                   "MissingParameter",
		`{"LaunchTemplate":{"LaunchTemplateId":"tpl"}}`:                           "InvalidParameterValue.LaunchTemplateIdMalformed",
		`{"LaunchTemplate":{"LaunchTemplateId":"lt-1"}}`:                          "InvalidParameterValue.LaunchTemplateIdNotExisted",
		`{"InstanceCount":0}`:                                                     "InvalidParameterValue.Range",
		`{"InstanceCount":-1}`:                                                    "InvalidParameterValue.Range",
		`{"InstanceCount":501}`:                                                   "InvalidParameterValue.Range",
		`{"InstanceCount":500}`:                                                   "",
		`{"InstanceCount":2,"MinCount":0}`:                                        "InvalidParameterValue.Range",
		`{"InstanceCount":2,"MinCount":3}`:                                        "InvalidParameterValue.InvalidParameterMinCount",
		`{"InstanceCount":2,"MinCount":2}`:                                        "",
		`{"MinCount":1,"InstanceChargeType":"CDHPAID","InstanceType":"CDH_1C1G"}`: "UnsupportedOperation.MinCountUnsupportedChargeType",
		`{"ClientToken":"` + strings.Repeat("x", 65) + `"}`:                       "InvalidClientToken.TooLong",
		`{"ClientToken":"` + strings.Repeat("x", 64) + `"}`:                       "",
		`{"ClientToken":"令牌"}`:                                                    "InvalidParameterValue",
	})
}

func TestChargeRules(t *testing.T) {
	checkRuns(t, map[string]string{
		`{"InstanceChargeType":"postpaid"}`:                                                                                    "InvalidParameterValue",
		`{"InstanceChargeType":"PREPAID"}`:                                                                                     "MissingParameter",
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{}}`:                                                          "MissingParameter",
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":13}}`:                                               "InvalidPeriod",
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":0}}`:                                                "InvalidPeriod",
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":60}}`:                                               "",
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1,"RenewFlag":"AUTO"}}`:                             "InvalidParameterValue",
		`{"InstanceChargeType":"SPOTPAID"}`:                                                                                    "",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"MarketType":"Spot"}}`:                                      "InvalidParameterValue",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"1,5"}}}`:                         "InvalidParameterValue",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"0"}}}`:                           "InvalidParameterValue",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"1","SpotInstanceType":"keep"}}}`: "InvalidParameterValue",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"SpotInstanceType":"one-time"}}}`:            "MissingParameter",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"MarketType":"spot"}}`:                                      "MissingParameter",
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"0.097"}}}`:                       "",
		`{"InstanceChargeType":"CDHPAID","InstanceType":"S5.MEDIUM2"}`:                                                         "InvalidInstanceType.Malformed",
		`{"InstanceChargeType":"CDHPAID","InstanceType":"CDH_2C4G"}`:                                                           "",
		`{"InstanceChargeType":"CDCPAID","DedicatedClusterId":"cluster-1"}`:                                                    "",
		`{"InstanceType":"CDH_1C1G"}`:                                                                                          "InvalidInstanceType.Malformed",
		`{"InstanceType":"s5.medium2"}`:                                                                                        "InvalidInstanceType.Malformed",
		`{"InstanceType":"S5"}`:                                                                                                "InvalidInstanceType.Malformed",
		`{"InstanceType":"GN10Xp.2XLARGE40"}`:                                                                                  "",
		`{"InstanceType":"HCCIC5.48XLARGE192"}`:                                                                                "InvalidParameterValue.InstanceTypeRequiredHpcCluster",
		`{"InstanceType":"S5.MEDIUM2","HpcClusterId":"hpc-1"}`:                                                                 "InvalidParameterValue.InstanceTypeNotSupportHpcCluster",
		`{"CpuTopology":{"CoreCount":2}}`:                                                                                      "InvalidParameter.LackCoreCountOrThreadPerCore",
		`{"CpuTopology":{"CoreCount":0,"ThreadPerCore":1}}`:                                                                    "InvalidParameterValue.CoreCountValue",
		`{"CpuTopology":{"CoreCount":2,"ThreadPerCore":3}}`:                                                                    "InvalidParameterValue.ThreadPerCoreValue",
	})
}

func TestDiskRules(t *testing.T) {
	checkRuns(t, map[string]string{
		`{"SystemDisk":{"DiskType":"SSD"}}`:                                                    "InvalidParameterValue",
		`{"SystemDisk":{"DiskType":"CLOUD_BSSD","DiskSize":0}}`:                                "InvalidParameterValue.Range",
		`{"SystemDisk":{"DiskName":"` + strings.Repeat("n", 129) + `"}}`:                       "InvalidParameterValue.TooLarge",
		`{"DataDisks":[{"DiskType":"CLOUD_SSD"}]}`:                                             "MissingParameter",
		`{"DataDisks":[{"DiskSize":10},{"DiskSize":15}]}`:                                      "InvalidParameterValue.Range",
		`{"DataDisks":[{"DiskSize":0}]}`:                                                       "InvalidParameterValue.Range",
		`{"DataDisks":[{"DiskSize":10,"DiskType":"LOCAL_NVME"}]}`:                              "InvalidParameterValue",
		`{"DataDisks":[{"DiskSize":10,"SnapshotId":"s"}]}`:                                     "InvalidParameterValue.SnapshotIdMalformed",
		`{"DataDisks":[{"SnapshotId":"snap-r9unnd89"}]}`:                                       "MissingParameter",
		`{"DataDisks":[{"SnapshotId":"snap-r9unnd89","DiskSize":20}]}`:                         "",
		`{"DataDisks":[{"DiskSize":10,"DiskType":"CLOUD_SSD","ThroughputPerformance":1}]}`:     "InvalidParameterCombination",
		`{"DataDisks":[` + manyDisks(20, "CLOUD_SSD") + `,` + manyDisks(1, "LOCAL_SSD") + `]}`: "",
		`{"DataDisks":[` + manyDisks(21, "CLOUD_SSD") + `]}`:                                   "InvalidParameterValue.LimitExceeded",
		`{"DataDisks":[` + manyDisks(2, "LOCAL_BASIC") + `]}`:                                  "InvalidParameterValue.LimitExceeded",
	})
}

func TestNetworkRules(t *testing.T) {
	checkRuns(t, map[string]string{
		`{"VirtualPrivateCloud":{}}`:                                                           "MissingParameter",
		`{"VirtualPrivateCloud":{"VpcId":"vpc-1"}}`:                                            "MissingParameter",
		`{"VirtualPrivateCloud":{"VpcId":"1","SubnetId":"subnet-1"}}`:                          "InvalidParameterValue.VpcIdMalformed",
		`{"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"vsw-1"}}`:                         "InvalidParameterValue.SubnetIdMalformed",
		`{"VirtualPrivateCloud":{"VpcId":"DEFAULT","SubnetId":"DEFAULT"}}`:                     "",
		`{"VirtualPrivateCloud":{"VpcId":"DEFAULT","SubnetId":"subnet-1"}}`:                    "InvalidParameterValue.VpcIdSubnetIdNotMatch",
		vpcWith(1, `"10.0.0"`):                                                                 "InvalidParameter.InvalidIpFormat",
		vpcWith(1, `"2001:db8::1"`):                                                            "InvalidParameter.InvalidIpFormat",
		vpcWith(1, `"172.32.0.1"`):                                                             "VpcAddrNotInSubNet",
		vpcWith(1, `"172.31.0.1"`):                                                             "",
		vpcWith(2, `"10.0.0.1","10.0.0.1"`):                                                    "InvalidParameterValue.Duplicate",
		vpcWith(1, ipList(2)):                                                                  "InvalidParameterCombination",
		vpcWith(3, ipList(2)):                                                                  "InvalidParameterCombination",
		vpcWith(20, ipList(20)):                                                                "",
		vpcWith(21, ipList(21)):                                                                "InvalidParameterValue.LimitExceeded",
		`{"InternetAccessible":{"PublicIpAssigned":true}}`:                                     "InvalidParameterCombination",
		`{"InternetAccessible":{"InternetMaxBandwidthOut":-1}}`:                                "InvalidParameterValue.Range",
		`{"InternetAccessible":{"InternetChargeType":"PayByTraffic"}}`:                         "InvalidParameterValue",
		`{"InternetAccessible":{"InternetServiceProvider":"ISP"}}`:                             "InvalidParameterValue",
		`{"InternetAccessible":{"IPv4AddressType":"EIP"}}`:                                     "InvalidParameterValue",
		`{"InternetAccessible":{"IPv6AddressType":"EIP"}}`:                                     "InvalidParameterValue",
		`{"InternetAccessible":{"IPv4AddressType":"AntiDDoSEIP","InternetMaxBandwidthOut":1}}`: "MissingParameter",
		`{"InternetAccessible":{"BandwidthPackageId":"x","InternetMaxBandwidthOut":1}}`:        "InvalidParameterValue.BandwidthPackageIdMalformed",
		`{"SecurityGroupIds":["default"]}`:                                                     "InvalidSecurityGroupId.NotFound",
		`{"DisasterRecoverGroupIds":["ps-1","ps-2"]}`:                                          "InvalidParameterValue.LimitExceeded",
		`{"DisasterRecoverGroupIds":["ps-1"]}`:                                                 "FailedOperation.DisasterRecoverGroupNotFound",
		`{"DisasterRecoverGroupIds":["group"]}`:                                                "FailedOperation.DisasterRecoverGroupNotFound",
		`{"DisasterRecoverGroupIds":["ps-1"],"PartitionNumber":0}`:                             "InvalidParameterValue.Range",
		`{"PartitionNumber":1}`:                                                                "InvalidParameterCombination",
	})
}

func TestNameAndLoginRules(t *testing.T) {
	checkRuns(t, map[string]string{
		`{"InstanceName":"` + strings.Repeat("名", 128) + `"}`: "",
		`{"InstanceName":"` + strings.Repeat("n", 129) + `"}`: "InvalidInstanceName.TooLong",
		`{"HostName":""}`:                                                    "InvalidParameterValue.IllegalHostName",
		`{"HostName":"w"}`:                                                   "InvalidParameterValue.IllegalHostName",
		`{"HostName":"-web"}`:                                                "InvalidParameterValue.IllegalHostName",
		`{"HostName":"web."}`:                                                "InvalidParameterValue.IllegalHostName",
		`{"HostName":"we--b"}`:                                               "InvalidParameterValue.IllegalHostName",
		`{"HostName":"web_1"}`:                                               "InvalidParameterValue.IllegalHostName",
		`{"HostName":"server_{R:3}"}`:                                        "",
		`{"HostName":"server_","InstanceCount":2}`:                           "",
		`{"HostName":"` + strings.Repeat("h", 61) + `"}`:                     "InvalidParameterValue.IllegalHostName",
		`{"HostName":"` + strings.Repeat("h", 60) + `"}`:                     "",
		`{"HostName":"` + strings.Repeat("h", 60) + `","InstanceCount":2}`:   "InvalidParameterValue.IllegalHostName",
		`{"HostName":"web.example"}`:                                         "",
		`{"LoginSettings":{"Password":"Ab1!Ab1"}}`:                           "InvalidPassword",
		`{"LoginSettings":{"Password":"abcdefgh"}}`:                          "InvalidPassword",
		`{"LoginSettings":{"Password":"abc defg1"}}`:                         "InvalidPassword",
		`{"LoginSettings":{"Password":"` + strings.Repeat("Aa", 15) + `1"}}`: "InvalidPassword",
		`{"LoginSettings":{"Password":"abcdefg1"}}`:                          "",
		`{"LoginSettings":{"KeyIds":["key"]}}`:                               "InvalidKeyPairId.Malformed",
		`{"LoginSettings":{"KeepImageLogin":"yes"}}`:                         "InvalidParameterValue",
		`{"LoginSettings":{"KeepImageLogin":"true"}}`:                        "",
		`{"LoginSettings":{"Password":"Abcdefg1","KeyIds":["skey-1"]}}`:      "InvalidParameterCombination",
		`{"LoginSettings":{"Password":"Abcdefg1","KeepImageLogin":"TRUE"}}`:  "InvalidParameterCombination",
		`{"LoginSettings":{"Password":"Abcdefg1","KeepImageLogin":"FALSE"}}`: "",
		`{"LoginSettings":{"KeyIds":["skey-1"],"KeepImageLogin":"TRUE"}}`:    "InvalidParameter.ParameterConflict",
		`{"CamRoleName":"a role"}`:                                           "InvalidParameterValue.CamRoleNameMalformed",
	})
}

func TestTagAndDataRules(t *testing.T) {
	soon := time.Now().Add(4 * time.Minute).UTC().Format(time.RFC3339)
	tags := func(list string) string {
		return `{"TagSpecification":[{"ResourceType":"instance","Tags":[` + list + `]}]}`
	}
	checkRuns(t, map[string]string{
		`{"TagSpecification":[{"Tags":[]}]}`:                    "MissingParameter",
		`{"TagSpecification":[{"ResourceType":"vm"}]}`:          "InvalidParameterValue",
		tags(`{"Value":"v"}`):                                   "MissingParameter",
		tags(`{"Key":"","Value":"v"}`):                          "FailedOperation.IllegalTagKey",
		tags(`{"Key":"k","Value":"v"},{"Key":"k","Value":"w"}`): "InvalidParameterValue.DuplicateTags",
		tags(`{"Key":"k","Value":""},{"Key":"K","Value":"w"}`):  "",
		tags(`{"Key":"k"}`):                                     "MissingParameter",
		tags(``):                                                "MissingParameter",
		tags(`{"Key":"` + strings.Repeat("键", 127) + `","Value":"` + strings.Repeat("值", 255) + `"}`): "",
		tags(`{"Key":"` + strings.Repeat("k", 128) + `","Value":"v"}`):                                "FailedOperation.IllegalTagKey",
		tags(`{"Key":"k","Value":"` + strings.Repeat("v", 256) + `"}`):                                "FailedOperation.IllegalTagValue",
		tags(`{"Key":"qcs:k","Value":"v"}`):                                                           "FailedOperation.TagKeyReserved",
		tags(strings.Repeat(`{"Key":"k","Value":"v"},`, 50) + `{"Key":"k","Value":"v"}`):              "InvalidParameterValue.TagQuotaLimitExceeded",
		`{"Metadata":{"Items":[{"Key":"a"}]}}`:                                                        "MissingParameter",
		`{"UserData":"#!/bin/sh"}`:                                                                    "InvalidParameterValue.InvalidUserDataFormat",
		`{"UserData":"` + strings.Repeat("QUFB", 16<<10/3) + `QQ=="}`:                                 "", // 16 KB to the byte
		`{"UserData":"` + strings.Repeat("QUFB", 16<<10/3+1) + `"}`:                                   "InvalidParameterValue.TooLarge",
		`{"Metadata":{"Items":[{"Key":"a b","Value":"v"}]}}`:                                          "InvalidParameterValue",
		`{"Metadata":{"Items":[{"Key":"a","Value":"` + strings.Repeat("v", 256<<10+1) + `"}]}}`:       "InvalidParameterValue.TooLarge",
		`{"ActionTimer":{"TimerAction":"TerminateInstances"}}`:                                        "MissingParameter",
		`{"ActionTimer":{"TimerAction":"StopInstances","ActionTime":"2099-01-01T00:00:00Z"}}`:         "InvalidParameterValue",
		`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"2099-01-01 00:00:00"}}`:     "InvalidParameterValue.InvalidTimeFormat",
		`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"` + soon + `"}}`:            "InvalidParameterValue.Range",
	})
}
