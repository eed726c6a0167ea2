package core

import (
	"net/http"
	"time"
)

// Wire is one vendor's protocol: how a request is read and verified, what each
// action does, and what answers look like. Every method but Open is called with
// the lock of its cloud held.
type Wire interface {
	// Open reads and authenticates a request. A request that is refused here
	// (wrong signature, stale time, unknown action, missing system parameter)
	// returns the vendor's refusal and no call. It may take the cloud's lock.
	Open(r *http.Request, body []byte, now time.Time) (*Call, *Answer)

	// Actions returns the names of all actions, in order.
	Actions() []string

	// Creates reports whether an action makes instances.
	Creates(action string) bool

	// Describes reports whether an action lists instances.
	Describes(action string) bool

	// Token returns the client token that makes a call idempotent, "" where there
	// is none: on clouds without tokens, and for dry runs.
	Token(k *Call) string

	// Tagged reports whether a describe filters by tags.
	Tagged(k *Call) bool

	// Has reports whether a kind of fault that only certain creates know
	// (StockRanOut, DeadToken, ForgetToken, UnpaidOrder) means something for this
	// one. The client token is looked at elsewhere.
	Has(k *Call, kind FaultKind) bool

	// Serve executes a call and encodes the answer.
	Serve(c *Call) *Answer

	// Refuse encodes the vendor's answer for a fault that refuses a call, or
	// that hides the answer of a call already executed behind a 5xx.
	Refuse(c *Call, f Fault) *Answer
}

// Call is one authenticated request.
type Call struct {
	Action string
	Region string
	Now    time.Time
	Params map[string]string // flat, by wire name
	Tree   any               // instead of params where the wire has nesting and types
	Faults Faults

	Format    string // answer format asked for; the vendor's codec knows its values
	RequestID string

	made  int      // instances that the call made
	named []string // IDs in the answer of a create
	Order *Order   // what the create left unpaid, if it did
}

// Answer is an encoded response.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
	header      http.Header // beside the usual ones; may be nil
	missing     int         // bytes that Content-Length promises beyond the body
}
