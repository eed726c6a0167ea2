package cloudsim

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// alibaba is the wire of one Alibaba Cloud product behind the vendor's common
// gateway: RPC signatures version 1 and ACS3, answers in XML and JSON.
type alibaba struct {
	cloud   *cloud
	host    string // the product's central endpoint, as errors name it
	version string // the only API version it knows
	actions map[string]aliAction
	fault   func(FaultKind) *aliError
	ids     *rand.Rand // for request IDs: polling must not change what machines get
}

// aliAction is one API of a product. Its handler runs with the cloud's lock held.
type aliAction struct {
	run     func(*call) (aliObject, *aliError)
	creates bool
	lists   bool // shows machines
}

func newAlibaba(c *cloud, host, version string) *alibaba {
	return &alibaba{
		cloud:   c,
		host:    host,
		version: version,
		ids:     rand.New(rand.NewPCG(c.rand.Uint64(), c.rand.Uint64())),
	}
}

// open implements wire.
func (a *alibaba) open(r *http.Request, body []byte, now time.Time) (*call, *answer) {
	k := &call{now: now, format: aliXML, requestID: a.nextRequestID()}
	q, err := readAli(r, body)
	if q != nil {
		k.format = q.format()
	}
	if err == nil {
		err = a.admit(q, now)
	}
	if err != nil {
		return nil, a.failure(k, err)
	}
	k.action, k.params, k.region = q.claims.action, q.business(), q.params["RegionId"]
	return k, nil
}

// actionNames implements wire.
func (a *alibaba) actionNames() []string { return slices.Sorted(maps.Keys(a.actions)) }

// creates implements wire.
func (a *alibaba) creates(action string) bool { return a.actions[action].creates }

// describes implements wire.
func (a *alibaba) describes(action string) bool { return a.actions[action].lists }

// serve implements wire.
func (a *alibaba) serve(k *call) *answer {
	o, err := a.actions[k.action].run(k)
	if err != nil {
		return a.failure(k, err)
	}
	return a.success(k, o)
}

// refuse implements wire. A NoStock fault with a Count is a stock that is low,
// not gone: the call is executed and meets the stock in [alibaba.stock].
func (a *alibaba) refuse(k *call, f Fault) *answer {
	if f.Kind == NoStock && f.Count > 0 {
		return a.serve(k)
	}
	e := a.fault(f.Kind)
	if e.status == http.StatusInternalServerError && f.Status == http.StatusServiceUnavailable {
		e = aliRefusal(f.Status, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
	}
	return a.failure(k, e.as(f))
}

// stock tells how many of amount machines there is room for, given that fewer
// than least must not be made.
func (a *alibaba) stock(k *call, amount, least int) (int, *aliError) {
	f, low := k.faults.get(NoStock)
	switch {
	case !low || f.Count >= amount:
		return amount, nil
	case f.Count >= least:
		return f.Count, nil
	default:
		return 0, a.fault(NoStock).as(f)
	}
}

// nextRequestID draws an ID of the vendor's form, an upper-case UUID.
func (a *alibaba) nextRequestID() string { return strings.ToUpper(a.cloud.requestID(a.ids)) }

// commonFault is the answer to a fault for which the two products do not
// document codes of their own.
func commonFault(k FaultKind) *aliError {
	switch k {
	case Throttle:
		return aliRefusal(400, "Throttling", "You have made too many requests within a short time; your request is denied due to request throttling.")
	case ServerErrorBefore, ServerErrorAfter:
		return aliRefusal(500, "InternalError", "The request processing has failed due to some unknown error, exception or failure.")
	default: // Refuse, whose code and status the fault brings itself
		return aliRefusal(400, "InvalidParameter", "The specified parameter is not valid.")
	}
}
