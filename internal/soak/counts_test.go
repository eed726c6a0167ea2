package soak_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// lookout counts the creates that go by, and how many are under way together.
type lookout struct {
	inner  http.RoundTripper
	action string

	mu            sync.Mutex
	creates       int
	under, atMost int
}

// RoundTrip implements http.RoundTripper.
func (l *lookout) RoundTrip(req *http.Request) (*http.Response, error) {
	if wire, err := providertest.ReadWire(req); err != nil || wire.Action != l.action {
		return l.inner.RoundTrip(req)
	}
	l.mu.Lock()
	l.creates++
	l.under++
	l.atMost = max(l.atMost, l.under)
	odd := l.creates%2 == 1
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.under--
		l.mu.Unlock()
	}()
	// What a real one takes. Every other has its effect before.
	if odd {
		if err := pass(req.Context(), 3*time.Second); err != nil {
			return nil, err
		}
		return l.inner.RoundTrip(req)
	}
	resp, err := l.inner.RoundTrip(req)
	if late := pass(req.Context(), 3*time.Second); late != nil {
		return nil, late
	}
	return resp, err
}

func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Any count is split by the cloud's limit and runs in parallel. Names are unique,
// and in the order of the IDs. A token is small.
func TestCounts(t *testing.T) {
	counts := []int{1, 99, 100, 101, 9999, 10000}
	if testing.Short() {
		counts = []int{1, 100, 101, 901}
	}
	for _, s := range services() {
		for _, count := range counts {
			renamed := count == 9999 && !s.tokens // one call for each instance
			slow := count > 101 && small() && s.cloud != cloudsim.CVM
			if renamed || slow {
				continue
			}
			t.Run(fmt.Sprint(s.cloud, count), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { counted(t, s, count) })
			})
		}
	}
}

func counted(t *testing.T, s service, count int) {
	sim := cloudsim.New(nil)
	look := &lookout{inner: sim.Transport(), action: s.action}
	spec := s.spec
	spec.Name, spec.Count, spec.UniqueSuffix = "web", count, true
	token := 0
	journal := provider.JournalFunc(func(_ context.Context, b []byte) error {
		token = len(b)
		return nil
	})
	op, err := s.connect(t, look).RunInstances(t.Context(), spec, &provider.RunOptions{Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil { // many names are given while somebody waits
		t.Fatal(err)
	}
	nameOf := map[string]string{}
	for _, i := range sim.Instances(s.cloud) {
		nameOf[i.ID] = i.Name
	}
	var names []string
	for _, id := range op.InstanceIDs() {
		names = append(names, nameOf[id])
	}
	want := make([]string, count)
	for i := range want {
		want[i] = fmt.Sprintf("web%0*d", max(3, len(fmt.Sprint(count))), i+1)
	}
	switch {
	case !slices.Equal(names, want):
		t.Errorf("names of %d instances: got %.60q, want %.60q", len(names), names[:min(len(names), 3)], want[:min(len(want), 3)])
	case len(nameOf) != count:
		t.Errorf("%d instances have names, want %d", len(nameOf), count)
	}
	calls := (count + 99) / 100
	if look.creates != calls || look.atMost != min(calls, 8) {
		t.Errorf("%d creates, %d of them at once", look.creates, look.atMost)
	}
	if most := 500 + 30*count + 150*calls; token > most {
		t.Errorf("the token has %d bytes, more than %d", token, most)
	}
}

// A create that its caller ends returns at once with what there is so far, and
// goes on from there to exactly what was asked for.
func TestACreateCutShortGoesOn(t *testing.T) {
	for _, s := range services() {
		moments := []time.Duration{0, time.Millisecond, 2999 * time.Millisecond, 3 * time.Second, 3001 * time.Millisecond, 4500 * time.Millisecond, 5900 * time.Millisecond}
		if raced {
			moments = moments[len(moments)-4:]
		}
		if testing.Short() {
			moments = []time.Duration{3001 * time.Millisecond}
		}
		for _, after := range moments {
			t.Run(fmt.Sprint(s.cloud, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { cutShort(t, s, after) })
			})
		}
	}
}

func cutShort(t *testing.T, s service, after time.Duration) {
	count := 1250
	if testing.Short() {
		count = 850
	}
	sim := cloudsim.New(nil)
	c := s.connect(t, &lookout{inner: sim.Transport(), action: s.action})
	spec := s.spec
	spec.Name, spec.Count = "web", count
	var saved []byte
	run := &provider.RunOptions{KeepMarker: true, Journal: provider.JournalFunc(func(_ context.Context, token []byte) error {
		saved = slices.Clone(token)
		return nil
	})}
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	start := time.Now()
	op, err := c.RunInstances(ctx, spec, run)
	switch took := time.Since(start); {
	case took > after+100*time.Millisecond:
		t.Fatalf("it took %v, want at most %v", took, after+100*time.Millisecond)
	case !errors.Is(err, context.DeadlineExceeded):
		t.Fatalf("got error %v, want %v", err, context.DeadlineExceeded)
	case op == nil:
		t.Fatal("op is nil, want a value")
	}
	alive := map[string]bool{}
	for _, i := range sim.Instances(s.cloud) {
		alive[i.ID] = true
	}
	for _, id := range op.InstanceIDs() {
		if !alive[id] {
			t.Errorf("%s does not exist", id)
		}
	}
	if after > 4*time.Second && len(op.InstanceIDs()) == 0 {
		t.Error("nothing came back of what was created")
	}
	token, err := op.MarshalText()
	if err != nil {
		t.Errorf("the operation has no token: %v", err)
	}
	if len(saved) > 0 && string(saved) != string(token) {
		t.Errorf("the journal has %s, want the last word %s", saved, token)
	}
	op, err = s.connect(t, sim.Transport()).Resume(t.Context(), token, &provider.ResumeOptions{Spec: &spec, Run: run})
	if err != nil {
		t.Fatal(err)
	}
	ids := op.InstanceIDs()
	slices.Sort(ids)
	switch n := len(sim.Instances(s.cloud)); {
	case n != count:
		t.Errorf("%d instances exist, want %d", n, count)
	case len(slices.Compact(ids)) != count:
		t.Errorf("number of IDs: got %v, want %v", len(slices.Compact(ids)), count)
	}
}
