package credential

import (
	"errors"
	"slices"
	"strings"
)

// ErrAbsent matches, by [errors.Is], the error of a source that is not configured at all. Such an
// error is an [*AbsentError], which knows the places that were looked at.
var ErrAbsent = errors.New("no credentials are configured")

// AbsentError reports that credentials are in none of some places.
type AbsentError struct {
	// Places are where credentials were looked for: names of environment variables, paths of files,
	// services. They hold no secret.
	Places []string

	// Next says what to do, as a sentence without its period. "" leaves it to the chain.
	Next string
}

// Absent returns an error that is [ErrAbsent] and names the places where a source looked.
func Absent(places ...string) error { return &AbsentError{Places: places} }

// Error names every place and the next step.
func (e *AbsentError) Error() string {
	text := "no credentials found"
	if len(e.Places) > 0 {
		text += "; looked at: " + strings.Join(e.Places, "; ")
	}
	if e.Next != "" {
		text += ". " + e.Next
	}
	return text
}

// Is reports whether target is [ErrAbsent].
func (*AbsentError) Is(target error) bool { return target == ErrAbsent }

// placesOf returns the places that an absent source named. An error that names none gives its text.
func placesOf(err error) []string {
	var absent *AbsentError
	if errors.As(err, &absent) && len(absent.Places) > 0 {
		return absent.Places
	}
	return []string{err.Error()}
}

// allAbsent puts the errors of sources together that are all absent.
func allAbsent(errs []error) error {
	all := &AbsentError{Next: "Set one of them, or Config.Credentials"}
	for _, err := range errs {
		for _, place := range placesOf(err) {
			if !slices.Contains(all.Places, place) {
				all.Places = append(all.Places, place)
			}
		}
		var absent *AbsentError
		if errors.As(err, &absent) && absent.Next != "" {
			all.Next = absent.Next
		}
	}
	return all
}
