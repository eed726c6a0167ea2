package seeds

// cvm is for RunInstances of CVM: the rows of its table, and the members that
// its examples use.
func cvm() []Setting {
	const (
		network  = "Network.VPCID=vpc-1; Network.SubnetID=subnet-1"
		password = "Qcloud@TestApi123++"
	)
	return []Setting{
		{Param: "InstanceChargeType", Field: "Billing.Mode", Value: "on-demand", Wire: "POSTPAID_BY_HOUR"},
		{Param: "InstanceChargePrepaid", Field: "Billing.Period", Value: "1", With: "Billing.Mode=prepaid", Tied: "InstanceChargeType"},
		{Param: "InstanceChargePrepaid.Period", Field: "Billing.Period", On: prepaid},
		{Param: "InstanceChargePrepaid.RenewFlag", Field: "Billing.AutoRenew", Value: "true", Wire: "NOTIFY_AND_AUTO_RENEW", On: prepaid},
		{Param: "Placement", Field: "Zone", Value: "ap-guangzhou-3"},
		{Param: "Placement.Zone", Field: "Zone"},
		{Param: "Placement.HostIds.N", Field: "Placement.DedicatedHostIDs"},
		{Param: "InstanceType", Field: "InstanceType"},
		{Param: "ImageId", Field: "ImageID"},
		{Param: "SystemDisk", Field: "SystemDisk.SizeGiB", Value: "50"},
		{Param: "SystemDisk.DiskType", Field: "SystemDisk.Type"},
		{Param: "SystemDisk.DiskSize", Field: "SystemDisk.SizeGiB"},
		{Param: "DataDisks.N", Field: "DataDisks[].SizeGiB", Value: "100"},
		{Param: "DataDisks.N.DiskType", Field: "DataDisks[].Type", On: dataDisk},
		{Param: "DataDisks.N.DiskSize", Field: "DataDisks[].SizeGiB"},
		{Param: "VirtualPrivateCloud", Field: "Network.SubnetID", Value: "subnet-1", With: "Network.VPCID=vpc-1"},
		{Param: "VirtualPrivateCloud.VpcId", Field: "Network.VPCID", On: network},
		{Param: "VirtualPrivateCloud.SubnetId", Field: "Network.SubnetID", On: network},
		{Param: "VirtualPrivateCloud.PrivateIpAddresses.N", Field: "Network.PrivateIPs", On: network},
		{Param: "InternetAccessible", Field: "Network.PublicIP.BandwidthMbps", Value: "10"},
		{Param: "InternetAccessible.InternetChargeType", Field: "Network.PublicIP.ChargeType", Value: "by-traffic", Wire: "TRAFFIC_POSTPAID_BY_HOUR", On: publicIP},
		{Param: "InternetAccessible.InternetMaxBandwidthOut", Field: "Network.PublicIP.BandwidthMbps", On: publicIP},
		{Param: "InternetAccessible.PublicIpAssigned", Field: "Network.PublicIP", Value: "present", Wire: "true", With: publicIP, Tied: "InternetAccessible.InternetMaxBandwidthOut"},
		{Param: "InstanceCount", Field: "Count"},
		{Param: "InstanceName", Field: "Name"},
		{Param: "LoginSettings", Field: "Login.Password", Value: password},
		{Param: "LoginSettings.Password", Field: "Login.Password"},
		{Param: "SecurityGroupIds.N", Field: "Network.SecurityGroupIDs", Value: "sg-1"},
		{Param: "EnhancedService", Field: "SecurityAgent", Value: "true"},
		{Param: "EnhancedService.SecurityService.Enabled", Field: "SecurityAgent", Value: "true"},
		{Param: "EnhancedService.MonitorService.Enabled", Field: "MonitorAgent", Value: "true"},
		{Param: "ClientToken", Field: "ClientToken", Value: "123e4567-e89b-12d3-a456-426655440000"},
		{Param: "HostName", Field: "HostName", Value: "web-1"},
		{Param: "ActionTimer", Field: "AutoReleaseTime", Value: "2018-01-01T12:05:00Z"},
		{Param: "TagSpecification.N", Field: "Tags[FinanceDept]", Value: "Joshua"},
	}
}
