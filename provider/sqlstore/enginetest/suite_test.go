//go:build unix

package enginetest

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

// Every rule of stores holds on each engine.
func TestSuite(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		t.Logf("tested: %s: %s", e.name, describe(e.place(t, "").database(t), e.version))
		storetest.Run(t, storetest.Config{
			New:  func(t *testing.T) string { return e.place(t, e.modes[0].settings).String() },
			Open: open, Later: openLater,
		})
	})
}

// Every rule that is not about other processes holds for each way to connect.
func TestSuiteInEachMode(t *testing.T) {
	if testing.Short() {
		t.Skip("one way to connect is enough for a short test")
	}
	onEach(t, func(t *testing.T, e *engine) {
		t.Parallel()
		version := describe(e.place(t, "").database(t), e.version)
		for _, m := range e.modes[1:] {
			if !strings.Contains(version, "MariaDB") {
				m.settings = strings.Replace(m.settings, "tx_isolation", "transaction_isolation", 1)
			}
			t.Run(m.name, func(t *testing.T) {
				storetest.Run(t, storetest.Config{
					New:  func(t *testing.T) string { return e.place(t, m.settings).String() },
					Open: open, Later: openLater,
					OneProcess: true,
				})
			})
		}
	})
}
