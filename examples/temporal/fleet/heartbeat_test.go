package fleet_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// dying is the transport of a process that is killed when it has got its answer number at.
type dying struct {
	next http.RoundTripper
	at   int
	kill context.CancelFunc

	mu   sync.Mutex
	seen int
}

var errDead = errors.New("the process is dead")

func (d *dying) RoundTrip(req *http.Request) (*http.Response, error) {
	if d.dead() {
		return nil, errDead
	}
	res, err := d.next.RoundTrip(req)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen++; d.seen == d.at {
		// What the process does within the next millisecond it still does.
		time.AfterFunc(time.Millisecond, d.kill)
	}
	return res, err
}

func (d *dying) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at > 0 && d.seen >= d.at
}

// renamed is the group of a cloud whose instances lose their markers, as by default.
func renamed(g fleet.Group) fleet.Group {
	g.File = strings.Replace(g.File, "keepMarker: true", "keepMarker: false", 1)
	return g
}

// asStep returns the step of a group's first operation.
func asStep(g fleet.Group) fleet.Step {
	return fleet.Step{Operation: "fleet-" + g.Name, Account: g.Account, File: g.File, Count: g.Want}
}

// throttled is the activity that this package does not have: its journal is the heartbeat of the
// SDK, which keeps heartbeats back for up to 30 s.
func throttled(client *provider.Client) func(context.Context, fleet.Step) error {
	return func(ctx context.Context, s fleet.Step) error {
		file, err := specfile.Parse([]byte(s.File), "file", workers.Files())
		if err != nil {
			return err
		}
		file.Spec.Count = s.Count
		run := file.Run
		run.Journal = provider.JournalFunc(func(_ context.Context, token []byte) error {
			activity.RecordHeartbeat(ctx, token)
			return nil
		})
		var token []byte
		if activity.HasHeartbeatDetails(ctx) {
			if err := activity.GetHeartbeatDetails(ctx, &token); err != nil {
				return err
			}
			_, err = client.Resume(ctx, token, &provider.ResumeOptions{Spec: &file.Spec, Run: &run})
			return err
		}
		_, err = client.RunInstances(ctx, file.Spec, &run)
		return err
	}
}

// lifeline is what survives a worker: the clouds, the store, and the last heartbeat that the server got.
type lifeline struct {
	sim   *cloudsim.Sim
	store *store.Memory
	mu    sync.Mutex
	beat  []byte
}

// attempt runs one attempt of an activity in a worker that is killed after its answer number at; 0 is
// never. It reports whether the worker was killed.
func (l *lifeline) attempt(t *testing.T, g fleet.Group, at int, throttle bool) (killed bool) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	d := &dying{next: l.sim.Transport(), at: at, kill: kill}
	clients, err := workers.Clients(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &fleet.Activities{Clients: clients, Store: l.store, Files: workers.Files()}
	create := func(own context.Context, s fleet.Step) error {
		own, cancel := context.WithCancel(own)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		if throttle {
			return throttled(clients[g.Account])(own, s)
		}
		_, err := a.Create(own, s)
		return err
	}
	env := l.environment(func() bool { return !d.dead() && throttle })
	env.RegisterActivity(create)
	_, err = env.ExecuteActivity(create, asStep(g))
	if killed = d.dead(); !killed && err != nil {
		t.Errorf("%s, killed before at %d: %v", g.Name, at, err)
	}
	return killed
}

// environment returns an environment for one attempt, in which heartbeats count while alive returns
// true: what the SDK flushes after an attempt, a killed process would not.
func (l *lifeline) environment(alive func() bool) *testsuite.TestActivityEnvironment {
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet())
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(10 * time.Hour)
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if alive() {
			_ = details.Get(&l.beat)
		}
	})
	if l.beat != nil {
		env.SetHeartbeatDetails(l.beat)
	}
	return env
}

// most returns how many instances there are after two attempts at worst, over all moments at which
// the worker of the first one may be killed.
func most(t *testing.T, g fleet.Group, throttle bool) (worst int) {
	t.Helper()
	for at, killed := 1, true; killed; at++ {
		synctest.Test(t, func(t *testing.T) {
			l := &lifeline{sim: cloudsim.New(nil), store: &store.Memory{}}
			if !throttle {
				l.submit(t, g)
			}
			if killed = l.attempt(t, g, at, throttle); killed {
				l.store.Expire(asStep(g).Operation) // the lease is over
				l.attempt(t, g, 0, throttle)
			}
			worst = max(worst, len(l.sim.Everything()))
		})
	}
	return worst
}

// submit puts the operation of a group into the store.
func (l *lifeline) submit(t *testing.T, g fleet.Group) {
	t.Helper()
	clients, err := workers.Clients(l.sim.Transport(), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &fleet.Activities{Clients: clients, Store: l.store, Files: workers.Files()}
	env := new(testsuite.WorkflowTestSuite).NewTestActivityEnvironment()
	env.RegisterActivity(a.Submit)
	if _, err := env.ExecuteActivity(a.Submit, asStep(g)); err != nil {
		t.Fatal(err)
	}
}

// Why the journal is no heartbeat of the SDK: what it holds back dies with the worker. The clouds
// without client tokens then create twice, since their instances have lost the marker by which the
// next attempt would find them. With the store, each cloud creates once, and no heartbeat matters.
func TestAThrottledHeartbeatIsNoJournal(t *testing.T) {
	for _, g := range workers.Groups(3) {
		g = renamed(g)
		worst := 3
		if twice := g.Name == "ens" || g.Name == "qingcloud"; twice {
			worst = 6
		}
		t.Run(g.Name, func(t *testing.T) {
			if got := most(t, g, true); got != worst {
				t.Errorf("with a throttled heartbeat as the journal: %d instances at worst, want %d", got, worst)
			}
			if got := most(t, g, false); got != 3 {
				t.Errorf("with the store as the journal: %d instances at worst, want 3", got)
			}
		})
	}
}
