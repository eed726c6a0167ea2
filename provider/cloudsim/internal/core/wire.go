package core

import (
	"net/http"
	"time"
)

// Wire is one vendor's protocol: how to read and verify a request, the effect of each
// action, and the form of answers. Every method except Open is called with the lock of
// its cloud held.
type Wire interface {
	// Open reads and authenticates a request. For a refused request (wrong signature,
	// stale time, unknown action, missing system parameter) it returns the vendor's
	// refusal, and a call with what it could read, or nil. Such a call is only for records.
	// It may take the cloud's lock.
	Open(r *http.Request, body []byte, now time.Time) (*Call, *Answer)

	// Actions returns the names of all actions, in order.
	Actions() []string

	// Creates reports whether an action makes instances.
	Creates(action string) bool

	// Describes reports whether an action lists instances.
	Describes(action string) bool

	// Token returns the client token that makes a call idempotent. It returns "" on
	// clouds without tokens and for dry runs.
	Token(k *Call) string

	// Tagged reports whether a describe filters by tags.
	Tagged(k *Call) bool

	// Has reports whether a kind of fault for certain creates (StockRanOut, DeadToken,
	// ForgetToken, UnpaidOrder) applies to this one. The client token is checked
	// elsewhere.
	Has(k *Call, kind FaultKind) bool

	// Serve executes a call and encodes the answer.
	Serve(c *Call) *Answer

	// Refuse encodes the vendor's answer for a fault that refuses a call, or for a
	// fault that answers an executed call with a 5xx.
	Refuse(c *Call, f Fault) *Answer
}

// Call is one authenticated request.
type Call struct {
	Action  string
	Version string // of the API, on clouds that serve several
	Region  string
	Now     time.Time
	Params  map[string]string // flat, by wire name
	Tree    any               // used instead of Params by wires with nested, typed parameters
	Faults  Faults

	Format    string // requested answer format, in the vendor's words
	RequestID string

	admitted bool // the request was authentic and for a known action

	made  int      // number of instances that the call made
	named []string // IDs in the answer of a create
	Order *Order   // the create's unpaid order, if any
}

// Answer is an encoded response.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
	Code        string      // the vendor's code of a refusal; "" = none
	Reason      string      // the refusal in words, for records; it quotes no parameter's value
	header      http.Header // besides the usual headers; may be nil
	missing     int         // bytes that Content-Length promises beyond the body
}
