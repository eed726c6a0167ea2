package provider

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// NotNegative requires that a number is 0 or more.
func (c *Checker) NotNegative(path string, n int) {
	if n < 0 {
		c.Fail(path, n, "must not be negative")
	}
}

// ruleText is for texts that people write. JSON would silently replace other bytes, so that
// the instance had another name or another password.
const ruleText = "must be UTF-8"

// Text requires that a text that people write, such as a name, is UTF-8.
func (c *Checker) Text(path, s string) {
	if !utf8.ValidString(s) {
		c.Fail(path, s, ruleText)
	}
}

// Tags requires that the keys and values of tags are texts, and that no key is empty or
// reserved for Yunfan.
func (c *Checker) Tags(path string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for _, k := range sorted.Keys(tags) {
		c.Require(k != "", path, nil, "a tag key must not be empty")
		if strings.HasPrefix(k, reservedTagPrefix) {
			c.Fail(path, k, "keys that begin with "+reservedTagPrefix+" are reserved for the owner of an operation")
		}
		c.Text(path, k)
		c.Text(path, tags[k])
	}
}

// ClientToken requires that the field ClientToken has the form that every cloud with tokens
// takes.
func (c *Checker) ClientToken(token string) {
	odd := strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
	c.Require(len(token) <= 64 && odd < 0, "ClientToken", token, "must be at most 64 printable ASCII characters without blanks")
}

// VendorOptions requires that no options are nil, that each cloud has one at most, and that no
// secret in them is "[redacted]". It reports whether it found no problem: a driver can read
// the options.
func (c *Checker) VendorOptions(path string, list []VendorOption) bool {
	before := len(c.top().errs)
	seen := map[string]bool{}
	for i, o := range list {
		if isNilOption(o) {
			c.Fail(indexed(path, i), nil, "must not be nil")
			continue
		}
		shape.OptionPlaceholders(path, i, reflect.ValueOf(o), c.failPlaceholder)
		if name := o.VendorName(); seen[name] {
			c.Fail(indexed(path, i), name, "options for this cloud are given twice")
		} else {
			seen[name] = true
		}
	}
	return len(c.top().errs) == before
}

// isNilOption reports whether options are nil, or a nil pointer.
func isNilOption(o VendorOption) bool {
	if o == nil {
		return true
	}
	v := reflect.ValueOf(o)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// hasNilOptions reports whether any options are nil: drivers read them.
func hasNilOptions(list []VendorOption) bool { return slices.ContainsFunc(list, isNilOption) }
