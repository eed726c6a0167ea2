package ens

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
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
	for _, status := range []string{"", "Pending", "Creating", "running", "WhateverComes"} {
		if got := stateOf(status); got != provider.StateUnknown {
			t.Errorf("%q is shown as %s, want unknown", status, got)
		}
	}
}

func TestBillingOfADescribedServer(t *testing.T) {
	for _, tt := range []struct {
		resource, spot string
		want           provider.BillingMode
	}{
		{"EnsInstance", "", provider.Prepaid},
		{"EnsInstance", "SpotAsPriceGo", provider.Prepaid},
		{"EnsPostPaidInstance", "", provider.OnDemand},
		{"EnsPostPaidInstance", "NoSpot", provider.OnDemand},
		{"EnsPostPaidInstance", "SpotAsPriceGo", provider.Spot},
		{"EnsPostInstance", "", provider.OnDemand},
		{"EnsService", "", provider.OnDemand},
		{"BuildMachine", "", provider.OnDemand},
		{"SomethingNew", "", ""},
		{"", "SpotAsPriceGo", ""},
	} {
		if got := billingOf(&RawInstance{InstanceResourceType: tt.resource, SpotStrategy: tt.spot}); got != tt.want {
			t.Errorf("%s with spot strategy %q is paid %q, want %q", tt.resource, tt.spot, got, tt.want)
		}
	}
}
