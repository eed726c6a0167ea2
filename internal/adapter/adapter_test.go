package adapter

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Own are the options of the driver under test, and alien those of another type that
// bear its name.
type own struct{ N int }

func (own) VendorName() string { return "mine" }

type alien struct{}

func (alien) VendorName() string { return "mine" }

type others struct{}

func (others) VendorName() string { return "others" }

func TestWhatAnExchangeProvesIsTheOutcome(t *testing.T) {
	for fate, want := range map[oncehttp.Fate]provider.Outcome{
		oncehttp.Unsent:    provider.OutcomeUnsent,
		oncehttp.Throttled: provider.OutcomeThrottled,
		oncehttp.Open:      provider.OutcomeUnknown,
	} {
		if got := OutcomeOf(fate); got != want {
			t.Errorf("%v: outcome %v, want %v", fate, got, want)
		}
	}
}

func TestAStatusAloneHasASentinel(t *testing.T) {
	for status, want := range map[int]error{
		http.StatusRequestEntityTooLarge: provider.ErrInvalid,
		http.StatusTooManyRequests:       provider.ErrThrottled,
		http.StatusBadGateway:            provider.ErrUnavailable,
		http.StatusOK:                    provider.ErrUnavailable,
	} {
		if got := KindOf(oncehttp.VerdictOf(status)); !errors.Is(got, want) {
			t.Errorf("status %d: %v, want %v", status, got, want)
		}
	}
}

func TestOptionsAreFoundAsValueAndAsPointer(t *testing.T) {
	for name, list := range map[string][]provider.VendorOption{
		"value":                      {own{7}},
		"pointer":                    {&own{7}},
		"after those of others":      {others{}, own{7}},
		"after a nil pointer":        {(*own)(nil), own{7}},
		"after nil and another type": {nil, alien{}, &own{7}},
	} {
		if got := OptionsOf[own](list); got.N != 7 {
			t.Errorf("%s: got %+v, want N of 7", name, got)
		}
	}
	if got := OptionsOf[own]([]provider.VendorOption{others{}}); got != (own{}) {
		t.Errorf("without options: got %+v, want zero options", got)
	}
}

func TestOptionsOfAnotherTypeAreRefused(t *testing.T) {
	c := provider.Checker{Driver: "mine"}
	CheckKind[own](&c, []provider.VendorOption{nil, own{}, &own{}, others{}, (*others)(nil)})
	if err := c.Err(); err != nil {
		t.Errorf("options that can be read: %v, want nil", err)
	}
	CheckKind[own](&c, []provider.VendorOption{others{}, alien{}})
	CheckKind[own](&c, []provider.VendorOption{(*own)(nil)})
	const want = "mine: Vendor[1]: must be adapter.own, not adapter.alien\nmine: Vendor[0]: must not be nil"
	if err := c.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestOptionsWhereThereAreNoneAreRefused(t *testing.T) {
	c := provider.Checker{Driver: "mine"}
	RefuseOptions(&c, []provider.VendorOption{nil, others{}}, "it has none")
	if err := c.Err(); err != nil {
		t.Errorf("options of others: %v, want nil", err)
	}
	RefuseOptions(&c, []provider.VendorOption{others{}, own{}}, "it has none")
	if err := c.Err(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want an error that matches errors.ErrUnsupported", err)
	}
}

func TestEveryIDCountsOnce(t *testing.T) {
	got := Distinct([]string{"b", "", "a", "b"})
	if want := []string{"b", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAPasswordHasKindsOfCharacters(t *testing.T) {
	for password, want := range map[string]int{"": 0, "aa": 1, "aB": 2, "aB3": 3, "aB3-": 4, "é": 1} {
		if got := PasswordKinds(password); got != want {
			t.Errorf("%q: %d kinds, want %d", password, got, want)
		}
	}
}
