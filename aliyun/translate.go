package aliyun

import (
	"cmp"
	"encoding/base64"
	"maps"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// translateRun turns a valid spec into the parameters of RunInstances, raw ones included. The error
// names the raw parameters that are set by other means already.
func translateRun(spec *provider.RunInstancesSpec) (map[string]string, error) {
	p, raw := translateSpec(spec), optionsOf(spec).Params
	c := provider.Checker{Driver: Name}
	checkTaken(&c, "Vendor.Params", raw, p)
	if err := c.Err(); err != nil {
		return nil, err
	}
	maps.Copy(p, raw)
	return p, nil
}

// translateSpec is translateRun without the raw parameters.
func translateSpec(spec *provider.RunInstancesSpec) params {
	// Room for about as many as there will be: to grow takes longer than to fill.
	p := make(params, 14+12*len(spec.DataDisks)+10*len(spec.Network.Interfaces)+4*len(spec.Tags))
	translateCount(p, spec)
	translateCommon(p, spec)
	p.text("ClientToken", spec.ClientToken)
	p.yes("DryRun", spec.DryRun)
	if optionsOf(spec).SendFalse {
		translateFalse(p, spec, "PasswordInherit", "UniqueSuffix", "DeletionProtection", "DryRun")
	}
	return p
}

func translateCount(p params, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	p.number("Amount", count)
	if spec.MinCount > 0 && spec.MinCount < count { // without it a shortage fails the whole call
		p.number("MinAmount", spec.MinCount)
	}
}

// translateCommon sets what creates and launch templates have in common. The support table of each
// says which of it they can hold.
func translateCommon(p params, spec *provider.RunInstancesSpec) {
	translateBasics(p, spec)
	translateLogin(p, spec)
	translateNetwork(p, spec)
	translateDisks(p, spec)
	translateBilling(p, spec)
	translatePlacement(p, spec)
	translateExtras(p, spec)
	translateOptions(p, spec)
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
	p.yes("UniqueSuffix", spec.UniqueSuffix)
}

func translateLogin(p params, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	p.text("Password", l.Password.Reveal())
	p.text("KeyPairName", first(l.KeyPairs)) // validation refuses more than one
	p.yes("PasswordInherit", l.KeepImageLogin)
}

func translateNetwork(p params, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	p.text("VpcId", n.VPCID) // of templates only
	p.text("VSwitchId", n.SubnetID)
	p.list("SecurityGroupIds", n.SecurityGroupIDs)
	if len(n.PrivateIPs) > 0 { // for several instances it is the first of consecutive addresses
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
	p.yes(at+"Encrypted", d.Encrypted)
	p.text(at+"KMSKeyId", d.KMSKeyID)
	p.text(at+"AutoSnapshotPolicyId", d.AutoSnapshotPolicyID)
}

// translateBilling sends the whole mode, also where it is the cloud's default, because a launch
// template may have another one. Together with a template it also sends what a zero field means:
// months, and no spot instance.
func translateBilling(p params, spec *provider.RunInstancesSpec) {
	b, overTemplate := &spec.Billing, spec.LaunchTemplate != nil
	switch b.Mode {
	case provider.OnDemand:
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", "NoSpot")
	case provider.Prepaid:
		p.text("InstanceChargeType", "PrePaid")
	case provider.Spot:
		p.text("InstanceChargeType", "PostPaid")
		p.text("SpotStrategy", spotStrategy(&b.Spot))
	case provider.DedicatedHost: // the host is paid for; an instance on it counts as PostPaid
		p.text("InstanceChargeType", "PostPaid")
		p.text("Tenancy", "host")
	}
	p.number("Period", b.Period)
	p.text("PeriodUnit", periodUnit(b.PeriodUnit))
	if overTemplate && b.Mode == provider.Prepaid {
		p["PeriodUnit"] = periodUnit(cmp.Or(b.PeriodUnit, provider.Month))
	}
	neverSpot := b.Mode == provider.Prepaid || b.Mode == provider.DedicatedHost
	if overTemplate && neverSpot {
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

func translatePlacement(p params, spec *provider.RunInstancesSpec) {
	l := &spec.Placement
	p.text("DeploymentSetId", l.GroupID)
	p.text("DedicatedHostId", first(l.DedicatedHostIDs)) // validation refuses more than one
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
	p.yes("DeletionProtection", spec.DeletionProtection)
	if !spec.AutoReleaseTime.IsZero() {
		p.text("AutoReleaseTime", spec.AutoReleaseTime.UTC().Format(timeFormat))
	}
}

func translateOptions(p params, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
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
	translateNewer(p, &o)
}

// translateFalse sends false for each of the parameters that is left out, and for the encryption of
// each disk.
func translateFalse(p params, spec *provider.RunInstancesSpec, names ...string) {
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

// translateDescribe always sends a size: without it ECS answers 10 rows, also for 100 IDs. Of the
// conditions it sends the IDs, or all others.
func translateDescribe(req *provider.DescribeRequest) params {
	if len(req.IDs) > 0 {
		return params{"InstanceIds": jsonText(req.IDs), "PageSize": pageSize}
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

// translateTerminate releases instances that run, too. TerminateSubscription also releases prepaid
// ones whose period is over. Addresses and interfaces of the create always go with their instance.
func translateTerminate(req *provider.TerminateRequest) params {
	p := params{"Force": "true"} // without it only stopped instances are released
	p.list("InstanceId", req.IDs)
	p.yes("ForceStop", req.Force)
	p.yes("TerminateSubscription", req.Ordered)
	return p
}
