package oncehttp

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// encoders are ways in which a service may write one text into another.
var encoders = []struct {
	name   string
	encode func(string) string
}{
	{"query", url.QueryEscape},
	{"path", url.PathEscape},
	{"JSON", func(s string) string { text, _ := json.Marshal(s); return string(text[1 : len(text)-1]) }},
	{"Go", func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) }},
	{"HTML", html.EscapeString},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64 for URLs", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"blanks", func(s string) string { return strings.Join(strings.Fields(s), " ") }},
}

// Any secret is hidden under any three encodings, applied one after the other.
func TestRandomSecretsInRandomForms(t *testing.T) {
	const letters = "abcdefghijKLMNOP0123456789%%\\\\&&++//\"'<>=;#$-_~  \n\t云é"
	alphabet := []rune(letters)
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		piece, length := PieceOfKey, 12+r.IntN(30)
		if r.IntN(2) == 0 {
			piece, length = PieceOfData, 40+r.IntN(400)
		}
		var b strings.Builder
		b.WriteString("x") // blanks at the ends of a secret are not searched for
		for range length {
			b.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		secret := b.String() + "x"
		echo, how := secret, ""
		for range 1 + r.IntN(3) {
			e := encoders[r.IntN(len(encoders))]
			echo, how = e.encode(echo), how+" "+e.name
		}
		redactor := &Redactor{}
		redactor.Hide(piece, secret)
		got := redactor.Text("cannot use " + echo + " here")
		tail, ok := strings.CutPrefix(got, "cannot use [redacted]")
		padding := strings.TrimSuffix(tail, " here") // base64 padding, which may itself be encoded
		if !ok || len(padding) > 12 {
			t.Errorf("seed %d, in%s: %q as %q became %q", seed, how, secret, echo, got)
		}
	}
}
