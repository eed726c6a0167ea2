package creating

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Observer is told what happens to creates. It is safe for concurrent use.
type Observer interface {
	account.Observer

	// Created is told that the create of a part is over for now: how many new instances are
	// known, and how many are missing. Unknown means that those may exist. Err is why.
	Created(ctx context.Context, made, missing int, unknown bool, err error)

	// Alternative is told that an alternative, counted from 1, is to create so many instances.
	Alternative(ctx context.Context, candidate, instances int)

	// Search is told that a search for instances of a lost create begins, by their marker or
	// by tags. It returns the context of its calls, and what is told the end of the search.
	Search(ctx context.Context, byMarker bool) (context.Context, func(found int, err error))
}

// Verdict is what an error of a call means. The zero value is not success: see
// [ledger.Verdict].
type Verdict struct {
	ledger.Verdict

	Answered bool          // it is about the call; other errors end all repetitions
	NoStock  bool          // it is lack of stock, whatever else it is
	Order    string        // the ID of an order that waits to be paid
	After    time.Duration // how long the service wants to be left alone; 0 means it did not say
	Within   time.Duration // how long a call is repeated at most for this; 0 means as usual
}

// CountError is an answer with another number of instances than was asked for.
type CountError struct{ Asked, Got int }

// Error names both numbers.
func (e *CountError) Error() string {
	if e.Got > e.Asked {
		return fmt.Sprintf("%d instances asked for, and the answer names %d: it cannot be believed", e.Asked, e.Got)
	}
	return fmt.Sprintf("%d instances asked for, and the answer names %d", e.Asked, e.Got)
}

// EndedError is the reason why a part makes no further create.
type EndedError struct{ Err error }

// Error returns the reason.
func (e *EndedError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *EndedError) Unwrap() error { return e.Err }

// IDs returns the IDs of an answer, without those that no cloud would use, such as a page of
// HTML, and without the blanks around IDs. Odd reports whether there was any such ID. An
// answer without blanks and without such IDs is returned unchanged.
func IDs(answer []string) (ids []string, odd bool) {
	isOdd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"'`{}[]()\\,;", r) }
	clean := true
	for _, id := range answer {
		clean = clean && strings.IndexFunc(id, isOdd) < 0
	}
	if clean {
		return answer, false
	}
	for _, id := range answer {
		id = strings.TrimSpace(id)
		if strings.IndexFunc(id, isOdd) >= 0 {
			odd = true
			continue
		}
		ids = append(ids, id)
	}
	return ids, odd
}
