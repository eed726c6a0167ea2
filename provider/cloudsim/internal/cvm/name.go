package cvm

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sequence is the documented pattern for a number in a name: {R:x} counts from x,
// {R:x,F:y} pads it with zeros to y digits. Other text in braces is ordinary text.
var sequence = regexp.MustCompile(`\{R:([0-9]{1,9})(?:,F:([0-8]))?\}`)

// numberedName returns the name of instance i of n. It replaces patterns. Without a
// pattern, each of several instances gets its number as a suffix.
func numberedName(name string, i, n int) string {
	if !sequence.MatchString(name) {
		if n == 1 || name == "" {
			return name
		}
		return name + strconv.Itoa(i+1)
	}
	return sequence.ReplaceAllStringFunc(name, func(pattern string) string {
		part := sequence.FindStringSubmatch(pattern)
		first, _ := strconv.Atoi(part[1])
		width, _ := strconv.Atoi(part[2]) // absent is 0, which does not pad
		return fmt.Sprintf("%0*d", width, first+i)
	})
}

// address is the pattern for an instance's address in host names.
const address = "{IP}"

// hasPattern reports whether a host name has any pattern.
func hasPattern(name string) bool {
	return sequence.MatchString(name) || strings.Contains(name, address)
}

// hostName is numberedName with the patterns of host names.
func hostName(name string, i, n int, ip string) string {
	if strings.Contains(name, address) {
		n = 1 // a pattern, so no suffix
	}
	return strings.ReplaceAll(numberedName(name, i, n), address, ip)
}

// hostNameForm is the documented rule for systems other than Windows. Only the image
// tells the system, and images are not simulated. The rule has no underscore, but the
// documented examples of numbered names do.
func hostNameForm(name string, numbered bool) bool {
	allowed := lower + upper + digits + ".-"
	if numbered {
		allowed += "_"
	}
	if len(name) < 2 || len(name) > 60 || !onlyHas(name, allowed) {
		return false
	}
	edges := strings.Trim(name, ".-") == name
	for _, twice := range []string{"..", "--", ".-", "-."} {
		if strings.Contains(name, twice) {
			return false
		}
	}
	return edges
}
