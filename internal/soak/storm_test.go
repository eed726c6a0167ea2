package soak_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Faults of the network itself, beside those of the simulator.
const (
	duplicated cloudsim.FaultKind = "delivered-twice" // the request arrives again, a while later
	late       cloudsim.FaultKind = "delivered-late"  // the connection breaks, and the request arrives all the same
	crashed    cloudsim.FaultKind = "crash"           // the process dies, and another goes on from its journal
	outage     cloudsim.FaultKind = "outage"          // every call fails for minutes
	burst      cloudsim.FaultKind = "throttle-burst"  // dozens of calls in a row are throttled
)

// storm makes faults as long as it blows.
type storm struct {
	service
	sim   *cloudsim.Sim
	inner http.RoundTripper

	mu       sync.Mutex
	rand     *rand.Rand
	ends     bool
	count    map[cloudsim.FaultKind]int
	delivery sync.WaitGroup // of late and duplicated requests
}

func newStorm(s service, sim *cloudsim.Sim, seed uint64) *storm {
	return &storm{
		service: s, sim: sim, inner: sim.Transport(),
		rand: rand.New(rand.NewPCG(seed, 0)), count: map[cloudsim.FaultKind]int{},
	}
}

// draw returns a number below n.
func (s *storm) draw(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

func (s *storm) between(low, high time.Duration) time.Duration {
	return low + time.Duration(s.draw(int(high-low)))
}

func (s *storm) note(k cloudsim.FaultKind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[k]++
}

// blow makes outages until ctx ends, and takes every fault away then.
func (s *storm) blow(ctx context.Context) {
	defer s.sim.ClearFaults()
	for {
		select {
		case <-ctx.Done():
			s.mu.Lock()
			s.ends = true
			s.mu.Unlock()
			return
		case <-time.After(s.between(5*time.Minute, 20*time.Minute)):
			s.breakDown(ctx)
		}
	}
}

// breakDown makes every call fail for one to four minutes.
func (s *storm) breakDown(ctx context.Context) {
	s.note(outage)
	kinds := []cloudsim.FaultKind{cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter}
	remove := s.sim.Inject(cloudsim.Fault{Cloud: s.cloud, Kind: kinds[s.draw(len(kinds))]})
	defer remove()
	select {
	case <-ctx.Done():
	case <-time.After(s.between(time.Minute, 4*time.Minute)):
	}
}

// bodies are answers that no vendor documents. Those to a create may look like a
// success that names nothing; to other calls they would be a plain lie, which
// nobody could see through.
func bodies(create bool) []string {
	list := []string{
		"", "null", "{", "[]", "{}", `"ok"`, "<html><body>502 Bad Gateway</body></html>", `{"Response":null}`, `{"Code":500,"RequestId":"r"}`,
	}
	if create {
		list = append(list,
			`{"Response":{"InstanceIdSet":[],"RequestId":"r"}}`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":[]}}`,
			`{"RequestId":"r","InstanceIdSets":null}`, `{"RequestId":"r","InstanceIds":[null,""]}`,
			`{"action":"RunInstancesResponse","ret_code":0,"instances":[]}`, `{"action":"RunInstancesResponse","instances":["i-trunc`)
	}
	return list
}

// struck counts the faults that hit a call.
func (s *storm) struck() map[cloudsim.FaultKind]int {
	out := maps.Clone(s.count)
	for _, k := range ofCreates() {
		out[k] = s.sim.Struck(s.cloud, k)
	}
	return out
}

// ofCreates are the faults that strike creates, and ofAll those that strike any
// call.
func ofAll() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
		cloudsim.Slow, cloudsim.Malformed,
	}
}

func ofCreates() []cloudsim.FaultKind {
	return append(ofAll(), cloudsim.LateVisibility, cloudsim.Partial, cloudsim.LaunchFailure, cloudsim.NoStock, cloudsim.Quota, cloudsim.Balance,
		cloudsim.ServerErrorAfter, cloudsim.ResetAfter, cloudsim.LateVisibility)
}

// strike maybe injects a fault that is about to hit a call.
func (s *storm) strike(create bool) {
	f, chance, kinds := cloudsim.Fault{Cloud: s.cloud, Times: 1}, 8, ofAll()
	if create {
		f.API, chance, kinds = s.action, 2, ofCreates()
	}
	if s.draw(chance) > 0 {
		return
	}
	s.sharpen(&f, kinds[s.draw(len(kinds))])
	s.sim.Inject(f)
}

// sharpen completes a fault.
func (s *storm) sharpen(f *cloudsim.Fault, k cloudsim.FaultKind) {
	f.Kind, f.Skip = k, s.draw(2)
	switch k {
	case cloudsim.Throttle:
		if s.draw(20) == 0 {
			f.Times, f.API = 10+s.draw(50), ""
			s.note(burst)
		}
	case cloudsim.Slow:
		f.Delay = s.between(time.Second, 90*time.Second)
	case cloudsim.Malformed:
		list := bodies(f.API != "")
		f.Body = list[s.draw(len(list))]
		if s.draw(4) == 0 {
			f.Status = http.StatusBadGateway
		}
	case cloudsim.LateVisibility:
		f.Delay = s.between(time.Second, 55*time.Second)
	case cloudsim.Partial, cloudsim.LaunchFailure:
		f.Count = 1
	default:
		f.Times += s.draw(2)
	}
}

// RoundTrip implements http.RoundTripper. It delivers some creates after the
// client gave up, and some twice: those that succeeded, of clouds with tokens.
// Nobody could tell of a refused call that a copy of it succeeds later.
func (s *storm) RoundTrip(req *http.Request) (*http.Response, error) {
	again, err := copied(req)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	luck, calm := s.rand.IntN(100), s.ends
	s.mu.Unlock()
	create := s.isCreate(again)
	if !calm {
		s.strike(create)
	}
	if !create || calm || luck > 9 {
		return s.inner.RoundTrip(req)
	}
	if luck < 3 {
		s.note(late)
		s.later(again, s.between(100*time.Millisecond, 20*time.Second))
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	resp, err := s.inner.RoundTrip(req)
	if err == nil && s.tokens && accepted(resp) {
		s.note(duplicated)
		s.later(again, s.between(0, 20*time.Second))
	}
	return resp, err
}

// accepted tells whether an answer names servers.
func accepted(resp *http.Response) bool {
	text, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return err == nil && resp.StatusCode == http.StatusOK && bytes.Contains(text, []byte(`"InstanceIdSet`)) && bytes.Contains(text, []byte(`"i`))
}

// later delivers a request whose answer nobody waits for.
func (s *storm) later(req *http.Request, after time.Duration) {
	s.delivery.Go(func() {
		time.Sleep(after)
		if resp, err := s.inner.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
	})
}

// isCreate tells whether a request makes servers, whatever the protocol.
func (s *storm) isCreate(req *http.Request) bool {
	body, err := copied(req)
	if err != nil {
		return false
	}
	text, _ := io.ReadAll(body.Body)
	return bytes.Contains(text, []byte("Action="+s.action)) || bytes.Contains([]byte(req.URL.RawQuery), []byte("action="+s.action)) ||
		bytes.Contains([]byte(req.URL.RawQuery), []byte("Action="+s.action)) || req.Header.Get("X-TC-Action") == s.action
}

// copied returns a copy of a request with a body and a life of its own.
func copied(req *http.Request) (*http.Request, error) {
	out := req.Clone(context.WithoutCancel(req.Context()))
	if req.Body == nil {
		out.Body = http.NoBody
		return out, nil
	}
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(text))
	out.Body = io.NopCloser(bytes.NewReader(text))
	return out, nil
}

// The storm really delivers what it says: a test of the test.
func TestStormDeliversCreatesLateAndTwice(t *testing.T) {
	for _, s := range services() {
		t.Run(string(s.cloud), func(t *testing.T) {
			r := blown(t, s, setup{operations: 100, seed: 3})
			if r.faults[late] == 0 || s.tokens && r.faults[duplicated] == 0 {
				t.Errorf("faults: %v", r.faults)
			}
		})
	}
}
