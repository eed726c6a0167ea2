package qingcloud

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// maxUserData is the documented limit of the encoded text.
const maxUserData = 4096

var attachmentForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

var labelForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

var zoneForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

func checkRegion(c *provider.Checker, path, region string) {
	c.Require(zoneForm.MatchString(region), path, region, "must be a zone of QingCloud in lower case, like pek3a")
}

// isHostName checks the rule of all host names; the vendor documents none.
func isHostName(s string) bool {
	return !slices.ContainsFunc(strings.Split(s, "."), func(label string) bool { return !labelForm.MatchString(label) })
}

// basicNetwork is the network every account has; its addresses are not chosen.
const basicNetwork = "vxnet-0"

func validateVxNet(c *provider.Checker, path, id string, fixed bool) {
	if strings.Contains(id, "|") {
		c.Fail(path, id, "must be an ID alone; an address has a field of its own")
	}
	c.Require(!fixed || id != basicNetwork, path, basicNetwork, "has no fixed addresses: they need a managed network of one's own")
}

// noBlanks refuses values that the SDK's signer would trim, and such as are no
// text: requests are UTF-8.
func noBlanks(c *provider.Checker, path string, values ...string) {
	for _, v := range values {
		c.Require(strings.TrimSpace(v) == v, path, nil, "must not begin or end with a blank: the signature of a request drops it")
		c.Require(utf8.ValidString(v), path, nil, "must be UTF-8")
	}
}

func fieldError(path, reason string) *provider.FieldError {
	return &provider.FieldError{Driver: Name, Path: path, Reason: reason}
}
