package qingcloud

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Return codes of QingCloud. The texts that go with them are our own: what the
// server writes is not documented beyond a few samples.
const (
	invalid      = 1100 // a parameter is missing or ill-formed
	unknown      = 1101 // no such action, or no such value of a parameter
	unauthorized = 1200 // unknown key or wrong signature
	expired      = 1300 // time_stamp out of its window
	denied       = 1400 // not in this state
	notFound     = 2100
	noBalance    = 2400
	noQuota      = 2500 // of resources, and of API calls: one code for both
	internal     = 5000
	soldOut      = 5200
	inUse        = 5400 // something depends on it
)

// refusal is a refusal. Its message never quotes the value of a parameter
// that could be a secret.
type refusal struct {
	code    int
	message string
}

func refusef(code int, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

func (e *refusal) answer(status int) *core.Answer {
	return jsonAnswer(status, reply{"message": e.message, "ret_code": e.code})
}

func jsonAnswer(status int, body reply) *core.Answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic("cloudsim: qingcloud reply: " + err.Error()) // a bug here: replies hold only plain values
	}
	return &core.Answer{Status: status, ContentType: "application/json", Body: text}
}

func plainAnswer(status int, text string) *core.Answer {
	return &core.Answer{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text)}
}

// Refuse implements [core.Wire]. [Fault.Code] is a ret_code. A 5xx without one is what
// a proxy in front of the API would send: no JSON at all.
func (q *api) Refuse(_ *core.Call, f core.Fault) *core.Answer {
	if f.Code == "" && (f.Kind == core.ServerErrorBefore || f.Kind == core.ServerErrorAfter) {
		status := cmp.Or(f.Status, http.StatusServiceUnavailable)
		return plainAnswer(status, cmp.Or(f.Message, http.StatusText(status))+"\n")
	}
	e := fault(f.Kind)
	if f.Code != "" {
		code, err := strconv.Atoi(f.Code)
		if err != nil {
			e.message = "InternalError, the injected fault has a code that is not a number"
		}
		e.code = cmp.Or(code, internal)
	}
	e.message = cmp.Or(f.Message, e.message)
	return e.answer(cmp.Or(f.Status, http.StatusOK))
}

// fault is the refusal that QingCloud documents for a kind of fault.
func fault(kind core.FaultKind) *refusal {
	switch kind {
	case core.Throttle:
		return refusef(noQuota, "QuotasExceeded, the quota of API calls is used up")
	case core.Quota:
		return refusef(noQuota, "QuotasExceeded, the resource quota of [instance] is used up")
	case core.NoStock:
		return refusef(soldOut, "InsufficientResource, no compute capacity is left in this zone")
	case core.Balance:
		return refusef(noBalance, "InsufficientBalance, the balance of the account does not suffice")
	default:
		return refusef(internal, "InternalError, the call could not be completed")
	}
}
