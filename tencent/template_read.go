package tencent

import (
	"cmp"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// templateData is what a version holds. The SDK's type lacks two of the
// parameters that a template takes.
type templateData struct {
	cvm.LaunchTemplateVersionData
	Metadata         *cvm.Metadata
	EnableJumboFrame *bool
}

// specOfTemplate is translateRun backwards. What the spec would not send again becomes a raw
// parameter, so that nothing is left out whatever CVM adds.
func specOfTemplate(raw []byte) (*provider.RunInstancesSpec, error) {
	data, root := templateData{}, map[string]any{}
	if len(raw) > 0 {
		// What cannot be read is no part of the spec, so that it becomes a raw parameter.
		if _, err := tolerant.Unmarshal(raw, &data); err != nil {
			return nil, err
		}
		var err error
		if root, err = tree.Wire(rawText(raw)); err != nil {
			return nil, err
		}
	}
	// The token is that of the call that made the version. A create that used it again would
	// find the instances of another create.
	delete(root, "ClientToken")
	spec, opts := specOf(&data)
	if tags, ok := instanceTags(data.TagSpecification); ok {
		spec.Tags = tags
		delete(root, "TagSpecification")
	}
	if items, ok := metadataOf(data.Metadata); ok {
		opts.Metadata = items
		delete(root, "Metadata")
	}
	if err := addRest(root, spec, &opts); err != nil {
		return nil, err
	}
	if opts.set() {
		spec.Vendor = []provider.VendorOption{opts}
	}
	return spec, nil
}

func specOf(data *templateData) (*provider.RunInstancesSpec, RunOptions) {
	opts := RunOptions{JumboFrame: data.EnableJumboFrame}
	spec := &provider.RunInstancesSpec{
		Count:              int(value(data.InstanceCount)),
		ImageID:            value(data.ImageId),
		InstanceType:       value(data.InstanceType),
		RoleName:           value(data.CamRoleName),
		DeletionProtection: value(data.DisableApiTermination),
	}
	readNames(spec, value(data.InstanceName), value(data.HostName))
	readPlacement(spec, data, &opts)
	readLogin(&spec.Login, data.LoginSettings)
	readNetwork(&spec.Network, data, &opts)
	readDisks(spec, data, &opts)
	readBilling(&spec.Billing, data, &opts)
	if b, err := base64.StdEncoding.DecodeString(value(data.UserData)); err == nil && len(b) > 0 {
		spec.UserData = b
	}
	readAgents(spec, data.EnhancedService, &opts)
	if a := data.ActionTimer; a != nil && value(a.TimerAction) == "TerminateInstances" {
		spec.AutoReleaseTime, _ = time.Parse(timeFormat, value(a.ActionTime))
	}
	return spec, opts
}

// readNames recognizes the pattern that UniqueSuffix appends. It numbers both
// names or none.
func readNames(spec *provider.RunInstancesSpec, name, host string) {
	n, numberedName := strings.CutSuffix(name, uniquePattern)
	h, numberedHost := strings.CutSuffix(host, uniquePattern)
	spec.Name, spec.HostName = name, host
	alone := name == uniquePattern || host == uniquePattern // a pattern without a name is one of the user
	nameFits, hostFits := numberedName || name == "", numberedHost || host == ""
	if nameFits && hostFits && !alone && name+host != "" {
		spec.Name, spec.HostName, spec.UniqueSuffix = n, h, true
	}
}

func readPlacement(spec *provider.RunInstancesSpec, data *templateData, opts *RunOptions) {
	if p := data.Placement; p != nil {
		spec.Zone = value(p.Zone)
		spec.Placement.DedicatedHostIDs = values(p.HostIds)
		// 0 is the default project, which CVM answers for every template.
		if id := value(p.ProjectId); id != 0 {
			spec.ProjectID = strconv.FormatInt(id, 10)
		}
		opts.DedicatedResourcePackTenancy = value(p.DedicatedResourcePackTenancy)
		opts.DedicatedResourcePackIDs = values(p.DedicatedResourcePackIds)
	}
	if groups := values(data.DisasterRecoverGroupIds); len(groups) > 0 {
		spec.Placement.GroupID = groups[0]
	}
	spec.Placement.HPCClusterID = value(data.HpcClusterId)
}

func readLogin(login *provider.Login, l *cvm.LoginSettings) {
	if l == nil {
		return
	}
	login.Password = provider.Secret(value(l.Password))
	login.KeyPairs = values(l.KeyIds)
	login.KeepImageLogin = strings.EqualFold(value(l.KeepImageLogin), "true")
}

func readNetwork(n *provider.Network, data *templateData, opts *RunOptions) {
	n.SecurityGroupIDs = values(data.SecurityGroupIds)
	if v := data.VirtualPrivateCloud; v != nil {
		n.VPCID, n.SubnetID, n.IPv6Count = value(v.VpcId), value(v.SubnetId), int(value(v.Ipv6AddressCount))
		opts.AsVPCGateway = value(v.AsVpcGateway)
		if ips := addrsOf(v.PrivateIpAddresses); len(ips) == len(v.PrivateIpAddresses) {
			n.PrivateIPs = ips
		}
	}
	i := data.InternetAccessible
	if i == nil || !value(i.PublicIpAssigned) {
		return // bandwidth without an address has no field of the spec
	}
	charge, known := bandwidthCharge(value(i.InternetChargeType))
	if !known {
		return
	}
	n.PublicIP = &provider.PublicIP{BandwidthMbps: int(value(i.InternetMaxBandwidthOut)), ChargeType: charge}
	opts.BandwidthPackageID, opts.InternetServiceProvider = value(i.BandwidthPackageId), value(i.InternetServiceProvider)
	opts.IPv4AddressType, opts.IPv6AddressType = value(i.IPv4AddressType), value(i.IPv6AddressType)
	opts.AntiDDoSPackageID = value(i.AntiDDoSPackageId)
}

func bandwidthCharge(word string) (c provider.BandwidthCharge, known bool) {
	for _, c := range []provider.BandwidthCharge{
		"", provider.PayByTraffic, provider.PayByBandwidth, provider.PrepaidBandwidth, provider.BandwidthPackage,
	} {
		if internetChargeType(c) == word {
			return c, true
		}
	}
	return "", false
}

func readDisks(spec *provider.RunInstancesSpec, data *templateData, opts *RunOptions) {
	if s := data.SystemDisk; s != nil {
		spec.SystemDisk = provider.Disk{
			Type: value(s.DiskType), SizeGiB: int(value(s.DiskSize)), Name: value(s.DiskName),
			Encrypted: value(s.Encrypt), KMSKeyID: value(s.KmsKeyId),
		}
		opts.SystemDisk.CDCID = value(s.CdcId)
	}
	for i, d := range data.DataDisks {
		if d == nil {
			d = &cvm.DataDisk{}
		}
		spec.DataDisks = append(spec.DataDisks, provider.Disk{
			Type: value(d.DiskType), SizeGiB: int(value(d.DiskSize)), Name: value(d.DiskName), SnapshotID: value(d.SnapshotId),
			Encrypted: value(d.Encrypt), KMSKeyID: value(d.KmsKeyId), DeleteWithInstance: d.DeleteWithInstance,
		})
		more := DataDiskOptions{
			CDCID: value(d.CdcId), ThroughputMiBps: int(value(d.ThroughputPerformance)),
			BurstPerformance: d.BurstPerformance,
		}
		if more != (DataDiskOptions{}) {
			opts.DataDisks = append(opts.DataDisks, make([]DataDiskOptions, i-len(opts.DataDisks))...) // for the disks before it
			opts.DataDisks = append(opts.DataDisks, more)
		}
	}
}

// readBilling counts a period in months, as CVM does.
func readBilling(b *provider.Billing, data *templateData, opts *RunOptions) {
	if b.Mode = billingOf(value(data.InstanceChargeType)); b.Mode == "" {
		opts.InstanceChargeType = value(data.InstanceChargeType)
	}
	if p := data.InstanceChargePrepaid; p != nil && b.Mode == provider.Prepaid {
		b.Period = int(value(p.Period))
		for _, on := range []bool{true, false} {
			if value(p.RenewFlag) == *renewFlag(&on, false) {
				b.AutoRenew = &on
			}
		}
		opts.NoExpiryNotice = value(p.RenewFlag) == *renewFlag(nil, true)
	}
	if o := data.InstanceMarketOptions; o != nil && o.SpotOptions != nil && b.Mode == provider.Spot {
		market, request := value(o.MarketType), value(o.SpotOptions.SpotInstanceType)
		if cmp.Or(market, "spot") == "spot" && cmp.Or(request, "one-time") == "one-time" {
			b.Spot.MaxPrice = value(o.SpotOptions.MaxPrice)
		}
	}
}

func readAgents(spec *provider.RunInstancesSpec, s *cvm.EnhancedService, opts *RunOptions) {
	if s == nil {
		return
	}
	if s.SecurityService != nil {
		spec.SecurityAgent = s.SecurityService.Enabled
	}
	if s.MonitorService != nil {
		spec.MonitorAgent = s.MonitorService.Enabled
	}
	if s.AutomationService != nil {
		opts.AutomationAgent = s.AutomationService.Enabled
	}
}

// instanceTags returns the tags of the instances. Ok is false when there are tags of other resources
// too, or a key twice.
func instanceTags(specs []*cvm.TagSpecification) (tags map[string]string, ok bool) {
	n := 0
	for _, s := range specs {
		if s == nil || value(s.ResourceType) != "instance" {
			return nil, false
		}
		n += len(s.Tags)
		for k, v := range tagsOf(s.Tags) {
			if tags == nil {
				tags = map[string]string{}
			}
			tags[k] = v
		}
	}
	return tags, len(tags) == n
}

// metadataOf returns the metadata of the instances. Ok is false when a key is there twice, or an item
// has no key.
func metadataOf(m *cvm.Metadata) (items map[string]string, ok bool) {
	if m == nil {
		return nil, false
	}
	for _, item := range m.Items {
		if item == nil || value(item.Key) == "" {
			return nil, false
		}
		if items == nil {
			items = map[string]string{}
		}
		items[*item.Key] = value(item.Value)
	}
	return items, len(items) == len(m.Items)
}
