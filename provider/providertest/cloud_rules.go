package providertest

import (
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// cloudRules are about the simulated cloud itself. A cloud that does not do what the suite asks
// of it would let a wrong driver pass.
func cloudRules() []rule {
	const why = "A simulated cloud that counts or fails wrongly lets a wrong driver pass."
	return []rule{
		{"the simulated cloud counts calls and instances", why, cloudCounts},
		{"the simulated cloud has a boot time", why, cloudBoots},
		{"every required fault strikes, as often as it is asked to", why, faultsStrike},
	}
}

func cloudCounts(t *testing.T, w *world) {
	ids := w.running(2)
	if n := w.creates(); n != 1 {
		t.Errorf("Calls counts %d creates, want 1", n)
	}
	if n := w.sim.Calls(w.facts.Describe); n < 1 {
		t.Errorf("Calls counts %d describes after a wait, want 1 or more", n)
	}
	w.wantAlive("created", ids...)
	w.wantPhase("created and waited for", cloudsim.Running, ids...)
	w.terminate(ids)
	w.wantAlive("released")
	if n := w.releases(); n < 1 {
		t.Errorf("Calls counts %d releases, want 1 or more", n)
	}
	if n, all := w.creates()+w.releases()+w.sim.Calls(w.facts.Describe), w.calls(); all < n {
		t.Errorf("Calls counts %d calls of all kinds, and %d of three kinds", all, n)
	}
	if n := len(w.sim.Everything()); n != 2 {
		t.Errorf("Everything has %d instances after they are released, want 2", n)
	}
}

func cloudBoots(t *testing.T, w *world) {
	w.simulate(CloudOptions{Boot: time.Minute})
	ids := w.run(1).InstanceIDs()
	if p := w.phases()[ids[0]]; p != cloudsim.Pending {
		t.Errorf("just created, the instance is %q at the cloud, want %s", p, cloudsim.Pending)
	}
	time.Sleep(time.Minute + time.Second)
	w.wantPhase("after its boot time", cloudsim.Running, ids...)
}

// faultsStrike makes each required fault hit the second of three calls.
func faultsStrike(t *testing.T, w *world) {
	for _, kind := range requiredKinds {
		w.simulate(CloudOptions{})
		w.client = w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1})
		api := w.facts.Creates[0]
		if kind == cloudsim.Flap {
			api = w.facts.Describe
		}
		remove := w.inject(cloudsim.Fault{
			Kind: kind, API: api, Skip: 1, Times: 1, Delay: time.Second, Code: w.Invalid,
		})
		for call := range 3 {
			w.oneCall(api)
			if got, want := w.sim.Struck(kind), min(call, 1); got != want {
				t.Errorf("%s, after %d calls: Struck is %d, want %d", kind, call+1, got, want)
			}
		}
		remove()
		if got := w.sim.Struck(kind); got != 1 {
			t.Errorf("%s, removed: Struck is %d, want 1", kind, got)
		}
	}
}

// oneCall makes one call of the driver, without what a client does around it.
func (w *world) oneCall(api string) {
	d, region := w.client.Driver(), w.client.Region()
	if api == w.facts.Describe {
		_, _ = d.DescribeInstances(w.ctx, &provider.DescribeRequest{Region: region})
		return
	}
	spec := w.spec(1)
	spec.Region, spec.MinCount = region, 1
	if w.client.Limits().ClientToken {
		spec.ClientToken = "suite-" + time.Now().Format("150405.000000000")
	}
	_, _ = d.RunInstances(w.ctx, &spec)
	time.Sleep(time.Second)
}
