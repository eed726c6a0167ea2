package cloudsim

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestCallsAreKeptOnlyOnDemand(t *testing.T) {
	sim := New(nil)
	ecs := newECSClient(t, sim)
	ecs.Run()
	if got := sim.LastCalls(10); len(got) != 0 {
		t.Errorf("%d calls are kept before KeepCalls, want none", len(got))
	}
	sim.KeepCalls(3)
	for range 5 {
		ecs.Describe()
	}
	ecs.Run("Amount", "2")
	got := sim.LastCalls(10)
	if len(got) != 3 {
		t.Fatalf("%d calls are kept, want 3", len(got))
	}
	last := got[2]
	if last.Action != "RunInstances" || last.Params["Amount"] != "2" || last.Status != 200 || !last.Known {
		t.Errorf("the last call is %+v, want the create of two instances", last)
	}
	if one := sim.LastCalls(1); len(one) != 1 || one[0].Action != "RunInstances" {
		t.Errorf("the last call alone is %+v", one)
	}
	sim.KeepCalls(0)
	ecs.Describe()
	if got := sim.LastCalls(10); len(got) != 0 {
		t.Errorf("%d calls are kept after KeepCalls(0), want none", len(got))
	}
}

func TestRecordsNameFaultsAndIDs(t *testing.T) {
	sim := New(nil)
	sim.KeepCalls(10)
	ecs := newECSClient(t, sim)
	ids := ecs.Run("Amount", "4")
	ecs.Describe("InstanceIds", simtest.IDList(ids))
	sim.Inject(Fault{Kind: ResetAfter, Times: 1})
	if _, _, err := fakeCall(t.Context(), sim.Transport(), "https://ecs.cn-hangzhou.aliyuncs.com", ""); err != nil {
		t.Errorf("a request without an action: %v", err)
	}
	cvm := newCVMClient(t, sim)
	sim.Inject(Fault{Cloud: CVM, Kind: Quota, Message: "a text of the test"})
	cvm.Call("RunInstances", simtest.CVMMinimal)
	got := sim.LastCalls(10)
	first := slices.Sorted(slices.Values(ids))
	if want := strings.Join(first[:3], " ") + " and 1 more"; got[1].Params["InstanceIds"] != want {
		t.Errorf("the IDs are shown as %q, want %q", got[1].Params["InstanceIds"], want)
	}
	if got[2].Known || got[2].Code == "" {
		t.Errorf("a request without an action is %+v, want a refusal", got[2])
	}
	if f := got[3].Faults; !slices.Equal(f, []FaultKind{ResetAfter, Quota}) || got[3].Reason != "" {
		t.Errorf("a call with two faults is %+v, want both and no reason", got[3])
	}
}

func TestACutConnectionHasNoStatus(t *testing.T) {
	sim := fakeSim(nil)
	sim.KeepCalls(1)
	sim.Inject(Fault{Kind: ResetBefore})
	if _, _, err := fakeCall(t.Context(), sim.Transport(), fakeURL, "action=Make"); err == nil {
		t.Error("the call got an answer, want a reset")
	}
	if got := sim.LastCalls(1); got[0].Status != 0 || got[0].Action != "Make" {
		t.Errorf("the record is %+v, want Make with status 0", got[0])
	}
}

func TestTheLogNamesRefusals(t *testing.T) {
	var log bytes.Buffer
	sim := New(&Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ecs, qing := newECSClient(t, sim), newQingClient(t, sim)
	ecs.Run()
	ecs.Call("RunInstance", "RegionId", "cn-hangzhou")
	ecs.Call("RunInstances", simtest.ECSCreate("Amount", "101")...)
	qing.Call("RunInstances", "count=0")
	sim.Inject(Fault{Kind: Throttle})
	ecs.Call("DescribeInstances", "RegionId", "cn-hangzhou")
	for i, want := range []string{
		`level=WARN msg="unknown action" cloud=ecs action=RunInstance region=cn-hangzhou status=403 code=InvalidAction`,
		`level=WARN msg=refused cloud=ecs action=RunInstances region=cn-hangzhou status=400 code=InvalidParameter ` +
			`reason="The specified parameter \"Amount\" is not valid. Want an integer from 1 to 100."`,
		`level=WARN msg=refused cloud=qingcloud action=RunInstances region=pek3a status=200 code=1100`,
		`level=INFO msg="hit by a fault" cloud=ecs action=DescribeInstances region=cn-hangzhou status=400 faults=[throttle]`,
	} {
		lines := strings.Split(log.String(), "\n")
		if len(lines) <= i || !strings.Contains(lines[i], want) {
			t.Errorf("line %d of the log is not %s\n%s", i, want, log.String())
		}
	}
}

func TestFaultsAreListed(t *testing.T) {
	sim := New(nil)
	one := sim.InjectFault(Fault{Kind: Throttle, Times: 1, Cloud: ECS})
	two := sim.InjectFault(Fault{Kind: Slow})
	ecs, ens := newECSClient(t, sim), newENSClient(t, sim)
	ecs.Call("DescribeInstances", "RegionId", "cn-hangzhou")
	ens.Call("DescribeInstances")
	want := []ActiveFault{{ID: two, Hits: 2, Fault: Fault{Kind: Slow}}}
	if got := sim.Faults(); !slices.Equal(got, want) {
		t.Errorf("the faults are %+v, want %+v", got, want)
	}
	if sim.RemoveFault(one) {
		t.Error("a fault that hit its last call was removed again")
	}
	if !sim.RemoveFault(two) || len(sim.Faults()) != 0 {
		t.Errorf("the faults after the removal are %+v, want none", sim.Faults())
	}
}

func TestResetMakesANewAccount(t *testing.T) {
	sim := New(&Options{Seed: 3})
	h := sim.Handler(CVM) // handlers and transports stay usable
	ecs, cvm := newECSClient(t, sim), simtest.NewCVM(t, h)
	first := ecs.Run()[0]
	cvm.Run("")
	sim.Inject(Fault{Kind: Quota})
	sim.Reset(3)
	if n := len(sim.Everything()); n != 0 {
		t.Errorf("%d instances after the reset, want none", n)
	}
	if n := sim.Calls(ECS, "") + sim.Calls(CVM, ""); n != 0 {
		t.Errorf("%d calls are counted after the reset, want none", n)
	}
	cvm.Run("")
	if again := ecs.Run()[0]; again != first {
		t.Errorf("the same seed gives %s, want %s", again, first)
	}
	sim.Reset(4)
	if other := ecs.Run()[0]; other == first {
		t.Errorf("another seed gives the same ID %s", other)
	}
}

// TestFaultKindsAreAll: the list has every constant.
func TestFaultKindsAreAll(t *testing.T) {
	if got, want := len(FaultKinds()), len(constants(t, "internal/core/fault_kind.go")); got != want {
		t.Errorf("FaultKinds has %d kinds, want %d", got, want)
	}
	if !slices.Contains(FaultKinds(), core.CutBody) {
		t.Error("FaultKinds lacks the last kind")
	}
}
