package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Verdict is what an HTTP status proves by itself, in an answer without a code of the
// vendor.
type Verdict struct {
	Kind    error
	Outcome provider.Outcome
	Lasting bool
	why     string // "" when the status says it all
}

// VerdictOf reads a status. Unsent are those alone that say by their definition (RFC
// 9110, 6585, 8470; 494 is nginx's) that whatever answered refused to take or to pass
// on the request. Others say nothing of the kind: a gateway answers 404, 405, 408, 417 or
// 451, or sends the request elsewhere, after the service has had it as well as before.
func VerdictOf(status int) Verdict {
	tooLarge := func(what string) Verdict {
		return Verdict{provider.ErrInvalid, provider.OutcomeUnsent, true, what}
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge("the body of the request is too large")
	case http.StatusRequestURITooLong:
		return tooLarge("the URL of the request is too long")
	case http.StatusRequestHeaderFieldsTooLarge, 494:
		return tooLarge("the header of the request is too large")
	case http.StatusProxyAuthRequired:
		return Verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "a proxy wants credentials"}
	case http.StatusNetworkAuthenticationRequired:
		return Verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "the network wants a login"}
	case http.StatusUpgradeRequired:
		return Verdict{provider.ErrUnavailable, provider.OutcomeUnsent, true, "another protocol is wanted"}
	case http.StatusMisdirectedRequest, http.StatusTooEarly:
		return Verdict{provider.ErrUnavailable, provider.OutcomeUnsent, false, ""}
	case http.StatusTooManyRequests:
		return Verdict{provider.ErrThrottled, provider.OutcomeThrottled, false, ""}
	}
	return Verdict{provider.ErrUnavailable, provider.OutcomeUnknown, false, ""}
}

// Strange tells what arrived in place of an answer of the API: its status, why it was
// refused if that is known, and its first words. What may be the service's own, and as
// such hold passwords of instances, is not quoted.
func Strange(status int, words string) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if why := VerdictOf(status).why; why != "" {
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

// maxRetryAfter bounds what Retry-After may ask for: to ask again after that long costs
// one call, and a proxy may ask for a day.
const maxRetryAfter = 5 * time.Minute

// RetryAfter reads Retry-After, which is a number of seconds or a date. The date is
// compared with that of the answer itself, because clocks differ. 0 means that there
// is none.
func RetryAfter(h http.Header) time.Duration {
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

// Salvaged is what a JSON text that ended early still names.
type Salvaged struct {
	IDs   []string
	Texts map[string]string // other members that are texts, by name
}

// Salvage reads a JSON text as far as it goes. IDs are the texts of the lists that bear
// one of the names; one that is cut off in the middle is none.
func Salvage(body []byte, lists ...string) Salvaged {
	out := Salvaged{Texts: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(body))
	name, inside := "", false
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		text, isText := token.(string)
		switch _, known := out.Texts[name]; {
		case isText && inside:
			out.IDs = append(out.IDs, text)
		case isText && name != "" && !known:
			out.Texts[name] = text
		case token == json.Delim('['):
			inside = slices.Contains(lists, name)
		case token == json.Delim(']'):
			inside = false
		}
		name = text
	}
}
