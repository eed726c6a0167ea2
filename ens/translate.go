package ens

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The two create calls of ENS. They differ in names, types and abilities.
const (
	createInstance = "CreateInstance" // prepaid only; frozen
	runInstances   = "RunInstances"   // replaces it, but cannot say how long a renewal is
)

// nodeLevel is the ScheduleAreaLevel at which EnsRegionId names the place.
const nodeLevel = "Region"

// params are the parameters of a request, by wire name.
type params map[string]string

func (p params) text(name, value string) {
	if value != "" {
		p[name] = value
	}
}

func (p params) number(name string, n int) {
	if n != 0 {
		p[name] = strconv.Itoa(n)
	}
}

func (p params) flag(name string, on bool) { p[name] = strconv.FormatBool(on) }

// yes sends a flag only when it is set; its absence means no.
func (p params) yes(name string, on bool) {
	if on {
		p.flag(name, true)
	}
}

// translateRun turns a spec into the create call that can express it, raw
// parameters included.
func translateRun(spec *provider.RunInstancesSpec) (action string, p params) {
	action = chooseCreate(spec).action
	p = translateSpec(spec, action)
	maps.Copy(p, optionsOf(spec).Params)
	return action, p
}

// translateSpec is translateRun without the raw parameters, for the call that was
// chosen.
func translateSpec(spec *provider.RunInstancesSpec, action string) params {
	p := make(params, 24+2*len(spec.Tags)) // as many as a full spec has: to grow takes longer than to fill
	translateBasics(p, spec, action)
	translateLogin(p, &spec.Login)
	translateNetwork(p, &spec.Network)
	translateDisks(p, spec, action)
	translateBilling(p, &spec.Billing, action)
	translatePlacement(p, spec, action)
	translateExtras(p, spec)
	translateOptions(p, optionsOf(spec))
	return p
}

func translateBasics(p params, spec *provider.RunInstancesSpec, action string) {
	count := "Amount"
	if action == createInstance {
		count = "Quantity"
	}
	p.number(count, max(spec.Count, 1))
	p.text("ImageId", spec.ImageID)
	p.text("InstanceType", spec.InstanceType)
	p.text("InstanceName", spec.Name)
	p.text("HostName", spec.HostName)
	p.yes("UniqueSuffix", spec.UniqueSuffix)
}

func translateLogin(p params, l *provider.Login) {
	p.text("Password", l.Password.Reveal())
	p.text("KeyPairName", first(l.KeyPairs))
	p.yes("PasswordInherit", l.KeepImageLogin)
}

func translateNetwork(p params, n *provider.Network) {
	p.text("NetWorkId", n.VPCID) // sic
	p.text("VSwitchId", n.SubnetID)
	p.text("SecurityId", first(n.SecurityGroupIDs))
	if len(n.PrivateIPs) > 0 {
		p.text("PrivateIpAddress", n.PrivateIPs[0].String())
	}
	p.text("IpType", ipType(n.IPFamily))
	// Always sent: without it ENS assigns an address, and the spec says that
	// none means none.
	p.flag("PublicIpIdentification", n.PublicIP != nil)
	if n.PublicIP != nil {
		p.number("InternetMaxBandwidthOut", n.PublicIP.BandwidthMbps)
		p.text("InternetChargeType", internetChargeType(n.PublicIP.ChargeType))
	}
}

func ipType(f provider.IPFamily) string {
	switch f {
	case provider.IPv4:
		return "ipv4"
	case provider.IPv6:
		return "ipv6"
	case provider.DualStack:
		return "ipv4Andipv6"
	default:
		return ""
	}
}

// internetChargeType returns "" for what ENS does not have; validation refuses
// it before.
func internetChargeType(t provider.BandwidthCharge) string {
	switch t {
	case provider.PayByDailyPeak:
		return "BandwidthByDay"
	case provider.PayBy95th:
		return "95BandwidthByMonth"
	default:
		return ""
	}
}

// systemDisk and dataDisk are the JSON texts of RunInstances. Sizes are
// numbers: the vendor's own Terraform provider sends them so.
type systemDisk struct {
	Size     int    `json:"Size,omitempty"`
	Category string `json:"Category,omitempty"`
}

type dataDisk struct {
	Size      int    `json:"Size,omitempty"`
	Category  string `json:"Category,omitempty"`
	Encrypted bool   `json:"Encrypted,omitempty"`
	KMSKeyID  string `json:"KMSKeyId,omitempty"`
}

func translateDisks(p params, spec *provider.RunInstancesSpec, action string) {
	if action == createInstance {
		p.number("SystemDisk.Size", spec.SystemDisk.SizeGiB)
		if len(spec.DataDisks) > 0 {
			p.number("DataDisk.1.Size", spec.DataDisks[0].SizeGiB)
		}
		return
	}
	if sys := (systemDisk{Size: spec.SystemDisk.SizeGiB, Category: spec.SystemDisk.Type}); sys != (systemDisk{}) {
		p["SystemDisk"] = jsonText(sys)
	}
	if len(spec.DataDisks) > 0 {
		p["DataDisk"] = jsonText(dataDisks(spec.DataDisks))
	}
}

func dataDisks(disks []provider.Disk) []dataDisk {
	out := make([]dataDisk, len(disks))
	for i := range disks {
		out[i] = dataDisk{
			Size:      disks[i].SizeGiB,
			Category:  disks[i].Type,
			Encrypted: disks[i].Encrypted,
			KMSKeyID:  disks[i].KMSKeyID,
		}
	}
	return out
}

// translateBilling never leaves the charge type to the cloud: a spec without a
// mode must not buy a contract.
func translateBilling(p params, b *provider.Billing, action string) {
	p.number("Period", b.Period)
	if action == createInstance {
		p["PaymentType"] = "Subscription"
		p.text("AutoRenew", trueOrFalse(b.AutoRenew))
		p.number("AutoRenewPeriod", b.AutoRenewPeriod)
		return
	}
	p["InstanceChargeType"] = "PostPaid"
	if b.Mode == provider.Prepaid {
		p["InstanceChargeType"] = "PrePaid"
		p["PeriodUnit"] = periodUnit(b.PeriodUnit)
	}
	if b.AutoRenew != nil {
		p.flag("AutoRenew", *b.AutoRenew)
	}
	translateSpot(p, b)
}

func translateSpot(p params, b *provider.Billing) {
	if b.Mode != provider.Spot {
		return
	}
	p["SpotStrategy"] = "SpotAsPriceGo"
	if b.Spot.DurationHours != nil {
		p["SpotDuration"] = strconv.Itoa(*b.Spot.DurationHours)
	}
}

// periodUnit is for RunInstances; CreateInstance counts in months only.
func periodUnit(u provider.PeriodUnit) string {
	if u == provider.Day {
		return "Day"
	}
	return "Month"
}

// trueOrFalse writes a flag as CreateInstance documents AutoRenew: a string
// with a capital letter.
func trueOrFalse(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "True"
	default:
		return "False"
	}
}

func translatePlacement(p params, spec *provider.RunInstancesSpec, action string) {
	if !byArea(spec) {
		p.text("EnsRegionId", spec.Region)
	}
	if action == runInstances {
		p["ScheduleAreaLevel"] = cmp.Or(optionsOf(spec).ScheduleAreaLevel, nodeLevel)
	}
}

func translateExtras(p params, spec *provider.RunInstancesSpec) {
	p.tags(spec.Tags)
	p.text("UserData", base64.StdEncoding.EncodeToString(spec.UserData))
	if !spec.AutoReleaseTime.IsZero() {
		p["AutoReleaseTime"] = spec.AutoReleaseTime.UTC().Format(time.RFC3339)
	}
}

func translateOptions(p params, o RunOptions) {
	p.text("NetDistrictCode", o.NetDistrictCode)
	p.text("Carrier", o.Carrier)
	p.text("SchedulingStrategy", o.SchedulingStrategy)
	p.text("SchedulingPriceStrategy", o.SchedulingPriceStrategy)
	p.text("InstanceChargeStrategy", o.InstanceChargeStrategy)
	p.text("BillingCycle", o.BillingCycle)
	if o.AutoUseCoupon != nil {
		p.flag("AutoUseCoupon", *o.AutoUseCoupon)
	}
	if o.SendFalse {
		p.flag("UniqueSuffix", p["UniqueSuffix"] == "true")
		p.flag("PasswordInherit", p["PasswordInherit"] == "true")
	}
}

func (p params) tags(tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for i, key := range sorted.Keys(tags) {
		at := "Tag." + strconv.Itoa(i+1)
		p[at+".Key"], p[at+".Value"] = key, tags[key]
	}
}

// translateDescribe asks for IDs on every node, since ENS IDs are unique, and
// for anything else on one node, but for the servers of a lost create whose node
// ENS chose.
func translateDescribe(req *provider.DescribeRequest, page int, node string) params {
	p := params{"PageSize": strconv.Itoa(perCall)} // the default of 10 would hide the rest
	if len(req.IDs) > 0 {
		p["InstanceIds"] = jsonText(req.IDs)
		return p
	}
	if req.PageToken != "" {
		p["PageNumber"] = strconv.Itoa(page)
	}
	if req.For == nil || !byArea(req.For) {
		p.text("EnsRegionId", node)
	}
	p.text("InstanceName", req.Name)
	if len(req.Tags) > 0 {
		p["Tags"] = jsonText(tagFilter(req.Tags))
	}
	return p
}

// tagParam is an element of the Tags parameter.
type tagParam struct{ Key, Value string }

func tagFilter(tags map[string]string) []tagParam {
	out := make([]tagParam, 0, len(tags))
	for _, key := range sorted.Keys(tags) {
		out = append(out, tagParam{key, tags[key]})
	}
	return out
}

// translateTerminate knows that prepaid servers have a call of their own. A
// server whose billing mode is not known is taken for one on demand; ENS
// refuses it if it is not.
func translateTerminate(req *provider.TerminateRequest) (action string, p params) {
	action = "ReleasePostPaidInstance"
	if req.Billing == provider.Prepaid {
		action = "ReleasePrePaidInstance"
	}
	return action, params{"InstanceId": req.IDs[0]}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// jsonText is for types of this package, which always marshal.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("ens: " + err.Error())
	}
	return string(text)
}

// instanceOf reads a server as ENS describes it. ENS tells no zone and no
// reason of a failure.
func instanceOf(raw *RawInstance) provider.Instance {
	n := &raw.NetworkAttributes
	room := make([]netip.Addr, 0, 2) // most servers have one address of each kind
	private := addrsOf(room, raw.PrivateIPAddresses.PrivateIPAddress, n.PrivateIPAddress.IPAddress, raw.InnerIPAddress.IPAddress)
	used := min(len(private), cap(room))
	public := addrsOf(room[used:used], raw.PublicIPAddresses.PublicIPAddress, raw.PublicIPAddress.IPAddress)
	return provider.Instance{
		ID:               raw.InstanceID,
		Name:             raw.InstanceName,
		HostName:         raw.HostName,
		State:            stateOf(raw.Status),
		RawState:         raw.Status,
		Region:           raw.EnsRegionID,
		ImageID:          raw.ImageID,
		InstanceType:     raw.SpecName,
		CPUs:             raw.CPU,
		MemoryMiB:        raw.Memory,
		VPCID:            n.NetworkID,
		SubnetID:         n.VSwitchID,
		SecurityGroupIDs: raw.SecurityGroupIDs.SecurityGroupID,
		PrivateIPs:       private,
		PublicIPs:        public,
		Billing:          billingOf(raw.InstanceResourceType, raw.SpotStrategy),
		CreatedAt:        timeOf(raw.CreationTime),
		ExpiresAt:        expiryOf(raw),
		Tags:             tagsOf(raw.Tags.Tags),
	}.WithSys(raw)
}

// expiryOf ignores ExpiredTime of what is not prepaid: there it is no end.
func expiryOf(raw *RawInstance) time.Time {
	if billingOf(raw.InstanceResourceType, "") == provider.Prepaid {
		return timeOf(raw.ExpiredTime)
	}
	return timeOf(raw.AutoReleaseTime)
}

// timeOf reads both forms the vendor uses, with and without seconds.
func timeOf(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// addrsOf merges lists in which ENS repeats itself, and drops what is no address.
// What fits is put where there is room for it.
func addrsOf(out []netip.Addr, carriers []RawCarrierAddress, lists ...[]string) []netip.Addr {
	add := func(s string) {
		if a, err := netip.ParseAddr(s); err == nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	for _, list := range lists {
		for _, s := range list {
			add(s)
		}
	}
	for i := range carriers {
		add(carriers[i].IP)
	}
	if len(out) == 0 {
		return nil
	}
	return slices.Clip(out)
}

func tagsOf(list []RawTag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]string, len(list))
	for _, t := range list {
		out[t.TagKey] = t.TagValue
	}
	return out
}
