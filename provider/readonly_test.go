package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func readOnly(o *provider.Options) { o.ReadOnly = true }

func TestAReadOnlyClientSendsNothingThatChanges(t *testing.T) {
	for name, change := range map[string]func(context.Context, *provider.Client) error{
		"create": func(ctx context.Context, c *provider.Client) error {
			_, err := c.RunInstances(ctx, spec(1), nil)
			return err
		},
		"release": func(ctx context.Context, c *provider.Client) error {
			_, err := c.TerminateInstances(ctx, "", []string{"i-001"}, nil)
			return err
		},
		"another subject": func(ctx context.Context, c *provider.Client) error {
			call := provider.Call{Client: c, Region: "region-1", API: "CreateThing"}
			_, err := call.Create(ctx, "", func(context.Context, string) (id, requestID string, err error) {
				t.Error("the call was made")
				return "id", "", nil
			})
			return err
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			run(t, f.client(), 1)
			before := len(f.made(provider.APIRunInstances))
			if err := change(t.Context(), f.client(readOnly)); !errors.Is(err, provider.ErrPermission) {
				t.Errorf("%s: got %v, want ErrPermission", name, err)
			}
			if n := len(f.made(provider.APIRunInstances)) - before; n != 0 {
				t.Errorf("%s: got %d creates, want none", name, n)
			}
			if n := len(f.made(provider.APITerminateInstances)); n != 0 {
				t.Errorf("%s: got %d releases, want none", name, n)
			}
		})
	}
}

func TestAReadOnlyClientReads(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		c := f.client(readOnly)
		if got := list(t, c, provider.Query{}); len(got) != 2 {
			t.Errorf("instances: got %d, want 2", len(got))
		}
		if _, err := c.WaitInstances(t.Context(), "", op.InstanceIDs(), provider.StateRunning, nil); err != nil {
			t.Errorf("a wait: got %v, want none", err)
		}
	})
}

func TestAReadOnlyRefusalLeavesNothingOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		_, err := f.client(readOnly).RunInstances(t.Context(), spec(1), nil)
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want no unknown outcome", err)
		}
	})
}
