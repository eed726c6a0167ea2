//go:build unix

package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// watched is a store that does something at some saves of all its operations.
type watched struct {
	store.Store
	saves atomic.Int32
	at    map[int32]func()
}

// Save implements [store.Store].
func (w *watched) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	if do := w.at[w.saves.Add(1)]; do != nil {
		do()
	}
	return w.Store.Save(ctx, c, ch)
}

// account is a simulated account.
type account struct {
	sim    *cloudsim.Sim
	client *provider.Client
	spec   provider.RunInstancesSpec
}

func newAccount(t testing.TB, name string, count int) *account {
	t.Helper()
	cloud, ok := clouds.Named(name)
	if !ok {
		t.Fatalf("there is no adapter %s", name)
	}
	a := &account{sim: cloudsim.New(nil)}
	c, err := cloud.New(clouds.Config{Transport: a.sim.Transport(), Options: &provider.Options{
		SearchFor: 200 * time.Millisecond, VisibleWithin: time.Second, // the simulator shows instances at once
	}})
	if err != nil {
		t.Fatal(err)
	}
	a.client, a.spec = c, cloud.Spec
	a.spec.Count = count
	return a
}

// run runs an operation, again after each error, as a program that is started again does.
func (a *account) run(t *testing.T, s store.Store, id string) {
	t.Helper()
	o := &provider.StoreOptions{Run: &provider.RunOptions{KeepMarker: true}}
	for tries := 0; ; tries++ {
		op, err := a.client.Run(t.Context(), id, &a.spec, s, o)
		closed := op.Close()
		switch {
		case err == nil:
			if got := len(op.InstanceIDs()); got != a.spec.Count {
				t.Errorf("%s: got %d instances, want %d", id, got, a.spec.Count)
			}
			if closed != nil {
				t.Errorf("%s: closing: got %v, want nil", id, closed)
			}
			return
		case tries == 3 || errors.Is(err, provider.ErrInvalid):
			t.Errorf("%s: got %v, want nil", id, err)
			return
		}
		t.Logf("%s: %v", id, err)
		<-time.After(50 * time.Millisecond) // the server has no other time
	}
}

// The database server is killed in the middle of many operations, twice, and started again: each
// operation has its instances once.
func TestServerDies(t *testing.T) {
	onEachServer(t, func(t *testing.T, e *engine) {
		server := e.server(t)
		s, _ := opened(t, e)
		for _, cloud := range []string{"aliyun", "qingcloud"} {
			const operations, count = 6, 150 // two creates each, of 100 at most
			w := &watched{Store: s}
			var restarts sync.WaitGroup
			restart := func() {
				server.kill()
				restarts.Go(func() {
					if err := server.start(); err != nil {
						t.Errorf("starting the server again: %v", err)
					}
				})
			}
			w.at = map[int32]func(){3: restart}
			if cloud == "aliyun" {
				w.at[9] = func() { restarts.Wait(); restart() }
			}
			accounts := make([]*account, operations)
			var g sync.WaitGroup
			for n := range operations {
				accounts[n] = newAccount(t, cloud, count)
				g.Go(func() { accounts[n].run(t, w, fmt.Sprint(cloud, "-", n)) })
			}
			g.Wait()
			restarts.Wait()
			for n, a := range accounts {
				if got := len(a.sim.Instances()); got != count {
					t.Errorf("%s-%d: the account has %d instances, want %d", cloud, n, got, count)
				}
			}
			if n := w.saves.Load(); n < 4*operations {
				t.Errorf("%s: %d saves, want at least %d: the test proves nothing", cloud, n, 4*operations)
			}
		}
	})
}
