package provider_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// notebook keeps every token that was saved.
type notebook struct {
	mu    sync.Mutex
	saved [][]byte
	fail  func(n int) error
}

func (b *notebook) Save(_ context.Context, token []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(len(b.saved) + 1); err != nil {
			return err
		}
	}
	b.saved = append(b.saved, slices.Clone(token))
	return nil
}

// crash is what a process that is killed does: nothing more.
type crash struct{}

// A process that dies at any point, also between an answer and its journal,
// leaves a token with which another has exactly the instances that were asked for.
func TestResumeAfterACrashAtAnyPoint(t *testing.T) {
	for _, tokens := range []bool{true, false} {
		for at := 1; at <= 12; at++ {
			for _, effect := range []string{"before the save", "after the save"} {
				inFakeTime(t, func(t *testing.T, f *fake) {
					f.limits.InstancesPerCreate, f.limits.ClientToken, f.limits.NameMarker = 2, tokens, !tokens
					m := &marking{fake: f}
					s := named(5, "web")
					book := &notebook{}
					die := func(n int) error {
						before, after := n == at && effect == "before the save", n == at+1 && effect == "after the save"
						if before || after {
							panic(crash{})
						}
						return nil
					}
					book.fail = die
					ctx, kill := context.WithCancel(t.Context())
					run := &provider.RunOptions{Journal: provider.JournalFunc(func(ctx context.Context, token []byte) (err error) {
						defer func() { // a goroutine cannot die alone: stop everything at this point
							if p := recover(); p != nil {
								kill()
								err = context.Canceled
							}
						}()
						return book.Save(ctx, token)
					})}
					_, err := m.client().RunInstances(ctx, s, run)
					crashed := errors.Is(err, context.Canceled)
					book.fail = nil
					if len(book.saved) == 0 {
						if len(m.alive()) != 0 {
							t.Fatalf("%d instances were made before anything was saved", len(m.alive()))
						}
						return
					}
					op, err := m.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &s, Run: &provider.RunOptions{Journal: book}})
					if err != nil || len(op.InstanceIDs()) != 5 || len(m.alive()) != 5 {
						t.Errorf("tokens %v, save %d, dead %s (%v): %d IDs, %d instances, %v", tokens, at, effect, crashed, len(op.InstanceIDs()), len(m.alive()), err)
					}
				})
			}
		}
	}
}

func TestAJournalThatFailsStopsCreates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		full := errors.New("disk full")
		book := &notebook{fail: func(int) error { return full }}
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{Journal: book})
		switch {
		case !errors.Is(err, full):
			t.Errorf("got error %v, want %v", err, full)
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		case errors.Is(err, provider.ErrOutcomeUnknown):
			t.Errorf("got error %v, which must not match %v", err, provider.ErrOutcomeUnknown)
		case status(t, op) != "planned":
			t.Errorf("status: got %q, want %q", status(t, op), "planned")
		}
	})
}

// When the answer cannot be saved, its IDs come back all the same.
func TestAJournalThatFailsAfterwardsIsTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		full := errors.New("disk full")
		book := &notebook{fail: func(n int) error {
			if n > 1 {
				return full
			}
			return nil
		}}
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), &provider.RunOptions{Journal: book})
		if !errors.Is(err, full) || len(op.InstanceIDs()) != 2 {
			t.Errorf("%v, %v", op.InstanceIDs(), err)
		}
		if m.renames != 0 {
			t.Error("the marker, which is all the journal knows of the instances, must stay")
		}
	})
}

// A journal that hangs does not hold up a caller whose ctx has ended.
func TestAJournalThatHangs(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		n := 0
		hang := provider.JournalFunc(func(ctx context.Context, _ []byte) error {
			if n++; n == 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		op, err := f.client().RunInstances(ctx, spec(2), &provider.RunOptions{Journal: hang})
		if took := time.Since(start); took > 1100*time.Millisecond || len(op.InstanceIDs()) != 2 || err == nil {
			t.Errorf("%v: %v, %v", took, op.InstanceIDs(), err)
		}
	})
}

func TestAnOldTokenIsNotTrusted(t *testing.T) {
	for _, owner := range []string{"", "billing"} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(but(lost()), works)
			s := spec(2)
			run := &provider.RunOptions{Owner: owner}
			op, _ := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), s, run)
			tok := tokenOf(t, op)
			time.Sleep(2 * time.Hour)
			again, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s, Run: run})
			if n := len(f.made(provider.APIRunInstances)); n != 1 {
				t.Errorf("%d creates: the cloud may have forgotten the token", n)
			}
			if owner == "" && !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("without an owner: %v", err)
			}
			if owner == "" {
				return
			}
			if err != nil {
				t.Errorf("found by tag: got error %v, want none", err)
			}
			if got, want := again.InstanceIDs(), f.alive(); !slices.Equal(got, want) {
				t.Errorf("found by tag: got %v, want %v", got, want)
			}
		})
	}
}

// However many creates are left, an ended ctx ends them all, also when the
// journal hangs until it is told to stop.
func TestAJournalThatHangsHoldsUpNoneOfManyCreates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		hang := provider.JournalFunc(func(ctx context.Context, _ []byte) error {
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := f.client().RunInstances(ctx, spec(200), &provider.RunOptions{Journal: hang})
		if took := time.Since(start); took > 1100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: %v", took, err)
		}
		if len(f.calls) > 0 {
			t.Errorf("%d calls without a saved token", len(f.calls))
		}
	})
}

// A journal that ignores its ctx holds up nobody either.
func TestAJournalThatIgnoresItsContext(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		release := make(chan struct{})
		deaf := provider.JournalFunc(func(context.Context, []byte) error {
			<-release
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := f.client().RunInstances(ctx, spec(20), &provider.RunOptions{Journal: deaf})
		if took := time.Since(start); took > 1100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: %v", took, err)
		}
		if len(f.calls) > 0 {
			t.Errorf("%d calls without a saved token", len(f.calls))
		}
		close(release)
	})
}

// Creates that are looked for by their owner's tags at the same time share what
// is found.
func TestOldCreatesShareWhatIsFoundByTag(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate, f.limits.IDsPerDescribe, f.delay = 10, 10, time.Second // several pages
		f.answers(but(lost()))
		s := spec(40)
		run := &provider.RunOptions{Owner: "billing"}
		op, _ := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), s, run)
		tok := tokenOf(t, op)
		time.Sleep(2 * time.Hour)
		again, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s, Run: run})
		switch got := slices.Sorted(slices.Values(again.InstanceIDs())); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case !slices.Equal(got, f.alive()):
			t.Errorf("result: got %v, want %v", got, f.alive())
		}
	})
}

// A journal that fails once, at any point, costs the creates that it was to
// announce and nothing else: what Resume gets, from the journal or from the
// operation, leads to exactly the instances that were asked for.
func TestAJournalThatFailsOnce(t *testing.T) {
	for _, tokens := range []bool{true, false} {
		for at := 1; at <= 13; at++ {
			for _, from := range []string{"journal", "operation"} {
				inFakeTime(t, func(t *testing.T, f *fake) {
					f.limits.InstancesPerCreate, f.limits.ClientToken, f.limits.NameMarker = 2, tokens, !tokens
					m := &marking{fake: f}
					s := named(9, "web")
					full := errors.New("disk full")
					calls := 0
					book := &notebook{fail: func(int) error {
						if calls++; calls == at {
							return full
						}
						return nil
					}}
					op, err := m.client().RunInstances(t.Context(), s, &provider.RunOptions{Journal: book})
					if calls >= at && !errors.Is(err, full) {
						t.Errorf("save %d failed, and nobody says so: %v", at, err)
					}
					if len(op.InstanceIDs()) != len(m.alive()) {
						t.Errorf("save %d failed: %d IDs of %d instances", at, len(op.InstanceIDs()), len(m.alive()))
					}
					token := tokenOf(t, op)
					if from == "journal" && len(book.saved) > 0 {
						token = book.saved[len(book.saved)-1]
					}
					again, err := m.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: &provider.RunOptions{Journal: book}})
					if err != nil || len(again.InstanceIDs()) != 9 || len(m.alive()) != 9 {
						t.Errorf("tokens %v, save %d, from the %s: %d IDs, %d instances, %v", tokens, at, from, len(again.InstanceIDs()), len(m.alive()), err)
					}
				})
			}
		}
	}
}

// However long a caller wants creates to be repeated: a token is not sent again
// when the cloud may have forgotten it.
func TestATokenIsNotRepeatedForEver(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(but(lost()))
		start := time.Now()
		_, err := f.client(func(o *provider.Options) { o.RetryFor = 5 * time.Hour }).RunInstances(t.Context(), spec(2), nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v", err)
		}
		for _, c := range f.made(provider.APIRunInstances) {
			if age := c.at.Sub(start); age > time.Hour {
				t.Fatalf("sent again after %v", age)
			}
		}
	})
}
