package providertest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Harness is the input of the suite from a driver's test.
type Harness struct {
	// Cloud is the simulated service the driver talks to.
	Cloud cloudsim.Cloud

	// New returns a client whose calls go through transport, with the vendor's own
	// endpoint. It must use creds and options unchanged.
	New func(t testing.TB, transport http.RoundTripper, creds provider.CredentialsSource,
		o *provider.Options) *provider.Client

	// Spec is a small valid spec for one instance: region, image, type, network,
	// a login.
	Spec provider.RunInstancesSpec

	// Prepaid is a small valid spec for one prepaid instance, on clouds that release
	// such instances before their time is over. Nil leaves out the rules about it.
	Prepaid *provider.RunInstancesSpec

	// Full are valid specs that together set every leaf the driver maps, by
	// name. Lists hold at least one element. One spec for each context: on
	// demand, prepaid, spot, dedicated host, ... as far as the cloud has them.
	Full map[string]*provider.RunInstancesSpec

	// ReadBack are valid specs that the simulated cloud accepts, by name. Together they set
	// every leaf that a describe answer shows: the suite creates instances and compares.
	// Empty leaves out the rules about it.
	ReadBack map[string]*provider.RunInstancesSpec

	// NotShown are mapped leaves that no describe answer of the cloud has, with the reason.
	NotShown map[string]string

	// Coupled are mapped leaves that cannot change alone, with the reason: every such
	// change is an error. Golden requests must test them.
	Coupled map[string]string

	// Alternative is another instance type for Spec. Zero leaves out the rules about
	// alternatives.
	Alternative provider.Alternative

	// Invalid is a vendor code for a refused parameter.
	Invalid string

	// Unpaid is a small valid spec. The simulated cloud may answer its create with an
	// unpaid order, see [cloudsim.UnpaidOrder]. Nil means that the cloud has no such
	// orders.
	Unpaid *provider.RunInstancesSpec

	// PerInstance are options of the cloud with the raw parameter PerInstanceName,
	// which gives each instance of a create its own value. The driver must refuse it if
	// an operation may take several creates.
	PerInstance     provider.VendorOption
	PerInstanceName string

	// Template describes the cloud's launch templates. Nil means that it has none,
	// and the driver must report that.
	Template *TemplateCase

	// Placement describes the cloud's placement groups. Nil means that it has none,
	// and the driver must report that.
	Placement *PlacementCase
}

// Secrets that the suite puts into specs and then searches for.
const (
	plantedSecret   = "Pl4nted-acCess-secret"
	plantedUserData = "planted user data"
)

// rule is one promise and the reason why it matters.
type rule struct {
	name  string
	why   string
	check func(t *testing.T, w *world)
}

// Run checks every rule. Each gets a fresh simulated cloud in fake time.
func Run(t *testing.T, h Harness) {
	t.Helper()
	groups := []struct {
		name  string
		rules []rule
	}{
		{"Fields", fieldRules()},
		{"Create", createRules()},
		{"Describe", describeRules()},
		{"ReadBack", readBackRules(h)},
		{"Wait", waitRules()},
		{"Terminate", append(terminateRules(), prepaidRules(h)...)},
		{"Power", powerRules()},
		{"Errors", errorRules()},
		{"Outcomes", outcomeRules()},
		{"Cancel", cancelRules()},
		{"Resume", resumeRules()},
		{"Fallback", fallbackRules(h)},
		{"Sweep", sweepRules()},
		{"Templates", templateRules(h)},
		{"Placement", placementRules(h)},
		{"Invisible", invisibleRules()},
		{"Blind", blindRules()},
		{"Answers", answerRules()},
		{"Names", nameRules()},
		{"OperationID", operationIDRules()},
		{"OldTokens", oldTokenRules()},
		{"Outages", outageRules()},
		{"Late", lateRules()},
		{"Preflight", preflightRules()},
		{"Caps", capRules()},
		{"Orders", orderRules(h)},
		{"Superseded", supersededRules()},
		{"Herd", herdRules()},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, r := range g.rules {
				t.Run(r.name, func(t *testing.T) { r.run(t, h) })
			}
		})
	}
}

func (r rule) run(t *testing.T, h Harness) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("BROKEN RULE: %s\nWHY IT MATTERS: %s", r.name, r.why)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, h)
		// A driver that never ends must fail the rule, not hang it.
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		w.ctx = ctx
		r.check(t, w)
		if ways := Leaks(w.log.String(), plantedSecret, "Pl4nted-p4ssword!", plantedUserData); len(ways) > 0 {
			t.Errorf("the log shows a secret: %v", ways)
		}
	})
}

// patience is the simulated time in which every rule must end. The slowest rules take
// some hours, except those that resume after days.
const patience = 10 * 24 * time.Hour

// world is one simulated account and a client of it.
type world struct {
	Harness
	t      *testing.T
	ctx    context.Context // ends with the rule
	sim    *cloudsim.Sim
	client *provider.Client
	log    logged // all clients of the rule write to it
}

// logged is a log that several clients write to.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements io.Writer.
func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t *testing.T, h Harness) *world {
	w := &world{Harness: h, t: t, sim: cloudsim.New(&cloudsim.Options{AccessKeySecret: plantedSecret, Seed: 1})}
	w.client = w.newClient(w.sim.Transport(), nil)
	return w
}

func (w *world) newClient(rt http.RoundTripper, o *provider.Options) *provider.Client {
	all := provider.Options{}
	if o != nil {
		all = *o
	}
	all.Logger = slog.New(slog.NewJSONHandler(&w.log, nil))
	return w.New(w.t, rt, provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret, ""), &all)
}

// spec returns the harness's small spec for n instances.
func (w *world) spec(n int) provider.RunInstancesSpec {
	s := clone(&w.Spec)
	s.Count = n
	return s
}

// run creates n instances and fails the test on any error.
func (w *world) run(n int) *provider.Operation {
	w.t.Helper()
	op, err := w.client.RunInstances(w.ctx, w.spec(n), nil)
	if err != nil {
		w.t.Fatalf("creating %d instances: %v", n, err)
	}
	return op
}

// inject adds a fault to the harness's cloud.
func (w *world) inject(f cloudsim.Fault) (remove func()) {
	f.Cloud = w.Cloud
	return w.sim.Inject(f)
}

// alive returns the IDs of the instances that exist at the cloud.
func (w *world) alive() []string {
	var ids []string
	for _, i := range w.sim.Instances(w.Cloud) {
		ids = append(ids, i.ID)
	}
	return ids
}

// calls counts every request the cloud has taken.
func (w *world) calls() int { return w.sim.Calls(w.Cloud, "") }

// creates counts the requests that made or might have made instances.
func (w *world) creates() int {
	return w.sim.Calls(w.Cloud, "RunInstances") + w.sim.Calls(w.Cloud, "CreateInstance")
}

// within runs f and fails unless it ends in time.
func within(t *testing.T, d time.Duration, what string, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > d {
		t.Errorf("%s took %v, want at most %v", what, took, d)
	}
}
