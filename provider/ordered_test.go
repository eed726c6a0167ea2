package provider_test

import (
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// releaseRequests collects the release requests that reach the driver.
func (f *fake) releaseRequests() *[]provider.TerminateRequest {
	var list []provider.TerminateRequest
	f.terminate = func(_ int, r *provider.TerminateRequest) error {
		list = append(list, *r)
		return f.release(r.IDs)
	}
	return &list
}

func TestOptionsOfAReleaseReachTheDriver(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		sent := f.releaseRequests()
		c := f.client()
		op := run(t, c, 2)
		o := &provider.TerminateOptions{Ordered: true, Force: true}
		if _, err := c.TerminateInstances(t.Context(), "", op.InstanceIDs()[:1], o); err != nil {
			t.Fatal(err)
		}
		if _, err := op.Terminate(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, r := range *sent {
			if !r.Ordered {
				t.Errorf("the release of %v is not Ordered", r.IDs)
			}
			if !r.Force {
				t.Errorf("the release of %v is not Force", r.IDs)
			}
		}
	})
}

func TestAReleaseReturnsNoMoreThanAskedFor(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		sent := f.releaseRequests()
		op := run(t, f.client(), 2)
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for _, r := range *sent {
			if r.Ordered || r.Force {
				t.Errorf("the release is %+v, want neither Ordered nor Force", r)
			}
		}
	})
}

func TestAPolicyReturnsWhatTheCreateOrdered(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		sent := f.releaseRequests()
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-001" {
				return provider.StateFailed, "Failed"
			}
			return "", ""
		}
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err == nil {
			t.Fatal("got no error, want the failed instance")
		}
		if len(*sent) == 0 {
			t.Fatal("nothing was released")
		}
		for _, r := range *sent {
			if !r.Ordered {
				t.Errorf("the release of %v is not Ordered", r.IDs)
			}
			if r.Force {
				t.Errorf("the release of %v is Force", r.IDs)
			}
		}
	})
}
