package providertest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// outageRules are about failures between the client and the service, and about a
// service that is down.
func outageRules() []rule {
	const why = "A request that never reached the service created nothing. A search would waste minutes."
	const alike = "RetryFor must mean the same on every cloud."
	return []rule{
		{"a request too large for a proxy is one call and no search", why, tooLarge},
		{"a proxy's Retry-After is kept, without a search", why, proxyPause},
		{
			"a pause longer than RetryFor is reported at once",
			"Waiting is useless if the call is given up anyway.", proxyLongPause,
		},
		{"refused connections are repeated for RetryFor, and leave nothing open", alike, refusedConnections},
		{"refused connections are not repeated with a negative RetryFor", alike, refusedOnce},
		{"with a service that is down, a create ends within RetryFor and one search", alike, serviceDown},
		{"with a negative RetryFor, a service that is down is asked once", alike, serviceDownOnce},
		{
			"a create that was cancelled before it was sent is made by Resume",
			"The cloud refused nothing: the caller gave up.", cutShort,
		},
		{
			"a create goes on when the service is up again",
			"An outage of a minute must not fail a create.", serviceComesBack,
		},
		{
			"a search for lost instances is reported, with the time it may take",
			"Nothing else is reported for two minutes.", tellsSearch,
		},
	}
}

// wantNoSearch checks that there was no search.
func (w *world) wantNoSearch(when string) {
	w.t.Helper()
	if n := w.sim.Calls(w.facts.Describe); n != 0 {
		w.t.Errorf("%s: %d describe calls, want none", when, n)
	}
}

// wantClosed checks that an error leaves no outcome open and no instance exists.
func (w *world) wantClosed(when string, err error) {
	w.t.Helper()
	if err == nil || errors.Is(err, provider.ErrOutcomeUnknown) {
		w.t.Errorf("%s: want an error that leaves nothing open, got %v", when, err)
	}
	if n := len(w.alive()); n != 0 {
		w.t.Errorf("%s: %d instances exist, want none", when, n)
	}
}

func tooLarge(_ *testing.T, w *world) {
	for _, status := range []int{
		http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge,
	} {
		w.simulate(CloudOptions{})
		what := http.StatusText(status)
		w.injectCreates(cloudsim.Fault{Kind: cloudsim.Proxy, Status: status})
		within(w.t, time.Second, what, func() {
			_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
			w.wantClosed(what, err)
		})
		w.wantCreates(what, 1)
		w.wantNoSearch(what)
	}
}

func proxyPause(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.Proxy, Status: http.StatusTooManyRequests, Delay: 40 * time.Second})
	start := time.Now()
	op, err := w.client.RunInstances(w.ctx, w.spec(2), &provider.RunOptions{KeepMarker: true})
	if err != nil {
		t.Errorf("a throttled create was not executed; the client repeats it: %v", err)
	}
	if took := time.Since(start); took < 40*time.Second || took > time.Minute {
		t.Errorf("it took %v, want the 40 s that the proxy asked for", took)
	}
	w.wantInHand(op, 2)
	w.wantCreates("after the pause", 2)
	w.wantNoSearch("after the pause")
}

func proxyLongPause(_ *testing.T, w *world) {
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Proxy, Status: http.StatusTooManyRequests, Delay: time.Hour})
	within(w.t, time.Second, "the create", func() {
		_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
		w.wantClosed("asked to wait an hour", err)
		if !errors.Is(err, provider.ErrThrottled) {
			w.t.Errorf("want ErrThrottled, got %v", err)
		}
	})
	w.wantCreates("asked to wait an hour", 1)
	w.wantNoSearch("asked to wait an hour")
}

// deaf is a transport to a host that answers until it falls silent, and then refuses every
// connection. A host that never answered may not exist, which is another rule.
type deaf struct {
	before http.RoundTripper

	mu     sync.Mutex
	silent bool
	tried  int
}

// deafClient returns a client whose host has answered once, and refuses connections from now on.
func (w *world) deafClient(o *provider.Options) (*provider.Client, *deaf) {
	host := &deaf{before: w.sim.Transport()}
	client := w.newClient(host, o)
	for _, err := range client.DescribeInstances(w.ctx, provider.Query{}) {
		if err != nil {
			w.t.Fatalf("the host does not answer before its outage: %v", err)
		}
	}
	host.mu.Lock()
	defer host.mu.Unlock()
	host.silent = true
	return client, host
}

// RoundTrip implements [http.RoundTripper].
func (d *deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.silent {
		return d.before.RoundTrip(r)
	}
	d.tried++
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// refusedConnections tries with growing pauses of up to 15 s: about a dozen times.
func refusedConnections(t *testing.T, w *world) {
	client, host := w.deafClient(nil)
	start := time.Now()
	_, err := client.RunInstances(w.ctx, w.spec(2), nil)
	w.wantClosed("refused connections", err)
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("want ErrUnavailable, got %v", err)
	}
	if took := time.Since(start); took < 100*time.Second || took > 2*time.Minute {
		t.Errorf("it took %v, want up to the two minutes of RetryFor", took)
	}
	if host.tried < 9 || host.tried > 15 {
		t.Errorf("%d connections were tried, want about a dozen", host.tried)
	}
}

func refusedOnce(t *testing.T, w *world) {
	client, host := w.deafClient(&provider.Options{RetryFor: -1})
	within(t, time.Second, "the create", func() {
		_, err := client.RunInstances(w.ctx, w.spec(2), nil)
		w.wantClosed("refused connections", err)
	})
	if host.tried != 1 {
		t.Errorf("%d connections were tried, want 1", host.tried)
	}
}

// serviceDown is an outage without proof: the service may have executed the call. With
// a token it is asked again; with a marker one more create may follow a search.
func serviceDown(t *testing.T, w *world) {
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Proxy})
	start := time.Now()
	_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
	took := time.Since(start)
	if !errors.Is(err, provider.ErrUnavailable) || !says(err, "503") {
		t.Errorf("want ErrUnavailable and the status, got %v", err)
	}
	if !w.marks() {
		if took < 100*time.Second || took > 2*time.Minute || !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("after %v: %v; want ErrOutcomeUnknown after up to the two minutes of RetryFor", took, err)
		}
		return
	}
	w.wantCreates("a service that is down", 2)
	w.wantClosed("two searches that found nothing", err)
	if took < 3*time.Minute || took > 4*time.Minute+30*time.Second {
		t.Errorf("it took %v, want two searches of two minutes", took)
	}
}

func serviceDownOnce(t *testing.T, w *world) {
	w.client = w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1})
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Proxy})
	limit := time.Second
	if w.marks() {
		limit = 2*time.Minute + 10*time.Second // the search for its instances
	}
	within(t, limit, "the create", func() {
		_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
		if open := errors.Is(err, provider.ErrOutcomeUnknown); err == nil || open == w.marks() {
			t.Errorf("want the outcome open unless a search by marker settles it, got %v", err)
		}
	})
	w.wantCreates("a negative RetryFor", 1)
}

// silent is a transport to a host that never accepts a connection.
type silent struct{}

// RoundTrip implements [http.RoundTripper].
func (silent) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: req.Context().Err()}
}

func cutShort(t *testing.T, w *world) {
	spec := w.spec(2)
	ctx, cancel := context.WithTimeout(w.ctx, 3*time.Second)
	defer cancel()
	op, err := w.newClient(silent{}, nil).RunInstances(ctx, spec, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("want the error of ctx, got %v", err)
	}
	again, err := w.resume(w.token(op), &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		t.Errorf("resumed when the service can be reached: %v", err)
	}
	w.wantInHand(again, 2)
	w.wantNames(&spec)
}

func serviceComesBack(_ *testing.T, w *world) {
	time.AfterFunc(time.Minute, w.inject(cloudsim.Fault{Kind: cloudsim.Proxy}))
	spec := w.spec(2)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		w.t.Errorf("down for a minute: %v", err)
	}
	w.wantInHand(op, 2)
	w.wantNames(&spec)
}

// tellsSearch: with a token there is no search.
func tellsSearch(t *testing.T, w *world) {
	var told []provider.RunProgress
	o := provider.RunOptions{Progress: func(p provider.RunProgress) { told = append(told, p) }}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	start := time.Now()
	w.create(3, &o)
	logged := strings.Count(w.log.String(), "looking for instances of a create whose answer was lost")
	if !w.marks() {
		if len(told) != 0 || logged != 0 {
			t.Errorf("got %v and %d log records of a search, want no search", told, logged)
		}
		return
	}
	if len(told) != 1 || told[0].Kind != provider.Searching || logged != 1 {
		t.Fatalf("got %v and %d log records, want one search", told, logged)
	}
	if d := told[0].For; d < 110*time.Second || d > 130*time.Second {
		t.Errorf("the reported time is %v, want about two minutes", d)
	}
	if at := told[0].Time.Sub(start); at > 5*time.Second {
		t.Errorf("reported after %v, want at once", at)
	}
}
