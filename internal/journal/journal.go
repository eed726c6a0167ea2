// Package journal saves something that changes, where it survives the process. It decides when
// to save and for how long; it does not know what is saved, or where.
//
//   - One write at a time, so that an older state never replaces a newer one.
//   - A writer that ignores the end of its context keeps its goroutine, but not the caller.
//   - What has happened is saved even when the caller's context has just ended.
//   - Once a writer says that another process continues, nothing more is written.
package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Journal saves the state of one operation. The zero value saves nothing. It is safe for
// concurrent use once its fields are set.
type Journal struct {
	// Write saves the state as it is now, and returns once it is safe. Nil means that nothing
	// is saved.
	Write func(ctx context.Context) error

	// Ends reports whether an error of Write means that nothing more must be written.
	Ends func(err error) bool

	writing account.Mutex

	mu    sync.Mutex
	ended error
}

// How long a write may take after ctx has ended.
const (
	grace        = 60 * time.Millisecond // for what has happened already, see Journal.SaveAnyway
	abandonAfter = 20 * time.Millisecond // until a writer that does not return is left behind
)

// Save saves the state. It returns nil or an [*Error].
func (j *Journal) Save(ctx context.Context) error {
	if j.Write == nil {
		return nil
	}
	if err := j.writing.Lock(ctx); err != nil {
		return &Error{err}
	}
	if err := j.Ended(); err != nil {
		j.writing.Unlock()
		return &Error{err}
	}
	done := make(chan error, 1)
	go func() {
		err := errors.New("the journal has not returned")
		defer func() {
			j.writing.Unlock()
			done <- err
		}()
		err = j.write(ctx)
	}()
	select {
	case err := <-done:
		return asError(err)
	case <-ctx.Done():
	}
	t := time.NewTimer(abandonAfter)
	defer t.Stop()
	select {
	case err := <-done:
		return asError(err)
	case <-t.C:
		return &Error{ctx.Err()}
	}
}

// SaveAnyway is Save for what has happened already, such as the answer to a call: it has a
// little time even when ctx ends meanwhile.
func (j *Journal) SaveAnyway(ctx context.Context) error {
	if j.Write == nil {
		return nil
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		if !account.Sleep(inner, grace) {
			return
		}
		cancel()
	})
	defer stop()
	return j.Save(inner)
}

func (j *Journal) write(ctx context.Context) error {
	err := j.Write(ctx)
	if err != nil && j.Ends(err) {
		j.mu.Lock()
		j.ended = err
		j.mu.Unlock()
	}
	return err
}

// Ended returns the error after which nothing more is written, or nil.
func (j *Journal) Ended() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ended
}

// Error is the error of a journal that did not save.
type Error struct{ Err error }

// Error says so.
func (e *Error) Error() string { return fmt.Sprintf("saving the operation in its journal: %v", e.Err) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

func asError(err error) error {
	if err == nil {
		return nil
	}
	return &Error{err}
}
