package cloudsim

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestFaultsAnswerAsDocumented: the code and status of each refusal, by product.
func TestFaultsAnswerAsDocumented(t *testing.T) {
	for _, c := range []struct {
		fault                Fault
		ecsStatus, ensStatus int
		ecsCode, ensCode     string
	}{
		{Fault{Kind: Throttle}, 400, 400, "Throttling", "Throttling"},
		{Fault{Kind: NoStock}, 403, 400, "OperationDenied.NoStock", "StockNotEnough"},
		{Fault{Kind: Quota}, 403, 400, "QuotaExceed.ElasticQuota", "QuotaExceed.ElasticQuota"},
		{Fault{Kind: Balance}, 400, 400, "InsufficientBalance", "InvalidAccountStatus.NotEnoughBalance"},
		{Fault{Kind: Refuse, Code: "Forbidden.RAM", Status: 403}, 403, 403, "Forbidden.RAM", "Forbidden.RAM"},
		{Fault{Kind: Throttle, Code: "Throttling.Resource", Status: 429}, 429, 429, "Throttling.Resource", "Throttling.Resource"},
		{Fault{Kind: ServerErrorBefore}, 500, 500, "InternalError", "InternalError"},
		{Fault{Kind: ServerErrorBefore, Status: 503}, 503, 503, "ServiceUnavailable", "ServiceUnavailable"},
		{Fault{Kind: ServerErrorAfter, Status: 502, Code: "BadGateway"}, 502, 502, "BadGateway", "BadGateway"},
	} {
		sim := New(nil)
		sim.Inject(c.fault)
		ecs, ens := aliNewECS(t, sim), aliNewENS(t, sim)
		ecs.wantCode(ecs.call("RunInstances", ecsBase()...), c.ecsStatus, c.ecsCode)
		ens.wantCode(ens.call("RunInstances", ensBase()...), c.ensStatus, c.ensCode)
		want := 0
		if c.fault.Kind == ServerErrorAfter {
			want = 2
		}
		if n := len(sim.Instances()); n != want {
			t.Errorf("%s left %d machines, want %d", c.fault.Kind, n, want)
		}
	}
}

// TestLowStock: a NoStock fault with a Count leaves that many machines in
// stock, and MinAmount decides whether they are worth having.
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
			sim := New(nil)
			sim.Inject(Fault{Kind: NoStock, Count: c.stock})
			client := aliNewECS(t, sim)
			reply := client.call("RunInstances", ecsBase(c.pairs...)...)
			if c.made == 0 {
				client.wantCode(reply, 403, "OperationDenied.NoStock")
			}
			if got := len(reply.strings("InstanceIdSets", "InstanceIdSet")); got != c.made || len(sim.Instances()) != c.made {
				t.Errorf("answered %d IDs and made %d machines, want %d", got, len(sim.Instances()), c.made)
			}
		})
	}
	sim := New(nil)
	sim.Inject(Fault{Kind: NoStock, Count: 1})
	ens := aliNewENS(t, sim)
	ens.wantCode(ens.call("RunInstances", ensBase("Amount", "2")...), 400, "StockNotEnough")
}

// TestLaunchFailureDisappears: neither product has a failed state.
func TestLaunchFailureDisappears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		sim.Inject(Fault{Kind: LaunchFailure, Count: 1})
		ecs, ens := aliNewECS(t, sim), aliNewENS(t, sim)
		ids := ecs.run("Amount", "2")
		ens.wantOK(ens.call("RunInstances", ensBase("Amount", "2")...))
		if got := ecs.describe().at("TotalCount"); got != 2.0 {
			t.Errorf("while booting %v machines are listed, want 2", got)
		}
		time.Sleep(3 * time.Second)
		reply := ecs.describe()
		if reply.at("TotalCount") != 1.0 || reply.at("Instances", "Instance", 0, "InstanceId") != ids[1] {
			t.Errorf("after the failure ECS lists %v, want %s alone", reply.at("Instances"), ids[1])
		}
		ecs.wantCode(ecs.call("DeleteInstance", "InstanceId", ids[0], "Force", "true"), 404, "InvalidInstanceId.NotFound")
		if got := ens.wantOK(ens.call("DescribeInstances")).at("TotalCount"); got != 1.0 {
			t.Errorf("after the failure ENS lists %v machines, want 1", got)
		}
	})
}

func TestLateVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		sim.Inject(Fault{Kind: LateVisibility, Delay: time.Minute})
		c := aliNewECS(t, sim)
		ids := c.run()
		c.wantCode(c.call("DeleteInstances", "RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "Force", "true"), 404, "InvalidInstanceId.NotFound")
		if got := c.describe("InstanceIds", aliIDs(ids)).at("TotalCount"); got != 0.0 {
			t.Errorf("at once %v machines are listed, want none", got)
		}
		time.Sleep(time.Minute)
		if got := c.describe("InstanceIds", aliIDs(ids)).at("TotalCount"); got != 1.0 {
			t.Errorf("after a minute %v machines are listed, want 1", got)
		}
	})
}

// TestLostAnswerAndRetry is the reason for client tokens.
func TestLostAnswerAndRetry(t *testing.T) {
	sim := New(nil)
	sim.Inject(Fault{Kind: ServerErrorAfter, Times: 1})
	c := aliNewECS(t, sim)
	pairs := ecsBase("ClientToken", "t-1", "Amount", "3")
	c.wantCode(c.call("RunInstances", pairs...), 500, "InternalError")
	ids := c.wantOK(c.call("RunInstances", pairs...)).strings("InstanceIdSets", "InstanceIdSet")
	if len(ids) != 3 || len(sim.Instances()) != 3 {
		t.Errorf("the retry got %d IDs and %d machines exist, want the 3 of the first call", len(ids), len(sim.Instances()))
	}
}
