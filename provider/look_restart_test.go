package provider_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// looker looks at an operation again and again. Each look is one of another process: it has the
// token of the look before, and nothing else.
type looker struct {
	t     *testing.T
	f     *fake
	token []byte
}

func lookFrom(t *testing.T, f *fake, op *provider.Operation) *looker {
	t.Helper()
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return &looker{t, f, token}
}

func (l *looker) look() provider.Look {
	l.t.Helper()
	op, err := l.f.client().Resume(l.t.Context(), l.token, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	seen, err := op.Look(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	if l.token, err = op.MarshalText(); err != nil {
		l.t.Fatal(err)
	}
	return seen
}

// until looks every 5 seconds until nothing is pending, for at most a while.
func (l *looker) until(most time.Duration) (last provider.Look, took time.Duration) {
	start := time.Now()
	for last = l.look(); !last.Done() && time.Since(start) < most; last = l.look() {
		time.Sleep(5 * time.Second)
	}
	return last, time.Since(start)
}

func TestLooksOfManyProcessesTellOfAFailureTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		state  func(age time.Duration) (provider.State, string)
		spec   func(*provider.RunInstancesSpec)
		within time.Duration // what a wait takes, and some looks
		reason string
	}{
		"an instance that stays stopped": {
			state:  func(time.Duration) (provider.State, string) { return provider.StateStopped, "Stopped" },
			within: 75 * time.Second, reason: "it stays stopped",
		},
		"an instance that runs without an address": {
			state:  func(time.Duration) (provider.State, string) { return provider.StateRunning, "Running" },
			spec:   func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "net-1" },
			within: 135 * time.Second, reason: "no address",
		},
		"an instance that was seen and has disappeared": {
			state: func(age time.Duration) (provider.State, string) {
				if age > 12*time.Second {
					return "", ""
				}
				return provider.StatePending, "Pending"
			},
			within: 50 * time.Second, reason: "it disappeared",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.state = func(_ string, age time.Duration) (provider.State, string) { return tc.state(age) }
				s := spec(1)
				if tc.spec != nil {
					tc.spec(&s)
				}
				op, err := f.client().RunInstances(t.Context(), s, nil)
				if err != nil {
					t.Fatal(err)
				}
				l, took := lookFrom(t, f, op).until(10 * time.Minute)
				if len(l.Failed) != 1 {
					t.Fatalf("after %v the look shows %s, want 1 failed", took, l.String())
				}
				if got := l.Failed[0].Error(); !strings.Contains(got, tc.reason) {
					t.Errorf("got the reason %q, want %q in it", got, tc.reason)
				}
				if took > tc.within {
					t.Errorf("it was told after %v, want at most %v", took, tc.within)
				}
			})
		})
	}
}

// What passes is no failure, however many processes have looked at it.
func TestLooksOfManyProcessesTellNoFailureTooEarly(t *testing.T) {
	for name, state := range map[string]func(age time.Duration) (provider.State, string){
		"stopped twice for less than a minute": func(age time.Duration) (provider.State, string) {
			if between(age, 50*time.Second, 60*time.Second) {
				return provider.StateStarting, "Starting"
			}
			return provider.StateStopped, "Stopped"
		},
		"left out of two answers at a time": func(age time.Duration) (provider.State, string) {
			if int(age/time.Second)%15 >= 5 {
				return "", ""
			}
			return provider.StatePending, "Pending"
		},
		"never shown": func(time.Duration) (provider.State, string) { return "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.state = func(_ string, age time.Duration) (provider.State, string) {
					if age >= 105*time.Second {
						return provider.StateRunning, "Running"
					}
					return state(age)
				}
				l, took := lookFrom(t, f, run(t, f.client(), 1)).until(10 * time.Minute)
				if len(l.Ready) != 1 {
					t.Errorf("after %v the look shows %s, want 1 ready", took, l.String())
				}
			})
		})
	}
}

func between(d, from, to time.Duration) bool { return from <= d && d < to }

// An answer to a question about one instance alone is the last proof that it is gone: some
// clouds leave instances out of long answers.
func TestALookAsksOnceMoreBeforeAnInstanceIsGone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		l := lookFrom(t, f, op)
		l.look()
		f.boot = time.Hour
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if len(r.IDs) > 1 {
				page.Instances = page.Instances[1:]
			}
			return page, nil
		}
		last, _ := l.until(5 * time.Minute)
		if len(last.Failed) != 0 {
			t.Errorf("got %v, want no failure: alone it is shown", last.Failed)
		}
	})
}

// Looks of processes that share a store tell of a failure too: each gives the operation back.
func TestLooksThroughAStoreTellOfAFailure(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateStopped, "Stopped" }
		var operations store.Memory
		s, failed := spec(1), 0
		for start := time.Now(); failed == 0 && time.Since(start) < 10*time.Minute; time.Sleep(5 * time.Second) {
			op, err := f.client().Run(t.Context(), "web", &s, &operations, nil)
			if err != nil {
				t.Fatal(err)
			}
			l, err := op.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			failed = len(l.Failed)
			if err := op.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if failed != 1 {
			t.Errorf("%d failed, want 1", failed)
		}
	})
}

// The evidence of a look is in the journal, and a look that finds nothing new saves nothing.
func TestALookSavesItsEvidence(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateStopped, "Stopped" }
		var saved [][]byte
		journal := provider.JournalFunc(func(_ context.Context, token []byte) error {
			saved = append(saved, token)
			return nil
		})
		run := &provider.RunOptions{Journal: journal}
		if _, err := f.client().RunInstances(t.Context(), spec(1), run); err != nil {
			t.Fatal(err)
		}
		before := len(saved)
		start := time.Now()
		for failed := 0; failed == 0; time.Sleep(5 * time.Second) {
			op, err := f.client().Resume(t.Context(), saved[len(saved)-1], &provider.ResumeOptions{Run: run})
			if err != nil {
				t.Fatal(err)
			}
			l, err := op.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if failed = len(l.Failed); failed == 0 && time.Since(start) > 10*time.Minute {
				t.Fatalf("the looks show %s, want 1 failed", l.String())
			}
		}
		if got := len(saved) - before; got != 1 {
			t.Errorf("%d saves by the looks, want 1: the first has seen it stopped", got)
		}
	})
}
