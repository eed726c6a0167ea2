package cloudsim

import "testing"

// qingTestClient is a client of QingCloud with what the tests of this package ask
// again and again, and the simulator that it talks to.
type qingTestClient struct {
	*qingClient
	sim *Sim
}

func newQingTestClient(t *testing.T, o *Options) *qingTestClient {
	t.Helper()
	sim := New(o)
	return &qingTestClient{qingClient: stNewQingCloud(t, sim.Transport()), sim: sim}
}
