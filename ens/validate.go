package ens

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxUserData is the documented limit of user data before encoding.
const maxUserData = 16 << 10

const (
	maxHostName = 64
	maxTags     = 20
)

// ValidateRun checks the documented rules of ENS: values that neither create
// call can express, name forms, sizes and periods. It leaves to ENS what may
// change there any day: machine types, nodes, images and disk categories.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := provider.Checker{Driver: Name}
	checkBasics(&c, spec)
	checkLogin(&c, spec)
	checkNetwork(&c, &spec.Network)
	checkDisks(&c, spec)
	checkBilling(&c, &spec.Billing)
	checkUserData(&c, spec.UserData)
	checkOptions(&c, optionsOf(spec))
	c.Require(len(spec.Tags) <= maxTags, "Tags", len(spec.Tags), "ENS takes at most 20 tags with a create")
	checkChoice(&c, spec)
	_, set := translateSpec(spec)
	checkRaw(&c, optionsOf(spec).Params, set)
	return c.Err()
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(spec.InstanceType != "" || hasParam(spec, "InstanceType"), "InstanceType", nil, "is required")
	c.Require(spec.Name == "" || isName(spec.Name), "Name", spec.Name, nameRule)
	c.Require(spec.HostName == "" || isHostName(spec.HostName), "HostName", spec.HostName,
		"must be 2 to 64 letters, digits, . or -, without a . or - at either end or two of them in a row")
	checkSuffix(c, spec)
}

// checkSuffix makes room for the numbers: a name must obey its rule with them.
func checkSuffix(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if !spec.UniqueSuffix {
		return
	}
	digits := max(3, len(strconv.Itoa(spec.Count)))
	c.Require(utf8.RuneCountInString(spec.Name) <= maxName-digits, "Name", spec.Name, fmt.Sprintf("must be at most %d characters with UniqueSuffix, which adds %d", maxName-digits, digits))
	c.Require(len(spec.HostName) <= maxHostName-digits, "HostName", spec.HostName, fmt.Sprintf("must be at most %d characters with UniqueSuffix, which adds %d", maxHostName-digits, digits))
}

const nameRule = "must be 2 to 128 letters, digits, or : _ . -, and begin with a letter"

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	head, _ := utf8.DecodeRuneInString(s)
	return n >= 2 && n <= maxName && unicode.IsLetter(head) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(":_.-", r)
		})
}

// isHostName checks the looser rule, for Linux: which system an image holds is
// not known here.
func isHostName(s string) bool {
	parts := strings.FieldsFunc(s, isMark)
	marks := strings.Count(s, ".") + strings.Count(s, "-")
	return len(s) >= 2 && len(s) <= maxHostName && len(parts) == marks+1 &&
		!strings.ContainsFunc(s, func(r rune) bool { return !isMark(r) && !isASCIIAlnum(r) })
}

func isMark(r rune) bool { return r == '.' || r == '-' }

func isASCIIAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	way := l.Password != "" || len(l.KeyPairs) > 0 || l.KeepImageLogin ||
		hasParam(spec, "Password") || hasParam(spec, "KeyPairName") || hasParam(spec, "PasswordInherit")
	c.Require(way, "Login", nil, "ENS needs one of Password, KeyPairs and KeepImageLogin")
	c.Require(len(l.KeyPairs) <= 1, "Login.KeyPairs", l.KeyPairs, "ENS takes one key pair")
	c.Require(l.Password == "" || isPassword(l.Password.Reveal()), "Login.Password", nil,
		"must be 8 to 30 characters of at least three kinds: upper case, lower case, digit, special ("+specials+")")
}

// specials are the special characters of a password that the reference lists.
const specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"

func isPassword(s string) bool {
	var upper, lower, digit, special int
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z':
			upper = 1
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= '0' && r <= '9':
			digit = 1
		case strings.ContainsRune(specials, r):
			special = 1
		default:
			return false
		}
	}
	n := utf8.RuneCountInString(s)
	return n >= 8 && n <= 30 && upper+lower+digit+special >= 3
}

func checkNetwork(c *provider.Checker, n *provider.Network) {
	c.Require(len(n.SecurityGroupIDs) <= 1, "Network.SecurityGroupIDs", n.SecurityGroupIDs, "ENS takes one security group")
	c.Require(len(n.PrivateIPs) <= 1, "Network.PrivateIPs", len(n.PrivateIPs), "ENS takes one fixed address, for one server")
	c.Require(len(n.PrivateIPs) == 0 || n.SubnetID != "", "Network.PrivateIPs", nil, "a fixed address needs Network.SubnetID")
	if n.PublicIP != nil && n.PublicIP.ChargeType != "" {
		c.Require(internetChargeType(n.PublicIP.ChargeType) != "", "Network.PublicIP.ChargeType", n.PublicIP.ChargeType,
			fmt.Sprintf("ENS has only %q and %q", provider.PayByDailyPeak, provider.PayBy95th))
	}
}

// checkDisks: ENS creates data disks empty, so that nothing else tells a size.
func checkDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkSize(c, "SystemDisk", &spec.SystemDisk)
	for i := range spec.DataDisks {
		at := fmt.Sprintf("DataDisks[%d]", i)
		c.Require(spec.DataDisks[i].SizeGiB > 0, at+".SizeGiB", nil, "is required")
		checkSize(c, at, &spec.DataDisks[i])
	}
}

// checkSize knows the documented steps. Disks that are hardware of the machine
// ("local_...") come in sizes of their own.
func checkSize(c *provider.Checker, at string, d *provider.Disk) {
	if d.SizeGiB == 0 || strings.HasPrefix(d.Type, "local") {
		return
	}
	c.Require(d.SizeGiB >= 20 && d.SizeGiB%10 == 0, at+".SizeGiB", d.SizeGiB, "must be at least 20 GiB, in steps of 10")
}

func checkBilling(c *provider.Checker, b *provider.Billing) {
	modes := []provider.BillingMode{"", provider.OnDemand, provider.Prepaid, provider.Spot}
	c.Require(slices.Contains(modes, b.Mode), "Billing.Mode", b.Mode, "ENS has no dedicated hosts")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h == 0 || *h == 1, "Billing.Spot.DurationHours", *h, "must be 0 or 1: ENS protects a spot server for an hour or not at all")
	}
	c.Require(b.Spot.Strategy != provider.SpotPriceLimit, "Billing.Spot.Strategy", b.Spot.Strategy, "ENS spot servers follow the market price: there is no bid")
	if b.Mode != provider.Prepaid {
		return
	}
	switch b.PeriodUnit {
	case "", provider.Month:
		c.Require(isPeriod(b.Period), "Billing.Period", b.Period, "must be 1 to 9, or 12, months")
	case provider.Day:
		c.Require(b.Period == 3, "Billing.Period", b.Period, "must be 3: ENS sells no other number of days")
	case provider.Week, provider.Year:
		c.Fail("Billing.PeriodUnit", b.PeriodUnit, "ENS sells months and days")
	}
	c.Require(b.AutoRenewPeriod <= 12, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, "must be 1 to 12 months")
}

func isPeriod(months int) bool { return months >= 1 && months <= 9 || months == 12 }

// checkOptions leaves the values to ENS; a cycle without its strategy would be
// ignored.
func checkOptions(c *provider.Checker, o RunOptions) {
	c.Require(o.BillingCycle == "" || o.InstanceChargeStrategy == "instance", "Vendor.BillingCycle", o.BillingCycle, `needs InstanceChargeStrategy "instance"`)
}

// checkUserData never shows the data.
func checkUserData(c *provider.Checker, u provider.UserData) {
	c.Require(len(u) <= maxUserData, "UserData", nil, "must be at most 16 KiB")
	c.Require(len(u) == 0 || bytes.HasPrefix(u, []byte("#!")), "UserData", nil, "must be a script that begins with #!")
}

// checkChoice names every field that stands in the way when neither create
// call can express the spec.
func checkChoice(c *provider.Checker, spec *provider.RunInstancesSpec) {
	how := chooseCreate(spec)
	if len(how.runOnly) == 0 || len(how.createOnly) == 0 {
		return
	}
	for _, at := range how.createOnly {
		c.Fail(at, nil, "only prepaid creates by CreateInstance have it, which cannot express "+strings.Join(how.runOnly, ", "))
	}
	for _, at := range how.runOnly {
		c.Fail(at, nil, "only RunInstances can express it, which has no "+strings.Join(how.createOnly, ", "))
	}
}

func hasParam(spec *provider.RunInstancesSpec, name string) bool {
	_, ok := optionsOf(spec).Params[name]
	return ok
}
