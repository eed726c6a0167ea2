package alicloud

import (
	"bytes"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isMisread reports whether a text holds a number that the SDK's decoder takes for another one: it
// reads "8GiB" as 8, and 1e3 as 1. It is a quick look at the members with these names.
func isMisread(body []byte, names []string) bool {
	for _, name := range names {
		for value := range valuesOf(body, name) {
			if !isPlainNumber(value) {
				return true
			}
		}
	}
	return false
}

// isPlainNumber reports whether a text begins with a whole number in digits, quoted or not, or with
// a value that is no number at all.
func isPlainNumber(value []byte) bool {
	text, quoted := bytes.CutPrefix(value, []byte(`"`))
	rest := bytes.TrimLeft(text, "0123456789")
	after := ",}" + blanks
	if quoted {
		after = `"`
	}
	switch {
	case len(rest) == 0:
		return false
	case len(rest) == len(text) && !quoted:
		return bytes.ContainsRune([]byte("n[{"), rune(rest[0])) // null, a list, an object
	}
	return strings.IndexByte(after, rest[0]) >= 0
}

// HasOddTags reports whether the tags of an instance are an object of keys and values, which is none
// of the forms that can be read. Known are the members with which an object may begin.
func HasOddTags(body []byte, known ...string) bool {
	for value := range valuesOf(body, "Tags") {
		inner, isObject := bytes.CutPrefix(value, []byte("{"))
		inner = bytes.TrimLeft(inner, blanks)
		isKnown := bytes.HasPrefix(inner, []byte("}")) || slices.ContainsFunc(known, func(name string) bool {
			return bytes.HasPrefix(inner, []byte(`"`+name+`"`))
		})
		if isObject && !isKnown {
			return true
		}
	}
	return false
}

// HasEmpty reports whether a member has a usual form of "absent": null, an empty text or an empty
// list.
func HasEmpty(body []byte, name string) bool {
	for value := range valuesOf(body, name) {
		inner, isList := bytes.CutPrefix(value, []byte("["))
		emptyList := isList && bytes.HasPrefix(bytes.TrimLeft(inner, blanks), []byte("]"))
		if emptyList || bytes.HasPrefix(value, []byte(`""`)) || bytes.HasPrefix(value, []byte("null")) {
			return true
		}
	}
	return false
}

// Succeeded reports whether the code in an answer with HTTP 2xx means success. The words are those
// that the vendor's own clients accept, and 0 of ENS; a number may be a text, or be written as 200.0.
func Succeeded(code Text) bool {
	word := strings.ToLower(strings.TrimSpace(string(code)))
	if n, err := strconv.ParseFloat(word, 64); err == nil {
		return n == 0 || n == http.StatusOK
	}
	return word == "" || word == "ok" || word == "success"
}

// TimeOf reads a time, with or without seconds, or the seconds or milliseconds since 1970. A text in
// another form is the zero time.
func TimeOf(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	const minutes = "2006-01-02T15:04"
	layout := minutes + "Z07:00"
	if at := len(minutes); len(s) > at && s[at] == ':' { // a layout that fails would cost an error
		layout = time.RFC3339
	}
	if t, err := time.Parse(layout, s); err == nil {
		return t
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		return time.Time{}
	case len(s) == len("1512878640"):
		return time.Unix(n, 0).UTC()
	case len(s) == len("1512878640000"):
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}

// blanks are what JSON has between its parts.
const blanks = " \t\r\n"

// valuesOf returns what stands behind each member of a JSON text with a name.
func valuesOf(body []byte, name string) iter.Seq[[]byte] {
	end := []byte(name + `"`) // without the first quotation mark it is found more quickly
	return func(yield func([]byte) bool) {
		for {
			i := bytes.Index(body, end)
			if i < 0 {
				return
			}
			whole := i > 0 && body[i-1] == '"'
			body = body[i+len(end):]
			value, isMember := bytes.CutPrefix(bytes.TrimLeft(body, blanks), []byte(":"))
			wanted := whole && isMember
			if wanted && !yield(bytes.TrimLeft(value, blanks)) {
				return
			}
		}
	}
}
