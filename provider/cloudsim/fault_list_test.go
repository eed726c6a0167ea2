package cloudsim

import (
	"slices"
	"testing"
)

func TestShortLists(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		for count, want := range []int{0, 1, 2, 3, 3} {
			remove := v.sim.Inject(Fault{Kind: ShortList, Count: count})
			before := len(v.exist())
			got := v.made(3)
			if len(got) != want {
				t.Errorf("a list of %d names %d instances, want %d", count, len(got), want)
			}
			made := v.exist()[before:]
			if len(made) != 3 {
				t.Fatalf("%d instances were made, want 3", len(made))
			}
			if !slices.Equal(got, made[:want]) {
				t.Errorf("%v are named, want the first of %v", got, made)
			}
			remove()
		}
		v.struck(ShortList, 5)
	})
}

// TestShortListUnderATokenMayBeWholeLater: the token remembers all instances.
func TestShortListUnderATokenMayBeWholeLater(t *testing.T) {
	for _, connect := range []func(*testing.T, *Sim) *vendor{ecsVendor, cvmVendor} {
		v := connect(t, New(nil))
		v.sim.Inject(Fault{Kind: ShortList, Count: 3, Times: 2})
		for i, want := range []int{3, 3, 4, 4} {
			if got := v.ask(v.create(4, "op-1")).ids; len(got) != want {
				t.Errorf("%s: answer %d names %d instances, want %d", v.cloud, i+1, len(got), want)
			}
		}
		if n := len(v.exist()); n != 4 {
			t.Errorf("%s: one token made %d instances, want 4", v.cloud, n)
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
			t.Fatalf("the answer names %d instances, want 3", len(got))
		}
		for _, id := range got[1:] {
			if slices.Contains(v.exist(), id) {
				t.Errorf("%s exists, want an ID without an instance", id)
			}
			if len(id) != len(got[0]) {
				t.Errorf("%s does not have the form of %s", id, got[0])
			}
		}
		v.struck(LongList, 2)
	})
}

// TestOthersAreInventedWhenThereAreNone: an account may have no other instance.
func TestOthersAreInventedWhenThereAreNone(t *testing.T) {
	v := cvmVendor(t, New(nil))
	v.sim.Inject(Fault{Kind: LongList, Count: 3})
	if got := v.made(2); len(got) != 5 {
		t.Errorf("the answer names %v, want 5 instances", got)
	}
	if n := len(v.exist()); n != 2 {
		t.Errorf("%d instances exist, want 2", n)
	}
}

// TestOthersLiveInTheSameRegion: a client could harm only instances of its region.
func TestOthersLiveInTheSameRegion(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	far := c.Run("RegionId", "cn-beijing", "Amount", "5")
	gone := c.Run("Amount", "5")
	for _, id := range gone {
		c.WantOK(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"))
	}
	near := c.Run()
	sim.Inject(Fault{Kind: LongList, Count: 4})
	got := c.Run()
	if len(got) != 5 || got[1] != near[0] {
		t.Errorf("the answer names %v, want five instances, %s the second", got, near[0])
	}
	for _, id := range got[2:] {
		if slices.Contains(far, id) || slices.Contains(gone, id) {
			t.Errorf("%s is elsewhere or gone, want an invented ID", id)
		}
	}
}

// TestInventedIDsStayInvented: no instance gets one of them later.
func TestInventedIDsStayInvented(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: LongList, Count: 20, Invented: true, Times: 1})
		invented := v.made(1)[1:]
		v.made(30)
		for _, id := range v.exist() {
			if slices.Contains(invented, id) {
				t.Errorf("%s was invented, and now an instance has it", id)
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
			t.Errorf("the answer names %v, want two without instances", got)
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
			t.Fatalf("%d instances are named and %d made, want 3 and 3", len(got), len(made))
		}
		if !slices.Equal(got[:2], made[:2]) {
			t.Errorf("%v are named, want the first two of %v", got, made)
		}
		if slices.Contains(made, got[2]) {
			t.Errorf("%s was made, want an ID that was not", got[2])
		}
	})
}
