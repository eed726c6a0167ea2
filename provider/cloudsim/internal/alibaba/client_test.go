package alibaba_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newECS returns a client of ECS, which stands for both products here.
func newECS(t *testing.T, sim *cloudsim.Sim) *simtest.Alibaba {
	return simtest.NewECS(t, sim.Transport())
}

func newENS(t *testing.T, sim *cloudsim.Sim) *simtest.Alibaba {
	return simtest.NewENS(t, sim.Transport())
}
