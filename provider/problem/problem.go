package problem

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Problem is an error as an HTTP API shows it. The first four members are those of RFC 9457.
type Problem struct {
	Type   string `json:"type"`   // "urn:yunfan:" and the class
	Title  string `json:"title"`  // the class in words
	Status int    `json:"status"` // of HTTP
	Detail string `json:"detail"` // the text of the error

	// Class is what to decide by: "invalid", "no-stock", "outcome-unknown" and so on, or "internal"
	// for an error that no sentinel of package provider matches.
	Class string `json:"class"`

	// OutcomeUnknown reports that instances may exist whose IDs are not known: resume the
	// operation, and do not create again.
	OutcomeUnknown bool `json:"outcomeUnknown,omitempty"`

	Fields []Field `json:"fields,omitempty"` // what is wrong with the request
	Calls  []Call  `json:"calls,omitempty"`  // the calls that failed

	// About a create: its operation, and how many instances were asked for and exist.
	Operation string `json:"operation,omitempty"`
	Asked     int    `json:"asked,omitempty"`
	Created   int    `json:"created,omitempty"`

	// About a wait: the IDs of the instances that failed, are pending, and are not visible.
	Failed     []string `json:"failed,omitempty"`
	Pending    []string `json:"pending,omitempty"`
	NotVisible []string `json:"notVisible,omitempty"`

	// RetryAfterSeconds is how long to wait before another attempt; 0 when nobody said.
	RetryAfterSeconds int `json:"retryAfterSeconds,omitempty"`
}

// placed is a problem of a file: an Error of package specfile, which this package does not link.
type placed interface {
	error
	Place() (path, reason string, line, column int)
}

// Field is a field of a request that is refused.
type Field struct {
	Cloud  string `json:"cloud,omitempty"` // "" for a rule of all clouds
	Path   string `json:"path"`
	Value  string `json:"value,omitempty"` // "" when absent or secret
	Reason string `json:"reason"`
	Line   int    `json:"line,omitempty"` // in the text of the request, where it is a file of package specfile
	Column int    `json:"column,omitempty"`
}

// Call is a call to a cloud that failed.
type Call struct {
	Cloud     string `json:"cloud"`
	Call      string `json:"call"`
	Code      string `json:"code,omitempty"` // the vendor's
	RequestID string `json:"requestId,omitempty"`
	Outcome   string `json:"outcome,omitempty"` // "rejected", "throttled", "unsent", "unknown"
}

// class is a class of errors. The status says who can do something about it: 4xx the client of
// the service, 502 and 503 the service and its cloud.
type class struct {
	err    error
	name   string
	status int
}

// classes are in the order of what matters more, since an error may match several.
func classes() []class {
	return []class{
		{provider.ErrOutcomeUnknown, "outcome-unknown", http.StatusBadGateway},
		{provider.ErrSuperseded, "superseded", http.StatusConflict},
		{store.ErrHeld, "held", http.StatusConflict},
		{store.ErrNotFound, "not-found", http.StatusNotFound},
		{provider.ErrTokenMismatch, "token-mismatch", http.StatusConflict},
		{provider.ErrAuth, "auth", http.StatusBadGateway},
		{provider.ErrPermission, "permission", http.StatusForbidden},
		{provider.ErrBalance, "balance", http.StatusPaymentRequired},
		{provider.ErrQuota, "quota", http.StatusConflict},
		{provider.ErrNoStock, "no-stock", http.StatusConflict},
		{provider.ErrThrottled, "throttled", http.StatusServiceUnavailable},
		{provider.ErrUnavailable, "unavailable", http.StatusServiceUnavailable},
		{provider.ErrLaunchFailed, "launch-failed", http.StatusBadGateway},
		{provider.ErrExists, "exists", http.StatusConflict},
		{provider.ErrState, "state", http.StatusConflict},
		{provider.ErrNotFound, "not-found", http.StatusNotFound},
		{errors.ErrUnsupported, "unsupported", http.StatusUnprocessableEntity},
		{provider.ErrInvalid, "invalid", http.StatusUnprocessableEntity},
		{context.DeadlineExceeded, "timeout", http.StatusGatewayTimeout},
		{context.Canceled, "canceled", http.StatusServiceUnavailable},
	}
}

// Of returns the problem of an error. Nil gives the zero Problem.
func Of(err error) Problem {
	if err == nil {
		return Problem{}
	}
	c := classOf(err)
	p := Problem{
		Type: "urn:yunfan:" + c.name, Title: c.err.Error(), Status: c.status, Detail: err.Error(), Class: c.name,
		OutcomeUnknown: errors.Is(err, provider.ErrOutcomeUnknown),
	}
	p.read(err)
	return p
}

func classOf(err error) class {
	for _, c := range classes() {
		if errors.Is(err, c.err) {
			return c
		}
	}
	return class{errors.New("internal error"), "internal", http.StatusInternalServerError}
}

// read takes what an error and those inside it know.
func (p *Problem) read(err error) {
	switch e := err.(type) { //nolint:errorlint // every error of the tree comes here
	case placed:
		var f Field
		f.Path, f.Reason, f.Line, f.Column = e.Place()
		p.Fields = append(p.Fields, f)
		return // its cause is the same problem
	case *provider.FieldError:
		p.Fields = append(p.Fields, Field{Cloud: e.Driver, Path: e.Path, Value: e.Value, Reason: e.Reason})
	case *provider.APIError:
		p.Calls = append(p.Calls, Call{e.Driver, e.Op, e.Code, e.RequestID, string(e.Outcome)})
		p.RetryAfterSeconds = max(p.RetryAfterSeconds, int(e.RetryAfter.Seconds()))
		return // what is inside is the SDK's
	case *provider.RunError:
		p.Operation, p.Asked, p.Created = cmp.Or(p.Operation, e.Operation), e.Asked, e.Created
	case *provider.WaitError:
		p.Pending, p.NotVisible = ids(e.Pending), ids(e.NotVisible)
		for _, f := range e.Failed {
			p.Failed = append(p.Failed, f.InstanceID)
		}
	case *provider.BudgetError:
		p.RetryAfterSeconds = max(p.RetryAfterSeconds, int(e.FreesIn.Seconds())+1)
	case *store.HeldError:
		p.Operation = cmp.Or(p.Operation, e.ID)
		p.RetryAfterSeconds = max(p.RetryAfterSeconds, int(e.Left.Seconds())+1)
	}
	for _, inner := range unwrap(err) {
		p.read(inner)
	}
}

func ids(list []provider.PendingInstance) (out []string) {
	for _, i := range list {
		out = append(out, i.ID)
	}
	return out
}

func unwrap(err error) []error {
	switch e := err.(type) { //nolint:errorlint // one step down the tree
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	}
	return nil
}

// Write answers a request with the problem of an error.
func Write(w http.ResponseWriter, err error) {
	p := Of(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone
}

// Handler answers requests by a function that returns errors: an error becomes the answer. The
// function must not have written anything then.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements [http.Handler].
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		Write(w, err)
	}
}
