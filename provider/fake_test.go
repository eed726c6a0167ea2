package provider_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// fake is a cloud in memory, and the driver for it. Without a script it behaves:
// creates are idempotent by token, instances run a while after their creation, and
// releases work. A script replaces the answer to one kind of call.
type fake struct {
	limits provider.Limits
	fields []provider.Field // of the support table; nil maps every leaf
	valid  func(*provider.RunInstancesSpec) error
	boot   time.Duration // from creation to running
	delay  time.Duration // of every answer; ends early with ctx
	shift  time.Duration // from a change of power, or a release into the bin, to its end
	vague  bool          // refusals do not say that the state will pass
	bin    bool          // releases move prepaid instances to a recycle bin

	starting provider.State // of instances on their way to running

	// Scripts. N counts the calls of the kind from 1.
	run       func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error)
	describe  func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error)
	terminate func(n int, r *provider.TerminateRequest) error
	power     func(n int, r *provider.PowerRequest) (*provider.PowerResult, error)
	state     func(id string, age time.Duration) (state provider.State, raw string) // of an instance; "" is absent

	mu        sync.Mutex
	calls     []call
	instances []provider.Instance
	created   int
	tokens    map[string][]string
	moves     map[string]move // the latest of each instance
}

// call is one call that reached the cloud.
type call struct {
	at       time.Time
	api      provider.API
	spec     provider.RunInstancesSpec // of creates
	ids      []string                  // of others
	bill     provider.BillingMode      // of releases
	recycled bool                      // of releases
	power    provider.PowerRequest     // of changes of power
	token    string
}

func newFake() *fake {
	return &fake{
		limits: provider.Limits{
			InstancesPerCreate: 100, IDsPerDescribe: 100, IDsPerTerminate: 100, IDsPerPower: 100, ClientToken: true, FirstLook: 10 * time.Second,
		},
		boot: 15 * time.Second, shift: 5 * time.Second, starting: provider.StateStarting,
		tokens: map[string][]string{}, moves: map[string]move{},
	}
}

// everything is a table that maps every leaf.
func everything() []provider.Field {
	var out []provider.Field
	for _, path := range provider.Leaves() {
		out = append(out, provider.To(path, "Param."+path))
	}
	return out
}

func (f *fake) Name() string { return "fake" }

func (f *fake) Support() provider.Support {
	if f.fields == nil {
		return provider.NewSupport("fake", everything())
	}
	return provider.NewSupport("fake", f.fields)
}

func (f *fake) Limits() provider.Limits { return f.limits }

func (f *fake) ValidateRun(s *provider.RunInstancesSpec) error {
	if f.valid == nil {
		return nil
	}
	return f.valid(s)
}

func (f *fake) PreviewRun(s *provider.RunInstancesSpec) (provider.Request, error) {
	return provider.Request{Driver: "fake", Action: "RunInstances", Host: "fake.example", Params: map[string]string{
		"Count": fmt.Sprint(s.Count), "MinCount": fmt.Sprint(s.MinCount), "ClientToken": s.ClientToken, "Password": s.Login.Password.String(),
	}}, nil
}

// enter writes a call down and takes the time an answer takes.
func (f *fake) enter(ctx context.Context, c call) (n int, err error) {
	c.at = time.Now()
	f.mu.Lock()
	f.calls = append(f.calls, c)
	for _, other := range f.calls {
		if other.api == c.api {
			n++
		}
	}
	f.mu.Unlock()
	if f.delay == 0 {
		return n, nil
	}
	select {
	case <-time.After(f.delay):
		return n, nil
	case <-ctx.Done():
		return n, ctx.Err()
	}
}

func (f *fake) RunInstances(ctx context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	n, err := f.enter(ctx, call{api: provider.APIRunInstances, spec: *s, token: s.ClientToken})
	switch {
	case err != nil:
		return nil, err
	case f.run != nil:
		return f.run(n, s)
	default:
		return f.create(s), nil
	}
}

// remembers reports whether a create with the token of s has made instances already.
func (f *fake) remembers(s *provider.RunInstancesSpec) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return s.ClientToken != "" && f.tokens[s.ClientToken] != nil
}

// create makes instances, or finds those of the same token.
func (f *fake) create(s *provider.RunInstancesSpec) *provider.RunResult {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ids := f.tokens[s.ClientToken]; s.ClientToken != "" && ids != nil {
		return &provider.RunResult{InstanceIDs: ids, RequestID: "req-again"}
	}
	var ids []string
	for range s.Count {
		f.created++ // an ID is never given again
		id := fmt.Sprintf("i-%03d", f.created)
		ids = append(ids, id)
		f.instances = append(f.instances, provider.Instance{ID: id, Name: s.Name, Region: s.Region, Billing: s.Billing.Mode, Tags: s.Tags, CreatedAt: time.Now()})
	}
	f.tokens[s.ClientToken] = ids
	return &provider.RunResult{InstanceIDs: ids, RequestID: "req-run"}
}

func (f *fake) DescribeInstances(ctx context.Context, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	n, err := f.enter(ctx, call{api: provider.APIDescribeInstances, ids: slices.Clone(r.IDs)})
	switch {
	case err != nil:
		return nil, err
	case f.describe != nil:
		return f.describe(n, r)
	default:
		return f.look(r), nil
	}
}

// look answers a describe call, in pages of IDsPerDescribe.
func (f *fake) look(r *provider.DescribeRequest) *provider.DescribePage {
	f.mu.Lock()
	defer f.mu.Unlock()
	first, page := 0, &provider.DescribePage{RequestID: "req-describe"}
	_, _ = fmt.Sscan(r.PageToken, &first)
	for i := first; i < len(f.instances); i++ {
		s := f.instances[i]
		s.State, s.RawState = f.stateOf(s)
		named := len(r.IDs) == 0 || slices.Contains(r.IDs, s.ID)
		if s.State == "" || !named || !r.Matches(&s) {
			continue
		}
		page.Instances = append(page.Instances, s)
		if len(page.Instances) == f.limits.IDsPerDescribe && i+1 < len(f.instances) {
			page.NextPage = fmt.Sprint(i + 1)
			break
		}
	}
	return page
}

func (f *fake) stateOf(s provider.Instance) (provider.State, string) {
	age := time.Since(s.CreatedAt)
	switch {
	case f.state != nil:
		return f.state(s.ID, age)
	case f.moves[s.ID] != move{}:
		return f.moves[s.ID].state(f.shift)
	case age < f.boot:
		return provider.StatePending, "Pending"
	default:
		return provider.StateRunning, "Running"
	}
}

func (f *fake) TerminateInstances(ctx context.Context, r *provider.TerminateRequest) error {
	n, err := f.enter(ctx, call{api: provider.APITerminateInstances, ids: slices.Clone(r.IDs), bill: r.Billing, recycled: r.Recycled})
	switch {
	case err != nil:
		return err
	case f.terminate != nil:
		return f.terminate(n, r)
	default:
		return f.release(r.IDs)
	}
}

// release lets instances go, all of them or none. Prepaid ones go to the recycle
// bin first, if there is one.
func (f *fake) release(ids []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		if !slices.ContainsFunc(f.instances, func(s provider.Instance) bool { return s.ID == id }) {
			return refusal(provider.ErrNotFound, "InvalidInstanceId.NotFound")
		}
	}
	f.instances = slices.DeleteFunc(f.instances, func(s provider.Instance) bool {
		return slices.Contains(ids, s.ID) && !f.recycle(s)
	})
	return nil
}

// made returns the calls of one kind.
func (f *fake) made(api provider.API) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(c call) bool { return c.api != api })
}

// alive returns the IDs of the instances that exist.
func (f *fake) alive() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, s := range f.instances {
		ids = append(ids, s.ID)
	}
	return ids
}

// tokensSent returns the client tokens of the creates, in order.
func (f *fake) tokensSent() []string {
	var out []string
	for _, c := range f.made(provider.APIRunInstances) {
		out = append(out, c.token)
	}
	return out
}

// client returns a client of the fake in region-1.
func (f *fake) client(change ...func(*provider.Options)) *provider.Client {
	o := &provider.Options{Region: "region-1"}
	for _, c := range change {
		c(o)
	}
	return provider.NewClient(f, o)
}

// Errors a cloud may answer with.
func refusal(kind error, code string) *provider.APIError {
	return &provider.APIError{Driver: "fake", Op: "Call", Code: code, Outcome: provider.OutcomeRejected, Kind: kind}
}

func throttled() *provider.APIError {
	return &provider.APIError{Driver: "fake", Op: "Call", Code: "Throttling", Outcome: provider.OutcomeThrottled, Kind: provider.ErrThrottled}
}

func lost() *provider.APIError {
	return &provider.APIError{Driver: "fake", Op: "Call", Message: "connection reset", Outcome: provider.OutcomeUnknown, Kind: provider.ErrUnavailable}
}

// spec is a valid spec for n instances.
func spec(n int) provider.RunInstancesSpec {
	return provider.RunInstancesSpec{ImageID: "img-1", InstanceType: "t1.small", Count: n}
}

// inFakeTime runs a test in a bubble of fake time with a fresh fake.
func inFakeTime(t *testing.T, test func(t *testing.T, f *fake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newFake()) })
}

// run creates n instances and fails the test on any error.
func run(t *testing.T, c *provider.Client, n int) *provider.Operation {
	t.Helper()
	op, err := c.RunInstances(t.Context(), spec(n), nil)
	if err != nil {
		t.Fatalf("creating %d instances: %v", n, err)
	}
	return op
}
