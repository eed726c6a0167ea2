// Package keyform says what is wrong with the characters of a key.
package keyform

import (
	"strings"
	"unicode"
)

// Fault returns what stands around a key, a secret or a token and cannot be part of it, such as "has a
// line break at its end", and "" for a value that may be right. It does not quote the value. A cloud
// only says that such a key does not exist, or that the signature is wrong.
func Fault(value string) string {
	inner := strings.TrimFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff'
	})
	switch {
	case value == "":
		return ""
	case inner == "":
		return "is blank"
	case strings.HasSuffix(value, "\n"):
		return "has a line break at its end"
	case inner != value:
		return "has a blank at its beginning or end"
	case isQuoted(value):
		return "stands in quotation marks"
	case strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "holds a character that is not printed"
	}
	return ""
}

func isQuoted(value string) bool {
	for _, marks := range [...][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}} {
		inside, opens := strings.CutPrefix(value, marks[0])
		if opens && strings.HasSuffix(inside, marks[1]) {
			return true
		}
	}
	return false
}
