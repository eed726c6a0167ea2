package cvm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// fields are the members of a successful response, besides RequestId.
type fields map[string]any

// refusal is an API error. Its message never repeats a value that the
// client sent, because a value may be a password.
type refusal struct{ code, message string }

func refuse(code, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// missing refuses a request that lacks a parameter.
func missing(path string) *refusal {
	return refuse("MissingParameter", "The request is missing the parameter `%s`.", path)
}

// invalid refuses a value with the code for "not a value of this parameter".
func invalid(path string) *refusal {
	return invalidAs("InvalidParameterValue", path)
}

func invalidAs(code, path string) *refusal {
	return refuse(code, "The value specified in the parameter `%s` is not valid.", path)
}

func (f fields) answer(requestID string) *core.Answer {
	response := fields{"RequestId": requestID}
	for name, v := range f {
		response[name] = v
	}
	return encode(response)
}

// answer encodes the refusal. The vendor reports every API error with HTTP 200.
func (r *refusal) answer(requestID string) *core.Answer {
	a := encode(fields{
		"Error":     map[string]string{"Code": r.code, "Message": r.message},
		"RequestId": requestID,
	})
	a.Code, a.Reason = r.code, r.message
	return a
}

func encode(response fields) *core.Answer {
	body, err := json.Marshal(fields{"Response": response})
	if err != nil {
		panic("cloudsim: response cannot be encoded: " + err.Error()) // our own structs: a bug
	}
	return &core.Answer{Status: http.StatusOK, ContentType: "application/json", Body: body}
}

// Refuse implements [core.Wire].
func (c *api) Refuse(k *core.Call, f core.Fault) *core.Answer {
	isServerError := f.Kind == core.ServerErrorBefore || f.Kind == core.ServerErrorAfter
	if f.Code == "" && isServerError {
		return gatewayPage(f)
	}
	usual := faultRefusal(f.Kind)
	own := refusal{cmp.Or(f.Code, usual.code), cmp.Or(f.Message, usual.message)}
	a := own.answer(k.RequestID)
	if f.Status != 0 {
		a.Status = f.Status
	}
	return a
}

// faultRefusal is the documented code for a kind of fault.
func faultRefusal(kind core.FaultKind) refusal {
	switch kind {
	case core.Throttle:
		return refusal{"RequestLimitExceeded", "Your current request times exceed the maximum frequency."}
	case core.NoStock:
		return refusal{"ResourceInsufficient.SpecifiedInstanceType", "The specified instance type is sold out."}
	case core.Quota:
		return refusal{"LimitExceeded.InstanceQuota", "The instance quota of the account is exhausted."}
	case core.Balance:
		return refusal{"InvalidAccount.InsufficientBalance", "The balance of the account is insufficient."}
	default:
		return refusal{"InternalError", "An internal error has occurred."}
	}
}

// gatewayPage is a 5xx answer of a proxy in front of the API:
// no JSON, no request ID.
func gatewayPage(f core.Fault) *core.Answer {
	status := f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	text := http.StatusText(status)
	page := fmt.Sprintf("<html>\n<head><title>%d %s</title></head>\n<body>%s</body>\n</html>\n", status, text,
		cmp.Or(f.Message, text))
	return &core.Answer{Status: status, ContentType: "text/html", Body: []byte(page)}
}
