package cloudsim

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestBlindKeysGetEmptyLists: at status 200, while calls by ID go on.
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

// TestBlindKeysMaySeeAPart: a part that is always the same.
func TestBlindKeysMaySeeAPart(t *testing.T) {
	eachVendor(t, &Options{Seed: 3}, func(t *testing.T, v *vendor) {
		first, second := v.made(3), v.made(40)
		remove := v.sim.Inject(Fault{Kind: Blind, Count: 2})
		v.shows("the first two of each create are hidden", append(first[2:3:3], second[2:]...)...)
		remove()

		v.sim.Inject(Fault{Kind: Blind, Share: 0.5})
		seen := v.ask(v.describe())
		if n := len(seen.ids); n < 10 || n > 33 {
			t.Errorf("%d of 43 machines are shown, want about half", n)
		}
		if seen.total != len(seen.ids) {
			t.Errorf("the total is %d beside %d rows", seen.total, len(seen.ids))
		}
		for range 3 {
			v.shows("asked again", seen.ids...)
		}
	})
}

// TestDryRunTellsOfTheRight: what ECS documents beside the empty list.
func TestDryRunTellsOfTheRight(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	ids := c.run("Amount", "2")
	dry := func(more ...string) aliReply {
		return c.call("DescribeInstances", append([]string{"RegionId", "cn-hangzhou", "DryRun", "true"}, more...)...)
	}
	c.wantCode(dry(), 400, "DryRunOperation")

	remove := sim.Inject(Fault{Kind: Blind, Count: 1})
	c.wantCode(dry(), 400, "DryRunOperation")
	c.wantCode(dry("InstanceIds", aliIDs(ids[1:])), 400, "DryRunOperation")
	c.wantCode(dry("InstanceIds", aliIDs(ids)), 403, "Forbidden.RAM")
	remove()

	remove = sim.Inject(Fault{Kind: Blind, Share: 0.001})
	c.wantCode(dry(), 400, "DryRunOperation")
	remove()

	sim.Inject(Fault{Kind: Blind})
	c.wantCode(dry(), 403, "Forbidden.RAM")
	c.wantCode(dry("MaxResults", "100"), 403, "Forbidden.RAM")
	c.wantCode(c.call("DescribeInstances", "RegionId", "cn-hangzhou", "DryRun", "maybe"), 400, "InvalidParameter")
}

// TestBlindKeysGetNoStatusesEither: every describe of machines is one.
func TestBlindKeysGetNoStatusesEither(t *testing.T) {
	sim := New(nil)
	ecs, cvm := newECSClient(t, sim), &cvmClient{t: t, sim: sim, region: "ap-guangzhou"}
	ecs.run()
	ids := cvm.run(``)
	sim.Inject(Fault{Kind: Blind})
	if got := ecs.wantOK(ecs.call("DescribeInstanceStatus", "RegionId", "cn-hangzhou")).at("TotalCount"); got != 0.0 {
		t.Errorf("ECS has the status of %v machines, want none", got)
	}
	if got := cvm.states(ids...); len(got) != 0 {
		t.Errorf("CVM has the states %v, want none", got)
	}
}

// TestFlapLeavesMachinesOutOfSomeAnswers: of exactly the n-th, or by a share.
func TestFlapLeavesMachinesOutOfSomeAnswers(t *testing.T) {
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

// TestListCapIsSilent: a filter by tags finds the oldest machines up to the cap,
// over all pages, and says nothing.
func TestListCapIsSilent(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	var ids []string
	for range 3 {
		ids = append(ids, c.run("Amount", "10", "Tag.1.Key", "k", "Tag.1.Value", "v")...)
	}
	tagged := []string{"Tag.1.Key", "k", "PageSize", "10"}
	sim.Inject(Fault{Kind: ListCap, Count: 25})
	third := readAliAnswer([]byte(c.describe(append(tagged, "PageNumber", "3")...).raw))
	if !slices.Equal(third.ids, ids[20:25]) || third.total != 25 {
		t.Errorf("page 3 has %d rows of %d, want 5 of 25", len(third.ids), third.total)
	}
	var paged []string
	next := ""
	for range 5 {
		got := c.describe("Tag.1.Key", "k", "MaxResults", "10", "NextToken", next)
		for i := range got.strings("Instances", "Instance") {
			paged = append(paged, fmt.Sprint(got.at("Instances", "Instance", i, "InstanceId")))
		}
		if next = fmt.Sprint(got.at("NextToken")); next == "" {
			break
		}
	}
	if !slices.Equal(paged, ids[:25]) {
		t.Errorf("by token %d machines are shown, want the first 25", len(paged))
	}
	if got := c.describe("PageSize", "10").at("TotalCount"); got != 30.0 {
		t.Errorf("without the filter the total is %v, want 30", got)
	}
	if got := sim.Struck(ECS, ListCap); got != 4 {
		t.Errorf("the cap has struck %d calls, want 4: those with a filter", got)
	}
}

// TestListCapIsTheDocumentedOne unless the fault says otherwise.
func TestListCapIsTheDocumentedOne(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	for range 11 {
		c.run("Amount", "100", "Tag.1.Key", "k")
	}
	sim.Inject(Fault{Kind: ListCap})
	if got := c.describe("Tag.1.Key", "k").at("TotalCount"); got != 1000.0 {
		t.Errorf("the total is %v, want 1000", got)
	}
}

func TestListCapOfENSAndCVM(t *testing.T) {
	sim := New(nil)
	ens, cvm := newENSClient(t, sim), &cvmClient{t: t, sim: sim, region: "ap-guangzhou"}
	ens.wantOK(ens.call("RunInstances", ensBase("Amount", "3", "Tag.1.Key", "k", "Tag.1.Value", "v")...))
	cvm.run(`{"InstanceCount":3,"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"k","Value":"v"}]}]}`)
	sim.Inject(Fault{Kind: ListCap, Count: 2})
	if got := ens.wantOK(ens.call("DescribeInstances", "Tags", `[{"Key":"k","Value":"v"}]`)).at("TotalCount"); got != 2.0 {
		t.Errorf("ENS finds %v machines by tag, want 2", got)
	}
	if got := ens.wantOK(ens.call("DescribeInstances", "Tags", "null")).at("TotalCount"); got != 3.0 {
		t.Errorf("ENS finds %v machines without a filter, want 3", got)
	}
	for filter, want := range map[string]int{"tag:k": 2, "tag-key": 2, "zone": 3} {
		value := map[string]string{"tag:k": "v", "tag-key": "k", "zone": "ap-guangzhou-2"}[filter]
		if got := cvm.call("DescribeInstances", `{"Filters":[{"Name":"`+filter+`","Values":["`+value+`"]}]}`); got.TotalCount != want {
			t.Errorf("CVM finds %d machines by %s, want %d", got.TotalCount, filter, want)
		}
	}
	form := v1POST(map[string]string{"Filters.0.Name": "tag:k", "Filters.0.Values.0": "v"})
	if got := ask(t, sim, form); got.TotalCount != 2 {
		t.Errorf("CVM finds %d machines by tag in a form, want 2", got.TotalCount)
	}
}

// TestTotalsContradictTheRows: 25 is the total, 10 are the rows.
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

// TestPageAfterTheLast: a token for a page that has nothing, and none for what a
// page lacks.
func TestPageAfterTheLast(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	c.run("Amount", "25")
	sim.Inject(Fault{Kind: WrongTotal, Count: 10, Total: 25, NextPage: true, Times: 1})
	sim.Inject(Fault{Kind: WrongTotal, Count: 10, Total: 25, Skip: 2, Times: 1})
	first := c.describe("MaxResults", "100")
	if n := len(first.strings("Instances", "Instance")); n != 10 || first.at("TotalCount") != 25.0 {
		t.Errorf("the first page has %d rows of %v, want 10 of 25", n, first.at("TotalCount"))
	}
	next := fmt.Sprint(first.at("NextToken"))
	if next == "" {
		t.Fatal("the first page announces no other")
	}
	second := c.describe("MaxResults", "100", "NextToken", next)
	if n := len(second.strings("Instances", "Instance")); n != 0 || second.at("NextToken") != "" {
		t.Errorf("the second page has %d rows and announces %v, want none", n, second.at("NextToken"))
	}
	third := c.describe("MaxResults", "100")
	if n := len(third.strings("Instances", "Instance")); n != 10 || third.at("NextToken") != "" {
		t.Errorf("without NextPage %d rows and the token %v, want 10 and none", n, third.at("NextToken"))
	}
}

// TestReadFaultsCombineAndSpareOtherCalls: what is hidden is hidden from the cut
// page too, and creates are none of their business, whatever API they name.
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

// TestRegionsAreApart: a call to another region, zone or node does not know the
// machines of this one. Calls of ENS about one machine name no node, which is for
// the whole account: only its describes can be for another one.
func TestRegionsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		ecs, ens, qing := newECSClient(t, sim), newENSClient(t, sim), newQingClient(t, nil)
		qing.sim = sim
		id, edge := ecs.run()[0], ens.wantOK(ens.call("RunInstances", ensBase()...)).strings("InstanceIds")[0]
		zoned := qing.run()[0]
		time.Sleep(5 * time.Second)

		there := []string{"RegionId", "cn-beijing"}
		for _, pairs := range [][]string{nil, {"InstanceIds", aliIDs([]string{id})}, {"MaxResults", "100"}} {
			reply := ecs.wantOK(ecs.call("DescribeInstances", append(there, pairs...)...))
			if got := reply.strings("Instances", "Instance"); len(got) != 0 {
				t.Errorf("cn-beijing of ECS shows %v for %v", got, pairs)
			}
		}
		for _, action := range []string{"DeleteInstance", "StartInstance", "StopInstance", "RebootInstance"} {
			ecs.wantCode(ecs.call(action, append(there, "InstanceId", id)...), 404, "InvalidInstanceId.NotFound")
		}
		for _, action := range []string{"DeleteInstances", "StartInstances", "StopInstances", "RebootInstances"} {
			ecs.wantCode(ecs.call(action, append(there, "InstanceId.1", id)...), 404, "InvalidInstanceId.NotFound")
		}

		for name, node := range map[string]string{"EnsRegionId": "cn-beijing-unicom", "EnsRegionIds": `["cn-beijing-unicom"]`} {
			reply := ens.wantOK(ens.call("DescribeInstances", name, node, "InstanceIds", aliIDs([]string{edge})))
			if got := reply.at("TotalCount"); got != 0.0 {
				t.Errorf("another node of ENS shows %v machines", got)
			}
		}

		qing.zone = "sh1a"
		if got := qing.must("DescribeInstances", "instances.1="+zoned).Total; got != 0 {
			t.Errorf("another zone of QingCloud shows %d machines", got)
		}
		for _, action := range []string{"TerminateInstances", "CeaseInstances", "StartInstances", "StopInstances", "RestartInstances"} {
			if got := qing.call(action, "instances.1="+zoned).code(); got != 2100 {
				t.Errorf("%s in another zone is answered %d, want 2100", action, got)
			}
		}
		if got := qing.call("ModifyInstanceAttributes", "instance="+zoned, "instance_name=other").code(); got != 2100 {
			t.Errorf("a rename in another zone is answered %d, want 2100", got)
		}
		if n := len(sim.Instances()); n != 3 {
			t.Errorf("%d machines exist, want 3", n)
		}
	})
}

// TestCVMRegionsDoNotRename completes TestCVMRegionsAreApart.
func TestCVMRegionsDoNotRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCVMClient(t, nil)
		ids := c.run(``)
		time.Sleep(2 * time.Second)
		c.region = "ap-shanghai"
		for action, more := range map[string]string{
			"StartInstances": "", "StopInstances": "", "RebootInstances": "", "ModifyInstancesAttribute": `,"InstanceName":"other"`,
		} {
			c.refused(action, c.call(action, idsBody(ids, more)), "InvalidInstanceId.NotFound")
		}
	})
}
