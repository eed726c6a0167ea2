package cloudsim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// aliSequence is the vendor's form for numbered names: prefix[begin,bits]suffix.
var aliSequence = regexp.MustCompile(`^([^\[\]]*)\[(\d{1,6}),([1-6])\]([^\[\]]*)$`)

// aliNumbered is the name of the i-th machine of a batch, from 0. UniqueSuffix
// appends 001 and up, and has no effect on a name that numbers itself.
func aliNumbered(name string, i int, uniqueSuffix bool) string {
	if name == "" {
		return ""
	}
	if m := aliSequence.FindStringSubmatch(name); m != nil {
		begin, _ := strconv.Atoi(m[2]) // at most six digits
		bits, _ := strconv.Atoi(m[3])
		return m[1] + fmt.Sprintf("%0*d", bits, begin+i) + m[4]
	}
	if uniqueSuffix {
		return name + fmt.Sprintf("%03d", i+1)
	}
	return name
}

// aliPlainName is a name without its numbering, as the rules for its form mean it.
func aliPlainName(name string) string { return aliNumbered(name, 0, false) }

// name checks the name of a resource of ECS.
func (p *aliParams) name(name string) {
	plain := []rune(aliPlainName(p.text(name)))
	if len(plain) == 0 {
		return
	}
	if len(plain) < 2 || len(plain) > 128 || !unicode.IsLetter(plain[0]) || aliIsURL(string(plain)) {
		p.bad(name, "2 to 128 characters, a letter first, no URL")
	}
}

// description checks a description of a resource of ECS.
func (p *aliParams) description(name string) {
	s := []rune(p.text(name))
	if len(s) > 0 && (len(s) < 2 || len(s) > 256 || aliIsURL(string(s))) {
		p.bad(name, "2 to 256 characters, no URL")
	}
}

func aliIsURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// hostName checks a host name by the rules both products share.
func (p *aliParams) hostName() {
	s := p.text("HostName")
	if s == "" {
		return
	}
	plain := aliPlainName(s)
	switch {
	case !aliHost.MatchString(plain) || len(plain) < 2 || len(plain) > 64:
		p.bad("HostName", "2 to 64 letters, digits, single periods and hyphens, the last two only inside")
	case aliWindows(p.text("ImageId")) && (len(plain) > 15 || strings.Contains(plain, ".") || aliDigits.MatchString(plain)):
		p.bad("HostName", "for Windows at most 15 characters, no period, not digits alone")
	}
}

// aliWindows tells a public Windows image by its ID, as in
// win2019_1809_x64_dtc_zh-cn_40G. Of custom images it can not tell.
func aliWindows(image string) bool { return strings.HasPrefix(image, "win") }

var aliDigits = regexp.MustCompile(`^[0-9]+$`)

var aliHost = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

// password checks the strength that both products demand.
func (p *aliParams) password() {
	s := p.text("Password")
	if s == "" {
		return
	}
	if n := len(s); n < 8 || n > 30 || aliClasses(s) < 3 || !aliPassword.MatchString(s) {
		p.bad("Password", "8 to 30 characters, three of upper case, lower case, digit and special")
	}
	if strings.HasPrefix(s, "/") && aliWindows(p.text("ImageId")) {
		p.bad("Password", "no slash in front, for Windows")
	}
}

// aliPassword is what a password may consist of: both references list the special
// characters.
var aliPassword = regexp.MustCompile("^[A-Za-z0-9()`~!@#$%^&*_+=|{}\\[\\]:;'<>,.?/-]+$")

func aliClasses(s string) int {
	var upper, lower, digit, special int
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			special = 1
		}
	}
	return upper + lower + digit + special
}

// aliWildcard tells whether a name fits a pattern in which * is any text.
func aliWildcard(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
