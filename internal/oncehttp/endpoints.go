package oncehttp

import (
	"fmt"
	"strings"
	"sync"
)

// regionMark stands for the region in the pattern of an endpoint.
const regionMark = "{region}"

// Endpoints are the endpoints that a program has chosen itself: one for all regions, a pattern
// with "{region}", or a function. The zero value has none. It is immutable, and safe for
// concurrent use if the function is.
type Endpoints struct {
	text string
	of   func(region string) string
}

// NewEndpoints returns the endpoints of a text such as "ecs-vpc.{region}.aliyuncs.com", or of a
// function, which comes first. Both may be empty. It reports whether the text can be read; see
// [RuleEndpoint].
func NewEndpoints(text string, of func(region string) string) (e Endpoints, ok bool) {
	e = Endpoints{text: text, of: of}
	if text == "" {
		return e, true
	}
	_, ok = ParseEndpoint(strings.ReplaceAll(text, regionMark, "region"))
	return e, ok
}

// Varies reports whether regions may have different endpoints.
func (e Endpoints) Varies() bool { return e.of != nil || strings.Contains(e.text, regionMark) }

// For returns the endpoint of a region. Chosen is false when the program has chosen none for
// it: then the vendor's own serves. The region may hold only letters, digits, - and _, which
// callers check.
func (e Endpoints) For(region string) (at Endpoint, chosen bool, err error) {
	text := strings.ReplaceAll(e.text, regionMark, region)
	if e.of != nil {
		if own := e.of(region); own != "" {
			text = own
		}
	}
	if text == "" {
		return Endpoint{}, false, nil
	}
	at, ok := ParseEndpoint(text)
	if !ok {
		return Endpoint{}, true, fmt.Errorf("the endpoint of region %q cannot be read: it %s", region, RuleEndpoint)
	}
	return at, true, nil
}

// Answered remembers which hosts have answered. The zero value is empty. It is safe for
// concurrent use.
type Answered struct{ hosts sync.Map }

// Record records that the host of an exchange has answered, if it has.
func (a *Answered) Record(x *Exchange) {
	if x.status == 0 || x.req == nil {
		return
	}
	if _, known := a.hosts.Load(x.req.URL.Host); !known {
		a.hosts.Store(x.req.URL.Host, true)
	}
}

// NoHost reports whether an exchange failed because its host has no address or refuses
// connections, and never answered before. Then the region, or the endpoint, may not exist.
func (a *Answered) NoHost(x *Exchange) bool {
	if x.req == nil || !x.unsent || !refusesAll(x.err) {
		return false
	}
	_, known := a.hosts.Load(x.req.URL.Host)
	return !known
}
