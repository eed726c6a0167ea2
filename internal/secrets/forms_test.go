package secrets_test

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// formsOf returns a secret in the forms in which a server or a proxy may repeat it.
func formsOf(s string) map[string]string {
	quoted := func(s string) string {
		text, _ := json.Marshal(s)
		return string(text[1 : len(text)-1])
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(s))
	half := s[:len(s)/2]
	return map[string]string{
		"raw":                    s,
		"URL":                    url.QueryEscape(s),
		"URL, blanks as %20":     strings.ReplaceAll(url.QueryEscape(s), "+", "%20"),
		"URL, twice":             url.QueryEscape(url.QueryEscape(s)),
		"URL, path":              url.PathEscape(s),
		"JSON":                   quoted(s),
		"JSON, twice":            quoted(quoted(s)),
		"Go":                     strings.Trim(strconv.QuoteToASCII(s), `"`),
		"HTML":                   html.EscapeString(s),
		"base64":                 encoded,
		"base64, no padding":     strings.TrimRight(encoded, "="),
		"base64, for URLs":       base64.URLEncoding.EncodeToString([]byte(s)),
		"base64, in a URL":       url.QueryEscape(encoded),
		"base64, another offset": base64.StdEncoding.EncodeToString([]byte("x" + s))[4:],
		"base64, twice":          base64.StdEncoding.EncodeToString([]byte(encoded)),
		"newlines as blanks":     strings.ReplaceAll(s, "\n", " "),
		"newlines as \\n":        strings.ReplaceAll(s, "\n", `\n`),
		"newlines dropped":       strings.ReplaceAll(s, "\n", ""),
		"a long piece":           half,
		"a long piece, JSON":     quoted(half),
		"a long piece, base64":   base64.StdEncoding.EncodeToString([]byte(half)),
		"the first 12 letters":   s[:min(len(s), 12)],
		"the end":                s[len(s)/2:],
	}
}

// shown returns eight characters of an echo that a text shows.
func shown(text, echo string) string {
	const most = 8
	for i := 0; i+most <= len(echo); i++ {
		if strings.Contains(text, echo[i:i+most]) {
			return echo[i : i+most]
		}
	}
	return ""
}

// Whatever form of a secret a cloud repeats in its message, or a proxy on its page, no
// error shows it.
func TestNoFormOfASecretIsShown(t *testing.T) {
	for _, s := range services() {
		secrets := map[string]string{"password": password, "key": keySecret, "user data": string(s.spec.UserData)}
		if s.tokens {
			secrets["token"] = keyToken
		}
		for name, secret := range secrets {
			for form, echo := range formsOf(secret) {
				if form == "the first 12 letters" && name == "user data" {
					continue // of user data these may be ordinary words
				}
				if testing.Short() && name == "key" {
					continue // it is hidden like the password
				}
				for where, fault := range echoing(s, echo) {
					got := refusal(t, s, fault)
					if part := shown(got, echo); part != "" {
						t.Errorf("%s: %s as %s in %s: %q is shown: %s", s.cloud, name, form, where, part, got)
					}
				}
			}
		}
	}
}

// echoing are answers that repeat a text: refusals with a code of the table and with
// another one, and a page of something in between.
func echoing(s *service, echo string) map[string]cloudsim.Fault {
	known, unknown := "InvalidParameter", "Unheard.Of"
	if s.cloud == cloudsim.QingCloud {
		known, unknown = "1100", "1999"
	}
	refuse := func(code string) cloudsim.Fault {
		return cloudsim.Fault{
			Cloud: s.cloud, API: "RunInstances", Kind: cloudsim.Refuse,
			Code: code, Status: http.StatusBadRequest, Message: "cannot use " + echo + " here",
		}
	}
	page := cloudsim.Fault{
		Cloud: s.cloud, API: "RunInstances", Kind: cloudsim.Proxy,
		Status: http.StatusBadGateway, Body: "<html><body>cannot use " + echo + " here</body></html>",
	}
	return map[string]cloudsim.Fault{"a known code": refuse(known), "an unknown code": refuse(unknown), "a page": page}
}

// refusal returns all that the error of a create says which meets a fault.
func refusal(t *testing.T, s *service, f cloudsim.Fault) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &cloudsim.Options{AccessKeyID: "AKplanted", AccessKeySecret: keySecret}
		if s.tokens {
			o.SecurityToken = keyToken
		}
		sim := cloudsim.New(o)
		sim.Inject(f)
		client := s.connect(t, config{options: &provider.Options{RetryFor: -1, SearchFor: -1}, transport: sim.Transport()})
		_, err := client.RunInstances(t.Context(), s.spec, nil)
		text = dump(err)
	})
	if !strings.Contains(text, "[redacted]") && !strings.Contains(text, "withheld") {
		t.Errorf("%s: the error does not repeat what it should: %s", s.cloud, text)
	}
	return text
}

// A transport may repeat the request too.
func TestNoFormOfASecretIsShownByTransports(t *testing.T) {
	for _, s := range services() {
		for form, echo := range formsOf(password) {
			sent := 0
			transport := wire(func(*http.Request) (*http.Response, error) {
				if sent++; sent > 1 { // what looks for the instances does not know the password
					return nil, io.ErrUnexpectedEOF
				}
				return nil, &echoError{echo}
			})
			client := s.connect(t, config{options: &provider.Options{RetryFor: -1, SearchFor: -1}, transport: transport})
			_, err := client.RunInstances(t.Context(), s.spec, nil)
			if part := shown(dump(err), echo); part != "" {
				t.Errorf("%s: %s: %q is shown: %v", s.cloud, form, part, err)
			}
		}
	}
}

// echoError is an error that says too much, around one that does not.
type echoError struct{ echo string }

func (e *echoError) Error() string { return "cannot send " + e.echo }
func (e *echoError) Unwrap() error { return io.ErrUnexpectedEOF }
