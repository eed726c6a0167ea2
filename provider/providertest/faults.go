package providertest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Faults keeps the faults of a simulated cloud of one's own, and counts its calls. A [Cloud]
// embeds it: Inject, ClearFaults, Struck and Calls are then implemented. The zero value is
// ready. It is safe for concurrent use.
type Faults struct {
	mu     sync.Mutex
	list   []*pendingFault
	struck map[cloudsim.FaultKind]int
	calls  map[string]int
}

// pendingFault is a fault with the number of calls that it matched.
type pendingFault struct {
	cloudsim.Fault
	seen int
}

// Inject implements [Cloud].
func (f *Faults) Inject(fault cloudsim.Fault) (remove func()) {
	p := &pendingFault{Fault: fault}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, p)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.list = slices.DeleteFunc(f.list, func(q *pendingFault) bool { return q == p })
	}
}

// ClearFaults implements [Cloud].
func (f *Faults) ClearFaults() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// Struck implements [Cloud].
func (f *Faults) Struck(k cloudsim.FaultKind) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.struck[k]
}

// Calls implements [Cloud].
func (f *Faults) Calls(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name != "" {
		return f.calls[name]
	}
	n := 0
	for _, k := range f.calls {
		n += k
	}
	return n
}

// Take counts an authenticated call and returns the faults that hit it. Applies reports
// whether a kind of fault can hit this call at all: a describe is not hit by
// [cloudsim.NoStock].
func (f *Faults) Take(name string, applies func(cloudsim.FaultKind) bool) Hits {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls, f.struck = map[string]int{}, map[cloudsim.FaultKind]int{}
	}
	f.calls[name]++
	var hit Hits
	for _, p := range f.list {
		elsewhere := p.API != "" && p.API != name
		if elsewhere || !applies(p.Kind) {
			continue
		}
		p.seen++
		n := p.seen - p.Skip
		left := p.Times == 0 || n <= p.Times
		if n > 0 && left {
			hit = append(hit, p.Fault)
			f.struck[p.Kind]++
		}
	}
	return hit
}

// Hits are the faults that hit one call, in the order in which they were injected.
type Hits []cloudsim.Fault

// Get returns the first fault of a kind.
func (h Hits) Get(k cloudsim.FaultKind) (cloudsim.Fault, bool) {
	i := slices.IndexFunc(h, func(f cloudsim.Fault) bool { return f.Kind == k })
	if i < 0 {
		return cloudsim.Fault{}, false
	}
	return h[i], true
}

// Has reports whether a fault of a kind is among them.
func (h Hits) Has(k cloudsim.FaultKind) bool {
	_, ok := h.Get(k)
	return ok
}

// Reply is an answer of a simulated cloud.
type Reply struct {
	Status int    // 0 means 200
	Body   []byte // JSON

	// IDs are the instance IDs in the body of the answer to a create. A fault that cuts the
	// body cuts it in the middle of these.
	IDs []string
}

// Serve answers a call. It carries out the faults that lie between a client and a service, so
// that a simulated cloud need not: Slow, ResetBefore, Proxy, ResetAfter, Malformed and CutBody.
// Execute is called at most once, and carries out the call. It handles the other kinds itself.
// A call that is reset panics with [http.ErrAbortHandler], as net/http documents;
// [cloudsim.InMemory] turns that into the error of a broken connection.
func (h Hits) Serve(w http.ResponseWriter, r *http.Request, execute func() Reply) {
	if f, ok := h.Get(cloudsim.Slow); ok && !sleep(r.Context(), f.Delay) {
		panic(http.ErrAbortHandler)
	}
	if h.Has(cloudsim.ResetBefore) {
		panic(http.ErrAbortHandler)
	}
	if f, ok := h.Get(cloudsim.Proxy); ok {
		serveProxy(w, f)
		return
	}
	a := execute()
	if h.Has(cloudsim.ResetAfter) {
		panic(http.ErrAbortHandler)
	}
	if f, ok := h.Get(cloudsim.Malformed); ok {
		a.Body, a.Status = []byte(f.Body), cmp.Or(f.Status, a.Status)
	}
	body, promised := a.Body, len(a.Body)
	if f, ok := h.Get(cloudsim.CutBody); ok && promised > 0 {
		body = body[:min(cutAt(&a, f.Count), promised-1)]
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(promised))
	w.WriteHeader(cmp.Or(a.Status, http.StatusOK))
	_, _ = w.Write(body)
}

// cutAt returns where the body of an answer ends early.
func cutAt(a *Reply, count int) int {
	if count > 0 {
		return count
	}
	if len(a.IDs) > 0 {
		id := a.IDs[len(a.IDs)/2]
		if at := bytes.Index(a.Body, []byte(id)); at >= 0 {
			return at + len(id)/2
		}
	}
	return len(a.Body) / 2
}

func serveProxy(w http.ResponseWriter, f cloudsim.Fault) {
	status := cmp.Or(f.Status, http.StatusServiceUnavailable)
	if f.Delay > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((f.Delay+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	page := fmt.Sprintf("<html><head><title>%d</title></head><body><h1>%s</h1><hr>proxy</body></html>\n",
		status, http.StatusText(status))
	_, _ = w.Write([]byte(cmp.Or(f.Body, page)))
}

// sleep waits, and reports false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
