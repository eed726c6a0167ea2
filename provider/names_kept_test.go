package provider_test

import (
	"context"
	"errors"
	"strings"
	"testing"

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
