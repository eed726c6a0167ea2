package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Whose an instance is, before it is released.

// namesStranger makes creates name an instance of somebody else, a day old, in the place of
// the last one of theirs, which they do not make.
func (f *fake) namesStranger() {
	f.stranger()
	time.Sleep(24 * time.Hour)
	f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		few := *s
		few.Count--
		res := *f.create(&few)
		res.InstanceIDs = append(slices.Clone(res.InstanceIDs), "i-foreign")
		return &res, nil
	}
}

// outage makes describes and releases fail for a while. It begins now.
func (f *fake) outage(d time.Duration) {
	over := time.Now().Add(d)
	f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
		if time.Now().Before(over) {
			return nil, refusal(provider.ErrUnavailable, "Busy")
		}
		return f.look(r), nil
	}
	f.terminate = func(_ int, r *provider.TerminateRequest) error {
		if time.Now().Before(over) {
			return refusal(provider.ErrUnavailable, "Busy")
		}
		return f.release(r.IDs)
	}
}

// A look that fails is repeated before each call of the release, so that an outage does not
// make a stranger the operation's.
func TestAnOutageReleasesNoStranger(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.namesStranger()
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		f.outage(75 * time.Second)
		res, err := op.Terminate(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "i-foreign") {
			t.Errorf("got %v, want the instance that was kept", err)
		}
		if len(res.Released) != 2 {
			t.Errorf("released are %v, want the operation's two", res.Released)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the stranger", got)
		}
	})
}

// A look that never works keeps no release back.
func TestAReleaseDoesNotDependOnALook(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 3)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrUnavailable, "Busy")
		}
		if _, err := op.Terminate(t.Context(), nil); err != nil || len(f.alive()) != 0 {
			t.Errorf("alive are %v, %v; want none", f.alive(), err)
		}
	})
}

// What a wait has shown to be somebody else's is told by it, and is not released even if
// nobody can look any more.
func TestAWaitRecognizesAStranger(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.namesStranger()
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Wait(t.Context(), nil)
		var e *provider.RunError
		if !errors.As(err, &e) || !slices.Equal(e.Doubtful, []string{"i-foreign"}) {
			t.Errorf("got %v, want the stranger in doubt", err)
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrUnavailable, "Busy")
		}
		if _, err := op.Terminate(t.Context(), nil); err == nil {
			t.Error("nothing was told of the instance that was kept")
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the stranger", got)
		}
	})
}

// One look that leaves an instance out proves nothing about whose it is: the next one does.
func TestALookThatLeavesOutAStranger(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.namesStranger()
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		_, _ = op.Terminate(t.Context(), nil)
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the stranger", got)
		}
	})
}

// A policy releases nothing that nobody has seen. It is told, and released once it is seen.
func TestAPolicyKeepsWhatNobodyHasSeen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		blind := true
		f.limits.InstancesPerCreate = 2
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 2 {
				return nil, refusal(provider.ErrQuota, "Quota")
			}
			return f.create(s), nil
		}
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if blind {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		s, began := spec(4), time.Now()
		op, err := f.client().RunInstances(t.Context(), s, &terminate)
		if took := time.Since(began); took < 2*time.Minute || took > 3*time.Minute {
			t.Errorf("it was looked for for %v, want 2 minutes", took)
		}
		if !errors.Is(err, provider.ErrNotFound) || !errors.Is(err, provider.ErrQuota) {
			t.Errorf("got %v, want the quota, and what nobody has seen", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 || len(op.InstanceIDs()) != 2 {
			t.Errorf("%d releases, in hand %v; want none, and two", n, op.InstanceIDs())
		}
		blind = false
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: &terminate})
		if len(again.InstanceIDs())+len(f.alive()) != 0 {
			t.Errorf("alive are %v, in hand %v: %v", f.alive(), again.InstanceIDs(), err)
		}
	})
}

// What a wait has seen needs no further look, and what is seen late goes as soon as it is.
func TestAReleaseLooksOnlyForWhatItMust(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 3)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		f.calls = nil
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := len(f.made(provider.APIDescribeInstances)); n != 0 {
			t.Errorf("%d describes before the release, want none", n)
		}
	})
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 3)
		began := time.Now()
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if time.Since(began) < 10*time.Second {
				page.Instances = slices.DeleteFunc(page.Instances, func(i provider.Instance) bool { return i.ID == "i-002" })
			}
			return page, nil
		}
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		calls := f.made(provider.APITerminateInstances)
		if len(calls) != 2 || calls[0].at.Sub(began) > time.Second || !slices.Equal(calls[1].ids, []string{"i-002"}) {
			t.Errorf("the releases are %v, want two at once and the late one alone", calls)
		}
	})
}

// A refusal for lack of stock is no answer about a token that has made something.
func TestShortAnswersAndNoStockLeaveTheOutcomeOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.PartialCreates = true
		s := spec(4)
		s.MinCount = 1
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			res := *f.create(s)
			switch {
			case n == 1:
				res.InstanceIDs = res.InstanceIDs[:2]
				return &res, nil
			case n < 4:
				return nil, refusal(provider.ErrNoStock, "NoStock")
			}
			return &res, nil
		}
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); len(got) != 4 {
			t.Errorf("in hand are %v of %v, want all four", got, f.alive())
		}
	})
}

// What a dead token made, and no look has shown in time, is told as surplus once it is seen.
func TestWhatADeadTokenMadeIsFoundLate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		began := time.Now()
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				few := *s
				few.Count, few.ClientToken = 1, ""
				f.create(&few)
				return nil, deadToken()
			}
			return f.create(s), nil
		}
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if time.Since(began) < 40*time.Second {
				page.Instances = slices.DeleteFunc(page.Instances, func(i provider.Instance) bool { return i.ID == "i-001" })
			}
			return page, nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{Owner: "team-a"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err == nil {
			t.Error("the wait told nothing of an instance beyond what was asked for")
		}
		if got := op.SurplusIDs(); !slices.Equal(got, []string{"i-001"}) {
			t.Errorf("beyond are %v, want i-001", got)
		}
	})
}

// What one release has recognized needs no look by the next.
func TestASecondReleaseLooksAtNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrPermission, "Forbidden") }
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("got %v, want the refusal", err)
		}
		f.terminate, f.calls = nil, nil
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := len(f.made(provider.APIDescribeInstances)); n != 0 {
			t.Errorf("%d looks, want none", n)
		}
	})
}

// An instance that was named hours before the last create of its operation was sent is not
// older than the operation.
func TestAnInstanceOfAnEarlierCreateIsReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(tellsMade(1, lost()))
		s := spec(2)
		op, err := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
		time.Sleep(3 * time.Hour)
		f.answers(fails(refusal(provider.ErrQuota, "Quota")))
		_, err = f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: &terminate, NoneMade: true})
		if !errors.Is(err, provider.ErrQuota) {
			t.Errorf("got %v, want the quota", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("alive are %v, want none", got)
		}
	})
}

// Another process, whose clock is not trusted, knows a stranger by its age beside the
// operation's own instances.
func TestAResumedOperationKnowsAStrangerByItsAge(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.namesStranger()
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Terminate(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "i-foreign") {
			t.Errorf("got %v, want the stranger that was kept", err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the stranger", got)
		}
	})
}

// A caller who wants an operation released waits 20 s for what nobody sees, and no longer.
func TestACallersReleaseOfWhatNobodySees(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		f.visibleFrom(time.Hour)
		start := time.Now()
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 21*time.Second {
			t.Errorf("the release took %v, want 20 s", took)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("alive are %v, want none", got)
		}
	})
}

// What one release has found to be somebody else's is not released by the next, also if nobody
// can look any more.
func TestASecondReleaseKeepsTheStranger(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.namesStranger()
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = op.Terminate(t.Context(), nil)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrUnavailable, "Busy")
		}
		_, _ = op.Terminate(t.Context(), nil)
		if got := f.alive(); !slices.Equal(got, []string{"i-foreign"}) {
			t.Errorf("alive are %v, want the stranger", got)
		}
	})
}

// Whenever an outage ends after the look has given up, a last look goes before the release
// that reaches the cloud.
func TestAnOutageThatOutlastsTheLookReleasesNoStranger(t *testing.T) {
	for d := 31 * time.Second; d < time.Minute; d += time.Second {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.namesStranger()
			c := f.client(func(o *provider.Options) { o.RetryFor = 30 * time.Second })
			op, err := c.RunInstances(t.Context(), spec(3), nil)
			if err != nil {
				t.Fatal(err)
			}
			f.outage(d)
			_, err = op.Terminate(t.Context(), nil)
			if got := f.alive(); !slices.Contains(got, "i-foreign") {
				t.Errorf("an outage of %v: alive are %v, want the stranger: %v", d, got, err)
			}
		})
	}
}
