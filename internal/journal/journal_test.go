package journal_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/journal"
)

var (
	errDisk  = errors.New("the disk is full")
	errEnded = errors.New("another process continues")
)

func writing(write func(ctx context.Context) error) *journal.Journal {
	return &journal.Journal{Write: write, Ends: func(err error) bool { return errors.Is(err, errEnded) }}
}

func TestNoJournalSavesNothing(t *testing.T) {
	var j journal.Journal
	if err := errors.Join(j.Save(t.Context()), j.SaveAnyway(t.Context())); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func TestAnErrorOfTheJournalSaysSo(t *testing.T) {
	err := writing(func(context.Context) error { return errDisk }).Save(t.Context())
	if want := "saving the operation in its journal: the disk is full"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	var e *journal.Error
	if !errors.As(err, &e) || !errors.Is(err, errDisk) {
		t.Errorf("got %#v, want a *journal.Error with the reason", err)
	}
}

func TestOneWriteAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var active, most atomic.Int64
		j := writing(func(context.Context) error {
			most.Store(max(most.Load(), active.Add(1)))
			time.Sleep(time.Second)
			active.Add(-1)
			return nil
		})
		began := time.Now()
		for range 3 {
			go func() { _ = j.Save(t.Context()) }()
		}
		synctest.Wait()
		if err := j.Save(t.Context()); err != nil {
			t.Errorf("got %v, want no error", err)
		}
		time.Sleep(time.Until(began.Add(4 * time.Second)))
		synctest.Wait()
		if got := most.Load(); got != 1 {
			t.Errorf("%d writes at once, want 1", got)
		}
	})
}

// The writer that hangs keeps the journal: a write behind it would save an older state.
func TestAJournalThatHangsIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		j := writing(func(context.Context) error { <-release; return nil })
		for n := range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			began := time.Now()
			err := j.Save(ctx)
			if took := time.Since(began); took > 1100*time.Millisecond {
				t.Errorf("save %d returned after %v, want 1.1 s at most", n, took)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("save %d: %v, want %v", n, err, context.DeadlineExceeded)
			}
			cancel()
		}
		close(release)
		synctest.Wait()
		if err := j.Save(t.Context()); err != nil {
			t.Errorf("after the writer has returned: %v, want no error", err)
		}
	})
}

// A writer may end its goroutine, as a failed test does.
func TestAWriterThatEndsItsGoroutineIsAnError(t *testing.T) {
	j := writing(func(context.Context) error { runtime.Goexit(); return nil })
	if err := j.Save(t.Context()); err == nil {
		t.Error("got no error, want one")
	}
}

func TestWhatHasHappenedIsSavedAfterTheEndOfTheContext(t *testing.T) {
	for name, tc := range map[string]struct {
		takes time.Duration
		want  error
	}{
		"quick": {takes: 50 * time.Millisecond},
		"slow":  {takes: time.Second, want: context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := writing(func(ctx context.Context) error {
				select {
				case <-time.After(tc.takes):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := j.SaveAnyway(ctx); !errors.Is(err, tc.want) {
				t.Errorf("a %s writer: %v, want %v", name, err, tc.want)
			}
			if err := j.Save(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("what is about to happen is saved by a %s writer: %v, want %v", name, err, context.Canceled)
			}
		})
	}
}

func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	writes := 0
	j := writing(func(context.Context) error { writes++; return errEnded })
	if err := j.Ended(); err != nil {
		t.Errorf("before the first write it has ended: %v", err)
	}
	for range 3 {
		if err := j.Save(t.Context()); !errors.Is(err, errEnded) {
			t.Errorf("got %v, want %v", err, errEnded)
		}
	}
	if writes != 1 {
		t.Errorf("%d writes, want 1", writes)
	}
	if err := j.Ended(); !errors.Is(err, errEnded) {
		t.Errorf("it has ended by %v, want %v", err, errEnded)
	}
}
