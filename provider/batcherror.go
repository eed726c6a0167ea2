package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// BatchError holds the failures of a request about several instances, such as
// [Client.TerminateInstances] or [Client.StopInstances]. The request succeeded for the other
// instances. It matches the errors in Failed with [errors.Is] and [errors.As].
type BatchError struct {
	Op     string           // the requested action: "terminate", "start", "stop", "reboot", ...
	Region string           // "" when the region does not matter
	Failed map[string]error // by instance ID

	ids  []string // of Failed, in the order asked
	also []error  // errors that are not about one of the instances
}

// IDs returns the instances that failed, in the order they were asked for.
func (e *BatchError) IDs() []string {
	if len(e.ids) == len(e.Failed) {
		return slices.Clone(e.ids)
	}
	return sorted.Keys(e.Failed)
}

// Unknown returns the failed instances that the region does not know: their error matches
// [ErrNotFound].
func (e *BatchError) Unknown() []string {
	return slices.DeleteFunc(e.IDs(), func(id string) bool { return !errors.Is(e.Failed[id], ErrNotFound) })
}

// Error names the instances, grouped by failure, at most ten in a group.
func (e *BatchError) Error() string {
	var texts []string
	for _, ids := range e.groups() {
		err := e.Failed[ids[0]]
		if errors.Is(err, ErrNotFound) {
			texts = append(texts, e.unknownText(ids, err))
			continue
		}
		texts = append(texts, fmt.Sprintf("%s %s: %v", e.Op, wording.Some(ids), err))
	}
	for _, err := range e.also {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "; ")
}

func (e *BatchError) unknownText(ids []string, err error) string {
	place := "the cloud"
	if e.Region != "" {
		place = "region " + e.Region
	}
	return fmt.Sprintf("%s: %s does not know %s (%v): another region, invisible to these credentials, or not visible yet; "+
		"check the region and the credentials, or repeat the call later", e.Op, place, wording.Some(ids), err)
}

// Unwrap returns one error for each group of instances that failed alike, and the errors that
// are not about one instance.
func (e *BatchError) Unwrap() []error {
	var out []error
	for _, ids := range e.groups() {
		out = append(out, e.Failed[ids[0]])
	}
	return append(out, e.also...)
}

// groups returns the instances grouped by the text of their errors, without request IDs.
// Instances that are refused one by one for the same reason are one group.
func (e *BatchError) groups() [][]string {
	return wording.InGroups(e.IDs(), func(id string) reason { return reasonOf(e.Failed[id]) })
}

// reason is what errors of one group have in common.
type reason struct {
	kind    error
	code    string
	outcome Outcome
	unknown bool
	text    string // where there is no code
}

func reasonOf(err error) reason {
	if errors.Is(err, ErrNotFound) {
		return reason{kind: ErrNotFound}
	}
	var e *APIError
	_, bare := err.(*APIError) //nolint:errorlint // a wrapped error has more text
	open := errors.Is(err, ErrOutcomeUnknown)
	alike := bare || open
	switch {
	case !errors.As(err, &e) || !alike:
		return reason{text: err.Error()}
	case e.Code == "":
		return reason{kind: e.Kind, outcome: e.Outcome, unknown: open, text: e.Message}
	}
	return reason{kind: e.Kind, code: e.Code, outcome: e.Outcome, unknown: open}
}

// without returns the error about the other instances; nil when nothing is left.
func (e *BatchError) without(ids []string) error {
	rest := &BatchError{Op: e.Op, Region: e.Region, Failed: map[string]error{}, also: e.also}
	for _, id := range e.IDs() {
		if !slices.Contains(ids, id) {
			rest.ids = append(rest.ids, id)
			rest.Failed[id] = e.Failed[id]
		}
	}
	return rest.orNil()
}

// orNil returns nil when nothing went wrong.
func (e *BatchError) orNil() error {
	if len(e.Failed) == 0 && len(e.also) == 0 {
		return nil
	}
	return e
}
