package lease_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/lease"
	"github.com/yunfan-cloud/yunfan/internal/permit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errTaken = errors.New("taken")
	errDown  = errors.New("down")
	errLost  = errors.New("lost")
)

// options are a lease of a minute that counts as lost 20 s before its end.
func options(renew func(context.Context) error) lease.Options {
	return lease.Options{
		For: time.Minute, Margin: 20 * time.Second, Renew: renew,
		Ends: func(err error) bool { return errors.Is(err, errTaken) },
		Lost: func(cause error) error { return fmt.Errorf("%w: %w", errLost, cause) },
	}
}

func TestALeaseIsRenewedUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var renewals atomic.Int32
		l := lease.Hold(time.Now(), options(func(context.Context) error { renewals.Add(1); return nil }))
		ctx, done := l.Bind(t.Context())
		defer done()
		time.Sleep(time.Hour)
		if err := permit.Check(ctx); err != nil {
			t.Errorf("after an hour: got %v, want nil", err)
		}
		if n := renewals.Load(); n < 180 || n > 360 {
			t.Errorf("got %d renewals in an hour, want one each 10 to 20 s", n)
		}
		l.End("closed")
		if err := permit.Check(ctx); err == nil { // at once, before the goroutine that ends the ctx has run
			t.Errorf("after the end: got nil, want an error")
		}
		synctest.Wait()
		if ctx.Err() == nil {
			t.Errorf("the ctx goes on after the end")
		}
		l.End("again")
	})
}

func TestALeaseThatIsNotRenewedIsLostBeforeItsEnd(t *testing.T) {
	for name, renew := range map[string]func(context.Context) error{
		"an error":  func(context.Context) error { return errDown },
		"no answer": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		synctest.Test(t, func(t *testing.T) {
			l := lease.Hold(time.Now(), options(renew))
			defer l.End("closed")
			ctx, done := l.Bind(t.Context())
			defer done()
			began := time.Now()
			<-ctx.Done()
			if got := time.Since(began); got != 40*time.Second {
				t.Errorf("%s: the ctx ends after %v, want 40s", name, got)
			}
			if err := permit.Check(ctx); !errors.Is(err, errLost) {
				t.Errorf("%s: got %v, want that it is lost", name, err)
			}
			if err := context.Cause(ctx); !errors.Is(err, errLost) {
				t.Errorf("%s: cause: got %v, want that it is lost", name, err)
			}
		})
	}
}

// The time counts from before the claim was asked for, however late its answer is.
func TestTheTimeOfAnAnswerIsPartOfTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := time.Now()
		time.Sleep(30 * time.Second)
		l := lease.Hold(asked, options(func(context.Context) error { return errDown }))
		defer l.End("closed")
		ctx, done := l.Bind(t.Context())
		defer done()
		<-ctx.Done()
		if got := time.Since(asked); got != 40*time.Second {
			t.Errorf("lost after %v, want 40s", got)
		}
	})
}

func TestAShortOutageIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		l := lease.Hold(began, options(func(context.Context) error {
			if d := time.Since(began); d > time.Minute && d < 90*time.Second {
				return errDown
			}
			return nil
		}))
		defer l.End("closed")
		time.Sleep(10 * time.Minute)
		if err := l.Err(); err != nil {
			t.Errorf("got %v, want nil", err)
		}
	})
}

func TestALeaseThatWasTakenIsLostAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := lease.Hold(time.Now(), options(func(context.Context) error { return errTaken }))
		defer l.End("closed")
		time.Sleep(11 * time.Second)
		if err := l.Check(); !errors.Is(err, errTaken) {
			t.Errorf("after the first renewal: got %v, want that it was taken", err)
		}
	})
}

// After a sleep of the computer, the clock that people see is ahead. The lease asks before it
// permits anything.
func TestAJumpOfTheWallClockIsAskedAbout(t *testing.T) {
	for name, c := range map[string]struct{ renew, want error }{
		"still ours": {nil, nil}, "taken": {errTaken, errTaken}, "down": {errDown, errDown},
	} {
		synctest.Test(t, func(t *testing.T) {
			var ahead atomic.Int64
			o := options(func(context.Context) error { return c.renew })
			o.Wall = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			l := lease.Hold(time.Now(), o)
			defer l.End("closed")
			if err := l.Check(); err != nil {
				t.Errorf("%s: before: got %v, want nil", name, err)
			}
			ahead.Store(int64(time.Hour))
			for range 2 {
				if err := l.Check(); !errors.Is(err, c.want) {
					t.Errorf("%s: got %v, want %v", name, err, c.want)
				}
			}
			ahead.Store(0) // and set back
			if err := l.Check(); !errors.Is(err, c.want) {
				t.Errorf("%s: set back: got %v, want %v", name, err, c.want)
			}
		})
	}
}
