package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestPowerInFewCalls(t *testing.T) {
	for action, api := range apis {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := ready(t, f, action, 250)
			changes(t, f.client(), action, false, append(ids, ids[:7]...)...)
			var named []string
			for _, c := range f.made(api) {
				named = append(named, c.ids...)
			}
			slices.Sort(named)
			switch slices.Sort(ids); {
			case len(f.calls) != 3:
				t.Errorf("%s: calls: got %v, want 3", action, len(f.calls))
			case !slices.Equal(named, ids):
				t.Errorf("%s: named: got %v, want %v", action, named, ids)
			}
		})
	}
}

// An empty list must not mean everything, and an empty ID might.
func TestPowerOfNothing(t *testing.T) {
	for action := range apis {
		inFakeTime(t, func(t *testing.T, f *fake) {
			old(t, f, 3)
			changes(t, f.client(), action, true)
			if err := change(t.Context(), f.client(), action, true, "i-001", ""); !slices.Equal(paths(t, err), []string{"IDs[1]"}) {
				t.Errorf("%s of an empty ID: %v", action, err)
			}
			if len(f.calls) != 0 {
				t.Errorf("%s: %d calls, want none", action, len(f.calls))
			}
		})
	}
}

func TestPowerOptionsArrive(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c, ctx := f.client(), t.Context()
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return &provider.PowerResult{}, nil }
		ids := []string{"i-1"}
		err := errors.Join(
			c.StartInstances(ctx, "", ids, nil),
			c.StopInstances(ctx, "", ids, nil),
			c.StopInstances(ctx, "region-2", ids, &provider.StopOptions{Force: true}),
			c.StopInstances(ctx, "", ids, &provider.StopOptions{StopCharging: true}),
			c.RebootInstances(ctx, "", ids, nil),
			c.RebootInstances(ctx, "region-3", ids, &provider.RebootOptions{Force: true}),
		)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []provider.PowerRequest{
			{Region: "region-1", Action: provider.PowerStart},
			{Region: "region-1", Action: provider.PowerStop},
			{Region: "region-2", Action: provider.PowerStop, Force: true},
			{Region: "region-1", Action: provider.PowerStop, StopCharging: true},
			{Region: "region-1", Action: provider.PowerReboot},
			{Region: "region-3", Action: provider.PowerReboot, Force: true},
		} {
			got := f.calls[i].power
			if got.Region != want.Region || got.Action != want.Action || got.Force != want.Force || got.StopCharging != want.StopCharging {
				t.Errorf("call %d: the driver got %+v, want %+v", i+1, got, want)
			}
		}
	})
}

func TestADriverWithoutPower(t *testing.T) {
	for action := range apis {
		f := newFake()
		c := provider.NewClient(struct{ provider.Driver }{f}, nil)
		if err := change(t.Context(), c, action, true, "i-1"); !errors.Is(err, errors.ErrUnsupported) || err.Error() != "fake: "+string(action)+": unsupported operation" {
			t.Errorf("%s: want an error that names the cloud and the action, got %v", action, err)
		}
		if len(f.calls) != 0 {
			t.Errorf("%s: %d calls reached the cloud", action, len(f.calls))
		}
	}
}

func TestPowerWaits(t *testing.T) {
	states := map[provider.PowerAction]provider.State{
		provider.PowerStart: provider.StateRunning, provider.PowerStop: provider.StateStopped, provider.PowerReboot: provider.StateRunning,
	}
	for action, state := range states {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.shift = 20 * time.Second
			ids := ready(t, f, action, 3)
			start := time.Now()
			changes(t, f.client(), action, false, ids...)
			if took := time.Since(start); took != 0 {
				t.Errorf("%s without Wait took %v", action, took)
			}
			time.Sleep(time.Minute)
			ids = ready(t, f, action, 3)
			start = time.Now()
			changes(t, f.client(), action, true, ids...)
			there := f.in(state)
			switch took := time.Since(start); {
			case took < f.shift:
				t.Errorf("%s: it took %v, want at least %v", action, took, f.shift)
			case took > time.Minute:
				t.Errorf("%s: it took %v, want at most %v", action, took, time.Minute)
			case slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(there, id) }):
				t.Errorf("%s: %v are %s, want %v among them", action, there, state, ids)
			}
		})
	}
}

// A reboot may look like a stop and a start.
func TestARebootMayBeSeenStopping(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids, start := old(t, f, 2), time.Now()
		f.state = func(string, time.Duration) (provider.State, string) {
			switch age := time.Since(start); {
			case age < 10*time.Second:
				return provider.StateStopping, "Stopping"
			case age < 30*time.Second:
				return provider.StateStopped, "Stopped"
			default:
				return provider.StateRunning, "Running"
			}
		}
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return &provider.PowerResult{}, nil }
		changes(t, f.client(), provider.PowerReboot, true, ids...)
		if took := time.Since(start); took < 30*time.Second {
			t.Errorf("called running after %v", took)
		}
	})
}

func TestAWaitForPowerNamesWhoFails(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := stopped(t, f, 3)
		f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			good := *r
			good.IDs = slices.DeleteFunc(slices.Clone(r.IDs), func(id string) bool { return id == ids[1] })
			return f.change(&good) // accepted, and one never comes up
		}
		err := change(t.Context(), f.client(), provider.PowerStart, true, ids...)
		var e *provider.WaitError
		if !errors.As(err, &e) || len(e.Failed) != 1 || e.Failed[0].InstanceID != ids[1] {
			t.Errorf("want a WaitError about %s, got %v", ids[1], err)
		}
	})
}

func TestInstancesThatAreThereAlready(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 100)
		changes(t, f.client(), provider.PowerStart, true, ids...)
		if n := len(f.calls); n > 3 {
			t.Errorf("starting 100 instances that run took %d calls", n)
		}
		changes(t, f.client(), provider.PowerStop, true, ids[:60]...)
		f.calls = nil
		changes(t, f.client(), provider.PowerStop, true, ids...)
		if n := len(f.made(provider.APIStopInstances)); n > 2 || len(f.in(provider.StateStopped)) != 100 {
			t.Errorf("stopping the 40 that still run took %d calls and left %d off", n, len(f.in(provider.StateStopped)))
		}
	})
}

func TestInstancesThatAreThereAlreadyInAPartialAnswer(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) { return f.changeSome(r) }
		ids := old(t, f, 50)
		changes(t, f.client(), provider.PowerStop, true, ids[:49]...)
		f.calls = nil
		changes(t, f.client(), provider.PowerStop, false, ids...)
		if n := len(f.calls); n != 2 {
			t.Errorf("%d calls, want one to stop and one to look", n)
		}
	})
}

func TestARebootOfAStoppedInstanceIsAnError(t *testing.T) {
	for _, some := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := stopped(t, f, 3)
			changes(t, f.client(), provider.PowerStart, true, ids[0], ids[2])
			if some {
				f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) { return f.changeSome(r) }
			}
			err := change(t.Context(), f.client(), provider.PowerReboot, false, ids...)
			wantOnly(t, err, provider.ErrState, ids, ids[1])
			if !slices.Equal(f.in(provider.StateStarting), []string{ids[0], ids[2]}) {
				t.Errorf("partial answers %v: only %v were rebooted", some, f.in(provider.StateStarting))
			}
		})
	}
}

// Nobody can see whether a stopped instance is still paid for.
func TestStopChargingForgivesNoStoppedInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := stopped(t, f, 1)
		err := f.client().StopInstances(t.Context(), "", ids, &provider.StopOptions{StopCharging: true})
		wantOnly(t, err, provider.ErrState, ids, ids[0])
	})
}

func TestInstancesOnTheirWayAreWaitedFor(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.shift = 30 * time.Second
		c, start := f.client(), time.Now()
		ids := run(t, c, 2).InstanceIDs()
		changes(t, c, provider.PowerStop, false, ids...) // still being built
		changes(t, c, provider.PowerStart, false, ids...)
		if took := time.Since(start); took < 45*time.Second || took > 2*time.Minute || len(f.in(provider.StateStarting)) != 2 {
			t.Errorf("after %v: starting %v", took, f.in(provider.StateStarting))
		}
	})
}

// Not every cloud tells a state that passes from one that stays.
func TestInstancesOnTheirWayAreWaitedForThoughTheCloudDoesNotSaySo(t *testing.T) {
	for _, some := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.shift, f.vague = 30*time.Second, true
			f.starting = provider.StateUnknown // a word the adapter does not know
			if some {
				f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) { return f.changeSome(r) }
			}
			c := f.client()
			ids := old(t, f, 8)
			changes(t, c, provider.PowerStop, false, ids...)
			changes(t, c, provider.PowerStop, false, ids...)
			switch n := len(f.in(provider.StateStopped)); {
			case n != 8:
				t.Errorf("partial answers %v: n: got %v, want 8", some, n)
			case !some && len(f.calls) > 30:
				t.Errorf("partial answers %v: calls: got %v, want at most 30", some, len(f.calls))
			}
			changes(t, c, provider.PowerStart, false, ids...)
			changes(t, c, provider.PowerReboot, true, ids...)
		})
	}
}

func TestAnInstanceThatNeverArrivesIsGivenUpOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.shift, f.vague = time.Hour, true
		ids := old(t, f, 4)
		changes(t, f.client(), provider.PowerStop, false, ids...)
		start := time.Now()
		err := change(t.Context(), f.client(), provider.PowerStart, false, ids...)
		wantOnly(t, err, provider.ErrState, ids, ids...)
		if took := time.Since(start); took > 2*time.Minute || took < time.Minute {
			t.Errorf("given up after %v, want RetryFor: two minutes", took)
		}
	})
}

func TestPowerEndsWithItsContext(t *testing.T) {
	for what, prepare := range map[string]func(f *fake){
		"a call hangs": func(f *fake) { f.delay = time.Hour },
		"throttled for ever": func(f *fake) {
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, throttled() }
		},
		"busy for ever": func(f *fake) {
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, inProgress() }
		},
		"busy one by one": func(f *fake) {
			f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
				return failed(inProgress(), r.IDs...), nil
			}
		},
		"the look hangs": func(f *fake) {
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) {
				f.delay = time.Hour
				return nil, refusal(provider.ErrState, "No")
			}
			f.limits.IDsPerPower = 20
		},
		"the wait": func(f *fake) { f.shift = time.Hour },
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 20)
			f.limits.IDsPerPower = 4
			prepare(f)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			err := change(ctx, f.client(), provider.PowerStop, true, ids...)
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 3100*time.Millisecond {
				t.Errorf("%s: after %v: %v", what, took, err)
			}
		})
	}
}

func TestEveryKindOfPowerCallHasItsOwnBudget(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerPower = 1
		f.limits.Rates = map[provider.API]provider.Rate{provider.APIStopInstances: {Calls: 1, Per: time.Second}}
		ids := old(t, f, 5)
		c, start := f.client(), time.Now()
		changes(t, c, provider.PowerReboot, false, ids...)
		if took := time.Since(start); took != 0 {
			t.Errorf("reboots waited %v for a budget that is not theirs", took)
		}
		time.Sleep(f.shift)
		start = time.Now()
		changes(t, c, provider.PowerStop, false, ids...)
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("5 stops at one a second took %v, want 4s", took)
		}
	})
}
