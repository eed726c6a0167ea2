package soak_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strconv"
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

	// foreign is whether answers to creates name instances in the place of others. One
	// whose place is taken can be found by its owner's mark only: everybody has an owner
	// then, and sweeps in the end.
	foreign bool

	mu    sync.Mutex
	rand  *rand.Rand
	mix   mix
	decks decks
	ends  bool

	blind   bool // the credentials do not see everything
	lookers int  // who make sure that they do

	count    map[cloudsim.FaultKind]int
	delivery sync.WaitGroup // of late and duplicated requests
}

// decks are those of the kinds of call.
type decks struct{ calls, reads, tagged, creates, orders, deliveries *deck }

func newStorm(s service, sim *cloudsim.Sim, m mix, seed uint64, foreign bool) *storm {
	m = maps.Clone(m)
	for k := range m {
		unwanted := k == cloudsim.ForeignList && !foreign
		if unwanted || !s.suffers(k) {
			m[k] = 0
		}
	}
	return &storm{
		service: s, sim: sim, inner: sim.Transport(), mix: m, foreign: foreign,
		rand: rand.New(rand.NewPCG(seed, 0)), count: map[cloudsim.FaultKind]int{},
		decks: decks{
			calls: m.deck(append(ofCalls(), calmCall)...), reads: m.deck(append(ofReads(), calmRead)...),
			tagged: m.deck(append(ofTagged(), calmTagged)...), creates: m.deck(append(ofCreates(), calmCreate)...),
			orders: m.deck(append(ofOrders(), calmOrder)...), deliveries: m.deck(append(ofDelivery(), calmDelivery)...),
		},
	}
}

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

// calm reports whether the storm is over.
func (s *storm) calm() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ends
}

// blow makes the weather until ctx ends, and takes every fault away then.
func (s *storm) blow(ctx context.Context) {
	var weather sync.WaitGroup
	weather.Go(func() { s.comeAndGo(ctx, outage, s.breakDown) })
	weather.Go(func() { s.comeAndGo(ctx, cloudsim.Blind, s.goBlind) })
	weather.Wait()
	s.sim.ClearFaults()
}

// comeAndGo makes a kind of weather now and then.
func (s *storm) comeAndGo(ctx context.Context, kind cloudsim.FaultKind, weather func(context.Context)) {
	weight := s.mix[kind]
	for calm := s.between(10*time.Second, time.Minute); ; calm = s.between(5*time.Minute, 20*time.Minute) {
		if weight > 0 {
			calm = 10 * calm / time.Duration(weight)
		}
		select {
		case <-ctx.Done():
			s.mu.Lock()
			s.ends = true
			s.mu.Unlock()
			return
		case <-time.After(calm):
			if weight > 0 {
				weather(ctx)
			}
		}
	}
}

// breakDown makes every call fail for one to four minutes.
func (s *storm) breakDown(ctx context.Context) {
	s.note(outage)
	kinds := []cloudsim.FaultKind{cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter}
	s.last(ctx, cloudsim.Fault{Kind: kinds[s.draw(len(kinds))]}, 4*time.Minute)
}

// goBlind hides instances from the credentials for one to ten minutes: all, those of
// some creates, or one of each.
func (s *storm) goBlind(ctx context.Context) {
	s.mu.Lock()
	s.blind = s.lookers == 0
	blind := s.blind
	s.mu.Unlock()
	if !blind {
		return
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.blind = false
	}()
	s.note(cloudsim.Blind)
	f := cloudsim.Fault{Kind: cloudsim.Blind}
	switch s.draw(3) {
	case 0:
		f.Share = 0.5
	case 1:
		f.Count = 1
	}
	s.last(ctx, f, 10*time.Minute)
}

// keepSight keeps the credentials from losing sight of instances, and reports false if
// they have just done so.
func (s *storm) keepSight() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.blind {
		s.lookers++
	}
	return !s.blind
}

// loseSight undoes a keepSight.
func (s *storm) loseSight() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookers--
}

// last keeps a fault for a while.
func (s *storm) last(ctx context.Context, f cloudsim.Fault, most time.Duration) {
	f.Cloud = s.cloud
	remove := s.sim.Inject(f)
	defer remove()
	select {
	case <-ctx.Done():
	case <-time.After(s.between(time.Minute, most)):
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
	for _, k := range kinds() {
		if n := s.sim.Struck(s.cloud, k); n > 0 && k != cloudsim.Blind {
			out[k] = n
		}
	}
	return out
}

// patience is how long something takes at most. Without tokens, instances are looked
// for by name for two minutes: a late delivery and a slow call together must stay below
// that, or nobody could find what they make before it is made again.
func (s *storm) patience(withTokens, without time.Duration) time.Duration {
	if s.tokens {
		return withTokens
	}
	return without
}

// strike draws the faults that hit a call.
func (s *storm) strike(c *request) (list []cloudsim.Fault) {
	switch {
	case c.action == s.action:
		if c.prepaid() {
			list = s.draws(list, s.decks.orders, c)
		}
		if len(list) == 0 {
			list = s.draws(list, s.decks.creates, c)
		}
		return list
	case c.action == "DescribeInstances":
		list = s.draws(list, s.decks.reads, c)
		if c.tagged() {
			list = s.draws(list, s.decks.tagged, c)
		}
	}
	return s.draws(list, s.decks.calls, c)
}

// draws deals a card and adds its fault, if it is one that such a call may meet.
func (s *storm) draws(list []cloudsim.Fault, d *deck, c *request) []cloudsim.Fault {
	k := s.deal(d)
	if isCalm(k) {
		return list
	}
	n := 1
	if c.action == s.action {
		n = c.count()
	}
	alone := k == cloudsim.StockRanOut && n < 2 // a documented refusal of one is believed
	many := k == cloudsim.LongList && n > 8     // it would name a crowd
	if alone || many {
		return list
	}
	f := cloudsim.Fault{Cloud: s.cloud, API: c.action, Times: 1, Kind: k}
	s.sharpen(&f)
	if k == cloudsim.DeadToken && c.isRunTwice() { // what it made may be released before the next run asks
		f.Count = 0
	}
	if k == cloudsim.LongList { // even beside fewer than asked for: else nothing contradicts it
		f.Count += n
	}
	return append(list, f)
}

// sharpen completes a fault.
func (s *storm) sharpen(f *cloudsim.Fault) {
	switch f.Kind {
	case burst:
		f.Kind, f.API, f.Times = cloudsim.Throttle, "", 10+s.draw(50)
		s.note(burst)
	case cloudsim.Slow:
		f.Delay = s.between(time.Second, s.patience(90*time.Second, 75*time.Second))
	case cloudsim.Malformed:
		list := bodies(f.API == s.action)
		f.Body = list[s.draw(len(list))]
		if s.draw(4) == 0 {
			f.Status = http.StatusBadGateway
		}
	case cloudsim.Partial, cloudsim.LaunchFailure:
		f.Count = 1
	case cloudsim.Refuse:
		f.Code, f.Status = s.adapter.NoPermission.Code, s.adapter.NoPermission.Status
	case cloudsim.Proxy:
		s.refuseByProxy(f)
	case cloudsim.ShortList, cloudsim.StockRanOut:
		f.Count = s.draw(3)
	case cloudsim.LongList:
		f.Count, f.Invented = s.draw(2), s.draw(3) == 0
	case cloudsim.ForeignList:
		f.Count, f.Invented = 1, s.draw(3) == 0
	case cloudsim.DeadToken: // without an owner nobody could find what it made
		if s.foreign {
			f.Count = s.draw(3)
		}
	case cloudsim.LateVisibility:
		s.hide(f)
	case cloudsim.Flap, cloudsim.WrongTotal:
		s.confuse(f)
	case cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter:
		f.Times += s.draw(2) // the next such call as well
	}
}

// refuseByProxy answers in place of the service.
func (s *storm) refuseByProxy(f *cloudsim.Fault) {
	codes := []int{
		http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusTooManyRequests, http.StatusRequestHeaderFieldsTooLarge,
		http.StatusBadGateway, http.StatusServiceUnavailable,
	}
	f.Status = codes[s.draw(len(codes))]
	if f.Status == http.StatusTooManyRequests {
		f.Delay = s.between(time.Second, 40*time.Second)
	}
}

// hide keeps instances of a create out of sight: for seconds, or each for up to a
// quarter of an hour.
func (s *storm) hide(f *cloudsim.Fault) {
	f.Delay = s.between(time.Second, 55*time.Second)
	if s.draw(2) == 0 {
		f.Spread = s.between(time.Second, longestHidden-f.Delay)
	}
	f.Count = s.draw(3)
}

// longestHidden is how long an instance stays out of sight at most.
const longestHidden = 15 * time.Minute

// confuse leaves rows out of answers.
func (s *storm) confuse(f *cloudsim.Fault) {
	f.Times, f.Count = 1+s.draw(3), s.draw(3)
	switch {
	case f.Kind == cloudsim.WrongTotal:
		f.Total = 1000 + s.draw(1000)
	case s.draw(2) == 0:
		f.Share = 0.3
	}
}

// line is the network between the processes of one job and the cloud.
type line struct {
	*storm
	job    *job
	report *report
}

// RoundTrip implements http.RoundTripper.
func (l line) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := read(req)
	if err != nil {
		return nil, err
	}
	resp, err := l.pass(req, c)
	if c.releases() && err == nil {
		l.report.asked(l.job, resp, anyInstance.FindAllString(string(c.text), -1))
	}
	return resp, err
}

// pass carries a call. Every call takes its time on the way to the cloud and back, and
// is lost there when its process dies. Some creates are delivered after the client gave
// up, and some twice.
func (s *storm) pass(req *http.Request, c *request) (*http.Response, error) {
	fate := calmDelivery
	var faults []cloudsim.Fault
	if !s.calm() {
		faults = s.strike(c)
		if c.action == s.action {
			fate = s.deal(s.decks.deliveries)
		}
	}
	if err := s.travel(req.Context()); err != nil {
		return nil, err
	}
	if fate == late {
		s.note(late)
		s.later(c.copy, s.between(100*time.Millisecond, s.patience(20*time.Second, 10*time.Second)))
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	for _, f := range faults { // no other call comes in between: it would take time
		s.sim.Inject(f)
	}
	resp, err := s.inner.RoundTrip(req)
	if fate == duplicated && s.copyIsHarmless(resp, err) {
		s.note(duplicated)
		s.later(c.copy, s.between(0, 20*time.Second))
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

// copyIsHarmless reports whether a create may be delivered once more: one whose
// token goes on to be asked for, or that has its instances. Of one that was refused
// for good nobody could tell that a copy of it succeeds later.
func (s *storm) copyIsHarmless(resp *http.Response, err error) bool {
	if err != nil {
		return true
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body = reread(text, err)
	if err != nil || resp.StatusCode >= http.StatusInternalServerError {
		return true
	}
	return resp.StatusCode == http.StatusOK && bytes.Contains(text, []byte(`"InstanceIdSet`)) && bytes.Contains(text, []byte(`"i`))
}

// reread is a body that was read, with the error it ended with.
func reread(text []byte, err error) io.ReadCloser {
	if err != nil {
		return io.NopCloser(io.MultiReader(bytes.NewReader(text), failing{err}))
	}
	return io.NopCloser(bytes.NewReader(text))
}

// failing is a reader that fails.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// later delivers a request whose answer nobody waits for.
func (s *storm) later(req *http.Request, after time.Duration) {
	s.delivery.Go(func() {
		time.Sleep(after)
		if resp, err := s.inner.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
	})
}

// request is what the storm knows of a call, whatever the protocol.
type request struct {
	action string
	text   []byte        // the query and the body
	copy   *http.Request // with a body and a life of its own
}

var (
	releaseIn   = regexp.MustCompile(`^(Delete|Terminate|Cease|Release)`)
	countIn     = regexp.MustCompile(`\b(?:count=|Amount=|InstanceCount":)(\d+)`)
	anyInstance = regexp.MustCompile(`\b(?:i|ins)-[a-z0-9]+`)
)

// read takes a request apart.
func read(req *http.Request) (*request, error) {
	c := &request{copy: req.Clone(context.WithoutCancel(req.Context()))}
	c.text = []byte(req.URL.RawQuery)
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body, c.copy.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
		c.text = append(append(c.text, '&'), body...)
	}
	if c.action = req.Header.Get("X-TC-Action"); c.action == "" {
		_, rest, _ := bytes.Cut(c.text, []byte("ction=")) // Alibaba's Action, QingCloud's action
		word, _, _ := bytes.Cut(rest, []byte("&"))
		c.action = string(word)
	}
	return c, nil
}

// count is how many instances a create asks for.
func (c *request) count() int {
	m := countIn.FindSubmatch(c.text)
	if m == nil {
		return 1
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

func (c *request) prepaid() bool { return bytes.Contains(c.text, []byte("InstanceChargeType=PrePaid")) }

func (c *request) tagged() bool { return bytes.Contains(c.text, []byte("yunfan")) }

// isRunTwice reports whether the operation has an ID of its caller's own, see runTwice.
func (c *request) isRunTwice() bool { return bytes.Contains(c.text, []byte("nightly-")) }

func (c *request) releases() bool { return releaseIn.MatchString(c.action) }
