package aliyun

import (
	"cmp"
	"encoding/base64"
	"maps"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// translateRun returns the parameters of RunInstances, or an error that names
// the raw parameters that are set by other means already.
func translateRun(spec *provider.RunInstancesSpec) (map[string]string, error) {
	// Room for about as many as there will be: to grow takes longer than to fill.
	p := make(params, 14+12*len(spec.DataDisks)+10*len(spec.Network.Interfaces)+4*len(spec.Tags))
	translateCount(p, spec)
	translateSpec(p, spec)
	p.text("ClientToken", spec.ClientToken)
	p.flag("DryRun", spec.DryRun)
	o := optionsOf(spec)
	translateOptions(p, &o)
	if o.SendFalse {
		p.denyAll(spec, "PasswordInherit", "UniqueSuffix", "DeletionProtection", "DryRun")
	}
	c := provider.Checker{Driver: Name}
	checkRaw(&c, "Vendor.Params", p, o.Params)
	if err := c.Err(); err != nil {
		return nil, err
	}
	maps.Copy(p, o.Params)
	return p, nil
}

func translateCount(p params, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	p.number("Amount", count)
	if spec.MinCount > 0 && spec.MinCount < count { // without it a shortage fails the whole call
		p.number("MinAmount", spec.MinCount)
	}
}

// translateSpec sets what creates and launch templates have in common: the
// support table of each says which of it may be there.
func translateSpec(p params, spec *provider.RunInstancesSpec) {
	translateBasics(p, spec)
	translateLogin(p, &spec.Login)
	translateNetwork(p, &spec.Network)
	translateDisks(p, spec)
	translateBilling(p, &spec.Billing, spec.LaunchTemplate != nil)
	translatePlacement(p, &spec.Placement)
	translateExtras(p, spec)
}

func translateBasics(p params, spec *provider.RunInstancesSpec) {
	p.text("ZoneId", spec.Zone)
	p.text("ImageId", spec.ImageID)
	p.text("InstanceType", spec.InstanceType)
	p.number("CpuOptions.Core", spec.CPUOptions.Cores)
	p.number("CpuOptions.ThreadsPerCore", spec.CPUOptions.ThreadsPerCore)
	p.number("CpuOptions.Numa", spec.CPUOptions.NUMANodes)
	p.text("InstanceName", spec.Name)
	p.text("HostName", spec.HostName)
	p.text("Description", spec.Description)
	p.flag("UniqueSuffix", spec.UniqueSuffix)
}

func translateLogin(p params, l *provider.Login) {
	p.text("Password", l.Password.Reveal())
	if len(l.KeyPairs) > 0 { // more than one is refused by validation
		p.text("KeyPairName", l.KeyPairs[0])
	}
	p.flag("PasswordInherit", l.KeepImageLogin)
}

func translateNetwork(p params, n *provider.Network) {
	p.text("VpcId", n.VPCID) // of templates only
	p.text("VSwitchId", n.SubnetID)
	p.list("SecurityGroupIds", n.SecurityGroupIDs)
	if len(n.PrivateIPs) > 0 { // of several servers it is the first of consecutive addresses
		p.text("PrivateIpAddress", n.PrivateIPs[0].String())
	}
	p.number("Ipv6AddressCount", n.IPv6Count)
	p.list("Ipv6Address", addrTexts(n.IPv6Addresses))
	if ip := n.PublicIP; ip != nil {
		p.number("InternetMaxBandwidthOut", ip.BandwidthMbps)
		p.number("InternetMaxBandwidthIn", ip.InboundMbps)
		p.text("InternetChargeType", internetChargeType(ip.ChargeType))
	}
	for i := range n.Interfaces {
		translateInterface(p, "NetworkInterface."+strconv.Itoa(i+1)+".", &n.Interfaces[i])
	}
}

func translateInterface(p params, at string, n *provider.NetworkInterface) {
	p.text(at+"VSwitchId", n.SubnetID)
	p.list(at+"SecurityGroupIds", n.SecurityGroupIDs)
	if n.PrivateIP.IsValid() {
		p.text(at+"PrimaryIpAddress", n.PrivateIP.String())
	}
	p.text(at+"NetworkInterfaceName", n.Name)
	p.text(at+"Description", n.Description)
}

func translateDisks(p params, spec *provider.RunInstancesSpec) {
	translateDisk(p, "SystemDisk.", &spec.SystemDisk)
	p.choice("SystemDisk.DeleteWithInstance", spec.SystemDisk.DeleteWithInstance) // of templates only
	for i := range spec.DataDisks {
		d, at := &spec.DataDisks[i], "DataDisk."+strconv.Itoa(i+1)+"."
		translateDisk(p, at, d)
		p.text(at+"SnapshotId", d.SnapshotID)
		p.choice(at+"DeleteWithInstance", d.DeleteWithInstance)
		p.text(at+"Device", d.Device)
	}
}

// translateDisk sets what system and data disks have in common.
func translateDisk(p params, at string, d *provider.Disk) {
	if *d == (provider.Disk{}) {
		return
	}
	p.text(at+"Category", d.Type)
	p.number(at+"Size", d.SizeGiB)
	p.text(at+"DiskName", d.Name)
	p.text(at+"Description", d.Description)
	p.text(at+"PerformanceLevel", d.PerformanceLevel)
	p.number(at+"ProvisionedIops", d.IOPS)
	p.flag(at+"Encrypted", d.Encrypted)
	p.text(at+"KMSKeyId", d.KMSKeyID)
	p.text(at+"AutoSnapshotPolicyId", d.AutoSnapshotPolicyID)
}

// translateBilling says the whole mode, not only where it differs from the
// cloud's default: a launch template may say something else. Over one, that goes
// for what a zero field means too: months, and no spot server.
func translateBilling(p params, b *provider.Billing, overTemplate bool) {
	switch b.Mode {
	case provider.OnDemand:
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", "NoSpot")
	case provider.Prepaid:
		p.text("InstanceChargeType", "PrePaid")
	case provider.Spot:
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", spotStrategy(&b.Spot))
	case provider.DedicatedHost: // the host is paid for; the server on it counts as PostPaid
		p.text("InstanceChargeType", "PostPaid")
		p.text("Tenancy", "host")
	}
	p.number("Period", b.Period)
	p.text("PeriodUnit", periodUnit(b.PeriodUnit))
	if overTemplate && b.Mode == provider.Prepaid {
		p["PeriodUnit"] = periodUnit(cmp.Or(b.PeriodUnit, provider.Month))
	}
	if overTemplate && (b.Mode == provider.Prepaid || b.Mode == provider.DedicatedHost) {
		p["SpotStrategy"] = "NoSpot"
	}
	p.choice("AutoRenew", b.AutoRenew)
	p.number("AutoRenewPeriod", b.AutoRenewPeriod)
	p.text("SpotPriceLimit", b.Spot.MaxPrice)
	if h := b.Spot.DurationHours; h != nil {
		p.text("SpotDuration", strconv.Itoa(*h))
	}
	p.text("SpotInterruptionBehavior", spotInterruption(b.Spot.Interruption))
}

func translatePlacement(p params, l *provider.Placement) {
	p.text("DeploymentSetId", l.GroupID)
	if len(l.DedicatedHostIDs) > 0 { // more than one is refused by validation
		p.text("DedicatedHostId", l.DedicatedHostIDs[0])
	}
	p.text("SchedulerOptions.DedicatedHostClusterId", l.DedicatedHostGroupID)
	p.text("Tenancy", tenancy(l.Tenancy))
	p.text("Affinity", affinity(l.Affinity))
	p.text("HpcClusterId", l.HPCClusterID)
}

func translateExtras(p params, spec *provider.RunInstancesSpec) {
	p.tags("Tag", spec.Tags)
	p.text("UserData", base64.StdEncoding.EncodeToString(spec.UserData))
	p.text("RamRoleName", spec.RoleName)
	p.text("ResourceGroupId", spec.ProjectID)
	if t := spec.LaunchTemplate; t != nil {
		p.text("LaunchTemplateId", t.ID)
		p.text("LaunchTemplateName", t.Name)
		p.number("LaunchTemplateVersion", t.Version)
	}
	p.text("SecurityEnhancementStrategy", securityEnhancement(spec.SecurityAgent))
	p.flag("DeletionProtection", spec.DeletionProtection)
	if !spec.AutoReleaseTime.IsZero() {
		p.text("AutoReleaseTime", spec.AutoReleaseTime.UTC().Format(stamp))
	}
}

func translateOptions(p params, o *RunOptions) {
	p.text("SecurityGroupId", o.SecurityGroupID)
	for i, group := range o.InterfaceSecurityGroupIDs {
		p.text("NetworkInterface."+strconv.Itoa(i+1)+".SecurityGroupId", group)
	}
	p.text("IoOptimized", o.IoOptimized)
	p.text("CreditSpecification", o.CreditSpecification)
	p.text("StorageSetId", o.StorageSetID)
	p.number("StorageSetPartitionNumber", o.StorageSetPartitionNumber)
	p.number("DeploymentSetGroupNo", o.DeploymentSetGroupNo)
	p.text("ImageFamily", o.ImageFamily)
	p.choice("AutoPay", o.AutoPay)
}

// denyAll sets parameters to false that are not there, and so that of each disk.
func (p params) denyAll(spec *provider.RunInstancesSpec, names ...string) {
	names = append(names, "SystemDisk.Encrypted")
	for i := range spec.DataDisks {
		names = append(names, "DataDisk."+strconv.Itoa(i+1)+".Encrypted")
	}
	for _, name := range names {
		if _, ok := p[name]; !ok {
			p[name] = "false"
		}
	}
}

func translateDescribe(req *provider.DescribeRequest) params {
	if len(req.IDs) > 0 {
		return params{"InstanceIds": jsonList(req.IDs), "PageSize": pageSize}
	}
	p := params{"MaxResults": pageSize}
	p.text("NextToken", req.PageToken)
	p.text("InstanceName", req.Name)
	p.tags("Tag", req.Tags)
	if req.Running {
		p.text("Status", "Running")
	}
	return p
}

func translateTerminate(req *provider.TerminateRequest) params {
	p := params{"Force": "true"} // without it only stopped servers are released
	p.list("InstanceId", req.IDs)
	return p
}
