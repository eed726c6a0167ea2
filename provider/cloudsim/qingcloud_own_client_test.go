package cloudsim

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// qingTestClient is a client of QingCloud with what the tests of this package ask
// again and again, and the simulator that it talks to.
type qingTestClient struct {
	*simtest.QingCloud
	sim *Sim
}

func newQingTestClient(t *testing.T, o *Options) *qingTestClient {
	t.Helper()
	sim := New(o)
	return &qingTestClient{QingCloud: simtest.NewQingCloud(t, sim.Transport()), sim: sim}
}
