package credential_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const planted = "planted-secret-value"

func keys(id string) provider.Credentials {
	return provider.Credentials{AccessKeyID: id, AccessKeySecret: planted}
}

// source answers with an ID, or with an error.
func source(id string, err error) provider.CredentialsSource {
	return credential.Func(func(context.Context) (provider.Credentials, error) { return keys(id), err })
}

// wantID checks what a source answers.
func wantID(t *testing.T, s provider.CredentialsSource, want string) {
	t.Helper()
	got, err := s.Credentials(t.Context())
	if err != nil {
		t.Errorf("got error %v, want the key %s", err, want)
	}
	if got.AccessKeyID != want {
		t.Errorf("got key %q, want %q", got.AccessKeyID, want)
	}
}

// wantError checks that a source fails, and that the text of its error has some words.
func wantError(t *testing.T, s provider.CredentialsSource, words ...string) error {
	t.Helper()
	got, err := s.Credentials(t.Context())
	if err == nil {
		t.Fatalf("got key %q, want an error", got.AccessKeyID)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
	if strings.Contains(err.Error(), planted) {
		t.Errorf("the error shows a secret: %v", err)
	}
	return err
}

func TestAChainGoesOnOnlyPastWhatIsAbsent(t *testing.T) {
	absent := credential.Absent("the variable A")
	wantID(t, credential.First(source("", absent), nil, source("second", nil), source("third", nil)), "second")

	wrapped := fmt.Errorf("the first place: %w", absent)
	wantID(t, credential.First(source("", wrapped), source("second", nil)), "second")

	broken := errors.New("half a pair")
	asked := false
	third := credential.Func(func(context.Context) (provider.Credentials, error) { asked = true; return keys("third"), nil })
	err := wantError(t, credential.First(source("", absent), source("", broken), third))
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the source that is configured and fails", err)
	}
	if asked {
		t.Error("another identity was asked after a source that is configured and fails")
	}
}

func TestAllAbsentIsOneErrorWithEveryPlace(t *testing.T) {
	s := credential.First(
		source("", credential.Absent("the variable A", "the variable B")),
		source("", fmt.Errorf("file: %w", credential.Absent("the file C", "the variable A"))),
	)
	err := wantError(t, s, "the variable A; the variable B; the file C", "Config.Credentials")
	if !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("got %v, want an error that is ErrAbsent, so that chains nest", err)
	}
	if n := strings.Count(err.Error(), "the variable A"); n != 1 {
		t.Errorf("a place is named %d times, want once: %v", n, err)
	}
	wantError(t, credential.First())
}

func TestTheSourceThatAnsweredIsKept(t *testing.T) {
	var first, second error = credential.Absent("the first"), nil
	s := credential.First(
		credential.Func(func(context.Context) (provider.Credentials, error) { return keys("first"), first }),
		credential.Func(func(context.Context) (provider.Credentials, error) { return keys("second"), second }),
	)
	wantID(t, s, "second")
	first = nil // it is configured now, but another identity is in use
	wantID(t, s, "second")
	second = credential.Absent("the second")
	err := wantError(t, s, "no other identity", "the second")
	if errors.Is(err, credential.ErrAbsent) {
		t.Errorf("got %v, want an error that no outer chain goes on past", err)
	}
	second = nil
	wantID(t, s, "second")
}

func TestBeforeOneAnsweredEveryCallBeginsWithTheFirst(t *testing.T) {
	first := credential.Absent("the first")
	second := errors.New("the second is broken")
	s := credential.First(
		credential.Func(func(context.Context) (provider.Credentials, error) { return keys("first"), first }),
		credential.Func(func(context.Context) (provider.Credentials, error) { return keys("second"), second }),
	)
	wantError(t, s, "the second is broken")
	first = nil
	wantID(t, s, "first")
}

// tokens is a service whose keys are numbered and live a while.
type tokens struct {
	life  time.Duration
	takes time.Duration // per call
	err   error
	calls atomic.Int32
}

func (k *tokens) fetch(ctx context.Context) (provider.Credentials, time.Time, error) {
	n := k.calls.Add(1)
	select {
	case <-time.After(k.takes):
	case <-ctx.Done():
		return provider.Credentials{}, time.Time{}, ctx.Err()
	}
	return keys(fmt.Sprintf("key-%d", n)), time.Now().Add(k.life), k.err
}

func TestKeysAreRenewedBeforeTheirEnd(t *testing.T) {
	for _, c := range []struct{ life, before time.Duration }{
		{time.Hour, 5 * time.Minute}, {20 * time.Minute, 5 * time.Minute}, {time.Minute, 15 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := &tokens{life: c.life}
			s := credential.Renewed(k.fetch)
			wantID(t, s, "key-1")
			time.Sleep(c.life - c.before - time.Second)
			wantID(t, s, "key-1")
			time.Sleep(2 * time.Second)
			wantID(t, s, "key-2")
		})
	}
}

func TestKeysWithoutAnEndAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		s := credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) {
			calls++
			return keys("key"), time.Time{}, nil
		})
		wantID(t, s, "key")
		time.Sleep(1000 * time.Hour)
		wantID(t, s, "key")
		if calls != 1 {
			t.Errorf("keys without an end were fetched %d times, want once", calls)
		}
	})
}

func TestOldKeysServeUntilTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &tokens{life: time.Hour}
		s := credential.Renewed(k.fetch)
		wantID(t, s, "key-1")
		time.Sleep(56 * time.Minute)
		k.err = errors.New("the service is away")
		for range 10 {
			wantID(t, s, "key-1")
		}
		if n := k.calls.Load(); n != 2 {
			t.Errorf("a service that is away was asked %d times in a moment, want once", n-1)
		}
		time.Sleep(31 * time.Second)
		wantID(t, s, "key-1")
		if n := k.calls.Load(); n != 3 {
			t.Errorf("after 31 s the service was asked %d times, want twice", n-1)
		}
		time.Sleep(4 * time.Minute)
		wantError(t, s, "expired at", "the service is away")
		k.err = nil
		wantID(t, s, "key-5")
	})
}

func TestGoodKeysDoNotWaitLongForNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &tokens{life: time.Hour}
		s := credential.Renewed(k.fetch)
		wantID(t, s, "key-1")
		time.Sleep(56 * time.Minute)
		k.takes = time.Hour
		start := time.Now()
		wantID(t, s, "key-1")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("a call with good keys waited %v, want 5 s", took)
		}
		start = time.Now()
		wantID(t, s, "key-1")
		if took := time.Since(start); took != 0 {
			t.Errorf("the call after it waited %v, want no time", took)
		}
		time.Sleep(3*time.Minute + 53*time.Second) // 2 s before their end
		k.takes = 4 * time.Second
		wantID(t, s, "key-4")
	})
}

func TestAThousandWaitersShareOneRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &tokens{life: time.Hour, takes: 3 * time.Second}
		for what, s := range map[string]provider.CredentialsSource{
			"renewed":            credential.Renewed(k.fetch),
			"renewed in a chain": credential.First(source("", credential.Absent("a place")), credential.Renewed(k.fetch)),
		} {
			k.calls.Store(0)
			var wg sync.WaitGroup
			var left atomic.Int32
			for i := range 1000 {
				wg.Go(func() {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					impatient := i%2 == 0
					if impatient {
						time.AfterFunc(time.Second, cancel)
					}
					start := time.Now()
					got, err := s.Credentials(ctx)
					switch {
					case impatient && errors.Is(err, context.Canceled) && time.Since(start) == time.Second:
						left.Add(1)
					case impatient:
						t.Errorf("%s: a waiter whose ctx ended got %v after %v, want canceled after 1 s", what, err, time.Since(start))
					case err != nil || got.AccessKeyID != "key-1":
						t.Errorf("%s: a waiter got %q, %v; want key-1", what, got.AccessKeyID, err)
					}
				})
			}
			wg.Wait()
			if n := k.calls.Load(); n != 1 {
				t.Errorf("%s: %d calls for 1000 waiters, want 1", what, n)
			}
			if n := left.Load(); n != 500 {
				t.Errorf("%s: %d waiters left early, want 500", what, n)
			}
		}
	})
}

func TestAFetchThatNobodyWaitsForEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &tokens{life: time.Hour, takes: 20 * time.Second}
		s := credential.Renewed(k.fetch)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of the caller's ctx", err)
		}
		synctest.Wait()
		start := time.Now()
		wantID(t, s, "key-2")
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("the next call took %v, want a fetch of its own of 20 s", took)
		}
	})
}

func TestAFetchThatHangsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &tokens{life: time.Hour, takes: time.Hour}
		s := credential.Renewed(k.fetch)
		start := time.Now()
		err := wantError(t, s, "within 30s")
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, which looks like the end of the caller's ctx", err)
		}
		if took := time.Since(start); took > 31*time.Second {
			t.Errorf("a fetch that hangs took %v, want 30 s", took)
		}
	})
}

func TestAFetchThatIgnoresItsContextRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls atomic.Int32
		s := credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) {
			calls.Add(1)
			<-release
			return keys("late"), time.Now().Add(time.Hour), nil
		})
		for range 3 {
			wantError(t, s, "within 30s", "ignores its end")
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("%d fetches run at a time, want 1", n)
		}
		close(release)
		synctest.Wait()
		wantID(t, s, "late")
		if n := calls.Load(); n != 1 {
			t.Errorf("a late answer was thrown away: %d fetches, want 1", n)
		}
	})
}

func TestWhatFetchMayDoWrong(t *testing.T) {
	type result struct {
		keys    provider.Credentials
		expires time.Time
	}
	end := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for what, c := range map[string]struct {
		result result
		words  []string
	}{
		"no ID":     {result{keys: provider.Credentials{AccessKeySecret: planted}}, []string{"access key ID is empty"}},
		"no secret": {result{keys: provider.Credentials{AccessKeyID: "id"}}, []string{"its secret is empty"}},
		"expired": {
			result{keys("id"), time.Now().Add(-time.Hour)}, []string{"expired at", "the local time is", "set the clock"},
		},
		"in the past": {result{keys("id"), end.AddDate(-9, 0, 0)}, []string{end.AddDate(-9, 0, 0).Local().Format("2006-01-02 15:04:05")}},
	} {
		t.Run(what, func(t *testing.T) {
			wantError(t, credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) {
				return c.result.keys, c.result.expires, nil
			}), c.words...)
		})
	}
	wantError(t, credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) { panic(planted) }), "panicked (string)")
	wantError(t, credential.First(credential.Func(func(context.Context) (provider.Credentials, error) { panic(planted) })), "panicked")
}

func TestNoFormatShowsKeys(t *testing.T) {
	s := credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) { return keys("id"), time.Time{}, nil })
	chain := credential.First(s)
	wantID(t, chain, "id")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(format+format, struct{ s provider.CredentialsSource }{s}, chain)
		if strings.Contains(text, planted) {
			t.Errorf("%s shows a secret: %s", format, text)
		}
	}
}
