package qingcloud_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// client is a client of QingCloud and its simulator, with helpers that several tests
// use.
type client struct {
	*simtest.QingCloud
	sim *cloudsim.Sim
}

func newClient(t *testing.T, o *cloudsim.Options) *client {
	t.Helper()
	sim := cloudsim.New(o)
	return &client{QingCloud: simtest.NewQingCloud(t, sim.Transport()), sim: sim}
}
