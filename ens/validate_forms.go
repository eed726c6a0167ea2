package ens

import (
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

// specials are the special characters of a password that the reference lists.
const specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"

// onWindows tells a public Windows image by its ID (win2019_1809_x64_dtc_...). A
// custom image does not say what it holds; for it the wider rules of Linux apply.
func onWindows(image string) bool { return strings.HasPrefix(image, "win") }

const nameRule = "must be 2 to 128 letters, digits, or : _ . -, and begin with a letter"

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	head, _ := utf8.DecodeRuneInString(s)
	return n >= 2 && n <= maxName && unicode.IsLetter(head) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(":_.-", r)
		})
}

func oneOf(c *provider.Checker, path, value string, known ...string) {
	if value != "" && !slices.Contains(known, value) {
		c.Fail(path, value, fmt.Sprintf("must be one of %q", slices.Clone(known))) // the list itself stays off the heap
	}
}

// isHostName checks the looser rule, for Linux.
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

// checkSuffix makes room for the numbers: a name must obey its rule with them.
func checkSuffix(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if !spec.UniqueSuffix {
		return
	}
	digits, host := max(3, len(strconv.Itoa(spec.Count))), maxHostName
	if onWindows(spec.ImageID) {
		host = 15
	}
	const rule = "must be at most %d characters with UniqueSuffix, which adds %d"
	if utf8.RuneCountInString(spec.Name) > maxName-digits {
		c.Fail("Name", spec.Name, fmt.Sprintf(rule, maxName-digits, digits))
	}
	if len(spec.HostName) > host-digits {
		c.Fail("HostName", spec.HostName, fmt.Sprintf(rule, host-digits, digits))
	}
}

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
