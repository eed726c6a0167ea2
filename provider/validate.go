package provider

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxCount keeps a typing error from creating a huge number of instances.
const maxCount = 100_000

// Validate checks the rules that hold on every cloud and returns nil or
// [FieldErrors] with every problem. It does not know a cloud's own limits:
// [Client.Preview] and [Client.RunInstances] check those as well.
//
// A password, user data or a raw parameter that holds "[redacted]" is a problem too. Secrets
// marshal to that text, so it stands where a secret was before the spec was encoded.
func (s *RunInstancesSpec) Validate() error {
	var c Checker
	s.checkCounts(&c)
	s.checkIDs(&c)
	s.checkHardware(&c)
	c.Text("Name", s.Name)
	c.Text("HostName", s.HostName)
	c.Text("Description", s.Description)
	s.Login.check(&c)
	s.checkNetwork(&c)
	s.SystemDisk.check(c.In("SystemDisk"))
	c.Require(s.SystemDisk.VolumeID == "", "SystemDisk.VolumeID", s.SystemDisk.VolumeID,
		"a system disk is made from the image; attach existing volumes as DataDisks")
	for i := range s.DataDisks {
		s.DataDisks[i].check(c.Item("DataDisks", i))
	}
	s.Billing.check(&c)
	s.checkPlacement(&c)
	c.Tags("Tags", s.Tags)
	s.checkTemplate(&c)
	c.ClientToken(s.ClientToken)
	c.VendorOptions("Vendor", s.Vendor)
	shape.Placeholders(reflect.ValueOf(s).Elem(), c.failPlaceholder)
	return c.Err()
}

func (s *RunInstancesSpec) checkCounts(c *Checker) {
	c.Require(s.Count >= 0, "Count", s.Count, "must not be negative")
	if s.Count > maxCount {
		c.Fail("Count", s.Count, fmt.Sprintf("must be at most %d", maxCount))
	}
	c.Require(s.MinCount >= 0, "MinCount", s.MinCount, "must not be negative")
	if s.MinCount > max(s.Count, 1) {
		c.Fail("MinCount", s.MinCount, fmt.Sprintf("must not be more than Count (%d)", max(s.Count, 1)))
	}
	c.Require(!s.UniqueSuffix || s.Name != "" || s.HostName != "", "UniqueSuffix", nil,
		"needs a Name or a HostName to number")
}

// checkIDs refuses what a copied ID brings along. A cloud would call it unknown.
func (s *RunInstancesSpec) checkIDs(c *Checker) {
	for _, id := range []struct{ path, text string }{
		{"Zone", s.Zone},
		{"ImageID", s.ImageID},
		{"InstanceType", s.InstanceType},
		{"Network.VPCID", s.Network.VPCID},
		{"Network.SubnetID", s.Network.SubnetID},
	} {
		c.Require(id.text == strings.TrimSpace(id.text), id.path, id.text, "begins or ends with a blank or a line break: remove it")
	}
}

func (s *RunInstancesSpec) checkHardware(c *Checker) {
	h, o := s.Hardware, s.CPUOptions
	c.NotNegative("Hardware.CPUs", h.CPUs)
	c.NotNegative("Hardware.MemoryMiB", h.MemoryMiB)
	c.NotNegative("Hardware.GPUs", h.GPUs)
	c.Require((h.CPUs == 0) == (h.MemoryMiB == 0), "Hardware", nil,
		"CPUs and MemoryMiB go together: give both or neither")
	c.Require(h.CPUs == 0 || s.InstanceType == "", "Hardware.CPUs", h.CPUs,
		"excludes InstanceType: the cloud would ignore one of them")
	c.NotNegative("CPUOptions.Cores", o.Cores)
	c.NotNegative("CPUOptions.ThreadsPerCore", o.ThreadsPerCore)
	c.NotNegative("CPUOptions.Sockets", o.Sockets)
	c.NotNegative("CPUOptions.NUMANodes", o.NUMANodes)
}

func (l *Login) check(c *Checker) {
	ways := 0
	for _, set := range []bool{l.Password != "", len(l.KeyPairs) > 0, l.KeepImageLogin} {
		if set {
			ways++
		}
	}
	c.Require(ways <= 1, "Login", nil, "choose one of Password, KeyPairs and KeepImageLogin")
	c.NoneEmpty("Login.KeyPairs", l.KeyPairs)
	c.Require(utf8.ValidString(l.Password.Reveal()), "Login.Password", nil, ruleText)
}

func (s *RunInstancesSpec) checkNetwork(c *Checker) {
	n := &s.Network
	c.NoneEmpty("Network.SecurityGroupIDs", n.SecurityGroupIDs)
	checkAddrs(c, "Network.PrivateIPs", n.PrivateIPs, netip.Addr.Is4, "an IPv4 address")
	checkAddrs(c, "Network.IPv6Addresses", n.IPv6Addresses, func(a netip.Addr) bool { return a.Is6() && !a.Is4In6() },
		"an IPv6 address")
	if k := len(n.PrivateIPs); k > 0 && k != max(s.Count, 1) {
		c.Fail("Network.PrivateIPs", k,
			fmt.Sprintf("one address for each instance is needed: Count is %d", max(s.Count, 1)))
	}
	c.NotNegative("Network.IPv6Count", n.IPv6Count)
	if len(n.IPv6Addresses) > 0 {
		c.Require(n.IPv6Count == 0, "Network.IPv6Count", n.IPv6Count, "excludes IPv6Addresses")
		c.Require(s.Count <= 1, "Network.IPv6Addresses", nil,
			"fixed IPv6 addresses are for one instance: Count must be 1")
	}
	oneOf(c, "Network.IPFamily", n.IPFamily, IPv4, IPv6, DualStack)
	if p := n.PublicIP; p != nil {
		c.NotNegative("Network.PublicIP.BandwidthMbps", p.BandwidthMbps)
		c.NotNegative("Network.PublicIP.InboundMbps", p.InboundMbps)
		oneOf(c, "Network.PublicIP.ChargeType", p.ChargeType,
			PayByTraffic, PayByBandwidth, PrepaidBandwidth, BandwidthPackage, PayByDailyPeak, PayBy95th)
	}
	for i := range n.Interfaces {
		in, f := c.Item("Network.Interfaces", i), &n.Interfaces[i]
		in.NoneEmpty("SecurityGroupIDs", f.SecurityGroupIDs)
		in.Text("Name", f.Name)
		in.Text("Description", f.Description)
		if f.PrivateIP.IsValid() && s.Count > 1 {
			in.Fail("PrivateIP", f.PrivateIP, "a fixed address is for one instance: Count must be 1")
		}
	}
}

func (d *Disk) check(c *Checker) {
	c.NotNegative("SizeGiB", d.SizeGiB)
	c.NotNegative("IOPS", d.IOPS)
	c.Text("Name", d.Name)
	c.Text("Description", d.Description)
	if d.KMSKeyID != "" && !d.Encrypted {
		c.Fail("KMSKeyID", d.KMSKeyID, "needs Encrypted")
	}
	if d.VolumeID != "" && d.SnapshotID != "" {
		c.Fail("VolumeID", d.VolumeID, "excludes SnapshotID: an existing volume is not filled anew")
	}
}

func (b *Billing) check(c *Checker) {
	oneOf(c, "Billing.Mode", b.Mode, OnDemand, Prepaid, Spot, DedicatedHost)
	oneOf(c, "Billing.PeriodUnit", b.PeriodUnit, Day, Week, Month, Year)
	c.NotNegative("Billing.Period", b.Period)
	c.NotNegative("Billing.AutoRenewPeriod", b.AutoRenewPeriod)
	if b.Mode == Prepaid {
		c.Require(b.Period != 0, "Billing.Period", nil, "required with Mode prepaid")
		renews := b.AutoRenew != nil && *b.AutoRenew
		c.Require(b.AutoRenewPeriod == 0 || renews, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, "needs AutoRenew")
	} else {
		const rule = "needs Mode prepaid"
		c.Require(b.Period == 0, "Billing.Period", b.Period, rule)
		c.Require(b.PeriodUnit == "", "Billing.PeriodUnit", b.PeriodUnit, rule)
		c.Require(b.AutoRenew == nil, "Billing.AutoRenew", nil, rule)
		c.Require(b.AutoRenewPeriod == 0, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, rule)
	}
	b.Spot.check(c, b.Mode)
}

func (o *SpotOptions) check(c *Checker, mode BillingMode) {
	oneOf(c, "Billing.Spot.Strategy", o.Strategy, SpotMarketPrice, SpotPriceLimit)
	oneOf(c, "Billing.Spot.Interruption", o.Interruption, SpotTerminate, SpotStop)
	if mode != Spot {
		c.Require(*o == SpotOptions{}, "Billing.Spot", nil, "needs Mode spot")
		return
	}
	c.Require(o.Strategy != SpotPriceLimit || o.MaxPrice != "", "Billing.Spot.MaxPrice", nil,
		"required with Strategy price-limit")
	c.Require(o.Strategy != SpotMarketPrice || o.MaxPrice == "", "Billing.Spot.MaxPrice", o.MaxPrice,
		"excludes Strategy market-price")
	c.Require(o.MaxPrice == "" || isPrice(o.MaxPrice), "Billing.Spot.MaxPrice", o.MaxPrice,
		`must be a positive decimal number, like "0.97"`)
	if o.DurationHours != nil {
		c.NotNegative("Billing.Spot.DurationHours", *o.DurationHours)
	}
}

func (s *RunInstancesSpec) checkPlacement(c *Checker) {
	p := &s.Placement
	c.NoneEmpty("Placement.DedicatedHostIDs", p.DedicatedHostIDs)
	oneOf(c, "Placement.Tenancy", p.Tenancy, SharedTenancy, HostTenancy)
	oneOf(c, "Placement.Affinity", p.Affinity, NoAffinity, HostAffinity)
}

func (s *RunInstancesSpec) checkTemplate(c *Checker) {
	t := s.LaunchTemplate
	if t == nil {
		return
	}
	c.Require((t.ID == "") != (t.Name == ""), "LaunchTemplate", nil, "give its ID or its Name, and not both")
	c.NotNegative("LaunchTemplate.Version", t.Version)
}

func oneOf[E ~string](c *Checker, path string, v E, known ...E) {
	if v != "" && !slices.Contains(known, v) {
		c.Fail(path, v, fmt.Sprintf("must be one of %q", slices.Clone(known))) // the list itself stays off the heap
	}
}

func checkAddrs(c *Checker, path string, addrs []netip.Addr, ok func(netip.Addr) bool, what string) {
	seen := make(map[netip.Addr]bool, len(addrs))
	at := func(i int) string { return indexed(path, i) }
	for i, a := range addrs {
		switch {
		case !a.IsValid():
			c.Fail(at(i), nil, "must be "+what)
		case !ok(a):
			c.Fail(at(i), a, "must be "+what)
		case seen[a]:
			c.Fail(at(i), a, "is given twice")
		}
		seen[a] = true
	}
}

// isPrice accepts plain decimal numbers above zero: no sign, no exponent.
func isPrice(s string) bool {
	if strings.Trim(s, "0123456789.") != "" {
		return false
	}
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && f > 0
}
