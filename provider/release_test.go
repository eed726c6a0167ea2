package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// refuseAfter answers creates up to the nth, of two instances each, and refuses the
// others.
func refuseAfter(f *fake, last int, kind error) {
	f.limits.InstancesPerCreate = 2
	f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		if n > last {
			return nil, refusal(kind, "Refused")
		}
		return f.create(s), nil
	}
}

var terminate = provider.RunOptions{OnFailure: provider.TerminateOnFailure}

// A failed operation releases the instances that it made, and no others; a
// successful one keeps them.
func TestOnFailure(t *testing.T) {
	for _, tc := range []struct {
		onFailure provider.OnFailure
		left      int // beside the instance that was there before
	}{{"", 2}, {provider.KeepOnFailure, 2}, {provider.TerminateOnFailure, 0}} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			refuseAfter(f, 2, provider.ErrQuota)
			c := f.client()
			before := run(t, c, 2).InstanceIDs()
			time.Sleep(time.Minute)
			op, err := c.RunInstances(t.Context(), spec(6), &provider.RunOptions{OnFailure: tc.onFailure})
			var e *provider.RunError
			if !errors.As(err, &e) || !errors.Is(err, provider.ErrQuota) {
				t.Fatalf("%q: got %v", tc.onFailure, err)
			}
			if len(op.InstanceIDs()) != tc.left || len(f.alive()) != len(before)+tc.left || !slices.Equal(f.alive()[:2], before) {
				t.Errorf("%q: the operation has %v, the cloud %v", tc.onFailure, op.InstanceIDs(), f.alive())
			}
			if e.Asked != 6 || e.Created != tc.left || len(e.Released) != 2-tc.left {
				t.Errorf("%q: asked %d, created %d, released %v: %v", tc.onFailure, e.Asked, e.Created, e.Released, err)
			}
			if released := strings.Contains(err.Error(), "2 released again"); released != (tc.left == 0) {
				t.Errorf("%q: %v", tc.onFailure, err)
			}
			again, err := c.Resume(t.Context(), tokenOf(t, op), nil)
			if !errors.As(err, &e) || e.Created != tc.left || !slices.Equal(again.InstanceIDs(), op.InstanceIDs()) {
				t.Errorf("%q: the token reads %v, %v", tc.onFailure, again.InstanceIDs(), err)
			}
		})
	}
}

// Instances that cannot be released stay in the caller's hands.
func TestOnFailureCannotRelease(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		refuseAfter(f, 2, provider.ErrQuota)
		f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrPermission, "Forbidden") }
		op, err := f.client().RunInstances(t.Context(), spec(6), &terminate)
		if !errors.Is(err, provider.ErrQuota) || !errors.Is(err, provider.ErrPermission) || len(op.InstanceIDs()) != 4 {
			t.Errorf("%d IDs, %v", len(op.InstanceIDs()), err)
		}
		if !strings.Contains(err.Error(), "releasing the instances of the failed operation") {
			t.Errorf("the error does not tell what failed: %v", err)
		}
	})
}

// Of instances that are released in part, those that are left stay in the caller's
// hands, and no others: here and in the process that goes on, which releases them.
func TestOnFailureReleasesInPart(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		refuseAfter(f, 2, provider.ErrQuota)
		f.limits.IDsPerTerminate = 1
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if slices.Contains(r.IDs, "i-002") {
				return refusal(provider.ErrPermission, "Forbidden")
			}
			return f.release(r.IDs)
		}
		book := &notebook{}
		o := terminate
		o.Journal = book
		s := spec(6)
		op, err := f.client().RunInstances(t.Context(), s, &o)
		left := []string{"i-002"}
		var e *provider.RunError
		if !errors.As(err, &e) || !errors.Is(err, provider.ErrPermission) || !slices.Equal(op.InstanceIDs(), left) || !slices.Equal(f.alive(), left) || len(e.Released) != 3 {
			t.Errorf("%v of %v, released %v, %v", op.InstanceIDs(), f.alive(), e.Released, err)
		}
		f.terminate = nil
		again, err := f.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &s, Run: &o})
		if !errors.As(err, &e) || len(again.InstanceIDs()) != 0 || len(f.alive()) != 0 {
			t.Errorf("resumed: %v of %v, %v", again.InstanceIDs(), f.alive(), err)
		}
	})
}

// An answer that names more instances than it was asked for cannot be true: which of
// them are the operation's nobody knows, and nobody is released.
func TestOnFailureReleasesNoneOfTooMany(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			more := *s
			more.Count = 3
			return f.create(&more), nil
		}
		s := spec(1)
		op, err := f.client().RunInstances(t.Context(), s, &terminate)
		var e *provider.RunError
		if !errors.As(err, &e) || !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want a RunError that leaves the outcome open", err)
		}
		if !slices.Equal(e.Doubtful, []string{"i-001", "i-002", "i-003"}) {
			t.Errorf("doubtful are %v, want all three", e.Doubtful)
		}
		op, err = f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: &terminate})
		if err == nil || len(op.InstanceIDs()) != 3 {
			t.Errorf("resumed: %v, %v; want all three in hand and an error", op.InstanceIDs(), err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
		if len(f.alive()) != 3 {
			t.Errorf("%v are left, want all three", f.alive())
		}
	})
}

// The reason of a failure is told also after the instances are released, whatever it
// was: here, an answer that names fewer instances than asked for.
func TestOnFailureTellsWhyOfAShortAnswer(t *testing.T) {
	for _, perCreate := range []int{100, 2} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.InstancesPerCreate = perCreate
			f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
				few := *s
				few.Count = 1
				return f.create(&few), nil
			}
			op, err := f.client().RunInstances(t.Context(), spec(4), &terminate)
			var e *provider.RunError
			if !errors.As(err, &e) || e.Created != 0 || len(e.Released) == 0 || !strings.Contains(err.Error(), "the answer names 1") || len(op.InstanceIDs()) != 0 || len(f.alive()) != 0 {
				t.Errorf("%d a create: %v of %v, %v", perCreate, op.InstanceIDs(), f.alive(), err)
			}
		})
	}
}

// A name that cannot be given back is told, and costs no instance.
func TestOnFailureDoesNotReleaseForANameTrouble(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), &terminate)
		if !errors.Is(err, provider.ErrPermission) || len(op.InstanceIDs()) != 2 || len(m.alive()) != 2 {
			t.Errorf("%v of %v, %v", op.InstanceIDs(), m.alive(), err)
		}
	})
}

// Stopping is the caller's own wish and no failure: nothing is released behind
// its back by calls that its context would end anyway.
func TestOnFailureKeepsWhenTheCallerStops(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate, f.delay = 2, time.Second
		ctx, cancel := context.WithCancel(t.Context())
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 2 {
				cancel()
				return nil, lost()
			}
			return f.create(s), nil
		}
		op, err := f.client().RunInstances(ctx, spec(40), &terminate)
		if !errors.Is(err, context.Canceled) || len(op.InstanceIDs()) == 0 || len(f.alive()) != len(op.InstanceIDs()) {
			t.Errorf("%d IDs, %d instances, %v", len(op.InstanceIDs()), len(f.alive()), err)
		}
	})
}

// A wait that ends with an instance that failed to launch releases all of them.
func TestOnFailureOfAWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			if id == "i-002" {
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		op, err := f.client().RunInstances(t.Context(), spec(3), &terminate)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if !errors.Is(err, provider.ErrLaunchFailed) || len(list) != 0 || len(op.InstanceIDs()) != 0 || len(f.alive()) != 0 {
			t.Errorf("%d instances run, the operation has %v, the cloud %v, %v", len(list), op.InstanceIDs(), f.alive(), err)
		}
	})
}

// A wait that the caller ends releases nothing.
func TestOnFailureOfAWaitThatEnds(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(3), &terminate)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err = op.Wait(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || len(f.alive()) != 3 {
			t.Errorf("%d instances left, %v", len(f.alive()), err)
		}
	})
}

// Several may wait for an operation whose instances die. What one of them creates
// anew is not forgotten because another one releases what failed.
func TestReleaseAndReplaceDoNotMix(t *testing.T) {
	for gap := range 12 {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.InstancesPerCreate, f.delay = 1, 300*time.Millisecond
			f.state = func(id string, age time.Duration) (provider.State, string) {
				if age < 5*time.Second {
					return provider.StatePending, "Pending"
				}
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			op, err := f.client().RunInstances(t.Context(), spec(3), &provider.RunOptions{
				OnFailure: provider.TerminateOnFailure, Alternatives: []provider.Alternative{{InstanceType: "t2.small"}, {InstanceType: "t3.small"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for n := range 4 {
				all.Go(func() {
					time.Sleep(time.Duration(n*gap) * 150 * time.Millisecond)
					_, _ = op.Wait(t.Context(), nil)
				})
			}
			for range 50 { // others look on
				all.Go(func() {
					time.Sleep(time.Duration(gap) * 100 * time.Millisecond)
					_, _ = op.MarshalText()
					_, _ = op.InstanceIDs(), op.Answers()
				})
			}
			all.Go(func() {
				for range op.Watch(t.Context()) {
				}
			})
			all.Wait()
			if ids, alive := op.InstanceIDs(), f.alive(); fmt.Sprint(slices.Sorted(slices.Values(ids))) != fmt.Sprint(alive) {
				t.Errorf("gap %d: the operation has %v, the cloud %v", gap, ids, alive)
			}
		})
	}
}

// Who waits while somebody else replaces instances can leave.
func TestAWaitLeavesWhileAnotherReplaces(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "LAUNCH_FAILED" }
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}})
		if err != nil {
			t.Fatal(err)
		}
		f.terminate = func(n int, _ *provider.TerminateRequest) error {
			if n == 1 {
				time.Sleep(time.Hour)
			}
			return nil
		}
		var first sync.WaitGroup
		first.Go(func() { _, _ = op.Wait(t.Context(), nil) })
		time.Sleep(time.Minute) // it is releasing what failed
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err = op.Wait(ctx, nil)
		if took := time.Since(start); took > time.Minute+100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: %v", took, err)
		}
		first.Wait()
	})
}

// An operation whose instances were released is no success to wait for.
func TestAWaitAfterTheReleaseSaysSo(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "LAUNCH_FAILED" }
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) || len(f.alive()) != 0 {
			t.Errorf("%v; %v are alive", err, f.alive())
		}
		if list, err := op.Wait(t.Context(), nil); err == nil {
			t.Errorf("a second wait found %d instances and no error", len(list))
		}
	})
}

// A name that cannot be given back is told, and is no reason to release instances; of
// a failed operation no names are given before the release.
func TestNamesAreNoReasonToRelease(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Forbidden")
		op, err := m.client().RunInstances(t.Context(), named(4, "web"), &terminate)
		if !errors.Is(err, provider.ErrPermission) || len(op.InstanceIDs()) != 4 || len(m.alive()) != 4 {
			t.Errorf("the operation has %v, the cloud %v: %v", op.InstanceIDs(), m.alive(), err)
		}
	})
	inMarkedTime(t, func(t *testing.T, m *marking) {
		refuseAfter(m.fake, 1, provider.ErrQuota)
		op, err := m.client().RunInstances(t.Context(), named(4, "web"), &terminate)
		if !errors.Is(err, provider.ErrQuota) || len(op.InstanceIDs()) != 0 || len(m.alive()) != 0 || m.renames != 0 {
			t.Errorf("the operation has %v, the cloud %v, after %d renames: %v", op.InstanceIDs(), m.alive(), m.renames, err)
		}
	})
}

// An operation whose creates all brought something, and together not enough, has
// failed, and still has when its instances are released again.
func TestReleaseOfTooFewIsAnError(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate, f.limits.PartialCreates = 2, true
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			less := *s
			less.Count = 1
			return f.create(&less), nil
		}
		want := spec(6)
		want.MinCount = 5
		op, err := f.client().RunInstances(t.Context(), want, &terminate)
		var e *provider.RunError
		if !errors.As(err, &e) || e.Created != 0 || len(e.Released) != 3 {
			t.Fatalf("%v: the operation has %v", err, op.InstanceIDs())
		}
		if len(f.alive()) != 0 || len(op.InstanceIDs()) != 0 {
			t.Errorf("the cloud has %v, the operation %v", f.alive(), op.InstanceIDs())
		}
	})
}

// Instances that are all there are not released because the journal did not take
// the answer, and neither because of that are those that are enough.
func TestAJournalIsNoReasonToRelease(t *testing.T) {
	full := errors.New("disk full")
	for _, short := range []int{0, 1} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.PartialCreates = true
			f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
				less := *s
				less.Count -= short
				return f.create(&less), nil
			}
			want := spec(3)
			want.MinCount = 2
			saves := 0
			op, err := f.client().RunInstances(t.Context(), want, &provider.RunOptions{
				OnFailure: provider.TerminateOnFailure,
				Journal: provider.JournalFunc(func(context.Context, []byte) error {
					if saves++; saves > 1 {
						return full
					}
					return nil
				}),
			})
			if n := 3 - short; !errors.Is(err, full) || len(op.InstanceIDs()) != n || len(f.alive()) != n {
				t.Errorf("%v: the operation has %v, the cloud %v", err, op.InstanceIDs(), f.alive())
			}
		})
	}
}

// What is gone when its operation is terminated leaves it, like what was released.
func TestWhatIsGoneLeavesATerminatedOperation(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		f.instances = f.instances[1:]
		res, err := op.Terminate(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(res.Gone, []string{"i-001"}) {
			t.Errorf("gone are %v, want i-001", res.Gone)
		}
		if got := op.InstanceIDs(); len(got) != 0 {
			t.Errorf("in hand are %v, want none", got)
		}
	})
}

// Of an operation that released its instances nothing is left to create: a resume needs no
// spec.
func TestAReleasedOperationIsResumedWithoutItsSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		f.answers(works, fails(throttled()))
		op, err := f.client().RunInstances(t.Context(), spec(2), &terminate)
		if !errors.Is(err, provider.ErrThrottled) || len(f.alive()) != 0 {
			t.Fatalf("got %v, alive are %v; want a throttled create and nothing left", err, f.alive())
		}
		_, err = f.client().Resume(t.Context(), tokenOf(t, op), nil)
		if errors.Is(err, provider.ErrInvalid) {
			t.Errorf("got %v, want no call for the spec", err)
		}
	})
}

// An operation that failed without any instance is not over: nothing is there to release, and
// a resume creates.
func TestAFailureWithoutInstancesEndsNoOperation(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(refusal(provider.ErrUnavailable, "Busy")))
		s := spec(2)
		op, err := f.client().RunInstances(t.Context(), s, &terminate)
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Fatalf("got %v, want an outage", err)
		}
		f.answers(works)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: &terminate})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 2 {
			t.Errorf("in hand are %v, want two", got)
		}
	})
}

// A cloud that does not tell when instances were created gets its releases all the same.
func TestInstancesWithoutAnAgeAreReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			for n := range page.Instances {
				page.Instances[n].CreatedAt = time.Time{}
			}
			return page, nil
		}
		op := run(t, f.client(), 2)
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Errorf("got %v, want none", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("alive are %v, want none", got)
		}
	})
}

// What a release has to look for is released as soon as it is seen.
func TestALateSightingIsReleasedAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 1)
		began := time.Now()
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if time.Since(began) < 5*time.Second {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 16*time.Second { // the whole search takes 20 s, and pauses differ by chance
			t.Errorf("it took %v, want some seconds after the sighting", took)
		}
	})
}
