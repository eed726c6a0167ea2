package filestore_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/store"
	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

func TestMain(m *testing.M) {
	storetest.Child(open)
	claimAndDie(os.Getenv(deadVariable))
	goleak.VerifyTestMain(m)
}

// deadVariable is the environment variable with the directory in which a process claims an
// operation and dies.
const deadVariable = "YUNFAN_FILESTORE_DEAD"

func claimAndDie(dir string) {
	if dir == "" {
		return
	}
	s, err := filestore.Open(dir, nil)
	if err == nil {
		_, err = s.Claim(context.Background(), store.Entry{ID: "web"}, "dead", time.Hour)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	p, _ := os.FindProcess(os.Getpid())
	_ = p.Kill()
	select {}
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
