package cloudsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
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

func (e *qingError) answer(status int) *answer {
	return qingJSON(status, qingReply{"message": e.message, "ret_code": e.code})
}

func qingJSON(status int, body qingReply) *answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic("cloudsim: qingcloud reply: " + err.Error()) // a bug here: replies hold only plain values
	}
	return &answer{status: status, contentType: "application/json", body: text}
}

func qingPlain(status int, text string) *answer {
	return &answer{status: status, contentType: "text/plain; charset=utf-8", body: []byte(text)}
}

// refuse implements wire. [Fault.Code] is a ret_code. A 5xx without one is what
// a proxy in front of the API would send: no JSON at all.
func (q *qingCloud) refuse(_ *call, f Fault) *answer {
	if f.Code == "" && (f.Kind == ServerErrorBefore || f.Kind == ServerErrorAfter) {
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
func qingFault(kind FaultKind) *qingError {
	switch kind {
	case Throttle:
		return qingErrorf(qingNoQuota, "QuotasExceeded, the quota of API calls is used up")
	case Quota:
		return qingErrorf(qingNoQuota, "QuotasExceeded, the resource quota of [instance] is used up")
	case NoStock:
		return qingErrorf(qingSoldOut, "InsufficientResource, no compute capacity is left in this zone")
	case Balance:
		return qingErrorf(qingNoBalance, "InsufficientBalance, the balance of the account does not suffice")
	default:
		return qingErrorf(qingInternal, "InternalError, the call could not be completed")
	}
}
