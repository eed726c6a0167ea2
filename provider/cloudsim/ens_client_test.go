package cloudsim

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// ensTestClient is a client of ENS with what the tests of this package ask again and again.
type ensTestClient struct{ *simtest.Alibaba }

func newENSTestClient(t *testing.T, sim *Sim) *ensTestClient {
	return &ensTestClient{simtest.NewENS(t, sim.Transport())}
}
