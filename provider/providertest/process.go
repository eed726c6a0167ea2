package providertest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// This file holds the helpers for rules about several processes and the requests they
// send.

// token returns the token of an operation.
func (w *world) token(op *provider.Operation) []byte {
	w.t.Helper()
	token, err := op.MarshalText()
	if err != nil {
		w.t.Fatalf("the operation has no token: %v", err)
	}
	return token
}

// resume continues an operation in another process.
func (w *world) resume(token []byte, o *provider.ResumeOptions) (*provider.Operation, error) {
	w.t.Helper()
	op, err := w.newClient(w.sim.Transport(), nil).Resume(w.ctx, token, o)
	if op == nil {
		w.t.Fatalf("the token cannot be resumed: %v", err)
	}
	return op, err
}

// lose sends a create whose answer is lost, in a process that ends before it can find
// out the outcome. It returns the operation's token.
func (w *world) lose(spec *provider.RunInstancesSpec, o *provider.RunOptions) []byte {
	w.t.Helper()
	ctx, crash := context.WithTimeout(w.ctx, time.Second)
	defer crash()
	op, err := w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1}).RunInstances(ctx, *spec, o)
	if op == nil || !errors.Is(err, provider.ErrOutcomeUnknown) {
		w.t.Fatalf("a lost answer: want the operation and ErrOutcomeUnknown, got %v", err)
	}
	return w.token(op)
}

// injectCreates adds a fault to all create calls, whatever their names on the cloud.
// Times counts for each call.
func (w *world) injectCreates(f cloudsim.Fault) (remove func()) {
	var undo []func()
	for _, api := range w.facts.Creates {
		f.API = api
		undo = append(undo, w.inject(f))
	}
	return func() {
		for _, u := range undo {
			u()
		}
	}
}

// releases counts the requests that released instances, or tried to.
func (w *world) releases() (n int) {
	for _, api := range w.facts.Releases {
		n += w.sim.Calls(api)
	}
	return n
}

// simulate replaces the simulated cloud and its client. Call it before any create.
func (w *world) simulate(o CloudOptions) {
	all := cloudOptions()
	all.Boot, all.TokenLife = o.Boot, o.TokenLife
	w.sim = w.Harness.Cloud(all)
	w.client = w.newClient(w.sim.Transport(), nil)
}

// says reports whether an error's text holds a word. It returns false for nil.
func says(err error, word string) bool { return err != nil && strings.Contains(err.Error(), word) }

// wantInHand checks that an operation has all instances of the cloud, each once.
func (w *world) wantInHand(op *provider.Operation, n int) {
	w.t.Helper()
	got, have := sorted(op.InstanceIDs()), sorted(w.alive())
	if len(slices.Compact(slices.Clone(got))) != n {
		w.t.Errorf("%d IDs, want %d: %v", len(got), n, got)
	}
	if !slices.Equal(got, have) {
		w.t.Errorf("InstanceIDs and the cloud's instances differ\nlost: %v\nunreal: %v", minus(have, got),
			minus(got, have))
	}
}

// wantCreates checks how many create calls the cloud has taken.
func (w *world) wantCreates(when string, n int) {
	w.t.Helper()
	if got := w.creates(); got != n {
		w.t.Errorf("%s: %d create calls, want %d", when, got, n)
	}
}

// wantNoReleases checks that the cloud has taken no call to release instances.
func (w *world) wantNoReleases(when string) {
	w.t.Helper()
	if got := w.releases(); got != 0 {
		w.t.Errorf("%s: %d calls released instances, want none", when, got)
	}
}

// wantAlive checks that certain instances exist at the cloud, and no others.
func (w *world) wantAlive(when string, ids ...string) {
	w.t.Helper()
	have, want := sorted(w.alive()), sorted(ids)
	if !slices.Equal(have, want) {
		w.t.Errorf("%s: missing %v, unexpected %v\n", when, minus(want, have), minus(have, want))
	}
}

// notebook is a journal that keeps every token and can refuse saves.
type notebook struct {
	mu     sync.Mutex
	saved  [][]byte
	asked  int               // saves, refused ones included
	refuse func(n int) error // called for the n-th save, from 1; nil refuses no save
}

// Save implements [provider.Journal].
func (b *notebook) Save(_ context.Context, token []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	if b.refuse != nil {
		if err := b.refuse(b.asked); err != nil {
			return err
		}
	}
	b.saved = append(b.saved, slices.Clone(token))
	return nil
}

// count returns how many saves were asked for.
func (b *notebook) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// last returns the latest token that was saved.
func (b *notebook) last() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.saved[len(b.saved)-1]
}

// tap is a transport that passes requests on and records them.
type tap struct {
	next http.RoundTripper

	mu   sync.Mutex
	sent []Wire
}

// RoundTrip implements [http.RoundTripper].
func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	wire, err := ReadWire(req)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.sent = append(t.sent, wire)
	t.mu.Unlock()
	return t.next.RoundTrip(req)
}

// count returns how many requests are wanted.
func (t *tap) count(wanted func(*Wire) bool) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.sent {
		if wanted(&t.sent[i]) {
			n++
		}
	}
	return n
}
