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

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
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
func dial(t *testing.T, cloud cloudsim.Cloud, region, url string) *provider.Client {
	t.Helper()
	keys := provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	var c *provider.Client
	var err error
	switch cloud {
	case cloudsim.ECS:
		c, err = aliyun.New(aliyun.Config{Region: region, Endpoint: url, Credentials: keys})
	case cloudsim.ENS:
		c, err = ens.New(ens.Config{Region: region, Endpoint: url, Credentials: keys})
	case cloudsim.CVM:
		c, err = tencent.New(tencent.Config{Region: region, Endpoint: url, Credentials: keys})
	case cloudsim.QingCloud:
		c, err = qingcloud.New(qingcloud.Config{Region: region, Endpoint: url, Credentials: keys})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// account is a cloud that listens, and what its thousand waits are about.
type account struct {
	service
	sim   *cloudsim.Sim
	conns connections
	url   string
	ids   map[string][]string // by region
}

// regions are four of each cloud.
func regions(c cloudsim.Cloud) []string {
	return map[cloudsim.Cloud][]string{
		cloudsim.ECS:       {"cn-hangzhou", "cn-beijing", "cn-shanghai", "cn-shenzhen"},
		cloudsim.ENS:       {"cn-hangzhou-44", "cn-beijing-15", "cn-shanghai-6", "cn-shenzhen-4"},
		cloudsim.CVM:       {"ap-guangzhou", "ap-beijing", "ap-shanghai", "ap-chengdu"},
		cloudsim.QingCloud: {"pek3a", "pek3b", "sh1a", "gd2"},
	}[c]
}

// listen starts a cloud that takes a moment to answer, with n servers, and counts
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
	c := dial(t, s.cloud, s.spec.Region, a.url)
	for _, region := range regions(s.cloud) {
		spec := s.spec
		spec.Region, spec.Count = region, n/4
		if spec.Zone != "" {
			spec.Zone = region + "-3"
		}
		op, err := c.RunInstances(t.Context(), spec, &provider.RunOptions{KeepMarker: s.cloud == cloudsim.ENS || s.cloud == cloudsim.QingCloud})
		if err != nil {
			t.Fatal(err)
		}
		a.ids[region] = op.InstanceIDs()
	}
	return a
}

// A thousand waits on one account, whatever its regions, take at most eight
// connections, which they keep, and no goroutine beside their own and those of the
// connections. The network and the clock are real; the servers never run, and the
// waits end when everybody was asked about twice, however long that takes.
func TestWaitsShareConnections(t *testing.T) {
	const waits, calls = 1000, 2 * 4 * 3 // two rounds, four regions, 250 servers each
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
		c := dial(t, a.cloud, a.spec.Region, a.url) // a new process: it does not know when they were created
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
