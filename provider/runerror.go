package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// RunError is a create that did not do all it was asked to. It matches every
// error it is made of, and [ErrOutcomeUnknown] when servers may exist whose IDs
// are not known.
type RunError struct {
	Driver  string
	Asked   int // servers asked for
	Created int // servers whose IDs are known
	Errs    []error

	// Tried are the spec and the alternatives that were out of stock, in the order
	// they were tried. It is empty for operations without alternatives.
	Tried []TriedAlternative

	// Released are the servers that OnFailure released again.
	Released []string

	unknown bool
	failed  bool // servers are missing; otherwise only a name or the journal is
}

// Error says how many servers are missing, and why, up to ten reasons.
func (e *RunError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of %d servers created", e.Driver, e.Created, e.Asked)
	if e.unknown {
		b.WriteString(" for certain, more may exist")
	}
	if n := len(e.Released); n > 0 {
		fmt.Fprintf(&b, ", %d released again", n)
	}
	texts := distinct(e.Errs)
	for i, text := range texts[:min(len(texts), 10)] {
		b.WriteString([]string{": ", "; "}[min(i, 1)] + text)
	}
	if more := len(texts) - 10; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	for i, t := range e.Tried {
		b.WriteString([]string{"; out of stock: ", ", "}[min(i, 1)] + t.String())
	}
	return b.String()
}

// Unwrap returns the errors of the calls and of the alternatives, and
// ErrOutcomeUnknown.
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

// distinct returns the texts of errors, each once, with their number.
func distinct(errs []error) []string {
	var texts []string
	count := map[string]int{}
	for _, err := range errs {
		t := err.Error()
		if count[t] == 0 {
			texts = append(texts, t)
		}
		count[t]++
	}
	for i, t := range texts {
		if n := count[t]; n > 1 {
			texts[i] = t + " (" + strconv.Itoa(n) + " times)"
		}
	}
	return texts
}
