package cloudsim

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// cvmTestClient is a client of CVM with what the tests of this package ask again and
// again, and the simulator that it talks to.
type cvmTestClient struct {
	*simtest.CVM
	sim *Sim
}

func newCVMTestClient(t *testing.T, o *Options) *cvmTestClient { return cvmTestClientOf(t, New(o)) }

func cvmTestClientOf(t *testing.T, sim *Sim) *cvmTestClient {
	return &cvmTestClient{CVM: simtest.NewCVM(t, sim.Handler(CVM)), sim: sim}
}

// cvmAsk sends a request and reads the answer.
func cvmAsk(t *testing.T, sim *Sim, r *http.Request) simtest.CVMAnswer {
	t.Helper()
	return simtest.AskCVM(t, sim.Handler(CVM), r)
}
