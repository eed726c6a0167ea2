package tencent

import (
	"errors"
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

const letters = "abcdefghijklmnopqrstuvwxyz"

// hostSize is the size of a server on a dedicated host: cores and GiB.
var hostSize = regexp.MustCompile(`^CDH_[1-9][0-9]*C[1-9][0-9]*G$`)

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

// pattern is what CVM takes for a place in a name: of a number, or of the address
// in a host name.
var pattern = regexp.MustCompile(`\{R:[0-9]+(,F:[0-8])?\}|\{IP\}`)

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

func checkIDs(c *provider.Checker, path string, ids []string) {
	for i, id := range ids {
		if id == "" {
			c.Fail(fmt.Sprintf("%s[%d]", path, i), nil, "must not be empty")
		}
	}
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
