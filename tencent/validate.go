package tencent

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

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
// it. Lists that Tencent adds to (types, zones, disk kinds, the longest periods) are
// left to the cloud, and so is what depends on its clock (AutoReleaseTime).
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	opts, err := optionsOf(spec)
	checkSpec(c, spec, opts, spec.LaunchTemplate == nil)
	if err != nil {
		return joined(c.Err(), err)
	}
	return joined(c.Err(), checkParams(spec, opts))
}

// checkSpec looks at one spec. Whole tells that nothing else adds to it: neither a
// template nor the version that a new version inherits from.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	checkBasics(c, spec, whole)
	checkLogin(c, &spec.Login)
	checkNetwork(c, spec, opts, whole)
	checkDisks(c, spec)
	checkBilling(c, spec, whole)
	checkExtras(c, spec, opts)
	c.Require(opts.PartitionNumber == 0 || spec.Placement.GroupID != "" || !whole, "Vendor.PartitionNumber", opts.PartitionNumber, "needs Placement.GroupID")
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	c.Require(printable(spec.Region), "Region", spec.Region, ruleRegion)
	if whole {
		c.Require(spec.Zone != "", "Zone", nil, "required unless a LaunchTemplate gives it")
		c.Require(spec.ImageID != "", "ImageID", nil, "required unless a LaunchTemplate gives it")
	}
	o := spec.CPUOptions
	c.Require((o.Cores == 0) == (o.ThreadsPerCore == 0), "CPUOptions", nil, "Cores and ThreadsPerCore go together: give both or neither")
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
	if unique {
		plain += strings.Repeat("0", digits(count))
	}
	c.Require(strings.Trim(plain, marks) == plain, "HostName", name, "must not begin or end with a dot or a hyphen")
	for i := 1; i < len(plain); i++ {
		if strings.IndexByte(marks, plain[i]) >= 0 && strings.IndexByte(marks, plain[i-1]) >= 0 {
			c.Fail("HostName", name, "dots and hyphens must not follow each other")
			break
		}
	}
	// The rule has no underscore, but the documentation's own examples do.
	c.Require(strings.Trim(plain, letters+"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"+marks) == "", "HostName", name, "must be letters, digits, dots and hyphens")
	if !strings.Contains(name, "{") {
		c.Require(len(plain) >= 2 && len(plain) <= 60, "HostName", name, "must be 2 to 60 characters long")
	}
}

const letters = "abcdefghijklmnopqrstuvwxyz"

func checkLogin(c *provider.Checker, l *provider.Login) {
	if l.Password != "" {
		n := utf8.RuneCountInString(l.Password.Reveal())
		c.Require(n >= 8 && n <= 30, "Login.Password", nil, "must be 8 to 30 characters long (12 to 30 on Windows)")
		c.Require(classes(l.Password.Reveal()) >= 2, "Login.Password", nil, "must mix two of small letters, capitals, digits and other characters (three on Windows)")
	}
}

// classes counts the kinds of characters in a password.
func classes(password string) int {
	kinds := map[string]bool{}
	for _, r := range password {
		switch {
		case r >= 'a' && r <= 'z':
			kinds["small"] = true
		case r >= 'A' && r <= 'Z':
			kinds["capital"] = true
		case r >= '0' && r <= '9':
			kinds["digit"] = true
		default:
			kinds["other"] = true
		}
	}
	return len(kinds)
}

func checkNetwork(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions, whole bool) {
	n := &spec.Network
	if whole {
		c.Require((n.VPCID == "") == (n.SubnetID == ""), "Network", nil, "CVM needs VPCID and SubnetID together")
		c.Require(n.SubnetID != "" || len(n.PrivateIPs) == 0, "Network.PrivateIPs", nil, "needs VPCID and SubnetID")
		c.Require(n.SubnetID != "" || n.IPv6Count == 0, "Network.IPv6Count", n.IPv6Count, "needs VPCID and SubnetID")
	}
	c.Require(len(n.PrivateIPs) <= 20, "Network.PrivateIPs", len(n.PrivateIPs), "at most 20 servers can be given fixed addresses")
	if p := n.PublicIP; p != nil {
		c.Require(p.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps", p.BandwidthMbps, "required: CVM gives no public address at 0 Mbps, which is its default")
		c.Require(p.ChargeType == "" || internetCharge(p.ChargeType) != "", "Network.PublicIP.ChargeType", p.ChargeType, "CVM cannot charge this way")
		return
	}
	const rule = "needs Network.PublicIP"
	c.Require(opts.BandwidthPackageID == "", "Vendor.BandwidthPackageID", opts.BandwidthPackageID, rule)
	c.Require(opts.InternetServiceProvider == "", "Vendor.InternetServiceProvider", opts.InternetServiceProvider, rule)
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(len(spec.DataDisks) <= 21, "DataDisks", len(spec.DataDisks), "at most 21 data disks can be bought with a server")
	checkLength(c, "SystemDisk.Name", spec.SystemDisk.Name, 128)
	for i := range spec.DataDisks {
		at, disk := fmt.Sprintf("DataDisks[%d].", i), &spec.DataDisks[i]
		checkLength(c, at+"Name", disk.Name, 128)
		c.Require(disk.SizeGiB > 0, at+"SizeGiB", nil, "required: CVM takes a disk without a size for none")
		c.Require(disk.SizeGiB%10 == 0, at+"SizeGiB", disk.SizeGiB, "must be a multiple of 10")
		kept := disk.DeleteWithInstance == nil || !*disk.DeleteWithInstance
		c.Require(kept || spec.Billing.Mode != provider.Prepaid, at+"DeleteWithInstance", true, "is for disks that are paid for by the hour")
	}
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	b := &spec.Billing
	if n := months(b); n > 12 {
		c.Require(n%12 == 0, "Billing.Period", b.Period, "must be 1 to 12 months, or whole years")
	}
	checkHosts(c, spec, whole)
	switch b.PeriodUnit {
	case "", provider.Month, provider.Year:
	default:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "CVM sells months: use month or year")
	}
}

// checkHosts knows that servers on dedicated hosts have sizes of their own.
func checkHosts(c *provider.Checker, spec *provider.RunInstancesSpec, whole bool) {
	const prefix = "CDH_"
	sized := strings.HasPrefix(spec.InstanceType, prefix)
	switch spec.Billing.Mode {
	case provider.DedicatedHost:
		c.Require(sized || spec.InstanceType == "" && !whole, "InstanceType", spec.InstanceType, "must be like CDH_2C4G with Billing.Mode dedicated-host")
		c.Require(len(spec.Placement.DedicatedHostIDs) > 0 || !whole, "Placement.DedicatedHostIDs", nil, "required with Billing.Mode dedicated-host")
	default:
		c.Require(!sized || spec.Billing.Mode == "" && !whole, "InstanceType", spec.InstanceType, "needs Billing.Mode dedicated-host")
	}
}

func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec, opts RunOptions) {
	if _, err := projectID(spec.ProjectID); err != nil {
		c.Fail("ProjectID", spec.ProjectID, ruleProject)
	}
	c.Require(len(spec.UserData) <= 16<<10, "UserData", nil, "must be at most 16 KiB")
	c.Require(opts.PartitionNumber >= 0, "Vendor.PartitionNumber", opts.PartitionNumber, "must not be negative")
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
	_, err = mergeParams(req, opts.Params)
	return err
}

// printable tells whether a text can stand in a header as it is.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func checkLength(c *provider.Checker, path, s string, most int) {
	n := utf8.RuneCountInString(s)
	c.Require(n <= most, path, s, fmt.Sprintf("must be at most %d characters long, not %d", most, n))
}

func checkBetween(c *provider.Checker, path, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	c.Require(n >= least && n <= most, path, s, fmt.Sprintf("must be %d to %d characters long, not %d", least, most, n))
}

// joined puts the problems that several checks found into one list.
func joined(errs ...error) error {
	var all provider.FieldErrors
	for _, err := range errs {
		if err == nil {
			continue
		}
		var list provider.FieldErrors
		var one *provider.FieldError
		switch {
		case errors.As(err, &list):
			all = append(all, list...)
		case errors.As(err, &one):
			all = append(all, one)
		default:
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
