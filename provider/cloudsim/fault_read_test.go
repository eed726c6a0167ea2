package cloudsim

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestBlindKeysGetEmptyLists: with status 200; other calls by ID still work.
func TestBlindKeysGetEmptyLists(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		synctest.Test(t, func(t *testing.T) {
			ids := v.made(2)
			time.Sleep(5 * time.Second)
			remove := v.sim.Inject(Fault{Kind: Blind})
			v.shows("without the right")
			got := v.ask(v.describe(ids...))
			if got.code != "" {
				t.Errorf("a describe by ID is refused with %s, want an empty list", got.code)
			}
			if got.total != 0 || len(got.ids) != 0 {
				t.Errorf("a describe by ID shows %v of %d, want nothing of 0", got.ids, got.total)
			}
			v.struck(Blind, 2)
			if code := v.ask(v.stop(ids[0])).code; code != "" {
				t.Errorf("a call by ID is refused with %s", code)
			}
			remove()
			v.shows("with the right", ids...)
		})
	})
}

// TestBlindKeysMaySeeAPart: every answer shows the same part.
func TestBlindKeysMaySeeAPart(t *testing.T) {
	eachVendor(t, &Options{Seed: 3}, func(t *testing.T, v *vendor) {
		first, second := v.made(3), v.made(40)
		remove := v.sim.Inject(Fault{Kind: Blind, Count: 2})
		v.shows("the first two of each create are hidden", append(first[2:3:3], second[2:]...)...)
		remove()

		v.sim.Inject(Fault{Kind: Blind, Share: 0.5})
		seen := v.ask(v.describe())
		if n := len(seen.ids); n < 10 || n > 33 {
			t.Errorf("%d of 43 instances are shown, want about half", n)
		}
		if seen.total != len(seen.ids) {
			t.Errorf("the total is %d beside %d rows", seen.total, len(seen.ids))
		}
		for range 3 {
			v.shows("asked again", seen.ids...)
		}
	})
}

// TestDryRunChecksTheRight: ECS documents it besides the empty list.
func TestDryRunChecksTheRight(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	ids := c.Run("Amount", "2")
	dry := func(more ...string) simtest.AlibabaAnswer {
		return c.Call("DescribeInstances", append([]string{"RegionId", "cn-hangzhou", "DryRun", "true"}, more...)...)
	}
	c.WantCode(dry(), 400, "DryRunOperation")

	remove := sim.Inject(Fault{Kind: Blind, Count: 1})
	c.WantCode(dry(), 400, "DryRunOperation")
	c.WantCode(dry("InstanceIds", simtest.IDList(ids[1:])), 400, "DryRunOperation")
	c.WantCode(dry("InstanceIds", simtest.IDList(ids)), 403, "Forbidden.RAM")
	remove()

	remove = sim.Inject(Fault{Kind: Blind, Share: 0.001})
	c.WantCode(dry(), 400, "DryRunOperation")
	remove()

	sim.Inject(Fault{Kind: Blind})
	c.WantCode(dry(), 403, "Forbidden.RAM")
	c.WantCode(dry("MaxResults", "100"), 403, "Forbidden.RAM")
	c.WantCode(c.Call("DescribeInstances", "RegionId", "cn-hangzhou", "DryRun", "maybe"), 400, "InvalidParameter")
}

// TestBlindKeysGetNoStatusesEither: every describe of instances counts.
func TestBlindKeysGetNoStatusesEither(t *testing.T) {
	sim := New(nil)
	ecs, cvm := newECSClient(t, sim), newCVMClient(t, sim)
	ecs.Run()
	ids := cvm.Run(``)
	sim.Inject(Fault{Kind: Blind})
	if got := ecs.WantOK(ecs.Call("DescribeInstanceStatus", "RegionId", "cn-hangzhou")).At("TotalCount"); got != 0.0 {
		t.Errorf("ECS has the status of %v instances, want none", got)
	}
	if got := cvm.States(ids...); len(got) != 0 {
		t.Errorf("CVM has the states %v, want none", got)
	}
}

// TestFlapLeavesInstancesOutOfSomeAnswers: of exactly the n-th, or by a share.
func TestFlapLeavesInstancesOutOfSomeAnswers(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		ids := v.made(3)
		v.sim.Inject(Fault{Kind: Flap, Count: 1, Skip: 1, Times: 1})
		v.sim.Inject(Fault{Kind: Flap, Skip: 3, Times: 1})
		v.shows("the first answer", ids...)
		v.shows("the second answer", ids[1:]...)
		v.shows("the third answer", ids...)
		v.shows("the fourth answer")
		v.shows("the fifth answer", ids...)
		v.struck(Flap, 2)
	})
}

func TestFlapDrawsAnewForEveryAnswer(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.made(50)
		v.sim.Inject(Fault{Kind: Flap, Share: 0.1})
		shown, answers := 0, map[string]bool{}
		for range 20 {
			ids := v.ask(v.describe()).ids
			shown += len(ids)
			answers[fmt.Sprint(ids)] = true
		}
		if shown < 800 || shown > 990 {
			t.Errorf("%d of 1000 rows are shown, want about 900", shown)
		}
		if len(answers) < 10 {
			t.Errorf("20 answers are of %d kinds, want nearly 20", len(answers))
		}
	})
}

// TestTotalsContradictTheRows: a total of 25 with 10 rows.
func TestTotalsContradictTheRows(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		ids := v.made(25)
		for _, c := range []struct {
			fault       Fault
			rows, total int
		}{
			{Fault{Count: 10}, 10, 25},
			{Fault{Count: 10, Total: 40}, 10, 40},
			{Fault{Total: 7}, 25, 7},
			{Fault{}, 25, 26},
			{Fault{Count: 100}, 25, 25},
		} {
			c.fault.Kind, c.fault.Times = WrongTotal, 1
			v.sim.Inject(c.fault)
			got := v.ask(v.describe())
			if got.total != c.total {
				t.Errorf("%+v: the total is %d, want %d", c.fault, got.total, c.total)
			}
			if !slices.Equal(got.ids, ids[:c.rows]) {
				t.Errorf("%+v: %d rows are shown, want the first %d", c.fault, len(got.ids), c.rows)
			}
		}
		v.struck(WrongTotal, 5)
		v.shows("without the fault", ids...)
	})
}

// TestPageAfterTheLast: there is a token for a page without rows, and no token for rows
// that a page lacks.
func TestPageAfterTheLast(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	c.Run("Amount", "25")
	sim.Inject(Fault{Kind: WrongTotal, Count: 10, Total: 25, NextPage: true, Times: 1})
	sim.Inject(Fault{Kind: WrongTotal, Count: 10, Total: 25, Skip: 2, Times: 1})
	first := c.Describe("MaxResults", "100")
	if n := len(first.Strings("Instances", "Instance")); n != 10 || first.At("TotalCount") != 25.0 {
		t.Errorf("the first page has %d rows of %v, want 10 of 25", n, first.At("TotalCount"))
	}
	next := fmt.Sprint(first.At("NextToken"))
	if next == "" {
		t.Fatal("the first page announces no other")
	}
	second := c.Describe("MaxResults", "100", "NextToken", next)
	if n := len(second.Strings("Instances", "Instance")); n != 0 || second.At("NextToken") != "" {
		t.Errorf("the second page has %d rows and announces %v, want none", n, second.At("NextToken"))
	}
	third := c.Describe("MaxResults", "100")
	if n := len(third.Strings("Instances", "Instance")); n != 10 || third.At("NextToken") != "" {
		t.Errorf("without NextPage %d rows and the token %v, want 10 and none", n, third.At("NextToken"))
	}
}

// TestReadFaultsCombineAndSpareOtherCalls: a hidden instance is also missing in the cut
// page. Creates are not affected, whatever API the fault names.
func TestReadFaultsCombineAndSpareOtherCalls(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{API: "RunInstances", Kind: Flap})
		ids := v.made(4)
		v.sim.Inject(Fault{Kind: Blind, Count: 1})
		v.sim.Inject(Fault{Kind: WrongTotal, Count: 2})
		got := v.ask(v.describe())
		if !slices.Equal(got.ids, ids[1:3]) || got.total != 3 {
			t.Errorf("%v of %d are shown, want %v of 3", got.ids, got.total, ids[1:3])
		}
		v.struck(Flap, 0)
		v.struck(Blind, 1)
	})
}
