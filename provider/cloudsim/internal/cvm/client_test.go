package cvm_test

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// client is a client of CVM and its simulator, with helpers that several tests use.
type client struct {
	*simtest.CVM
	sim *cloudsim.Sim
}

func newClient(t *testing.T, o *cloudsim.Options) *client { return clientOf(t, cloudsim.New(o)) }

func clientOf(t *testing.T, sim *cloudsim.Sim) *client {
	return &client{CVM: simtest.NewCVM(t, sim.Handler(cloudsim.CVM)), sim: sim}
}

// ask sends a request and reads the answer.
func ask(t *testing.T, sim *cloudsim.Sim, r *http.Request) simtest.CVMAnswer {
	t.Helper()
	return simtest.AskCVM(t, sim.Handler(cloudsim.CVM), r)
}
