package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// old creates n instances that run and are not new any more.
func old(t *testing.T, f *fake, n int) []string {
	t.Helper()
	op := run(t, f.client(), n)
	time.Sleep(2 * time.Minute)
	f.calls = nil
	return op.InstanceIDs()
}

// terminates releases and fails the test on an error.
func terminates(t *testing.T, c *provider.Client, ids ...string) {
	t.Helper()
	if _, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil {
		t.Errorf("terminate %v: %v", ids, err)
	}
}

// terminatesBut releases, and fails the test unless exactly the given instances are
// told as unknown.
func terminatesBut(t *testing.T, c *provider.Client, unknown []string, ids ...string) provider.TerminateResult {
	t.Helper()
	res, err := c.TerminateInstances(t.Context(), "", ids, nil)
	if !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("terminate %v: want an error that matches ErrNotFound, got %v", ids, err)
	}
	if !slices.Equal(res.Unknown, unknown) {
		t.Errorf("unknown are %v, want %v", res.Unknown, unknown)
	}
	return res
}

// A thousand instances that go together are not confirmed one by one.
func TestTerminatingAThousandTakesNoLongerThanOne(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 1000).InstanceIDs()
		time.Sleep(2 * time.Minute)
		start := time.Now()
		if _, err := c.TerminateInstances(t.Context(), "", ids, &provider.TerminateOptions{Wait: true}); err != nil {
			t.Error(err)
		}
		if n, took := len(f.made(provider.APIDescribeInstances)), time.Since(start); n > 100 || took > 20*time.Second {
			t.Errorf("%d describe calls and %v, want at most 100 and 20s", n, took)
		}
	})
}

func TestTerminateInFewCalls(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 250)
		terminates(t, f.client(), append(ids, ids[:7]...)...)
		if calls := f.made(provider.APITerminateInstances); len(calls) != 3 || len(f.alive()) != 0 {
			t.Errorf("%d calls, %d instances left; want 3 calls and none", len(calls), len(f.alive()))
		}
	})
}

// The most expensive mistake there is: an empty list must not mean everything.
func TestTerminateNothingReleasesNothing(t *testing.T) {
	for _, byBilling := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.TerminateByBilling = byBilling
			old(t, f, 3)
			terminates(t, f.client())
			if _, err := f.client().TerminateInstances(t.Context(), "", []string{"i-001", ""}, nil); !slices.Equal(paths(t, err), []string{"IDs[1]"}) {
				t.Errorf("an empty ID: %v", err)
			}
			if len(f.alive()) != 3 || len(f.calls) != 0 {
				t.Errorf("by billing %v: %d instances left after %d calls", byBilling, len(f.alive()), len(f.calls))
			}
		})
	}
}

func TestTerminateByBillingGroups(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.TerminateByBilling, f.limits.IDsPerTerminate = true, 2
		ids := old(t, f, 6)
		for i, mode := range []provider.BillingMode{provider.Prepaid, provider.OnDemand, provider.Prepaid, provider.Prepaid, "", provider.OnDemand} {
			f.instances[i].Billing = mode
		}
		terminatesBut(t, f.client(), []string{"i-gone"}, append(ids[:5:5], "i-gone")...)
		got := map[provider.BillingMode][]string{}
		for _, c := range f.made(provider.APITerminateInstances) {
			got[c.bill] = append(got[c.bill], c.ids...)
			if len(c.ids) > 2 {
				t.Errorf("a call of %d", len(c.ids))
			}
		}
		prepaid := slices.Compact(slices.Sorted(slices.Values(got[provider.Prepaid])))
		onDemand := slices.Compact(slices.Sorted(slices.Values(got[provider.OnDemand])))
		switch {
		case !slices.Equal(prepaid, []string{"i-001", "i-003", "i-004"}):
			t.Errorf("prepaid: got %v, want %v", prepaid, []string{"i-001", "i-003", "i-004"})
		case !slices.Equal(onDemand, []string{"i-002", "i-005", "i-gone"}):
			t.Errorf("onDemand: got %v, want %v", onDemand, []string{"i-002", "i-005", "i-gone"})
		case len(got) != 2:
			t.Errorf("length of got: got %v, want 2", len(got))
		}
		if !slices.Equal(f.alive(), []string{"i-006"}) {
			t.Errorf("left: %v; want the one that was not named", f.alive())
		}
	})
}

// A cleanup does not depend on a read: where nobody can look, instances are released
// as on demand, which loses no prepaid money. Why it was not known better is told
// only of those that were not released.
func TestTerminateGoesOutThoughNobodyCanLook(t *testing.T) {
	for _, refused := range []bool{false, true} {
		withBin(t, func(t *testing.T, f *fake) {
			ids := oldPrepaid(t, f, 2)
			f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
				return nil, refusal(provider.ErrPermission, "No")
			}
			f.terminate = func(_ int, r *provider.TerminateRequest) error {
				if r.Billing != provider.OnDemand {
					t.Errorf("released as %q, want on demand", r.Billing)
				}
				if refused {
					return refusal(provider.ErrState, "Protected")
				}
				return f.release(r.IDs)
			}
			res, err := f.client().TerminateInstances(t.Context(), "", ids, nil)
			switch {
			case refused && !errors.Is(err, provider.ErrState):
				t.Errorf("got error %v, want the refusal (%v)", err, provider.ErrState)
			case refused && !errors.Is(err, provider.ErrPermission):
				t.Errorf("got error %v, want why nobody could look (%v)", err, provider.ErrPermission)
			case refused:
			case err != nil:
				t.Errorf("got error %v, want none", err)
			case !slices.Equal(res.Released, ids):
				t.Errorf("released: got %v, want %v", res.Released, ids)
			case len(f.alive()) != 0:
				t.Errorf("instances that exist: got %v, want none", f.alive())
			}
		})
	}
}

func TestTerminateAroundInstancesThatAreGone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 20)
		stale := []string{"i-gone", "i-lost"}
		terminatesBut(t, f.client(), stale, append(slices.Clone(stale), ids...)...)
		if len(f.alive()) != 0 {
			t.Errorf("left: %v", f.alive())
		}
		if n := len(f.calls); n > 20 {
			t.Errorf("%d calls for two stale IDs of 22", n)
		}
	})
}

func TestTerminateTwiceIsQuick(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 2).InstanceIDs()
		start := time.Now()
		terminates(t, c, ids...)
		terminates(t, c, ids...)
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v, though nothing had to be waited for", took)
		}
	})
}

// An instance the cloud does not know yet is not one that is gone.
func TestTerminateWaitsForNewInstances(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if time.Since(f.instances[0].CreatedAt) < 40*time.Second {
				return refusal(provider.ErrNotFound, "InvalidInstanceId.NotFound")
			}
			return f.release(r.IDs)
		}
		c := f.client()
		op := run(t, c, 3)
		start := time.Now()
		terminates(t, c, op.InstanceIDs()...)
		if took := time.Since(start); len(f.alive()) != 0 || took > 70*time.Second {
			t.Errorf("left after %v: %v; the three wait side by side", took, f.alive())
		}
	})
}

func TestAnInstanceTooNewToBeReleasedIsAnError(t *testing.T) {
	for what, retry := range map[string]time.Duration{"no repetitions": -1, "few": 5 * time.Second} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrNotFound, "NotFound") }
			c := f.client(func(o *provider.Options) { o.RetryFor = retry })
			ids := run(t, c, 1).InstanceIDs()
			if _, err := c.TerminateInstances(t.Context(), "", ids, nil); !errors.Is(err, provider.ErrNotFound) || !strings.Contains(err.Error(), ids[0]) {
				t.Errorf("%s: it may exist, and the error must name it; got %v", what, err)
			}
		})
	}
}

func TestARestoredInstanceIsAsNew(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		tok := tokenOf(t, run(t, f.client(), 1))
		time.Sleep(30 * time.Second)
		f.terminate = func(n int, r *provider.TerminateRequest) error {
			if n == 1 {
				return refusal(provider.ErrNotFound, "NotFound")
			}
			return f.release(r.IDs)
		}
		c := f.client()
		op, err := c.Resume(t.Context(), tok, nil)
		if err != nil {
			t.Fatal(err)
		}
		terminates(t, c, op.InstanceIDs()...)
		if len(f.alive()) != 0 {
			t.Error("it was taken for gone")
		}
	})
}

func TestOneBadInstanceSavesNoOther(t *testing.T) {
	for what, kind := range map[string]error{"protected": provider.ErrState, "malformed": provider.ErrInvalid} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 9)
			f.terminate = func(_ int, r *provider.TerminateRequest) error {
				if slices.Contains(r.IDs, ids[4]) {
					return refusal(kind, "Bad")
				}
				return f.release(r.IDs)
			}
			_, err := f.client().TerminateInstances(t.Context(), "", ids, nil)
			if !errors.Is(err, kind) || !strings.Contains(err.Error(), ids[4]) || strings.Contains(err.Error(), ids[5]) || !slices.Equal(f.alive(), ids[4:5]) {
				t.Errorf("%s: left %v, %v", what, f.alive(), err)
			}
		})
	}
}

func TestTerminateRepeatsWhatIsTemporary(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 4)
		f.terminate = func(n int, r *provider.TerminateRequest) error {
			switch {
			case n == 1:
				return throttled()
			case n == 2:
				return lost()
			case slices.Contains(r.IDs, ids[1]) && n < 12:
				return inProgress()
			}
			return f.release(r.IDs)
		}
		terminates(t, f.client(), ids...)
		if len(f.alive()) != 0 {
			t.Errorf("left: %v", f.alive())
		}
	})
}

// One instance that is busy for a minute keeps no other alive for a minute.
func TestABusyInstanceHoldsUpNoOther(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 8)
		start := time.Now()
		var mu sync.Mutex
		var others time.Duration
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if slices.Contains(r.IDs, ids[0]) && time.Since(start) < time.Minute {
				return inProgress()
			}
			err := f.release(r.IDs)
			mu.Lock()
			defer mu.Unlock()
			if len(r.IDs) > 1 || r.IDs[0] != ids[0] {
				others = max(others, time.Since(start))
			}
			return err
		}
		terminates(t, f.client(), ids...)
		if len(f.alive()) != 0 || others > time.Second {
			t.Errorf("left %v; the others took up to %v", f.alive(), others)
		}
	})
}

// Instances that are all too new to be released are waited for together, not by a
// hundred calls, and one that never can be keeps no other.
func TestNewInstancesAreWaitedForTogether(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.IDsPerTerminate = 100
			c := f.client()
			ids := run(t, c, 50).InstanceIDs()
			start := time.Now()
			f.terminate = func(_ int, r *provider.TerminateRequest) error {
				held := stuck && slices.Contains(r.IDs, ids[7])
				if held || time.Since(start) < 20*time.Second {
					return inProgress()
				}
				return f.release(r.IDs)
			}
			_, err := c.TerminateInstances(t.Context(), "", ids, nil)
			calls, took := len(f.made(provider.APITerminateInstances)), time.Since(start)
			var kind error
			left, most, longest := []string(nil), 8, time.Minute
			if stuck {
				kind, left, most, longest = provider.ErrState, ids[7:8], 50, 5*time.Minute
			}
			if !errors.Is(err, kind) {
				t.Errorf("got error %v, want %v", err, kind)
			}
			if got := f.alive(); !slices.Equal(got, left) {
				t.Errorf("instances that exist: got %v, want %v", got, left)
			}
			if calls > most {
				t.Errorf("%d calls, want at most %d", calls, most)
			}
			if took > longest {
				t.Errorf("it took %v, want at most %v", took, longest)
			}
		})
	}
}

func TestABatchIsNotTakenApartForNobody(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 8)
		ctx, cancel := context.WithCancel(t.Context())
		f.terminate = func(int, *provider.TerminateRequest) error {
			cancel()
			return refusal(provider.ErrInvalid, "Bad")
		}
		_, err := f.client().TerminateInstances(ctx, "", ids, nil)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), ids[7]) {
			t.Errorf("want one error that names them all, got %v", err)
		}
	})
}

func TestErrorsOfSeveralCallsAreJoined(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerTerminate = 1
		ids := old(t, f, 3)
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			switch r.IDs[0] {
			case ids[0]:
				return refusal(provider.ErrPermission, "No")
			case ids[2]:
				return refusal(provider.ErrBalance, "Owing")
			}
			return f.release(r.IDs)
		}
		_, err := f.client().TerminateInstances(t.Context(), "", ids, &provider.TerminateOptions{Wait: true})
		if !errors.Is(err, provider.ErrPermission) || !errors.Is(err, provider.ErrBalance) || len(f.alive()) != 2 {
			t.Errorf("left %v, %v", f.alive(), err)
		}
		for _, id := range []string{ids[0], ids[2]} {
			if !strings.Contains(err.Error(), id) {
				t.Errorf("%s is not named: %v", id, err)
			}
		}
	})
}

func TestTerminateCanWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 3)
		var released time.Time
		f.terminate = func(int, *provider.TerminateRequest) error { released = time.Now(); return nil }
		f.state = func(string, time.Duration) (provider.State, string) {
			if !released.IsZero() && time.Since(released) > 20*time.Second {
				return "", ""
			}
			return provider.StateTerminating, "BYE"
		}
		start := time.Now()
		_, err := f.client().TerminateInstances(t.Context(), "", ids, &provider.TerminateOptions{Wait: true})
		if took := time.Since(start); err != nil || took < 20*time.Second || took > time.Minute {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestTerminateIsBoundedInWidth(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerTerminate = 1
		ids := old(t, f, 16)
		f.delay = time.Second
		start := time.Now()
		terminates(t, f.client(), ids...)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("16 calls of a second took %v, want two rounds of eight", took)
		}
	})
}

func TestTerminateEndsWithItsContext(t *testing.T) {
	for what, prepare := range map[string]func(f *fake){
		"a call hangs":      func(f *fake) { f.delay = time.Hour },
		"throttled forever": func(f *fake) { f.terminate = func(int, *provider.TerminateRequest) error { return throttled() } },
		"not found, new": func(f *fake) {
			f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrNotFound, "NotFound") }
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client()
			ids := run(t, c, 20).InstanceIDs()
			f.limits.IDsPerTerminate = 1
			prepare(f)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, err := c.TerminateInstances(ctx, "", ids, nil)
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 3100*time.Millisecond {
				t.Errorf("%s: after %v: %v", what, took, err)
			}
		})
	}
}

// Instances that are gone cost one look together, not a call each.
func TestInstancesThatAreGoneAreToldByOneLook(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 90).InstanceIDs()
		if _, err := c.TerminateInstances(t.Context(), "", ids[:60], nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute) // nothing is too new to be seen any more
		before := len(f.calls)
		res, err := c.TerminateInstances(t.Context(), "", ids, nil)
		if err != nil {
			t.Errorf("releasing instances again: %v", err)
		}
		if !slices.Equal(res.Gone, ids[:60]) || !slices.Equal(res.Released, ids[60:]) {
			t.Errorf("gone %v, released %v", res.Gone, res.Released)
		}
		if calls := len(f.calls) - before; len(f.alive()) != 0 || calls > 4 {
			t.Errorf("%d instances live, after %d calls; want none, and a release, a look and a release", len(f.alive()), calls)
		}
	})
}

// Credentials that lose sight of instances are no proof that they are gone, when the
// cloud refuses to release them because of a new one that it does not know yet.
func TestInstancesOutOfSightAreReleasedBesideAnUnknownOne(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		op := run(t, c, 9)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: []string{"i-unknown"}}, nil
		}
		run(t, c, 1)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{}, nil
		}
		ids := op.InstanceIDs()
		res, err := c.TerminateInstances(t.Context(), "", append([]string{"i-unknown"}, ids...), nil)
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("got %v, want an error about the unknown one", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("alive are %v, and the result is %+v", got, res)
		}
		if !slices.Equal(res.Released, ids) {
			t.Errorf("released %v, want %v", res.Released, ids)
		}
	})
}

// An instance that has ended by itself is released already, whatever the cloud says of
// its state.
func TestAnInstanceThatHasEndedIsReleased(t *testing.T) {
	for _, age := range []time.Duration{0, time.Hour} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.state = func(string, time.Duration) (provider.State, string) { return provider.StateTerminated, "terminated" }
			c := f.client()
			ids := run(t, c, 1).InstanceIDs()
			time.Sleep(age)
			f.terminate = func(int, *provider.TerminateRequest) error {
				e := refusal(provider.ErrState, "Terminated")
				e.Temporary = true // the same code stands for instances that are too new
				return e
			}
			if _, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil {
				t.Errorf("after %v: %v", age, err)
			}
		})
	}
}
