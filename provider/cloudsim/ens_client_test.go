package cloudsim

import "testing"

// ensTestClient is a client of ENS with what the tests of this package ask again and again.
type ensTestClient struct{ *aliClient }

func newENSTestClient(t *testing.T, sim *Sim) *ensTestClient {
	return &ensTestClient{stNewENS(t, sim.Transport())}
}
