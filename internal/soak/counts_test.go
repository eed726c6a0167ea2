package soak_test

import (
	"context"
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
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.under--
		l.mu.Unlock()
	}()
	time.Sleep(3 * time.Second) // what a real one takes
	return l.inner.RoundTrip(req)
}

// Any count is split by the cloud's limit and runs in parallel. Names are unique,
// and in the order of the IDs. A token is small.
func TestCounts(t *testing.T) {
	for _, s := range services() {
		for _, count := range []int{1, 99, 100, 101, 9999, 10000} {
			if count == 9999 && !s.tokens {
				continue // each server is renamed
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
	if !slices.Equal(names, want) || len(nameOf) != count {
		t.Errorf("%d servers; %d IDs, called %.60q", len(nameOf), len(names), names)
	}
	calls := (count + 99) / 100
	if look.creates != calls || look.atMost != min(calls, 8) {
		t.Errorf("%d creates, %d of them at once", look.creates, look.atMost)
	}
	if most := 500 + 30*count + 150*calls; token > most {
		t.Errorf("the token has %d bytes, more than %d", token, most)
	}
}
