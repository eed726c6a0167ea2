package enginetest

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

// Every rule of stores holds on each engine. Rules about other processes are checked once for each
// engine; the others for each way to connect.
func TestSuite(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		t.Log(describe(e.place(t, "").database(t), e.version))
		for i, m := range e.modes {
			t.Run(m.name, func(t *testing.T) {
				storetest.Run(t, storetest.Config{
					New:  func(t *testing.T) string { return e.place(t, m.settings).String() },
					Open: open, Later: openLater,
					OneProcess: i > 0,
				})
			})
		}
	})
}
