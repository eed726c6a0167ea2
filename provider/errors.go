package provider

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/wording"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Sentinels for [errors.Is]. There is one for each different next step of a caller. The
// vendor's code and message stay in the *[APIError]. A field or an ability that a cloud does
// not have is [errors.ErrUnsupported].
var (
	ErrInvalid        = errors.New("invalid request")           // fix the request
	ErrNotFound       = errors.New("not found")                 // something named does not exist
	ErrExists         = errors.New("already exists")            // look it up instead
	ErrState          = errors.New("not possible in its state") // wait, or do something else first
	ErrAuth           = errors.New("authentication failed")     // wrong or expired key, or a wrong clock
	ErrPermission     = errors.New("permission denied")         // ask for the right
	ErrThrottled      = errors.New("throttled")                 // slow down; nothing was done
	ErrQuota          = errors.New("quota exceeded")            // ask for more, or release some
	ErrNoStock        = errors.New("no stock")                  // try another type or zone
	ErrBalance        = errors.New("insufficient balance")      // pay, or put the account in order
	ErrTokenMismatch  = errors.New("client token reused")       // same token, other parameters
	ErrUnavailable    = errors.New("service unavailable")       // try again later
	ErrOutcomeUnknown = errors.New("outcome unknown")           // it may have been done: look before a repetition
	ErrLaunchFailed   = errors.New("launch failed")             // an instance was accepted and died while being built

	// ErrSuperseded is for [Journal].Save to return when another process continues the
	// operation. This process then sends nothing, releases nothing and saves nothing more.
	ErrSuperseded = store.ErrSuperseded
)

// Outcome says whether a failed call may have taken effect.
type Outcome string

// Outcomes.
const (
	// OutcomeRejected: the answer proves that nothing was done.
	OutcomeRejected Outcome = "rejected"

	// OutcomeThrottled: refused before execution; the same call may be repeated.
	OutcomeThrottled Outcome = "throttled"

	// OutcomeUnsent: the request provably never reached the service. The name was not found,
	// the connection was refused, or something between client and service rejected it. Nothing
	// was done, and the same call may be repeated.
	OutcomeUnsent Outcome = "unsent"

	// OutcomeUnknown: the call may have been executed.
	OutcomeUnknown Outcome = "unknown"
)

// APIError is a failed call. It matches its sentinel and the SDK's own error
// with errors.Is and errors.As. Its text never holds a secret or a URL.
type APIError struct {
	Driver     string
	Op         string // the vendor's name of the call
	Code       string // the vendor's code; "" when no answer of the vendor arrived
	Message    string // the vendor's message, without secrets
	Hint       string // what to do, where the vendor does not say: how far the local clock is off; "" mostly
	RequestID  string
	HTTPStatus int // 0 when unknown: some SDKs do not return it
	Outcome    Outcome

	// Temporary reports that the same call is likely to succeed soon, although the error is
	// neither throttled nor unavailable: the instance is still being built, or another task is
	// running on it.
	Temporary bool

	// Lasting is for [ErrUnavailable]. It reports that the same call fails until the
	// service is repaired by a person, for example its licence. The call is not repeated.
	Lasting bool

	// TokenDead is for creates. It reports that an earlier request with the same client
	// token failed for good. That token never makes an instance any more, and the same
	// intent needs a new token.
	TokenDead bool

	// RetryAfter is how long the service asks to wait (Retry-After). 0 means that it did
	// not say.
	RetryAfter time.Duration

	// Stock is for [ErrNoStock]. It says what is out of stock.
	Stock StockScope

	// NoHost is for [OutcomeUnsent]. It reports that the name of the service was not found, or
	// that the connection was refused, and that this client never had an answer from there. The
	// region may not exist. The call is repeated for a few seconds only.
	NoHost bool

	Kind error // sentinel; nil means that the code is not known
	Err  error // the SDK's own error; may be nil
}

// StockScope is what a refusal proves to be out of stock.
type StockScope string

// Scopes of stock. The zero value means the exact combination in the request, which is the
// least that a refusal can prove.
const (
	StockOfType   StockScope = "type"   // the instance type in its zone, under its billing mode
	StockOfZone   StockScope = "zone"   // everything in the zone
	StockOfDisk   StockScope = "disk"   // the kind of disk in the zone
	StockOfSubnet StockScope = "subnet" // addresses of the subnet
)

// status returns the HTTP status of a failure, unless it is unknown or the message begins with
// it.
func (e *APIError) status() string {
	if e.HTTPStatus < 300 || strings.HasPrefix(e.Message, "HTTP ") {
		return ""
	}
	return "HTTP " + strconv.Itoa(e.HTTPStatus)
}

// Error returns driver, call, sentinel, HTTP status, code, message, request ID and hint in one line.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Driver, e.Op)
	if e.Kind != nil {
		fmt.Fprintf(&b, ": %v", e.Kind)
	}
	for _, s := range []string{e.status(), e.Code, e.Message} {
		if s != "" {
			b.WriteString(": " + wording.OneLine(s))
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	if e.Hint != "" {
		b.WriteString("; " + wording.OneLine(e.Hint))
	}
	return b.String()
}

// Unwrap returns the sentinel and the SDK's error. A create or a reboot whose
// outcome is unknown also matches [ErrOutcomeUnknown], which [Client] adds.
func (e *APIError) Unwrap() []error { return wording.Compact(e.Kind, e.Err) }

// LaunchError is an instance that was accepted and did not start, or that ended while a wait
// was waiting for it.
type LaunchError struct {
	Driver     string
	InstanceID string
	RawState   string // the cloud's last word; "" if it was never seen
	Reason     string // the cloud's reason; "" if it does not say
	Kind       error  // the sentinel of the reason, such as [ErrBalance]; nil when it is not known

	byJob bool // the cloud says that the create of the instance has failed
}

// Error names the instance, its last state and the cloud's reason.
func (e *LaunchError) Error() string {
	s := fmt.Sprintf("%s: %s: %v", e.Driver, e.InstanceID, ErrLaunchFailed)
	if e.RawState != "" {
		s += ": " + wording.OneLine(e.RawState)
	}
	if e.Reason != "" {
		s += ": " + wording.OneLine(e.Reason)
	}
	return s
}

// Unwrap returns [ErrLaunchFailed], and Kind.
func (e *LaunchError) Unwrap() []error { return wording.Compact(ErrLaunchFailed, e.Kind) }

// FieldError is a field of a spec that breaks a rule or that a cloud cannot express.
type FieldError struct {
	Driver      string // "" for a rule that holds on every cloud
	Path        string // "Network.PublicIP.BandwidthMbps", "DataDisks[1].SizeGiB"
	Value       string // the offending value; "" when absent or secret
	Reason      string // the rule
	Unsupported bool   // the cloud has no such thing, whatever the value
}

// Error names driver, field, value and rule.
func (e *FieldError) Error() string {
	s := e.Path
	if e.Driver != "" {
		s = e.Driver + ": " + s
	}
	if e.Value != "" {
		s += fmt.Sprintf(" = %q", e.Value)
	}
	return s + ": " + e.Reason
}

// Unwrap returns [ErrInvalid], and [errors.ErrUnsupported] too when the cloud
// has no such thing.
func (e *FieldError) Unwrap() []error {
	if e.Unsupported {
		return []error{ErrInvalid, errors.ErrUnsupported}
	}
	return []error{ErrInvalid}
}

// FieldErrors are all problems of a spec together. As an error it is never empty.
type FieldErrors []*FieldError

// Error lists the problems, one per line.
func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems.
func (e FieldErrors) Unwrap() []error {
	out := make([]error, len(e))
	for i, p := range e {
		out[i] = p
	}
	return out
}

// UnpaidError is a create that the cloud answered with an unpaid order: no instance exists
// until it is paid. Pay or cancel the order at the cloud. After the payment [Client.Resume]
// finds the instances, by token, marker or the owner's tags. Before the payment it reports the
// order again and makes no second one.
type UnpaidError struct {
	Driver    string
	OrderID   string
	RequestID string
}

// Error names the order.
func (e *UnpaidError) Error() string {
	s := fmt.Sprintf("%s: order %s waits to be paid, and its instances are created afterwards",
		e.Driver, wording.OneLine(e.OrderID))
	if e.RequestID != "" {
		s += fmt.Sprintf(" (request %s)", wording.OneLine(e.RequestID))
	}
	return s
}

// Unwrap returns [ErrBalance]: the payment is missing.
func (e *UnpaidError) Unwrap() error { return ErrBalance }

// unpaidOrder returns the order of an [UnpaidError], or "".
func unpaidOrder(err error) string {
	var e *UnpaidError
	if errors.As(err, &e) {
		return e.OrderID
	}
	return ""
}

// failureOf returns what is recorded about a call that failed.
func failureOf(err error) telemetry.Failure {
	var e *APIError
	if !errors.As(err, &e) {
		return telemetry.Failure{}
	}
	return telemetry.Failure{Known: true, Call: e.Op, Outcome: string(e.Outcome), RequestID: e.RequestID, Code: e.Code}
}

// sentinels are in the order of their words in telemetry: telemetry.Classes begins with them. An
// error that matches several has the class of the first.
var sentinels = []error{
	ErrSuperseded, ErrOutcomeUnknown, ErrThrottled, ErrNoStock, ErrQuota, ErrBalance, ErrAuth, ErrPermission,
	ErrTokenMismatch, ErrExists, ErrNotFound, ErrState, ErrLaunchFailed, ErrUnavailable, errors.ErrUnsupported,
	ErrInvalid,
}
