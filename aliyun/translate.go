package aliyun

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// stamp is how the vendor writes times.
const stamp = "2006-01-02T15:04:05Z"

// params are the parameters of a call under their wire names.
type params map[string]string

// text sets a parameter unless the value is "", which lets the cloud decide.
func (p params) text(name, value string) {
	if value != "" {
		p[name] = value
	}
}

// number sets a parameter unless the value is 0, which lets the cloud decide.
func (p params) number(name string, value int) {
	if value != 0 {
		p[name] = strconv.Itoa(value)
	}
}

// flag sets a parameter to true unless it is false, the cloud's default.
func (p params) flag(name string, value bool) {
	if value {
		p[name] = "true"
	}
}

// choice sets a parameter to true or false unless the value is nil.
func (p params) choice(name string, value *bool) {
	if value != nil {
		p[name] = strconv.FormatBool(*value)
	}
}

// list numbers its values from 1.
func (p params) list(name string, values []string) {
	for i, v := range values {
		p.text(name+"."+strconv.Itoa(i+1), v)
	}
}

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

// tags numbers tags in the order of their keys: the same spec must
// give the same parameters, or a repeated token is refused.
func (p params) tags(name string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for i, key := range sorted.Keys(tags) {
		at := name + "." + strconv.Itoa(i+1)
		p.text(at+".Key", key)
		p.text(at+".Value", tags[key])
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

func internetChargeType(c provider.BandwidthCharge) string {
	switch c { //nolint:exhaustive // validation refuses the others
	case provider.PayByTraffic:
		return "PayByTraffic"
	case provider.PayByBandwidth:
		return "PayByBandwidth"
	}
	return ""
}

func periodUnit(u provider.PeriodUnit) string {
	switch u { //nolint:exhaustive // validation refuses the others
	case provider.Week:
		return "Week"
	case provider.Month:
		return "Month"
	}
	return ""
}

func spotStrategy(o *provider.SpotOptions) string {
	if o.Strategy == provider.SpotPriceLimit || o.MaxPrice != "" {
		return "SpotWithPriceLimit"
	}
	return "SpotAsPriceGo"
}

func spotInterruption(i provider.SpotInterruption) string {
	switch i {
	case provider.SpotTerminate:
		return "Terminate"
	case provider.SpotStop:
		return "Stop"
	}
	return ""
}

func tenancy(t provider.Tenancy) string {
	switch t {
	case provider.SharedTenancy:
		return "default"
	case provider.HostTenancy:
		return "host"
	}
	return ""
}

func affinity(a provider.Affinity) string {
	switch a {
	case provider.NoAffinity:
		return "default"
	case provider.HostAffinity:
		return "host"
	}
	return ""
}

func securityEnhancement(agent *bool) string {
	switch {
	case agent == nil:
		return ""
	case *agent:
		return "Active"
	}
	return "Deactive"
}

func addrTexts(addrs []netip.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return out
}

// instanceOf translates a described server.
func instanceOf(raw *RawInstance) provider.Instance {
	inst := provider.Instance{
		ID:               raw.InstanceID,
		Name:             raw.InstanceName,
		HostName:         cmp.Or(raw.HostName, raw.Hostname),
		State:            stateOf(raw.Status),
		RawState:         raw.Status,
		Region:           raw.RegionID,
		Zone:             raw.ZoneID,
		ImageID:          raw.ImageID,
		InstanceType:     raw.InstanceType,
		CPUs:             cmp.Or(raw.Cpu, raw.CPU),
		MemoryMiB:        raw.Memory,
		VPCID:            raw.VpcAttributes.VpcID,
		SubnetID:         raw.VpcAttributes.VSwitchID,
		SecurityGroupIDs: raw.SecurityGroupIDs.SecurityGroupID,
		PrivateIPs:       addrsOf(slices.Concat(raw.VpcAttributes.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress)),
		PublicIPs:        addrsOf(append(slices.Clip(raw.PublicIPAddress.IPAddress), raw.EipAddress.IPAddress)),
		Billing:          billingOf(raw),
		CreatedAt:        timeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tag),
	}
	return inst.WithSys(raw)
}

func billingOf(raw *RawInstance) provider.BillingMode {
	switch {
	case raw.InstanceChargeType == "PrePaid":
		return provider.Prepaid
	case raw.InstanceChargeType != "PostPaid":
		return ""
	case raw.SpotStrategy != "" && raw.SpotStrategy != "NoSpot":
		return provider.Spot
	case raw.DedicatedHost.DedicatedHostID != "":
		return provider.DedicatedHost
	}
	return provider.OnDemand
}

// expiryOf ignores ExpiredTime of servers that are not prepaid: it is a fixed
// date in 2099.
func expiryOf(raw *RawInstance) time.Time {
	if raw.InstanceChargeType == "PrePaid" {
		return timeOf(raw.ExpiredTime)
	}
	return timeOf(raw.AutoReleaseTime)
}

// timeOf reads the vendor's times, which have no seconds, or have them.
func timeOf(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04Z", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

func tagsOf(list []RawTag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	tags := make(map[string]string, len(list))
	for _, t := range list {
		tags[t.TagKey] = t.TagValue
	}
	return tags
}

func addrsOf(texts []string) []netip.Addr {
	var out []netip.Addr
	for _, s := range texts {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, a)
		}
	}
	return out
}
