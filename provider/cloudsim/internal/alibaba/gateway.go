package alibaba

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Gateway is the wire of one Alibaba Cloud product behind the vendor's common
// gateway: RPC signatures version 1 and ACS3, answers in XML and JSON.
type Gateway struct {
	Service *core.Service
	host    string // the product's central endpoint, shown in errors
	version string // the supported API version; some actions have another one beside it
	Table   map[string]Action
	Fault   func(core.FaultKind) *Refusal
	Region  func(*core.Call) *Refusal // refuses a call to a region that does not exist; nil = no region is checked
	ids     *rand.Rand                // random values of request IDs: polling must not change what instances get
}

// Action is one API of a product. Its handler runs with the cloud's lock held.
type Action struct {
	Run     func(*core.Call) (Object, *Refusal)
	Creates bool
	Lists   bool   // lists instances
	Version string // another version of the API that has the action, of another product; "" = none
}

// NewGateway returns the gateway of a product with the endpoint host, without any
// action. The product sets Table and Fault.
func NewGateway(s *core.Service, host, version string) *Gateway {
	return &Gateway{
		Service: s,
		host:    host,
		version: version,
		ids:     rand.New(rand.NewPCG(s.Rand.Uint64(), s.Rand.Uint64())),
	}
}

// Open implements [core.Wire].
func (a *Gateway) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	k := &core.Call{Now: now, Format: XML, RequestID: a.nextRequestID()}
	q, err := readRequest(r, body)
	if q != nil {
		k.Format = q.format()
	}
	if err == nil {
		err = a.admit(q, now)
	}
	if err != nil {
		if q != nil {
			k.Action, k.Region = q.action(), q.params["RegionId"]
		}
		return k, a.failure(k, err)
	}
	k.Action, k.Params, k.Region = q.claims.action, q.business(), q.params["RegionId"]
	k.Version = q.claims.version
	return k, nil
}

// Actions implements [core.Wire].
func (a *Gateway) Actions() []string { return slices.Sorted(maps.Keys(a.Table)) }

// Creates implements [core.Wire].
func (a *Gateway) Creates(action string) bool { return a.Table[action].Creates }

// Describes implements [core.Wire].
func (a *Gateway) Describes(action string) bool { return a.Table[action].Lists }

// Serve implements [core.Wire].
func (a *Gateway) Serve(k *core.Call) *core.Answer {
	if a.Region != nil {
		if err := a.Region(k); err != nil {
			return a.failure(k, err)
		}
	}
	o, err := a.Table[k.Action].Run(k)
	if err != nil {
		return a.failure(k, err)
	}
	return a.success(k, o)
}

// Refuse implements [core.Wire]. A NoStock fault with a Count means low stock: the call
// is executed, and [Gateway.Stock] limits it.
func (a *Gateway) Refuse(k *core.Call, f core.Fault) *core.Answer {
	if f.Kind == core.NoStock && f.Count > 0 {
		return a.Serve(k)
	}
	e := a.Fault(f.Kind)
	if e.Status == http.StatusInternalServerError && f.Status == http.StatusServiceUnavailable {
		e = Refuse(f.Status, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
	}
	return a.failure(k, e.as(f))
}

// Stock returns how many of amount instances are in stock. Fewer than least are a
// refusal.
func (a *Gateway) Stock(k *core.Call, amount, least int) (int, *Refusal) {
	f, low := k.Faults.Get(core.NoStock)
	switch {
	case !low || f.Count >= amount:
		return amount, nil
	case f.Count >= least:
		return f.Count, nil
	default:
		return 0, a.Fault(core.NoStock).as(f)
	}
}

// nextRequestID draws an ID of the vendor's form, an upper-case UUID.
func (a *Gateway) nextRequestID() string { return strings.ToUpper(a.Service.RequestID(a.ids)) }

// CommonFault is the answer to a fault for which neither product documents its own
// code.
func CommonFault(k core.FaultKind) *Refusal {
	switch k {
	case core.Throttle:
		return Refuse(400, "Throttling",
			"You have made too many requests within a short time; your request is denied due to request throttling.")
	case core.ServerErrorBefore, core.ServerErrorAfter:
		return Refuse(500, "InternalError",
			"The request processing has failed due to some unknown error, exception or failure.")
	default: // Refuse, whose code and status the fault brings itself
		return Refuse(400, "InvalidParameter", "The specified parameter is not valid.")
	}
}
