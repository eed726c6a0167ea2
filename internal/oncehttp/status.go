package oncehttp

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fate is what is known about a request that has no answer of the service.
type Fate int

const (
	// Open is a request that may have been executed.
	Open Fate = iota

	// Unsent is a request that provably never reached the service.
	Unsent

	// Throttled is a request that was refused because there were too many requests.
	Throttled
)

// String returns a word for tests and messages.
func (f Fate) String() string { return [...]string{"open", "unsent", "throttled"}[f] }

// Verdict is what an HTTP status proves by itself, in an answer without a vendor's
// code.
type Verdict struct {
	Fate     Fate
	TooLarge bool   // the request is the cause; false means something on its way
	Lasting  bool   // the same request will get the same answer
	why      string // "" when the status is enough
}

// VerdictOf reads a status. A status proves Unsent only if its definition (RFC 9110,
// 6585, 8470; 494 is nginx's) says that the request was not accepted or not passed on.
// Other statuses prove nothing: a gateway may answer 404, 405, 408, 417, 451 or a
// redirect before or after the service has received the request.
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

// Busy reports whether a status asks callers to wait.
func Busy(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// MaxRetryAfter bounds the time that Retry-After may ask for. A proxy may ask for a
// day; asking again after five minutes costs one call only.
const MaxRetryAfter = 5 * time.Minute

// RetryAfter reads the header Retry-After, which is a number of seconds or a date. A
// date is compared with the date of the answer, because clocks differ. 0 means that
// there is none.
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
