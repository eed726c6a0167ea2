package qingcloud

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/regions"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The documented limits of texts.
const (
	maxName     = 60   // of a name that a marker is put into: a choice, see NameLength of Limits
	maxUserData = 4096 // of the encoded text
)

var (
	zoneForm       = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
	labelForm      = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	attachmentForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
)

// checkRegion checks the form of a region, unless it is "".
func checkRegion(c *provider.Checker, path, region string) {
	ok := region == "" || zoneForm.MatchString(region)
	c.Require(ok, path, region, "must be a zone of QingCloud in lower case, like pek3a")
}

// checkForeign refuses a zone that is a region of another cloud. Own says that the program or a file has
// chosen the endpoint: a private cloud may give any names.
func checkForeign(c *provider.Checker, path, name string, own bool) {
	if reason := regions.Foreign(name, "pek3a", regions.QingCloud); reason != "" && !own {
		c.Fail(path, name, reason)
	}
}

// isHostName checks the rule of all host names: the vendor documents none.
func isHostName(s string) bool {
	return !slices.ContainsFunc(strings.Split(s, "."), func(label string) bool { return !labelForm.MatchString(label) })
}

// checkBlanks refuses values that the SDK's signer would trim. It also refuses values that
// are not UTF-8, which requests are.
func checkBlanks(c *provider.Checker, path string, values ...string) {
	for _, v := range values {
		c.Require(strings.TrimSpace(v) == v, path, nil,
			"must not begin or end with a blank: the signature of a request drops it")
		c.Require(utf8.ValidString(v), path, nil, "must be UTF-8")
	}
}
