package soak_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// connections counts the connections of a server.
type connections struct {
	mu               sync.Mutex
	open, most, made int
}

func (c *connections) changed(_ net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch s {
	case http.StateNew:
		c.open, c.made = c.open+1, c.made+1
	case http.StateClosed, http.StateHijacked:
		c.open--
	}
	c.most = max(c.most, c.open)
}

// reset forgets what was, but not what is open.
func (c *connections) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most, c.made = c.open, 0
}

// counts returns the most connections that were open at once and how many were
// made.
func (c *connections) counts() (most, made int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most, c.made
}

// dial returns a client of a cloud that uses its own transport.
func dial(t *testing.T, c clouds.Cloud, url string) *provider.Client {
	t.Helper()
	client, err := c.New(clouds.Config{Endpoint: url})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// account is a cloud that listens, and what its thousand waits are about.
type account struct {
	service
	sim   *cloudsim.Sim
	conns connections
	url   string
	ids   map[string][]string // by region
}

// listen starts a cloud that takes a moment to answer, with n instances, and counts
// its connections.
func listen(t *testing.T, s service, n int) *account {
	t.Helper()
	a := &account{service: s, ids: map[string][]string{}}
	a.sim = cloudsim.New(&cloudsim.Options{Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Hour }})
	h := a.sim.Handler(s.cloud)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		h.ServeHTTP(w, r)
	}))
	srv.Config.ConnState = a.conns.changed
	srv.Start()
	t.Cleanup(srv.Close)
	a.url = srv.URL
	c := dial(t, s.adapter, a.url)
	for _, p := range s.adapter.Places {
		spec := s.spec
		spec.Region, spec.Zone, spec.Count = p.Region, p.Zone, n/len(s.adapter.Places)
		op, err := c.RunInstances(t.Context(), spec, &provider.RunOptions{KeepMarker: !s.tokens})
		if err != nil {
			t.Fatal(err)
		}
		a.ids[p.Region] = op.InstanceIDs()
	}
	return a
}

// A thousand waits on one account, whatever its regions, take at most eight
// connections, which they keep, and no goroutine beside their own and those of the
// connections. The network and the clock are real; the instances never run, and the
// waits end when everybody was asked about twice (once with -short), however long that takes.
func TestWaitsShareConnections(t *testing.T) {
	waits, calls := 1000, 2*4*3 // two rounds, four regions, 250 instances each
	if testing.Short() {
		waits, calls = 100, 4*1 // one round
	}
	var accounts []*account
	for _, s := range services() {
		accounts = append(accounts, listen(t, s, waits))
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	before := runtime.NumGoroutine()
	for _, a := range accounts {
		a.conns.reset()
		c := dial(t, a.adapter, a.url) // a new process: it does not know when they were created
		for region, ids := range a.ids {
			for _, id := range ids {
				wg.Go(func() {
					if _, err := c.WaitInstances(ctx, region, []string{id}, provider.StateRunning, nil); !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				})
			}
		}
	}
	for _, a := range accounts {
		for a.sim.Calls(a.cloud, "DescribeInstances") < calls {
			time.Sleep(20 * time.Millisecond)
		}
	}
	extra := runtime.NumGoroutine() - before - waits*len(accounts)
	stop()
	wg.Wait()
	for _, a := range accounts {
		most, made := a.conns.counts()
		t.Logf("%s: %d waits, %d describe calls, %d connections made, at most %d at once",
			a.cloud, waits, a.sim.Calls(a.cloud, "DescribeInstances"), made, most)
		if most > 8 || made > 8 {
			t.Errorf("%s: %d connections at once, %d in all; want at most 8, kept", a.cloud, most, made)
		}
	}
	t.Logf("%d goroutines beside those of %d waits", extra, waits*len(accounts))
	// Of each account up to eight calls a region and eight connections: the client has
	// two routines for one, the server up to three.
	if limit := len(accounts)*(4*8+8*5) + 20; extra > limit {
		t.Errorf("%d goroutines beside those of the waits, want at most %d", extra, limit)
	}
}
