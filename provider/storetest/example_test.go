package storetest_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

// This is the whole test of a store. Its TestMain calls [storetest.Child] with the same open, because
// the suite starts the test binary again as processes that it kills.
func ExampleRun() {
	open := func(place string) (store.Store, error) { return filestore.Open(place, nil) }
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		storetest.Run(t, storetest.Config{
			New:  func(t *testing.T) string { return t.TempDir() },
			Open: open,
		})
	}
}
