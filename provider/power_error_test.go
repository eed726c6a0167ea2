package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// wantOnly checks that an error is of a kind and names some of the instances, and
// no other.
func wantOnly(t *testing.T, err, kind error, all []string, bad ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("want %v about %v, got %v", kind, bad, err)
		return
	}
	for _, id := range all {
		if strings.Contains(err.Error(), id) != slices.Contains(bad, id) {
			t.Errorf("the error must name %v and no other of %v: %v", bad, all, err)
		}
	}
}

// failed is an answer that refuses some instances.
func failed(err error, ids ...string) *provider.PowerResult {
	res := &provider.PowerResult{RequestID: "req-power", Failed: map[string]error{}}
	for _, id := range ids {
		res.Failed[id] = err
	}
	return res
}

func TestPowerOfAnInstanceThatDoesNotExist(t *testing.T) {
	for action, api := range apis {
		for _, some := range []bool{false, true} {
			inFakeTime(t, func(t *testing.T, f *fake) {
				ids := append(ready(t, f, action, 20), "i-gone")
				if some {
					f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) { return f.changeSome(r) }
				}
				start := time.Now()
				err := change(t.Context(), f.client(), action, true, ids...)
				wantOnly(t, err, provider.ErrNotFound, ids, "i-gone")
				if took := time.Since(start); took > time.Second {
					t.Errorf("%s: it took %v to say that an instance is gone", action, took)
				}
				switch n := len(f.made(api)); {
				case n > 12:
					t.Errorf("%s: n: got %v, want at most 12", action, n)
				case some && n != 1:
					t.Errorf("%s: n: got %v, want 1", action, n)
				case len(f.moves) != 20:
					t.Errorf("%s: length of f.moves: got %v, want 20", action, len(f.moves))
				}
			})
		}
	}
}

// An instance the cloud does not know yet is not one that is gone.
func TestPowerWaitsForNewInstances(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 3).InstanceIDs()
		f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			if time.Since(f.instances[0].CreatedAt) < 30*time.Second {
				return nil, refusal(provider.ErrNotFound, "NotFound")
			}
			return f.change(r)
		}
		changes(t, c, provider.PowerStop, true, ids...)
	})
}

func TestOneBadInstanceIsNoOthersFault(t *testing.T) {
	for what, kind := range map[string]error{"malformed": provider.ErrInvalid, "locked": provider.ErrState, "of another type": errors.ErrUnsupported} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 9)
			f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
				if slices.Contains(r.IDs, ids[4]) {
					return nil, refusal(kind, "Bad")
				}
				return f.change(r)
			}
			err := change(t.Context(), f.client(), provider.PowerStop, true, ids...)
			wantOnly(t, err, kind, ids, ids[4])
			if len(f.moves) != 8 {
				t.Errorf("%s: %d of the 8 others were stopped", what, len(f.moves))
			}
		})
	}
}

func TestALargeBatchIsLookedAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 64)
		f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			switch {
			case n == 1:
				return nil, throttled()
			case slices.Contains(r.IDs, ids[40]):
				return nil, refusal(provider.ErrState, "Locked")
			default:
				return f.change(r)
			}
		}
		err := change(t.Context(), f.client(), provider.PowerStop, false, ids...)
		wantOnly(t, err, provider.ErrState, ids, ids[40])
		if n := len(f.made(provider.APIDescribeInstances)); n != 2 || len(f.moves) != 63 {
			t.Errorf("%d looks, %d stopped; want one look at all and one at the one that is locked, 63 stopped", n, len(f.moves))
		}
	})
}

func TestARefusalOfAllIsNotTakenApart(t *testing.T) {
	for what, kind := range map[string]error{"key": provider.ErrAuth, "right": provider.ErrPermission} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 9)
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, refusal(kind, "No") }
			err := change(t.Context(), f.client(), provider.PowerStop, false, ids...)
			if wantOnly(t, err, kind, ids, ids...); len(f.calls) != 1 {
				t.Errorf("without the %s: %d calls, want 1", what, len(f.calls))
			}
		})
	}
}

func TestAnOptionThatACloudLacks(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerPower = 3
		ids := old(t, f, 9)
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) {
			return nil, &provider.FieldError{Driver: "fake", Path: "StopCharging", Reason: "there is no such thing", Unsupported: true}
		}
		err := f.client().StopInstances(t.Context(), "", ids, &provider.StopOptions{StopCharging: true})
		if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "fake: StopCharging: there is no such thing" || len(f.calls) != 3 {
			t.Errorf("want one plain error and no second try, got %d calls and %v", len(f.calls), err)
		}
	})
}

func TestOneInstanceOfManyIsRepeatedAlone(t *testing.T) {
	for what, why := range map[string]error{"busy": inProgress(), "throttled": throttled(), "unavailable": lost()} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 5)
			f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
				if n < 4 && slices.Contains(r.IDs, ids[2]) {
					good := *r
					good.IDs = slices.DeleteFunc(slices.Clone(r.IDs), func(id string) bool { return id == ids[2] })
					_, err := f.change(&good)
					return failed(why, ids[2]), err
				}
				return f.change(r)
			}
			changes(t, f.client(), provider.PowerStop, true, ids...)
			for _, c := range f.made(provider.APIStopInstances)[1:] {
				switch {
				case !slices.Equal(c.ids, ids[2:3]):
					t.Errorf("%s: c.ids: got %v, want %v", what, c.ids, ids[2:3])
				case c.at.Equal(f.calls[0].at):
					t.Errorf("%s: a repetition went out at the time of the first call (%v), want a pause", what, c.at)
				}
			}
			if n := len(f.made(provider.APIStopInstances)); n != 4 {
				t.Errorf("%s: %d calls, want 4", what, n)
			}
		})
	}
}

func TestAThrottledInstanceSlowsTheBudget(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.Rates = map[provider.API]provider.Rate{provider.APIStopInstances: {Calls: 1, Per: 4 * time.Second}}
		ids := old(t, f, 2)
		start := time.Now()
		f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			if n == 1 {
				return failed(throttled(), ids[0]), nil
			}
			return f.change(r)
		}
		changes(t, f.client(), provider.PowerStop, false, ids...)
		if took := time.Since(start); took < 7*time.Second {
			t.Errorf("the next call went out after %v; throttling halves the rate of one in 4s", took)
		}
	})
}

func TestPowerRepetitionsEndWithRetryFor(t *testing.T) {
	for _, some := range []bool{false, true} {
		for retry, most := range map[time.Duration]time.Duration{-1: 0, 5 * time.Second: 5 * time.Second, 0: 2 * time.Minute} {
			inFakeTime(t, func(t *testing.T, f *fake) {
				ids := old(t, f, 1)
				f.power = func(_ int, r *provider.PowerRequest) (*provider.PowerResult, error) {
					if some {
						return failed(inProgress(), r.IDs...), nil
					}
					return nil, inProgress()
				}
				c := f.client(func(o *provider.Options) { o.RetryFor = retry })
				start := time.Now()
				err := change(t.Context(), c, provider.PowerStop, true, ids...)
				wantOnly(t, err, provider.ErrState, ids, ids[0])
				if took := time.Since(start); took > most || took < most/2 {
					t.Errorf("RetryFor %v: gave up after %v", retry, took)
				}
			})
		}
	}
}

// A start or stop adds nothing to one that was carried out. A reboot does.
func TestALostAnswerIsAskedForAgainButForReboots(t *testing.T) {
	for action, api := range apis {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := ready(t, f, action, 3)
			f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
				res, err := f.change(r)
				if n == 1 {
					return nil, lost()
				}
				return res, err
			}
			err := change(t.Context(), f.client(), action, false, ids...)
			if action != provider.PowerReboot {
				if err != nil {
					t.Errorf("%s: %v", action, err)
				}
				return
			}
			wantOnly(t, err, provider.ErrOutcomeUnknown, ids, ids...)
			if n := len(f.made(api)); n != 1 || !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%d reboots were sent: %v", n, err)
			}
		})
	}
}

func TestAThrottledRebootIsRepeated(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 3)
		f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			switch n {
			case 1:
				return nil, throttled()
			case 2:
				return failed(throttled(), r.IDs...), nil
			default:
				return f.change(r)
			}
		}
		changes(t, f.client(), provider.PowerReboot, true, ids...)
		if len(f.moves) != 3 {
			t.Errorf("%d of 3 were rebooted", len(f.moves))
		}
	})
}

func TestARefusalIsToldAlsoWhenTheContextEnds(t *testing.T) {
	for range 20 { // it was a matter of luck once
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, 3)
			ctx, cancel := context.WithCancel(t.Context())
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) {
				cancel()
				return failed(refusal(provider.ErrPermission, "No"), ids[1]), nil
			}
			err := change(ctx, f.client(), provider.PowerStop, false, ids...)
			wantOnly(t, err, provider.ErrPermission, ids, ids[1])
		})
	}
}

func TestARefusalOfAnInstanceNobodyNamed(t *testing.T) {
	for _, n := range []int{1, 3} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			ids := old(t, f, n)
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) {
				return failed(refusal(provider.ErrInvalid, "Bad"), "I-001"), nil
			}
			err := change(t.Context(), f.client(), provider.PowerStop, false, ids...)
			if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), "I-001") || !strings.Contains(err.Error(), ids[0]) {
				t.Errorf("%d instances: the refusal is lost: %v", n, err)
			}
		})
	}
}

func TestARefusalStandsWhereNobodyCanLook(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 1)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "No")
		}
		err := change(t.Context(), f.client(), provider.PowerStart, false, ids...)
		if wantOnly(t, err, provider.ErrState, ids, ids[0]); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("the error does not say that its state could not be looked at: %v", err)
		}
	})
}
