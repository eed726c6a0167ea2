package fleet_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/examples/controller/fleet"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// onEachCloud runs a test with a fleet on each cloud.
func onEachCloud(t *testing.T, replicas int32, test func(t *testing.T, w *world, a account)) {
	t.Helper()
	for name, a := range accounts {
		t.Run(name, func(t *testing.T) {
			inWorld(t, name, replicas, func(t *testing.T, w *world) { test(t, w, a) })
		})
	}
}

// condition returns the message of a condition of a fleet, and whether it is true.
func condition(f *api.Fleet, name string) (text string, isTrue bool) {
	c := meta.FindStatusCondition(f.Status.Conditions, name)
	if c == nil {
		return "", false
	}
	return c.Reason + ": " + c.Message, c.Status == metav1.ConditionTrue
}

func TestAFleetGrowsAndShrinks(t *testing.T) {
	onEachCloud(t, 2, func(t *testing.T, w *world, _ account) {
		p := w.start()
		made := 0
		for _, n := range []int32{2, 5, 1, 4, 0, 3} {
			before := len(w.sim.Instances())
			w.edit(func(s *api.FleetSpec) { s.Replicas = n })
			f := p.until("as many as wanted run", isReady(n))
			w.wantAlive(int(n))
			made += max(int(n)-before, 0)
			if got := len(f.Status.Instances); got != int(n) {
				t.Errorf("the status has %d instances, want %d", got, n)
			}
			if got := f.Status.ObservedGeneration; got != f.Generation {
				t.Errorf("generation %d was observed, want %d", got, f.Generation)
			}
		}
		w.wantMade(made)
	})
}

// Only what is too much goes: the instances that stay are the oldest ones.
func TestTheOldestInstancesStay(t *testing.T) {
	inWorld(t, "aliyun", 2, func(t *testing.T, w *world) {
		p := w.start()
		first := p.until("two run", isReady(2)).Status.Instances
		w.edit(func(s *api.FleetSpec) { s.Replicas = 5 })
		p.until("five run", isReady(5))
		w.edit(func(s *api.FleetSpec) { s.Replicas = 2 })
		if last := p.until("two run", isReady(2)).Status.Instances; !slices.Equal(first, last) {
			t.Errorf("got %v, want %v", last, first)
		}
	})
}

// The API server has the operation before the cloud gets the create.
func TestTheTokenIsStoredBeforeAnythingIsSent(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
		p := w.start()
		stored := false
		p.onSave = func(f *api.Fleet) error {
			if sent := w.sim.Calls(a.cloud, a.create); sent > 0 && !stored {
				t.Errorf("%d creates were sent, and the API server has no operation", sent)
			}
			stored = stored || len(f.Status.Operations) > 0
			return nil
		}
		p.until("three run", isReady(3))
		if !stored {
			t.Error("no operation was stored")
		}
	})
}

// conflict is what the API server answers when a fleet was written meanwhile.
func conflict() error {
	return apierrors.NewConflict(schema.GroupResource{Resource: "fleets"}, "web", nil)
}

// Another controller, or a user, writes the fleet between a read and a write. At each of the
// writes in turn: nothing more is sent in that pass, and there are three instances in the end.
func TestAConflictAtEveryWriteStopsThePass(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, _ account) {
		p := w.start()
		made := 0
		for at := 1; ; at++ {
			writes, struck, calls := 0, false, 0
			p.onSave = func(*api.Fleet) error {
				if writes++; writes == at {
					struck, calls = true, w.allCalls()
					return conflict()
				}
				return nil
			}
			w.edit(func(s *api.FleetSpec) { s.Replicas = 3 })
			for range 100 {
				next := p.pass()
				if struck && calls >= 0 {
					if got := w.allCalls(); got != calls {
						t.Errorf("write %d: %d calls were sent in the pass after the conflict", at, got-calls)
					}
					calls = -1
				}
				if isReady(3)(w.fleet()) {
					break
				}
				time.Sleep(next)
			}
			w.wantAlive(3)
			made += 3
			w.wantMade(made)
			p.onSave = nil
			w.edit(func(s *api.FleetSpec) { s.Replicas = 0 })
			p.until("none run", isReady(0))
			if !struck {
				break
			}
		}
	})
}

// Two controllers work on the same fleet, turn by turn, because neither knows of the other.
func TestTwoControllersMakeNothingTwice(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, _ account) {
		p, q := w.start(), w.start()
		p.onSave = func(f *api.Fleet) error { // just before each write of the one, the other takes a pass
			if len(f.Status.Operations) > 0 {
				q.pass()
			}
			return nil
		}
		p.until("three run", isReady(3))
		w.wantAlive(3)
		w.wantMade(3)
		w.remove()
		p.until("the fleet is gone", isGone)
		w.wantAlive(0)
	})
}

func TestAFleetIsDeletedWhileItIsCreated(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
		p := w.start()
		p.onSave = func(*api.Fleet) error { // the first write after the create has its answer
			if w.sim.Calls(a.cloud, a.create) > 0 {
				p.onSave = nil
				w.remove()
			}
			return nil
		}
		p.until("the fleet is gone", isGone)
		w.wantAlive(0)
		w.wantMade(3)
	})
}

// Nothing is left either when the process died with the answer of the create, and the fleet is
// deleted before anybody knows what it has made.
func TestAFleetIsDeletedThoughItsAnswerWasLost(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
		w.sim.Inject(cloudsim.Fault{Cloud: a.cloud, API: a.create, Kind: cloudsim.Slow, Delay: time.Second, Times: 1})
		p := w.start()
		time.AfterFunc(500*time.Millisecond, func() { // in the middle of the create
			p.mu.Lock()
			defer p.mu.Unlock()
			p.dieLocked()
		})
		p.until("it dies", func(*api.Fleet) bool { return false })
		w.remove()
		w.start().until("the fleet is gone", isGone)
		w.wantAlive(0)
	})
}

// An instance that dies while it boots is told, released and replaced, also by controllers that
// start anew between any two passes.
func TestAnInstanceThatDiesIsReplaced(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
		w.sim.Inject(cloudsim.Fault{Cloud: a.cloud, API: a.create, Kind: cloudsim.LaunchFailure, Count: 1, Times: 1})
		failed := false
		for start := time.Now(); !isReady(3)(w.fleet()); {
			if time.Since(start) > time.Hour {
				t.Fatal(describe(w.fleet()))
			}
			time.Sleep(w.start().pass())
			failed = failed || w.fleet().Status.Failures > 0
		}
		if !failed {
			t.Error("the failure was never in the status")
		}
		w.wantAlive(3)
		w.wantMade(4)
	})
}

// A create whose answer is lost is not made again.
func TestLostAnswersMakeNothingTwice(t *testing.T) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ServerErrorAfter, cloudsim.Malformed, cloudsim.CutBody} {
		t.Run(string(kind), func(t *testing.T) {
			onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
				w.sim.Inject(cloudsim.Fault{Cloud: a.cloud, API: a.create, Kind: kind, Times: 2, Body: "<html>"})
				w.start().until("three run", isReady(3))
				w.wantAlive(3)
				w.wantMade(3)
			})
		})
	}
}

// A cloud that has nothing is asked less and less often, and its reason is in the status.
func TestCreatesThatFailWaitLongerAndLonger(t *testing.T) {
	onEachCloud(t, 3, func(t *testing.T, w *world, a account) {
		remove := w.sim.Inject(cloudsim.Fault{Cloud: a.cloud, API: a.create, Kind: cloudsim.Quota})
		p := w.start()
		for start := time.Now(); time.Since(start) < time.Hour; {
			time.Sleep(p.pass())
		}
		if got := w.sim.Calls(a.cloud, a.create); got < 5 || got > 20 {
			t.Errorf("%d creates in an hour, want some", got)
		}
		if text, ready := condition(w.fleet(), fleet.Ready); ready || !strings.HasPrefix(text, "Failing") {
			t.Errorf("the condition is %q (true: %t), want that it fails", text, ready)
		} else if !strings.Contains(strings.ToLower(text), "quota") {
			t.Errorf("the condition is %q, want the reason of the cloud in it", text)
		}
		remove()
		p.until("three run", isReady(3))
		w.wantMade(3)
	})
}

// What instances cannot follow is said, and undone or begun anew by the user.
func TestAChangeThatCannotBeAppliedIsSaid(t *testing.T) {
	inWorld(t, "aliyun", 2, func(t *testing.T, w *world) {
		p := w.start()
		p.until("two run", isReady(2))
		w.edit(func(s *api.FleetSpec) {
			s.Replicas = 4
			s.Template.Raw = []byte(strings.Replace(string(s.Template.Raw), "ecs.g6.large", "ecs.g6.xlarge", 1))
		})
		for range 20 {
			time.Sleep(p.pass())
		}
		w.wantAlive(2)
		if text, applied := condition(w.fleet(), fleet.Applied); applied || !strings.Contains(text, "spec.template.instanceType") {
			t.Errorf("the condition is %q (true: %t), want the field that changed", text, applied)
		}
		w.edit(func(s *api.FleetSpec) { s.Replicas = 0 })
		p.until("none run", isReady(0))
		w.edit(func(s *api.FleetSpec) { s.Replicas = 4 })
		if f := p.until("four run", isReady(4)); !meta.IsStatusConditionTrue(f.Status.Conditions, fleet.Applied) {
			t.Error("the new template is not said to be applied")
		}
		w.wantMade(6)
	})
}

// A wrong spec sends nothing, and says what is wrong.
func TestAWrongSpecIsSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*api.FleetSpec)
		says string
	}{
		"an unknown account":                   {func(s *api.FleetSpec) { s.Account = "shop" }, `no account "shop"`},
		"an unknown field":                     {func(s *api.FleetSpec) { s.Template.Raw = []byte(`{"imageID": "x"}`) }, "imageId"},
		"a count":                              {func(s *api.FleetSpec) { s.Template.Raw = []byte(`{"count": 3}`) }, "spec.replicas"},
		"a missing secret":                     {replace("secret:web/", "secret:other/"), "other"},
		"a secret of the controller":           {replace("secret:web/password", "env:CLOUD_SECRET"), "secret:NAME/KEY"},
		"a file of the controller":             {replace("secret:web/password", "file:/etc/accounts.yaml"), "secret:NAME/KEY"},
		"a value that the cloud does not have": {replace("ecs.g6.large", ""), "InstanceType"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, "aliyun", 2, func(t *testing.T, w *world) {
				w.edit(tc.edit)
				p := w.start()
				for range 3 {
					time.Sleep(p.pass())
				}
				if got := w.allCalls(); got != 0 {
					t.Errorf("%d calls were sent, want none", got)
				}
				text, _ := condition(w.fleet(), fleet.Ready)
				if !strings.Contains(text, tc.says) {
					t.Errorf("the condition is %q, want %q in it", text, tc.says)
				}
				w.remove()
				p.until("the fleet is gone", isGone)
			})
		})
	}
}

func replace(old, with string) func(*api.FleetSpec) {
	return func(s *api.FleetSpec) {
		s.Template = runtime.RawExtension{Raw: []byte(strings.Replace(string(s.Template.Raw), old, with, 1))}
	}
}

// allCalls returns how many calls the clouds have taken.
func (w *world) allCalls() (n int) {
	for _, c := range cloudsim.Clouds() {
		n += w.sim.Calls(c, "")
	}
	return n
}

// etcd takes objects of 1.5 MB.
func TestTheStatusOfAThousandInstancesFits(t *testing.T) {
	for _, name := range []string{"aliyun", "ens"} { // the longest IDs, and one create for each few instances
		inWorld(t, name, 1000, func(t *testing.T, w *world) {
			f := w.start().until("a thousand run", isReady(1000))
			text, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > 400_000 {
				t.Errorf("%s: the fleet has %d bytes, want at most 400,000", name, len(text))
			}
			t.Logf("%s: %d bytes", name, len(text))
		})
	}
}

// An instance that somebody else releases is replaced.
func TestAnInstanceThatDisappearsIsReplaced(t *testing.T) {
	onEachCloud(t, 2, func(t *testing.T, w *world, a account) {
		p := w.start()
		f := p.until("two run", isReady(2))
		lost := f.Status.Instances[0].ID
		other := w.start().reconciler.Clients[f.Spec.Account]
		if _, err := other.TerminateInstances(t.Context(), a.region, []string{lost}, nil); err != nil {
			t.Fatal(err)
		}
		f = p.until("two others run", func(f *api.Fleet) bool {
			has := slices.ContainsFunc(f.Status.Instances, func(i api.Instance) bool { return i.ID == lost })
			return isReady(2)(f) && !has
		})
		w.wantAlive(2)
		w.wantMade(3)
		if got := len(f.Status.Instances); got != 2 {
			t.Errorf("the status has %d instances, want 2", got)
		}
	})
}
