package filestore_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

func TestMain(m *testing.M) {
	storetest.Child(open)
	goleak.VerifyTestMain(m)
}

func open(dir string) (store.Store, error) { return filestore.Open(dir, nil) }

// openLater opens the store with its clock a day ahead.
func openLater(dir string) (store.Store, error) {
	return filestore.Open(dir, &filestore.Options{Now: func() time.Time { return time.Now().Add(24 * time.Hour) }})
}

func TestFileStore(t *testing.T) {
	storetest.Run(t, storetest.Config{
		New:  func(t *testing.T) string { return t.TempDir() },
		Open: open, Later: openLater,
	})
}
