package cloudsim

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// alibaba is the wire of one Alibaba Cloud product behind the vendor's common
// gateway: RPC signatures version 1 and ACS3, answers in XML and JSON.
type alibaba struct {
	Service *core.Service
	host    string // the product's central endpoint, as errors name it
	version string // the only API version it knows
	actions map[string]aliAction
	fault   func(core.FaultKind) *aliError
	ids     *rand.Rand // for request IDs: polling must not change what machines get
}

// aliAction is one API of a product. Its handler runs with the cloud's lock held.
type aliAction struct {
	run     func(*core.Call) (aliObject, *aliError)
	creates bool
	lists   bool // shows machines
}

func newAlibaba(c *core.Service, host, version string) *alibaba {
	return &alibaba{
		Service: c,
		host:    host,
		version: version,
		ids:     rand.New(rand.NewPCG(c.Rand.Uint64(), c.Rand.Uint64())),
	}
}

// Open implements wire.
func (a *alibaba) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	k := &core.Call{Now: now, Format: aliXML, RequestID: a.nextRequestID()}
	q, err := readAli(r, body)
	if q != nil {
		k.Format = q.format()
	}
	if err == nil {
		err = a.admit(q, now)
	}
	if err != nil {
		return nil, a.failure(k, err)
	}
	k.Action, k.Params, k.Region = q.claims.action, q.business(), q.params["RegionId"]
	return k, nil
}

// Actions implements wire.
func (a *alibaba) Actions() []string { return slices.Sorted(maps.Keys(a.actions)) }

// Creates implements wire.
func (a *alibaba) Creates(action string) bool { return a.actions[action].creates }

// Describes implements wire.
func (a *alibaba) Describes(action string) bool { return a.actions[action].lists }

// Serve implements wire.
func (a *alibaba) Serve(k *core.Call) *core.Answer {
	o, err := a.actions[k.Action].run(k)
	if err != nil {
		return a.failure(k, err)
	}
	return a.success(k, o)
}

// Refuse implements wire. A NoStock fault with a Count is a stock that is low,
// not gone: the call is executed and meets the stock in [alibaba.stock].
func (a *alibaba) Refuse(k *core.Call, f core.Fault) *core.Answer {
	if f.Kind == core.NoStock && f.Count > 0 {
		return a.Serve(k)
	}
	e := a.fault(f.Kind)
	if e.status == http.StatusInternalServerError && f.Status == http.StatusServiceUnavailable {
		e = aliRefusal(f.Status, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
	}
	return a.failure(k, e.As(f))
}

// stock tells how many of amount machines there is room for, given that fewer
// than least must not be made.
func (a *alibaba) stock(k *core.Call, amount, least int) (int, *aliError) {
	f, low := k.Faults.Get(core.NoStock)
	switch {
	case !low || f.Count >= amount:
		return amount, nil
	case f.Count >= least:
		return f.Count, nil
	default:
		return 0, a.fault(core.NoStock).As(f)
	}
}

// nextRequestID draws an ID of the vendor's form, an upper-case UUID.
func (a *alibaba) nextRequestID() string { return strings.ToUpper(a.Service.RequestID(a.ids)) }

// commonFault is the answer to a fault for which the two products do not
// document codes of their own.
func commonFault(k core.FaultKind) *aliError {
	switch k {
	case core.Throttle:
		return aliRefusal(400, "Throttling", "You have made too many requests within a short time; your request is denied due to request throttling.")
	case core.ServerErrorBefore, core.ServerErrorAfter:
		return aliRefusal(500, "InternalError", "The request processing has failed due to some unknown error, exception or failure.")
	default: // Refuse, whose code and status the fault brings itself
		return aliRefusal(400, "InvalidParameter", "The specified parameter is not valid.")
	}
}
