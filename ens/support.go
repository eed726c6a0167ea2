package ens

import (
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Reasons that several leaves share.
const (
	byType     = "ENS sells instances by InstanceType only"
	noCPU      = "ENS has no CPU options: they come with InstanceType"
	noIPv6List = "ENS chooses the IPv6 addresses: say how many in IPv6Count, or set IPFamily"
	noNIC      = "ENS attaches further interfaces after the create, by calls of their own"
	noDiskName = "ENS disks are created without names and descriptions"
	noLevel    = "ENS sells disks by category and size only"
	noRestore  = "ENS creates disks with an instance empty; it attaches existing disks by calls of their own"
	sysPlain   = "ENS encrypts data disks only"
	noDiskLife = "ENS has no such setting of a disk at create time"
	noPlaces   = "an ENS node has neither placement groups nor dedicated hosts"
	noTemplate = "the calls about launch templates of ENS are not documented: " +
		"name one with the raw parameters LaunchTemplateId and LaunchTemplateVersion"
	noAgent = "ENS has no such switch: agents come with the image"
)

// supportTable says what happens to every leaf of the spec, in spec order. Two parameters with a
// slash between them are the names in CreateInstance and in RunInstances. A parameter with
// "RunInstances" before it exists only there, and makes the adapter use that call.
func supportTable() provider.Support {
	return provider.NewSupport(Name, []provider.Field{
		provider.To("Region", "EnsRegionId"),
		provider.Refused("Zone", "an ENS node has no zones: Region is the node"),
		provider.To("Count", "Quantity / Amount"),
		provider.Refused("MinCount", "ENS cannot be asked to create fewer than Count"),
		provider.To("ImageID", "ImageId"),
		provider.To("InstanceType", "InstanceType"),
		provider.Refused("Hardware.CPUs", byType),
		provider.Refused("Hardware.MemoryMiB", byType),
		provider.Refused("Hardware.GPUs", byType),
		provider.Refused("Hardware.GPUType", byType),
		provider.Refused("CPUOptions.Cores", noCPU),
		provider.Refused("CPUOptions.ThreadsPerCore", noCPU),
		provider.Refused("CPUOptions.Sockets", noCPU),
		provider.Refused("CPUOptions.NUMANodes", noCPU),
		provider.Refused("CPUOptions.Model", noCPU),
		provider.To("Name", "InstanceName"),
		provider.To("HostName", "HostName"),
		provider.Refused("Description", "ENS instances have no description"),
		provider.To("UniqueSuffix", "UniqueSuffix"),
		provider.To("Login.Password", "Password"),
		provider.To("Login.KeyPairs", "KeyPairName"),
		provider.To("Login.KeepImageLogin", "PasswordInherit"),
		provider.To("Network.VPCID", "RunInstances NetWorkId"),
		provider.To("Network.SubnetID", "VSwitchId"),
		provider.To("Network.SecurityGroupIDs", "RunInstances SecurityId"),
		provider.To("Network.PrivateIPs", "PrivateIpAddress"),
		provider.To("Network.IPv6Count", "RunInstances Ipv6AddressCount"),
		provider.Refused("Network.IPv6Addresses", noIPv6List),
		provider.To("Network.IPFamily", "IpType"),
		provider.To("Network.PublicIP", "PublicIpIdentification"),
		provider.To("Network.PublicIP.BandwidthMbps", "RunInstances InternetMaxBandwidthOut"),
		provider.Refused("Network.PublicIP.InboundMbps", "ENS limits outbound bandwidth only"),
		provider.To("Network.PublicIP.ChargeType", "InternetChargeType"),
		provider.Refused("Network.Interfaces[]", noNIC),
		provider.Refused("Network.Interfaces[].SubnetID", noNIC),
		provider.Refused("Network.Interfaces[].SecurityGroupIDs", noNIC),
		provider.Refused("Network.Interfaces[].PrivateIP", noNIC),
		provider.Refused("Network.Interfaces[].Name", noNIC),
		provider.Refused("Network.Interfaces[].Description", noNIC),
		provider.To("SystemDisk.Type", "RunInstances SystemDisk.Category"),
		provider.To("SystemDisk.SizeGiB", "SystemDisk.Size"),
		provider.Refused("SystemDisk.Name", noDiskName),
		provider.Refused("SystemDisk.Description", noDiskName),
		provider.Refused("SystemDisk.PerformanceLevel", noLevel),
		provider.Refused("SystemDisk.IOPS", noLevel),
		provider.Refused("SystemDisk.SnapshotID", noRestore),
		provider.Refused("SystemDisk.VolumeID", noRestore),
		provider.Refused("SystemDisk.Encrypted", sysPlain),
		provider.Refused("SystemDisk.KMSKeyID", sysPlain),
		provider.Refused("SystemDisk.DeleteWithInstance", noDiskLife),
		provider.Refused("SystemDisk.AutoSnapshotPolicyID", noDiskLife),
		provider.Refused("SystemDisk.Device", noDiskLife),
		provider.To("DataDisks[]", "DataDisk.1.Size / DataDisk"),
		provider.To("DataDisks[].Type", "RunInstances DataDisk[].Category"),
		provider.To("DataDisks[].SizeGiB", "DataDisk.1.Size / DataDisk[].Size"),
		provider.Refused("DataDisks[].Name", noDiskName),
		provider.Refused("DataDisks[].Description", noDiskName),
		provider.Refused("DataDisks[].PerformanceLevel", noLevel),
		provider.Refused("DataDisks[].IOPS", noLevel),
		provider.Refused("DataDisks[].SnapshotID", noRestore),
		provider.Refused("DataDisks[].VolumeID", noRestore),
		provider.To("DataDisks[].Encrypted", "RunInstances DataDisk[].Encrypted"),
		provider.To("DataDisks[].KMSKeyID", "RunInstances DataDisk[].KMSKeyId"),
		provider.Refused("DataDisks[].DeleteWithInstance", noDiskLife),
		provider.Refused("DataDisks[].AutoSnapshotPolicyID", noDiskLife),
		provider.Refused("DataDisks[].Device", noDiskLife),
		provider.To("Billing.Mode", "PaymentType / InstanceChargeType, SpotStrategy"),
		provider.To("Billing.Period", "Period"),
		provider.To("Billing.PeriodUnit", "RunInstances PeriodUnit"),
		provider.To("Billing.AutoRenew", "AutoRenew"),
		provider.To("Billing.AutoRenewPeriod", "CreateInstance AutoRenewPeriod"),
		provider.To("Billing.Spot.Strategy", "RunInstances SpotStrategy"),
		provider.Refused("Billing.Spot.MaxPrice", "ENS spot instances follow the market price: there is no bid"),
		provider.To("Billing.Spot.DurationHours", "RunInstances SpotDuration"),
		provider.Refused("Billing.Spot.Interruption",
			"ENS does not let you choose what happens to a spot instance that is taken away"),
		provider.Refused("Placement.GroupID", noPlaces),
		provider.Refused("Placement.DedicatedHostIDs", noPlaces),
		provider.Refused("Placement.DedicatedHostGroupID", noPlaces),
		provider.Refused("Placement.Tenancy", noPlaces),
		provider.Refused("Placement.Affinity", noPlaces),
		provider.Refused("Placement.HPCClusterID", noPlaces),
		provider.To("Tags", "RunInstances Tag.N.Key, Tag.N.Value"),
		provider.To("UserData", "UserData"),
		provider.Refused("RoleName", "ENS instances cannot act as a RAM role"),
		provider.Refused("ProjectID", "the ENS create calls take no resource group"),
		provider.Refused("LaunchTemplate", noTemplate),
		provider.Refused("LaunchTemplate.ID", noTemplate),
		provider.Refused("LaunchTemplate.Name", noTemplate),
		provider.Refused("LaunchTemplate.Version", noTemplate),
		provider.Refused("SecurityAgent", noAgent),
		provider.Refused("MonitorAgent", noAgent),
		provider.To("DeletionProtection", "RunInstances DeletionProtection"),
		provider.To("AutoReleaseTime", "RunInstances AutoReleaseTime"),
		provider.Refused("DryRun", "ENS has no dry run: the create calls take no DryRun parameter"),
		provider.Refused("ClientToken", "ENS has no idempotency token: the create calls take no ClientToken parameter"),
	})
}

// choice is the create call that a spec needs, and why.
type choice struct {
	action     string
	runOnly    []string // what is set and only RunInstances can express
	createOnly []string // what is set and only CreateInstance can express
}

// chooseCreate chooses the create call by the spec alone: CreateInstance for a prepaid spec that it
// can express, RunInstances for every other spec. When both lists have entries, no call can express
// the spec, and validation refuses it.
func chooseCreate(spec *provider.RunInstancesSpec) choice {
	c := choice{action: runInstances}
	c.addBasics(spec)
	c.addDisks(spec)
	c.addBilling(&spec.Billing)
	c.addOptions(optionsOf(spec))
	if len(c.runOnly) == 0 {
		c.action = createInstance
	}
	return c
}

func (c *choice) run(needed bool, path string) {
	if needed {
		c.runOnly = append(c.runOnly, path)
	}
}

func (c *choice) create(needed bool, path string) {
	if needed {
		c.createOnly = append(c.createOnly, path)
	}
}

func (c *choice) addBasics(spec *provider.RunInstancesSpec) {
	c.run(spec.Network.VPCID != "", "Network.VPCID")
	c.run(len(spec.Network.SecurityGroupIDs) > 0, "Network.SecurityGroupIDs")
	c.run(spec.Network.PublicIP != nil && spec.Network.PublicIP.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps")
	c.run(len(spec.Tags) > 0, "Tags")
	c.run(!spec.AutoReleaseTime.IsZero(), "AutoReleaseTime")
	c.run(spec.Network.IPv6Count > 0, "Network.IPv6Count")
	c.run(spec.DeletionProtection, "DeletionProtection")
}

// addDisks compares disks with the sizes that CreateInstance documents: 20 or 40 GiB for the system
// disk, and steps of 10 from 20 for its one data disk.
func (c *choice) addDisks(spec *provider.RunInstancesSpec) {
	sys := &spec.SystemDisk
	c.run(sys.Type != "", "SystemDisk.Type")
	c.run(sys.SizeGiB != 0 && sys.SizeGiB != 20 && sys.SizeGiB != 40, "SystemDisk.SizeGiB")
	if len(spec.DataDisks) == 0 {
		return
	}
	disk := &spec.DataDisks[0]
	c.run(len(spec.DataDisks) > 1, "DataDisks[1]")
	c.run(disk.Type != "", "DataDisks[0].Type")
	c.run(disk.SizeGiB < 20 || disk.SizeGiB%10 != 0, "DataDisks[0].SizeGiB")
	c.run(disk.Encrypted, "DataDisks[0].Encrypted")
}

// addBilling compares the ways to pay. RunInstances has no AutoRenewPeriod, which CreateInstance needs
// with AutoRenew.
func (c *choice) addBilling(b *provider.Billing) {
	c.run(b.Mode != provider.Prepaid, "Billing.Mode")
	c.run(b.PeriodUnit == provider.Day, "Billing.PeriodUnit")
	c.create(b.AutoRenewPeriod > 0, "Billing.AutoRenewPeriod")
}

func (c *choice) addOptions(o RunOptions) {
	c.run(o.ScheduleAreaLevel != "", "Vendor.ScheduleAreaLevel")
	c.run(o.NetDistrictCode != "", "Vendor.NetDistrictCode")
	c.run(o.Carrier != "", "Vendor.Carrier")
	c.run(o.SchedulingStrategy != "", "Vendor.SchedulingStrategy")
	c.run(o.SchedulingPriceStrategy != "", "Vendor.SchedulingPriceStrategy")
	c.run(o.InstanceChargeStrategy != "", "Vendor.InstanceChargeStrategy")
	c.run(o.BillingCycle != "", "Vendor.BillingCycle")
	c.run(o.AutoUseCoupon != nil, "Vendor.AutoUseCoupon")
	if len(o.Params) == 0 {
		return
	}
	for _, name := range sorted.Keys(o.Params) {
		both, known := createInstanceParams[name]
		c.run(!known, rawPath(name))
		c.create(known && !both, rawPath(name))
	}
}
