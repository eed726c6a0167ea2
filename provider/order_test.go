package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// An order that waits to be paid is told at once, and found once it is paid.
func TestAnUnpaidOrderIsToldAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{OrderID: "order-7", RequestID: "req-7"}, nil
		}, works)
		start, s := time.Now(), spec(2)
		op, err := f.client().RunInstances(t.Context(), s, nil)
		var unpaid *provider.UnpaidError
		switch {
		case !errors.As(err, &unpaid):
			t.Fatalf("got error %v, want a %T", err, unpaid)
		case unpaid.OrderID != "order-7":
			t.Fatalf("unpaid.OrderID: got %q, want %q", unpaid.OrderID, "order-7")
		case !errors.Is(err, provider.ErrBalance):
			t.Fatalf("got error %v, want %v", err, provider.ErrBalance)
		}
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("nothing is unknown: %v", err)
		}
		if took := time.Since(start); took > time.Second || len(f.calls) != 1 {
			t.Errorf("%d calls in %v, want one at once", len(f.calls), took)
		}
		if info, err := provider.ReadToken(tokenOf(t, op)); err != nil || !slices.Equal(info.Orders, []string{"order-7"}) {
			t.Errorf("the token tells of orders %v, %v", info.Orders, err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil || len(again.InstanceIDs()) != 2 {
			t.Errorf("after the payment: %v, %v", again.InstanceIDs(), err)
		}
	})
}

// An order that was not paid is ordered once, however often its operation is resumed, with
// tokens and without.
func TestAnUnpaidOrderIsOrderedOnce(t *testing.T) {
	ordered := func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
		return &provider.RunResult{OrderID: "order-7"}, nil
	}
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(ordered)
		s, start := named(2, "web"), time.Now()
		op, err := m.client().RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrBalance) || time.Since(start) > time.Second {
			t.Fatalf("got %v after %v, want the order at once", err, time.Since(start))
		}
		time.Sleep(48 * time.Hour)
		op, err = m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrBalance) {
			t.Errorf("resumed with %v, want the order still", err)
		}
		if n := len(m.made(provider.APIRunInstances)); n != 1 {
			t.Errorf("%d creates were sent, want 1", n)
		}
		paid := s
		paid.Name = m.calls[0].spec.Name // the marker it was ordered with
		m.create(&paid)
		again, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil || len(again.InstanceIDs()) != 2 {
			t.Errorf("after the payment: %v, %v", again.InstanceIDs(), err)
		}
	})
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(ordered)
		s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(48 * time.Hour)
		op, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		var unpaid *provider.UnpaidError
		switch {
		case !errors.As(err, &unpaid):
			t.Errorf("got error %v, want a %T", err, unpaid)
		case unpaid.OrderID != "order-7":
			t.Errorf("unpaid.OrderID: got %q, want %q", unpaid.OrderID, "order-7")
		}
		switch n := len(f.tokensSent()); {
		case n != 1:
			t.Errorf("n: got %v, want 1", n)
		case op == nil:
			t.Errorf("no operation: error %v", err)
		}
	})
}

// A person who has to look for an old create that was answered with an order is told of the
// order, which may have been paid since.
func TestAnOldOrderIsToldToThePersonWhoLooks(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{OrderID: "order-7"}, nil
		})
		s := spec(2)
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		time.Sleep(48 * time.Hour)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "order-7") {
			t.Errorf("got %v, want the order to look for", err)
		}
	})
}
