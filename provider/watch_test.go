package provider_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestWatchTellsEveryChangeAndEnds(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case age < 20*time.Second:
				return provider.StatePending, "P"
			case id == "i-002":
				return provider.StateFailed, "F"
			default:
				return provider.StateRunning, "R"
			}
		}
		states, failures := map[provider.State]int{}, 0
		for e, err := range run(t, f.client(), 3).Watch(t.Context()) {
			states[e.Instance.State]++
			if err != nil {
				failures++
				var launch *provider.LaunchError
				switch {
				case !errors.As(err, &launch):
					t.Errorf("got error %v, want a %T", err, launch)
				case launch.InstanceID != "i-002":
					t.Errorf("launch.InstanceID: got %q, want %q", launch.InstanceID, "i-002")
				case e.Err == nil:
					t.Error("e.Err is nil, want a value")
				}
			}
		}
		if states[provider.StatePending] != 3 || states[provider.StateRunning] != 2 || states[provider.StateFailed] != 1 || failures != 1 {
			t.Errorf("events %v, %d failures", states, failures)
		}
	})
}

// The bubble fails the test if anything is left running.
func TestALeftWatchLeavesNothingBehind(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 5)
		for range op.Watch(t.Context()) {
			break
		}
		func() {
			defer func() { _ = recover() }()
			for range op.Watch(t.Context()) {
				panic("out of the loop")
			}
		}()
	})
}

func TestAWatchEndsWithItsContext(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.boot = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var last error
		var event provider.Event
		start := time.Now()
		for e, err := range run(t, f.client(), 2).Watch(ctx) {
			event, last = e, err
		}
		if !errors.Is(last, context.DeadlineExceeded) || event.Instance.ID != "" || time.Since(start) > time.Minute+100*time.Millisecond {
			t.Errorf("after %v the last pair is %+v, %v", time.Since(start), event, last)
		}
	})
}

func TestAWatchOfNothingIsEmpty(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(refusal(provider.ErrQuota, "Q")))
		op, _ := f.client().RunInstances(t.Context(), spec(1), nil)
		for e, err := range op.Watch(t.Context()) {
			t.Errorf("got %+v, %v", e, err)
		}
	})
}

// Instances that no alternative can replace are told when all the others run.
func TestAWatchTellsWhatCouldNotBeReplaced(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "F"
			}
			return provider.StateRunning, "R"
		}
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		f.answers(fails(refusal(provider.ErrNoStock, "NoStock")))
		var last error
		var event provider.Event
		for e, err := range op.Watch(t.Context()) {
			event, last = e, err
		}
		if !errors.Is(last, provider.ErrNoStock) || event.Instance.ID != "" {
			t.Errorf("the last pair is %+v, %v", event, last)
		}
	})
}
