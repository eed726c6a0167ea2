package tencent

import (
	"cmp"
	"encoding/base64"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// translateRun turns a valid spec into the request of RunInstances; parameters
// are described at cloud.tencent.com/document/api/213/15730. Parameters that the
// spec leaves zero stay nil: a pointer to a zero value would be sent.
func translateRun(spec *provider.RunInstancesSpec) (*cvm.RunInstancesRequest, error) {
	opts, err := optionsOf(spec)
	if err != nil {
		return nil, err
	}
	req := cvm.NewRunInstancesRequest()
	translateBasics(req, spec)
	translateLogin(req, &spec.Login)
	translateNetwork(req, &spec.Network, opts)
	translateDisks(req, spec, opts)
	translateBilling(req, &spec.Billing, opts)
	if err := translatePlacement(req, spec, opts); err != nil {
		return nil, err
	}
	translateExtras(req, spec, opts)
	return req, nil
}

func translateBasics(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	req.InstanceCount = number(count)
	// CVM refuses a MinCount that is not below InstanceCount, and the parameter
	// as such where partial delivery is not enabled.
	if spec.MinCount < count {
		req.MinCount = number(spec.MinCount)
	}
	req.ImageId = text(spec.ImageID)
	req.InstanceType = text(spec.InstanceType)
	req.InstanceName = text(numbered(spec.Name, spec.UniqueSuffix))
	req.HostName = text(numbered(spec.HostName, spec.UniqueSuffix))
	if spec.CPUOptions != (provider.CPUOptions{}) {
		req.CpuTopology = &cvm.CpuTopology{
			CoreCount:     number(spec.CPUOptions.Cores),
			ThreadPerCore: number(spec.CPUOptions.ThreadsPerCore),
		}
	}
}

func translateLogin(req *cvm.RunInstancesRequest, login *provider.Login) {
	switch {
	case login.Password != "":
		req.LoginSettings = &cvm.LoginSettings{Password: text(login.Password.Reveal())}
	case len(login.KeyPairs) > 0:
		req.LoginSettings = &cvm.LoginSettings{KeyIds: list(login.KeyPairs)}
	case login.KeepImageLogin:
		req.LoginSettings = &cvm.LoginSettings{KeepImageLogin: text("TRUE")} // a string, not a boolean
	}
}

func translateNetwork(req *cvm.RunInstancesRequest, n *provider.Network, opts RunOptions) {
	req.SecurityGroupIds = list(n.SecurityGroupIDs)
	if n.VPCID != "" || n.SubnetID != "" || len(n.PrivateIPs) > 0 || n.IPv6Count > 0 || opts.AsVPCGateway {
		req.VirtualPrivateCloud = &cvm.VirtualPrivateCloud{
			VpcId:              text(n.VPCID),
			SubnetId:           text(n.SubnetID),
			AsVpcGateway:       yes(opts.AsVPCGateway, opts.SendFalse),
			PrivateIpAddresses: addresses(n.PrivateIPs),
			Ipv6AddressCount:   unsigned(n.IPv6Count),
		}
	}
	if p := n.PublicIP; p != nil {
		req.InternetAccessible = &cvm.InternetAccessible{
			PublicIpAssigned:        pointer(true),
			InternetMaxBandwidthOut: number(p.BandwidthMbps),
			InternetChargeType:      text(internetCharge(p.ChargeType)),
			BandwidthPackageId:      text(opts.BandwidthPackageID),
			InternetServiceProvider: text(opts.InternetServiceProvider),
			IPv4AddressType:         text(opts.IPv4AddressType),
			IPv6AddressType:         text(opts.IPv6AddressType),
			AntiDDoSPackageId:       text(opts.AntiDDoSPackageID),
		}
	}
}

func translateDisks(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec, opts RunOptions) {
	if d := spec.SystemDisk; d != (provider.Disk{}) || opts.SystemDisk != (SystemDiskOptions{}) {
		req.SystemDisk = &cvm.SystemDisk{
			DiskType: text(d.Type),
			DiskSize: number(d.SizeGiB),
			DiskName: text(d.Name),
			Encrypt:  yes(d.Encrypted, opts.SendFalse),
			KmsKeyId: text(d.KMSKeyID),
			CdcId:    text(opts.SystemDisk.CDCID),
		}
	}
	for i, d := range spec.DataDisks {
		more := opts.disk(i)
		req.DataDisks = append(req.DataDisks, &cvm.DataDisk{
			DiskType:              text(d.Type),
			DiskSize:              number(d.SizeGiB),
			DiskName:              text(d.Name),
			SnapshotId:            text(d.SnapshotID),
			Encrypt:               yes(d.Encrypted, opts.SendFalse),
			KmsKeyId:              text(d.KMSKeyID),
			DeleteWithInstance:    d.DeleteWithInstance,
			CdcId:                 text(more.CDCID),
			ThroughputPerformance: number(more.ThroughputMiBps),
			BurstPerformance:      more.BurstPerformance,
		})
	}
}

func translateBilling(req *cvm.RunInstancesRequest, b *provider.Billing, opts RunOptions) {
	req.InstanceChargeType = text(cmp.Or(chargeTypes[b.Mode], opts.InstanceChargeType))
	switch b.Mode {
	case provider.Prepaid:
		req.InstanceChargePrepaid = &cvm.InstanceChargePrepaid{
			Period:    number(months(b)),
			RenewFlag: renewFlag(b.AutoRenew, opts.NoExpiryNotice),
		}
	case provider.Spot:
		translateSpot(req, &b.Spot)
	default: // the charge type says it all
	}
}

// translateSpot names a price only where the spec does: without market options
// CVM bids the current market price.
func translateSpot(req *cvm.RunInstancesRequest, s *provider.SpotOptions) {
	if s.Strategy == provider.SpotMarketPrice || s.MaxPrice == "" {
		return
	}
	req.InstanceMarketOptions = &cvm.InstanceMarketOptionsRequest{
		MarketType: text("spot"),
		SpotOptions: &cvm.SpotMarketOptions{
			MaxPrice:         text(s.MaxPrice),
			SpotInstanceType: text("one-time"),
		},
	}
}

func translatePlacement(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec, opts RunOptions) error {
	p := &spec.Placement
	project, err := projectID(spec.ProjectID)
	if err != nil {
		return &provider.FieldError{Driver: Name, Path: "ProjectID", Value: spec.ProjectID, Reason: ruleProject}
	}
	if spec.Zone != "" || project != nil || len(p.DedicatedHostIDs) > 0 || opts.DedicatedResourcePackTenancy != "" || len(opts.DedicatedResourcePackIDs) > 0 {
		req.Placement = &cvm.Placement{
			Zone:                         text(spec.Zone),
			ProjectId:                    project,
			HostIds:                      list(p.DedicatedHostIDs),
			DedicatedResourcePackTenancy: text(opts.DedicatedResourcePackTenancy),
			DedicatedResourcePackIds:     list(opts.DedicatedResourcePackIDs),
		}
	}
	if p.GroupID != "" {
		req.DisasterRecoverGroupIds = list([]string{p.GroupID})
	}
	req.PartitionNumber = number(opts.PartitionNumber)
	req.HpcClusterId = text(p.HPCClusterID)
	req.DedicatedClusterId = text(opts.DedicatedClusterID)
	req.ChcIds = list(opts.CHCIDs)
	return nil
}

func translateExtras(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec, opts RunOptions) {
	req.TagSpecification = tagSpecification("instance", spec.Tags)
	if len(spec.UserData) > 0 {
		req.UserData = text(base64.StdEncoding.EncodeToString(spec.UserData))
	}
	req.CamRoleName = text(spec.RoleName)
	if t := spec.LaunchTemplate; t != nil {
		req.LaunchTemplate = &cvm.LaunchTemplate{LaunchTemplateId: text(t.ID), LaunchTemplateVersion: unsigned(t.Version)}
	}
	req.EnhancedService = enhancedService(spec, opts)
	req.Metadata = metadata(opts.Metadata)
	req.EnableJumboFrame = opts.JumboFrame
	req.DisableApiTermination = yes(spec.DeletionProtection, opts.SendFalse)
	if !spec.AutoReleaseTime.IsZero() {
		req.ActionTimer = &cvm.ActionTimer{
			TimerAction: text("TerminateInstances"),
			ActionTime:  text(spec.AutoReleaseTime.UTC().Format(timeFormat)),
		}
	}
	req.DryRun = yes(spec.DryRun, opts.SendFalse)
	req.ClientToken = text(spec.ClientToken)
}

// metadata is sorted by key for the same reason.
func metadata(items map[string]string) *cvm.Metadata {
	if len(items) == 0 {
		return nil
	}
	m := &cvm.Metadata{}
	for _, k := range sorted.Keys(items) {
		m.Items = append(m.Items, &cvm.MetadataItem{Key: pointer(k), Value: pointer(items[k])})
	}
	return m
}

func enhancedService(spec *provider.RunInstancesSpec, opts RunOptions) *cvm.EnhancedService {
	if spec.SecurityAgent == nil && spec.MonitorAgent == nil && opts.AutomationAgent == nil {
		return nil
	}
	s := &cvm.EnhancedService{}
	if on := spec.SecurityAgent; on != nil {
		s.SecurityService = &cvm.RunSecurityServiceEnabled{Enabled: on}
	}
	if on := spec.MonitorAgent; on != nil {
		s.MonitorService = &cvm.RunMonitorServiceEnabled{Enabled: on}
	}
	if on := opts.AutomationAgent; on != nil {
		s.AutomationService = &cvm.RunAutomationServiceEnabled{Enabled: on}
	}
	return s
}

func describeRequest(req *provider.DescribeRequest, offset int) *cvm.DescribeInstancesRequest {
	out := cvm.NewDescribeInstancesRequest()
	out.Limit = number(idsPerCall)
	if len(req.IDs) > 0 {
		out.InstanceIds = list(req.IDs)
		return out
	}
	out.Offset = pointer(int64(offset))
	if req.Name != "" {
		out.Filters = append(out.Filters, filter("instance-name", req.Name))
	}
	if req.Running {
		out.Filters = append(out.Filters, filter("instance-state", "RUNNING"))
	}
	for _, k := range sorted.Keys(req.Tags) {
		// What does not fit is left to the comparison in describePage.
		if len(out.Filters) < filtersPerCall {
			out.Filters = append(out.Filters, filter("tag:"+k, req.Tags[k]))
		}
	}
	return out
}

func filter(name, value string) *cvm.Filter {
	return &cvm.Filter{Name: pointer(name), Values: []*string{pointer(value)}}
}
