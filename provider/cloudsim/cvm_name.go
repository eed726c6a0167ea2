package cloudsim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// cvmSequence is the documented pattern for a number in a name: {R:x} counts
// from x, {R:x,F:y} pads it with zeros to y digits. Anything else in braces is
// ordinary text.
var cvmSequence = regexp.MustCompile(`\{R:([0-9]{1,9})(?:,F:([0-8]))?\}`)

// cvmName returns the name of machine i of n: patterns are replaced, and
// without one each of several machines gets its number as a suffix.
func cvmName(name string, i, n int) string {
	if !cvmSequence.MatchString(name) {
		if n == 1 || name == "" {
			return name
		}
		return name + strconv.Itoa(i+1)
	}
	return cvmSequence.ReplaceAllStringFunc(name, func(pattern string) string {
		part := cvmSequence.FindStringSubmatch(pattern)
		first, _ := strconv.Atoi(part[1])
		width, _ := strconv.Atoi(part[2]) // absent is 0, which does not pad
		return fmt.Sprintf("%0*d", width, first+i)
	})
}

// cvmAddress is the pattern of host names for a machine's address.
const cvmAddress = "{IP}"

// cvmHasPattern tells whether a host name has any pattern.
func cvmHasPattern(name string) bool {
	return cvmSequence.MatchString(name) || strings.Contains(name, cvmAddress)
}

// cvmHostName is cvmName with the pattern of host names.
func cvmHostName(name string, i, n int, ip string) string {
	if strings.Contains(name, cvmAddress) {
		n = 1 // a pattern, so no suffix
	}
	return strings.ReplaceAll(cvmName(name, i, n), cvmAddress, ip)
}

// cvmHostNameForm is the documented rule for systems other than Windows; the
// image alone would tell which system it is, and images are not simulated. The rule
// has no underscore, but the documented examples of numbered names do.
func cvmHostNameForm(name string, numbered bool) bool {
	allowed := cvmLower + cvmUpper + cvmDigits + ".-"
	if numbered {
		allowed += "_"
	}
	if len(name) < 2 || len(name) > 60 || !cvmMadeOf(name, allowed) {
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
