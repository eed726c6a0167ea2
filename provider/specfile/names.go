package specfile

import (
	"strings"
	"unicode"
)

// units are the words that keep their spelling.
var units = []string{"MiBps", "Mbps", "MiB", "GiB"}

// oddWords are acronyms with lower case letters or digits inside, or that end in ID.
var oddWords = []string{"IPv4", "IPv6", "DDoS", "UUID", "GUID"}

// FieldName returns the name that files use for an exported Go field: lower camel case, with an
// acronym as one word (ImageID is imageId, IPv6Count is ipv6Count, CPUs is cpus) and units as
// they are (SizeGiB is sizeGiB).
func FieldName(goName string) string {
	var b strings.Builder
	for rest := goName; rest != ""; {
		word := firstWord(rest)
		rest = rest[len(word):]
		switch {
		case b.Len() == 0:
			b.WriteString(strings.ToLower(word))
		case hasWord(units, word) == word:
			b.WriteString(word)
		default:
			b.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return b.String()
}

// firstWord returns the first word of a Go name that is not empty.
func firstWord(name string) string {
	if word := hasWord(units, name) + hasWord(oddWords, name); word != "" {
		return word
	}
	capitals := 1
	for capitals < len(name) && isUpper(name[capitals]) && !startsWord(name[capitals:], capitals) {
		capitals++
	}
	rest := name[capitals:]
	switch {
	case isPlural(rest):
		return name[:capitals+1]
	case rest == "" || startsWord(rest, capitals):
		return name[:capitals]
	case capitals > 1 && !isDigit(rest[0]):
		return name[:capitals-1] // the last capital begins the next word
	}
	end := capitals
	for end < len(name) && !isUpper(name[end]) {
		end++
	}
	return name[:end]
}

// startsWord reports whether a word begins after some capitals although the case does not
// change: "ID" at the end of "VPCID", but not of "SID", and the odd words.
func startsWord(rest string, capitals int) bool {
	if hasWord(oddWords, rest) != "" {
		return true
	}
	after, isID := strings.CutPrefix(rest, "ID")
	ends := after == "" || isUpper(after[0]) || isPlural(after)
	return capitals > 1 && isID && ends
}

// isPlural reports whether the "s" of a plural acronym is here: that of "CPUs".
func isPlural(rest string) bool {
	after, isS := strings.CutPrefix(rest, "s")
	ends := after == "" || isUpper(after[0])
	return isS && ends
}

// hasWord returns the word that the name begins with, or "".
func hasWord(words []string, name string) string {
	for _, w := range words {
		if strings.HasPrefix(name, w) {
			return w
		}
	}
	return ""
}

func isUpper(c byte) bool { return unicode.IsUpper(rune(c)) }
func isDigit(c byte) bool { return unicode.IsDigit(rune(c)) }
