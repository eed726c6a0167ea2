package tencent

import (
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// timeFormat is what CVM calls ISO 8601: UTC, whole seconds.
const timeFormat = "2006-01-02T15:04:05Z"

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

// uniquePattern numbers the servers of a create from 001.
const uniquePattern = "{R:1,F:3}"

// numbered appends CVM's own numbering pattern: from 1, three digits.
func numbered(name string, unique bool) string {
	if name == "" || !unique {
		return name
	}
	return name + uniquePattern
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

func internetCharge(c provider.BandwidthCharge) string {
	switch c {
	case provider.PayByTraffic:
		return "TRAFFIC_POSTPAID_BY_HOUR"
	case provider.PayByBandwidth:
		return "BANDWIDTH_POSTPAID_BY_HOUR"
	case provider.PrepaidBandwidth:
		return "BANDWIDTH_PREPAID"
	case provider.BandwidthPackage:
		return "BANDWIDTH_PACKAGE"
	default: // ValidateRun refuses the others
		return ""
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

// chargeTypes are the values of InstanceChargeType. Mode "" is absent, so that
// the cloud decides.
var chargeTypes = map[provider.BillingMode]string{
	provider.OnDemand:      "POSTPAID_BY_HOUR",
	provider.Prepaid:       "PREPAID",
	provider.Spot:          "SPOTPAID",
	provider.DedicatedHost: "CDHPAID",
}

// months is the period in the only unit that CVM has.
func months(b *provider.Billing) int {
	if b.PeriodUnit == provider.Year {
		return 12 * b.Period
	}
	return b.Period
}

func renewFlag(auto *bool, silent bool) *string {
	switch {
	case silent:
		return text("DISABLE_NOTIFY_AND_MANUAL_RENEW")
	case auto == nil:
		return nil
	case *auto:
		return text("NOTIFY_AND_AUTO_RENEW")
	default:
		return text("NOTIFY_AND_MANUAL_RENEW")
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

// projectID is nil when there is none; 0 is the default project, and is sent.
func projectID(id string) (*int64, error) {
	if id == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(id, 10, 63)
	return pointer(int64(n)), err
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

// tagSpecification is sorted by key, so that the same spec is the same request:
// a client token stands for one set of parameters.
func tagSpecification(resource string, tags map[string]string) []*cvm.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	ts := &cvm.TagSpecification{ResourceType: text(resource)}
	for _, k := range sorted.Keys(tags) {
		ts.Tags = append(ts.Tags, &cvm.Tag{Key: pointer(k), Value: pointer(tags[k])})
	}
	return []*cvm.TagSpecification{ts}
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

// instanceOf translates a row of DescribeInstances. CVM does not repeat the
// region: the caller of DescribeInstances knows it.
func instanceOf(raw *cvm.Instance) provider.Instance {
	i := provider.Instance{
		ID:               value(raw.InstanceId),
		Name:             value(raw.InstanceName),
		State:            stateOf(value(raw.InstanceState), value(raw.RestrictState)),
		RawState:         value(raw.InstanceState),
		ImageID:          value(raw.ImageId),
		InstanceType:     value(raw.InstanceType),
		CPUs:             int(value(raw.CPU)),
		MemoryMiB:        int(value(raw.Memory)) * 1024, // GiB
		SecurityGroupIDs: values(raw.SecurityGroupIds),
		PrivateIPs:       parseAddresses(raw.PrivateIpAddresses, raw.IPv6Addresses),
		PublicIPs:        parseAddresses(raw.PublicIpAddresses, raw.PublicIPv6Addresses),
		Billing:          billingOf(value(raw.InstanceChargeType)),
		CreatedAt:        parseTime(value(raw.CreatedTime)),
		ExpiresAt:        parseTime(value(raw.ExpiredTime)),
		Tags:             tagsOf(raw.Tags),
	}
	if raw.Placement != nil {
		i.Zone = value(raw.Placement.Zone)
	}
	if v := raw.VirtualPrivateCloud; v != nil {
		i.VPCID = value(v.VpcId)
		i.SubnetID = value(v.SubnetId)
	}
	if i.State == provider.StateFailed {
		i.Reason = value(raw.LatestOperationErrorMsg)
	}
	return i.WithSys(raw)
}

func billingOf(chargeType string) provider.BillingMode {
	for mode, word := range chargeTypes {
		if word == chargeType {
			return mode
		}
	}
	return ""
}

func tagsOf(raw []*cvm.Tag) map[string]string {
	if len(raw) == 0 {
		return nil
	}
	tags := make(map[string]string, len(raw))
	for _, t := range raw {
		if t != nil {
			tags[value(t.Key)] = value(t.Value)
		}
	}
	return tags
}

func parseAddresses(lists ...[]*string) []netip.Addr {
	var out []netip.Addr
	for _, l := range lists {
		for _, s := range l {
			if a, err := netip.ParseAddr(value(s)); err == nil {
				out = append(out, a)
			}
		}
	}
	return out
}

// parseTime returns the zero time for what is no time.
func parseTime(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

func pointer[T any](v T) *T { return &v }

// text, number, unsigned and list are nil for a zero value.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int64 {
	if n == 0 {
		return nil
	}
	return pointer(int64(n))
}

func unsigned(n int) *uint64 {
	if n == 0 {
		return nil
	}
	return pointer(uint64(n))
}

// yes is nil for false, unless that is to be sent in so many words.
func yes(b, always bool) *bool {
	if !b && !always {
		return nil
	}
	return &b
}

func list(ss []string) []*string {
	var out []*string
	for _, s := range ss {
		out = append(out, &s)
	}
	return out
}

func addresses(addrs []netip.Addr) []*string {
	var out []*string
	for _, a := range addrs {
		out = append(out, pointer(a.String()))
	}
	return out
}

// value is the zero value for nil: the SDK's answers are pointers throughout.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func values(ps []*string) []string {
	var out []string
	for _, p := range ps {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}
