package aliyun

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// maxUserData is the wider of two documented limits: 16 KB in the older
// reference, 32 KB in the current one. The cloud decides.
const maxUserData = 32 << 10

// What a password may consist of: the reference lists the special characters.
const (
	letters  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"
)

// onWindows tells a public Windows image by its ID (win2019_1809_x64_dtc_...). A
// custom image does not say what it holds; for it the wider rules of Linux apply.
func onWindows(image string) bool { return strings.HasPrefix(image, "win") }

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

// checkOneOf checks a word of which the reference lists all. A raw parameter
// takes one that has come since.
func checkOneOf(c *provider.Checker, path, value string, known ...string) {
	c.Require(value == "" || slices.Contains(known, value), path, value, "must be "+strings.Join(known, " or "))
}

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

// checkSuffix makes room for the numbers: ECS refuses names that are too long with
// them (InvalidParams.InstanceNameExceed, HostnameExceed).
func checkSuffix(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if !spec.UniqueSuffix {
		return
	}
	digits, host := max(3, len(strconv.Itoa(spec.Count))), 64
	if onWindows(spec.ImageID) {
		host = 15
	}
	const rule = "must be at most %d characters long with UniqueSuffix, which adds %d"
	if utf8.RuneCountInString(spec.Name) > 128-digits {
		c.Fail("Name", spec.Name, fmt.Sprintf(rule, 128-digits, digits))
	}
	if len(spec.HostName) > host-digits {
		c.Fail("HostName", spec.HostName, fmt.Sprintf(rule, host-digits, digits))
	}
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

func hasURL(text string) bool {
	return strings.Contains(text, "http://") || strings.Contains(text, "https://")
}
