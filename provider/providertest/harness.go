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
	// Cloud makes the simulated service that the driver talks to: [Simulated] for a cloud of
	// package cloudsim, or a function that makes a [Cloud] of one's own.
	Cloud func(CloudOptions) Cloud

	// LeftOut says what the suite leaves out for this driver, with the reason: an optional
	// field of Harness by its name ("Prepaid", "ReadBack", "Alternative", "Unpaid",
	// "PerInstance"), or a kind of fault that the cloud cannot inject, by the kind. The suite
	// fails when something is missing without a reason, and when a reason is not needed. What
	// every driver must have cannot be left out.
	LeftOut map[string]string

	// New returns a client whose calls go through transport, with the vendor's own
	// endpoint. It must use creds and options unchanged.
	New func(t testing.TB, transport http.RoundTripper, creds provider.CredentialsSource,
		o *provider.Options) *provider.Client

	// Spec is a small valid spec for one instance: region, image, type, network,
	// a login.
	Spec provider.RunInstancesSpec

	// Prepaid is a small valid spec for one prepaid instance, on clouds that release
	// such instances before their time is over. Nil needs a reason in LeftOut.
	Prepaid *provider.RunInstancesSpec

	// Full are valid specs that together set every leaf the driver maps, by
	// name. Lists hold at least one element. One spec for each context: on
	// demand, prepaid, spot, dedicated host, ... as far as the cloud has them.
	Full map[string]*provider.RunInstancesSpec

	// ReadBack are valid specs that the simulated cloud accepts, by name. Together they set
	// every leaf that a describe answer shows: the suite creates instances and compares.
	// Empty needs a reason in LeftOut.
	ReadBack map[string]*provider.RunInstancesSpec

	// NotShown are mapped leaves that no describe answer of the cloud has, with the reason.
	NotShown map[string]string

	// Coupled are mapped leaves that cannot change alone, with the reason: every such
	// change is an error. Golden requests must test them.
	Coupled map[string]string

	// Alternative is another instance type for Spec. Zero needs a reason in LeftOut.
	Alternative provider.Alternative

	// Invalid is a vendor code for a refused parameter.
	Invalid string

	// Unpaid is a small valid spec. The simulated cloud may answer its create with an
	// unpaid order, see [cloudsim.UnpaidOrder]; it is an [OrderCloud]. Nil means that the
	// cloud has no such orders, and needs a reason in LeftOut.
	Unpaid *provider.RunInstancesSpec

	// PerInstance are options of the cloud with the raw parameter PerInstanceName,
	// which gives each instance of a create its own value. The driver must refuse it if
	// an operation may take several creates. Nil needs a reason in LeftOut.
	PerInstance     provider.VendorOption
	PerInstanceName string

	// Template describes the cloud's launch templates. Nil means that it has none,
	// and the driver must report that.
	Template *TemplateCase

	// Placement describes the cloud's placement groups. Nil means that it has none,
	// and the driver must report that.
	Placement *PlacementCase
}

// Secrets that the suite puts into specs and then searches for. None begins as another does: a
// driver that hides one of them must not hide a part of another.
const (
	plantedPassword = "Gr4fted-p4ssword!"
	plantedSecret   = "Pl4nted-acCess-secret"
	plantedUserData = "planted user data"
)

// rule is one promise and the reason why it matters.
type rule struct {
	name  string
	why   string
	check func(t *testing.T, w *world)
}

// group is a number of rules about one subject.
type group struct {
	name  string
	rules []rule
}

// Run checks every rule. Each gets a fresh simulated cloud in fake time. The result says what was
// left out, as the harness wanted.
func Run(t *testing.T, h Harness) Result {
	t.Helper()
	problems := h.check()
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		return Result{}
	}
	var y tally
	for _, g := range groupsOf(h) {
		y.total += len(g.rules)
		t.Run(g.name, func(t *testing.T) {
			for _, r := range g.rules {
				t.Run(r.name, func(t *testing.T) { r.run(t, h, g.name, &y) })
			}
		})
	}
	return y.finish(t, &h)
}

// groupsOf returns the rules for a harness.
func groupsOf(h Harness) []group {
	return []group{
		{"Cloud", cloudRules()},
		{"Fields", fieldRules()},
		{"Create", createRules()},
		{"Describe", describeRules()},
		{"ReadBack", readBackRules(h)},
		{"Wait", append(waitRules(), looksAlone()...)},
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
}

func (r rule) run(t *testing.T, h Harness, group string, y *tally) {
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
		y.add(r.checked(t, w, group))
		if ways := Leaks(w.log.String(), plantedSecret, plantedPassword, plantedUserData); len(ways) > 0 {
			t.Errorf("the log shows a secret: %v", ways)
		}
	})
}

// checked checks the rule. It returns what was left out, if the rule needs a part that the
// harness leaves out, and nil otherwise.
func (r rule) checked(t *testing.T, w *world, group string) (left *LeftOut) {
	defer func() {
		problem := recover()
		m, isMissing := problem.(missing)
		if isMissing {
			left = &LeftOut{Rule: group + "/" + r.name, Part: m.part, Reason: w.LeftOut[m.part]}
		} else if problem != nil {
			panic(problem)
		}
	}()
	r.check(t, w)
	return nil
}

// patience is the simulated time in which every rule must end. The slowest rules take
// some hours, except those that resume after days.
const patience = 10 * 24 * time.Hour

// world is one simulated account and a client of it.
type world struct {
	Harness
	t      *testing.T
	ctx    context.Context // ends with the rule
	sim    Cloud
	facts  Facts // of sim
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
	w := &world{Harness: h, t: t, sim: h.Cloud(cloudOptions())}
	w.facts = w.sim.Facts()
	w.client = w.newClient(w.sim.Transport(), nil)
	return w
}

// cloudOptions are those of every simulated cloud, unless a rule needs others.
func cloudOptions() CloudOptions {
	return CloudOptions{AccessKeyID: cloudsim.DefaultAccessKeyID, AccessKeySecret: plantedSecret, Seed: 1}
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

// inject adds a fault to the harness's cloud. It ends a rule that needs a fault which the
// harness leaves out.
func (w *world) inject(f cloudsim.Fault) (remove func()) {
	w.t.Helper()
	w.needKinds(f.Kind)
	return w.sim.Inject(f)
}

// alive returns the IDs of the instances that exist at the cloud.
func (w *world) alive() []string {
	var ids []string
	for _, i := range w.sim.Instances() {
		ids = append(ids, i.ID)
	}
	return ids
}

// calls counts every request the cloud has taken.
func (w *world) calls() int { return w.sim.Calls("") }

// creates counts the requests that made or might have made instances.
func (w *world) creates() (n int) {
	for _, api := range w.facts.Creates {
		n += w.sim.Calls(api)
	}
	return n
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
