package tencent

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/regions"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The documented limits of texts.
const (
	maxName     = 128
	maxHostName = 60
	maxUserData = 16 << 10
	maxTags     = 50
)

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// zoneForm is the form of a zone: its region, and a number.
var zoneForm = regexp.MustCompile(`^([a-z]+-[a-z]+[a-z-]*)-[0-9]+$`)

// checkRegion checks the form of a region, unless it is "". A region is sent as a header, and may be
// a part of a host name.
func checkRegion(c *provider.Checker, path, region string) {
	if !isPlace(region) {
		c.Fail(path, region, "must be small letters, digits and hyphens, such as ap-guangzhou")
	}
	ofAlibaba := regions.Of(region) == regions.Alibaba // ap-southeast-1 would look like a zone of ap-southeast
	if m := zoneForm.FindStringSubmatch(region); m != nil && !ofAlibaba {
		c.Fail(path, region, "is a zone; its region is "+m[1])
	}
}

// checkForeign refuses a region or a zone that is one of another cloud. Own says that the program has chosen
// the endpoint: a private cloud may give any names.
func checkForeign(c *provider.Checker, path, name, like string, own bool) {
	if reason := regions.Foreign(name, like, regions.Tencent); reason != "" && !own {
		c.Fail(path, name, reason)
	}
}

// What names of regions and zones are like.
const (
	likeRegion = "ap-guangzhou"
	likeZone   = "ap-guangzhou-3"
)

// checkZone checks the form of a zone, unless it is "".
func checkZone(c *provider.Checker, zone, region string) {
	switch {
	case !isPlace(zone):
		c.Fail("Zone", zone, "must be small letters, digits and hyphens, such as ap-guangzhou-3")
	case zone != "" && zone == region && !zoneForm.MatchString(zone):
		c.Fail("Zone", zone, "is a region; a zone has a number, such as ap-guangzhou-3")
	}
}

// isPlace reports whether a text has only characters that names of regions and zones have.
func isPlace(s string) bool { return strings.Trim(s, lower+digits+"-") == "" }

// isPrintable reports whether a text can stand in a header as it is.
func isPrintable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// checkLength checks the length of a text in characters.
func checkLength(c *provider.Checker, path, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case least == 0 && n > most:
		c.Fail(path, text, fmt.Sprintf("must be at most %d characters long, not %d", most, n))
	case n < least || n > most:
		c.Fail(path, text, fmt.Sprintf("must be %d to %d characters long, not %d", least, most, n))
	}
}

// checkProject checks the form of a project, which is a number in a request.
func checkProject(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if _, err := projectID(spec.ProjectID); err != nil {
		c.Fail("ProjectID", spec.ProjectID, "a project of Tencent Cloud is a number, 0 being the default project")
	}
}

// pattern is what CVM replaces in a name: by a number, or in a host name by the address. Other words
// in ${ } are placeholders too; which of them it knows is left to the cloud.
var pattern = regexp.MustCompile(`\{R:[0-9]+(,F:[0-8])?\}|\{IP\}|\$\{[A-Za-z0-9_.-]+\}`)

// checkHostName checks what holds for Windows and for Linux. Windows has stricter rules, but only
// the cloud knows the system of an image.
func checkHostName(c *provider.Checker, name string, unique bool, count int) {
	const marks = ".-"
	// A number counts as a letter. Only the cloud knows how long an address will be.
	plain := pattern.ReplaceAllString(name, "0")
	counted := unique || count > 1 || plain != name
	switch {
	case unique:
		plain += strings.Repeat("0", digitsOf(count))
	case count > 1 && plain == name: // then CVM numbers the instances of each create from 1
		plain += strconv.Itoa(min(count, perCall))
	}
	c.Require(strings.Trim(plain, marks) == plain, "HostName", name, "must not begin or end with a dot or a hyphen")
	c.Require(!hasPair(plain, marks), "HostName", name, "dots and hyphens must not follow each other")
	allowed := lower + upper + digits + marks
	if counted {
		allowed += "_" // the rule has none, but the documents' own examples of numbers do
	}
	c.Require(strings.Trim(plain, allowed) == "", "HostName", name, "must be letters, digits, dots and hyphens")
	// A pattern stands for at least one character.
	short := len(plain) < 2 && !strings.Contains(name, "{")
	c.Require(!short && len(plain) <= maxHostName, "HostName", name, "must be 2 to 60 characters long")
}

// hasPair reports whether a text has two of some marks in a row.
func hasPair(text, marks string) bool {
	for i := 1; i < len(text); i++ {
		if strings.IndexByte(marks, text[i]) >= 0 && strings.IndexByte(marks, text[i-1]) >= 0 {
			return true
		}
	}
	return false
}

// checkTags checks the limits of the account's tags (cloud.tencent.com/document/product/651/13354).
// The documents describe the characters of tags in several ways, so those are left to the cloud.
func checkTags(c *provider.Checker, path string, tags map[string]string) {
	c.Require(len(tags) <= maxTags, path, len(tags), "a resource has at most 50 tags")
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
