package fleet

import (
	"fmt"
	"strings"
)

// Error is a run with fewer instances than asked for. It matches every error that it contains.
type Error struct {
	Asked, Have int
	What        string       // what they are: "created" or "running"
	Parts       []*PartError // by the order of the parts
	Err         error        // why the run itself ended, such as the error of its journal; may be nil
}

// PartError is the error of one part.
type PartError struct {
	Member string
	Err    error
}

// Error names the member and its error.
func (e *PartError) Error() string { return e.Member + ": " + e.Err.Error() }

// Unwrap returns the error of the member.
func (e *PartError) Unwrap() error { return e.Err }

// Error says how many there are, and what each member says.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fleet: %d of %d instances %s", e.Have, e.Asked, e.What)
	sep := ": "
	if e.Err != nil {
		b.WriteString(sep + e.Err.Error())
		sep = "; "
	}
	for _, p := range e.Parts {
		b.WriteString(sep + p.Error())
		sep = "; "
	}
	return b.String()
}

// Unwrap returns the errors of the parts, and that of the run.
func (e *Error) Unwrap() []error {
	var out []error
	for _, p := range e.Parts {
		out = append(out, p)
	}
	if e.Err != nil {
		out = append(out, e.Err)
	}
	return out
}

// err returns nil when all instances are created.
func (r *Run) err(why error) error {
	parts := r.Parts()
	errs := make([]error, len(parts))
	have := 0
	r.mu.Lock()
	for i, p := range r.parts {
		errs[i] = p.failure()
		have += len(p.ids())
	}
	over := r.over
	r.mu.Unlock()
	if over && why == nil {
		return nil
	}
	return r.join(parts, errs, have, "created", why)
}

// errOf returns nil when there are no errors.
func (r *Run) errOf(parts []Part, errs []error, have int, what string) error {
	return r.join(parts, errs, have, what, nil)
}

func (r *Run) join(parts []Part, errs []error, have int, what string, why error) error {
	e := &Error{Asked: r.total, Have: have, What: what, Err: why}
	for i, err := range errs {
		if err != nil {
			e.Parts = append(e.Parts, &PartError{Member: parts[i].Member, Err: err})
		}
	}
	if len(e.Parts) == 0 && why == nil {
		return nil
	}
	return e
}
