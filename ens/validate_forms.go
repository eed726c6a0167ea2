package ens

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/regions"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The documented limits of texts.
const (
	maxName     = alicloud.MaxName
	maxHostName = alicloud.MaxHostName
	maxUserData = 16 << 10 // before it is encoded
	maxTags     = 20
)

// passwordChars are all characters that a password may have.
const passwordChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + alicloud.PasswordSpecials

// checkRegion checks the form of a region, unless it is "".
func checkRegion(c *provider.Checker, path, region string) {
	c.Require(region == "" || alicloud.IsRegion(region), path, region, alicloud.RuleRegion)
}

// checkForeign refuses a node that is a region of another vendor. Own says that the program has chosen the
// endpoint. Nodes have too many forms to tell them from the regions of ECS.
func checkForeign(c *provider.Checker, path, name string, own bool) {
	reason := regions.Foreign(name, "cn-wuxi-telecom_unicom_cmcc-2", regions.Edge, regions.Alibaba)
	if reason != "" && !own {
		c.Fail(path, name, reason)
	}
}

// ruleName is what isName checks.
const ruleName = "must be 2 to 128 letters, digits, or : _ . -, and begin with a letter"

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	head, _ := utf8.DecodeRuneInString(s)
	other := strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(":_.-", r)
	})
	return n >= 2 && n <= maxName && unicode.IsLetter(head) && !other
}

// hostName is segments of letters and digits with single periods and hyphens between them.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

// isHostName checks the looser rule, for Linux.
func isHostName(s string) bool {
	return len(s) >= 2 && len(s) <= maxHostName && hostName.MatchString(s)
}

// rulePassword is what isPassword checks.
const rulePassword = "must be 8 to 30 characters of at least three kinds: upper case, lower case, digit, special (" +
	alicloud.PasswordSpecials + ")"

func isPassword(s string) bool {
	n := utf8.RuneCountInString(s)
	onlyAllowed := strings.Trim(s, passwordChars) == ""
	return n >= 8 && n <= 30 && onlyAllowed && adapter.PasswordKinds(s) >= 3
}
