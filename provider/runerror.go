package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// RunError is the error of a create that made fewer or more instances than asked for. It
// matches every error it contains. It also matches [ErrOutcomeUnknown] when instances may
// exist whose IDs are not known.
type RunError struct {
	Driver    string
	Operation string // its ID
	Asked     int    // instances asked for
	Created   int    // instances that exist for certain
	Errs      []error

	// Tried are the spec and the alternatives that were out of stock, in the order they were
	// tried. It is empty for operations without alternatives.
	Tried []TriedAlternative

	// Released are the instances that OnFailure released.
	Released []string

	// Surplus are instances beyond the requested number: they exist, and cost money. See
	// [Operation.SurplusIDs].
	Surplus []string

	// Doubtful are instances that may not be the operation's: only an impossible answer named
	// them. No policy releases them, and Created does not count them.
	Doubtful []string

	// MayAppear is how many instances may still become visible at most. Their creates lost
	// their answers in the last 15 minutes, and a search has not found them. Created does not
	// count them. [Operation.Wait], [Operation.Terminate] and [Client.Resume] find them later.
	MayAppear int

	unknown bool
	failed  bool // instances are missing; otherwise only a name, the journal or a surplus is reported
	open    bool // Resume would create more
}

// Error says in one paragraph what exists, what happened, up to ten reasons, and what to do
// next. It names the cloud once.
func (e *RunError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Driver, e.exists())
	texts := wording.Distinct(e.Errs)
	for i, text := range texts[:min(len(texts), 10)] {
		b.WriteString([]string{": ", "; "}[min(i, 1)] + wording.Unnamed(e.Driver, text))
	}
	if more := len(texts) - 10; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	for i, t := range e.Tried {
		b.WriteString([]string{"; out of stock: ", ", "}[min(i, 1)] + wording.Unnamed(e.Driver, t.String()))
	}
	if e.Operation != "" {
		b.WriteString("; operation " + e.Operation)
	}
	if next := e.next(); next != "" {
		b.WriteString(": " + next)
	}
	return b.String()
}

// exists returns the text about the instances that exist.
func (e *RunError) exists() string {
	text := fmt.Sprintf("%d of %d instances created", e.Created, e.Asked)
	switch {
	case e.unknown && e.Created >= e.Asked:
		text = fmt.Sprintf("%d of %d instances are in hand, and no answer has confirmed them", e.Created, e.Asked)
	case e.unknown:
		text = fmt.Sprintf("%d of %d instances exist for certain, more may exist", e.Created, e.Asked)
	}
	if n := e.MayAppear; n > 0 {
		text += fmt.Sprintf(", up to %d may still appear of creates whose answers were lost", n)
	}
	if n := len(e.Released); n > 0 {
		text += fmt.Sprintf(", %d released again", n)
	}
	if n := len(e.Surplus); n > 0 {
		text += fmt.Sprintf(", %d beyond what was asked for (%s)", n, wording.Some(e.Surplus))
	}
	if n := len(e.Doubtful); n > 0 {
		text += fmt.Sprintf(", %d named that may not belong to it (%s)", n, wording.Some(e.Doubtful))
	}
	return text
}

// next returns the text about what to do next.
func (e *RunError) next() string {
	switch {
	case slices.ContainsFunc(e.Errs, func(err error) bool { return errors.Is(err, ErrSuperseded) }):
		return "another process goes on with it; nothing is sent or released here"
	case e.unknown:
		return "resume it; do not create again"
	case e.open && e.MayAppear > 0:
		return "resume it in some minutes: it looks for those first, and creates the rest"
	case e.open:
		return "resume it to create the rest"
	case e.MayAppear > 0:
		return "resume or terminate it in some minutes: that finds them"
	case len(e.Surplus)+len(e.Doubtful) > 0:
		return "look at the instances beyond, and release them by ID if they are not wanted"
	case e.failed && e.Created > 0:
		return "the instances are kept; Operation.Terminate releases them"
	}
	return ""
}

// Unwrap returns the errors of the calls and of the alternatives, and ErrOutcomeUnknown.
func (e *RunError) Unwrap() []error {
	all := slices.Clone(e.Errs)
	for _, t := range e.Tried {
		all = append(all, t.Err)
	}
	if e.unknown {
		return append([]error{ErrOutcomeUnknown}, all...)
	}
	return all
}

// mayAppearFor is how long after a create was given up its instances may still become visible.
// No cloud is known to take longer. [Client.Sweep] finds those that do.
const mayAppearFor = 15 * time.Minute

// mayAppear returns how many instances of given-up creates may still become visible. A moment
// in the future, from another clock, counts as now.
func (op *Operation) mayAppear() int { return op.ledger.MayAppear(time.Now().Add(-mayAppearFor)) }

// runError returns nil when the operation has exactly what its spec asked for. Too little
// stock is not an error as long as there are MinCount instances.
func (op *Operation) runError() error {
	whole := op.ledger.Complete() && !op.maker.Failed()
	op.mu.Lock()
	defer op.mu.Unlock()
	if whole && len(op.problems) == 0 {
		return nil
	}
	o, surplus := op.maker.Outcome(op.isDryRun()), op.ledger.Surplus()
	if !o.Failed && len(op.problems)+len(surplus) == 0 {
		return nil
	}
	return &RunError{
		Driver: op.c.name, Operation: op.id, Asked: o.Asked, Created: o.Created, Errs: append(o.Errs, op.problems...),
		Tried: slices.Clone(op.tried), Released: slices.Clone(op.released),
		Surplus: surplus, Doubtful: op.ledger.Doubtful(), MayAppear: op.mayAppear(),
		unknown: o.Unknown, failed: o.Failed, open: o.Open,
	}
}
