package alicloud

import (
	"maps"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Request is one call of the vendor's API.
type Request struct {
	Product string // "Ecs", "Ens"
	Version string // "2014-05-26"
	Action  string // "RunInstances"
	Region  string // sent as RegionId; also chooses the endpoint

	// Host, if any, turns the host that serves the region into the one of another product:
	// endpoints are configured for the adapter's own product only.
	Host func(region, host string) string

	// Params are the business parameters under their wire names, without
	// RegionId. They are not changed.
	Params map[string]string

	// Secrets names parameters whose values must not be shown, beside
	// Password and UserData.
	Secrets []string

	// Timeout bounds the call beside ctx. 0 means 90 s for a create and 30 s
	// otherwise.
	Timeout time.Duration

	// Create says that the call makes something.
	Create bool

	// Get sends the parameters in the URL, for a call that is documented as a GET alone. It is for
	// parameters that are no secrets.
	Get bool

	// Unsigned says that the call carries no key and no signature: its parameters prove who
	// asks.
	Unsigned bool

	// Into, if any, is what a long answer is decoded into while it is read, by the
	// SDK's own decoder. [Caller.Decode] then reads again only what that could not read.
	Into responses.AcsResponse

	// Numbers names the members of that answer that are numbers: the SDK's decoder takes
	// "8GiB" for 8. An answer with such a text is read again too.
	Numbers []string
}

// Response is an answer: with an HTTP status of 2xx unless it comes beside an
// error. Beside one it may also be the beginning of an answer that ended early.
type Response struct {
	Body       []byte
	HTTPStatus int
	RequestID  string // "" when the answer has none

	// Unread are the fields that [Caller.Decode] could not read, as paths without numbers.
	Unread []string

	clock      oncehttp.Clock            // of this computer, against the service's
	decoded    error                     // how decoding into Request.Into went
	redactor   func() *oncehttp.Redactor // makes one that knows the secrets of the call; nil: there are none
	known      *oncehttp.Redactor        // what it made; most answers need none
	retryAfter time.Duration             // as the answer asks; 0: it does not
}

// Pause adds to a refusal, or to a service that is not available, how long the answer
// asks to be left alone.
func (r *Response) Pause(e *provider.APIError) {
	if oncehttp.Busy(e.HTTPStatus) || e.Outcome == provider.OutcomeThrottled {
		e.RetryAfter = r.retryAfter
	}
}

// Salvage reads what an answer names that is no JSON text, or only the beginning of one:
// the IDs in the lists that bear one of the names, each complete, and its order.
func (r *Response) Salvage(lists ...string) (ids IDs, orderID string) {
	found := oncehttp.Salvage(r.Body, lists...)
	for _, text := range found.IDs {
		ids = append(ids, splitIDs(text)...)
	}
	return oncehttp.OnlyIDs(ids), found.Texts["OrderId"]
}

// Clean makes a text of the answer fit to be part of an error.
func (r *Response) Clean(text string) string { return r.redact().Text(text) }

func (r *Response) redact() *oncehttp.Redactor {
	if r.known == nil && r.redactor != nil {
		r.known = r.redactor()
	}
	return r.known
}

// Preview returns the request that Call would send, secrets masked. It does no I/O.
func (c *Caller) Preview(r Request) (provider.Request, error) {
	at, err := c.endpointOf(r)
	if err != nil {
		return provider.Request{}, c.notSent(r, provider.ErrInvalid, err.Error(), nil)
	}
	params := maps.Clone(r.Params)
	if params == nil {
		params = map[string]string{}
	}
	params["RegionId"] = r.Region
	for _, name := range append(secretParams(), r.Secrets...) {
		if _, ok := params[name]; ok {
			params[name] = oncehttp.Redacted
		}
	}
	return provider.Request{Driver: c.driver, Action: r.Action, Host: at.host, Params: params}, nil
}

// IsSystemParam reports whether every call sets a parameter itself, so that no raw
// parameter may.
func IsSystemParam(name string) bool {
	switch name {
	case "Action", "Version", "Format", "RegionId", "Timestamp",
		"AccessKeyId", "SecurityToken", "BearerToken",
		"Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "SignatureType":
		return true
	}
	return false
}

func secretParams() []string { return []string{"Password", "UserData"} }
