package maintain_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// fake is a cloud with instances that can be changed.
type fake struct {
	provider.Driver // panics when a test makes another call

	mu         sync.Mutex
	instances  map[string]*provider.Instance
	calls      []string
	answer     func(api string, n int) error // after the call was carried out, or instead; nil is no error
	before     bool                          // answer comes instead of the call
	tokens     map[string]bool
	idempotent []provider.API
}

func newFake(list ...provider.Instance) *fake {
	f := &fake{instances: map[string]*provider.Instance{}, tokens: map[string]bool{}}
	for _, i := range list {
		i.Region, i.CreatedAt = "here", time.Now()
		f.instances[i.ID] = &i
	}
	return f
}

func (f *fake) client() *provider.Client {
	return provider.NewClient(f, &provider.Options{Region: "here"})
}

func (f *fake) Name() string              { return "fake" }
func (f *fake) Support() provider.Support { return provider.NewSupport("fake", nil) }
func (f *fake) Limits() provider.Limits {
	return provider.Limits{IDsPerDescribe: 100, IDsPerPower: 100, FirstLook: 3 * time.Second, Idempotent: f.idempotent}
}

// do records a call, and carries it out unless the test answers before.
func (f *fake) do(what string, work func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	if f.before && f.answer != nil {
		if err := f.answer(what, len(f.calls)); err != nil {
			return err
		}
	}
	if err := work(); err != nil {
		return err
	}
	if !f.before && f.answer != nil {
		return f.answer(what, len(f.calls))
	}
	return nil
}

func (f *fake) each(ids []string, change func(*provider.Instance)) error {
	for _, id := range ids {
		if f.instances[id] == nil {
			return &provider.APIError{Driver: "fake", Kind: provider.ErrNotFound, Outcome: provider.OutcomeRejected}
		}
		change(f.instances[id])
	}
	return nil
}

func (f *fake) DescribeInstances(_ context.Context, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := &provider.DescribePage{}
	for _, id := range r.IDs {
		if i := f.instances[id]; i != nil {
			p.Instances = append(p.Instances, *i)
		}
	}
	return p, nil
}

func (f *fake) ChangePower(_ context.Context, r *provider.PowerRequest) (*provider.PowerResult, error) {
	to := map[provider.PowerAction]provider.State{
		provider.PowerStart: provider.StateRunning, provider.PowerStop: provider.StateStopped,
	}[r.Action]
	return &provider.PowerResult{}, f.do(string(r.Action), func() error {
		return f.each(r.IDs, func(i *provider.Instance) { i.State = to })
	})
}

func (f *fake) TagLimits() (instances, tags int) { return 2, 1 }

func (f *fake) TagInstances(_ context.Context, _ string, ids []string, tags map[string]string) error {
	return f.do(fmt.Sprint("tag ", ids, tags), func() error {
		return f.each(ids, func(i *provider.Instance) {
			all := maps.Clone(tags)
			for k, v := range i.Tags {
				if _, ok := all[k]; !ok {
					all[k] = v
				}
			}
			i.Tags = all
		})
	})
}

func (f *fake) UntagInstances(_ context.Context, _ string, ids, keys []string) error {
	return f.do(fmt.Sprint("untag ", ids, keys), func() error {
		return f.each(ids, func(i *provider.Instance) {
			for _, k := range keys {
				delete(i.Tags, k)
			}
		})
	})
}

func (f *fake) InstancesPerModify(c *maintain.Change) (int, error) {
	if c.ReleaseAt != nil {
		return 0, &provider.FieldError{Driver: "fake", Path: "Change.ReleaseAt", Reason: "not supported", Unsupported: true}
	}
	return 1, nil
}

func (f *fake) ModifyInstances(_ context.Context, _ string, ids []string, c *maintain.Change) error {
	return f.do(fmt.Sprint("modify ", ids), func() error {
		return f.each(ids, func(i *provider.Instance) {
			if c.Name != "" {
				i.Name = c.Name
			}
			if c.DeletionProtection != nil {
				i.DeletionProtection = c.DeletionProtection
			}
		})
	})
}

func (f *fake) ResizeInstance(
	_ context.Context, r *maintain.ResizeRequest, token string,
) (orderID, requestID string, err error) {
	return "", "r", f.do("resize "+r.ID, func() error {
		return f.each([]string{r.ID}, func(i *provider.Instance) { i.InstanceType = r.InstanceType })
	})
}

func (f *fake) RenewInstance(
	_ context.Context, r *maintain.RenewRequest, token string,
) (orderID, requestID string, err error) {
	return "", "r", f.do("renew "+r.ID, func() error {
		if token != "" && f.tokens[token] {
			return nil
		}
		f.tokens[token] = true
		return f.each([]string{r.ID}, func(i *provider.Instance) { i.ExpiresAt = i.ExpiresAt.AddDate(0, r.Period, 0) })
	})
}

// count returns how many calls begin with a word.
func (f *fake) count(word string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(f.calls), func(c string) bool { return len(c) < len(word) || c[:len(word)] != word }))
}

// lost is the error of a call whose answer never came.
var lost = &provider.APIError{Driver: "fake", Kind: provider.ErrUnavailable, Outcome: provider.OutcomeUnknown}
