package ens_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// client is a client of ENS with helpers that several tests use.
type client struct{ *simtest.Alibaba }

func newClient(t *testing.T, sim *cloudsim.Sim) *client {
	return &client{simtest.NewENS(t, sim.Transport())}
}
