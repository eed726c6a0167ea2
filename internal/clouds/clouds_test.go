package clouds_test

import (
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The simulator accepts the spec of each cloud in each of its places, and with each of
// its other types.
func TestEverySpecCreatesAnInstance(t *testing.T) {
	for _, c := range clouds.All() {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := cloudsim.New(nil)
				for i, p := range c.Places {
					spec := c.Spec
					spec.Region, spec.Zone = p.Region, p.Zone
					if i > 0 && i <= len(c.OtherTypes) {
						spec.InstanceType = c.OtherTypes[i-1]
					}
					create(t, c, sim, spec)
				}
				if got, want := len(sim.Instances(c.Sim)), len(c.Places); got != want {
					t.Errorf("the simulator has %d instances, want %d", got, want)
				}
			})
		})
	}
}

func create(t *testing.T, c clouds.Cloud, sim *cloudsim.Sim, spec provider.RunInstancesSpec) {
	t.Helper()
	client, err := c.New(clouds.Config{Transport: sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	if got := client.Name(); got != c.Name {
		t.Errorf("the client is of %q, want %q", got, c.Name)
	}
	op, err := client.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatalf("in %s: %v", spec.Region, err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Errorf("in %s: %v", spec.Region, err)
	}
}

// The list has every cloud of the simulator once, and its options are those of the
// adapter.
func TestEveryCloudIsListedOnce(t *testing.T) {
	var sims []cloudsim.Cloud
	for _, c := range clouds.All() {
		sims = append(sims, c.Sim)
		for _, o := range c.Options {
			if got := o.VendorName(); got != c.Name {
				t.Errorf("%T is of %q, want %q", o, got, c.Name)
			}
			if _, ok := reflect.TypeOf(o).FieldByName("Params"); !ok {
				t.Errorf("%T has no field Params", o)
			}
		}
		if got := len(c.Places); got != 4 {
			t.Errorf("%s has %d places, want 4", c.Name, got)
		}
		if got, want := (clouds.Place{Region: c.Spec.Region, Zone: c.Spec.Zone}), c.Places[0]; got != want {
			t.Errorf("the spec of %s is for %v, want its first place %v", c.Name, got, want)
		}
	}
	if want := cloudsim.Clouds(); !slices.Equal(sims, want) {
		t.Errorf("the list has %v, want %v", sims, want)
	}
}

// Two callers get specs that share nothing.
func TestEveryCallHasSpecsOfItsOwn(t *testing.T) {
	one, two := clouds.All()[0], clouds.All()[0]
	one.Spec.Network.SecurityGroupIDs[0] = "changed"
	if got := two.Spec.Network.SecurityGroupIDs[0]; got == "changed" {
		t.Errorf("another caller's spec has the security group %q", got)
	}
}

func TestNamedFindsAnAdapterByItsName(t *testing.T) {
	for _, want := range clouds.All() {
		if got, _ := clouds.Named(want.Name); got.Title != want.Title {
			t.Errorf("%q: got %q, want %q", want.Name, got.Title, want.Title)
		}
	}
	if got, ok := clouds.Named("mars"); ok {
		t.Errorf("an unknown name finds %q", got.Name)
	}
}
