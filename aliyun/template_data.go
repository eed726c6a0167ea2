package aliyun

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// translateTemplate returns the parameters of CreateLaunchTemplate and
// CreateLaunchTemplateVersion: flat, under the names of RunInstances. Security
// groups are a list here too, so that a create that names others replaces them.
func translateTemplate(t *provider.LaunchTemplateSpec) (params, error) {
	p := make(params, 48)
	p.text("LaunchTemplateName", t.Name)
	p.text("VersionDescription", t.VersionDescription)
	p.tags("TemplateTag", t.Tags)
	translateSpec(p, &t.Spec)
	o := optionsOf(&t.Spec)
	translateOptions(p, &o)
	if o.SendFalse {
		p.denyAll(&t.Spec, "PasswordInherit", "DeletionProtection")
	}
	own := vendorOptions[TemplateOptions](t.Vendor)
	p.text("NetworkType", own.NetworkType)
	p.text("ImageOwnerAlias", own.ImageOwnerAlias)
	p.choice("EnableVmOsConfig", own.EnableVMOSConfig)
	p.text("TemplateResourceGroupId", own.ResourceGroupID)
	c := provider.Checker{Driver: Name}
	checkTemplateRaw(&c, "Spec.Vendor.Params", p, o.Params)
	maps.Copy(p, o.Params)
	checkTemplateRaw(&c, "Vendor.Params", p, own.Params)
	maps.Copy(p, own.Params)
	return p, c.Err()
}

// rawTemplateParams returns the raw parameters of both kinds of options.
func rawTemplateParams(t *provider.LaunchTemplateSpec) map[string]string {
	out := map[string]string{}
	maps.Copy(out, optionsOf(&t.Spec).Params)
	maps.Copy(out, vendorOptions[TemplateOptions](t.Vendor).Params)
	return out
}

// TemplateSupport implements [provider.LaunchTemplateDriver].
func (d *driver) TemplateSupport() provider.Support { return templateTable() }

// noTemplateKey is why templates refuse KMS keys. Newer documentation has them.
const noTemplateKey = "the vendor's typed request has Encrypted alone, with the default key; RunOptions.Params take it by its wire name"

// templateTable says what becomes of every leaf of a template's spec. Whatever a
// template does not hold would be dropped by the cloud without a word.
func templateTable() provider.Support {
	no := map[string]string{
		"Count":                          "a template has no count: give it to RunInstances",
		"MinCount":                       "a template has no count: give it to RunInstances",
		"UniqueSuffix":                   "a template has none: give it to RunInstances, or number the names by [begin,bits]",
		"Login.Password":                 "a template holds no password: give it to RunInstances",
		"Network.IPv6Addresses":          "a template holds IPv6Count only",
		"Billing.Spot.Interruption":      "a template has none: give it to RunInstances",
		"SystemDisk.KMSKeyID":            noTemplateKey,
		"DataDisks[].KMSKeyID":           noTemplateKey,
		"CPUOptions.Cores":               "a template has no CPU options: give them to RunInstances",
		"CPUOptions.ThreadsPerCore":      "a template has no CPU options: give them to RunInstances",
		"CPUOptions.NUMANodes":           "a template has no CPU options: give them to RunInstances",
		"Placement.DedicatedHostIDs":     "a template has no dedicated hosts: give them to RunInstances",
		"Placement.DedicatedHostGroupID": "a template has no dedicated hosts: give them to RunInstances",
		"Placement.Tenancy":              "a template has no dedicated hosts: give it to RunInstances",
		"Placement.Affinity":             "a template has no dedicated hosts: give it to RunInstances",
		"Placement.HPCClusterID":         "a template has no cluster: give it to RunInstances",
		"LaunchTemplate":                 "a template cannot refer to another one",
		"LaunchTemplate.ID":              "a template cannot refer to another one",
		"LaunchTemplate.Name":            "a template cannot refer to another one",
		"LaunchTemplate.Version":         "a template cannot refer to another one",
		"DryRun":                         "a template is not a request: give it to RunInstances",
		"ClientToken":                    "a template is not a request: give it to RunInstances",
	}
	more := map[string]string{ // what RunInstances itself does not have
		"Network.VPCID":                 "VpcId",
		"SystemDisk.DeleteWithInstance": "SystemDisk.DeleteWithInstance",
	}
	fields := supportTable().Fields()
	for i, f := range fields {
		if why, ok := no[f.Path]; ok {
			fields[i] = provider.Refused(f.Path, why)
		} else if param, ok := more[f.Path]; ok {
			fields[i] = provider.To(f.Path, param)
		}
	}
	return provider.NewSupport(Name, fields)
}

// kept are the parameters that a version holds, by their wire names. Reading one
// takes it out, so that what is left has no place in the spec.
type kept map[string]string

// flatten reads LaunchTemplateData. The system disk may be there twice, as keys
// with a dot and as an object.
func flatten(data []byte) (kept, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var top map[string]any
	if err := d.Decode(&top); err != nil || top == nil {
		return nil, false
	}
	k := kept{}
	for _, name := range sorted.Keys(top) {
		k.add(name, top[name])
	}
	return k, true
}

func (k kept) add(name string, value any) {
	switch v := value.(type) {
	case string:
		k.set(name, v)
	case json.Number:
		k.set(name, v.String())
	case bool:
		k.set(name, strconv.FormatBool(v))
	case map[string]any:
		for _, field := range sorted.Keys(v) {
			k.add(name+"."+field, v[field])
		}
	case []any:
		for i, item := range v {
			k.add(fmt.Sprintf("%s.%d", listParam(name), i+1), item)
		}
	}
}

// set keeps the value that says more when a parameter is there twice.
func (k kept) set(name, value string) {
	if value == "" || k[name] != "" && (value == "0" || value == "false") {
		return
	}
	k[name] = value
}

// listParam is the name that a list has in requests: answers wrap lists twice.
func listParam(name string) string {
	switch name {
	case "DataDisks", "DataDisks.DataDisk":
		return "DataDisk"
	case "NetworkInterfaces", "NetworkInterfaces.NetworkInterface":
		return "NetworkInterface"
	case "Tags", "Tags.InstanceTag":
		return "Tag"
	}
	if outer, ok := strings.CutSuffix(name, ".SecurityGroupId"); ok && strings.HasSuffix(outer, "SecurityGroupIds") {
		return outer
	}
	return name
}

func (k kept) text(name string) string {
	v := k[name]
	delete(k, name)
	return v
}

// number takes a whole number. 0 is what is not set.
func (k kept) number(name string) int {
	n, err := strconv.Atoi(k[name])
	if err != nil || n < 0 || strconv.Itoa(n) != k[name] {
		return 0
	}
	delete(k, name)
	return n
}

// flag takes a flag that is off unless it is set.
func (k kept) flag(name string) bool {
	on := k.choice(name)
	return on != nil && *on
}

func (k kept) choice(name string) *bool {
	switch k[name] {
	case "true", "false":
		return new(k.text(name) == "true")
	}
	return nil
}

// addr takes an IPv4 address.
func (k kept) addr(name string) (a netip.Addr) {
	if a, err := netip.ParseAddr(k[name]); err == nil && a.Is4() {
		delete(k, name)
		return a
	}
	return a
}

// size is the highest number in a list. Numbers beyond any list are none.
func (k kept) size(list string) (n int) {
	for name := range k {
		rest, ok := strings.CutPrefix(name, list+".")
		digits, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(digits); ok && err == nil && i <= longestList {
			n = max(n, i)
		}
	}
	return n
}

// longestList is more than any list of a template has.
const longestList = 1000

func (k kept) list(name string) (out []string) {
	for i := range k.size(name) {
		if v := k.text(fmt.Sprintf("%s.%d", name, i+1)); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// templateSpec is what a version holds as a spec. What no field of a spec can
// say, or not in the same words, becomes raw parameters: nothing is left out, and
// what the cloud would take for servers can be written again.
func templateSpec(k kept) provider.RunInstancesSpec {
	s := provider.RunInstancesSpec{
		Zone:               k.text("ZoneId"),
		ImageID:            k.text("ImageId"),
		InstanceType:       k.text("InstanceType"),
		Name:               k.text("InstanceName"),
		HostName:           k.text("HostName"),
		Description:        k.text("Description"),
		Network:            k.network(),
		SystemDisk:         k.disk("SystemDisk."),
		Billing:            k.billing(),
		Placement:          provider.Placement{GroupID: k.text("DeploymentSetId")},
		Tags:               k.tags(),
		UserData:           k.userData(),
		RoleName:           k.text("RamRoleName"),
		ProjectID:          k.text("ResourceGroupId"),
		SecurityAgent:      k.securityAgent(),
		DeletionProtection: k.flag("DeletionProtection"),
		AutoReleaseTime:    k.time("AutoReleaseTime"),
	}
	for i := range k.size("DataDisk") {
		s.DataDisks = append(s.DataDisks, k.disk(fmt.Sprintf("DataDisk.%d.", i+1)))
	}
	s.DataDisks = trimmed(s.DataDisks, func(d *provider.Disk) bool { return *d == provider.Disk{} })
	if key := k.text("KeyPairName"); key != "" {
		s.Login.KeyPairs = []string{key}
	} else {
		s.Login.KeepImageLogin = k.flag("PasswordInherit")
	}
	o := RunOptions{IoOptimized: k.ioOptimized(), CreditSpecification: k.text("CreditSpecification")}
	k.dropDefaults()
	if len(k) > 0 {
		o.Params = k
	}
	if o.IoOptimized != "" || o.CreditSpecification != "" || len(o.Params) > 0 {
		s.Vendor = []provider.VendorOption{o}
	}
	return s
}

// trimmed cuts empty elements off the end of a list: what the cloud has there is
// all in raw parameters.
func trimmed[T any](list []T, empty func(*T) bool) []T {
	for len(list) > 0 && empty(&list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// dropDefaults takes out the zeros that a service may show for what is not set:
// none of these numbers may be 0, and none of these flags is on by itself.
func (k kept) dropDefaults() {
	for name, value := range k {
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "Period", "AutoRenewPeriod", "SpotPriceLimit", "SpotDuration", "HttpPutResponseHopLimit", "Iops", "InternetMaxBandwidthIn":
			if f, err := strconv.ParseFloat(value, 64); err == nil && f == 0 {
				delete(k, name)
			}
		case "AutoRenew", "BurstingEnabled", "PasswordInherit":
			if value == "false" {
				delete(k, name)
			}
		}
	}
}

func (k kept) network() provider.Network {
	n := provider.Network{
		VPCID:            k.text("VpcId"),
		SubnetID:         k.text("VSwitchId"),
		SecurityGroupIDs: k.groups(""),
		IPv6Count:        k.number("Ipv6AddressCount"),
	}
	if a := k.addr("PrivateIpAddress"); a.IsValid() {
		n.PrivateIPs = []netip.Addr{a}
	}
	if out := k.number("InternetMaxBandwidthOut"); out > 0 { // without it there is no public address
		n.PublicIP = &provider.PublicIP{BandwidthMbps: out, InboundMbps: k.number("InternetMaxBandwidthIn")}
		for _, c := range []provider.BandwidthCharge{provider.PayByTraffic, provider.PayByBandwidth} {
			if k["InternetChargeType"] == internetChargeType(c) {
				n.PublicIP.ChargeType = c
				delete(k, "InternetChargeType")
			}
		}
	}
	for i := range k.size("NetworkInterface") {
		at := fmt.Sprintf("NetworkInterface.%d.", i+1)
		n.Interfaces = append(n.Interfaces, provider.NetworkInterface{
			SubnetID:         k.text(at + "VSwitchId"),
			SecurityGroupIDs: k.groups(at),
			PrivateIP:        k.addr(at + "PrimaryIpAddress"),
			Name:             k.text(at + "NetworkInterfaceName"),
			Description:      k.text(at + "Description"),
		})
	}
	n.Interfaces = trimmed(n.Interfaces, func(i *provider.NetworkInterface) bool {
		return reflect.DeepEqual(*i, provider.NetworkInterface{})
	})
	return n
}

// groups takes the list of security groups, or the one that older templates have
// in its place. One beside a list that has it too says nothing new.
func (k kept) groups(at string) []string {
	ids, one := k.list(at+"SecurityGroupIds"), at+"SecurityGroupId"
	if k[one] != "" && (len(ids) == 0 || slices.Contains(ids, k[one])) {
		if id := k.text(one); len(ids) == 0 {
			ids = []string{id}
		}
	}
	return ids
}

func (k kept) disk(at string) provider.Disk {
	return provider.Disk{
		Type:                 k.text(at + "Category"),
		SizeGiB:              k.number(at + "Size"),
		Name:                 k.text(at + "DiskName"),
		Description:          k.text(at + "Description"),
		PerformanceLevel:     k.text(at + "PerformanceLevel"),
		IOPS:                 k.number(at + "ProvisionedIops"),
		SnapshotID:           k.text(at + "SnapshotId"),
		Encrypted:            k.flag(at + "Encrypted"),
		DeleteWithInstance:   k.choice(at + "DeleteWithInstance"),
		AutoSnapshotPolicyID: k.text(at + "AutoSnapshotPolicyId"),
		Device:               k.text(at + "Device"),
	}
}

// billing takes what makes a billing mode together, and leaves what does not go
// with it.
func (k kept) billing() (b provider.Billing) {
	charge, strategy := k["InstanceChargeType"], k["SpotStrategy"]
	postpaid := charge == "PostPaid" || charge == ""
	switch {
	case charge == "PrePaid":
		b.Mode, b.Period = provider.Prepaid, k.number("Period")
		b.PeriodUnit = k.periodUnit()
		if b.AutoRenew = k.choice("AutoRenew"); b.AutoRenew != nil && *b.AutoRenew {
			b.AutoRenewPeriod = k.number("AutoRenewPeriod")
		}
		delete(k, "InstanceChargeType")
		return b
	case postpaid && strategy == "SpotAsPriceGo":
		b.Mode, b.Spot.Strategy = provider.Spot, provider.SpotMarketPrice
	case postpaid && strategy == "SpotWithPriceLimit" && price(k["SpotPriceLimit"]) != "":
		b.Mode, b.Spot.Strategy = provider.Spot, provider.SpotPriceLimit
		b.Spot.MaxPrice = price(k.text("SpotPriceLimit"))
	case charge == "PostPaid" && strategy == "", postpaid && strategy == "NoSpot":
		b.Mode = provider.OnDemand
	default:
		return b
	}
	if hours, err := strconv.Atoi(k["SpotDuration"]); b.Mode == provider.Spot && err == nil && hours >= 0 {
		b.Spot.DurationHours = new(hours) // 0 is a choice
		delete(k, "SpotDuration")
	}
	delete(k, "InstanceChargeType")
	delete(k, "SpotStrategy")
	return b
}

// price writes a positive number without an exponent, or returns "".
func price(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f <= 0:
		return ""
	case strings.Trim(s, "0123456789.") == "":
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (k kept) periodUnit() provider.PeriodUnit {
	for _, u := range []provider.PeriodUnit{provider.Week, provider.Month} {
		if k["PeriodUnit"] == periodUnit(u) {
			delete(k, "PeriodUnit")
			return u
		}
	}
	return ""
}

// tags takes all tags, or none if there is one among them that no map can hold
// or that is against the rules: the others keep their numbers then.
func (k kept) tags() map[string]string {
	n := k.size("Tag")
	if n == 0 {
		return nil
	}
	out := make(map[string]string, n)
	for i := range n {
		out[k[fmt.Sprintf("Tag.%d.Key", i+1)]] = k[fmt.Sprintf("Tag.%d.Value", i+1)]
	}
	c := provider.Checker{}
	checkTags(&c, out)
	checkShortTags(&c, out)
	if _, nameless := out[""]; nameless || len(out) < n || c.Err() != nil {
		return nil
	}
	for i := range n {
		delete(k, fmt.Sprintf("Tag.%d.Key", i+1))
		delete(k, fmt.Sprintf("Tag.%d.Value", i+1))
	}
	return out
}

func (k kept) userData() provider.UserData {
	raw, err := base64.StdEncoding.DecodeString(k["UserData"])
	if err != nil || len(raw) == 0 {
		return nil
	}
	delete(k, "UserData")
	return raw
}

// ioOptimized takes a word that creates take too: the reference's example of a
// version has true in its place.
func (k kept) ioOptimized() string {
	switch word := k.text("IoOptimized"); word {
	case "true":
		return "optimized"
	case "false":
		return "none"
	default:
		return word
	}
}

func (k kept) securityAgent() *bool {
	for _, on := range []bool{true, false} {
		if k["SecurityEnhancementStrategy"] == securityEnhancement(&on) {
			delete(k, "SecurityEnhancementStrategy")
			return &on
		}
	}
	return nil
}

func (k kept) time(name string) time.Time {
	t, err := time.Parse(stamp, k[name])
	if err != nil {
		return time.Time{}
	}
	delete(k, name)
	return t
}
