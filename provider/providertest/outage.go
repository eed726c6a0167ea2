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

// outageRules are about what lies between the client and the service, and about a
// service that is down.
func outageRules() []rule {
	const why = "What never reached the service made nothing: whoever looks for it loses minutes."
	const alike = "RetryFor must mean the same on every cloud."
	return []rule{
		{"a request too large for a proxy is one call and no search", why, tooLarge},
		{"a proxy that asks for patience gets it, and no search", why, proxyPause},
		{"a pause beyond RetryFor is told at once", "Nobody waits for what he gives up anyway.", proxyLongPause},
		{"refused connections are repeated for RetryFor, and leave nothing open", alike, refusedConnections},
		{"refused connections are not repeated with a negative RetryFor", alike, refusedOnce},
		{"a service that is down ends a create within RetryFor and one search", alike, serviceDown},
		{"a service that is down is asked once with a negative RetryFor", alike, serviceDownOnce},
		{"a create cut short before it left is made by Resume", "Nothing was refused: the caller gave up.", cutShort},
		{"a service that comes back is used", "An outage of a minute must not fail a create.", serviceComesBack},
		{
			"a search for lost instances is told, with how long it may take",
			"For two minutes nothing else seems to happen.", tellsSearch,
		},
	}
}

// wantNoSearch checks that nothing was looked for.
func (w *world) wantNoSearch(when string) {
	w.t.Helper()
	if n := w.sim.Calls(w.Cloud, "DescribeInstances"); n != 0 {
		w.t.Errorf("%s: %d describe calls, want none", when, n)
	}
}

// wantClosed checks an error that leaves nothing open.
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
		w.simulate(cloudsim.Options{})
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
	w.wantCreates("the pause was kept", 2)
	w.wantNoSearch("the pause was kept")
}

func proxyLongPause(_ *testing.T, w *world) {
	w.injectCreates(cloudsim.Fault{Kind: cloudsim.Proxy, Status: http.StatusTooManyRequests, Delay: time.Hour})
	within(w.t, time.Second, "the create", func() {
		_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
		w.wantClosed("an hour of peace", err)
		if !errors.Is(err, provider.ErrThrottled) {
			w.t.Errorf("want ErrThrottled, got %v", err)
		}
	})
	w.wantCreates("an hour of peace", 1)
	w.wantNoSearch("an hour of peace")
}

// deaf is a host that refuses every connection.
type deaf struct {
	mu    sync.Mutex
	tried int
}

// RoundTrip implements [http.RoundTripper].
func (d *deaf) RoundTrip(*http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried++
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// refusedConnections tries with growing pauses of up to 15 s: about a dozen times.
func refusedConnections(t *testing.T, w *world) {
	host := &deaf{}
	start := time.Now()
	_, err := w.newClient(host, nil).RunInstances(w.ctx, w.spec(2), nil)
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
	host := &deaf{}
	client := w.newClient(host, &provider.Options{RetryFor: -1})
	within(t, time.Second, "the create", func() {
		_, err := client.RunInstances(w.ctx, w.spec(2), nil)
		w.wantClosed("refused connections", err)
	})
	if host.tried != 1 {
		t.Errorf("%d connections were tried, want 1", host.tried)
	}
}

// serviceDown is an outage that is no proof: the service may have executed the call. With
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
		limit = 2*time.Minute + 10*time.Second // what it may have made is looked for
	}
	within(t, limit, "the create", func() {
		_, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
		if open := errors.Is(err, provider.ErrOutcomeUnknown); err == nil || open == w.marks() {
			t.Errorf("with markers a search settles it, and only there; got %v", err)
		}
	})
	w.wantCreates("a negative RetryFor", 1)
}

// silent is a host that never answers to a connection.
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

// tellsSearch: with a token nothing is looked for.
func tellsSearch(t *testing.T, w *world) {
	var told []provider.RunProgress
	o := provider.RunOptions{Progress: func(p provider.RunProgress) { told = append(told, p) }}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	start := time.Now()
	w.create(3, &o)
	logged := strings.Count(w.log.String(), "looking for instances of a create whose answer was lost")
	if !w.marks() {
		if len(told) != 0 || logged != 0 {
			t.Errorf("%v, and %d records, of a search that is not needed", told, logged)
		}
		return
	}
	if len(told) != 1 || told[0].Kind != provider.Searching || logged != 1 {
		t.Fatalf("told %v, and %d records; want one search", told, logged)
	}
	if d := told[0].For; d < 110*time.Second || d > 130*time.Second {
		t.Errorf("it may take %v, want about two minutes", d)
	}
	if at := told[0].Time.Sub(start); at > 5*time.Second {
		t.Errorf("told after %v, want at once", at)
	}
}
