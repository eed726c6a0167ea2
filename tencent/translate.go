package tencent

import (
	"cmp"
	"encoding/base64"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	sdkjson "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/json"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// runRequest is the request of RunInstances: the SDK's type, and what it lacks.
type runRequest struct {
	cvm.RunInstancesRequest
	NetworkInterfaces []*networkInterface `json:"NetworkInterfaces,omitempty"`
}

// networkInterface is the data type NetworkInterfaces, which versions 1.3.183 and later of the SDK
// have.
type networkInterface struct {
	InterfaceType           *string   `json:"InterfaceType,omitempty"`
	VpcId                   *string   `json:"VpcId,omitempty"`
	SubnetId                *string   `json:"SubnetId,omitempty"`
	PrivateIpv4AddressCount *int64    `json:"PrivateIpv4AddressCount,omitempty"`
	NetworkInterfaceId      *string   `json:"NetworkInterfaceId,omitempty"`
	SecurityGroupIds        []*string `json:"SecurityGroupIds,omitempty"`
	DeleteWithInstance      *bool     `json:"DeleteWithInstance,omitempty"`
}

// ToJsonString returns the body that the SDK sends.
func (r *runRequest) ToJsonString() string {
	text, _ := sdkjson.Marshal(r) // texts, numbers and truth values: it cannot fail
	return string(text)
}

// sendable returns the request for the SDK: the body in its place, if there is one, and the SDK's own
// type where that is enough, in which the SDK finds what it looks for sooner.
func (r *runRequest) sendable(body map[string]any) (tchttp.Request, error) {
	switch {
	case body != nil:
		return rawRequest(actionRun, body)
	case r.NetworkInterfaces == nil:
		return &r.RunInstancesRequest, nil
	}
	return r, nil
}

// translateRun turns a valid spec into the request of RunInstances. Its parameters are
// described at cloud.tencent.com/document/api/213/15730. Parameters that the spec leaves zero
// stay nil: a pointer to a zero value would be sent. The error names what the request cannot
// carry.
func translateRun(spec *provider.RunInstancesSpec) (*runRequest, error) {
	c := provider.Checker{Driver: Name}
	adapter.CheckKind[RunOptions](&c, spec.Vendor)
	checkProject(&c, spec)
	if err := c.Err(); err != nil {
		return nil, err
	}
	out := &runRequest{NetworkInterfaces: translateInterfaces(spec)}
	req := &out.RunInstancesRequest
	req.BaseRequest = &tchttp.BaseRequest{} // as the SDK's constructor does
	req.Init().WithApiInfo("cvm", cvm.APIVersion, actionRun)
	translateBasics(req, spec)
	translateLogin(req, spec)
	translateNetwork(req, spec)
	translateDisks(req, spec)
	translateBilling(req, spec)
	translatePlacement(req, spec)
	translateExtras(req, spec)
	translateOptions(req, spec)
	return out, nil
}

func translateBasics(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	req.InstanceCount = number(count)
	// CVM refuses a MinCount that is not below InstanceCount. Where partial delivery is not
	// enabled, it refuses any MinCount.
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

func translateLogin(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	switch {
	case l.Password != "":
		req.LoginSettings = &cvm.LoginSettings{Password: text(l.Password.Reveal())}
	case len(l.KeyPairs) > 0:
		req.LoginSettings = &cvm.LoginSettings{KeyIds: list(l.KeyPairs)}
	case l.KeepImageLogin:
		req.LoginSettings = &cvm.LoginSettings{KeepImageLogin: text("TRUE")} // a string, not a boolean
	}
}

func translateNetwork(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	n, o := &spec.Network, optionsOf(spec)
	req.SecurityGroupIds = list(n.SecurityGroupIDs)
	if n.VPCID != "" || n.SubnetID != "" || len(n.PrivateIPs) > 0 || n.IPv6Count > 0 || o.AsVPCGateway {
		req.VirtualPrivateCloud = &cvm.VirtualPrivateCloud{
			VpcId:              text(n.VPCID),
			SubnetId:           text(n.SubnetID),
			AsVpcGateway:       yes(o.AsVPCGateway),
			PrivateIpAddresses: list(addrTexts(n.PrivateIPs)),
			Ipv6AddressCount:   unsigned(n.IPv6Count),
		}
	}
	if p := n.PublicIP; p != nil {
		req.InternetAccessible = &cvm.InternetAccessible{
			PublicIpAssigned:        new(true),
			InternetMaxBandwidthOut: number(p.BandwidthMbps),
			InternetChargeType:      text(internetChargeType(p.ChargeType)),
			BandwidthPackageId:      text(o.BandwidthPackageID),
			InternetServiceProvider: text(o.InternetServiceProvider),
			IPv4AddressType:         text(o.IPv4AddressType),
			IPv6AddressType:         text(o.IPv6AddressType),
			AntiDDoSPackageId:       text(o.AntiDDoSPackageID),
		}
	}
}

// translateInterfaces returns the list of interfaces, which must begin with the primary one: that of
// Network, which is in VirtualPrivateCloud too. It returns nil when the spec has no more to say than
// VirtualPrivateCloud can.
//
// An interface that the create makes ends with the instance unless the spec says otherwise. CVM's own
// default is that it stays, and no call of CVM could release it.
func translateInterfaces(spec *provider.RunInstancesSpec) []*networkInterface {
	n, o := &spec.Network, optionsOf(spec)
	if len(n.Interfaces) == 0 && o.PrimaryIPv4Count == 0 {
		return nil
	}
	out := []*networkInterface{{
		InterfaceType:           text("PRIMARY"),
		VpcId:                   text(n.VPCID),
		SubnetId:                text(n.SubnetID),
		PrivateIpv4AddressCount: number(max(o.PrimaryIPv4Count, 1)),
		SecurityGroupIds:        list(n.SecurityGroupIDs),
	}}
	for i := range n.Interfaces {
		more := o.nic(i)
		nic := &networkInterface{
			InterfaceType:           text("SECONDARY"),
			VpcId:                   text(n.VPCID),
			SubnetId:                text(n.Interfaces[i].SubnetID),
			PrivateIpv4AddressCount: number(max(more.IPv4Count, 1)),
			NetworkInterfaceId:      text(more.ID),
			SecurityGroupIds:        list(n.Interfaces[i].SecurityGroupIDs),
			DeleteWithInstance:      more.DeleteWithInstance,
		}
		if more.ID == "" && nic.DeleteWithInstance == nil {
			nic.DeleteWithInstance = new(true)
		}
		out = append(out, nic)
	}
	return out
}

func translateDisks(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	if d := spec.SystemDisk; d != (provider.Disk{}) || o.SystemDisk != (SystemDiskOptions{}) {
		req.SystemDisk = &cvm.SystemDisk{
			DiskType: text(d.Type),
			DiskSize: number(d.SizeGiB),
			DiskName: text(d.Name),
			Encrypt:  yes(d.Encrypted),
			KmsKeyId: text(d.KMSKeyID),
			CdcId:    text(o.SystemDisk.CDCID),
		}
	}
	for i, d := range spec.DataDisks {
		more := o.disk(i)
		req.DataDisks = append(req.DataDisks, &cvm.DataDisk{
			DiskType:              text(d.Type),
			DiskSize:              number(d.SizeGiB),
			DiskName:              text(d.Name),
			SnapshotId:            text(d.SnapshotID),
			Encrypt:               yes(d.Encrypted),
			KmsKeyId:              text(d.KMSKeyID),
			DeleteWithInstance:    d.DeleteWithInstance,
			CdcId:                 text(more.CDCID),
			ThroughputPerformance: number(more.ThroughputMiBps),
			BurstPerformance:      more.BurstPerformance,
		})
	}
}

func translateBilling(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	b, o := &spec.Billing, optionsOf(spec)
	req.InstanceChargeType = text(cmp.Or(chargeTypes[b.Mode], o.InstanceChargeType))
	switch b.Mode {
	case provider.Prepaid:
		req.InstanceChargePrepaid = &cvm.InstanceChargePrepaid{
			Period:    number(months(b.Period, b.PeriodUnit)),
			RenewFlag: renewFlag(b.AutoRenew, o.NoExpiryNotice),
		}
	case provider.Spot:
		translateSpot(req, &b.Spot)
	default: // the charge type says all
	}
}

// translateSpot sends a price only where the spec names one: without market options CVM bids
// the current market price.
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

func translatePlacement(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	p, o := &spec.Placement, optionsOf(spec)
	project, _ := projectID(spec.ProjectID) // translateRun has checked it
	reserved := o.DedicatedResourcePackTenancy != "" || len(o.DedicatedResourcePackIDs) > 0
	if spec.Zone != "" || project != nil || len(p.DedicatedHostIDs) > 0 || reserved {
		req.Placement = &cvm.Placement{
			Zone:                         text(spec.Zone),
			ProjectId:                    project,
			HostIds:                      list(p.DedicatedHostIDs),
			DedicatedResourcePackTenancy: text(o.DedicatedResourcePackTenancy),
			DedicatedResourcePackIds:     list(o.DedicatedResourcePackIDs),
		}
	}
	if p.GroupID != "" {
		req.DisasterRecoverGroupIds = list([]string{p.GroupID})
	}
	req.HpcClusterId = text(p.HPCClusterID)
}

func translateExtras(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	req.TagSpecification = tags("instance", spec.Tags)
	if len(spec.UserData) > 0 {
		req.UserData = text(base64.StdEncoding.EncodeToString(spec.UserData))
	}
	req.CamRoleName = text(spec.RoleName)
	if t := spec.LaunchTemplate; t != nil {
		req.LaunchTemplate = &cvm.LaunchTemplate{LaunchTemplateId: text(t.ID), LaunchTemplateVersion: unsigned(t.Version)}
	}
	req.EnhancedService = enhancedService(spec)
	req.DisableApiTermination = yes(spec.DeletionProtection)
	if !spec.AutoReleaseTime.IsZero() {
		req.ActionTimer = &cvm.ActionTimer{
			TimerAction: text("TerminateInstances"),
			ActionTime:  text(spec.AutoReleaseTime.UTC().Format(timeFormat)),
		}
	}
	req.DryRun = yes(spec.DryRun)
	req.ClientToken = text(spec.ClientToken)
}

func translateOptions(req *cvm.RunInstancesRequest, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	req.PartitionNumber = number(o.PartitionNumber)
	req.DedicatedClusterId = text(o.DedicatedClusterID)
	req.ChcIds = list(o.CHCIDs)
	req.Metadata = metadata(o.Metadata)
	req.EnableJumboFrame = o.JumboFrame
	if o.SendFalse {
		translateFalse(req)
	}
}

// translateFalse sends false for each yes-or-no parameter that is left out.
func translateFalse(req *cvm.RunInstancesRequest) {
	all := []**bool{&req.DisableApiTermination, &req.DryRun}
	if n := req.VirtualPrivateCloud; n != nil {
		all = append(all, &n.AsVpcGateway)
	}
	if d := req.SystemDisk; d != nil {
		all = append(all, &d.Encrypt)
	}
	for _, d := range req.DataDisks {
		all = append(all, &d.Encrypt)
	}
	for _, p := range all {
		if *p == nil {
			*p = new(false)
		}
	}
}

// translateDescribe always sends a limit: without it CVM answers 20 rows. Of the conditions it
// sends the IDs, or all others: CVM takes either.
func translateDescribe(req *provider.DescribeRequest, offset int) *cvm.DescribeInstancesRequest {
	out := cvm.NewDescribeInstancesRequest()
	out.Limit = number(perCall)
	if len(req.IDs) > 0 {
		out.InstanceIds = list(req.IDs)
		return out
	}
	out.Offset = new(int64(offset))
	if req.Name != "" {
		out.Filters = append(out.Filters, filter("instance-name", req.Name))
	}
	if req.Running {
		out.Filters = append(out.Filters, filter("instance-state", "RUNNING"))
	}
	for _, k := range sorted.Keys(req.Tags) {
		if len(out.Filters) < filtersPerCall { // describePage compares the other tags
			out.Filters = append(out.Filters, filter("tag:"+k, req.Tags[k]))
		}
	}
	return out
}

// translateTerminate asks for addresses and prepaid data disks too when the release is of what was
// ordered: both outlive the instance otherwise.
func translateTerminate(req *provider.TerminateRequest) *cvm.TerminateInstancesRequest {
	out := cvm.NewTerminateInstancesRequest()
	out.InstanceIds = list(req.IDs)
	out.ReleaseAddress, out.ReleasePrepaidDataDisks = yes(req.Ordered), yes(req.Ordered)
	return out
}
