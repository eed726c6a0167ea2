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

// A name that is refused while a wait goes on is not asked for every few seconds: each question
// is a call of the account.
func TestANameRefusedDuringAWaitIsRarelyAskedForAgain(t *testing.T) {
	for what, err := range map[string]error{
		"for good":    refusal(provider.ErrPermission, "Forbidden"),
		"for a while": refusal(provider.ErrUnavailable, "Busy"),
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.boot, m.refuse = 10*time.Minute, err
			op, err := m.client().RunInstances(t.Context(), named(100, "web"), nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = op.Wait(t.Context(), nil)
			if !errors.Is(err, m.refuse) {
				t.Errorf("%s: got %v, want the refusal", what, err)
			}
			if m.renames > 1000 { // 300 to 620 are seen; a round every 5 s would be 12,000
				t.Errorf("%s: %d renames of 100 instances in ten minutes, want at most 1,000", what, m.renames)
			}
		})
	}
}

// Two waits at once give each name once, and both end with the boot.
func TestTwoWaitsAtOnceGiveEachNameOnce(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.boot = 2 * time.Minute
		op, err := m.client().RunInstances(t.Context(), named(100, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var waits sync.WaitGroup
		for range 2 {
			waits.Go(func() {
				list, err := op.Wait(t.Context(), nil)
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				if slices.ContainsFunc(list, func(i provider.Instance) bool { return i.Name != "web" }) {
					t.Errorf("an instance has not got its name")
				}
			})
		}
		waits.Wait()
		if m.renames != 100 {
			t.Errorf("%d renames of 100 instances, want one for each", m.renames)
		}
		if took := time.Since(start); took > 3*time.Minute {
			t.Errorf("the waits took %v, want the boot time of 2 minutes", took)
		}
	})
}

// Names that a wait did not get to are left to Resume, and each is given once.
func TestNamesAfterAWaitThatWasCutShort(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.boot = 10 * time.Minute
		rates := map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 1800, Per: time.Hour, Burst: 1}}
		slow := func(o *provider.Options) { o.Rates = rates }
		s := named(100, "web")
		op, err := m.client(slow).RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if _, err := op.Wait(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want the end of ctx", err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("the wait ended after %v, want a minute", took)
		}
		if given := m.renames; given == 0 || given == 100 {
			t.Errorf("%d names were given in a minute, want some", given)
		}
		again, err := m.client(slow).Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(m.names(), func(n string) bool { return n != "web" }) {
			t.Errorf("names %v, want web only", m.names())
		}
		if m.renames > 110 {
			t.Errorf("%d renames of 100 instances, want about one for each", m.renames)
		}
	})
}

// While a thousand names are given, the describes of other callers are answered soon.
func TestNamesDoNotStarveOtherCalls(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.boot = 30 * time.Second
		rates := map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 2000, Per: time.Hour, Burst: 100}}
		c := m.client(func(o *provider.Options) { o.Rates = rates })
		start := time.Now()
		op, err := c.RunInstances(t.Context(), named(1000, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("the create took %v, want less than a minute", took)
		}
		done := make(chan error, 1)
		go func() { _, err := op.Wait(t.Context(), nil); done <- err }()
		for range 10 {
			time.Sleep(time.Minute)
			asked := time.Now()
			if _, err := c.WaitInstances(t.Context(), "", []string{"i-001"}, provider.StateRunning, nil); err != nil {
				t.Errorf("got error %v, want none", err)
			}
			if took := time.Since(asked); took > 30*time.Second {
				t.Errorf("a describe took %v, want less than 30 s", took)
			}
		}
		if err := <-done; err != nil {
			t.Errorf("got error %v, want none", err)
		}
		t.Logf("all names after %v", time.Since(start))
		if m.renames != 1000 {
			t.Errorf("%d renames of 1000 instances, want one for each", m.renames)
		}
	})
}

// Instances run long before they have their names: a wait whose ctx ends meanwhile returns them.
func TestInstancesThatRunAreReturnedWithoutTheirNames(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.boot = 30 * time.Second
		rates := map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 2000, Per: time.Hour, Burst: 100}}
		c := m.client(func(o *provider.Options) { o.Rates = rates })
		op, err := c.RunInstances(t.Context(), named(1000, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		list, err := op.Wait(ctx, nil)
		if len(list) != 1000 {
			t.Errorf("got %d instances, want the 1000 that run", len(list))
		}
		if errors.As(err, new(*provider.WaitError)) {
			t.Errorf("got %v, want no error about instances", err)
		}
		t.Log(err)
	})
}
