package qingcloud

import "github.com/yunfan-cloud/yunfan/provider"

// Reasons that several leaves share.
const (
	noPublicIP  = "a public IP is a resource of its own that is bought and associated after the create; not done yet"
	noNewDisk   = "a new disk takes calls of its own before the create; not done yet. Attach an existing one by VolumeID"
	noIPv6      = "RunInstances has no parameter for IPv6"
	noSpot      = "QingCloud sells no spot instances"
	noTemplate  = "QingCloud documents no launch templates"
	noDiskKind  = "the class of the instance decides the kind of its system disk; see RunOptions.InstanceClass"
	noSystem    = "RunInstances has no such parameter for the system disk"
	noInterface = "a further network has only an ID and an address in RunInstances"
	noHostRule  = "name the host in Placement.DedicatedHostIDs or its group in DedicatedHostGroupID"
	noAgent     = "RunInstances installs no agents"
)

// supportTable says what happens to every leaf of the spec, in spec order.
func supportTable() provider.Support {
	return provider.NewSupport(Name, []provider.Field{
		provider.To("Region", "zone"),
		provider.Refused("Zone", "QingCloud has one level of location: give its zone as Region"),
		provider.To("Count", "count"),
		provider.Refused("MinCount", "QingCloud cannot be asked to create fewer than Count"),
		provider.To("ImageID", "image_id"),
		provider.To("InstanceType", "instance_type"),
		provider.To("Hardware.CPUs", "cpu"),
		provider.To("Hardware.MemoryMiB", "memory"),
		provider.To("Hardware.GPUs", "gpu"),
		provider.To("Hardware.GPUType", "gpu_class"),
		provider.To("CPUOptions.Cores", "cpu_topology"),
		provider.To("CPUOptions.ThreadsPerCore", "cpu_topology"),
		provider.To("CPUOptions.Sockets", "cpu_topology"),
		provider.Refused("CPUOptions.NUMANodes", "cpu_topology has sockets, cores and threads only"),
		provider.To("CPUOptions.Model", "cpu_model"),
		provider.To("Name", "instance_name"),
		provider.To("HostName", "hostname"),
		provider.Refused("Description", "RunInstances has no description; ModifyInstanceAttributes sets it afterwards"),
		provider.To("UniqueSuffix", "instance_name"), // by the new name after the create
		provider.To("Login.Password", "login_passwd"),
		provider.To("Login.KeyPairs", "login_keypair"),
		provider.Refused("Login.KeepImageLogin", "login_mode is required, and is keypair or passwd"),
		provider.Refused("Network.VPCID", "the subnet (vxnet) decides the VPC"),
		provider.To("Network.SubnetID", "vxnets.n"),
		provider.To("Network.SecurityGroupIDs", "security_group"),
		provider.To("Network.PrivateIPs", "vxnets.n"),
		provider.Refused("Network.IPv6Count", noIPv6),
		provider.Refused("Network.IPv6Addresses", noIPv6),
		provider.Refused("Network.IPFamily", noIPv6),
		provider.Refused("Network.PublicIP", noPublicIP),
		provider.Refused("Network.PublicIP.BandwidthMbps", noPublicIP),
		provider.Refused("Network.PublicIP.InboundMbps", noPublicIP),
		provider.Refused("Network.PublicIP.ChargeType", noPublicIP),
		provider.To("Network.Interfaces[]", "vxnets.n"),
		provider.To("Network.Interfaces[].SubnetID", "vxnets.n"),
		provider.Refused("Network.Interfaces[].SecurityGroupIDs", noInterface),
		provider.To("Network.Interfaces[].PrivateIP", "vxnets.n"),
		provider.Refused("Network.Interfaces[].Name", noInterface),
		provider.Refused("Network.Interfaces[].Description", noInterface),
		provider.Refused("SystemDisk.Type", noDiskKind),
		provider.To("SystemDisk.SizeGiB", "os_disk_size"),
		provider.Refused("SystemDisk.Name", noSystem),
		provider.Refused("SystemDisk.Description", noSystem),
		provider.Refused("SystemDisk.PerformanceLevel", noDiskKind),
		provider.Refused("SystemDisk.IOPS", noDiskKind),
		provider.Refused("SystemDisk.SnapshotID", "a system disk is made from the image"),
		provider.Refused("SystemDisk.VolumeID", "a system disk is made from the image"),
		provider.To("SystemDisk.Encrypted", "os_disk_encryption"),
		provider.Refused("SystemDisk.KMSKeyID", "the key of an encrypted disk cannot be chosen"),
		provider.Refused("SystemDisk.DeleteWithInstance", noSystem),
		provider.Refused("SystemDisk.AutoSnapshotPolicyID", noSystem),
		provider.Refused("SystemDisk.Device", noSystem),
		provider.To("DataDisks[]", "volumes.n"),
		provider.Refused("DataDisks[].Type", noNewDisk),
		provider.Refused("DataDisks[].SizeGiB", noNewDisk),
		provider.Refused("DataDisks[].Name", noNewDisk),
		provider.Refused("DataDisks[].Description", noNewDisk),
		provider.Refused("DataDisks[].PerformanceLevel", noNewDisk),
		provider.Refused("DataDisks[].IOPS", noNewDisk),
		provider.Refused("DataDisks[].SnapshotID", noNewDisk),
		provider.To("DataDisks[].VolumeID", "volumes.n"),
		provider.Refused("DataDisks[].Encrypted", noNewDisk),
		provider.Refused("DataDisks[].KMSKeyID", noNewDisk),
		provider.Refused("DataDisks[].DeleteWithInstance",
			"what becomes of an attached volume is not documented, and cannot be chosen"),
		provider.Refused("DataDisks[].AutoSnapshotPolicyID", noNewDisk),
		provider.Refused("DataDisks[].Device", "RunInstances has no device names"),
		provider.To("Billing.Mode", "months"),
		provider.To("Billing.Period", "months"),
		provider.To("Billing.PeriodUnit", "months"),
		provider.To("Billing.AutoRenew", "auto_renew"),
		provider.To("Billing.AutoRenewPeriod", "auto_renew"),
		provider.Refused("Billing.Spot.Strategy", noSpot),
		provider.Refused("Billing.Spot.MaxPrice", noSpot),
		provider.Refused("Billing.Spot.DurationHours", noSpot),
		provider.Refused("Billing.Spot.Interruption", noSpot),
		provider.To("Placement.GroupID", "instance_group"),
		provider.To("Placement.DedicatedHostIDs", "dedicated_host_id"),
		provider.To("Placement.DedicatedHostGroupID", "dedicated_host_group_id"),
		provider.Refused("Placement.Tenancy", noHostRule),
		provider.Refused("Placement.Affinity", noHostRule),
		provider.Refused("Placement.HPCClusterID", "RunInstances knows no HPC clusters"),
		provider.Refused("Tags",
			"labels of QingCloud are named objects attached by ID after the create, "+
				"with unique names under 15 characters: a key and a value do not fit"),
		provider.To("UserData", "userdata_value"),
		provider.Refused("RoleName", "RunInstances gives an instance no role"),
		provider.Refused("ProjectID", "RunInstances has no project"),
		provider.Refused("LaunchTemplate", noTemplate),
		provider.Refused("LaunchTemplate.ID", noTemplate),
		provider.Refused("LaunchTemplate.Name", noTemplate),
		provider.Refused("LaunchTemplate.Version", noTemplate),
		provider.Refused("SecurityAgent", noAgent),
		provider.Refused("MonitorAgent", noAgent),
		provider.Refused("DeletionProtection", "RunInstances has no such switch"),
		provider.Refused("AutoReleaseTime", "RunInstances has no release time"),
		provider.Refused("DryRun", "RunInstances documents no dry run"),
		provider.Refused("ClientToken", "QingCloud has no client token; a create is traced by its Name"),
	})
}
