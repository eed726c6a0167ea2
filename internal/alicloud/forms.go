package alicloud

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// What ECS and ENS document alike about names and passwords.
const (
	MaxName        = 128 // characters of an InstanceName
	MaxHostName    = 64  // characters of a HostName on Linux
	maxWindowsHost = 15

	// PasswordSpecials are the special characters that a password may have.
	PasswordSpecials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"
)

// IsWindows reports whether an image is a public one of Windows, by its ID
// (win2019_1809_x64_dtc_...). The ID of a custom image does not say what it holds. For it the
// wider rules of Linux apply.
func IsWindows(image string) bool { return strings.HasPrefix(image, "win") }

// CheckWindowsHost checks what Windows wants of a host name beyond the rule of Linux. Value is
// what an error shows.
func CheckWindowsHost(c *provider.Checker, host, value string) {
	c.Require(len(host) <= maxWindowsHost, "HostName", value, "must be at most 15 characters long on Windows")
	c.Require(!strings.Contains(host, "."), "HostName", value, "must not contain . on Windows")
	onlyDigits := strings.Trim(host, "0123456789") == ""
	c.Require(!onlyDigits, "HostName", value, "must not consist of digits alone on Windows")
}

// CheckSuffix checks that the names of a spec with UniqueSuffix have room for the numbers. The
// vendor refuses names that are too long with them (InvalidParams.InstanceNameExceed,
// HostnameExceed).
func CheckSuffix(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if !spec.UniqueSuffix {
		return
	}
	digits, maxHost := max(3, len(strconv.Itoa(spec.Count))), MaxHostName
	if IsWindows(spec.ImageID) {
		maxHost = maxWindowsHost
	}
	const rule = "must be at most %d characters long with UniqueSuffix, which adds %d"
	if utf8.RuneCountInString(spec.Name) > MaxName-digits {
		c.Fail("Name", spec.Name, fmt.Sprintf(rule, MaxName-digits, digits))
	}
	if len(spec.HostName) > maxHost-digits {
		c.Fail("HostName", spec.HostName, fmt.Sprintf(rule, maxHost-digits, digits))
	}
}
