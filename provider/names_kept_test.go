package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Names that stay as they were sent.

// Without the spec nobody knows the name that instances are to have: they keep the marker,
// and are waited for all the same.
func TestNamesStayWithoutTheSpec(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Denied")
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("got %v, want the refused rename", err)
		}
		m.refuse = nil
		again, err := m.client().Resume(t.Context(), tokenOf(t, op), nil)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := again.Wait(t.Context(), nil); err != nil || len(list) != 2 {
			t.Errorf("%d run, %v; want two", len(list), err)
		}
		for _, name := range m.names() {
			if !strings.HasPrefix(name, "web-yf") {
				t.Errorf("one is named %q, want its marker kept", name)
			}
		}
	})
}

// A spec without a name gives none.
func TestNoNameIsGivenWhereNoneIsWanted(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		op, err := m.client().RunInstances(t.Context(), spec(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if m.renames != 0 {
			t.Errorf("%d renames, want none", m.renames)
		}
	})
}

// hasty refuses every name, and its caller gives up at the first refusal.
type hasty struct {
	*marking
	giveUp func()
}

func (h *hasty) RenameInstance(ctx context.Context, region, id, name string) error {
	err := h.marking.RenameInstance(ctx, region, id, name)
	h.giveUp()
	return err
}

// That the caller has stopped is told of instances which nobody had seen by then, beside the
// names that were refused.
func TestNamesThatAreLeftWhenTheCallerStopsAreTold(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.limits.InstancesPerCreate = 1
		m.refuse = refusal(provider.ErrPermission, "Denied")
		m.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-002" {
				return "", ""
			}
			return provider.StateRunning, "Running"
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := provider.NewClient(&hasty{m, cancel}, &provider.Options{Region: "region-1"})
		_, err := c.RunInstances(ctx, named(2, "web"), nil)
		if !errors.Is(err, provider.ErrPermission) {
			t.Errorf("got %v, want the refused rename", err)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that the caller has stopped", err)
		}
	})
}

// A look that has no turn within the account's rate is no trouble: the names are given when
// the wait sees the instances.
func TestNamesWaitForTheRate(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.rates(provider.APIDescribeInstances, provider.Rate{Calls: 1, Per: 5 * time.Minute})
		c := m.client()
		read(t, c, 1)
		op, err := c.RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for _, name := range m.names() {
			if name != "web" {
				t.Errorf("one is named %q, want web", name)
			}
		}
	})
}

// Why a name was refused is told, also when the caller gives up then.
func TestARefusedNameIsToldWhenTheCallerStops(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Denied")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := provider.NewClient(&hasty{m, cancel}, &provider.Options{Region: "region-1"})
		if _, err := c.RunInstances(ctx, named(1, "web"), nil); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("got %v, want the refused rename", err)
		}
	})
}

// An instance whose rename failed has the name that the cloud shows.
func TestAWaitShowsTheNameThatTheCloudShows(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.refuse = refusal(provider.ErrPermission, "Denied")
		op, _ := m.client().RunInstances(t.Context(), named(1, "web"), nil)
		list, _ := op.Wait(t.Context(), nil)
		var got []string
		for _, i := range list {
			got = append(got, i.Name)
		}
		if want := m.names(); !slices.Equal(got, want) {
			t.Errorf("the wait shows %v, want %v", got, want)
		}
	})
}

// Names of instances that no answer shows are waited for as long as one call is repeated.
func TestNamesAreWaitedForAsLongAsACall(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.hidden = time.Hour
		began := time.Now()
		c := m.client(func(o *provider.Options) { o.RetryFor = 30 * time.Second })
		if _, err := c.RunInstances(t.Context(), named(1, "web"), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("it took %v, want about 30 s", took)
		}
	})
}
