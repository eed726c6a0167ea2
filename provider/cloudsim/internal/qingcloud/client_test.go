package qingcloud_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// client is a client of QingCloud with what the tests of this package ask
// again and again, and the simulator that it talks to.
type client struct {
	*simtest.QingCloud
	sim *cloudsim.Sim
}

func newClient(t *testing.T, o *cloudsim.Options) *client {
	t.Helper()
	sim := cloudsim.New(o)
	return &client{QingCloud: simtest.NewQingCloud(t, sim.Transport()), sim: sim}
}
