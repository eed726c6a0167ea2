package aliyun

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxUserData is the wider of two documented limits: 16 KB in the older
// reference, 32 KB in the current one. The cloud decides.
const maxUserData = 32 << 10

// ValidateRun implements [provider.RunValidator].
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	checkRequired(&c, spec)
	checkSpec(&c, spec)
	checkOptions(&c, spec)
	return c.Err()
}

// ValidateTemplate implements [provider.LaunchTemplateDriver]. A template may
// leave out what a create must have. The cloud looks at values only when servers
// are made of it; here they are looked at before.
func (d *driver) ValidateTemplate(t *provider.LaunchTemplateSpec, version bool) error {
	in := provider.Checker{Driver: Name}
	checkSpec(&in, &t.Spec)
	checkKind[RunOptions](&in, "Vendor", t.Spec.Vendor)
	o := optionsOf(&t.Spec)
	in.Require(t.Spec.Billing.Mode != provider.DedicatedHost, "Billing.Mode", t.Spec.Billing.Mode, "a template has no dedicated hosts: give it to RunInstances")
	const elsewhere = "a template has none: give it to RunInstances"
	in.Require(o.StorageSetID == "", "Vendor.StorageSetID", o.StorageSetID, elsewhere)
	in.Require(o.StorageSetPartitionNumber == 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber, elsewhere)
	in.Require(o.DeploymentSetGroupNo == 0, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo, elsewhere)
	in.Require(o.ImageFamily == "", "Vendor.ImageFamily", o.ImageFamily, elsewhere)
	in.Require(o.AutoPay == nil, "Vendor.AutoPay", nil, elsewhere)

	c := provider.Checker{Driver: Name}
	checkName(&c, "Name", t.Name)
	checkText(&c, "VersionDescription", t.VersionDescription, 2, 256)
	checkTemplateTags(&c, t.Tags)
	checkKind[TemplateOptions](&c, "Vendor", t.Vendor)
	group := vendorOptions[TemplateOptions](t.Vendor).ResourceGroupID
	c.Require(group == "" || !version, "Vendor.ResourceGroupID", group, "belongs to the template, not to a version")
	return fieldErrors(c.Err(), within("Spec.", in.Err()), rawProblems(t))
}

// rawProblems finds raw parameters that a template cannot take.
func rawProblems(t *provider.LaunchTemplateSpec) error {
	_, err := translateTemplate(t)
	return err
}

// within puts the paths of problems inside a field.
func within(prefix string, err error) error {
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		return err
	}
	out := make(provider.FieldErrors, len(list))
	for i, e := range list {
		inner := *e
		inner.Path = prefix + e.Path
		out[i] = &inner
	}
	return out
}

// fieldErrors makes one list of several, or nil.
func fieldErrors(errs ...error) error {
	var all provider.FieldErrors
	for _, err := range errs {
		var list provider.FieldErrors
		if errors.As(err, &list) {
			all = append(all, list...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// checkSpec checks what creates and launch templates have in common.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkNames(c, spec)
	checkLogin(c, &spec.Login)
	checkNetwork(c, &spec.Network)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkTags(c, spec.Tags)
	c.Require(len(spec.UserData) <= maxUserData, "UserData", nil, fmt.Sprintf("must be at most %d bytes", maxUserData))
	c.Require(len(spec.Placement.DedicatedHostIDs) <= 1, "Placement.DedicatedHostIDs", len(spec.Placement.DedicatedHostIDs), "ECS takes one")
}

// checkRequired checks what a create must have.
func checkRequired(c *provider.Checker, spec *provider.RunInstancesSpec) {
	raw := optionsOf(spec).Params
	image := spec.ImageID != "" || spec.LaunchTemplate != nil || optionsOf(spec).ImageFamily != "" || raw["ImageId"] != "" || raw["ImageFamily"] != ""
	c.Require(image, "ImageID", nil, "required unless a launch template or an image family gives it")
	kind := spec.InstanceType != "" || spec.LaunchTemplate != nil || raw["InstanceType"] != ""
	c.Require(kind, "InstanceType", nil, "required unless a launch template gives it")
	for i := range spec.DataDisks {
		d := &spec.DataDisks[i]
		c.Require(d.SizeGiB > 0 || d.SnapshotID != "", fmt.Sprintf("DataDisks[%d].SizeGiB", i), nil, "required unless a SnapshotID gives it")
	}
}

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkText(c, "Name", spec.Name, 2, 128)
	checkText(c, "Description", spec.Description, 2, 256)
	if host := numbering.ReplaceAllString(spec.HostName, "000"); host != "" {
		checkText(c, "HostName", host, 2, 64)
		c.Require(strings.Trim(host, ".-") == host, "HostName", spec.HostName, "must not begin or end with . or -")
	}
	numbered := numbering.MatchString(spec.Name) || numbering.MatchString(spec.HostName)
	c.Require(!spec.UniqueSuffix || !numbered, "UniqueSuffix", nil, "has no effect beside the numbering [begin,bits] in a name")
}

// checkName is checkText for names of resources, which begin with a letter.
func checkName(c *provider.Checker, path, name string) {
	checkText(c, path, name, 2, 128)
	first, _ := utf8.DecodeRuneInString(name)
	c.Require(name == "" || unicode.IsLetter(first), path, name, "must begin with a letter")
}

// checkText checks the length in characters, and that a text does not begin
// like a URL, which the cloud refuses in names and descriptions.
func checkText(c *provider.Checker, path, text string, least, most int) {
	if text == "" {
		return
	}
	n := utf8.RuneCountInString(text)
	c.Require(n >= least && n <= most, path, text, fmt.Sprintf("must be %d to %d characters long", least, most))
	c.Require(!strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://"), path, text, "must not begin with http:// or https://")
}

func checkLogin(c *provider.Checker, l *provider.Login) {
	if p := l.Password.Reveal(); p != "" {
		c.Require(len(p) >= 8 && len(p) <= 30, "Login.Password", nil, "must be 8 to 30 characters long")
		c.Require(classes(p) >= 3, "Login.Password", nil, "must have three of: upper case, lower case, digits, special characters")
	}
	c.Require(len(l.KeyPairs) <= 1, "Login.KeyPairs", len(l.KeyPairs), "ECS takes one")
}

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
	for i := 1; i < len(n.PrivateIPs); i++ {
		c.Require(n.PrivateIPs[i] == n.PrivateIPs[i-1].Next(), fmt.Sprintf("Network.PrivateIPs[%d]", i), n.PrivateIPs[i],
			"must follow the address before it: ECS takes the first of consecutive addresses")
	}
	if ip := n.PublicIP; ip != nil {
		c.Require(ip.BandwidthMbps > 0, "Network.PublicIP.BandwidthMbps", ip.BandwidthMbps, "ECS gives a public address only with a bandwidth above 0")
		known := ip.ChargeType == "" || internetChargeType(ip.ChargeType) != ""
		c.Require(known, "Network.PublicIP.ChargeType", ip.ChargeType, "ECS has by-traffic and by-bandwidth")
	}
	for i := range n.Interfaces {
		f, at := &n.Interfaces[i], fmt.Sprintf("Network.Interfaces[%d]", i)
		empty := f.SubnetID == "" && len(f.SecurityGroupIDs) == 0 && !f.PrivateIP.IsValid() && f.Name == "" && f.Description == ""
		c.Require(!empty, at, nil, "must not be empty: ECS would not see it")
		c.Require(!f.PrivateIP.IsValid() || f.PrivateIP.Is4(), at+".PrivateIP", f.PrivateIP, "must be an IPv4 address")
	}
}

func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(len(spec.DataDisks) <= 16, "DataDisks", len(spec.DataDisks), "must be at most 16")
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b, l := &spec.Billing, &spec.Placement
	c.Require(b.PeriodUnit == "" || periodUnit(b.PeriodUnit) != "", "Billing.PeriodUnit", b.PeriodUnit, "ECS has week and month")
	_, decimals, _ := strings.Cut(b.Spot.MaxPrice, ".")
	c.Require(len(decimals) <= 3, "Billing.Spot.MaxPrice", b.Spot.MaxPrice, "must have at most 3 decimals")
	c.Require(b.Mode != provider.Prepaid || !spec.DeletionProtection, "DeletionProtection", nil, "ECS has it for servers that are not prepaid only")
	c.Require(b.Mode != provider.DedicatedHost || l.Tenancy != provider.SharedTenancy, "Placement.Tenancy", l.Tenancy, "contradicts Billing.Mode dedicated-host")
	onHost := l.Tenancy == provider.HostTenancy || len(l.DedicatedHostIDs) > 0 || l.DedicatedHostGroupID != ""
	c.Require(b.Mode != provider.Spot || !onHost, "Billing.Mode", b.Mode, "ECS ignores spot settings on dedicated hosts")
}

func checkTags(c *provider.Checker, tags map[string]string) {
	c.Require(len(tags) <= 20, "Tags", len(tags), "must be at most 20")
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		at := fmt.Sprintf("Tags[%q]", k)
		c.Require(utf8.RuneCountInString(k) <= 128, at, nil, "the key must be at most 128 characters long")
		c.Require(!strings.HasPrefix(k, "aliyun") && !strings.HasPrefix(k, "acs:"), at, nil, "the key must not begin with aliyun or acs:")
		c.Require(!strings.Contains(k, "http://") && !strings.Contains(k, "https://"), at, nil, "the key must not contain http:// or https://")
		c.Require(utf8.RuneCountInString(tags[k]) <= 128, at, nil, "the value must be at most 128 characters long")
	}
}

// checkTemplateTags checks the tags of a template itself, for which shorter keys
// are documented than for servers, and rules for the values too.
func checkTemplateTags(c *provider.Checker, tags map[string]string) {
	checkTags(c, tags)
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		at := fmt.Sprintf("Tags[%q]", k)
		c.Require(utf8.RuneCountInString(k) <= 64, at, nil, "the key of a template's tag must be at most 64 characters long")
		for _, prefix := range []string{"aliyun", "acs:", "http://", "https://"} {
			c.Require(!strings.HasPrefix(tags[k], prefix), at, nil, "the value must not begin with "+prefix)
		}
	}
}

// checkOptions refuses options of another type and raw parameters that are set
// already.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkKind[RunOptions](c, "Vendor", spec.Vendor)
	raw := optionsOf(spec).Params
	plain := *spec
	plain.Vendor = withoutRaw(spec)
	if p, err := translateRun(&plain); err == nil {
		checkRaw(c, "Vendor.Params", p, raw)
	}
}

// withoutRaw returns the options for this cloud without raw parameters.
func withoutRaw(spec *provider.RunInstancesSpec) []provider.VendorOption {
	o := optionsOf(spec)
	o.Params = nil
	return []provider.VendorOption{o}
}
