package specs

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// Redacted is the text that every secret prints.
const Redacted = "[redacted]"

// IsPlaceholder reports whether a text is "[redacted]", in any case, in plain text or base64.
// Blanks and quotes around it are ignored.
func IsPlaceholder[T ~string | ~[]byte](text T) bool {
	start, end := inner(text)
	switch size := end - start; {
	case size < len(Redacted) || size > maxCoded:
		return false
	case size == len(Redacted):
		return equalsPlaceholder(text[start:end])
	}
	var coded [maxCoded]byte
	return isCodedPlaceholder(coded[:copy(coded[:], text[start:end])])
}

// maxCoded is the longest base64 text that is decoded: the placeholder with a few blanks.
// Longer texts are data.
const maxCoded = 48

func isCodedPlaceholder(coded []byte) bool {
	var decoded [maxCoded]byte
	n, err := base64.RawStdEncoding.Decode(decoded[:], bytes.TrimRight(coded, "="))
	start, end := inner(decoded[:n])
	return err == nil && end-start == len(Redacted) && equalsPlaceholder(decoded[start:end])
}

// inner returns where a text begins and ends without the blanks, control characters and quotes
// around it.
func inner[T ~string | ~[]byte](text T) (start, end int) {
	edge := func(b byte) bool { return b <= ' ' || b == '"' || b == '\'' || b == '`' }
	start, end = 0, len(text)
	for start < end && edge(text[start]) {
		start++
	}
	for start < end && edge(text[end-1]) {
		end--
	}
	return start, end
}

// equalsPlaceholder reports whether a text of the placeholder's length equals it.
func equalsPlaceholder[T ~string | ~[]byte](text T) bool {
	for i := range len(Redacted) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != Redacted[i] {
			return false
		}
	}
	return true
}

// isRawPlaceholder is IsPlaceholder for a raw parameter, whose value may be a JSON document
// with the placeholder inside.
func isRawPlaceholder(value string) bool {
	return IsPlaceholder(value) || strings.Contains(value, `"`+Redacted+`"`)
}
