package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestSingleMachinesShowUpLate: the first machine of three is hidden from
// describes and from every call about it; the others are not.
func TestSingleMachinesShowUpLate(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		synctest.Test(t, func(t *testing.T) {
			v.sim.Inject(Fault{API: "RunInstances", Kind: LateVisibility, Count: 1, Delay: 10 * time.Minute})
			ids := v.made(3)
			v.struck(LateVisibility, 1)
			time.Sleep(10*time.Minute - 1)
			v.shows("before its time", ids[1:]...)
			if got := v.ask(v.describe(ids...)); got.total != 2 {
				t.Errorf("the total of three named machines is %d, want 2", got.total)
			}
			for what, call := range map[string]func(string) string{
				"end":    func(id string) string { return v.ask(v.end(id)).code },
				"stop":   func(id string) string { return v.ask(v.stop(id)).code },
				"rename": func(id string) string { return v.renameCode(id) },
			} {
				if got := call(ids[0]); got != v.missing {
					t.Errorf("%s of a machine that is not visible is answered %q, want %q", what, got, v.missing)
				}
			}
			if n := len(v.exist()); n != 3 {
				t.Errorf("the simulator tells of %d machines, want 3", n)
			}
			time.Sleep(time.Nanosecond)
			v.shows("after its time", ids...)
			if got := v.ask(v.end(ids[0])).code; got != "" {
				t.Errorf("a visible machine can not be ended: %s", got)
			}
		})
	})
}

// renameCode is how a rename is answered; a cloud without one says what it must.
func (v *vendor) renameCode(id string) string {
	v.t.Helper()
	if v.rename == nil {
		return v.missing
	}
	return v.ask(v.rename(id)).code
}

func TestENSPowerBatchDoesNotKnowLateMachines(t *testing.T) {
	sim := New(nil)
	sim.Inject(Fault{Kind: LateVisibility, Delay: time.Minute})
	c := newENSClient(t, sim)
	ids := c.wantOK(c.call("RunInstances", ensBase()...)).strings("InstanceIds")
	reply := c.wantOK(c.call("StopInstances", "InstanceIds.1", ids[0]))
	if got := reply.at("InstanceResponses", 0, "Code"); got != 400.0 {
		t.Errorf("the machine of the batch is answered %v, want 400: it is not found", got)
	}
}

// TestVisibilityIsDrawnForEachMachine: with a spread every machine has its own
// moment, the same one for the same seed.
func TestVisibilityIsDrawnForEachMachine(t *testing.T) {
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
			t.Errorf("a machine is visible after %v, want a minute at least", shortest)
		}
		if longest := slices.Max(first); longest < 10*time.Minute || longest >= 16*time.Minute {
			t.Errorf("the last of 50 machines is visible after %v, want nearly 16m", longest)
		}
		if again := delays(t, 7); !slices.Equal(again, first) {
			t.Errorf("the same seed draws %v, and then %v", first, again)
		}
		if other := delays(t, 8); slices.Equal(other, first) {
			t.Error("another seed draws the same times")
		}
	})
}

// TestDrawsOfFaultsDoNotChangeWhatMachinesGet: IDs are those of the seed.
func TestDrawsOfFaultsDoNotChangeWhatMachinesGet(t *testing.T) {
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
	got := ids(Fault{Kind: LateVisibility, Spread: time.Hour}, Fault{Kind: LongList, Count: 2}, Fault{Kind: Flap, Share: 0.5})
	if !slices.Equal(got, want) {
		t.Errorf("with faults the machines are %v, without %v", got, want)
	}
}

// TestVisibleAtIsTheCreationWithoutFaults: what a test reads of a healthy machine.
func TestVisibleAtIsTheCreationWithoutFaults(t *testing.T) {
	v := ecsVendor(t, New(nil))
	v.made(1)
	if i := v.sim.Instances()[0]; !i.VisibleAt.Equal(i.Created) {
		t.Errorf("visible at %v, created at %v, want the same", i.VisibleAt, i.Created)
	}
}

func TestShortLists(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		for count, want := range []int{0, 1, 2, 3, 3} {
			remove := v.sim.Inject(Fault{Kind: ShortList, Count: count})
			before := len(v.exist())
			got := v.made(3)
			if len(got) != want {
				t.Errorf("a list of %d names %d machines, want %d", count, len(got), want)
			}
			made := v.exist()[before:]
			if len(made) != 3 {
				t.Fatalf("%d machines were made, want 3", len(made))
			}
			if !slices.Equal(got, made[:want]) {
				t.Errorf("%v are named, want the first of %v", got, made)
			}
			remove()
		}
		v.struck(ShortList, 5)
	})
}

// TestShortListUnderATokenMayBeWholeLater: the token remembers what was made.
func TestShortListUnderATokenMayBeWholeLater(t *testing.T) {
	for _, connect := range []func(*testing.T, *Sim) *vendor{ecsVendor, cvmVendor} {
		v := connect(t, New(nil))
		v.sim.Inject(Fault{Kind: ShortList, Count: 3, Times: 2})
		for i, want := range []int{3, 3, 4, 4} {
			if got := v.ask(v.create(4, "op-1")).ids; len(got) != want {
				t.Errorf("%s: answer %d names %d machines, want %d", v.cloud, i+1, len(got), want)
			}
		}
		if n := len(v.exist()); n != 4 {
			t.Errorf("%s: one token made %d machines, want 4", v.cloud, n)
		}
	}
}

func TestLongLists(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		other := v.made(1)
		v.sim.Inject(Fault{Kind: LongList, Times: 1})
		got := v.made(2)
		if want := append(v.exist()[1:], other...); !slices.Equal(got, want) {
			t.Errorf("the answer names %v, want the two it made and another of the account: %v", got, want)
		}
		v.sim.Inject(Fault{Kind: LongList, Count: 2, Invented: true, Times: 1})
		got = v.made(1)
		if len(got) != 3 {
			t.Fatalf("the answer names %d machines, want 3", len(got))
		}
		for _, id := range got[1:] {
			if slices.Contains(v.exist(), id) {
				t.Errorf("%s exists, want an ID that nobody has", id)
			}
			if len(id) != len(got[0]) {
				t.Errorf("%s has not the form of %s", id, got[0])
			}
		}
		v.struck(LongList, 2)
	})
}

// TestOthersAreInventedWhenThereAreNone: an account may have no other machine.
func TestOthersAreInventedWhenThereAreNone(t *testing.T) {
	v := cvmVendor(t, New(nil))
	v.sim.Inject(Fault{Kind: LongList, Count: 3})
	if got := v.made(2); len(got) != 5 {
		t.Errorf("the answer names %v, want 5 machines", got)
	}
	if n := len(v.exist()); n != 2 {
		t.Errorf("%d machines exist, want 2", n)
	}
}

// TestOthersLiveInTheSameRegion: a foreign machine is one that a client could harm.
func TestOthersLiveInTheSameRegion(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	far := c.run("RegionId", "cn-beijing", "Amount", "5")
	gone := c.run("Amount", "5")
	for _, id := range gone {
		c.wantOK(c.call("DeleteInstance", "InstanceId", id, "Force", "true"))
	}
	near := c.run()
	sim.Inject(Fault{Kind: LongList, Count: 4})
	got := c.run()
	if len(got) != 5 || got[1] != near[0] {
		t.Errorf("the answer names %v, want five machines, %s the second", got, near[0])
	}
	for _, id := range got[2:] {
		if slices.Contains(far, id) || slices.Contains(gone, id) {
			t.Errorf("%s is elsewhere or gone, want an invented ID", id)
		}
	}
}

// TestInventedIDsStayInvented: no machine gets one of them later.
func TestInventedIDsStayInvented(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: LongList, Count: 20, Invented: true, Times: 1})
		invented := v.made(1)[1:]
		v.made(30)
		for _, id := range v.exist() {
			if slices.Contains(invented, id) {
				t.Errorf("%s was invented, and now a machine has it", id)
			}
		}
	})
}

func TestForeignLists(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		other := v.made(1)
		v.sim.Inject(Fault{Kind: ForeignList, Times: 1})
		got := v.made(3)
		if want := append(v.exist()[1:3], other...); !slices.Equal(got, want) {
			t.Errorf("the answer names %v, want %v", got, want)
		}
		v.sim.Inject(Fault{Kind: ForeignList, Count: 9, Invented: true, Times: 1})
		if got := v.made(2); len(got) != 2 || slices.Contains(v.exist(), got[0]) || slices.Contains(v.exist(), got[1]) {
			t.Errorf("the answer names %v, want two that nobody has", got)
		}
		v.struck(ForeignList, 2)
	})
}

// TestListFaultsCombine: one missing and one too many make the right number.
func TestListFaultsCombine(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: LongList, Invented: true})
		v.sim.Inject(Fault{Kind: ShortList, Count: 2})
		v.sim.Inject(Fault{Kind: Partial, Count: 3})
		got, made := v.made(5), v.exist()
		if len(got) != 3 || len(made) != 3 {
			t.Fatalf("%d machines are named and %d made, want 3 and 3", len(got), len(made))
		}
		if !slices.Equal(got[:2], made[:2]) {
			t.Errorf("%v are named, want the first two of %v", got, made)
		}
		if slices.Contains(made, got[2]) {
			t.Errorf("%s was made, want an ID that was not", got[2])
		}
	})
}

// TestStockRunsOutHalfWay: a refusal that is not the whole truth, where the
// documents do not rule it out.
func TestStockRunsOutHalfWay(t *testing.T) {
	soldOut := map[Cloud]string{ENS: "StockNotEnough", QingCloud: "5200"}
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: StockRanOut, Count: 2, Times: 1})
		got := v.ask(v.create(5, ""))
		want, left, struck := "", 5, 0
		if code := soldOut[v.cloud]; code != "" {
			want, left, struck = code, 2, 1
		}
		if got.code != want {
			t.Errorf("the create is answered %q, want %q", got.code, want)
		}
		if n := len(v.exist()); n != left {
			t.Errorf("%d machines exist, want %d", n, left)
		}
		v.struck(StockRanOut, struck)
		v.sim.Inject(Fault{Kind: StockRanOut, Times: 1})
		before := len(v.exist())
		if got := v.ask(v.create(4, "")).code; got != want {
			t.Errorf("without a Count the create is answered %q, want %q", got, want)
		}
		if n := len(v.exist()) - before; want != "" && n != 1 {
			t.Errorf("without a Count the refusal made %d machines, want 1", n)
		}
		v.sim.ClearFaults()
		if code := v.ask(v.create(1, "")).code; code != "" {
			t.Errorf("the next create is refused with %s", code)
		}
	})
}

// TestStockRunsOutHidesNoOtherRefusal: what is wrong with the request is said.
func TestStockRunsOutHidesNoOtherRefusal(t *testing.T) {
	v := ensVendor(t, New(nil))
	v.sim.Inject(Fault{Kind: StockRanOut})
	if got := v.ask(v.create(1000, "")).code; got != "InvalidParameter.Amount" {
		t.Errorf("a malformed create is answered %q, want InvalidParameter.Amount", got)
	}
}
