//go:build unix

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// clouds are the simulated clouds on loopback. They belong to this process, which is never killed.
type clouds struct {
	sim     *cloudsim.Sim
	urls    map[cloudsim.Cloud]string
	servers []*http.Server
	serving sync.WaitGroup

	mu      sync.Mutex
	trigger func() // called between a call and its answer; nil when it has been called
	due     func() bool
}

func startClouds(ctx context.Context) (*clouds, error) {
	c := &clouds{urls: map[cloudsim.Cloud]string{}, sim: cloudsim.New(&cloudsim.Options{
		Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
			return 2*time.Second + time.Duration(r.Int64N(int64(3*time.Second)))
		},
	})}
	for _, name := range cloudsim.Clouds() {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		srv := &http.Server{Handler: c.handler(c.sim.Handler(name)), ReadHeaderTimeout: 10 * time.Second}
		c.urls[name] = "http://" + l.Addr().String()
		c.servers = append(c.servers, srv)
		c.serving.Go(func() { _ = srv.Serve(l) })
	}
	return c, nil
}

// handler carries out a call, and calls the trigger when it is due before the answer goes out. So
// the kill comes when a cloud has done something that no worker knows.
func (c *clouds) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, req)
		c.mu.Lock()
		trigger := c.trigger
		if hit := trigger != nil && c.due(); hit {
			c.trigger = nil
		} else {
			trigger = nil
		}
		c.mu.Unlock()
		if trigger != nil {
			trigger()
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// when calls a function once, between the first call after which due returns true and its answer.
func (c *clouds) when(due func() bool, call func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due, c.trigger = due, call
}

// gone returns how many instances the clouds have made that exist no more.
func (c *clouds) gone() int { return len(c.sim.Everything()) - len(c.sim.Instances()) }

func (c *clouds) close() error {
	var errs []error
	for _, srv := range c.servers {
		errs = append(errs, srv.Close())
	}
	c.serving.Wait()
	return errors.Join(errs...)
}
