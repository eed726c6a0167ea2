package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestSingleInstancesShowUpLate: the first instance of three is hidden from
// describes and from every call about it; the others are not.
func TestSingleInstancesShowUpLate(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		synctest.Test(t, func(t *testing.T) {
			v.sim.Inject(Fault{API: "RunInstances", Kind: LateVisibility, Count: 1, Delay: 10 * time.Minute})
			ids := v.made(3)
			v.struck(LateVisibility, 1)
			time.Sleep(10*time.Minute - 1)
			v.shows("before it is visible", ids[1:]...)
			if got := v.ask(v.describe(ids...)); got.total != 2 {
				t.Errorf("the total of three named instances is %d, want 2", got.total)
			}
			for what, call := range map[string]func(string) string{
				"end":    func(id string) string { return v.ask(v.end(id)).code },
				"stop":   func(id string) string { return v.ask(v.stop(id)).code },
				"rename": func(id string) string { return v.renameCode(id) },
			} {
				if got := call(ids[0]); got != v.missing {
					t.Errorf("%s of an instance that is not visible is answered %q, want %q", what, got, v.missing)
				}
			}
			if n := len(v.exist()); n != 3 {
				t.Errorf("the simulator has %d instances, want 3", n)
			}
			time.Sleep(time.Nanosecond)
			v.shows("after it is visible", ids...)
			if got := v.ask(v.end(ids[0])).code; got != "" {
				t.Errorf("a visible instance can not be ended: %s", got)
			}
		})
	})
}

// renameCode returns the code of a rename; for a cloud without one it returns the expected code.
func (v *vendor) renameCode(id string) string {
	v.t.Helper()
	if v.rename == nil {
		return v.missing
	}
	return v.ask(v.rename(id)).code
}

func TestENSPowerBatchDoesNotKnowLateInstances(t *testing.T) {
	sim := New(nil)
	sim.Inject(Fault{Kind: LateVisibility, Delay: time.Minute})
	c := newENSClient(t, sim)
	ids := c.WantOK(c.Call("RunInstances", simtest.ENSCreate()...)).Strings("InstanceIds")
	reply := c.WantOK(c.Call("StopInstances", "InstanceIds.1", ids[0]))
	if got := reply.At("InstanceResponses", 0, "Code"); got != 400.0 {
		t.Errorf("the instance of the batch is answered %v, want 400: it is not found", got)
	}
}

// TestVisibilityIsDrawnForEachInstance: with a spread every instance becomes visible at
// its own random time, which is the same for the same seed.
func TestVisibilityIsDrawnForEachInstance(t *testing.T) {
	delays := func(t *testing.T, seed uint64) []time.Duration {
		v := cvmVendor(t, New(&Options{Seed: seed}))
		v.sim.Inject(Fault{Kind: LateVisibility, Delay: time.Minute, Spread: 15 * time.Minute})
		v.made(50)
		var out []time.Duration
		for _, i := range v.sim.Instances() {
			out = append(out, i.VisibleAt.Sub(i.Created))
		}
		return out
	}
	synctest.Test(t, func(t *testing.T) {
		first := delays(t, 7)
		if shortest := slices.Min(first); shortest < time.Minute {
			t.Errorf("an instance is visible after %v, want a minute at least", shortest)
		}
		if longest := slices.Max(first); longest < 10*time.Minute || longest >= 16*time.Minute {
			t.Errorf("the last of 50 instances is visible after %v, want nearly 16m", longest)
		}
		if again := delays(t, 7); !slices.Equal(again, first) {
			t.Errorf("the same seed draws %v, and then %v", first, again)
		}
		if other := delays(t, 8); slices.Equal(other, first) {
			t.Error("another seed draws the same times")
		}
	})
}

// TestDrawsOfFaultsDoNotChangeWhatInstancesGet: IDs are those of the seed.
func TestDrawsOfFaultsDoNotChangeWhatInstancesGet(t *testing.T) {
	ids := func(faults ...Fault) []string {
		v := ecsVendor(t, New(nil))
		for _, f := range faults {
			v.sim.Inject(f)
		}
		v.made(3)
		v.made(3)
		return v.exist()
	}
	want := ids()
	got := ids(Fault{Kind: LateVisibility, Spread: time.Hour}, Fault{Kind: LongList, Count: 2},
		Fault{Kind: Flap, Share: 0.5})
	if !slices.Equal(got, want) {
		t.Errorf("with faults the instances are %v, without %v", got, want)
	}
}

// TestVisibleAtIsTheCreationWithoutFaults: what a test reads of a healthy instance.
func TestVisibleAtIsTheCreationWithoutFaults(t *testing.T) {
	v := ecsVendor(t, New(nil))
	v.made(1)
	if i := v.sim.Instances()[0]; !i.VisibleAt.Equal(i.Created) {
		t.Errorf("visible at %v, created at %v, want the same", i.VisibleAt, i.Created)
	}
}
