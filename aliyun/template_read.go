package aliyun

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// templateSpec returns what a version holds as a spec. What no field of a spec can carry, or not in
// the same words, becomes a raw parameter. So nothing is left out, and what the cloud would use for
// instances can be written again.
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
		DeletionProtection: k.yes("DeletionProtection"),
		AutoReleaseTime:    k.time("AutoReleaseTime"),
	}
	for i := range k.size("DataDisk") {
		s.DataDisks = append(s.DataDisks, k.disk(fmt.Sprintf("DataDisk.%d.", i+1)))
	}
	s.DataDisks = trimmed(s.DataDisks, func(d *provider.Disk) bool { return *d == provider.Disk{} })
	if key := k.text("KeyPairName"); key != "" {
		s.Login.KeyPairs = []string{key}
	} else {
		s.Login.KeepImageLogin = k.yes("PasswordInherit")
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

// groups takes the list of security groups, or the single group that older templates have in its
// place. A single group that the list has too says nothing new.
func (k kept) groups(at string) []string {
	ids, one := k.list(at+"SecurityGroupIds"), at+"SecurityGroupId"
	saysNothingNew := len(ids) == 0 || slices.Contains(ids, k[one])
	if k[one] != "" && saysNothingNew {
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
		Encrypted:            k.yes(at + "Encrypted"),
		DeleteWithInstance:   k.choice(at + "DeleteWithInstance"),
		AutoSnapshotPolicyID: k.text(at + "AutoSnapshotPolicyId"),
		Device:               k.text(at + "Device"),
	}
}

// billing takes the parameters that make a billing mode, and leaves those that do not belong to it.
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

// tags takes all tags. It takes none when a map cannot hold one of them, or when one breaks the rules:
// the others then keep their numbers.
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

// ioOptimized takes a word that creates take too. The reference's example of a version has true in its
// place.
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
	t, err := time.Parse(timeFormat, k[name])
	if err != nil {
		return time.Time{}
	}
	delete(k, name)
	return t
}
