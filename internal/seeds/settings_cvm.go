package seeds

import "slices"

// cvmNetwork is a private network, which CVM wants whole.
const cvmNetwork = "Network.VPCID=vpc-1; Network.SubnetID=subnet-1"

// cvm is for RunInstances of CVM: the rows of its table and the members that its
// examples use, the other members, and later parameters.
func cvm() []Setting { return slices.Concat(cvmRows(), cvmMembers(), cvmLater(), cvmInterfaces()) }

func cvmRows() []Setting {
	const password = "Qcloud@TestApi123++"
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
		{Param: "VirtualPrivateCloud.VpcId", Field: "Network.VPCID", On: cvmNetwork},
		{Param: "VirtualPrivateCloud.SubnetId", Field: "Network.SubnetID", On: cvmNetwork},
		{Param: "VirtualPrivateCloud.PrivateIpAddresses.N", Field: "Network.PrivateIPs", On: cvmNetwork},
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

func cvmMembers() []Setting {
	const (
		tag   = "TagSpecification.N.Tags.N.Key, TagSpecification.N.Tags.N.Value"
		timer = "2018-05-29T11:26:40Z"
	)
	return []Setting{
		{Param: "Placement.ProjectId", Field: "ProjectID", Value: "28"},
		{Param: "Placement.DedicatedResourcePackTenancy", Field: "RunOptions.DedicatedResourcePackTenancy"},
		{Param: "Placement.DedicatedResourcePackIds.N", Field: "RunOptions.DedicatedResourcePackIDs", On: "RunOptions.DedicatedResourcePackTenancy=ResourcePool"},
		{Param: "SystemDisk.CdcId", Field: "RunOptions.SystemDisk.CDCID", Value: "cluster-1"},
		{Param: "SystemDisk.DiskName", Field: "SystemDisk.Name", Value: "root"},
		{Param: "SystemDisk.Encrypt", Field: "SystemDisk.Encrypted", Value: "true"},
		{Param: "SystemDisk.KmsKeyId", Field: "SystemDisk.KMSKeyID", On: "SystemDisk.Encrypted=true"},
		{Param: "DataDisks.N.DeleteWithInstance", Field: "DataDisks[].DeleteWithInstance", Value: "false", On: dataDisk},
		{Param: "DataDisks.N.SnapshotId", Field: "DataDisks[].SnapshotID", Value: "snap-1", On: dataDisk},
		{Param: "DataDisks.N.Encrypt", Field: "DataDisks[].Encrypted", Value: "true", On: dataDisk},
		{Param: "DataDisks.N.KmsKeyId", Field: "DataDisks[].KMSKeyID", On: dataDisk + "; DataDisks[].Encrypted=true"},
		{Param: "DataDisks.N.ThroughputPerformance", Field: "RunOptions.DataDisks[].ThroughputMiBps", Value: "150", On: dataDisk},
		{Param: "DataDisks.N.CdcId", Field: "RunOptions.DataDisks[].CDCID", Value: "cluster-1", On: dataDisk},
		{Param: "DataDisks.N.BurstPerformance", Field: "RunOptions.DataDisks[].BurstPerformance", Value: "true", On: dataDisk},
		{Param: "DataDisks.N.DiskName", Field: "DataDisks[].Name", Value: "data", On: dataDisk},
		{Param: "VirtualPrivateCloud.AsVpcGateway", Field: "RunOptions.AsVPCGateway", Value: "true", On: cvmNetwork},
		{Param: "VirtualPrivateCloud.Ipv6AddressCount", Field: "Network.IPv6Count", Value: "1", On: cvmNetwork},
		{Param: "InternetAccessible.BandwidthPackageId", Field: "RunOptions.BandwidthPackageID", Value: "bwp-1", On: publicIP},
		{Param: "InternetAccessible.InternetServiceProvider", Field: "RunOptions.InternetServiceProvider", On: publicIP},
		{Param: "InternetAccessible.IPv4AddressType", Field: "RunOptions.IPv4AddressType", On: publicIP},
		{Param: "InternetAccessible.IPv6AddressType", Field: "RunOptions.IPv6AddressType", On: publicIP},
		{Param: "InternetAccessible.AntiDDoSPackageId", Field: "RunOptions.AntiDDoSPackageID", Value: "bgp-1", On: publicIP},
		{Param: "LoginSettings.KeyIds.N", Field: "Login.KeyPairs", Value: "skey-1"},
		{Param: "LoginSettings.KeepImageLogin", Field: "Login.KeepImageLogin", Value: "true", Wire: "TRUE"},
		{Param: "EnhancedService.AutomationService.Enabled", Field: "RunOptions.AutomationAgent", Value: "true"},
		{Param: "ActionTimer.TimerAction", Field: "AutoReleaseTime", Value: timer, Wire: "TerminateInstances", Tied: "ActionTimer.ActionTime"},
		{Param: "ActionTimer.ActionTime", Field: "AutoReleaseTime", Tied: "ActionTimer.TimerAction"},
		{Param: "TagSpecification.N.ResourceType", Field: "Tags[FinanceDept]", Value: "Joshua", Wire: "instance", Tied: tag},
		{Param: "TagSpecification.N.Tags.N.Key", Field: "Tags[FinanceDept]", Value: "Joshua", Wire: "FinanceDept", Tied: "TagSpecification.N.ResourceType, TagSpecification.N.Tags.N.Value"},
		{Param: "TagSpecification.N.Tags.N.Value", Field: "Tags[FinanceDept]", Value: "Joshua", Tied: "TagSpecification.N.ResourceType, TagSpecification.N.Tags.N.Key"},
	}
}

func cvmLater() []Setting {
	const (
		kind     = "InstanceMarketOptions.MarketType, "
		lifetime = "InstanceMarketOptions.SpotOptions.SpotInstanceType"
		price    = "InstanceMarketOptions.SpotOptions.MaxPrice"
		cpu      = "CPUOptions.Cores=4; CPUOptions.ThreadsPerCore=2"
	)
	return []Setting{
		{Param: "MinCount", Field: "MinCount", Value: "2", On: "Count=3"},
		{Param: "DisasterRecoverGroupIds.N", Field: "Placement.GroupID", Value: "ps-1"},
		{Param: "PartitionNumber", Field: "RunOptions.PartitionNumber", Value: "2", On: "Placement.GroupID=ps-1"},
		{Param: "InstanceMarketOptions", Field: "Billing.Spot.MaxPrice", Value: "0.97", On: spot},
		{Param: "InstanceMarketOptions.MarketType", Field: "Billing.Spot.MaxPrice", Value: "0.97", Wire: "spot", On: spot, Tied: price + ", " + lifetime},
		{Param: price, Field: "Billing.Spot.MaxPrice", Value: "0.97", On: spot, Tied: kind + lifetime},
		{Param: lifetime, Field: "Billing.Spot.MaxPrice", Value: "0.97", Wire: "one-time", On: spot, Tied: kind + price},
		{Param: "UserData", Field: "UserData", Value: "echo hello ecs!", Wire: "ZWNobyBoZWxsbyBlY3Mh"},
		{Param: "Metadata.Items.N.Key", Field: "RunOptions.Metadata[FinanceDept]", Value: "Joshua", Wire: "FinanceDept", Tied: "Metadata.Items.N.Value"},
		{Param: "Metadata.Items.N.Value", Field: "RunOptions.Metadata[FinanceDept]", Value: "Joshua", Tied: "Metadata.Items.N.Key"},
		{Param: "DryRun", Field: "DryRun", Value: "true"},
		{Param: "CpuTopology.CoreCount", Field: "CPUOptions.Cores", Value: "2", On: cpu},
		{Param: "CpuTopology.ThreadPerCore", Field: "CPUOptions.ThreadsPerCore", Value: "1", On: cpu},
		{Param: "CamRoleName", Field: "RoleName", Value: "FinanceDept"},
		{Param: "HpcClusterId", Field: "Placement.HPCClusterID", Value: "hpc-1"},
		{Param: "LaunchTemplate.LaunchTemplateId", Field: "LaunchTemplate.ID", Value: "lt-1"},
		{Param: "LaunchTemplate.LaunchTemplateVersion", Field: "LaunchTemplate.Version", Value: "3", On: "LaunchTemplate.ID=lt-1"},
		{Param: "DedicatedClusterId", Field: "RunOptions.DedicatedClusterID", Value: "cluster-1"},
		{Param: "ChcIds.N", Field: "RunOptions.CHCIDs", Value: "chc-1"},
		{Param: "DisableApiTermination", Field: "DeletionProtection", Value: "true"},
		{Param: "EnableJumboFrame", Field: "RunOptions.JumboFrame", Value: "true"},
	}
}

// cvmInterfaces are the members of NetworkInterfaces, the primary one being the first.
func cvmInterfaces() []Setting {
	const (
		nic  = cvmNetwork + "; Network.Interfaces[].SubnetID=subnet-2"
		nics = "NetworkInterfaces.N.InterfaceType, NetworkInterfaces.N.VpcId, NetworkInterfaces.N.SubnetId, " +
			"NetworkInterfaces.N.PrivateIpv4AddressCount"
	)
	return []Setting{
		{Param: "NetworkInterfaces.N.PrivateIpv4AddressCount", Field: "RunOptions.PrimaryIPv4Count", Value: "3", On: nic},
		{Param: "NetworkInterfaces.N.InterfaceType", Field: "RunOptions.PrimaryIPv4Count", Value: "3", Wire: "PRIMARY", On: cvmNetwork, Tied: nics},
		{Param: "NetworkInterfaces.N.VpcId", Field: "Network.Interfaces[].SubnetID", Value: "subnet-2", Wire: "vpc-1", On: cvmNetwork, Tied: nics + ", NetworkInterfaces.N.DeleteWithInstance"},
		{Param: "NetworkInterfaces.N.SubnetId", Field: "Network.Interfaces[].SubnetID", Value: "subnet-3", On: nic},
		{Param: "NetworkInterfaces.N.SecurityGroupIds.N", Field: "Network.Interfaces[].SecurityGroupIDs", Value: "sg-2", On: nic},
		{Param: "NetworkInterfaces.N.NetworkInterfaceId", Field: "RunOptions.Interfaces[].ID", Value: "eni-1", On: nic + "; RunOptions.Interfaces[].DeleteWithInstance=true"},
		{Param: "NetworkInterfaces.N.DeleteWithInstance", Field: "RunOptions.Interfaces[].DeleteWithInstance", Value: "false", On: nic},
	}
}
