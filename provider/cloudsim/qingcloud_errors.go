package cloudsim

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
	qingInvalid      = 1100 // a parameter is missing or ill-formed
	qingUnknown      = 1101 // no such action, or no such value of a parameter
	qingUnauthorized = 1200 // unknown key or wrong signature
	qingExpired      = 1300 // time_stamp out of its window
	qingDenied       = 1400 // not in this state
	qingNotFound     = 2100
	qingNoBalance    = 2400
	qingNoQuota      = 2500 // of resources, and of API calls: one code for both
	qingInternal     = 5000
	qingSoldOut      = 5200
	qingInUse        = 5400 // something depends on it
)

// qingError is a refusal. Its message never quotes the value of a parameter
// that could be a secret.
type qingError struct {
	code    int
	message string
}

func qingErrorf(code int, format string, args ...any) *qingError {
	return &qingError{code, fmt.Sprintf(format, args...)}
}

func (e *qingError) answer(status int) *core.Answer {
	return qingJSON(status, qingReply{"message": e.message, "ret_code": e.code})
}

func qingJSON(status int, body qingReply) *core.Answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic("cloudsim: qingcloud reply: " + err.Error()) // a bug here: replies hold only plain values
	}
	return &core.Answer{Status: status, ContentType: "application/json", Body: text}
}

func qingPlain(status int, text string) *core.Answer {
	return &core.Answer{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text)}
}

// Refuse implements wire. [Fault.Code] is a ret_code. A 5xx without one is what
// a proxy in front of the API would send: no JSON at all.
func (q *qingCloud) Refuse(_ *core.Call, f core.Fault) *core.Answer {
	if f.Code == "" && (f.Kind == core.ServerErrorBefore || f.Kind == core.ServerErrorAfter) {
		status := cmp.Or(f.Status, http.StatusServiceUnavailable)
		return qingPlain(status, cmp.Or(f.Message, http.StatusText(status))+"\n")
	}
	e := qingFault(f.Kind)
	if f.Code != "" {
		code, err := strconv.Atoi(f.Code)
		if err != nil {
			e.message = "InternalError, the injected fault has a code that is not a number"
		}
		e.code = cmp.Or(code, qingInternal)
	}
	e.message = cmp.Or(f.Message, e.message)
	return e.answer(cmp.Or(f.Status, http.StatusOK))
}

// qingFault is the refusal that QingCloud documents for a kind of fault.
func qingFault(kind core.FaultKind) *qingError {
	switch kind {
	case core.Throttle:
		return qingErrorf(qingNoQuota, "QuotasExceeded, the quota of API calls is used up")
	case core.Quota:
		return qingErrorf(qingNoQuota, "QuotasExceeded, the resource quota of [instance] is used up")
	case core.NoStock:
		return qingErrorf(qingSoldOut, "InsufficientResource, no compute capacity is left in this zone")
	case core.Balance:
		return qingErrorf(qingNoBalance, "InsufficientBalance, the balance of the account does not suffice")
	default:
		return qingErrorf(qingInternal, "InternalError, the call could not be completed")
	}
}
