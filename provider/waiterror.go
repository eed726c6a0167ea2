package provider

import (
	"fmt"
	"strings"
)

// WaitError is a wait in which not every server got where it should.
type WaitError struct {
	Driver  string
	Target  State
	Failed  []*LaunchError    // will never get there
	Pending []PendingInstance // not there yet when the wait ended
	Err     error             // what ended the wait early: ctx's error, or a refusal to describe; nil otherwise
}

// PendingInstance is a server that was still waited for.
type PendingInstance struct {
	ID       string
	RawState string // the cloud's last word; "" if the server was never seen
}

// Error names every server concerned, up to ten of each kind.
func (e *WaitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: waiting for %s", e.Driver, e.Target)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if n := len(e.Failed); n > 0 {
		fmt.Fprintf(&b, ": %d failed:", n)
		for _, f := range e.Failed[:min(n, 10)] {
			fmt.Fprintf(&b, " [%s]", strings.TrimPrefix(f.Error(), f.Driver+": "))
		}
	}
	if n := len(e.Pending); n > 0 {
		fmt.Fprintf(&b, ": %d still pending:", n)
		for _, p := range e.Pending[:min(n, 10)] {
			fmt.Fprintf(&b, " %s (%s)", p.ID, orNeverSeen(oneLine(p.RawState)))
		}
	}
	return b.String()
}

func orNeverSeen(raw string) string {
	if raw == "" {
		return "never seen"
	}
	return raw
}

// Unwrap returns what ended the wait and the failures.
func (e *WaitError) Unwrap() []error {
	out := compact(e.Err)
	for _, f := range e.Failed {
		out = append(out, f)
	}
	return out
}
