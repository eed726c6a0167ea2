package ens

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestEveryDocumentedStateHasAWord(t *testing.T) {
	for status, want := range map[string]provider.State{
		"Running":  provider.StateRunning,
		"Starting": provider.StateStarting,
		"Stopping": provider.StateStopping,
		"Stopped":  provider.StateStopped,
		"Expired":  provider.StateSuspended,
	} {
		if got := stateOf(status); got != want {
			t.Errorf("%s is shown as %s, want %s", status, got, want)
		}
	}
}

// A word nobody documented must neither end a wait nor fail it.
func TestUnknownStatesKeepAWaitGoing(t *testing.T) {
	for _, status := range []string{"", "pending", "running", "WhateverComes"} {
		if got := stateOf(status); got != provider.StateUnknown {
			t.Errorf("%q is shown as %s, want unknown", status, got)
		}
	}
}

// ENS does not document the words of a boot. These are the ones that its documents use for a create
// under way, and the one of ECS.
func TestWordsOfABootArePending(t *testing.T) {
	for _, status := range []string{"Pending", "Accepted", "Creating"} {
		if got := stateOf(status); got != provider.StatePending {
			t.Errorf("%s is shown as %s, want %s", status, got, provider.StatePending)
		}
	}
}

// An instance that boots is shown as pending, as on the other clouds.
func TestABootIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		d, err := newDriver(Config{
			Region: "cn-hangzhou-44", Transport: sim.Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		spec := harness().Spec
		spec.Region, spec.Count = "cn-hangzhou-44", 1
		if _, err := d.RunInstances(t.Context(), &spec); err != nil {
			t.Fatal(err)
		}
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0].State; got != provider.StatePending {
			t.Errorf("an instance that boots is shown as %s, want %s", got, provider.StatePending)
		}
	})
}

func TestASimulatedExpiryIsALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		d, err := newDriver(Config{
			Region: "cn-hangzhou-44", Transport: sim.Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		spec := harness().Spec
		spec.Region, spec.Count = "cn-hangzhou-44", 1
		if _, err := d.RunInstances(t.Context(), &spec); err != nil {
			t.Fatal(err)
		}
		sim.Inject(cloudsim.Fault{Kind: cloudsim.Held})
		time.Sleep(time.Minute)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0].State; got != provider.StateSuspended {
			t.Errorf("State is %s, want suspended", got)
		}
		if got := page.Instances[0].Lock; got != provider.LockExpired {
			t.Errorf("Lock is %q, want %q", got, provider.LockExpired)
		}
	})
}
