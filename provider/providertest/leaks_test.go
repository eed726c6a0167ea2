package providertest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// The search must really find secrets.
func TestLeaksAreFound(t *testing.T) {
	const secret = "Pl4nted <p4ss>/wörd+&?"
	js, err := json.Marshal(map[string]string{"k": "before " + secret})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"raw":           "an error: " + secret + "!",
		"query":         url.Values{"p": {secret}}.Encode(),
		"query, %20":    strings.ReplaceAll(url.QueryEscape(secret), "+", "%20"),
		"lower escapes": "%e4" + lowerEscapes(url.QueryEscape(secret)),
		"to sign":       "POST&%2F&" + url.QueryEscape(url.Values{"Password": {secret}}.Encode()),
		"path":          "/" + url.PathEscape(secret),
		"JSON":          string(js),
		"quoted":        fmt.Sprintf("%q", secret),
		"ASCII":         fmt.Sprintf("%+q", secret),
		"hex":           hex.EncodeToString([]byte("x" + secret + "y")),
		"HEX":           fmt.Sprintf("%X", "x"+secret),
		"spaced hex":    fmt.Sprintf("% x", "x"+secret),
		"bytes":         fmt.Sprintf("%v", []byte("x"+secret+"y")),
		"Go bytes":      fmt.Sprintf("%#v", []byte("x"+secret+"y")),
	}
	for name, enc := range map[string]*base64.Encoding{
		"std": base64.StdEncoding, "url": base64.URLEncoding, "raw std": base64.RawStdEncoding,
		"raw url": base64.RawURLEncoding,
	} {
		for before := range 4 {
			for after := range 4 {
				what := fmt.Sprintf("base64 %s, %d before, %d after", name, before, after)
				texts[what] = enc.EncodeToString([]byte(strings.Repeat("a", before) + secret +
					strings.Repeat("b", after)))
				texts[what+", escaped"] = url.QueryEscape(texts[what])
			}
		}
	}
	for what, text := range texts {
		if len(Leaks(text, "another secret", secret)) == 0 {
			t.Errorf("%s: a secret is not found", what)
		}
		if found := Leaks(text, "another secret", strings.ToUpper(secret)); len(found) > 0 {
			t.Errorf("%s: found %v, want nothing", what, found)
		}
	}
}
