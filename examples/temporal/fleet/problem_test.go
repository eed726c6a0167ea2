package fleet_test

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// A refused create is told, not repeated, and tried again after the next resize.
func TestAGroupThatHasNoQuota(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		remove := w.sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, Kind: cloudsim.Quota})
		w.after(time.Hour, func() {
			p := w.progress(t).Groups[2]
			if p.Have != 0 || !strings.Contains(p.Problem, "quota") {
				t.Errorf("got %+v, want a problem with the quota", p)
			}
			if got := w.sim.Calls(cloudsim.CVM, "RunInstances"); got != 1 {
				t.Errorf("the refused create was sent %d times, want once", got)
			}
			remove()
			w.resize("tencent", 3)
		})
		w.after(2*time.Hour, func() {
			if p := w.progress(t).Groups[2]; p.Ready != 3 || p.Problem != "" {
				t.Errorf("with quota: got %+v, want 3 ready", p)
			}
			w.release()
		})
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if err := w.GetWorkflowError(); err != nil {
			t.Error(err)
		}
		if got := len(w.sim.Everything()); got != 12 {
			t.Errorf("%d instances were ever made, want 12", got)
		}
		if got := len(w.sim.Instances()); got != 0 {
			t.Errorf("%d instances are left, want 0", got)
		}
	})
}

func TestAnInstanceThatFailsToLaunchIsTold(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, Kind: cloudsim.LaunchFailure, Count: 1, Times: 1})
		w.after(time.Hour, func() {
			if p := w.progress(t).Groups[0]; p.Ready != 2 || p.Problem == "" {
				t.Errorf("got %+v, want 2 ready and a problem", p)
			}
			w.release()
		})
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: workers.Groups(3), Timing: patient()})
		if err := w.GetWorkflowError(); err != nil {
			t.Error(err)
		}
	})
}

// A create that is half done is released without being completed first. Clouds with client tokens
// are asked for a lost answer by the same create once more, so there the test is about what is left.
func TestAReleaseDoesNotCompleteACreate(t *testing.T) {
	for _, g := range workers.Groups(500) { // several creates on each cloud
		t.Run(g.Name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, w *world) {
				w.sim.Inject(cloudsim.Fault{API: "RunInstances", Kind: cloudsim.Slow, Skip: 1, Times: 4, Delay: 5 * time.Minute})
				c := &crash{}
				w.workers.Moment = func(m workers.Moment) bool {
					return m.Step == "Create" && m.What == "call" && m.After && c.once()
				}
				mostly := 500
				if g.Name == "ens" || g.Name == "qingcloud" {
					mostly = 100
				}
				w.after(10*time.Second, w.release)
				w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: []fleet.Group{g}, Timing: patient()})
				if err := w.GetWorkflowError(); err != nil {
					t.Error(err)
				}
				if got := len(w.sim.Everything()); got < 100 || got > mostly {
					t.Errorf("%d instances were ever made, want from 100 to %d", got, mostly)
				}
				if got := len(w.sim.Instances()); got != 0 {
					t.Errorf("%d instances are left, want 0", got)
				}
			})
		})
	}
}

// A worker that wakes late, with a create whose fleet was released meanwhile, makes nothing.
func TestACreateAfterTheRelease(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		s := asStep(workers.Groups(3)[0])
		suite := &testsuite.WorkflowTestSuite{}
		suite.SetLogger(quiet())
		env := suite.NewTestActivityEnvironment()
		env.RegisterActivity(w.workers)
		for _, step := range []any{w.workers.Submit, w.workers.Release} {
			if _, err := env.ExecuteActivity(step, s); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := env.ExecuteActivity(w.workers.Create, s); err == nil {
			t.Error("the create succeeded, want an error")
		}
		if got := len(w.sim.Everything()); got != 0 {
			t.Errorf("%d instances were made, want 0", got)
		}
		if p, err := w.store.List(t.Context(), store.Query{}); err != nil || len(p.Entries) != 0 {
			t.Errorf("the store has %v, %v, want nothing", p.Entries, err)
		}
	})
}

func TestAFleetThatCannotBe(t *testing.T) {
	good := workers.Groups(1)[0]
	with := func(change func(*fleet.Group)) fleet.Fleet {
		g := good
		change(&g)
		return fleet.Fleet{Groups: []fleet.Group{g}}
	}
	for want, f := range map[string]fleet.Fleet{
		"must be 1 to 20 lower-case":    with(func(g *fleet.Group) { g.Name = "Web_1" }),
		"must be from 0 to":             with(func(g *fleet.Group) { g.Want = -1 }),
		"is there twice":                {Groups: []fleet.Group{good, good}},
		`must be "keep" or "terminate"`: {OnCancel: "maybe"},
	} {
		inFakeTime(t, func(t *testing.T, w *world) {
			w.ExecuteWorkflow(fleet.Workflow, f)
			if err := w.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want an error with %q", err, want)
			}
		})
	}
}

// What a worker cannot do shows as the problem of the group.
func TestAGroupThatNoWorkerKnows(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		unknown, broken := workers.Groups(1)[0], workers.Groups(1)[1]
		unknown.Account = "elsewhere"
		broken.File = "version: 1\nspec: {colour: red}"
		w.after(time.Hour, func() {
			p := w.progress(t).Groups
			if !strings.Contains(p[0].Problem, `"elsewhere" is not configured`) {
				t.Errorf("got problem %q", p[0].Problem)
			}
			if !strings.Contains(p[1].Problem, "colour") {
				t.Errorf("got problem %q", p[1].Problem)
			}
			w.resize("nobody", 1)
			w.resize("aliyun", -1)
			w.CancelWorkflow()
		})
		w.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{Groups: []fleet.Group{unknown, broken}, Timing: patient()})
		if got := len(w.sim.Everything()); got != 0 {
			t.Errorf("%d instances were made, want 0", got)
		}
	})
}

// Neither the arguments of activities nor the store hold a secret.
func TestSecretsStayWithTheWorkers(t *testing.T) {
	inFakeTime(t, func(t *testing.T, w *world) {
		w.after(time.Hour, w.release)
		f := fleet.Fleet{Groups: workers.Groups(1), Timing: patient()}
		w.ExecuteWorkflow(fleet.Workflow, f)
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range store.Entries(t.Context(), w.store, store.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			text = append(text, e.Definition...)
		}
		password := w.sim.Everything(cloudsim.ECS)[0].Params["Password"]
		if password == "" || strings.Contains(string(text), password) {
			t.Errorf("the password %q is in what is kept", password)
		}
	})
}

// A worker may start before its server.
func TestDialTriesAgain(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var dialled atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
			if dialled.Add(1) == 3 {
				cancel()
			}
		}
	}()
	_, err = fleet.Dial(ctx, client.Options{HostPort: l.Addr().String()})
	if err == nil || ctx.Err() == nil {
		t.Errorf("got %v after %d connections, want an error after 3", err, dialled.Load())
	}
	_ = l.Close()
	<-done
}
