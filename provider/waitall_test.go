package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// One look says who runs, who does not yet, and when to look again; it waits for nobody.
func TestLookOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 3)
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case id == "i-001":
				return provider.StateRunning, "Running"
			case id == "i-002":
				return provider.StatePending, "Pending"
			}
			return "", "" // left out
		}
		start := time.Now()
		l, err := op.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v, want no wait", took)
		}
		if got := l.String(); got != "1 ready, 1 pending, 1 not visible" {
			t.Errorf("shown are %s", got)
		}
		if l.Ready[0].ID != "i-001" || l.Pending[0].RawState != "Pending" || l.NotVisible[0].ID != "i-003" {
			t.Errorf("shown are %+v", l)
		}
		if l.NotVisible[0].Visible {
			t.Error("an instance that was never shown was visible before")
		}
		if ahead := l.Next.Sub(start); ahead < 2*time.Second || ahead > 15*time.Second {
			t.Errorf("the next look is %v ahead, want about the first look of a wait", ahead)
		}
		if l.Done() {
			t.Error("nothing is left to wait for")
		}
	})
}

// An operation can be driven by looks alone.
func TestLooksUntilDone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 150)
		looks := 0
		for {
			l, err := op.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if looks++; l.Done() {
				if len(l.Ready) != 150 {
					t.Errorf("%d run, want 150", len(l.Ready))
				}
				break
			}
			time.Sleep(time.Until(l.Next))
		}
		if looks > 8 {
			t.Errorf("%d looks, want few", looks)
		}
		if n := len(f.made(provider.APIDescribeInstances)); n != 2*looks {
			t.Errorf("%d describes for %d looks at 150 instances, want two each", n, looks)
		}
	})
}

// A failed instance is told, and nothing is done about it; one that was seen before says
// so when it is left out.
func TestALookDoesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return "", ""
		}
		l, err := op.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Failed) != 1 || l.Failed[0].InstanceID != "i-001" {
			t.Errorf("failed are %v, want i-001", l.Failed)
		}
		switch {
		case len(l.NotVisible) != 1:
			t.Errorf("length of l.NotVisible: got %v, want 1", len(l.NotVisible))
		case !l.NotVisible[0].Visible:
			t.Error("l.NotVisible[0].Visible is false, want true")
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases, want none", n)
		}
	})
}

// When ctx ends before the cloud has answered, a look says who was not asked about.
func TestALookThatIsNotAnswered(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, throttled() }
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		l, err := op.Look(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, provider.ErrThrottled) {
			t.Errorf("got %v, want the end of ctx and why there was no answer", err)
		}
		if !slices.Equal(l.Unanswered, op.InstanceIDs()) {
			t.Errorf("unanswered are %v, want both", l.Unanswered)
		}
	})
}

// Several operations are waited for at once, with one progress.
func TestWaitAll(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ops := []*provider.Operation{run(t, c, 3), run(t, c, 2)}
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case id == "i-002" && age > 10*time.Second:
				return provider.StateFailed, "Failed"
			case age < 15*time.Second:
				return provider.StatePending, "Pending"
			}
			return provider.StateRunning, "Running"
		}
		var last provider.WaitProgress
		calls := 0
		results, err := provider.WaitAll(t.Context(), ops, func(p provider.WaitProgress) {
			calls++
			last = p
		})
		if !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := last.String(); got != "4 of 5 ready, 1 failed" {
			t.Errorf("at last %s", got)
		}
		if calls != 5 {
			t.Errorf("%d reports, want one for each instance", calls)
		}
		if len(results) != 2 || results[0].Operation != ops[0] || len(results[0].Instances) != 2 || len(results[1].Instances) != 2 {
			t.Errorf("the results are %+v", results)
		}
		if results[1].Err != nil || results[0].Err == nil {
			t.Errorf("errors %v and %v, want one for the first only", results[0].Err, results[1].Err)
		}
	})
}

// Instances that others have replaced do not count as failed.
func TestWaitAllCountsReplacedOnes(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, o := spec(2), &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case id == "i-001" && age > 10*time.Second:
				return provider.StateFailed, "Failed"
			case age < 15*time.Second:
				return provider.StatePending, "Pending"
			}
			return provider.StateRunning, "Running"
		}
		var last provider.WaitProgress
		_, err = provider.WaitAll(t.Context(), []*provider.Operation{op}, func(p provider.WaitProgress) { last = p })
		if err != nil {
			t.Fatal(err)
		}
		if got := last.String(); got != "2 of 2 ready" {
			t.Errorf("at last %s", got)
		}
	})
}

// No operations are no wait.
func TestWaitAllOfNone(t *testing.T) {
	results, err := provider.WaitAll(t.Context(), nil, nil)
	if err != nil || len(results) != 0 {
		t.Errorf("%v, %v; want nothing", results, err)
	}
}

// An instance that died counts as failed for good where every alternative is known to be out
// of stock: no other is waited for.
func TestTheProgressOfAFailureThatNothingReplaces(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stocked(shelf{"t1.small@b": 0}, provider.StockOfType)
		c := f.client()
		s, o := inZone(2, "b")
		op, err := c.RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere, from := inZone(1, "c")
		elsewhere.Zone = "b"
		if _, err := c.RunInstances(t.Context(), elsewhere, from); err != nil {
			t.Fatal(err)
		}
		f.dies("i-001")
		var last provider.WaitProgress
		_, err = provider.WaitAll(t.Context(), []*provider.Operation{op}, func(p provider.WaitProgress) { last = p })
		if !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want the failed launch", err)
		}
		if got := last.String(); got != "1 of 2 ready, 1 failed" {
			t.Errorf("the progress ends with %q, want one failed", got)
		}
	})
}
