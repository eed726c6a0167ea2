package alibaba

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// sequence is the vendor's form for numbered names: prefix[begin,bits]suffix.
var sequence = regexp.MustCompile(`^([^\[\]]*)\[(\d{1,6}),([1-6])\]([^\[\]]*)$`)

// Numbered returns the name of the i-th instance of a batch, from 0. UniqueSuffix
// appends 001 and up. It has no effect on a name with its own numbering.
func Numbered(name string, i int, uniqueSuffix bool) string {
	if name == "" {
		return ""
	}
	if m := sequence.FindStringSubmatch(name); m != nil {
		begin, _ := strconv.Atoi(m[2]) // at most six digits
		bits, _ := strconv.Atoi(m[3])
		return m[1] + fmt.Sprintf("%0*d", bits, begin+i) + m[4]
	}
	if uniqueSuffix {
		return name + fmt.Sprintf("%03d", i+1)
	}
	return name
}

// PlainName returns a name without its numbering. The rules for the form of names apply
// to it.
func PlainName(name string) string { return Numbered(name, 0, false) }

// Name checks the name of a resource of ECS.
func (p *Params) Name(name string) {
	plain := []rune(PlainName(p.Text(name)))
	if len(plain) == 0 {
		return
	}
	if len(plain) < 2 || len(plain) > 128 || !unicode.IsLetter(plain[0]) || IsURL(string(plain)) {
		p.Bad(name, "2 to 128 characters, a letter first, no URL")
	}
}

// Description checks a description of a resource of ECS.
func (p *Params) Description(name string) {
	s := []rune(p.Text(name))
	allowed := len(s) >= 2 && len(s) <= 256 && !IsURL(string(s))
	if len(s) > 0 && !allowed {
		p.Bad(name, "2 to 256 characters, no URL")
	}
}

// IsURL reports whether a text begins as a URL, which names may not.
func IsURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// HostName checks a host name by the rules both products share. Placeholders are texts in it
// that the service replaces.
func (p *Params) HostName(placeholders ...string) {
	s := p.Text("HostName")
	if s == "" {
		return
	}
	for _, text := range placeholders {
		s = strings.ReplaceAll(s, text, "i0")
	}
	plain := PlainName(s)
	switch {
	case !hostForm.MatchString(plain) || len(plain) < 2 || len(plain) > 64:
		p.Bad("HostName", "2 to 64 letters, digits, single periods and hyphens, the last two only inside")
	case Windows(p.Text("ImageId")) && !windowsHostName(plain):
		p.Bad("HostName", "for Windows at most 15 characters, no period, not digits alone")
	}
}

// windowsHostName reports whether Windows allows a host name.
func windowsHostName(s string) bool {
	return len(s) <= 15 && !strings.Contains(s, ".") && !digitsForm.MatchString(s)
}

// Windows reports whether an ID belongs to a public Windows image, as in
// win2019_1809_x64_dtc_zh-cn_40G. It recognizes no custom images.
func Windows(image string) bool { return strings.HasPrefix(image, "win") }

var digitsForm = regexp.MustCompile(`^[0-9]+$`)

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)

// Password checks the password rules of both products.
func (p *Params) Password() {
	s := p.Text("Password")
	if s == "" {
		return
	}
	if n := len(s); n < 8 || n > 30 || classes(s) < 3 || !passwordForm.MatchString(s) {
		p.Bad("Password", "8 to 30 characters, three of upper case, lower case, digit and special")
	}
	if strings.HasPrefix(s, "/") && Windows(p.Text("ImageId")) {
		p.Bad("Password", "no slash in front, for Windows")
	}
}

// passwordForm is the set of allowed characters in a password: both references list the
// special characters.
var passwordForm = regexp.MustCompile("^[A-Za-z0-9()`~!@#$%^&*_+=|{}\\[\\]:;'<>,.?/-]+$")

func classes(s string) int {
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

// Wildcard reports whether a name fits a pattern in which * is any text.
func Wildcard(pattern, name string) bool {
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
