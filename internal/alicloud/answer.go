package alicloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/yunfan-cloud/yunfan/provider"
)

// verdict is what an HTTP status proves by itself, in an answer without a code of the
// vendor.
type verdict struct {
	kind    error
	outcome provider.Outcome
	lasting bool
	why     string // "" when the status says it all
}

// verdictOf reads a status. Unsent are those alone that say by their definition (RFC
// 9110, 6585, 8470; 494 is nginx's) that whatever answered refused to take or to pass
// on the request. Others say nothing of the kind: a gateway answers 404, 405, 408, 417 or
// 451, or sends the request elsewhere, after the service has had it as well as before.
func verdictOf(status int) verdict {
	tooLarge := func(what string) verdict {
		return verdict{provider.ErrInvalid, provider.OutcomeUnsent, true, what}
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge("the body of the request is too large")
	case http.StatusRequestURITooLong:
		return tooLarge("the URL of the request is too long")
	case http.StatusRequestHeaderFieldsTooLarge, 494:
		return tooLarge("the header of the request is too large")
	case http.StatusProxyAuthRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "a proxy wants credentials"}
	case http.StatusNetworkAuthenticationRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "the network wants a login"}
	case http.StatusUpgradeRequired:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "another protocol is wanted"}
	case http.StatusMisdirectedRequest, http.StatusTooEarly:
		return verdict{provider.ErrUnavailable, provider.OutcomeUnsent, false, ""}
	case http.StatusTooManyRequests:
		return verdict{provider.ErrThrottled, provider.OutcomeThrottled, false, ""}
	}
	return verdict{provider.ErrUnavailable, provider.OutcomeUnknown, false, ""}
}

// strange tells what arrived in place of an answer of the API: its status, why it was
// refused if that is known, and its first words. What may be the service's own, and as
// such hold passwords of instances, is not quoted.
func strange(status int, words string) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if why := verdictOf(status).why; why != "" {
		parts = append(parts, why)
	}
	what := "not an answer of the API: "
	switch ok := status/100 == 2; {
	case words == "":
		what += "it is empty"
	case ok && strings.ContainsRune("{[", rune(words[0])): // it may hold what no error may show
		what += "JSON that lacks what it must have"
	default:
		what += `"` + words + `"`
	}
	return strings.Join(append(parts, what), ", ")
}

const (
	maxWords = 80      // characters that are shown of an answer that is none
	maxPage  = 1 << 16 // bytes that are looked at for them
	maxShare = 8       // bytes of a secret that may not be seen
)

var (
	unseen     = regexp.MustCompile(`(?is)<(head|script|style)\b.*?</(head|script|style)>|<!--.*?-->`)
	tag        = regexp.MustCompile(`(?s)<[^<>]*>`)
	queryParam = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
)

// firstWords returns the beginning of an answer that the API did not write, fit for an
// error: one line of at most 80 characters, without tags and secrets. A page that quotes
// a part of a secret is withheld.
func firstWords(body []byte, secrets []string) string {
	page := mask(strings.ToValidUTF8(string(body[:min(len(body), maxPage)]), ""), secrets)
	text := plainText(unseen.ReplaceAllString(page, " "), secrets)
	if text == "" {
		text = plainText(page, secrets) // the title is all there is
	}
	if runes := []rune(text); len(runes) > maxWords {
		text = strings.TrimSpace(string(runes[:maxWords])) + "..."
	}
	if quotes(text, secrets) {
		return "(withheld: it quotes the request)"
	}
	return text
}

func plainText(page string, secrets []string) string {
	text := mask(html.UnescapeString(tag.ReplaceAllString(page, " ")), secrets)
	text = queryParam.ReplaceAllString(text, "?[...]")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// quotes reports whether a text holds a part of a secret.
func quotes(text string, secrets []string) bool {
	for i := 0; i+maxShare <= len(text); i++ {
		for _, s := range secrets {
			if strings.Contains(s, text[i:i+maxShare]) {
				return true
			}
		}
	}
	return false
}

// maxRetryAfter bounds what Retry-After may ask for: to ask again after that long costs
// one call, and a proxy may ask for a day.
const maxRetryAfter = 5 * time.Minute

// retryAfter reads Retry-After, which is a number of seconds or a date. The date is
// compared with that of the answer itself, because clocks differ. 0 means that there
// is none.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(n, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return min(max(until.Sub(from), 0), maxRetryAfter)
}

// salvaged is what a JSON text that ended early still names.
type salvaged struct {
	ids   []string
	texts map[string]string // other members that are texts, by name
}

// salvage reads a JSON text as far as it goes. IDs are the texts of the lists that bear
// one of the names; one that is cut off in the middle is none.
func salvage(body []byte, lists ...string) salvaged {
	out := salvaged{texts: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(body))
	name, inside := "", false
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		text, isText := token.(string)
		switch _, known := out.texts[name]; {
		case isText && inside:
			out.ids = append(out.ids, text)
		case isText && name != "" && !known:
			out.texts[name] = text
		case token == json.Delim('['):
			inside = slices.Contains(lists, name)
		case token == json.Delim(']'):
			inside = false
		}
		name = text
	}
}
