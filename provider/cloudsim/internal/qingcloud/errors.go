package qingcloud

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Return codes of QingCloud. Their texts are our own: the service's texts are not
// documented except a few samples.
const (
	invalid      = 1100 // a parameter is missing or ill-formed
	unknown      = 1101 // no such action, or no such value of a parameter
	unauthorized = 1200 // unknown key or wrong signature
	expired      = 1300 // time_stamp out of its window
	denied       = 1400 // not in this state
	notFound     = 2100
	noBalance    = 2400
	noQuota      = 2500 // quota of resources or of API calls: one code for both
	internal     = 5000
	soldOut      = 5200
	inUse        = 5400 // another resource depends on it
)

// refusal is a refused call. Its message never quotes a parameter value that may be
// secret.
type refusal struct {
	code    int
	message string
}

func refusef(code int, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

func (e *refusal) answer(status int) *core.Answer {
	a := jsonAnswer(status, reply{"message": e.message, "ret_code": e.code})
	a.Code, a.Reason = strconv.Itoa(e.code), e.message
	return a
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

// Refuse implements [core.Wire]. [Fault.Code] is a ret_code. A 5xx without a code is
// the answer of a proxy in front of the API: it is not JSON.
func (q *api) Refuse(_ *core.Call, f core.Fault) *core.Answer {
	isServerError := f.Kind == core.ServerErrorBefore || f.Kind == core.ServerErrorAfter
	if f.Code == "" && isServerError {
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

// fault returns QingCloud's documented refusal for a kind of fault.
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
