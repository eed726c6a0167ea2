package aliyun

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/regions"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The documented limits of texts.
const (
	maxName        = alicloud.MaxName
	maxHostName    = alicloud.MaxHostName
	maxDescription = 256
	maxUserData    = 32 << 10 // the wider of two references: 16 KB in the older, 32 KB in the current
	maxTags        = 20
)

// passwordChars are all characters that a password may have.
const passwordChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + alicloud.PasswordSpecials +
	`"\` // of newer editions of the reference

// checkRegion checks the form of a region, unless it is "".
func checkRegion(c *provider.Checker, path, region string) {
	c.Require(region == "" || alicloud.IsRegion(region), path, region, alicloud.RuleRegion)
	if of, ok := regionOfZone(region); ok {
		c.Fail(path, region, "has the form of a zone: its region is "+of)
	}
}

// checkForeign refuses a region or a zone that is one of another cloud. Own says that the program has chosen
// the endpoint: a private cloud may give any names.
func checkForeign(c *provider.Checker, path, name, like string, own bool) {
	if reason := regions.Foreign(name, like, regions.Alibaba); reason != "" && !own {
		c.Fail(path, name, reason)
	}
}

// What names of regions and zones are like.
const (
	likeRegion = "cn-hangzhou"
	likeZone   = "cn-hangzhou-g"
)

// checkZone checks that a zone does not contradict a region, where their forms tell.
func checkZone(c *provider.Checker, region, zone string) {
	if zone == "" {
		return
	}
	c.Require(zone != region, "Zone", zone, "is the region: a zone has a letter more, as in "+region+"-a")
	if of, ok := regionOfZone(zone); ok && of != region {
		c.Fail("Zone", zone, "has the form of a zone of "+of+", and the region is "+region)
	}
}

// zone is the form of zones: that of their region, and one letter, which stands after a hyphen or a
// digit, as in cn-hangzhou-g and us-west-1a.
var zone = regexp.MustCompile(`^((?:cn|ap|us|eu|me|na)-[a-z0-9-]*[a-z0-9]?)(?:-[a-z]|([0-9])[a-z])$`)

// regionOfZone returns the region of a text that has the form of a zone.
func regionOfZone(text string) (region string, ok bool) {
	m := zone.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}

// checkName is checkText for names of templates and sets, which begin with a letter. Older editions
// of the reference ask that of the names of instances, disks and interfaces too; newer ones do not.
func checkName(c *provider.Checker, path, name string) {
	checkText(c, path, name, maxName)
	if first, _ := utf8.DecodeRuneInString(name); name != "" && !unicode.IsLetter(first) {
		c.Fail(path, name, "must begin with a letter")
	}
}

// checkPlainName is checkName for names whose other characters the reference lists too. More has
// characters that are known to be taken although the reference does not list them.
func checkPlainName(c *provider.Checker, path, name, more string) {
	checkName(c, path, name)
	other := strings.IndexFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune(":_.-"+more, r)
	})
	c.Require(other < 0, path, name, "must be letters, digits and : _ . -")
}

// checkText checks the length of a text in characters, unless it is "". It also checks that the
// text does not begin like a URL, which the cloud refuses in names and descriptions.
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

// hostName is segments of letters and digits with single periods and hyphens between them.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

// idPlaceholder stands for the ID of the instance in a host name.
const idPlaceholder = "${instance_id}"

func checkHostName(c *provider.Checker, spec *provider.RunInstancesSpec) {
	host := strings.ReplaceAll(plainName(spec.HostName), idPlaceholder, "i0")
	if host == "" {
		return
	}
	checkText(c, "HostName", host, maxHostName)
	checkNumbers(c, "HostName", spec.HostName, spec.Count)
	c.Require(hostName.MatchString(host), "HostName", spec.HostName,
		"must be letters and digits, with single . and - between them")
	if alicloud.IsWindows(spec.ImageID) {
		alicloud.CheckWindowsHost(c, host, spec.HostName)
	}
}

func checkTags(c *provider.Checker, tags map[string]string) {
	c.Require(len(tags) <= maxTags, "Tags", len(tags), "must be at most 20")
	if len(tags) == 0 {
		return
	}
	for _, k := range sorted.Keys(tags) {
		in, v := c.Entry("Tags", k), tags[k]
		in.Require(utf8.RuneCountInString(k) <= 128, "", nil, "the key must be at most 128 characters long")
		reserved := strings.HasPrefix(k, "aliyun") || strings.HasPrefix(k, "acs:")
		in.Require(!reserved, "", nil, "the key must not begin with aliyun or acs:")
		in.Require(!hasURL(k), "", nil, "the key must not contain http:// or https://")
		if utf8.RuneCountInString(v) > 128 {
			in.Fail("", v, "the value must be at most 128 characters long")
		}
		if hasURL(v) {
			in.Fail("", v, "the value must not contain http:// or https://")
		}
	}
}

// checkShortTags checks the tags of templates, and those that templates give to instances. For them
// the older reference has shorter keys than RunInstances, and rules for the values too. A raw
// parameter can have what a newer reference allows.
func checkShortTags(c *provider.Checker, tags map[string]string) {
	for _, k := range sorted.Keys(tags) {
		in := c.Entry("Tags", k)
		short := utf8.RuneCountInString(k) <= 64
		in.Require(short, "", nil, "the key of a tag in a template must be at most 64 characters long")
		for _, prefix := range []string{"aliyun", "acs:", "http://", "https://"} {
			in.Require(!strings.HasPrefix(tags[k], prefix), "", nil, "the value must not begin with "+prefix)
		}
	}
}

// hasURL reports whether a text contains the beginning of a URL.
func hasURL(text string) bool {
	return strings.Contains(text, "http://") || strings.Contains(text, "https://")
}
