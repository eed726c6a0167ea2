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
