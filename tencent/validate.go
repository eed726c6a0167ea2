package tencent

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	// ruleProject is shared with the translator, which cannot send what it
	// breaks.
	ruleProject = "a project of Tencent Cloud is a number, 0 being the default project"

	// ruleRegion keeps a request from failing on its way: the region is a header.
	ruleRegion = "must be printable ASCII without blanks"
)

// ValidateRun checks what CVM documents and what a mapped field cannot say on
// it. Lists that Tencent adds to (types, zones, disk kinds) are left to the cloud.
// So is that AutoReleaseTime has to be five minutes ahead: an operation that is
// resumed must be able to ask again for what it asked for long ago.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	opts, err := optionsOf(spec)
	checkSpec(c, spec, opts, spec.LaunchTemplate == nil)
	c.Add(err)
	if err == nil {
		checkPerInstance(c, spec, opts)
		c.Add(checkParams(spec, opts))
	}
	return c.Err()
}

// checkPerInstance refuses lists that give each instance of a create an entry of its own
// when the create may take several calls: all of those would send the whole list.
func checkPerInstance(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	const rule = "has an entry for each instance of one create, and "
	var why string
	switch {
	case spec.Count > idsPerCall:
		why = fmt.Sprintf("%d instances take several creates: ask for at most %d at once, each time with their entries", spec.Count, idsPerCall)
	case spec.MinCount > 0 && spec.MinCount < spec.Count:
		why = "MinCount leaves a rest that another create may make: set MinCount to Count"
	default:
		return
	}
	// A machine that is taken cannot be taken again: a rest finds out.
	c.Require(len(opts.CHCIDs) == 0 || spec.Count <= idsPerCall, "Vendor.CHCIDs", nil, rule+why)
	for _, name := range sorted.Keys(opts.Params) {
		if perInstance.MatchString(name) || perInstanceIn.MatchString(opts.Params[name]) {
			c.Entry("Vendor.Params", name).Fail("", nil, rule+why)
		}
	}
}

// What has an entry for each instance, by the name of a raw parameter and inside its
// JSON: fixed addresses, and physical machines to create on.
var (
	perInstance   = regexp.MustCompile(`(^|\.)(PrivateIpAddresses|ChcIds)(\.|$)`)
	perInstanceIn = regexp.MustCompile(`"PrivateIpAddresses"\s*:`)
)

// checkSpec looks at one spec. Whole tells that nothing else adds to it: neither a
// template nor the version that a new version inherits from. Those add structures
// that the spec leaves out; one that it has replaces theirs, and must be complete.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	checkBasics(c, spec, whole)
	checkLogin(c, &spec.Login)
	checkNetwork(c, spec, opts)
	checkDisks(c, spec)
	checkBilling(c, spec, whole)
	checkExtras(c, spec)
	checkOptions(c, spec, opts, whole)
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	c.Require(printable(spec.Region), "Region", spec.Region, ruleRegion)
	if whole {
		c.Require(spec.Zone != "", "Zone", nil, "required unless a LaunchTemplate gives it")
		c.Require(spec.ImageID != "", "ImageID", nil, "required unless a LaunchTemplate gives it")
	} else if placed := spec.ProjectID != "" || len(spec.Placement.DedicatedHostIDs) > 0; placed {
		c.Require(spec.Zone != "", "Zone", nil, "required with ProjectID and with DedicatedHostIDs: they replace the template's Placement as a whole")
	}
	o := spec.CPUOptions
	c.Require((o.Cores == 0) == (o.ThreadsPerCore == 0), "CPUOptions", nil, "Cores and ThreadsPerCore go together: give both or neither")
	c.Require(o.ThreadsPerCore <= 2, "CPUOptions.ThreadsPerCore", o.ThreadsPerCore, "must be 1 or 2")
	checkNames(c, spec)
}

// pattern is what CVM takes for a place in a name: of a number, or of the address
// in a host name.
var pattern = regexp.MustCompile(`\{R:[0-9]+(,F:[0-8])?\}|\{IP\}`)

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	if spec.UniqueSuffix {
		const rule = "must not hold a pattern of its own with UniqueSuffix"
		c.Require(!strings.Contains(spec.Name, "{R:"), "Name", spec.Name, rule)
		c.Require(!strings.Contains(spec.HostName, "{R:"), "HostName", spec.HostName, rule)
	}
	longest := spec.Name
	if spec.UniqueSuffix && longest != "" {
		longest += numberPattern(count, count) // the limit counts the pattern
	}
	if n := utf8.RuneCountInString(longest); n > 128 {
		c.Fail("Name", spec.Name, fmt.Sprintf("must be at most 128 characters long, the pattern of numbers included, not %d", n))
	}
	if spec.HostName != "" {
		checkHostName(c, spec.HostName, spec.UniqueSuffix, count)
	}
}

// checkHostName holds for Windows and for Linux. The stricter rules of Windows
// need the image's system, which only the cloud knows.
func checkHostName(c *provider.Checker, name string, unique bool, count int) {
	const marks = ".-"
	// Numbers are letters like others here. How long an address comes out, only
	// the cloud knows.
	plain := pattern.ReplaceAllString(name, "0")
	counted := unique || count > 1 || plain != name
	switch {
	case unique:
		plain += strings.Repeat("0", digits(count))
	case count > 1 && plain == name: // then CVM numbers the servers of each create from 1
		plain += strconv.Itoa(min(count, idsPerCall))
	}
	c.Require(strings.Trim(plain, marks) == plain, "HostName", name, "must not begin or end with a dot or a hyphen")
	for i := 1; i < len(plain); i++ {
		if strings.IndexByte(marks, plain[i]) >= 0 && strings.IndexByte(marks, plain[i-1]) >= 0 {
			c.Fail("HostName", name, "dots and hyphens must not follow each other")
			break
		}
	}
	allowed := letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + marks
	if counted {
		allowed += "_" // the rule has none, but the documentation's own examples of numbers do
	}
	c.Require(strings.Trim(plain, allowed) == "", "HostName", name, "must be letters, digits, dots and hyphens")
	// A pattern comes out as one character at least.
	short := len(plain) < 2 && !strings.Contains(name, "{")
	c.Require(!short && len(plain) <= 60, "HostName", name, "must be 2 to 60 characters long")
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// checkLogin never shows a password. The documentation's lists of other characters
// differ from call to call, but all of them are ASCII and none has a blank.
func checkLogin(c *provider.Checker, l *provider.Login) {
	if l.Password == "" {
		return
	}
	password := l.Password.Reveal()
	n := utf8.RuneCountInString(password)
	c.Require(n >= 8 && n <= 30, "Login.Password", nil, "must be 8 to 30 characters long (12 to 30 on Windows)")
	c.Require(printable(password), "Login.Password", nil, "must be letters, digits and marks of ASCII, without blanks")
	c.Require(classes(password) >= 2, "Login.Password", nil, "must mix two of small letters, capitals, digits and other characters (three on Windows)")
}

// classes counts the kinds of characters in a password.
func classes(password string) int {
	var small, capital, digit, other int
	for _, r := range password {
		switch {
		case r >= 'a' && r <= 'z':
			small = 1
		case r >= 'A' && r <= 'Z':
			capital = 1
		case r >= '0' && r <= '9':
			digit = 1
		default:
			other = 1
		}
	}
	return small + capital + digit + other
}

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	n := &spec.Network
	const whole = "needs VPCID and SubnetID"
	c.Require((n.VPCID == "") == (n.SubnetID == ""), "Network", nil, "CVM needs VPCID and SubnetID together")
	c.Require(n.SubnetID != "" || len(n.PrivateIPs) == 0, "Network.PrivateIPs", nil, whole)
	c.Require(n.SubnetID != "" || n.IPv6Count == 0, "Network.IPv6Count", n.IPv6Count, whole)
	c.Require(n.SubnetID != "" || !opts.AsVPCGateway, "Vendor.AsVPCGateway", true, whole)
	c.Require(len(n.PrivateIPs) <= 20, "Network.PrivateIPs", len(n.PrivateIPs), "at most 20 servers can be given fixed addresses")
	if p := n.PublicIP; p != nil {
		c.Require(p.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps", p.BandwidthMbps, "required: CVM gives no public address at 0 Mbps, which is its default")
		c.Require(p.ChargeType == "" || internetCharge(p.ChargeType) != "", "Network.PublicIP.ChargeType", p.ChargeType, "CVM cannot charge this way")
		return
	}
	const rule = "needs Network.PublicIP"
	c.Require(opts.BandwidthPackageID == "", "Vendor.BandwidthPackageID", opts.BandwidthPackageID, rule)
	c.Require(opts.InternetServiceProvider == "", "Vendor.InternetServiceProvider", opts.InternetServiceProvider, rule)
	c.Require(opts.IPv4AddressType == "", "Vendor.IPv4AddressType", opts.IPv4AddressType, rule)
	c.Require(opts.IPv6AddressType == "", "Vendor.IPv6AddressType", opts.IPv6AddressType, rule)
	c.Require(opts.AntiDDoSPackageID == "", "Vendor.AntiDDoSPackageID", opts.AntiDDoSPackageID, rule)
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	local, cloud := 0, 0
	for i := range spec.DataDisks {
		switch kind := spec.DataDisks[i].Type; {
		case strings.HasPrefix(kind, "LOCAL_"):
			local++
		case strings.HasPrefix(kind, "CLOUD_"):
			cloud++
		}
	}
	c.Require(len(spec.DataDisks) <= 21, "DataDisks", len(spec.DataDisks), "at most 21 data disks can be bought with a server")
	c.Require(local <= 1, "DataDisks", local, "at most one local data disk can be bought with a server")
	c.Require(cloud <= 20, "DataDisks", cloud, "at most 20 cloud data disks can be bought with a server")
	checkLength(c, "SystemDisk.Name", spec.SystemDisk.Name, 128)
	for i := range spec.DataDisks {
		in, disk := c.Item("DataDisks", i), &spec.DataDisks[i]
		checkLength(in, "Name", disk.Name, 128)
		in.Require(disk.SizeGiB > 0, "SizeGiB", nil, "required: CVM takes a disk without a size for none")
		in.Require(disk.SizeGiB%10 == 0, "SizeGiB", disk.SizeGiB, "must be a multiple of 10")
		kept := disk.DeleteWithInstance == nil || !*disk.DeleteWithInstance
		in.Require(kept || spec.Billing.Mode != provider.Prepaid, "DeleteWithInstance", true, "is for disks that are paid for by the hour")
	}
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	b := &spec.Billing
	n := months(b)
	c.Require(b.Period <= 60 && (n <= 12 || n <= 60 && n%12 == 0), "Billing.Period", b.Period, "must be 1 to 12, 24, 36, 48 or 60 months")
	checkHosts(c, spec, whole)
	bids := b.Spot.Strategy != provider.SpotMarketPrice || spec.LaunchTemplate == nil
	c.Require(bids, "Billing.Spot.Strategy", b.Spot.Strategy, "CVM cannot take back the bid of a launch template: leave the strategy to the template, or name a MaxPrice")
	switch b.PeriodUnit {
	case "", provider.Month, provider.Year:
	default:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "CVM sells months: use month or year")
	}
}

// hostSize is the size of a server on a dedicated host: cores and GiB.
var hostSize = regexp.MustCompile(`^CDH_[1-9][0-9]*C[1-9][0-9]*G$`)

// checkHosts knows that servers on dedicated hosts have sizes of their own.
func checkHosts(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	sized := strings.HasPrefix(spec.InstanceType, "CDH_")
	switch spec.Billing.Mode {
	case provider.DedicatedHost:
		c.Require(hostSize.MatchString(spec.InstanceType) || spec.InstanceType == "" && !whole, "InstanceType", spec.InstanceType, "must be like CDH_2C4G with Billing.Mode dedicated-host")
		c.Require(len(spec.Placement.DedicatedHostIDs) > 0 || !whole, "Placement.DedicatedHostIDs", nil, "required with Billing.Mode dedicated-host")
	default:
		c.Require(!sized || spec.Billing.Mode == "" && !whole, "InstanceType", spec.InstanceType, "needs Billing.Mode dedicated-host")
	}
}

func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if _, err := projectID(spec.ProjectID); err != nil {
		c.Fail("ProjectID", spec.ProjectID, ruleProject)
	}
	c.Require(len(spec.UserData) <= 16<<10, "UserData", nil, "must be at most 16 KiB")
	checkTags(c, "Tags", spec.Tags)
}

// checkTags knows the limits of the account's tags
// (cloud.tencent.com/document/product/651/13354). Which characters they may have
// is documented in several ways, and left to the cloud.
func checkTags(c *provider.Checker, path string, tags map[string]string) {
	c.Require(len(tags) <= 50, path, len(tags), "a resource has at most 50 tags")
	for _, k := range sorted.Keys(tags) {
		n, v := utf8.RuneCountInString(k), utf8.RuneCountInString(tags[k])
		if n > 127 {
			c.Fail(path, k, fmt.Sprintf("a tag key must be at most 127 characters long, not %d", n))
		}
		if v > 255 {
			c.Fail(path, k, fmt.Sprintf("the value of a tag must be at most 255 characters long, not %d", v))
		}
		if strings.HasPrefix(k, "qcs:") {
			c.Fail(path, k, "keys that begin with qcs: are reserved by the cloud")
		}
	}
}

// checkOptions looks at what the fields of the spec have no room for.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	checkCharge(c, spec, opts)
	c.Require(opts.IPv4AddressType != "AntiDDoSEIP" || opts.AntiDDoSPackageID != "", "Vendor.AntiDDoSPackageID", nil, "required with IPv4AddressType AntiDDoSEIP")
	c.Require(opts.PartitionNumber >= 0, "Vendor.PartitionNumber", opts.PartitionNumber, "must not be negative")
	c.Require(opts.PartitionNumber == 0 || spec.Placement.GroupID != "" || !whole, "Vendor.PartitionNumber", opts.PartitionNumber, "needs Placement.GroupID")
	packs := opts.DedicatedResourcePackIDs
	c.Require(opts.DedicatedResourcePackTenancy == "" || spec.Zone != "" || whole, "Zone", nil, "required with DedicatedResourcePackTenancy")
	c.Require(len(packs) == 0 || opts.DedicatedResourcePackTenancy != "", "Vendor.DedicatedResourcePackIDs", nil, "needs DedicatedResourcePackTenancy")
	c.NoneEmpty("Vendor.DedicatedResourcePackIDs", packs)
	c.NoneEmpty("Vendor.CHCIDs", opts.CHCIDs)
	checkMetadata(c, opts.Metadata)
	checkRawText(c, opts.Params)
	if n := len(opts.DataDisks); n > len(spec.DataDisks) {
		c.Fail("Vendor.DataDisks", n, fmt.Sprintf("the spec has %d data disks", len(spec.DataDisks)))
	}
	for i, d := range opts.DataDisks {
		if d.ThroughputMiBps < 0 {
			c.Fail(fmt.Sprintf("Vendor.DataDisks[%d].ThroughputMiBps", i), d.ThroughputMiBps, "must not be negative")
		}
	}
}

// checkCharge keeps two words for the same thing apart, and knows which ways to pay
// have no partial delivery.
func checkCharge(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	b := &spec.Billing
	fewer := spec.MinCount > 0 && spec.MinCount < spec.Count
	whole := b.Mode == provider.DedicatedHost || opts.InstanceChargeType == "CDCPAID"
	c.Require(!fewer || !whole, "MinCount", spec.MinCount, "CVM creates all servers or none on dedicated hosts and clusters that are paid for")
	if own := opts.InstanceChargeType; own != "" {
		c.Require(billingOf(own) == "", "Vendor.InstanceChargeType", own, "use the field Billing.Mode")
		c.Require(b.Mode == "", "Vendor.InstanceChargeType", own, "excludes Billing.Mode")
	}
	if opts.NoExpiryNotice {
		c.Require(b.Mode == provider.Prepaid, "Vendor.NoExpiryNotice", true, "needs Billing.Mode prepaid")
		c.Require(b.AutoRenew == nil, "Vendor.NoExpiryNotice", true, "excludes Billing.AutoRenew")
	}
}

// checkMetadata shows no values: they may be secrets.
func checkMetadata(c *provider.Checker, items map[string]string) {
	for _, k := range sorted.Keys(items) {
		ok := k != "" && len(k) <= 128 && strings.Trim(strings.ToLower(k), letters+"0123456789_-") == "" && printable(k)
		c.Require(ok, "Vendor.Metadata", k, "a key must be 1 to 128 letters, digits, hyphens and underscores")
		c.Require(len(items[k]) <= 256<<10, "Vendor.Metadata", k, "a value must be at most 256 KiB")
		c.Require(utf8.ValidString(items[k]), "Vendor.Metadata", k, "a value must be UTF-8: JSON would replace other bytes")
	}
}

// checkRawText shows no values either.
func checkRawText(c *provider.Checker, params map[string]string) {
	for k, v := range params {
		if !utf8.ValidString(v) {
			c.Entry("Vendor.Params", k).Fail("", nil, "must be UTF-8: JSON would replace other bytes")
		}
	}
}

// checkParams translates the spec to see what the raw parameters would collide
// with. A spec that cannot be translated has been reported already.
func checkParams(spec *provider.RunInstancesSpec, opts RunOptions) error {
	if len(opts.Params) == 0 {
		return nil
	}
	req, err := translateRun(spec)
	if err != nil {
		return nil
	}
	return checkMerge(req, opts.Params)
}

// printable tells whether a text can stand in a header as it is.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func checkLength(c *provider.Checker, path, s string, most int) {
	if n := utf8.RuneCountInString(s); n > most {
		c.Fail(path, s, fmt.Sprintf("must be at most %d characters long, not %d", most, n))
	}
}

func checkBetween(c *provider.Checker, path, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	if n < least || n > most {
		c.Fail(path, s, fmt.Sprintf("must be %d to %d characters long, not %d", least, most, n))
	}
}
