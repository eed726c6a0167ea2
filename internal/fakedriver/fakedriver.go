// Package fakedriver is a cloud in memory for the tests of packages beside provider, such as
// launchtemplate and placement. A test embeds [Cloud] and adds the calls of its own subject.
// No library imports it.
package fakedriver

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Cloud is a cloud in memory, and the driver for it: instances run a while after their
// creation. Its fields are set before the first call, or with Mu held.
type Cloud struct {
	Max   provider.Limits
	Delay time.Duration                                               // of every answer; ends early with ctx
	State func(id string, age time.Duration) (provider.State, string) // of an instance; nil: it boots

	// Before and After script the calls that [Cloud.Do] carries out: Before answers in place of
	// the cloud, After when it has done what it was asked to. N counts calls of the kind from 1.
	Before, After func(api provider.API, n int) error

	Mu    sync.Mutex
	Calls []Call // that reached the cloud

	instances []provider.Instance
}

// Call is one call that reached the cloud.
type Call struct {
	API   provider.API
	Spec  provider.RunInstancesSpec // of creates
	IDs   []string                  // of others
	Token string
}

// boot is the time from the creation of an instance until it runs.
const boot = 15 * time.Second

// New returns a cloud without instances.
func New() *Cloud {
	return &Cloud{Max: provider.Limits{
		InstancesPerCreate: 100, IDsPerDescribe: 100, IDsPerTerminate: 100, IDsPerPower: 100, ClientToken: true,
		FirstLook: 10 * time.Second,
	}}
}

// Everything is a support table that maps every leaf.
func Everything() []provider.Field {
	var out []provider.Field
	for _, path := range provider.Leaves() {
		out = append(out, provider.To(path, "Param."+path))
	}
	return out
}

// Name implements [provider.Driver].
func (c *Cloud) Name() string { return "fake" }

// Support implements [provider.Driver].
func (c *Cloud) Support() provider.Support { return provider.NewSupport("fake", Everything()) }

// Limits implements [provider.Driver].
func (c *Cloud) Limits() provider.Limits { return c.Max }

// Enter records a call and takes the time an answer takes. It returns how many calls of the
// kind there are now.
func (c *Cloud) Enter(ctx context.Context, call Call) (n int, err error) {
	c.Mu.Lock()
	c.Calls = append(c.Calls, call)
	for _, other := range c.Calls {
		if other.API == call.API {
			n++
		}
	}
	c.Mu.Unlock()
	if c.Delay == 0 {
		return n, nil
	}
	select {
	case <-time.After(c.Delay):
		return n, nil
	case <-ctx.Done():
		return n, ctx.Err()
	}
}

// Do records a call and carries it out between the two scripts. Note and work are called with
// Mu held; note is called for every call.
func (c *Cloud) Do(ctx context.Context, call Call, note func(), work func() error) error {
	n, err := c.Enter(ctx, call)
	c.Mu.Lock()
	defer c.Mu.Unlock()
	note()
	if err == nil && c.Before != nil {
		err = c.Before(call.API, n)
	}
	if err == nil {
		err = work()
	}
	if err == nil && c.After != nil {
		err = c.After(call.API, n)
	}
	return err
}

// Made returns the calls of one kind.
func (c *Cloud) Made(api provider.API) []Call {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.Calls), func(call Call) bool { return call.API != api })
}

// RunInstances implements [provider.Driver].
func (c *Cloud) RunInstances(ctx context.Context, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	if _, err := c.Enter(ctx, Call{API: provider.APIRunInstances, Spec: *s, Token: s.ClientToken}); err != nil {
		return nil, err
	}
	c.Mu.Lock()
	defer c.Mu.Unlock()
	var ids []string
	for range s.Count {
		id := fmt.Sprintf("i-%03d", len(c.instances)+1)
		ids = append(ids, id)
		c.instances = append(c.instances, provider.Instance{ID: id, Name: s.Name, Region: s.Region, CreatedAt: time.Now()})
	}
	return &provider.RunResult{InstanceIDs: ids, RequestID: "req-run"}, nil
}

// DescribeInstances implements [provider.Driver]. Its answer is one page.
func (c *Cloud) DescribeInstances(
	ctx context.Context, r *provider.DescribeRequest,
) (*provider.DescribePage, error) {
	call := Call{API: provider.APIDescribeInstances, IDs: slices.Clone(r.IDs)}
	if _, err := c.Enter(ctx, call); err != nil {
		return nil, err
	}
	c.Mu.Lock()
	defer c.Mu.Unlock()
	page := &provider.DescribePage{RequestID: "req-describe"}
	for _, i := range c.instances {
		named := len(r.IDs) == 0 || slices.Contains(r.IDs, i.ID)
		i.State, i.RawState = c.stateOf(i)
		if named && r.Matches(&i) {
			page.Instances = append(page.Instances, i)
		}
	}
	return page, nil
}

func (c *Cloud) stateOf(i provider.Instance) (provider.State, string) {
	age := time.Since(i.CreatedAt)
	switch {
	case c.State != nil:
		return c.State(i.ID, age)
	case age < boot:
		return provider.StatePending, "Pending"
	default:
		return provider.StateRunning, "Running"
	}
}

// TerminateInstances implements [provider.Driver].
func (c *Cloud) TerminateInstances(ctx context.Context, r *provider.TerminateRequest) error {
	call := Call{API: provider.APITerminateInstances, IDs: slices.Clone(r.IDs)}
	if _, err := c.Enter(ctx, call); err != nil {
		return err
	}
	c.Mu.Lock()
	defer c.Mu.Unlock()
	c.instances = slices.DeleteFunc(c.instances, func(i provider.Instance) bool { return slices.Contains(r.IDs, i.ID) })
	return nil
}

// Refusal is the error of a call that the cloud refused.
func Refusal(kind error, code string) *provider.APIError {
	return &provider.APIError{Driver: "fake", Op: "Call", Code: code, Outcome: provider.OutcomeRejected, Kind: kind}
}

// Throttled is the error of a call that the cloud throttled.
func Throttled() *provider.APIError {
	return &provider.APIError{
		Driver: "fake", Op: "Call", Code: "Throttling", Outcome: provider.OutcomeThrottled, Kind: provider.ErrThrottled,
	}
}

// Lost is the error of a call whose answer was lost.
func Lost() *provider.APIError {
	return &provider.APIError{
		Driver: "fake", Op: "Call", Message: "connection reset", Outcome: provider.OutcomeUnknown,
		Kind: provider.ErrUnavailable,
	}
}
