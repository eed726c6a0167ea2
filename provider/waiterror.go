package provider

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// WaitError is the error of a wait in which some instances did not reach the target state.
type WaitError struct {
	Driver  string
	Target  State
	Failed  []*LaunchError    // will never get there
	Pending []PendingInstance // not there yet when the wait ended

	// NotVisible are the instances that the cloud has not shown within
	// [Options].VisibleWithin. They are neither failed nor gone: they may become visible late,
	// be in another region, or not be visible to these credentials. They stay in their
	// operation; another wait asks again.
	NotVisible []PendingInstance
	Patience   time.Duration // the shortest time that an instance of NotVisible was not visible

	// NothingVisible reports that NotVisible has instances, and that the wait saw no other
	// instance. The credentials may be the reason.
	NothingVisible bool

	// Access is the cloud's refusal to let these credentials describe instances; nil
	// otherwise. It is set only with NothingVisible, and only where the cloud can tell
	// ([AccessProber]).
	Access error

	// Describe is the error of the latest describe calls about pending instances; nil when
	// they succeeded.
	Describe error

	Err error // why the wait ended early: the error of ctx or a refused describe; nil otherwise

	allowed bool  // the cloud says that the credentials may describe instances
	words   error // the error of the cloud about an instance that it does not know; may be nil
}

// PendingInstance is an instance that was not ready when the wait or the look ended.
type PendingInstance struct {
	ID        string
	State     State  // as last seen; "" if the instance was never seen
	RawState  string // the cloud's last word; "" if the instance was never seen
	Visible   bool   // the wait has seen it
	NoAddress bool   // it was seen without any address
}

// Error names the instances concerned, up to ten of each kind.
func (e *WaitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: waiting for %s", e.Driver, e.Target)
	if e.Err != nil {
		b.WriteString(": " + e.text(e.Err))
	}
	if e.Describe != nil {
		b.WriteString(": describes fail: " + e.text(e.Describe))
	}
	e.writeFailed(&b)
	e.writePending(&b)
	e.writeNotVisible(&b)
	return b.String()
}

// text returns the text of an error without the name of the driver.
func (e *WaitError) text(err error) string {
	return wording.Unnamed(e.Driver, wording.OneLine(err.Error()))
}

// writeFailed writes which instances failed, and why. It names few instances one by one, and
// groups many by failure.
func (e *WaitError) writeFailed(b *strings.Builder) {
	if len(e.Failed) == 0 {
		return
	}
	fmt.Fprintf(b, ": %d failed:", len(e.Failed))
	if len(e.Failed) <= wording.AtMost {
		for _, f := range e.Failed {
			fmt.Fprintf(b, " [%s]", strings.TrimPrefix(f.Error(), f.Driver+": "))
		}
		return
	}
	alike := wording.Group(e.Failed, func(f *LaunchError) string {
		return strings.TrimPrefix(f.Error(), f.Driver+": "+f.InstanceID+": ")
	})
	for _, g := range alike[:min(len(alike), wording.AtMost)] {
		ids := wording.Listed(g.Items, func(f *LaunchError) string { return f.InstanceID })
		fmt.Fprintf(b, " [%d %s: %s]", len(g.Items), g.Name, ids)
	}
	if more := len(alike) - wording.AtMost; more > 0 {
		fmt.Fprintf(b, " and others for %d more reasons", more)
	}
}

// writePending writes which instances are still pending. For many, it also counts them by
// state.
func (e *WaitError) writePending(b *strings.Builder) {
	if len(e.Pending) == 0 {
		return
	}
	fmt.Fprintf(b, ": %d still pending: ", len(e.Pending))
	states := wording.Group(e.Pending, PendingInstance.word)
	many := len(e.Pending) > wording.AtMost
	if many {
		for i, g := range states[:min(len(states), wording.AtMost)] {
			fmt.Fprintf(b, "%s%d %s", []string{"", ", "}[min(i, 1)], len(g.Items), g.Name)
		}
		b.WriteString(": ")
	}
	b.WriteString(wording.Listed(e.Pending, func(p PendingInstance) string {
		if many && len(states) == 1 {
			return p.ID
		}
		return p.ID + " (" + p.word() + ")"
	}))
}

// writeNotVisible writes which instances were never visible, and once what that may mean.
func (e *WaitError) writeNotVisible(b *strings.Builder) {
	if len(e.NotVisible) == 0 {
		return
	}
	fmt.Fprintf(b, ": %d not visible after %v: %s", len(e.NotVisible), e.Patience.Round(time.Second),
		wording.Listed(e.NotVisible, func(p PendingInstance) string { return p.ID }))
	if e.words != nil {
		b.WriteString(" (" + e.text(e.words) + ")")
	}
	b.WriteString(": they are neither failed nor gone; they may show up late, be in another region," +
		" or not be visible to these credentials")
	if !e.NothingVisible {
		return
	}
	b.WriteString("; none of the instances waited for was ever visible:" +
		" these credentials may not see what they created")
	switch {
	case e.Access != nil:
		b.WriteString("; the cloud says that they may not describe instances: " + e.text(e.Access))
	case e.allowed:
		b.WriteString(", although the cloud says that they may describe instances")
	}
}

// word returns the state of an instance for an error text.
func (p PendingInstance) word() string {
	word := wording.OneLine(p.RawState)
	switch {
	case word == "" && !p.Visible:
		return "never seen"
	case word == "":
		word = string(cmp.Or(p.State, StateUnknown))
	}
	if p.NoAddress && strings.HasPrefix(strings.ToLower(word), string(StateRunning)) {
		word += ", no address"
	}
	return word
}

// Unwrap returns the errors that ended the wait or the describes, and the failures. An error
// with instances that were never visible matches [ErrNotFound].
func (e *WaitError) Unwrap() []error {
	out := wording.Compact(e.Err, e.Describe, e.Access)
	if len(e.NotVisible) > 0 {
		out = append(out, wording.Compact(ErrNotFound, e.words)...)
	}
	for _, f := range e.Failed {
		out = append(out, f)
	}
	return out
}

// besideFailures returns the error without the failures; nil when nothing else is left.
func (e *WaitError) besideFailures() error {
	if e.Err == nil && len(e.NotVisible) == 0 {
		return nil
	}
	rest := *e
	rest.Failed = nil
	return &rest
}

// deniesAccess reports whether an error proves that credentials may not describe.
func deniesAccess(err error) bool {
	return errors.Is(err, ErrPermission) || errors.Is(err, ErrAuth)
}
