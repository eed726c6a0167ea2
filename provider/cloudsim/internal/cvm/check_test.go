package cvm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// manyDisks returns a list of n data disks of one type.
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

// checkRuns sends the smallest create with changed members, and compares the code of
// the answer. The cases are members by code; "" means success.
func checkRuns(t *testing.T, cases map[string][]string) {
	t.Helper()
	for code, list := range cases {
		for _, members := range list {
			checkRun(t, members, code)
		}
	}
}

func checkRun(t *testing.T, members, code string) {
	t.Helper()
	c := newClient(t, nil)
	got := c.Call("RunInstances", simtest.CVMCreate(t, members))
	short := members[:min(len(members), 120)]
	c.Refused(short, got, code)
	if made := len(c.sim.Everything(cloudsim.CVM)); code != "" && made != 0 {
		t.Errorf("%s: %d instances exist after a refusal, want none", short, made)
	}
}

func TestWhereAndHowMany(t *testing.T) {
	checkRuns(t, map[string][]string{
		"MissingParameter": {
			`{"Placement":null}`,
			`{"Placement":{}}`,
			`{"ImageId":null}`,
			`{"LaunchTemplate":{}}`,
		},
		"InvalidImageId.Malformed": {
			`{"ImageId":"ami-1"}`,
			`{"ImageId":""}`,
		},
		"InvalidZone.MismatchRegion": {
			`{"Placement":{"Zone":"ap-shanghai-2"}}`,
			`{"Placement":{"Zone":"ap-guangzhou"}}`,
			`{"Placement":{"Zone":"2"}}`,
		},
		"InvalidHostId.Malformed": {`{"Placement":{"Zone":"ap-guangzhou-2","HostIds":["h-1"]}}`},
		"": {
			`{"Placement":{"Zone":"ap-guangzhou-7","ProjectId":0}}`,
			`{"InstanceCount":500}`,
			`{"InstanceCount":2,"MinCount":2}`,
			`{"ClientToken":"` + strings.Repeat("x", 64) + `"}`,
		},
		"InvalidParameterValue.LaunchTemplateIdMalformed":  {`{"LaunchTemplate":{"LaunchTemplateId":"tpl"}}`},
		"InvalidParameterValue.LaunchTemplateIdNotExisted": {`{"LaunchTemplate":{"LaunchTemplateId":"lt-1"}}`},
		"InvalidParameterValue.Range": {
			`{"InstanceCount":0}`,
			`{"InstanceCount":-1}`,
			`{"InstanceCount":501}`,
			`{"InstanceCount":2,"MinCount":0}`,
		},
		"InvalidParameterValue.InvalidParameterMinCount": {`{"InstanceCount":2,"MinCount":3}`},
		"UnsupportedOperation.MinCountUnsupportedChargeType": {
			`{"MinCount":1,"InstanceChargeType":"CDHPAID","InstanceType":"CDH_1C1G"}`,
		},
		"InvalidClientToken.TooLong": {`{"ClientToken":"` + strings.Repeat("x", 65) + `"}`},
		"InvalidParameterValue":      {`{"ClientToken":"令牌"}`},
	})
}

func TestChargeRules(t *testing.T) {
	checkRuns(t, map[string][]string{
		"InvalidParameterValue": {
			`{"InstanceChargeType":"postpaid"}`,
			`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1,"RenewFlag":"AUTO"}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"MarketType":"Spot"}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"1,5"}}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"0"}}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"1","SpotInstanceType":"keep"}}}`,
		},
		"MissingParameter": {
			`{"InstanceChargeType":"PREPAID"}`,
			`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"SpotInstanceType":"one-time"}}}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"MarketType":"spot"}}`,
		},
		"InvalidPeriod": {
			`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":13}}`,
			`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":0}}`,
		},
		"": {
			`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":60}}`,
			`{"InstanceChargeType":"SPOTPAID"}`,
			`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"MaxPrice":"0.097"}}}`,
			`{"InstanceChargeType":"CDHPAID","InstanceType":"CDH_2C4G"}`,
			`{"InstanceChargeType":"CDCPAID","DedicatedClusterId":"cluster-1"}`,
			`{"InstanceType":"GN10Xp.2XLARGE40"}`,
		},
		"InvalidInstanceType.Malformed": {
			`{"InstanceChargeType":"CDHPAID","InstanceType":"S5.MEDIUM2"}`,
			`{"InstanceType":"CDH_1C1G"}`,
			`{"InstanceType":"s5.medium2"}`,
			`{"InstanceType":"S5"}`,
		},
		"InvalidParameterValue.InstanceTypeRequiredHpcCluster": {`{"InstanceType":"HCCIC5.48XLARGE192"}`},
		"InvalidParameterValue.InstanceTypeNotSupportHpcCluster": {
			`{"InstanceType":"S5.MEDIUM2","HpcClusterId":"hpc-1"}`,
		},
		"InvalidParameter.LackCoreCountOrThreadPerCore": {`{"CpuTopology":{"CoreCount":2}}`},
		"InvalidParameterValue.CoreCountValue":          {`{"CpuTopology":{"CoreCount":0,"ThreadPerCore":1}}`},
		"InvalidParameterValue.ThreadPerCoreValue":      {`{"CpuTopology":{"CoreCount":2,"ThreadPerCore":3}}`},
	})
}

func TestDiskRules(t *testing.T) {
	checkRuns(t, map[string][]string{
		"InvalidParameterValue": {
			`{"SystemDisk":{"DiskType":"SSD"}}`,
			`{"DataDisks":[{"DiskSize":10,"DiskType":"LOCAL_NVME"}]}`,
		},
		"InvalidParameterValue.Range": {
			`{"SystemDisk":{"DiskType":"CLOUD_BSSD","DiskSize":0}}`,
			`{"DataDisks":[{"DiskSize":10},{"DiskSize":15}]}`,
			`{"DataDisks":[{"DiskSize":0}]}`,
		},
		"InvalidParameterValue.TooLarge": {`{"SystemDisk":{"DiskName":"` + strings.Repeat("n", 129) + `"}}`},
		"MissingParameter": {
			`{"DataDisks":[{"DiskType":"CLOUD_SSD"}]}`,
			`{"DataDisks":[{"SnapshotId":"snap-r9unnd89"}]}`,
		},
		"InvalidParameterValue.SnapshotIdMalformed": {`{"DataDisks":[{"DiskSize":10,"SnapshotId":"s"}]}`},
		"": {
			`{"DataDisks":[{"SnapshotId":"snap-r9unnd89","DiskSize":20}]}`,
			`{"DataDisks":[` + manyDisks(20, "CLOUD_SSD") + `,` + manyDisks(1, "LOCAL_SSD") + `]}`,
		},
		"InvalidParameterCombination": {
			`{"DataDisks":[{"DiskSize":10,"DiskType":"CLOUD_SSD","ThroughputPerformance":1}]}`,
		},
		"InvalidParameterValue.LimitExceeded": {
			`{"DataDisks":[` + manyDisks(21, "CLOUD_SSD") + `]}`,
			`{"DataDisks":[` + manyDisks(2, "LOCAL_BASIC") + `]}`,
		},
	})
}

func TestNetworkRules(t *testing.T) {
	checkRuns(t, map[string][]string{
		"MissingParameter": {
			`{"VirtualPrivateCloud":{}}`,
			`{"VirtualPrivateCloud":{"VpcId":"vpc-1"}}`,
			`{"InternetAccessible":{"IPv4AddressType":"AntiDDoSEIP","InternetMaxBandwidthOut":1}}`,
		},
		"InvalidParameterValue.VpcIdMalformed":    {`{"VirtualPrivateCloud":{"VpcId":"1","SubnetId":"subnet-1"}}`},
		"InvalidParameterValue.SubnetIdMalformed": {`{"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"vsw-1"}}`},
		"": {
			`{"VirtualPrivateCloud":{"VpcId":"DEFAULT","SubnetId":"DEFAULT"}}`,
			vpcWith(1, `"172.31.0.1"`),
			vpcWith(20, ipList(20)),
		},
		"InvalidParameterValue.VpcIdSubnetIdNotMatch": {
			`{"VirtualPrivateCloud":{"VpcId":"DEFAULT","SubnetId":"subnet-1"}}`,
		},
		"InvalidParameter.InvalidIpFormat": {
			vpcWith(1, `"10.0.0"`),
			vpcWith(1, `"2001:db8::1"`),
		},
		"VpcAddrNotInSubNet":              {vpcWith(1, `"172.32.0.1"`)},
		"InvalidParameterValue.Duplicate": {vpcWith(2, `"10.0.0.1","10.0.0.1"`)},
		"InvalidParameterCombination": {
			vpcWith(1, ipList(2)),
			vpcWith(3, ipList(2)),
			`{"InternetAccessible":{"PublicIpAssigned":true}}`,
			`{"PartitionNumber":1}`,
		},
		"InvalidParameterValue.LimitExceeded": {
			vpcWith(21, ipList(21)),
			`{"DisasterRecoverGroupIds":["ps-1","ps-2"]}`,
		},
		"InvalidParameterValue.Range": {
			`{"InternetAccessible":{"InternetMaxBandwidthOut":-1}}`,
			`{"DisasterRecoverGroupIds":["ps-1"],"PartitionNumber":0}`,
		},
		"InvalidParameterValue": {
			`{"InternetAccessible":{"InternetChargeType":"PayByTraffic"}}`,
			`{"InternetAccessible":{"InternetServiceProvider":"ISP"}}`,
			`{"InternetAccessible":{"IPv4AddressType":"EIP"}}`,
			`{"InternetAccessible":{"IPv6AddressType":"EIP"}}`,
		},
		"InvalidParameterValue.BandwidthPackageIdMalformed": {
			`{"InternetAccessible":{"BandwidthPackageId":"x","InternetMaxBandwidthOut":1}}`,
		},
		"InvalidSecurityGroupId.NotFound": {`{"SecurityGroupIds":["default"]}`},
		"FailedOperation.DisasterRecoverGroupNotFound": {
			`{"DisasterRecoverGroupIds":["ps-1"]}`,
			`{"DisasterRecoverGroupIds":["group"]}`,
		},
	})
}

func TestNameAndLoginRules(t *testing.T) {
	checkRuns(t, map[string][]string{
		"": {
			`{"InstanceName":"` + strings.Repeat("名", 128) + `"}`,
			`{"HostName":"server_{R:3}"}`,
			`{"HostName":"server_","InstanceCount":2}`,
			`{"HostName":"` + strings.Repeat("h", 60) + `"}`,
			`{"HostName":"web.example"}`,
			`{"LoginSettings":{"Password":"abcdefg1"}}`,
			`{"LoginSettings":{"KeepImageLogin":"true"}}`,
			`{"LoginSettings":{"Password":"Abcdefg1","KeepImageLogin":"FALSE"}}`,
		},
		"InvalidInstanceName.TooLong": {`{"InstanceName":"` + strings.Repeat("n", 129) + `"}`},
		"InvalidParameterValue.IllegalHostName": {
			`{"HostName":""}`,
			`{"HostName":"w"}`,
			`{"HostName":"-web"}`,
			`{"HostName":"web."}`,
			`{"HostName":"we--b"}`,
			`{"HostName":"web_1"}`,
			`{"HostName":"` + strings.Repeat("h", 61) + `"}`,
			`{"HostName":"` + strings.Repeat("h", 60) + `","InstanceCount":2}`,
		},
		"InvalidPassword": {
			`{"LoginSettings":{"Password":"Ab1!Ab1"}}`,
			`{"LoginSettings":{"Password":"abcdefgh"}}`,
			`{"LoginSettings":{"Password":"abc defg1"}}`,
			`{"LoginSettings":{"Password":"` + strings.Repeat("Aa", 15) + `1"}}`,
		},
		"InvalidKeyPairId.Malformed": {`{"LoginSettings":{"KeyIds":["key"]}}`},
		"InvalidParameterValue":      {`{"LoginSettings":{"KeepImageLogin":"yes"}}`},
		"InvalidParameterCombination": {
			`{"LoginSettings":{"Password":"Abcdefg1","KeyIds":["skey-1"]}}`,
			`{"LoginSettings":{"Password":"Abcdefg1","KeepImageLogin":"TRUE"}}`,
		},
		"InvalidParameter.ParameterConflict":         {`{"LoginSettings":{"KeyIds":["skey-1"],"KeepImageLogin":"TRUE"}}`},
		"InvalidParameterValue.CamRoleNameMalformed": {`{"CamRoleName":"a role"}`},
	})
}

func TestTagAndDataRules(t *testing.T) {
	soon := time.Now().Add(4 * time.Minute).UTC().Format(time.RFC3339)
	tags := func(list string) string {
		return `{"TagSpecification":[{"ResourceType":"instance","Tags":[` + list + `]}]}`
	}
	checkRuns(t, map[string][]string{
		"MissingParameter": {
			`{"TagSpecification":[{"Tags":[]}]}`,
			tags(`{"Value":"v"}`),
			tags(`{"Key":"k"}`),
			tags(``),
			`{"Metadata":{"Items":[{"Key":"a"}]}}`,
			`{"ActionTimer":{"TimerAction":"TerminateInstances"}}`,
		},
		"InvalidParameterValue": {
			`{"TagSpecification":[{"ResourceType":"vm"}]}`,
			`{"Metadata":{"Items":[{"Key":"a b","Value":"v"}]}}`,
			`{"ActionTimer":{"TimerAction":"StopInstances","ActionTime":"2099-01-01T00:00:00Z"}}`,
		},
		"FailedOperation.IllegalTagKey": {
			tags(`{"Key":"","Value":"v"}`),
			tags(`{"Key":"` + strings.Repeat("k", 128) + `","Value":"v"}`),
		},
		"InvalidParameterValue.DuplicateTags": {tags(`{"Key":"k","Value":"v"},{"Key":"k","Value":"w"}`)},
		"": {
			tags(`{"Key":"k","Value":""},{"Key":"K","Value":"w"}`),
			tags(`{"Key":"` + strings.Repeat("键", 127) + `","Value":"` + strings.Repeat("值", 255) + `"}`),
			// exactly 16 KB
			`{"UserData":"` + strings.Repeat("QUFB", 16<<10/3) + `QQ=="}`,
		},
		"FailedOperation.IllegalTagValue": {tags(`{"Key":"k","Value":"` + strings.Repeat("v", 256) + `"}`)},
		"FailedOperation.TagKeyReserved":  {tags(`{"Key":"qcs:k","Value":"v"}`)},
		"InvalidParameterValue.TagQuotaLimitExceeded": {
			tags(strings.Repeat(`{"Key":"k","Value":"v"},`, 50) + `{"Key":"k","Value":"v"}`),
		},
		"InvalidParameterValue.InvalidUserDataFormat": {`{"UserData":"#!/bin/sh"}`},
		"InvalidParameterValue.TooLarge": {
			`{"UserData":"` + strings.Repeat("QUFB", 16<<10/3+1) + `"}`,
			`{"Metadata":{"Items":[{"Key":"a","Value":"` + strings.Repeat("v", 256<<10+1) + `"}]}}`,
		},
		"InvalidParameterValue.InvalidTimeFormat": {
			`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"2099-01-01 00:00:00"}}`,
		},
		"InvalidParameterValue.Range": {
			`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"` + soon + `"}}`,
		},
	})
}
