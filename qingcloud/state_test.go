package qingcloud

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestStates(t *testing.T) {
	for _, c := range []struct {
		status, transition string
		addressed          bool
		want               provider.State
	}{
		{"pending", "", true, provider.StatePending},
		{"pending", "creating", false, provider.StatePending},
		{"running", "", true, provider.StateRunning},
		{"running", "", false, provider.StateStarting},
		{"running", "creating", true, provider.StatePending},
		{"running", "restarting", true, provider.StateStarting},
		{"running", "resetting", true, provider.StateStarting},
		{"running", "stopping", true, provider.StateStopping},
		{"running", "suspending", true, provider.StateStopping},
		{"running", "terminating", true, provider.StateTerminating},
		{"running", "updating", true, provider.StateUnknown},
		{"stopped", "", false, provider.StateStopped},
		{"stopped", "starting", true, provider.StateStarting},
		{"suspended", "", true, provider.StateSuspended},
		{"suspended", "resuming", true, provider.StateStarting},
		{"terminated", "", true, provider.StateRecycled},
		{"terminated", "recovering", true, provider.StateStarting},
		{"ceased", "", true, provider.StateTerminated},
		{"ceased", "terminating", true, provider.StateTerminated},
		{"", "", true, provider.StateUnknown},
		{"new word", "", true, provider.StateUnknown},
	} {
		if got := stateOf(c.status, c.transition, c.addressed); got != c.want {
			t.Errorf("%q with transition %q, addressed %v, is %s, want %s", c.status, c.transition, c.addressed, got, c.want)
		}
	}
}

func TestAServerRunsOnceEveryManagedNetworkGaveAnAddress(t *testing.T) {
	for _, c := range []struct {
		vxnets string
		want   provider.State
	}{
		{`[]`, provider.StateRunning},
		{`null`, provider.StateRunning},
		{`[{"vxnet_id":"vxnet-1","vxnet_type":1,"private_ip":"10.0.0.1"}]`, provider.StateRunning},
		{`[{"vxnet_id":"vxnet-1","vxnet_type":1,"private_ip":""}]`, provider.StateStarting},
		{`[{"vxnet_id":"vxnet-1","vxnet_type":"1"}]`, provider.StateStarting},
		{`[{"vxnet_id":"vxnet-1"}]`, provider.StateStarting},
		{`[{"vxnet_id":"vxnet-1","vxnet_type":0}]`, provider.StateRunning},
		{`[{"vxnet_id":"vxnet-1","vxnet_type":"0","private_ip":""}]`, provider.StateRunning},
		{`[{"vxnet_type":1,"private_ip":"10.0.0.1"},{"vxnet_type":1,"private_ip":""}]`, provider.StateStarting},
	} {
		var raw Instance
		if err := json.Unmarshal([]byte(`{"instance_id":"i-1","status":"running","transition_status":"","vxnets":`+c.vxnets+`}`), &raw); err != nil {
			t.Fatal(err)
		}
		if got := instanceOf(&raw, "pek3a").State; got != c.want {
			t.Errorf("running with networks %s is %s, want %s", c.vxnets, got, c.want)
		}
	}
}

func TestTheRawStateKeepsTheTransition(t *testing.T) {
	for _, c := range []struct {
		raw  Instance
		want string
	}{
		{Instance{Status: "running"}, "running"},
		{Instance{Status: "running", Transition: "updating"}, "running/updating"},
	} {
		if got := instanceOf(&c.raw, "").RawState; got != c.want {
			t.Errorf("raw state = %q, want %q", got, c.want)
		}
	}
}

// An instance may run before its list of networks is filled. It is shown as it is: running,
// without an address.
func TestARunningInstanceWithoutNetworksHasNoAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Kind: cloudsim.Unaddressed})
		cfg := testConfig(sim.Transport())
		cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
		d := mustDriver(t, cfg)
		spec := minimalSpec()
		spec.Network.SubnetID = "vxnet-a"
		if _, err := d.RunInstances(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0].State; got != provider.StateRunning {
			t.Errorf("State is %s, want running", got)
		}
		if page.Instances[0].Addressed() {
			t.Errorf("the instance has addresses %v, want none", page.Instances[0].PrivateIPs)
		}
	})
}

// QingCloud assigns no addresses in self-managed networks, so that none is waited for.
func TestAnInstanceInASelfManagedNetworkIsReadyWithoutAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(cloudsim.New(nil).Transport())
		cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		spec := minimalSpec()
		spec.Network.SubnetID = "vxnet-self1"
		op, err := c.RunInstances(t.Context(), *spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatalf("got error %v, want a running instance", err)
		}
		if len(list[0].Interfaces) != 1 {
			t.Errorf("the instance shows %d interfaces, want 1", len(list[0].Interfaces))
		}
		if list[0].Addressed() {
			t.Errorf("the instance has addresses %v, want none", list[0].PrivateIPs)
		}
		if waited := time.Since(start); waited > time.Minute {
			t.Errorf("the wait took %v, want less than a minute", waited)
		}
	})
}

// QingCloud suspends what an account in arrears has.
func TestASuspendedInstanceSaysWhy(t *testing.T) {
	for _, c := range []struct {
		status, transition string
		state              provider.State
		lock               provider.Lock
		reason             string
	}{
		{"suspended", "", provider.StateSuspended, provider.LockArrears, "suspended"},
		{"running", "suspending", provider.StateStopping, provider.LockArrears, "running/suspending"},
		{"stopped", "suspending", provider.StateStopping, provider.LockArrears, "stopped/suspending"},
		{"suspended", "terminating", provider.StateTerminating, provider.LockArrears, "suspended/terminating"},
		{"suspended", "resuming", provider.StateStarting, "", ""},
		{"running", "", provider.StateRunning, "", ""},
		{"terminated", "", provider.StateRecycled, "", ""},
		{"ceased", "", provider.StateTerminated, "", ""},
	} {
		got := instanceOf(&Instance{Status: Word(c.status), Transition: Word(c.transition)}, "")
		if got.State != c.state {
			t.Errorf("%s/%s: State is %s, want %s", c.status, c.transition, got.State, c.state)
		}
		if got.Lock != c.lock {
			t.Errorf("%s/%s: Lock is %q, want %q", c.status, c.transition, got.Lock, c.lock)
		}
		if got.Reason != c.reason {
			t.Errorf("%s/%s: Reason is %q, want %q", c.status, c.transition, got.Reason, c.reason)
		}
	}
}

func TestASimulatedArrearsIsALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		cfg := testConfig(sim.Transport())
		cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
		d := mustDriver(t, cfg)
		if _, err := d.RunInstances(t.Context(), minimalSpec()); err != nil {
			t.Fatal(err)
		}
		sim.Inject(cloudsim.Fault{Kind: cloudsim.Held})
		time.Sleep(time.Minute)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0].State; got != provider.StateSuspended {
			t.Errorf("State is %s, want suspended", got)
		}
		if got := page.Instances[0].Lock; got != provider.LockArrears {
			t.Errorf("Lock is %q, want %q", got, provider.LockArrears)
		}
	})
}
