package cloudsim

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// ecsTestClient is a client of ECS with what the tests of this package ask again and again.
type ecsTestClient struct{ *simtest.Alibaba }

func newECSTestClient(t *testing.T, sim *Sim) *ecsTestClient {
	return &ecsTestClient{simtest.NewECS(t, sim.Transport())}
}
