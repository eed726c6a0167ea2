package providertest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Leaks returns the forms in which a text shows secrets: plain; escaped for a URL, JSON
// or Go; in base64 at any alignment; in hexadecimal; or as a list of bytes. It returns
// the names of the forms, never the secrets. Use secrets of 12 characters or more: a
// text may hold a shorter one by chance.
func Leaks(text string, secrets ...string) (ways []string) {
	for n, s := range secrets {
		for _, f := range forms(s) {
			if strings.Contains(text, f.text) {
				ways = append(ways, fmt.Sprintf("secret %d %s", n+1, f.way))
			}
		}
	}
	return ways
}

// form is one way a secret may be written.
type form struct{ way, text string }

func forms(s string) []form {
	if s == "" {
		return nil
	}
	query := url.QueryEscape(s)
	quoted, _ := json.Marshal(s)
	list := []form{
		{"as it is", s},
		{"escaped for a query", query},
		{"escaped for a query, blanks as %20", strings.ReplaceAll(query, "+", "%20")},
		{"escaped for a query, in lower case", lowerEscapes(query)},
		{"escaped twice", url.QueryEscape(query)},
		{"escaped twice, blanks as %20", url.QueryEscape(strings.ReplaceAll(query, "+", "%20"))},
		{"escaped for a path", url.PathEscape(s)},
		{"escaped for JSON", strings.Trim(string(quoted), `"`)},
		{"escaped for Go", strings.Trim(fmt.Sprintf("%+q", s), `"`)},
		{"in hexadecimal", hex.EncodeToString([]byte(s))},
		{"in hexadecimal, upper case", strings.ToUpper(hex.EncodeToString([]byte(s)))},
		{"in hexadecimal, spaced", fmt.Sprintf("% x", s)},
		{"as bytes", strings.Trim(fmt.Sprint([]byte(s)), "[]")},
		{"as bytes in Go", strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", []byte(s)), "[]byte{"), "}")},
	}
	for _, enc := range []struct {
		way string
		*base64.Encoding
	}{{"in base64", base64.RawStdEncoding}, {"in base64 for URLs", base64.RawURLEncoding}} {
		for shift := range 3 {
			inside := aligned(enc.Encoding, s, shift)
			list = append(list, form{enc.way, inside}, form{enc.way + ", escaped", url.QueryEscape(inside)})
		}
	}
	return list
}

// aligned returns the part of an encoding that does not depend on the text around the
// secret. The secret begins shift bytes after a multiple of three.
func aligned(enc *base64.Encoding, s string, shift int) string {
	all := enc.EncodeToString([]byte(strings.Repeat("x", shift) + s))
	first := (shift*8 + 5) / 6
	last := (shift + len(s)) * 8 / 6
	return all[first:last]
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}
