package poll

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// originKey finds the origin of a Wait in its context, and joinedKey those that a call is told.
type (
	originKey struct{}
	joinedKey struct{}
)

func withOrigin(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, originKey{}, name)
}

// origins records which origins each call is told.
type origins struct {
	mu    sync.Mutex
	calls [][]any
}

// config makes a Poller tell its calls the origins of the Waits that they serve.
func (o *origins) config(cfg *Config[bool]) {
	fetch := cfg.Fetch
	cfg.Origin = func(ctx context.Context) any { return ctx.Value(originKey{}) }
	cfg.Join = func(ctx context.Context, all []any) context.Context { return context.WithValue(ctx, joinedKey{}, all) }
	cfg.Fetch = func(ctx context.Context, group string, ids []string) (map[string]bool, bool, error) {
		all, _ := ctx.Value(joinedKey{}).([]any)
		o.mu.Lock()
		o.calls = append(o.calls, all)
		o.mu.Unlock()
		return fetch(ctx, group, ids)
	}
}

// A shared call is told each Wait that it serves, once, whatever many of its IDs they have.
func TestACallIsToldTheWaitsThatItServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, o := newCloud(t), &origins{}
		p := c.poller(16*time.Second, o.config)
		ids := c.fleet("i", 10, 15*time.Second)
		var done []<-chan error
		for _, name := range []string{"one", "two", ""} {
			ctx := t.Context()
			if name != "" {
				ctx = withOrigin(ctx, name)
			}
			l := &log{}
			done = append(done, start(ctx, p, l.fresh(ids...)))
		}
		for _, d := range done {
			<-d
		}
		if len(o.calls) == 0 {
			t.Fatal("no calls")
		}
		for _, got := range o.calls {
			slices.SortFunc(got, func(a, b any) int { return len(a.(string)) - len(b.(string)) })
			has := slices.Contains(got, any("one")) && slices.Contains(got, any("two"))
			if !has || len(got) != 2 {
				t.Errorf("a call is told %v, want one and two, once each", got)
			}
		}
	})
}

// Ten thousand Waits that share a call cost no more than the limit.
func TestACallIsToldOfSoManyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, o := newCloud(t), &origins{}
		p := c.poller(16*time.Second, o.config)
		ids := c.fleet("i", 2, 15*time.Second)
		var done []<-chan error
		for range 10_000 {
			l := &log{}
			done = append(done, start(withOrigin(t.Context(), "wait"), p, l.fresh(ids...)))
		}
		for _, d := range done {
			<-d
		}
		if len(o.calls) == 0 {
			t.Fatal("no calls")
		}
		for _, got := range o.calls {
			if len(got) != MaxOrigins {
				t.Errorf("a call is told of %d waits, want %d", len(got), MaxOrigins)
			}
		}
	})
}

// A pause of a group is told, with its length and the reason.
func TestAPauseIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCloud(t), &log{}
		c.fail = func(n int, _ []string) error {
			if n < 3 {
				return errThrottled
			}
			return nil
		}
		var told []time.Duration
		p := c.poller(time.Second, func(cfg *Config[bool]) {
			cfg.Paused = func(_ string, err error, pause time.Duration) {
				if err != errThrottled {
					t.Errorf("told of %v, want %v", err, errThrottled)
				}
				told = append(told, pause)
			}
		})
		mustWait(t, p, l.fresh(c.fleet("i", 1, 0)...))
		if want := []time.Duration{minBackoff, 2 * minBackoff}; !slices.Equal(told, want) {
			t.Errorf("told of pauses of %v, want %v", told, want)
		}
	})
}
