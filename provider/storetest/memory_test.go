package storetest_test

import (
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider/store"
	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The store in memory is a store like any other within its process.
func TestMemory(t *testing.T) {
	var places sync.Map
	storetest.Run(t, storetest.Config{
		New: func(t *testing.T) string {
			places.Store(t.Name(), &store.Memory{})
			return t.Name()
		},
		Open: func(place string) (store.Store, error) {
			s, _ := places.Load(place)
			return s.(*store.Memory), nil
		},
		OneProcess: true,
	})
}
