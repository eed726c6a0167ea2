package cloudsim

import "testing"

// ecsTestClient is a client of ECS with what the tests of this package ask again and again.
type ecsTestClient struct{ *aliClient }

func newECSTestClient(t *testing.T, sim *Sim) *ecsTestClient {
	return &ecsTestClient{stNewECS(t, sim.Transport())}
}
