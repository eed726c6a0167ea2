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
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// storm makes faults as long as it blows.
type storm struct {
	service
	sim   *cloudsim.Sim
	inner http.RoundTripper

	mu                           sync.Mutex
	rand                         *rand.Rand
	mix                          mix
	ofCalls, ofCreates, delivers *deck
	ends                         bool
	count                        map[cloudsim.FaultKind]int
	delivery                     sync.WaitGroup // of late and duplicated requests
}

func newStorm(s service, sim *cloudsim.Sim, m mix, seed uint64) *storm {
	m = maps.Clone(m)
	for k := range m {
		if !s.suffers(k) {
			m[k] = 0
		}
	}
	return &storm{
		service: s, sim: sim, inner: sim.Transport(), mix: m,
		rand: rand.New(rand.NewPCG(seed, 0)), count: map[cloudsim.FaultKind]int{},
		ofCalls:   m.deck(append(ofCalls(), calmCall)...),
		ofCreates: m.deck(append(ofCreates(), calmCreate)...),
		delivers:  m.deck(append(ofDelivery(), calmDelivery)...),
	}
}

// suffers tells whether a kind of fault may strike a service. A create that the
// network delivers twice makes servers twice where no token tells the copy from
// another create: nobody could prevent that, and DESIGN.md says so.
func (s *service) suffers(k cloudsim.FaultKind) bool { return s.tokens || k != duplicated }

// deal takes a card.
func (s *storm) deal(d *deck) cloudsim.FaultKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.deal(s.rand)
}

// draw returns a number below n.
func (s *storm) draw(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

func (s *storm) between(low, high time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return low + time.Duration(s.rand.Int64N(int64(high-low)))
}

func (s *storm) note(k cloudsim.FaultKind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[k]++
}

// blow makes outages until ctx ends, and takes every fault away then.
func (s *storm) blow(ctx context.Context) {
	defer s.sim.ClearFaults()
	for calm := s.between(10*time.Second, time.Minute); ; calm = s.between(5*time.Minute, 20*time.Minute) {
		if s.mix[outage] > 0 {
			calm = 10 * calm / time.Duration(s.mix[outage])
		}
		select {
		case <-ctx.Done():
			s.mu.Lock()
			s.ends = true
			s.mu.Unlock()
			return
		case <-time.After(calm):
			s.breakDown(ctx)
		}
	}
}

// breakDown makes every call fail for one to four minutes.
func (s *storm) breakDown(ctx context.Context) {
	if s.mix[outage] == 0 {
		return
	}
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
	for _, k := range append(ofCalls(), ofCreates()...) {
		if k != burst {
			out[k] = s.sim.Struck(s.cloud, k)
		}
	}
	return out
}

// patience is how long something takes at most. Without tokens, servers are looked
// for by name for two minutes: what a late delivery, a slow call and invisible
// servers take together must stay below that, or nobody could find them.
func (s *storm) patience(withTokens, without time.Duration) time.Duration {
	if s.tokens {
		return withTokens
	}
	return without
}

// strike maybe injects a fault that is about to hit a call.
func (s *storm) strike(create bool) {
	f, d := cloudsim.Fault{Cloud: s.cloud, Times: 1}, s.ofCalls
	if create {
		f.API, d = s.action, s.ofCreates
	}
	switch k := s.deal(d); k {
	case calmCall, calmCreate, "":
	default:
		s.sharpen(&f, k)
		s.sim.Inject(f)
	}
}

// sharpen completes a fault.
func (s *storm) sharpen(f *cloudsim.Fault, k cloudsim.FaultKind) {
	f.Kind, f.Skip = k, s.draw(2)
	switch k {
	case burst:
		f.Kind, f.Times = cloudsim.Throttle, 10+s.draw(50)
		s.note(burst)
	case cloudsim.Slow:
		f.Delay = s.between(time.Second, s.patience(90*time.Second, 75*time.Second))
	case cloudsim.Malformed:
		list := bodies(f.API != "")
		f.Body = list[s.draw(len(list))]
		if s.draw(4) == 0 {
			f.Status = http.StatusBadGateway
		}
	case cloudsim.LateVisibility:
		f.Delay = s.between(time.Second, s.patience(55*time.Second, 30*time.Second))
	case cloudsim.Partial, cloudsim.LaunchFailure:
		f.Count = 1
	case cloudsim.Refuse:
		f.Code, f.Status = s.forbidden.code, s.forbidden.status
	default:
		f.Times += s.draw(2)
	}
}

// RoundTrip implements http.RoundTripper. Every call takes its time on the way to
// the cloud and back, and is lost there when its process dies. Some creates are
// delivered after the client gave up, and some twice.
func (s *storm) RoundTrip(req *http.Request) (*http.Response, error) {
	again, err := copied(req)
	if err != nil {
		return nil, err
	}
	create := s.isCreate(again)
	s.mu.Lock()
	calm := s.ends
	s.mu.Unlock()
	fate := calmDelivery
	if !calm {
		s.strike(create)
		if create {
			fate = s.deal(s.delivers)
		}
	}
	if err := s.travel(req.Context()); err != nil {
		return nil, err
	}
	if fate == late {
		s.note(late)
		s.later(again, s.between(100*time.Millisecond, s.patience(20*time.Second, 10*time.Second)))
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	resp, err := s.inner.RoundTrip(req)
	if fate == duplicated && s.copyIsHarmless(resp, err) {
		s.note(duplicated)
		s.later(again, s.between(0, 20*time.Second))
	}
	if err := s.travel(req.Context()); err != nil {
		return nil, err
	}
	return resp, err
}

// travel is the way from one end of the network to the other.
func (s *storm) travel(ctx context.Context) error {
	select {
	case <-time.After(s.between(time.Millisecond, 200*time.Millisecond)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// copyIsHarmless tells whether a create may be delivered once more: one whose
// token goes on to be asked for, or that has its servers. Of one that was refused
// for good nobody could tell that a copy of it succeeds later.
func (s *storm) copyIsHarmless(resp *http.Response, err error) bool {
	if err != nil {
		return true
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(text))
	if err != nil || resp.StatusCode >= http.StatusInternalServerError {
		return true
	}
	return resp.StatusCode == http.StatusOK && bytes.Contains(text, []byte(`"InstanceIdSet`)) && bytes.Contains(text, []byte(`"i`))
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
