package tencent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	sdkjson "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/json"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

// newTemplate is the request for a new template.
func newTemplate(t *provider.LaunchTemplateSpec, token string) (tchttp.Request, error) {
	req := cvm.NewCreateLaunchTemplateRequest()
	params, err := templateParams(req, &t.Spec)
	if err != nil {
		return nil, err
	}
	req.LaunchTemplateName = text(t.Name)
	req.LaunchTemplateVersionDescription = text(t.VersionDescription)
	// The documentation of the type lists no templates: this is the word of the
	// product's resource names.
	req.LaunchTemplateTagSpecification = tagSpecification("launch-template", t.Tags)
	req.ClientToken = text(token)
	return withRaw(req, params)
}

// newTemplateVersion is the request for a new version.
func newTemplateVersion(
	ref provider.LaunchTemplateRef, t *provider.LaunchTemplateSpec, token string,
) (tchttp.Request, error) {
	req := cvm.NewCreateLaunchTemplateVersionRequest()
	params, err := templateParams(req, &t.Spec)
	if err != nil {
		return nil, err
	}
	req.LaunchTemplateId = text(ref.ID)
	req.LaunchTemplateVersion = number(t.BaseVersion)
	req.LaunchTemplateVersionDescription = text(t.VersionDescription)
	req.ClientToken = text(token)
	return withRaw(req, params)
}

// templateRequest is one of the SDK's requests that carry a template.
type templateRequest interface {
	tchttp.Request
	typed
	FromJsonString(body string) error
}

// templateParams fills a request with the parameters that a create from the spec
// would have, and returns the raw ones, which fit in. The SDK refuses what the
// request does not know.
func templateParams(req templateRequest, spec *provider.RunInstancesSpec) (map[string]string, error) {
	run, err := translateRun(spec)
	if err != nil {
		return nil, err
	}
	if spec.Count == 0 {
		run.InstanceCount = nil // left to the create
	}
	run.DryRun = nil // which would be one of the template
	if err := req.FromJsonString(run.ToJsonString()); err != nil {
		return nil, provider.FieldErrors{{Driver: Name, Path: "Spec", Reason: "has a parameter that templates do not know", Unsupported: true}}
	}
	opts, _ := optionsOf(spec) // translateRun has accepted them
	if len(opts.Params) > 0 {
		err = checkMerge(req, opts.Params)
	}
	return opts.Params, err
}

// withRaw puts raw parameters into a request, if there are any.
func withRaw(req templateRequest, params map[string]string) (tchttp.Request, error) {
	body, err := mergeParams(req, params)
	if err != nil || body == nil {
		return req, err
	}
	return rawRequest(req.GetAction(), body)
}

// versionsResponse is the SDK's answer with the data as it came: its own type
// lacks some of the parameters that templates hold.
type versionsResponse struct {
	*tchttp.BaseResponse
	Response *struct {
		TotalCount               *uint64
		LaunchTemplateVersionSet []*versionInfo
		RequestId                *string
	}
}

type versionInfo struct {
	cvm.LaunchTemplateVersionInfo
	LaunchTemplateVersionData sdkjson.RawMessage
}

func versionOf(raw *versionInfo) (*provider.LaunchTemplateVersion, error) {
	if raw == nil || value(raw.LaunchTemplateVersion) == 0 {
		return nil, errors.New("a version in it has no number")
	}
	spec, err := specOfTemplate(raw.LaunchTemplateVersionData)
	if err != nil {
		return nil, errors.New("the data of a version in it cannot be read")
	}
	return &provider.LaunchTemplateVersion{
		Version:     int(*raw.LaunchTemplateVersion),
		Description: value(raw.LaunchTemplateVersionDescription),
		Default:     value(raw.IsDefaultVersion),
		CreatedBy:   value(raw.CreatedBy),
		CreatedAt:   parseTime(value(raw.CreationTime)),
		Spec:        *spec,
	}, nil
}

// templateData is what a version holds. The SDK's type lacks two of the
// parameters that a template takes.
type templateData struct {
	cvm.LaunchTemplateVersionData
	Metadata         *cvm.Metadata
	EnableJumboFrame *bool
}

// specOfTemplate is translateRun backwards. What the spec it finds would not send
// again becomes a raw parameter, so that nothing is left out whatever CVM adds.
func specOfTemplate(raw []byte) (*provider.RunInstancesSpec, error) {
	data, tree := templateData{}, map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &data); err != nil {
			return nil, err
		}
		var err error
		if tree, err = wireTree(rawText(raw)); err != nil {
			return nil, err
		}
	}
	// The token of the call that made the version says nothing about its servers,
	// and a create that used it again would find the servers of another.
	delete(tree, "ClientToken")
	spec, opts := specOf(&data)
	if tags, ok := instanceTags(data.TagSpecification); ok {
		spec.Tags = tags
		delete(tree, "TagSpecification")
	}
	if items, ok := metadataOf(data.Metadata); ok {
		opts.Metadata = items
		delete(tree, "Metadata")
	}
	if err := addRest(tree, spec, &opts); err != nil {
		return nil, err
	}
	if opts.set() {
		spec.Vendor = []provider.VendorOption{opts}
	}
	return spec, nil
}

// rawText is JSON that is one already.
type rawText []byte

func (r rawText) ToJsonString() string { return string(r) }

// set tells whether there is an option at all.
func (o *RunOptions) set() bool { return !reflect.ValueOf(*o).IsZero() }

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

func readPlacement(spec *provider.RunInstancesSpec, data *templateData, opts *RunOptions) {
	if p := data.Placement; p != nil {
		spec.Zone = value(p.Zone)
		spec.Placement.DedicatedHostIDs = values(p.HostIds)
		// 0 is the default project, which CVM tells of every template.
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

// readNames recognizes the pattern that UniqueSuffix appends. It numbers both
// names or none.
func readNames(spec *provider.RunInstancesSpec, name, host string) {
	n, numberedName := strings.CutSuffix(name, uniquePattern)
	h, numberedHost := strings.CutSuffix(host, uniquePattern)
	spec.Name, spec.HostName = name, host
	if (numberedName && n != "" || name == "") && (numberedHost && h != "" || host == "") && name+host != "" {
		spec.Name, spec.HostName, spec.UniqueSuffix = n, h, true
	}
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
		if ips := parseAddresses(v.PrivateIpAddresses); len(ips) == len(v.PrivateIpAddresses) {
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
	for _, c := range []provider.BandwidthCharge{"", provider.PayByTraffic, provider.PayByBandwidth, provider.PrepaidBandwidth, provider.BandwidthPackage} {
		if internetCharge(c) == word {
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
		more := DataDiskOptions{CDCID: value(d.CdcId), ThroughputMiBps: int(value(d.ThroughputPerformance)), BurstPerformance: d.BurstPerformance}
		if more != (DataDiskOptions{}) {
			opts.DataDisks = append(opts.DataDisks, make([]DataDiskOptions, i-len(opts.DataDisks))...) // of the disks before
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
		plain := (value(o.MarketType) == "" || *o.MarketType == "spot") &&
			(value(o.SpotOptions.SpotInstanceType) == "" || *o.SpotOptions.SpotInstanceType == "one-time")
		if plain {
			b.Spot.MaxPrice = value(o.SpotOptions.MaxPrice)
		}
	}
}

// instanceTags returns the tags of the servers; ok is false when there are others
// too, or one twice.
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

// metadataOf returns the metadata of the servers; ok is false when a key is there
// twice or an item is none.
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

// addRest makes raw parameters of what the spec would not send.
func addRest(tree map[string]any, spec *provider.RunInstancesSpec, opts *RunOptions) error {
	with := *spec
	with.Vendor = []provider.VendorOption{*opts}
	req, err := translateRun(&with)
	if err != nil {
		return err
	}
	sent, err := wireTree(req)
	if err != nil {
		return err
	}
	have, rest := map[string]any{}, map[string]any{}
	leaves(have, "", sent)
	leaves(rest, "", tree)
	mapped := mappedParams()
	for name, v := range rest {
		if _, ok := have[name]; ok || isDefault(mapped, name, v, value(bandwidthOf(tree))) {
			continue
		}
		if opts.Params == nil {
			opts.Params = map[string]string{}
		}
		if opts.Params[name], err = rawParam(v); err != nil {
			return err
		}
	}
	return nil
}

// leaves writes the leaves of a tree under their flat names. Null says nothing.
func leaves(out map[string]any, prefix string, node any) {
	switch n := node.(type) {
	case nil:
	case map[string]any:
		for k, v := range n {
			leaves(out, join(prefix, k), v)
		}
	case []any:
		for i, v := range n {
			leaves(out, join(prefix, strconv.Itoa(i)), v)
		}
	default:
		out[prefix] = n
	}
}

// mappedParams are the parameters that fields of the spec stand for, "N" standing
// for an index, and the others whose zero says the same as their absence.
func mappedParams() map[string]bool {
	out := map[string]bool{"VirtualPrivateCloud.AsVpcGateway": true, "DataDisks.N.ThroughputPerformance": true}
	for _, f := range supportTable().Fields() {
		out[f.Param] = true
	}
	return out
}

// bandwidthOf finds the outbound bandwidth in a tree.
func bandwidthOf(tree map[string]any) *int64 {
	object, _ := tree["InternetAccessible"].(map[string]any)
	n, _ := object["InternetMaxBandwidthOut"].(json.Number)
	mbps, err := n.Int64()
	if err != nil {
		return nil
	}
	return &mbps
}

// isDefault tells whether a parameter that was read says the same as its absence.
// CVM answers with zeros for much that was never set.
func isDefault(mapped map[string]bool, name string, v any, mbps int64) bool {
	if v == "" {
		return true
	}
	steps := strings.Split(name, ".")
	for i, step := range steps {
		if isIndex(step) {
			steps[i] = "N"
		}
	}
	switch known := strings.Join(steps, "."); {
	case !mapped[known]:
		return false
	case known == "InternetAccessible.PublicIpAssigned":
		return v == false && mbps == 0 // with bandwidth, the default is true
	case known == "LoginSettings.KeepImageLogin":
		s, _ := v.(string)
		return strings.EqualFold(s, "false")
	default:
		return v == false || v == json.Number("0")
	}
}

// rawParam writes a leaf so that [rawValue] reads the same.
func rawParam(v any) (string, error) {
	if s, ok := v.(string); ok && !json.Valid([]byte(s)) {
		return s, nil
	}
	out, err := json.Marshal(v)
	return string(out), err
}
