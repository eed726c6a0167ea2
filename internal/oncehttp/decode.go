package oncehttp

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf8"
)

// view is a text as a decoder reads it. Each byte keeps the range of the original text
// from which it was decoded.
type view struct {
	text   []byte
	lo, hi []int32 // byte i came from [lo[i], hi[i]) of the original

	full *view   // set in a compact view: the view before blanks were removed
	at   []int32 // set in a compact view: byte i stands at at[i] in full
}

func viewOf(s string) *view {
	v := newView(len(s))
	for i := range len(s) {
		v.add(s[i], int32(i), int32(i+1))
	}
	return v
}

func newView(n int) *view {
	return &view{text: make([]byte, 0, n), lo: make([]int32, 0, n), hi: make([]int32, 0, n)}
}

func (v *view) add(b byte, lo, hi int32) {
	v.text, v.lo, v.hi = append(v.text, b), append(v.lo, lo), append(v.hi, hi)
}

// replace adds text in place of the bytes [i, j) of another view.
func (v *view) replace(of *view, i, j int, text string) {
	for n := range len(text) {
		v.add(text[n], of.lo[i], of.hi[j-1])
	}
}

// compact returns a view without the bytes that services change or drop: blanks, line
// ends, and the plus sign that means a blank in URLs.
func (v *view) compact() *view {
	out := newView(len(v.text))
	out.full, out.at = v, make([]int32, 0, len(v.text))
	for i, b := range v.text {
		if !isBlank(b) {
			out.add(b, v.lo[i], v.hi[i])
			out.at = append(out.at, int32(i))
		}
	}
	return out
}

// isBlank reports whether a comparison ignores a byte.
func isBlank(b byte) bool { return b <= ' ' || b == '+' || b == 0x7f }

const (
	maxDepth = 4  // base64 inside base64, with one escape on each
	maxViews = 64 // bounds the work for a text full of escapes
)

// views returns all ways to read a text: as it is, and with escapes undone one after
// the other. A service may escape a text once or several times before it repeats it.
func views(text string) []*view {
	list := []*view{viewOf(text)}
	for from, depth := 0, 1; depth <= maxDepth; depth++ {
		last := list[from:]
		from = len(list)
		for _, v := range last { // the likely ones first
			list = append(list, v.escapes()...)
		}
		for _, v := range last {
			list = append(list, v.base64()...)
		}
		if len(list) > maxViews {
			return list[:maxViews]
		}
	}
	return list
}

// escapes returns the view after each decoder of escapes. Decoders that change nothing
// are left out.
func (v *view) escapes() (list []*view) {
	for _, d := range []struct {
		mark   byte
		decode func(text []byte) (n int, plain string)
	}{{'%', percent}, {'\\', backslash}, {'&', entity}} {
		if out, changed := v.unescape(d.mark, d.decode); changed {
			list = append(list, out)
		}
	}
	return list
}

// unescape undoes the escapes that begin with a mark. Decode returns the length of one
// escape and its plain text; length 0 means that there is no escape.
func (v *view) unescape(mark byte, decode func([]byte) (int, string)) (out *view, changed bool) {
	if bytes.IndexByte(v.text, mark) < 0 {
		return nil, false
	}
	out = newView(len(v.text))
	for i := 0; i < len(v.text); {
		if v.text[i] == mark {
			if n, plain := decode(v.text[i:]); n > 0 {
				out.replace(v, i, i+n, plain)
				i, changed = i+n, true
				continue
			}
		}
		out.add(v.text[i], v.lo[i], v.hi[i])
		i++
	}
	return out, changed
}

// percent reads %XX.
func percent(b []byte) (int, string) {
	if len(b) < 3 {
		return 0, ""
	}
	n, err := strconv.ParseUint(string(b[1:3]), 16, 8)
	if err != nil {
		return 0, ""
	}
	return 3, string([]byte{byte(n)})
}

// backslash reads the escapes of JSON and Go. Two surrogates make one character.
func backslash(b []byte) (int, string) {
	if len(b) < 2 {
		return 0, ""
	}
	switch b[1] {
	case 'n', 't', 'r', 'f', 'v', 'b', 'a':
		return 2, "\n"
	case '"', '\\', '/', '\'':
		return 2, string(b[1:2])
	case 'x':
		return numbered(b, 2)
	case 'u':
		return utf16(b)
	case 'U':
		return numbered(b, 8)
	}
	return 0, ""
}

// numbered reads \xXX, \uXXXX and \UXXXXXXXX.
func numbered(b []byte, digits int) (int, string) {
	if len(b) < 2+digits {
		return 0, ""
	}
	n, err := strconv.ParseUint(string(b[2:2+digits]), 16, 32)
	if err != nil {
		return 0, ""
	}
	if digits == 2 {
		return 4, string([]byte{byte(n)})
	}
	return 2 + digits, string(rune(n))
}

func utf16(b []byte) (int, string) {
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		high, err1 := strconv.ParseUint(string(b[2:6]), 16, 16)
		low, err2 := strconv.ParseUint(string(b[8:12]), 16, 16)
		isPair := high>>10 == 0xd8>>2 && low>>10 == 0xdc>>2
		if err1 == nil && err2 == nil && isPair {
			return 12, string(rune((high-0xd800)<<10 | (low - 0xdc00) + 0x10000))
		}
	}
	return numbered(b, 4)
}

// entity reads a character reference of HTML or XML.
func entity(b []byte) (int, string) {
	end := bytes.IndexByte(b[:min(len(b), 12)], ';')
	if end < 0 {
		return 0, ""
	}
	name := string(b[:end+1])
	plain := html.UnescapeString(name)
	if plain == name || !utf8.ValidString(plain) {
		return 0, ""
	}
	return end + 1, plain
}

// base64 reads a view as base64: standard or for URLs, padded or not, in lines or not.
// The start of the encoded text is not known. So it returns four views that begin at
// offsets 0 to 3; one of them is right.
func (v *view) base64() []*view {
	in := newView(len(v.text))
	for i, b := range v.text {
		if b > ' ' { // a plus counts here
			in.add(b, v.lo[i], v.hi[i])
		}
	}
	if !hasBase64(in.text) {
		return nil
	}
	list := make([]*view, 4)
	for start := range list {
		list[start] = in.base64From(start)
	}
	return list
}

// leastBase64 is the least number of base64 characters that is worth decoding: it can
// hold the shortest secret.
const leastBase64 = (shortest*8 + 5) / 6

func hasBase64(text []byte) bool {
	run := 0
	for _, b := range text {
		if sextet(b) < 0 {
			run = 0
			continue
		}
		if run++; run == leastBase64 {
			return true
		}
	}
	return false
}

// base64From decodes groups of four characters. A character outside base64 becomes a
// gap.
func (v *view) base64From(start int) *view {
	out := newView(len(v.text))
	for i := start; i < len(v.text); i += 4 {
		group := v.text[i:min(i+4, len(v.text))]
		bits, n := uint32(0), 0
		for n < len(group) && sextet(group[n]) >= 0 {
			bits = bits<<6 | uint32(sextet(group[n]))
			n++
		}
		bits <<= 6 * (4 - n)
		for k := range n - 1 { // the bytes that are whole
			out.add(byte(bits>>(16-8*k)), v.lo[i+k], v.hi[i+k+1])
		}
		if n < len(group) {
			out.add(gap, v.lo[i+n], v.hi[i+n])
		}
	}
	return out
}

// gap separates two texts in base64. It never occurs in valid UTF-8, so no secret holds
// it.
const gap = 0xff

// sextet returns the value of a character of base64, or -1.
func sextet(b byte) int {
	switch {
	case b >= 'A' && b <= 'Z':
		return int(b - 'A')
	case b >= 'a' && b <= 'z':
		return int(b-'a') + 26
	case b >= '0' && b <= '9':
		return int(b-'0') + 52
	case b == '+' || b == '-':
		return 62
	case b == '/' || b == '_':
		return 63
	}
	return -1
}
