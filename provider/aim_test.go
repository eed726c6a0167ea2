package provider_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// showing makes every describe show the instances changed in some way.
func (f *fake) showing(change func(*provider.Instance)) {
	f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
		page := f.look(r)
		for n := range page.Instances {
			change(&page.Instances[n])
		}
		return page, nil
	}
}

func TestALockEndsTheWaitWithItsClass(t *testing.T) {
	tests := []struct {
		lock provider.Lock
		want error
	}{
		{provider.LockArrears, provider.ErrBalance},
		{provider.LockExpired, provider.ErrBalance},
		{provider.LockReclaim, provider.ErrNoStock},
		{provider.LockSecurity, provider.ErrPermission},
		{provider.LockOther, provider.ErrState},
	}
	for _, tt := range tests {
		inFakeTime(t, func(t *testing.T, f *fake) {
			op := run(t, f.client(), 2)
			f.showing(func(i *provider.Instance) {
				i.State, i.RawState, i.Lock, i.Reason = provider.StateSuspended, "Stopped", tt.lock, "raw words"
			})
			began := time.Now()
			_, err := op.Wait(t.Context(), nil)
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.lock, err, tt.want)
			}
			if !strings.Contains(err.Error(), "raw words") {
				t.Errorf("%s: the error %q does not hold the cloud's reason", tt.lock, err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s: it took %v, want one look", tt.lock, took)
			}
		})
	}
}

// networked is a spec that asks for a network.
func networked(n int) provider.RunInstancesSpec {
	s := spec(n)
	s.Network.SubnetID = "subnet-1"
	return s
}

func TestRunningWithoutTheAddressThatWasAskedForIsNotReady(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		began := time.Now()
		f.showing(func(i *provider.Instance) {
			i.State, i.RawState = provider.StateRunning, "running"
			if time.Since(began) > 40*time.Second {
				i.IPv6Addresses = []netip.Addr{netip.MustParseAddr("fd00::1")}
			}
		})
		op, err := f.client().RunInstances(t.Context(), networked(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(list[0].IPv6Addresses); n != 1 {
			t.Errorf("addresses of a ready instance: got %d, want 1", n)
		}
	})
}

func TestAnAddressThatNeverComesEndsTheWait(t *testing.T) {
	for _, state := range []provider.State{provider.StateRunning, provider.StateStarting} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.showing(func(i *provider.Instance) { i.State, i.RawState = state, "running" })
			op, err := f.client().RunInstances(t.Context(), networked(1), nil)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = op.Wait(t.Context(), nil)
			if !errors.Is(err, provider.ErrLaunchFailed) {
				t.Errorf("%s: got %v, want ErrLaunchFailed", state, err)
			}
			if !strings.Contains(err.Error(), "no address") {
				t.Errorf("%s: the error %q does not say that there is no address", state, err)
			}
			if took := time.Since(began); took > 3*time.Minute {
				t.Errorf("%s: it took %v, want about 2 minutes", state, took)
			}
		})
	}
}

func TestAnInterfaceOfASelfManagedNetworkNeedsNoAddress(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.showing(func(i *provider.Instance) {
			i.State, i.RawState = provider.StateRunning, "running"
			i.Interfaces = []provider.InstanceInterface{{SubnetID: "vxnet-1"}}
		})
		op, err := f.client().RunInstances(t.Context(), networked(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Errorf("got %v, want a ready instance", err)
		}
	})
}

func TestAddressesThatCannotBeReadAreNotMissing(t *testing.T) {
	for _, state := range []provider.State{provider.StateRunning, provider.StateStarting} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
				page := f.look(r)
				for n := range page.Instances {
					page.Instances[n].State, page.Instances[n].RawState = state, "running"
				}
				page.Unread = []string{"Instances[].Networks"}
				return page, nil
			}
			op, err := f.client().RunInstances(t.Context(), networked(1), nil)
			if err != nil {
				t.Fatal(err)
			}
			list, err := op.Wait(t.Context(), nil)
			if err != nil {
				t.Fatalf("%s: got %v, want a ready instance", state, err)
			}
			if got := list[0].State; got != provider.StateRunning {
				t.Errorf("%s: the state is %s, want running", state, got)
			}
		})
	}
}

func TestWithoutANetworkNoAddressIsNeeded(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.showing(func(i *provider.Instance) { i.State, i.RawState = provider.StateRunning, "running" })
		op := run(t, f.client(), 1)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Errorf("got %v, want a ready instance", err)
		}
	})
}

// A resumed operation without its spec knows from its token that a network was asked for.
func TestAResumedOperationWaitsForItsAddress(t *testing.T) {
	for what, change := range map[string]func(*provider.Network){
		"a subnet":        func(n *provider.Network) { n.SubnetID = "subnet-1" },
		"a public IP":     func(n *provider.Network) { n.PublicIP = &provider.PublicIP{BandwidthMbps: 5} },
		"an address":      func(n *provider.Network) { n.PrivateIPs = []netip.Addr{netip.MustParseAddr("10.0.0.1")} },
		"IPv6":            func(n *provider.Network) { n.IPv6Count = 1 },
		"an interface":    func(n *provider.Network) { n.Interfaces = []provider.NetworkInterface{{SubnetID: "subnet-1"}} },
		"a group (no IP)": func(n *provider.Network) { n.SecurityGroupIDs = []string{"sg-1"} },
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s := spec(1)
			change(&s.Network)
			op, err := f.client().RunInstances(t.Context(), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = again.Wait(t.Context(), nil)
			if lacks, want := err != nil, !strings.Contains(what, "no IP"); lacks != want {
				t.Errorf("%s: got error %v, want one: %v", what, err, want)
			}
		})
	}
}

// An instance may have the address of one network and never get that of another.
func TestOneOfTwoAddressesThatNeverComes(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.showing(func(i *provider.Instance) {
			i.State, i.RawState, i.SubnetID = provider.StateStarting, "running", "vxnet-1"
			i.PrivateIPs = []netip.Addr{netip.MustParseAddr("10.0.0.1")}
		})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := run(t, f.client(), 1).Wait(ctx, nil)
		if !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want a failure", err)
		}
		if took := time.Since(start); took > 4*time.Minute {
			t.Errorf("it took %v, want about two minutes", took)
		}
	})
}
