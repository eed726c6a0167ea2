package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// simulator is where the simulated clouds are: simulator.json in the state directory. They are a
// process of their own, which outlives an apply that is killed, as real clouds do.
type simulator struct {
	ID      string            `json:"id"`      // drawn at the start, so that a reused port is not taken for it
	Process int               `json:"process"` // its process ID
	Control string            `json:"control"` // URL that answers with the ID
	URLs    map[string]string `json:"urls"`    // by the names of the adapters
}

// findSimulator returns the simulator of a state directory, or nil when none answers.
func findSimulator(ctx context.Context, dir string) *simulator {
	data, err := os.ReadFile(filepath.Join(dir, "simulator.json"))
	if err != nil {
		return nil
	}
	s := &simulator{}
	if json.Unmarshal(data, s) != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if s.call(ctx, http.MethodGet) != nil {
		return nil
	}
	return s
}

// call asks the simulator whether it is the one, or with POST to end.
func (s *simulator) call(ctx context.Context, method string) error {
	req, err := http.NewRequestWithContext(ctx, method, s.Control+"/"+s.ID, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the simulator answers %s", res.Status)
	}
	return nil
}

// needSimulator returns the simulator of a state directory. It starts one when none runs.
func needSimulator(ctx context.Context, dir string) (*simulator, error) {
	if s := findSimulator(ctx, dir); s != nil {
		return s, nil
	}
	if err := startSimulator(dir); err != nil {
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for {
		select {
		case <-tick.C:
			if s := findSimulator(ctx, dir); s != nil {
				return s, nil
			}
		case <-late:
			return nil, fmt.Errorf("the simulator does not answer: see %s", filepath.Join(dir, "simulator.log"))
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// startSimulator starts this program again, as the simulator, in a session of its own: neither Ctrl-C
// nor the end of this process reaches it. It ends by itself when nobody calls it.
func startSimulator(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "simulator.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, "simulator", "--state", dir) //nolint:noctx // it outlives every context of this process
	cmd.Stdout, cmd.Stderr = log, log
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// serveSimulator serves the simulated clouds until ctx ends, until nobody has called for the idle
// time, or until it is told to end.
func (a *app) serveSimulator(ctx context.Context) error {
	if err := os.MkdirAll(a.state, 0o700); err != nil {
		return stateFailure(a.state, err)
	}
	if other := findSimulator(ctx, a.state); other != nil {
		return &failure{
			code: exitBusy, err: fmt.Errorf("a simulator runs already for %s: process %d", a.state, other.Process),
			next: "use it, or name another directory with --state",
		}
	}
	sim := cloudsim.New(&cloudsim.Options{Seed: mathrand.Uint64(), Boot: a.bootTime})
	ctx, end := context.WithCancel(ctx)
	defer end()
	s, closeAll, err := serve(ctx, sim, a.state, end)
	if err != nil {
		return err
	}
	defer closeAll()
	fmt.Fprintf(a.out, "simulated clouds for %s, process %d; ends after %v without a call\n", a.state, s.Process, a.idle)
	watchIdle(ctx, sim, a.idle)
	return nil
}

// bootTime is how long an instance takes from the create to running.
func (a *app) bootTime(_ cloudsim.Cloud, r *mathrand.Rand) time.Duration {
	if a.boot > 0 {
		return a.boot
	}
	return time.Second + time.Duration(r.Int64N(int64(5*time.Second)))
}

// serve listens for the clouds and for the control, and writes simulator.json.
func serve(ctx context.Context, sim *cloudsim.Sim, dir string, end func()) (s *simulator, closeAll func(), err error) {
	srv, err := sim.Start("127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, errors.Join(err, srv.Close())
	}
	s = &simulator{ID: rand.Text(), Process: os.Getpid(), Control: "http://" + l.Addr().String()}
	s.URLs = urlsOf(srv)
	control := &http.Server{Handler: s.handler(end), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = control.Serve(l) }()
	closeAll = func() {
		_ = os.Remove(filepath.Join(dir, "simulator.json"))
		_ = control.Close()
		_ = srv.Close()
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		err = writeSafely(filepath.Join(dir, "simulator.json"), append(data, '\n'))
	}
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	return s, closeAll, nil
}

// urlsOf returns where the clouds of a server are, by the names of the adapters.
func urlsOf(srv *cloudsim.Server) map[string]string {
	urls := map[string]string{}
	for name, cloud := range simulatedClouds() {
		urls[name] = srv.URL(cloud)
	}
	return urls
}

// planSimulator returns the simulator of a state directory, or one for a plan that ends with it.
func planSimulator(ctx context.Context, dir string) (s *simulator, end func(), err error) {
	if s := findSimulator(ctx, dir); s != nil {
		return s, func() {}, nil
	}
	srv, err := cloudsim.New(nil).Start("127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	return &simulator{URLs: urlsOf(srv)}, func() { _ = srv.Close() }, nil
}

// handler answers who this simulator is, and ends it.
func (s *simulator) handler(end func()) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+s.ID, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST /"+s.ID, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		end()
	})
	return mux
}

// watchIdle returns when ctx has ended, or when the clouds have had no call for a time.
func watchIdle(ctx context.Context, sim *cloudsim.Sim, idle time.Duration) {
	tick := time.NewTicker(min(10*time.Second, max(idle/4, 10*time.Millisecond)))
	defer tick.Stop()
	calls, since := 0, time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := 0
		for _, c := range cloudsim.Clouds() {
			now += sim.Calls(c, "")
		}
		if now != calls {
			calls, since = now, time.Now()
		}
		if time.Since(since) > idle {
			return
		}
	}
}
