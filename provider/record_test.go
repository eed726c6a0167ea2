package provider_test

import (
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A driver that goes on using its list does not change what the operation remembers.
func TestAnswersAreNotTheDriversOwn(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := []string{"i-1"}
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: ids}, nil
		}
		op := run(t, f.client(), 1)
		ids[0] = "changed"
		if got := op.Answers()[0].InstanceIDs[0]; got != "i-1" {
			t.Errorf("the answer named %s, want i-1", got)
		}
	})
}

// What a look finds later does not wipe out what the cloud has answered.
func TestAFindKeepsTheAnswer(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: f.create(s).InstanceIDs[:1], RequestID: "req-7"}, lost()
		})
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.Answers(); len(got) != 1 || got[0].RequestID != "req-7" {
			t.Errorf("answers %+v, want that of req-7", got)
		}
	})
}

// An answer that names something beside an ID proves nothing: the create is asked again,
// by the same token.
func TestAnAnswerWithSomethingOddIsAskedAgain(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: append(f.create(s).InstanceIDs[:1:1], "<html>")}, nil
		}, works)
		run(t, f.client(), 1)
		if n := len(f.tokensSent()); n != 2 {
			t.Errorf("%d creates, want a second one", n)
		}
	})
}

// Answers that never agree are asked for a bounded number of times.
func TestAnswersThatNeverAgree(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(n int, _ *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: []string{"i-" + string(rune('a'+n))}}, nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(50), nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want an unknown outcome", err)
		}
		if n := len(f.tokensSent()); n != 6 || len(op.InstanceIDs()) != n {
			t.Errorf("%d creates and %d instances in hand, want the first and five more", n, len(op.InstanceIDs()))
		}
	})
}

// wordy is an option that holds on to a list of the caller's.
type wordy struct{ Words []string }

func (wordy) VendorName() string { return "fake" }

// What the caller does with its own lists afterwards does not change what the operation
// was started with.
func TestAnOptionThatIsChangedLater(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		words, s := []string{"before"}, spec(1)
		s.Vendor = []provider.VendorOption{wordy{words}}
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		words[0] = "after"
		token := tokenOf(t, op)
		s.Vendor = []provider.VendorOption{wordy{[]string{"before"}}}
		if _, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s}); err != nil {
			t.Errorf("got %v, want the spec to be the same", err)
		}
	})
}

// A create that got no answer has none among the answers.
func TestARefusalIsNoAnswer(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(refusal(provider.ErrQuota, "Quota")))
		op, err := f.client().RunInstances(t.Context(), spec(1), nil)
		if !errors.Is(err, provider.ErrQuota) {
			t.Fatalf("got %v, want the quota", err)
		}
		if got := op.Answers(); len(got) != 0 {
			t.Errorf("answers %+v, want none", got)
		}
	})
}

// The ID of a request that brought nothing else, and an order alone, are answers too: support
// cases and invoices name them.
func TestARequestOrAnOrderAloneIsAnAnswer(t *testing.T) {
	for _, want := range []provider.RunResult{{RequestID: "req-7"}, {OrderID: "order-7"}} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
				res := want
				return &res, nil
			}
			op, _ := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), spec(1), nil)
			got := op.Answers()
			if len(got) != 1 {
				t.Fatalf("answers %+v, want that with %+v", got, want)
			}
			if got[0].RequestID != want.RequestID || got[0].OrderID != want.OrderID {
				t.Errorf("the answer is %+v, want %+v", got[0], want)
			}
		})
	}
}
