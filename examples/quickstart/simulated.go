package main

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// simulation is the four simulated clouds and where they listen.
type simulation struct {
	sim         *cloudsim.Sim
	urls        map[cloudsim.Cloud]string // empty when they are reached in memory
	connections atomic.Int64              // that clients have made

	servers []*http.Server
	serving sync.WaitGroup
}

// simulate starts the simulated clouds, on loopback unless a test reaches them in memory.
func (s *settings) simulate() (*simulation, error) {
	for s.seed == 0 {
		s.seed = rand.Uint64() >> 32 // short enough to be typed again
	}
	m := &simulation{urls: map[cloudsim.Cloud]string{}, sim: cloudsim.New(&cloudsim.Options{
		Seed: s.seed,
		// Boot times differ, as on a real cloud, but are shorter.
		Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
			return time.Second + time.Duration(r.Int64N(int64(4*time.Second)))
		},
	})}
	if s.faults {
		m.misbehave()
	}
	if s.inMemory {
		return m, nil
	}
	for _, c := range allClouds() {
		if err := m.listen(c.sim); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

// misbehave lets each cloud do once what clouds do now and then.
func (m *simulation) misbehave() {
	for _, f := range []cloudsim.Fault{
		{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.ResetAfter},
		{Cloud: cloudsim.ENS, API: "RunInstances", Kind: cloudsim.ResetAfter},
		{Cloud: cloudsim.CVM, API: "RunInstances", Kind: cloudsim.Throttle},
		{Cloud: cloudsim.QingCloud, API: "DescribeInstances", Kind: cloudsim.ServerErrorBefore, Skip: 1},
	} {
		f.Times = 1
		m.sim.Inject(f)
	}
}

// listen serves one cloud and counts its connections. Without the count, Sim.Start does all of this.
func (m *simulation) listen(c cloudsim.Cloud) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           m.sim.Handler(c),
		ReadHeaderTimeout: 10 * time.Second,
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				m.connections.Add(1)
			}
		},
	}
	m.urls[c] = "http://" + l.Addr().String()
	m.servers = append(m.servers, srv)
	m.serving.Go(func() { _ = srv.Serve(l) })
	return nil
}

func (m *simulation) close() {
	for _, srv := range m.servers {
		_ = srv.Close()
	}
	m.serving.Wait()
}

// dial returns a client of a simulated cloud.
func (m *simulation) dial(c cloud, spec *provider.RunInstancesSpec, o provider.Options) (*provider.Client, error) {
	o.FirstLook = 3 * time.Second // simulated instances start fast
	a := account{
		region: spec.Region, endpoint: m.urls[c.sim], options: &o,
		keys: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
	}
	if a.endpoint == "" {
		a.transport = m.sim.Transport()
	}
	return c.dial(a)
}
