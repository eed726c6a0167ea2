package cloudsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// tencentFields are the members of a successful response, besides RequestId.
type tencentFields map[string]any

// tencentRefusal is an API error. Its message never repeats a value that the
// client sent, because a value may be a password.
type tencentRefusal struct{ code, message string }

func tencentRefuse(code, format string, args ...any) *tencentRefusal {
	return &tencentRefusal{code, fmt.Sprintf(format, args...)}
}

// tencentMissing refuses a request that lacks a parameter.
func tencentMissing(path string) *tencentRefusal {
	return tencentRefuse("MissingParameter", "The request is missing the parameter `%s`.", path)
}

// tencentInvalid refuses a value with the code for "not a value of this parameter".
func tencentInvalid(path string) *tencentRefusal {
	return tencentInvalidAs("InvalidParameterValue", path)
}

func tencentInvalidAs(code, path string) *tencentRefusal {
	return tencentRefuse(code, "The value specified in the parameter `%s` is not valid.", path)
}

func (f tencentFields) answer(requestID string) *core.Answer {
	response := tencentFields{"RequestId": requestID}
	for name, v := range f {
		response[name] = v
	}
	return tencentEncode(response)
}

// answer encodes the refusal. The vendor reports every API error with HTTP 200.
func (r *tencentRefusal) answer(requestID string) *core.Answer {
	return tencentEncode(tencentFields{
		"Error":     map[string]string{"Code": r.code, "Message": r.message},
		"RequestId": requestID,
	})
}

func tencentEncode(response tencentFields) *core.Answer {
	body, err := json.Marshal(tencentFields{"Response": response})
	if err != nil {
		panic("cloudsim: response cannot be encoded: " + err.Error()) // our own structs: a bug
	}
	return &core.Answer{Status: http.StatusOK, ContentType: "application/json", Body: body}
}

// Refuse implements wire.
func (c *cvm) Refuse(k *core.Call, f core.Fault) *core.Answer {
	if f.Code == "" && (f.Kind == core.ServerErrorBefore || f.Kind == core.ServerErrorAfter) {
		return tencentGatewayPage(f)
	}
	usual := tencentFaultRefusal(f.Kind)
	refusal := tencentRefusal{cmp.Or(f.Code, usual.code), cmp.Or(f.Message, usual.message)}
	a := refusal.answer(k.RequestID)
	if f.Status != 0 {
		a.Status = f.Status
	}
	return a
}

// tencentFaultRefusal is the documented code for a kind of fault.
func tencentFaultRefusal(kind core.FaultKind) tencentRefusal {
	switch kind {
	case core.Throttle:
		return tencentRefusal{"RequestLimitExceeded", "Your current request times exceed the maximum frequency."}
	case core.NoStock:
		return tencentRefusal{"ResourceInsufficient.SpecifiedInstanceType", "The specified instance type is sold out."}
	case core.Quota:
		return tencentRefusal{"LimitExceeded.InstanceQuota", "The instance quota of the account is exhausted."}
	case core.Balance:
		return tencentRefusal{"InvalidAccount.InsufficientBalance", "The balance of the account is insufficient."}
	default:
		return tencentRefusal{"InternalError", "An internal error has occurred."}
	}
}

// tencentGatewayPage is a 5xx as something in front of the API would give it:
// no JSON, no request ID.
func tencentGatewayPage(f core.Fault) *core.Answer {
	status := f.Status
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	text := http.StatusText(status)
	page := fmt.Sprintf("<html>\n<head><title>%d %s</title></head>\n<body>%s</body>\n</html>\n", status, text, cmp.Or(f.Message, text))
	return &core.Answer{Status: status, ContentType: "text/html", Body: []byte(page)}
}
