package alibaba_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestFaultsAnswerAsDocumented: the code and status of each refusal, by product.
func TestFaultsAnswerAsDocumented(t *testing.T) {
	for _, c := range []struct {
		fault                cloudsim.Fault
		ecsStatus, ensStatus int
		ecsCode, ensCode     string
	}{
		{cloudsim.Fault{Kind: cloudsim.Throttle}, 400, 400, "Throttling", "Throttling"},
		{cloudsim.Fault{Kind: cloudsim.NoStock}, 403, 400, "OperationDenied.NoStock", "StockNotEnough"},
		{cloudsim.Fault{Kind: cloudsim.Quota}, 403, 400, "QuotaExceed.ElasticQuota", "QuotaExceed.ElasticQuota"},
		{
			cloudsim.Fault{Kind: cloudsim.Balance},
			400, 400, "InsufficientBalance",
			"InvalidAccountStatus.NotEnoughBalance",
		},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Code: "Forbidden.RAM", Status: 403},
			403, 403, "Forbidden.RAM",
			"Forbidden.RAM",
		},
		{
			cloudsim.Fault{Kind: cloudsim.Throttle, Code: "Throttling.Resource", Status: 429},
			429, 429,
			"Throttling.Resource", "Throttling.Resource",
		},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore}, 500, 500, "InternalError", "InternalError"},
		{
			cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, Status: 503},
			503, 503, "ServiceUnavailable",
			"ServiceUnavailable",
		},
		{
			cloudsim.Fault{Kind: cloudsim.ServerErrorAfter, Status: 502, Code: "BadGateway"},
			502, 502, "BadGateway",
			"BadGateway",
		},
	} {
		sim := cloudsim.New(nil)
		sim.Inject(c.fault)
		ecs, ens := newECS(t, sim), newENS(t, sim)
		ecs.WantCode(ecs.Call("RunInstances", simtest.ECSCreate()...), c.ecsStatus, c.ecsCode)
		ens.WantCode(ens.Call("RunInstances", simtest.ENSCreate()...), c.ensStatus, c.ensCode)
		want := 0
		if c.fault.Kind == cloudsim.ServerErrorAfter {
			want = 2
		}
		if n := len(sim.Instances()); n != want {
			t.Errorf("%s left %d instances, want %d", c.fault.Kind, n, want)
		}
	}
}

// TestLowStock: a NoStock fault with a Count leaves that many instances in stock.
// MinAmount decides whether they are enough.
func TestLowStock(t *testing.T) {
	for _, c := range []struct {
		name  string
		stock int
		pairs []string
		made  int
	}{
		{"no minimum means all", 2, []string{"Amount", "3"}, 0},
		{"stock reaches the minimum", 2, []string{"Amount", "3", "MinAmount", "2"}, 2},
		{"stock is below the minimum", 1, []string{"Amount", "3", "MinAmount", "2"}, 0},
		{"stock is plenty", 5, []string{"Amount", "3"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim := cloudsim.New(nil)
			sim.Inject(cloudsim.Fault{Kind: cloudsim.NoStock, Count: c.stock})
			client := newECS(t, sim)
			reply := client.Call("RunInstances", simtest.ECSCreate(c.pairs...)...)
			if c.made == 0 {
				client.WantCode(reply, 403, "OperationDenied.NoStock")
			}
			if got := len(reply.Strings("InstanceIdSets", "InstanceIdSet")); got != c.made ||
				len(sim.Instances()) != c.made {
				t.Errorf("answered %d IDs and made %d instances, want %d", got, len(sim.Instances()), c.made)
			}
		})
	}
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Kind: cloudsim.NoStock, Count: 1})
	ens := newENS(t, sim)
	ens.WantCode(ens.Call("RunInstances", simtest.ENSCreate("Amount", "2")...), 400, "StockNotEnough")
}

// TestLaunchFailureDisappears: neither product has a failed state.
func TestLaunchFailureDisappears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1})
		ecs, ens := newECS(t, sim), newENS(t, sim)
		ids := ecs.Run("Amount", "2")
		ens.WantOK(ens.Call("RunInstances", simtest.ENSCreate("Amount", "2")...))
		if got := ecs.Describe().At("TotalCount"); got != 2.0 {
			t.Errorf("while booting %v instances are listed, want 2", got)
		}
		time.Sleep(3 * time.Second)
		reply := ecs.Describe()
		if reply.At("TotalCount") != 1.0 || reply.At("Instances", "Instance", 0, "InstanceId") != ids[1] {
			t.Errorf("after the failure ECS lists %v, want %s alone", reply.At("Instances"), ids[1])
		}
		ecs.WantCode(ecs.Call("DeleteInstance", "InstanceId", ids[0], "Force", "true"), 404,
			"InvalidInstanceId.NotFound")
		if got := ens.WantOK(ens.Call("DescribeInstances")).At("TotalCount"); got != 1.0 {
			t.Errorf("after the failure ENS lists %v instances, want 1", got)
		}
	})
}

func TestLateVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: time.Minute})
		c := newECS(t, sim)
		ids := c.Run()
		c.WantCode(c.Call("DeleteInstances", "RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "Force", "true"), 404,
			"InvalidInstanceId.NotFound")
		if got := c.Describe("InstanceIds", simtest.IDList(ids)).At("TotalCount"); got != 0.0 {
			t.Errorf("at once %v instances are listed, want none", got)
		}
		time.Sleep(time.Minute)
		if got := c.Describe("InstanceIds", simtest.IDList(ids)).At("TotalCount"); got != 1.0 {
			t.Errorf("after a minute %v instances are listed, want 1", got)
		}
	})
}

// TestLostAnswerAndRetry: a client token makes a retry after a lost answer safe.
func TestLostAnswerAndRetry(t *testing.T) {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Kind: cloudsim.ServerErrorAfter, Times: 1})
	c := newECS(t, sim)
	pairs := simtest.ECSCreate("ClientToken", "t-1", "Amount", "3")
	c.WantCode(c.Call("RunInstances", pairs...), 500, "InternalError")
	ids := c.WantOK(c.Call("RunInstances", pairs...)).Strings("InstanceIdSets", "InstanceIdSet")
	if len(ids) != 3 || len(sim.Instances()) != 3 {
		t.Errorf("the retry got %d IDs and %d instances exist, want the 3 of the first call", len(ids),
			len(sim.Instances()))
	}
}
