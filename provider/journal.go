package provider

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Journal keeps the tokens of operations where they survive the process: a
// database row, a workflow's state, a file that is synced.
type Journal interface {
	// Save stores the token of an operation in place of the one before, and
	// returns once it is safe: a token that comes back in place of a later one may
	// create servers again. It is called before every create, which is not
	// sent if it fails, and after every answer; for one operation one call at a
	// time, with tokens that only ever tell more.
	Save(ctx context.Context, token []byte) error
}

// JournalFunc is a function as a [Journal].
type JournalFunc func(ctx context.Context, token []byte) error

// Save calls the function.
func (f JournalFunc) Save(ctx context.Context, token []byte) error { return f(ctx, token) }

// save writes the operation down, if anybody wants it.
func (op *Operation) save(ctx context.Context) error {
	if op.opts.Journal == nil {
		return nil
	}
	if err := op.saving.lock(ctx); err != nil { // an older token must not overwrite a newer one
		return &journalError{err}
	}
	// A journal that does not hear that ctx has ended keeps its goroutine, and
	// the turn to save, but not the caller.
	done := make(chan error, 1)
	go func() {
		err := errors.New("the journal has not returned")
		defer func() {
			op.saving.unlock()
			done <- err
		}()
		err = op.saveNow(ctx)
	}()
	select {
	case err := <-done:
		return asJournalError(err)
	case <-ctx.Done():
	}
	t := time.NewTimer(lastBreath)
	defer t.Stop()
	select {
	case err := <-done:
		return asJournalError(err)
	case <-t.C:
		return &journalError{ctx.Err()}
	}
}

func (op *Operation) saveNow(ctx context.Context) error {
	token, err := op.MarshalText()
	if err != nil {
		return err
	}
	return op.opts.Journal.Save(ctx, token)
}

func asJournalError(err error) error {
	if err == nil {
		return nil
	}
	return &journalError{err}
}

// How long an answer may take to be saved after ctx has ended, and how long its
// journal may take to hear of the end of its own.
const (
	lastWord   = 60 * time.Millisecond
	lastBreath = 20 * time.Millisecond
)

// saveAnswer writes down what a call brought, also when ctx ends meanwhile: what
// was sent is in the journal already, and the answer should be.
func (op *Operation) saveAnswer(ctx context.Context) error {
	if op.opts.Journal == nil {
		return nil
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		if !sleep(inner, lastWord) {
			return
		}
		cancel()
	})
	defer stop()
	return op.save(inner)
}

// journalError is a journal that did not save.
type journalError struct{ err error }

// Error says so.
func (e *journalError) Error() string {
	return fmt.Sprintf("saving the operation in its journal: %v", e.err)
}

// Unwrap returns the journal's error.
func (e *journalError) Unwrap() error { return e.err }
