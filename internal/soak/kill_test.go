package soak_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// A process that is killed at any point is continued by another one, from its
// journal, to exactly the instances that were asked for. The child is this test
// binary; it talks to a simulator in the parent, which kills it with SIGKILL.
func TestKilledAnywhere(t *testing.T) {
	for _, s := range services() {
		// Several creates side by side, and one whose instances get their names.
		counts := []int{103, 3}
		if s.tokens {
			counts = []int{210}
		}
		if testing.Short() {
			counts = counts[:1]
		}
		for _, count := range counts {
			t.Run(string(s.cloud)+strconv.Itoa(count), func(t *testing.T) {
				t.Parallel()
				step, stride := 1, 1
				if raced {
					stride = 5 // races need no kill at every step
				}
				if testing.Short() {
					stride = 11 // not at every step
				}
				for ; killedAt(t, s, count, step); step += stride {
					if t.Failed() || step > 500 {
						t.Fatalf("stopped after step %d", step)
					}
				}
				if step < 6 {
					t.Errorf("an operation had only %d steps: nothing was tested", step)
				}
				t.Logf("killed at every step up to %d that %d divides", step-1, stride)
			})
		}
	}
}

// killedAt runs an operation in a process that dies at a step, then in another
// that mostly dies as well, then in one that may finish. It reports false when
// the first one finished before that step.
func killedAt(t *testing.T, s service, count, step int) bool {
	t.Helper()
	p := newParent(t, s)
	p.count = count
	ids, killed := p.child(step)
	if killed {
		if second := step % 4; second > 0 {
			p.child(second)
		}
		if _, err := os.Stat(p.file); errors.Is(err, fs.ErrNotExist) && len(p.alive()) > 0 {
			t.Errorf("killed at step %d: %d instances and no journal", step, len(p.alive()))
		}
		if ids, killed = p.child(0); killed {
			t.Fatal("a process was killed that was to live")
		}
		killed = true
	}
	alive := p.alive()
	slices.Sort(alive)
	slices.Sort(ids)
	if len(alive) != count || !slices.Equal(ids, alive) {
		t.Errorf("killed at step %d: %d instances asked for, %d told, %d alive", step, count, len(ids), len(alive))
	}
	return killed
}

// parent is the world that outlives a process: the cloud and the journal's file.
type parent struct {
	t    *testing.T
	s    service
	sim  *cloudsim.Sim
	url  string
	file string

	count int // instances to create

	mu    sync.Mutex
	kill  func() // ends the process at work
	left  int    // steps until then; negative: it is killed no more
	kills int
}

func newParent(t *testing.T, s service) *parent {
	p := &parent{t: t, s: s, file: filepath.Join(t.TempDir(), "journal")}
	p.sim = cloudsim.New(&cloudsim.Options{Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Millisecond }})
	mux := http.NewServeMux()
	mux.HandleFunc("/journal-step", func(_ http.ResponseWriter, r *http.Request) { p.step(r.Context()) })
	mux.HandleFunc("/", p.call)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// call carries out an API call between two steps: a process may die before the
// cloud has the request, and before it has the answer.
func (p *parent) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // the server notices only then that its client dies
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil || !p.step(r.Context()) {
		return
	}
	rec := httptest.NewRecorder()
	p.sim.Handler(p.s.cloud).ServeHTTP(rec, r)
	if !p.step(r.Context()) {
		return
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// step counts, and kills the process when its time has come. It reports false
// then.
func (p *parent) step(ctx context.Context) bool {
	p.mu.Lock()
	p.left--
	dead := p.left == 0
	if dead {
		p.kills++
		p.kill()
	}
	p.mu.Unlock()
	if dead {
		<-ctx.Done() // the process is gone
	}
	return !dead
}

func (p *parent) alive() (ids []string) {
	for _, i := range p.sim.Instances(p.s.cloud) {
		ids = append(ids, i.ID)
	}
	return ids
}

// child runs a process that is killed at a step, 0 meaning never. It returns what
// a process that lived printed.
func (p *parent) child(step int) (ids []string, killed bool) {
	p.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), exe)
	cmd.Env = append(os.Environ(), "YUNFAN_CHILD_CLOUD="+string(p.s.cloud), "YUNFAN_CHILD_URL="+p.url, "YUNFAN_CHILD_JOURNAL="+p.file, "YUNFAN_CHILD_COUNT="+strconv.Itoa(p.count))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	p.mu.Lock()
	p.left, p.kills, p.kill = step, 0, func() { _ = cmd.Process.Kill() }
	err = cmd.Start()
	p.mu.Unlock()
	if err != nil {
		p.t.Fatal(err)
	}
	out, _ := io.ReadAll(stdout)
	err = cmd.Wait()
	p.mu.Lock()
	killed = p.kills > 0
	p.mu.Unlock()
	if killed {
		return nil, true
	}
	if err != nil || json.Unmarshal(out, &ids) != nil {
		p.t.Fatalf("a process failed: %v: %q", err, out)
	}
	return ids, false
}

// asChild is what a child process does, if this is one: it begins or continues
// the operation of its journal and prints the instances.
func asChild() (yes bool) {
	cloud := os.Getenv("YUNFAN_CHILD_CLOUD")
	if cloud == "" {
		return false
	}
	list := services()
	s := list[slices.IndexFunc(list, func(s service) bool { return string(s.cloud) == cloud })]
	if err := childWork(context.Background(), s, os.Getenv("YUNFAN_CHILD_URL"), os.Getenv("YUNFAN_CHILD_JOURNAL")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func childWork(ctx context.Context, s service, url, file string) error {
	c, err := s.adapter.New(clouds.Config{Transport: toParent{url}})
	if err != nil {
		return err
	}
	c = provider.NewClient(c.Driver(), &provider.Options{Region: s.spec.Region, SearchFor: time.Second})
	s.spec.Name = "kill-x"
	if s.spec.Count, err = strconv.Atoi(os.Getenv("YUNFAN_CHILD_COUNT")); err != nil {
		return err
	}
	run := &provider.RunOptions{Journal: fileJournal{file, url}, KeepMarker: s.spec.Count > 100}
	token, err := os.ReadFile(file)
	var op *provider.Operation
	if errors.Is(err, fs.ErrNotExist) {
		op, err = c.RunInstances(ctx, s.spec, run)
	} else if err == nil {
		op, err = c.Resume(ctx, token, &provider.ResumeOptions{Spec: &s.spec, Run: run})
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(op.InstanceIDs())
}

// fileJournal keeps the token in a file, with a step before and after each save.
type fileJournal struct{ file, url string }

// Save implements provider.Journal.
func (j fileJournal) Save(ctx context.Context, token []byte) error {
	if err := j.step(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(j.file+".new", token, 0o600); err != nil {
		return err
	}
	if err := os.Rename(j.file+".new", j.file); err != nil {
		return err
	}
	return j.step(ctx)
}

func (j fileJournal) step(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, j.url+"/journal-step", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// toParent sends every request to the parent, whatever host it is for.
type toParent struct{ url string }

// RoundTrip implements http.RoundTripper.
func (t toParent) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.Host = req.URL.Host
	out.URL.Scheme, out.URL.Host = "http", t.url[len("http://"):]
	return http.DefaultTransport.RoundTrip(out)
}
