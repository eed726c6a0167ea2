package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestDeadTokens: the first request fails half-way, and ECS refuses every later one.
// The other clouds have no such code and no such fault.
func TestDeadTokens(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: DeadToken, Count: 1})
		first := v.ask(v.create(3, "op-1"))
		second := v.ask(v.create(3, "op-1"))
		if v.cloud != ECS {
			if first.code != "" || second.code != "" {
				t.Errorf("answered %q and %q, want no fault", first.code, second.code)
			}
			v.struck(DeadToken, 0)
			return
		}
		if first.code != "InternalError" {
			t.Errorf("the first request is answered %q, want InternalError", first.code)
		}
		if second.code != "IdempotentFailed" {
			t.Errorf("the second request is answered %q, want IdempotentFailed", second.code)
		}
		v.struck(DeadToken, 1)
		v.sim.ClearFaults()
		if got := v.ask(v.create(2, "op-1")).code; got != "IdempotentFailed" {
			t.Errorf("with other parameters it is answered %q, want IdempotentFailed", got)
		}
		if n := len(v.exist()); n != 1 {
			t.Errorf("%d instances exist, want the 1 of the request that failed half-way", n)
		}
		if got := v.ask(v.create(2, "op-2")); len(got.ids) != 2 {
			t.Errorf("another token makes %d instances, want 2 (%s)", len(got.ids), got.code)
		}
	})
}

// TestDeadTokensSpareOtherCalls: without a token, dry runs, and tokens with an answer.
func TestDeadTokensSpareOtherCalls(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	ids := c.Run("ClientToken", "old")
	sim.Inject(Fault{Kind: DeadToken})
	c.WantOK(c.Call("RunInstances", simtest.ECSCreate()...))
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("ClientToken", "dry", "DryRun", "true")...), 400,
		"DryRunOperation")
	if again := c.Run("ClientToken", "old"); !slices.Equal(again, ids) {
		t.Errorf("the old token is answered %v, want %v", again, ids)
	}
	c.WantOK(c.Call("DeleteInstances", "RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "Force", "true",
		"ClientToken", "delete"))
	if got := sim.Struck(ECS, DeadToken); got != 0 {
		t.Errorf("the fault has struck %d calls, want none", got)
	}
	sim.ClearFaults()
	sim.Inject(Fault{Kind: DeadToken, Code: "ServiceUnavailable", Status: 503})
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("ClientToken", "new")...), 503, "ServiceUnavailable")
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("ClientToken", "new")...), 403, "IdempotentFailed")
	if n := len(sim.Instances()); n != 1 {
		t.Errorf("%d instances exist, want 1", n)
	}
}

// TestForgottenTokensCreateAgain: at once by a fault, or after the life of a token.
func TestForgottenTokensCreateAgain(t *testing.T) {
	for _, connect := range []func(*testing.T, *Sim) *vendor{ecsVendor, cvmVendor} {
		v := connect(t, New(nil))
		v.sim.Inject(Fault{Kind: ForgetToken, Times: 1})
		first, second, third := v.ask(v.create(2, "op-1")), v.ask(v.create(2, "op-1")), v.ask(v.create(2, "op-1"))
		if slices.Equal(first.ids, second.ids) {
			t.Errorf("%s: a forgotten token is answered %v again", v.cloud, first.ids)
		}
		if !slices.Equal(third.ids, second.ids) {
			t.Errorf("%s: the third answer is %v, want %v", v.cloud, third.ids, second.ids)
		}
		if n := len(v.exist()); n != 4 {
			t.Errorf("%s: %d instances exist, want 4", v.cloud, n)
		}
		v.struck(ForgetToken, 1)
	}
}

// TestForgetTokenSparesDryRuns: the cloud does not record their token.
func TestForgetTokenSparesDryRuns(t *testing.T) {
	sim := New(nil)
	c := newCVMClient(t, sim)
	ids := c.Run(`{"ClientToken":"op-1"}`)
	sim.Inject(Fault{Kind: ForgetToken, Times: 1})
	c.Run(`{"ClientToken":"op-1","DryRun":true}`)
	if got := sim.Struck(CVM, ForgetToken); got != 0 {
		t.Errorf("the fault has struck %d dry runs, want none", got)
	}
	if again := c.Run(`{"ClientToken":"op-1"}`); slices.Equal(again, ids) {
		t.Errorf("the create after the dry run is answered %v again, want another instance", ids)
	}
}

func TestForgetTokenSparesCloudsWithoutTokens(t *testing.T) {
	for _, connect := range []func(*testing.T, *Sim) *vendor{ensVendor, qingVendor} {
		v := connect(t, New(nil))
		v.sim.Inject(Fault{Kind: ForgetToken})
		v.made(1)
		v.made(1)
		v.struck(ForgetToken, 0)
	}
}

func TestTokensLiveAsLongAsOptionsSay(t *testing.T) {
	for _, connect := range []func(*testing.T, *Sim) *vendor{ecsVendor, cvmVendor} {
		synctest.Test(t, func(t *testing.T) {
			v := connect(t, New(&Options{TokenLife: time.Hour}))
			first := v.ask(v.create(1, "op-1")).ids
			time.Sleep(time.Hour - 1)
			if again := v.ask(v.create(1, "op-1")).ids; !slices.Equal(again, first) {
				t.Errorf("%s: within its life the token is answered %v, want %v", v.cloud, again, first)
			}
			time.Sleep(time.Nanosecond)
			if later := v.ask(v.create(1, "op-1")).ids; slices.Equal(later, first) {
				t.Errorf("%s: after its life the token is answered %v again", v.cloud, later)
			}
			if n := len(v.exist()); n != 2 {
				t.Errorf("%s: %d instances exist, want 2", v.cloud, n)
			}
		})
	}
}

// TestDeadTokensAreForgottenToo: after TokenLife, like other tokens.
func TestDeadTokensAreForgottenToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := ecsVendor(t, New(&Options{TokenLife: time.Hour}))
		v.sim.Inject(Fault{Kind: DeadToken, Times: 1})
		v.ask(v.create(1, "op-1"))
		time.Sleep(time.Hour)
		if got := v.ask(v.create(1, "op-1")); got.code != "" || len(got.ids) != 1 {
			t.Errorf("after an hour the dead token is answered %q with %v, want an instance", got.code, got.ids)
		}
	})
}
