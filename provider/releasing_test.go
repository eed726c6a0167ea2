package provider_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// withBin makes the fake a cloud with a recycle bin.
func withBin(t *testing.T, test func(t *testing.T, f *fake)) {
	t.Helper()
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.bin, f.limits.RecycleBin, f.limits.TerminateByBilling = true, true, true
		test(t, f)
	})
}

// oldPrepaid creates n instances that run; those at the given places are prepaid.
func oldPrepaid(t *testing.T, f *fake, n int, places ...int) []string {
	t.Helper()
	ids := old(t, f, n)
	for _, i := range places {
		f.instances[i].Billing = provider.Prepaid
	}
	return ids
}

// releases returns the releases that reached the cloud, as text.
func (f *fake) releases() []string {
	var out []string
	for _, c := range f.made(provider.APITerminateInstances) {
		s := fmt.Sprintf("%s %s", c.bill, strings.Join(c.ids, " "))
		if c.recycled {
			s = "from the bin: " + s
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func wantReleases(t *testing.T, f *fake, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := f.releases(); !slices.Equal(got, want) {
		t.Errorf("releases:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if left := f.alive(); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func TestPrepaidInstancesAreReleasedFromTheBinToo(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 3, 0, 1, 2)
		terminates(t, f.client(), ids...)
		wantReleases(t, f, "prepaid i-001 i-002 i-003", "from the bin: prepaid i-001 i-002 i-003")
	})
}

func TestInstancesThatLieInTheBinAlready(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 2, 0, 1)
		for _, id := range ids {
			f.moves[id] = move{end: provider.StateRecycled}
		}
		start := time.Now()
		terminates(t, f.client(), ids...)
		wantReleases(t, f, "from the bin: prepaid i-001 i-002")
		if took, n := time.Since(start), len(f.calls); took > time.Second || n != 2 {
			t.Errorf("%d calls in %v; want one to look, one to release, and no wait", n, took)
		}
	})
}

func TestReleasesOfAllKindsAtOnce(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 6, 1, 3, 5)
		f.moves[ids[3]] = move{end: provider.StateRecycled}
		o := &provider.TerminateOptions{Wait: true, MissingOK: true}
		res, err := f.client().TerminateInstances(t.Context(), "", append(ids, "i-gone"), o)
		if err != nil {
			t.Error(err)
		}
		if !slices.Equal(res.Released, ids) || !slices.Equal(res.Unknown, []string{"i-gone"}) {
			t.Errorf("released %v, unknown %v", res.Released, res.Unknown)
		}
		got := f.releases()
		for _, want := range []string{"prepaid i-002 i-006", "from the bin: prepaid i-004", "from the bin: prepaid i-002 i-006"} {
			if !slices.Contains(got, want) {
				t.Errorf("no release of %q in\n%s", want, strings.Join(got, "\n"))
			}
		}
		if left := f.alive(); len(left) != 0 {
			t.Errorf("still there: %v", left)
		}
	})
}

// Somebody else, or time, may empty the bin first.
func TestABinThatIsEmptyAlready(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 2, 0, 1)
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if r.Recycled {
				_ = f.release(r.IDs)
			}
			return f.release(r.IDs) // the second time of the two: not found
		}
		c := f.client()
		terminates(t, c, ids...)
		if left := f.alive(); len(left) != 0 {
			t.Errorf("still there: %v", left)
		}
		terminates(t, c, ids...)
	})
}

func TestOneBadInstanceKeepsNoOtherInTheBin(t *testing.T) {
	for what, bad := range map[string]int{"on demand": 0, "prepaid": 2} {
		withBin(t, func(t *testing.T, f *fake) {
			ids := oldPrepaid(t, f, 4, 1, 2, 3)
			f.terminate = func(_ int, r *provider.TerminateRequest) error {
				if slices.Contains(r.IDs, ids[bad]) {
					return refusal(provider.ErrState, "Protected")
				}
				return f.release(r.IDs)
			}
			_, err := f.client().TerminateInstances(t.Context(), "", ids, nil)
			wantOnly(t, err, provider.ErrState, ids, ids[bad])
			if left := f.alive(); !slices.Equal(left, ids[bad:bad+1]) {
				t.Errorf("one that is %s is protected; left are %v", what, left)
			}
		})
	}
}

func TestAnInstanceThatStaysInTheBinIsNamed(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 3, 0, 1, 2)
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if r.Recycled && slices.Contains(r.IDs, ids[1]) {
				return refusal(provider.ErrInvalid, "Bad")
			}
			return f.release(r.IDs)
		}
		_, err := f.client().TerminateInstances(t.Context(), "", ids, nil)
		wantOnly(t, err, provider.ErrInvalid, ids, ids[1])
		if left := f.alive(); !slices.Equal(left, ids[1:2]) {
			t.Errorf("left are %v", left)
		}
	})
}

func TestTheWaitForTheBinEndsWithItsContext(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		f.shift = time.Hour
		ids := oldPrepaid(t, f, 3, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := f.client().TerminateInstances(ctx, "", ids, nil)
		wantOnly(t, err, context.DeadlineExceeded, ids, ids[1])
		if took := time.Since(start); took > 3100*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
}

func TestInstancesLeftInTheBinAreNamed(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 3, 0, 1, 2)
		start := time.Now()
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == ids[1] || time.Since(start) < time.Second {
				return provider.StateRunning, "Running" // it never moves
			}
			return provider.StateRecycled, "SHUTDOWN"
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err := f.client().TerminateInstances(ctx, "", ids, nil)
		wantOnly(t, err, context.DeadlineExceeded, ids, ids...)
	})
}

// A prepaid instance that was too new to be seen may lie in the bin as well.
func TestAnInstanceNobodyHasSeenIsReleasedFromTheBin(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 2).InstanceIDs()
		f.instances[0].Billing = provider.Prepaid
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		terminates(t, c, ids...)
		if left := f.alive(); len(left) != 0 {
			t.Errorf("still there: %v", left)
		}
	})
}

// Nobody knows how long a cloud shows an instance that failed to launch after it took
// its release. It does not go to the bin, and nobody waits for that.
func TestAFailedInstanceIsNotWaitedForInTheBin(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		c := f.client()
		ids := run(t, c, 2).InstanceIDs()
		f.terminate = func(int, *provider.TerminateRequest) error { return nil }
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				return &provider.DescribePage{}, nil
			}
			return f.look(r), nil
		}
		f.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "LAUNCH_FAILED" }
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := c.TerminateInstances(ctx, "", ids, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestABinOfACloudThatTakesAllModesTogether(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		f.limits.TerminateByBilling = false
		ids := oldPrepaid(t, f, 3, 1)
		terminates(t, f.client(), ids...)
		wantReleases(t, f, " i-001 i-002 i-003", "from the bin:  i-002")
	})
}

func TestNoBinNoMentionOfIt(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.TerminateByBilling = true
		ids := oldPrepaid(t, f, 2, 0, 1)
		f.moves[ids[0]] = move{end: provider.StateRecycled}
		terminates(t, f.client(), ids...)
		wantReleases(t, f, "prepaid i-001 i-002")
	})
}

func TestThrottledReleasesFromTheBinAreRepeated(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 2, 0, 1)
		f.terminate = func(n int, r *provider.TerminateRequest) error {
			switch {
			case n == 2:
				return throttled()
			case r.Recycled && n < 6:
				return inProgress()
			default:
				return f.release(r.IDs)
			}
		}
		terminates(t, f.client(), ids...)
		if left := f.alive(); len(left) != 0 {
			t.Errorf("still there: %v", left)
		}
	})
}
