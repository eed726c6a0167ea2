package oncehttp

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fate is what is known of a request without a word of the service.
type Fate int

const (
	// Open is a request that may have been executed.
	Open Fate = iota

	// Unsent is a request that provably never reached the service.
	Unsent

	// Throttled is a request that was turned away because there were too many.
	Throttled
)

// String returns a word for tests and messages.
func (f Fate) String() string { return [...]string{"open", "unsent", "throttled"}[f] }

// Verdict is what an HTTP status proves by itself, in an answer without a code of the
// vendor.
type Verdict struct {
	Fate     Fate
	TooLarge bool   // the request is at fault; otherwise what it met on its way
	Lasting  bool   // the same request will meet the same answer
	why      string // "" when the status says it all
}

// VerdictOf reads a status. Unsent are those alone that say by their definition (RFC
// 9110, 6585, 8470; 494 is nginx's) that whatever answered refused to take or to pass
// on the request. Others say nothing of the kind: a gateway answers 404, 405, 408, 417 or
// 451, or sends the request elsewhere, after the service has had it as well as before.
func VerdictOf(status int) Verdict {
	tooLarge := func(what string) Verdict {
		return Verdict{Fate: Unsent, TooLarge: true, Lasting: true, why: "the " + what + " of the request is too large"}
	}
	stopped := func(why string) Verdict { return Verdict{Fate: Unsent, Lasting: true, why: why} }
	switch status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge("body")
	case http.StatusRequestURITooLong:
		return Verdict{Fate: Unsent, TooLarge: true, Lasting: true, why: "the URL of the request is too long"}
	case http.StatusRequestHeaderFieldsTooLarge, 494:
		return tooLarge("header")
	case http.StatusProxyAuthRequired:
		return stopped("a proxy wants credentials")
	case http.StatusNetworkAuthenticationRequired:
		return stopped("the network wants a login")
	case http.StatusUpgradeRequired:
		return stopped("another protocol is wanted")
	case http.StatusMisdirectedRequest, http.StatusTooEarly:
		return Verdict{Fate: Unsent}
	case http.StatusTooManyRequests:
		return Verdict{Fate: Throttled}
	}
	return Verdict{}
}

// Busy reports whether a status asks to be left alone for a while.
func Busy(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// MaxRetryAfter bounds what Retry-After may ask for: to ask again after that long costs
// one call, and a proxy may ask for a day.
const MaxRetryAfter = 5 * time.Minute

// RetryAfter reads Retry-After, which is a number of seconds or a date. The date is
// compared with that of the answer itself, because clocks differ. 0 means that there
// is none.
func RetryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(n, uint64(MaxRetryAfter/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return min(max(until.Sub(from), 0), MaxRetryAfter)
}
