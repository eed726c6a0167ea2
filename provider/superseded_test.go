package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A process whose operation another one has resumed sends nothing, releases nothing and
// saves nothing more.
func TestASupersededProcessDoesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		saves := 0
		run := &provider.RunOptions{OnFailure: provider.TerminateOnFailure, Journal: provider.JournalFunc(func(context.Context, []byte) error {
			if saves++; saves > 3 {
				return provider.ErrSuperseded
			}
			return nil
		})}
		op, err := f.client().RunInstances(t.Context(), spec(40), run)
		if !errors.Is(err, provider.ErrSuperseded) {
			t.Fatalf("got %v, want ErrSuperseded", err)
		}
		creates := len(f.tokensSent())
		if creates > 3 {
			t.Errorf("%d creates were sent, and 3 saves taken", creates)
		}
		if saves != 4 {
			t.Errorf("%d saves, want none after the one that was refused", saves)
		}
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "Failed" }
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("the wait ends with %v, want ErrSuperseded", err)
		}
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("terminating ends with %v, want ErrSuperseded", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
	})
}

// A journal that does not take the mark of a release keeps it from going out, and the
// release goes out once it does.
func TestNoReleaseWithoutItsMark(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var broken error
		run := &provider.RunOptions{OnFailure: provider.TerminateOnFailure, Journal: provider.JournalFunc(func(context.Context, []byte) error { return broken })}
		op, err := f.client().RunInstances(t.Context(), spec(2), run)
		if err != nil {
			t.Fatal(err)
		}
		broken = errors.New("disk full")
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return provider.StateRunning, "Running"
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, broken) {
			t.Errorf("the wait ends with %v, want what the journal says", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("%d releases were sent, want none", n)
		}
		broken = nil
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("the second wait ends with %v, want the failed launch", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// Instances that died are owed a release before it is sent: another process goes on with
// it.
func TestAnOwedReleaseIsResumed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		book := &notebook{}
		s := spec(2)
		run := &provider.RunOptions{Journal: book, Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		op, err := f.client().RunInstances(t.Context(), s, run)
		if err != nil {
			t.Fatal(err)
		}
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return provider.StateRunning, "Running"
		}
		f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrPermission, "Forbidden") }
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("got %v, want the refused release", err)
		}
		f.terminate = nil
		again, err := f.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.alive(); !slices.Equal(got, []string{"i-002", "i-003"}) || !slices.Equal(again.InstanceIDs(), got) {
			t.Errorf("alive are %v, in hand %v; want the dead one replaced", got, again.InstanceIDs())
		}
	})
}
