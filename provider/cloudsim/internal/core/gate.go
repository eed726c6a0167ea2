package core

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// MaxBody is the largest request body that a vendor documents (Tencent
// Cloud, TC3: 10 MB).
const MaxBody = 10 << 20

// ServeHTTP implements http.Handler.
func (c *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil || len(body) > MaxBody {
		http.Error(w, "request body unreadable or too large", http.StatusRequestEntityTooLarge)
		return
	}
	began := time.Now()
	k, a := c.answer(r, body)
	if c.Config.Observer != nil {
		if observe := c.Config.Observer(); observe != nil {
			observe(c.recordOf(k, a, began))
		}
	}
	if a == nil {
		// The documented way to cut a connection without an answer; the
		// in-memory transport turns it into a reset.
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Type", a.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)+a.missing))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// answer runs a request through authentication, faults and execution. A nil answer means
// that the connection must be cut. The call is nil if nothing could be read.
func (c *Service) answer(r *http.Request, body []byte) (*Call, *Answer) {
	k, refused := c.Wire.Open(r, body, time.Now())
	if refused != nil {
		return k, refused
	}
	k.admitted = true
	return k, c.handle(r.Context(), k)
}

// handle runs an authentic call through faults and execution. Nil means that the
// connection must be cut.
func (c *Service) handle(ctx context.Context, k *Call) *Answer {
	c.mu.Lock()
	c.calls[k.Action]++
	k.Faults = c.strikes(k)
	proxy, proxied := k.Faults.Get(Proxy)
	if !proxied && c.tooFast(k) {
		c.struck[Throttle]++
		k.Faults = append(Faults{{Kind: Throttle}}, k.Faults...)
	}
	c.mu.Unlock()

	if f, ok := k.Faults.Get(Slow); ok && !sleep(ctx, f.Delay) {
		return nil
	}
	if _, ok := k.Faults.Get(ResetBefore); ok {
		return nil
	}
	if proxied {
		return proxyAnswer(proxy)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k.Now = time.Now()
	if f, ok := k.Faults.refusal(); ok {
		return c.Wire.Refuse(k, f)
	}
	return c.spoil(k, c.Wire.Serve(k))
}

// spoil changes the answer of an executed call as its faults require. Nil means that
// the connection must be cut.
func (c *Service) spoil(k *Call, a *Answer) *Answer {
	if f, ok := k.Faults.Get(StockRanOut); ok && k.made > 0 {
		f.Kind, f.Count = NoStock, 0
		a = c.Wire.Refuse(k, f)
	}
	if k.Faults.Has(ResetAfter) {
		return nil
	}
	if f, ok := k.Faults.Get(ServerErrorAfter); ok {
		a = c.Wire.Refuse(k, f)
	} else if f, ok := k.Faults.Get(Malformed); ok {
		a.Body = []byte(f.Body)
		if f.Status != 0 {
			a.Status = f.Status
		}
	}
	if f, ok := k.Faults.Get(CutBody); ok {
		a.cut(f, k.named)
	}
	return a
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
