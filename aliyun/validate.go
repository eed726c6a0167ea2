package aliyun

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// maxUserData is the wider of two documented limits: 16 KB in the older
// reference, 32 KB in the current one. The cloud decides.
const maxUserData = 32 << 10

// ValidateRun implements [provider.RunValidator].
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	checkRequired(&c, spec)
	checkAdded(&c, spec)
	checkRelease(&c, spec.AutoReleaseTime)
	checkSpec(&c, spec)
	checkForms(&c, spec)
	d.checkOptions(&c, spec)
	checkPerInstance(&c, spec)
	return c.Err()
}

// ValidateTemplate implements [provider.LaunchTemplateDriver]. A template may
// leave out what a create must have. The cloud looks at values only when servers
// are made of it; here they are looked at before.
func (d *driver) ValidateTemplate(t *provider.LaunchTemplateSpec, version bool) error {
	in := provider.Checker{Driver: Name}
	checkSpec(&in, &t.Spec)
	checkKind[RunOptions](&in, "Vendor", t.Spec.Vendor)
	checkForms(&in, &t.Spec)
	o := optionsOf(&t.Spec)
	in.Require(t.Spec.Billing.Mode != provider.DedicatedHost, "Billing.Mode", t.Spec.Billing.Mode, "a template has no dedicated hosts: give it to RunInstances")
	const elsewhere = "a template has none: give it to RunInstances"
	in.Require(o.StorageSetID == "", "Vendor.StorageSetID", o.StorageSetID, elsewhere)
	in.Require(o.StorageSetPartitionNumber == 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber, elsewhere)
	in.Require(o.DeploymentSetGroupNo == 0, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo, elsewhere)
	in.Require(o.ImageFamily == "", "Vendor.ImageFamily", o.ImageFamily, elsewhere)
	in.Require(o.AutoPay == nil, "Vendor.AutoPay", nil, elsewhere)
	in.OneOf("Vendor.IoOptimized", o.IoOptimized, "none", "optimized")

	checkShortTags(&in, t.Spec.Tags)

	c := provider.Checker{Driver: Name}
	checkPlainName(&c, "Name", t.Name, "")
	checkText(&c, "VersionDescription", t.VersionDescription, 256)
	checkTags(&c, t.Tags)
	checkShortTags(&c, t.Tags)
	checkKind[TemplateOptions](&c, "Vendor", t.Vendor)
	own := vendorOptions[TemplateOptions](t.Vendor)
	c.Require(own.ResourceGroupID == "" || !version, "Vendor.ResourceGroupID", own.ResourceGroupID, "belongs to the template, not to a version")
	c.OneOf("Vendor.NetworkType", own.NetworkType, "classic", "vpc")
	c.In("Spec").Add(in.Err())
	c.Add(rawProblems(t))
	return c.Err()
}

// rawProblems finds raw parameters that a template cannot take.
func rawProblems(t *provider.LaunchTemplateSpec) error {
	_, err := translateTemplate(t)
	return err
}

// checkSpec checks what creates and launch templates have in common.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkNames(c, spec)
	checkLogin(c, &spec.Login, spec.ImageID)
	checkNetwork(c, &spec.Network)
	checkPublicIP(c, spec)
	checkInterfaces(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkTags(c, spec.Tags)
	if len(spec.UserData) > maxUserData {
		c.Fail("UserData", nil, fmt.Sprintf("must be at most %d bytes", maxUserData))
	}
	checkPlacement(c, spec)
}

// checkRequired checks what a create must have.
func checkRequired(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(spec.Region == "" || alicloud.IsRegion(spec.Region), "Region", spec.Region, alicloud.RuleRegion)
	raw := optionsOf(spec).Params
	image := spec.ImageID != "" || spec.LaunchTemplate != nil || optionsOf(spec).ImageFamily != "" || raw["ImageId"] != "" || raw["ImageFamily"] != ""
	c.Require(image, "ImageID", nil, "required unless a launch template or an image family gives it")
	family := optionsOf(spec).ImageFamily
	c.Require(family == "" || spec.ImageID == "", "Vendor.ImageFamily", family, "excludes ImageID: it stands for the newest image of the family")
	kind := spec.InstanceType != "" || spec.LaunchTemplate != nil || raw["InstanceType"] != ""
	c.Require(kind, "InstanceType", nil, "required unless a launch template gives it")
	for i := range spec.DataDisks {
		d := &spec.DataDisks[i]
		given := d.SizeGiB > 0 || d.SnapshotID != "" || spec.LaunchTemplate != nil || raw["DataDisk."+strconv.Itoa(i+1)+".Size"] != ""
		if !given {
			c.Item("DataDisks", i).Fail("SizeGiB", nil, "required unless a SnapshotID or a launch template gives it")
		}
	}
}

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkName(c, "Name", plainName(spec.Name))
	checkNumbers(c, "Name", spec.Name, spec.Count)
	checkText(c, "Description", spec.Description, 256)
	checkHostName(c, spec)
	numbered := numbering.MatchString(spec.Name) || numbering.MatchString(spec.HostName)
	c.Require(!spec.UniqueSuffix || !numbered, "UniqueSuffix", nil, "excludes a numbering [begin,bits] in a name, which numbers the servers by itself")
	checkSuffix(c, spec)
}

// onWindows tells a public Windows image by its ID (win2019_1809_x64_dtc_...). A
// custom image does not say what it holds; for it the wider rules of Linux apply.
func onWindows(image string) bool { return strings.HasPrefix(image, "win") }

// hostName is segments of letters and digits with single periods and hyphens
// between them.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

func checkHostName(c *provider.Checker, spec *provider.RunInstancesSpec) {
	host := plainName(spec.HostName)
	if host == "" {
		return
	}
	checkText(c, "HostName", host, 64)
	checkNumbers(c, "HostName", spec.HostName, spec.Count)
	c.Require(hostName.MatchString(host), "HostName", spec.HostName, "must be letters and digits, with single . and - between them")
	if onWindows(spec.ImageID) {
		c.Require(len(host) <= 15, "HostName", spec.HostName, "must be at most 15 characters long on Windows")
		c.Require(!strings.Contains(host, "."), "HostName", spec.HostName, "must not contain . on Windows")
		c.Require(strings.Trim(host, "0123456789") != "", "HostName", spec.HostName, "must not consist of digits alone on Windows")
	}
}

// checkName is checkText for names of resources, which begin with a letter.
func checkName(c *provider.Checker, path, name string) {
	checkText(c, path, name, 128)
	if first, _ := utf8.DecodeRuneInString(name); name != "" && !unicode.IsLetter(first) {
		c.Fail(path, name, "must begin with a letter")
	}
}

// checkPlainName is checkName for names of which the reference lists the other
// characters too, and more that are known to be taken.
func checkPlainName(c *provider.Checker, path, name, more string) {
	checkName(c, path, name)
	other := strings.IndexFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune(":_.-"+more, r)
	})
	c.Require(other < 0, path, name, "must be letters, digits and : _ . -")
}

// checkText checks the length in characters, 2 at least, and that a text does not begin
// like a URL, which the cloud refuses in names and descriptions.
func checkText(c *provider.Checker, path, text string, most int) {
	if text == "" {
		return
	}
	if n := utf8.RuneCountInString(text); n < 2 || n > most {
		c.Fail(path, text, fmt.Sprintf("must be 2 to %d characters long", most))
	}
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		c.Fail(path, text, "must not begin with http:// or https://")
	}
}

func checkLogin(c *provider.Checker, l *provider.Login, image string) {
	if p := l.Password.Reveal(); p != "" {
		c.Require(len(p) >= 8 && len(p) <= 30, "Login.Password", nil, "must be 8 to 30 characters long")
		c.Require(classes(p) >= 3, "Login.Password", nil, "must have three of: upper case, lower case, digits, special characters")
		c.Require(strings.Trim(p, letters+specials) == "", "Login.Password", nil, "must have no other characters than letters, digits and "+specials)
		c.Require(p[0] != '/' || !onWindows(image), "Login.Password", nil, "must not begin with / on Windows")
	}
	if len(l.KeyPairs) > 1 {
		c.Fail("Login.KeyPairs", l.KeyPairs, "ECS takes one key pair")
	}
	c.Require(len(l.KeyPairs) == 0 || !onWindows(image), "Login.KeyPairs", nil, "ECS ignores key pairs on Windows")
}

// What a password may consist of: the reference lists the special characters.
const (
	letters  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"
)

// classes counts the kinds of characters in a password.
func classes(p string) int {
	var upper, lower, digit, special int
	for _, r := range p {
		switch {
		case r >= 'A' && r <= 'Z':
			upper = 1
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= '0' && r <= '9':
			digit = 1
		default:
			special = 1
		}
	}
	return upper + lower + digit + special
}

func checkNetwork(c *provider.Checker, n *provider.Network) {
	checkGroups(c, "Network.SecurityGroupIDs", n.SecurityGroupIDs)
	for i := 1; i < len(n.PrivateIPs); i++ {
		if n.PrivateIPs[i] != n.PrivateIPs[i-1].Next() {
			c.Item("Network.PrivateIPs", i).Fail("", n.PrivateIPs[i], "must follow the address before it: ECS takes the first of consecutive addresses")
		}
	}
	c.Require(len(n.PrivateIPs) <= 1 || len(n.Interfaces) == 0, "Network.PrivateIPs", len(n.PrivateIPs), "addresses of several servers exclude Interfaces")
	c.Require(n.IPv6Count <= 10, "Network.IPv6Count", n.IPv6Count, "must be at most 10")
	c.Require(len(n.IPv6Addresses) <= 10, "Network.IPv6Addresses", len(n.IPv6Addresses), "must be at most 10")
}

// checkPublicIP: a template may say how much bandwidth an address has whose other
// details change.
func checkPublicIP(c *provider.Checker, spec *provider.RunInstancesSpec) {
	ip := spec.Network.PublicIP
	if ip == nil {
		return
	}
	detail := spec.LaunchTemplate != nil && (ip.InboundMbps > 0 || ip.ChargeType != "")
	c.Require(ip.BandwidthMbps > 0 || detail, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "ECS gives a public address only with a bandwidth above 0")
	c.Require(ip.BandwidthMbps <= 100, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "must be at most 100")
	c.Require(ip.InboundMbps <= 200, "Network.PublicIP.InboundMbps", ip.InboundMbps, "must be at most 200") // 100 by a newer reference
	known := ip.ChargeType == "" || internetChargeType(ip.ChargeType) != ""
	c.Require(known, "Network.PublicIP.ChargeType", ip.ChargeType, "ECS has by-traffic and by-bandwidth")
}

// checkAdded checks how many interfaces a create adds to the primary one. Raw
// parameters may say that one of them is the primary one.
func checkAdded(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n, most, raw := len(spec.Network.Interfaces), 1, optionsOf(spec).Params
	if raw["NetworkInterface.1.InstanceType"] != "" || raw["NetworkInterface.2.InstanceType"] != "" {
		most = 2
	}
	if n > most {
		c.Fail("Network.Interfaces", n, fmt.Sprintf("must be at most %d: a create adds one interface, others are attached afterwards", most))
	}
}

func checkInterfaces(c *provider.Checker, spec *provider.RunInstancesSpec) {
	list, groups := spec.Network.Interfaces, optionsOf(spec).InterfaceSecurityGroupIDs
	if len(groups) > len(list) {
		c.Fail("Vendor.InterfaceSecurityGroupIDs", len(groups), fmt.Sprintf("must not be more than Network.Interfaces, which are %d", len(list)))
	}
	for i := range list {
		f, in := &list[i], c.Item("Network.Interfaces", i)
		named := i < len(groups) && groups[i] != ""
		empty := f.SubnetID == "" && len(f.SecurityGroupIDs) == 0 && !f.PrivateIP.IsValid() && f.Name == "" && f.Description == "" && !named
		in.Require(!empty, "", nil, "must not be empty: ECS would not see it")
		if f.PrivateIP.IsValid() && !f.PrivateIP.Is4() {
			in.Fail("PrivateIP", f.PrivateIP, "must be an IPv4 address")
		}
		checkGroups(in, "SecurityGroupIDs", f.SecurityGroupIDs)
		checkName(in, "Name", f.Name)
		checkText(in, "Description", f.Description, 256)
	}
}

func checkGroups(c *provider.Checker, path string, groups []string) {
	c.Require(len(groups) <= 16, path, len(groups), "must be at most 16")
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	d := &spec.SystemDisk
	least, most := systemSizes(d)
	if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
		least, most = 20, 2048 // whatever kind the cloud takes by itself
	}
	checkDisk(c.In("SystemDisk"), d, least, most)
	c.Require(len(spec.DataDisks) <= 16, "DataDisks", len(spec.DataDisks), "must be at most 16")
	for i := range spec.DataDisks {
		d, in := &spec.DataDisks[i], c.Item("DataDisks", i)
		in.Require(d.SizeGiB == 0 || d.SnapshotID == "", "SizeGiB", d.SizeGiB, "excludes SnapshotID: ECS ignores it and takes the size of the snapshot")
		least, most := dataSizes(d)
		if d.Type == "" && d.PerformanceLevel == "" && spec.LaunchTemplate == nil {
			least, most = 5, 65536
		}
		checkDisk(in, d, least, most)
	}
}

// checkDisk checks a disk. A most of 0 means that the sizes of its kind are not known.
func checkDisk(c *provider.Checker, d *provider.Disk, least, most int) {
	checkName(c, "Name", d.Name)
	checkText(c, "Description", d.Description, 256)
	if d.SizeGiB != 0 && most != 0 && (d.SizeGiB < least || d.SizeGiB > most) {
		what := cmp.Or(strings.TrimSpace(d.Type+" "+d.PerformanceLevel), "any kind that the cloud chooses")
		c.Fail("SizeGiB", d.SizeGiB, fmt.Sprintf("must be %d to %d for %s", least, most, what))
	}
	switch d.Type {
	case "cloud", "cloud_efficiency", "cloud_ssd", "ephemeral_ssd":
		if d.PerformanceLevel != "" {
			c.Fail("PerformanceLevel", d.PerformanceLevel, "is not for "+d.Type)
		}
	}
}

// systemSizes is the range of a system disk in GiB: the widest of all references.
// Kinds that are not known here pass.
func systemSizes(d *provider.Disk) (least, most int) {
	switch d.Type {
	case "cloud", "ephemeral_ssd":
		return 20, 500
	case "cloud_efficiency", "cloud_ssd":
		return 20, 2048
	case "cloud_essd":
		return leastForLevel(d.PerformanceLevel), 2048
	}
	return 0, 0
}

// dataSizes is the same for a data disk.
func dataSizes(d *provider.Disk) (least, most int) {
	switch d.Type {
	case "cloud":
		return 5, 2000
	case "ephemeral_ssd":
		return 5, 800
	case "cloud_efficiency", "cloud_ssd":
		return 20, 32768
	case "cloud_essd":
		return leastForLevel(d.PerformanceLevel), 65536
	}
	return 0, 0
}

// leastForLevel is the smallest cloud_essd of a performance level.
func leastForLevel(level string) int {
	switch level {
	case "", "PL1":
		return 20
	case "PL2":
		return 461
	case "PL3":
		return 1261
	}
	return 1 // PL0, and levels that are not known here
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	c.Require(b.PeriodUnit == "" || periodUnit(b.PeriodUnit) != "", "Billing.PeriodUnit", b.PeriodUnit, "ECS has week and month")
	periods, renewals := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60}, []int{1, 2, 3, 6, 12, 24, 36, 48, 60}
	if b.PeriodUnit == provider.Week {
		periods, renewals = []int{1, 2, 3, 4}, []int{1, 2, 3}
	}
	checkPeriod(c, "Billing.Period", b.Period, periods)
	checkPeriod(c, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, renewals)
	_, decimals, _ := strings.Cut(b.Spot.MaxPrice, ".")
	c.Require(len(decimals) <= 3, "Billing.Spot.MaxPrice", b.Spot.MaxPrice, "must have at most 3 decimals")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h <= 1, "Billing.Spot.DurationHours", *h, "must be 0 or 1")
	}
	plain := b.Mode != provider.Prepaid && b.Mode != provider.Spot
	c.Require(plain || !spec.DeletionProtection, "DeletionProtection", nil, "ECS has it for servers on demand only, neither prepaid nor spot")
}

func checkPeriod(c *provider.Checker, path string, n int, known []int) {
	if n != 0 && !slices.Contains(known, n) {
		c.Fail(path, n, fmt.Sprintf("must be one of %v", slices.Clone(known)))
	}
}

func checkPlacement(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b, l, o := &spec.Billing, &spec.Placement, optionsOf(spec)
	if len(l.DedicatedHostIDs) > 1 {
		c.Fail("Placement.DedicatedHostIDs", l.DedicatedHostIDs, "ECS takes one dedicated host")
	}
	c.Require(b.Mode != provider.DedicatedHost || l.Tenancy != provider.SharedTenancy, "Placement.Tenancy", l.Tenancy, "contradicts Billing.Mode dedicated-host")
	named := len(l.DedicatedHostIDs) > 0 || l.DedicatedHostGroupID != ""
	c.Require(!named || l.Tenancy != provider.SharedTenancy, "Placement.Tenancy", l.Tenancy, "contradicts the dedicated hosts")
	onHost := named || l.Tenancy == provider.HostTenancy || b.Mode == provider.DedicatedHost
	c.Require(b.Mode != provider.Spot || !onHost, "Billing.Mode", b.Mode, "ECS ignores spot settings on dedicated hosts")
	c.Require(l.GroupID == "" || !onHost, "Placement.GroupID", l.GroupID, "ECS has no deployment sets on dedicated hosts")
	c.Require(l.Affinity != provider.HostAffinity || onHost, "Placement.Affinity", l.Affinity, "needs a dedicated host")
	elsewhere := spec.LaunchTemplate != nil
	if n := o.DeploymentSetGroupNo; n < 0 || n > maxSetGroups {
		c.Fail("Vendor.DeploymentSetGroupNo", n, fmt.Sprintf("must be 1 to %d", maxSetGroups))
	}
	c.Require(o.DeploymentSetGroupNo == 0 || l.GroupID != "" || elsewhere, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo, "needs Placement.GroupID")
	c.Require(o.StorageSetPartitionNumber >= 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber, "must be at least 1")
}

// checkRelease checks that AutoReleaseTime is three years ahead at most. That it
// has to be half an hour ahead is left to the cloud: an operation that is resumed
// must be able to ask again for what it asked for long ago. A day of tolerance is
// for clocks that are wrong.
func checkRelease(c *provider.Checker, at time.Time) {
	c.Require(at.Before(time.Now().AddDate(3, 0, 1)), "AutoReleaseTime", at, "must be three years ahead at most")
}

func checkTags(c *provider.Checker, tags map[string]string) {
	c.Require(len(tags) <= 20, "Tags", len(tags), "must be at most 20")
	if len(tags) == 0 {
		return
	}
	for _, k := range sorted.Keys(tags) {
		in, v := c.Entry("Tags", k), tags[k]
		in.Require(utf8.RuneCountInString(k) <= 128, "", nil, "the key must be at most 128 characters long")
		in.Require(!strings.HasPrefix(k, "aliyun") && !strings.HasPrefix(k, "acs:"), "", nil, "the key must not begin with aliyun or acs:")
		in.Require(!hasURL(k), "", nil, "the key must not contain http:// or https://")
		if utf8.RuneCountInString(v) > 128 {
			in.Fail("", v, "the value must be at most 128 characters long")
		}
		if hasURL(v) {
			in.Fail("", v, "the value must not contain http:// or https://")
		}
	}
}

func hasURL(text string) bool {
	return strings.Contains(text, "http://") || strings.Contains(text, "https://")
}

// checkShortTags checks the tags of templates, and those that templates give to
// servers: for them the older reference has shorter keys than RunInstances, and
// rules for the values too. A raw parameter takes what a newer one allows.
func checkShortTags(c *provider.Checker, tags map[string]string) {
	for _, k := range sorted.Keys(tags) {
		in := c.Entry("Tags", k)
		in.Require(utf8.RuneCountInString(k) <= 64, "", nil, "the key of a tag in a template must be at most 64 characters long")
		for _, prefix := range []string{"aliyun", "acs:", "http://", "https://"} {
			in.Require(!strings.HasPrefix(tags[k], prefix), "", nil, "the value must not begin with "+prefix)
		}
	}
}

// checkOptions refuses options of another type and raw parameters that are set
// already.
func (d *driver) checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkKind[RunOptions](c, "Vendor", spec.Vendor)
	raw := optionsOf(spec).Params
	if len(raw) == 0 {
		return
	}
	var set map[string]string
	if d.mapsAny(raw) { // else the translation of the request itself is soon enough
		plain := *spec
		plain.Vendor = withoutRaw(spec)
		set, _ = translateRun(&plain) // without raw parameters it has no error
	}
	checkRaw(c, "Vendor.Params", set, raw)
}

// mapsAny tells whether a spec could set any of the raw parameters.
func (d *driver) mapsAny(raw map[string]string) bool {
	for name := range raw {
		if d.mapped[unnumbered(name)] {
			return true
		}
	}
	return false
}

// withoutRaw returns the options for this cloud without raw parameters.
func withoutRaw(spec *provider.RunInstancesSpec) []provider.VendorOption {
	o := optionsOf(spec)
	o.Params = nil
	return []provider.VendorOption{o}
}
