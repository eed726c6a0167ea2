package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// notFoundUntil has the cloud find no instance before a time of its life, neither to
// describe nor to release it.
func (f *fake) notFoundUntil(age time.Duration) {
	f.state = func(_ string, is time.Duration) (provider.State, string) {
		if is < age {
			return "", ""
		}
		return provider.StateRunning, "Running"
	}
	f.terminate = func(_ int, r *provider.TerminateRequest) error {
		for _, i := range f.instances {
			if slices.Contains(r.IDs, i.ID) && time.Since(i.CreatedAt) < age {
				return refusal(provider.ErrNotFound, "NotFound")
			}
		}
		return f.release(r.IDs)
	}
}

// An instance that stays invisible for longer than anybody waits is unknown, and a
// later release still ends it.
func TestAnInstanceThatIsInvisibleIsNeverCountedAsReleased(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.notFoundUntil(10 * time.Minute)
		c := f.client()
		ids := run(t, c, 3).InstanceIDs()
		start := time.Now()
		res := terminatesBut(t, c, ids, ids...)
		if took := time.Since(start); took < 2*time.Minute || took > 3*time.Minute {
			t.Errorf("told as unknown after %v, want VisibleWithin: two minutes", took)
		}
		if len(res.Released)+len(res.Gone) != 0 {
			t.Errorf("released %v and gone %v, while all of them run", res.Released, res.Gone)
		}
		time.Sleep(8 * time.Minute)
		if res, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil || !slices.Equal(res.Released, ids) {
			t.Errorf("once they are visible: released %v, %v", res.Released, err)
		}
	})
}

// VisibleWithin is how long a new instance is tried, and not RetryFor.
func TestNewInstancesAreTriedForVisibleWithin(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.notFoundUntil(4 * time.Minute)
		c := f.client(func(o *provider.Options) { o.VisibleWithin, o.RetryFor = 5*time.Minute, 10*time.Second })
		ids := run(t, c, 3).InstanceIDs()
		if res, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil || !slices.Equal(res.Released, ids) {
			t.Errorf("released %v, %v", res.Released, err)
		}
	})
}

// The region that made an instance is no proof for another region.
func TestTerminateInTheWrongRegionIsNotNil(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		op := run(t, c, 2)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if r.Region != "region-1" {
				return refusal(provider.ErrNotFound, "NotFound")
			}
			return f.release(r.IDs)
		}
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if r.Region != "region-1" {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		ids := op.InstanceIDs()
		res, err := c.TerminateInstances(t.Context(), "region-2", ids, nil)
		if !errors.Is(err, provider.ErrNotFound) || !slices.Equal(res.Unknown, ids) || len(f.alive()) != 2 {
			t.Errorf("unknown %v of %v, %d alive: %v", res.Unknown, ids, len(f.alive()), err)
		}
		for _, word := range []string{"region-2", "another region", "credentials", "not visible yet"} {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("the error does not say %q: %v", word, err)
			}
		}
		o := &provider.TerminateOptions{MissingOK: true, Wait: true}
		if res, err = c.TerminateInstances(t.Context(), "region-2", ids, o); err != nil || !slices.Equal(res.Unknown, ids) {
			t.Errorf("with MissingOK: unknown %v, %v", res.Unknown, err)
		}
	})
}

func TestUnknownInstancesAreNamedUpToTen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 40)
		_ = f.release(ids)
		terminatesBut(t, f.client(), ids, ids...)
		_, err := f.client().TerminateInstances(t.Context(), "", ids, nil)
		switch text := err.Error(); {
		case !strings.Contains(text, ids[9]+" and 30 more"):
			t.Errorf("got %q, want %q in it", text, ids[9]+" and 30 more")
		case strings.Contains(text, ids[10]):
			t.Errorf("got %q, want no %q in it", text, ids[10])
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line, got %v", err)
		}
		var b *provider.BatchError
		switch {
		case !errors.As(err, &b):
			t.Errorf("got error %v, want a %T", err, b)
		case !slices.Equal(b.Unknown(), ids):
			t.Errorf("b.Unknown(): got %v, want %v", b.Unknown(), ids)
		case len(b.Failed) != 40:
			t.Errorf("length of b.Failed: got %v, want 40", len(b.Failed))
		}
		if n := len(f.made(provider.APITerminateInstances)); n > 2*(1+40+1) {
			t.Errorf("%d calls to release 40 stale IDs twice", n)
		}
	})
}

// An instance that was seen and vanished is gone, once three answers in a row over
// 20 s do not find it.
func TestAnInstanceThatVanishedIsGone(t *testing.T) {
	for _, n := range []int{1, 60} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client()
			ids := run(t, c, n).InstanceIDs()
			time.Sleep(10 * time.Minute)
			list(t, c, provider.Query{})
			_ = f.release(ids)
			f.calls = nil
			start := time.Now()
			res, err := c.TerminateInstances(t.Context(), "", ids, nil)
			if took := time.Since(start); err != nil || took < 20*time.Second || took > time.Minute {
				t.Errorf("%d instances: %v after %v, want nil after 20 s", n, err, took)
			}
			if !slices.Equal(res.Gone, ids) {
				t.Errorf("gone are %d of %d", len(res.Gone), n)
			}
			if most := n + 16; len(f.calls) > most { // each is asked for alone in the end
				t.Errorf("%d calls for %d instances that vanished together, want at most %d", len(f.calls), n, most)
			}
		})
	}
}

// Credentials that lose sight of instances for minutes, and may still release them, leave
// none behind: one that is truly gone, in the same call, makes no other count as gone.
func TestBlindCredentialsReleaseAllThatIsThere(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 20).InstanceIDs()
		time.Sleep(10 * time.Minute)
		list(t, c, provider.Query{})
		_ = f.release(ids[:1])
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{}, nil
		}
		res, err := c.TerminateInstances(t.Context(), "", ids, nil)
		if err != nil || !slices.Equal(res.Gone, ids[:1]) {
			t.Errorf("gone are %v, %v; want the first", res.Gone, err)
		}
		if alive := f.alive(); len(alive) != 0 {
			t.Errorf("alive are %v, want none", alive)
		}
	})
}

// A cloud that now and then does not find a healthy instance ends no cleanup.
func TestAFlappingCloudLosesNoInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 4).InstanceIDs()
		time.Sleep(10 * time.Minute)
		list(t, c, provider.Query{})
		f.terminate = func(n int, r *provider.TerminateRequest) error {
			if n <= 6 {
				return refusal(provider.ErrNotFound, "NotFound")
			}
			return f.release(r.IDs)
		}
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n%2 == 0 {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		res, err := c.TerminateInstances(t.Context(), "", ids, nil)
		if err != nil || !slices.Equal(res.Released, ids) || len(f.alive()) != 0 {
			t.Errorf("released %v, %v alive: %v", res.Released, f.alive(), err)
		}
	})
}

// One answer that shows an instance takes back the doubts of all before.
func TestAnInstanceThatIsShownAgainIsNotGone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 1).InstanceIDs()
		time.Sleep(10 * time.Minute)
		list(t, c, provider.Query{})
		f.calls = nil
		f.terminate = func(n int, r *provider.TerminateRequest) error {
			if n <= 7 {
				return refusal(provider.ErrNotFound, "NotFound")
			}
			return f.release(r.IDs)
		}
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n != 5 {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		res, err := c.TerminateInstances(t.Context(), "", ids, nil)
		if err != nil || !slices.Equal(res.Released, ids) {
			t.Errorf("released %v, gone %v: %v", res.Released, res.Gone, err)
		}
	})
}

// What a look that contradicts itself leaves out, and what a failed look would have
// shown, is not gone.
func TestALookThatIsNotWholeProvesNothing(t *testing.T) {
	for what, answer := range map[string]func(*fake, *provider.DescribeRequest) (*provider.DescribePage, error){
		"short": func(*fake, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{Short: true}, nil
		},
		"failed": func(*fake, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "No")
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client()
			ids := run(t, c, 2).InstanceIDs()
			time.Sleep(10 * time.Minute)
			list(t, c, provider.Query{})
			f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) { return answer(f, r) }
			f.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrNotFound, "NotFound") }
			res, err := c.TerminateInstances(t.Context(), "", ids, nil)
			if len(res.Gone) != 0 || !errors.Is(err, provider.ErrNotFound) {
				t.Errorf("%s: gone %v, %v", what, res.Gone, err)
			}
		})
	}
}

// A key that may not describe gets empty lists. What it created it can release.
func TestAnEmptyListSavesNoInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 12)
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{}, nil
		}
		stale := slices.Insert(slices.Clone(ids), 5, "i-gone")
		terminatesBut(t, f.client(), []string{"i-gone"}, stale...)
		if left := f.alive(); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// RetryFor negative: one try, whatever it says.
func TestNoRepetitionsMeansNone(t *testing.T) {
	for what, err := range map[string]error{
		"throttled": throttled(), "lost": lost(), "busy": inProgress(), "not found": refusal(provider.ErrNotFound, "NotFound"),
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client(func(o *provider.Options) { o.RetryFor = -1 })
			ids := run(t, c, 1).InstanceIDs()
			f.terminate = func(int, *provider.TerminateRequest) error { return err }
			f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, err }
			_, got := c.TerminateInstances(t.Context(), "", ids, nil)
			stop := c.StopInstances(t.Context(), "", ids, nil)
			if got == nil || stop == nil {
				t.Errorf("%s: %v, %v", what, got, stop)
			}
			for _, api := range []provider.API{provider.APITerminateInstances, provider.APIStopInstances} {
				if n := len(f.made(api)); n != 1 {
					t.Errorf("%s: %d calls of %s, want one", what, n, api)
				}
			}
		})
	}
}

// An error that lasts is not repeated, and what was never sent is.
func TestLastingErrorsAreNotRepeatedAndUnsentOnesAre(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := old(t, f, 1)
		lasting := refusal(provider.ErrUnavailable, "Licence")
		lasting.Lasting = true
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, lasting }
		_ = f.client().RebootInstances(t.Context(), "", ids, nil)
		if n := len(f.calls); n != 1 {
			t.Errorf("%d calls, want one", n)
		}
		unsent := &provider.APIError{Driver: "fake", Op: "Call", Outcome: provider.OutcomeUnsent, Kind: provider.ErrUnavailable}
		f.power = func(n int, r *provider.PowerRequest) (*provider.PowerResult, error) {
			if n < 4 {
				return nil, unsent
			}
			return f.change(r)
		}
		if err := f.client().RebootInstances(t.Context(), "", ids, nil); err != nil {
			t.Errorf("a reboot that never reached the cloud adds nothing: %v", err)
		}
		f.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) { return nil, unsent }
		if err := f.client().RebootInstances(t.Context(), "", ids, nil); errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("nothing was done, and the error leaves it open: %v", err)
		}
	})
}
