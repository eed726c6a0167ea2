package aliyun

import (
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// supportTable says what becomes of every leaf of the spec, in spec order.
func supportTable() provider.Support {
	const byType = "ECS sells machines by InstanceType"
	return provider.NewSupport(Name, []provider.Field{
		provider.To("Region", "RegionId"),
		provider.To("Zone", "ZoneId"),
		provider.To("Count", "Amount"),
		provider.To("MinCount", "MinAmount"),
		provider.To("ImageID", "ImageId"),
		provider.To("InstanceType", "InstanceType"),
		provider.Refused("Hardware.CPUs", byType),
		provider.Refused("Hardware.MemoryMiB", byType),
		provider.Refused("Hardware.GPUs", byType),
		provider.Refused("Hardware.GPUType", byType),
		provider.To("CPUOptions.Cores", "CpuOptions.Core"),
		provider.To("CPUOptions.ThreadsPerCore", "CpuOptions.ThreadsPerCore"),
		provider.Refused("CPUOptions.Sockets", "ECS does not let choose sockets"),
		provider.To("CPUOptions.NUMANodes", "CpuOptions.Numa"),
		provider.Refused("CPUOptions.Model", "the InstanceType decides the CPU model"),
		provider.To("Name", "InstanceName"),
		provider.To("HostName", "HostName"),
		provider.To("Description", "Description"),
		provider.To("UniqueSuffix", "UniqueSuffix"),
		provider.To("Login.Password", "Password"),
		provider.To("Login.KeyPairs", "KeyPairName"),
		provider.To("Login.KeepImageLogin", "PasswordInherit"),
		provider.Refused("Network.VPCID", "ECS derives the VPC from the SubnetID"),
		provider.To("Network.SubnetID", "VSwitchId"),
		provider.To("Network.SecurityGroupIDs", "SecurityGroupIds.N"),
		provider.To("Network.PrivateIPs", "PrivateIpAddress"),
		provider.To("Network.IPv6Count", "Ipv6AddressCount"),
		provider.To("Network.IPv6Addresses", "Ipv6Address.N"),
		provider.Refused("Network.IPFamily", "ECS has no such choice; IPv6Count and IPv6Addresses give IPv6 addresses"),
		provider.To("Network.PublicIP", "InternetMaxBandwidthOut"),
		provider.To("Network.PublicIP.BandwidthMbps", "InternetMaxBandwidthOut"),
		provider.To("Network.PublicIP.InboundMbps", "InternetMaxBandwidthIn"),
		provider.To("Network.PublicIP.ChargeType", "InternetChargeType"),
		provider.To("Network.Interfaces[]", "NetworkInterface.N"),
		provider.To("Network.Interfaces[].SubnetID", "NetworkInterface.N.VSwitchId"),
		provider.To("Network.Interfaces[].SecurityGroupIDs", "NetworkInterface.N.SecurityGroupIds.N"),
		provider.To("Network.Interfaces[].PrivateIP", "NetworkInterface.N.PrimaryIpAddress"),
		provider.To("Network.Interfaces[].Name", "NetworkInterface.N.NetworkInterfaceName"),
		provider.To("Network.Interfaces[].Description", "NetworkInterface.N.Description"),
		provider.To("SystemDisk.Type", "SystemDisk.Category"),
		provider.To("SystemDisk.SizeGiB", "SystemDisk.Size"),
		provider.To("SystemDisk.Name", "SystemDisk.DiskName"),
		provider.To("SystemDisk.Description", "SystemDisk.Description"),
		provider.To("SystemDisk.PerformanceLevel", "SystemDisk.PerformanceLevel"),
		provider.To("SystemDisk.IOPS", "SystemDisk.ProvisionedIops"),
		provider.Refused("SystemDisk.SnapshotID", "the system disk is made from the image; make an image from the snapshot"),
		provider.Refused("SystemDisk.VolumeID", "the system disk is made from the image"),
		provider.To("SystemDisk.Encrypted", "SystemDisk.Encrypted"),
		provider.To("SystemDisk.KMSKeyID", "SystemDisk.KMSKeyId"),
		provider.Refused("SystemDisk.DeleteWithInstance", "RunInstances has it for data disks only"),
		provider.To("SystemDisk.AutoSnapshotPolicyID", "SystemDisk.AutoSnapshotPolicyId"),
		provider.Refused("SystemDisk.Device", "ECS names the system disk itself"),
		provider.To("DataDisks[]", "DataDisk.N"),
		provider.To("DataDisks[].Type", "DataDisk.N.Category"),
		provider.To("DataDisks[].SizeGiB", "DataDisk.N.Size"),
		provider.To("DataDisks[].Name", "DataDisk.N.DiskName"),
		provider.To("DataDisks[].Description", "DataDisk.N.Description"),
		provider.To("DataDisks[].PerformanceLevel", "DataDisk.N.PerformanceLevel"),
		provider.To("DataDisks[].IOPS", "DataDisk.N.ProvisionedIops"),
		provider.To("DataDisks[].SnapshotID", "DataDisk.N.SnapshotId"),
		provider.Refused("DataDisks[].VolumeID", "RunInstances makes new disks; attach existing ones afterwards"),
		provider.To("DataDisks[].Encrypted", "DataDisk.N.Encrypted"),
		provider.To("DataDisks[].KMSKeyID", "DataDisk.N.KMSKeyId"),
		provider.To("DataDisks[].DeleteWithInstance", "DataDisk.N.DeleteWithInstance"),
		provider.To("DataDisks[].AutoSnapshotPolicyID", "DataDisk.N.AutoSnapshotPolicyId"),
		provider.To("DataDisks[].Device", "DataDisk.N.Device"),
		provider.To("Billing.Mode", "InstanceChargeType"),
		provider.To("Billing.Period", "Period"),
		provider.To("Billing.PeriodUnit", "PeriodUnit"),
		provider.To("Billing.AutoRenew", "AutoRenew"),
		provider.To("Billing.AutoRenewPeriod", "AutoRenewPeriod"),
		provider.To("Billing.Spot.Strategy", "SpotStrategy"),
		provider.To("Billing.Spot.MaxPrice", "SpotPriceLimit"),
		provider.To("Billing.Spot.DurationHours", "SpotDuration"),
		provider.To("Billing.Spot.Interruption", "SpotInterruptionBehavior"),
		provider.To("Placement.GroupID", "DeploymentSetId"),
		provider.To("Placement.DedicatedHostIDs", "DedicatedHostId"),
		provider.To("Placement.DedicatedHostGroupID", "SchedulerOptions.DedicatedHostClusterId"),
		provider.To("Placement.Tenancy", "Tenancy"),
		provider.To("Placement.Affinity", "Affinity"),
		provider.To("Placement.HPCClusterID", "HpcClusterId"),
		provider.To("Tags", "Tag.N"),
		provider.To("UserData", "UserData"),
		provider.To("RoleName", "RamRoleName"),
		provider.To("ProjectID", "ResourceGroupId"),
		provider.To("LaunchTemplate", "LaunchTemplateId"),
		provider.To("LaunchTemplate.ID", "LaunchTemplateId"),
		provider.To("LaunchTemplate.Name", "LaunchTemplateName"),
		provider.To("LaunchTemplate.Version", "LaunchTemplateVersion"),
		provider.To("SecurityAgent", "SecurityEnhancementStrategy"),
		provider.Refused("MonitorAgent", "RunInstances has no choice of the monitoring agent"),
		provider.To("DeletionProtection", "DeletionProtection"),
		provider.To("AutoReleaseTime", "AutoReleaseTime"),
		provider.To("DryRun", "DryRun"),
		provider.To("ClientToken", "ClientToken"),
	})
}

// mappedParams are the parameters that a spec and its options can set, "N"
// standing for an index.
func mappedParams(s provider.Support) map[string]bool {
	mapped := map[string]bool{}
	for _, f := range s.Fields() {
		mapped[f.Param] = true
	}
	for _, name := range []string{
		"Tag.N.Key", "Tag.N.Value", "VpcId", "SystemDisk.DeleteWithInstance", "SecurityGroupId", "NetworkInterface.N.SecurityGroupId",
		"IoOptimized", "CreditSpecification", "StorageSetId", "StorageSetPartitionNumber", "DeploymentSetGroupNo", "ImageFamily", "AutoPay",
	} {
		mapped[name] = true
	}
	return mapped
}

// unnumbered has "N" in place of each index of a parameter's name.
func unnumbered(name string) string {
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if step != "" && strings.Trim(step, "0123456789") == "" {
			steps[i] = "N"
		}
	}
	return strings.Join(steps, ".")
}
