package scale_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// counting is a store that counts what is written to it.
type counting struct {
	store.Memory

	mu    sync.Mutex
	saves int
	bytes int64 // of records
	most  int   // bytes of the longest record
}

// entryBytes is what a save writes beside its records in the file store: the file of the claim.
const entryBytes = 600

func (c *counting) Save(ctx context.Context, claim store.Claim, ch store.Change) error {
	c.mu.Lock()
	c.saves++
	for _, r := range ch.Records {
		c.bytes += int64(len(r.Data))
		c.most = max(c.most, len(r.Data))
	}
	c.mu.Unlock()
	return c.Memory.Save(ctx, claim, ch)
}

// Save is that of a journal.
type wholeTokens struct {
	mu    sync.Mutex
	bytes int64
}

func (w *wholeTokens) Save(_ context.Context, token []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes += int64(len(token))
	return nil
}

// launch is some operations of a size, on each cloud in turns.
type launch struct{ operations, instances int }

func (l launch) String() string { return fmt.Sprintf("%d of %d", l.operations, l.instances) }

// launches are one operation of all instances, and operations of a hundred.
func launches() []launch {
	return []launch{{1, operations() * perOperation}, {operations(), perOperation}}
}

// A journal writes what has changed: at most 50 MB for a hundred thousand instances, whatever
// operations they are in, from the first save until all run.
func TestAJournalWritesLittle(t *testing.T) {
	const budget = 50_000_000 / 100_000 // bytes for an instance
	for _, l := range launches() {
		for cloud := range accounts(t, simulator(bootTime)) {
			var c counting
			var name string
			synctest.Test(t, func(t *testing.T) { name = c.live(t, l, cloud) })
			all := int64(l.operations * l.instances)
			each := (c.bytes + int64(c.saves)*entryBytes) / all
			t.Logf("%-9s %s: %.2f MB of records and %.2f MB of entries in %d saves, %d bytes an instance, longest record %d bytes",
				name, l, float64(c.bytes)/1e6, float64(c.saves*entryBytes)/1e6, c.saves, each, c.most)
			if each > budget {
				t.Errorf("%s, %s: got %d bytes for an instance, want at most %d", name, l, each, budget)
			}
			if c.most > store.MaxRecord {
				t.Errorf("%s, %s: got a record of %d bytes, want at most %d", name, l, c.most, store.MaxRecord)
			}
		}
	}
}

// live runs operations until all their instances run, and returns the name of the cloud.
func (c *counting) live(t *testing.T, l launch, cloud int) string {
	a := accounts(t, simulator(func(*rand.Rand) time.Duration { return soonest }))[cloud]
	a.spec.Count = l.instances
	var wg sync.WaitGroup
	for i := range l.operations {
		wg.Go(func() {
			o := &provider.StoreOptions{Run: &provider.RunOptions{KeepMarker: true}}
			op, err := a.client.Run(t.Context(), fmt.Sprint("op-", i), &a.spec, c, o)
			if err != nil {
				t.Error(err)
			}
			if _, err := op.Wait(t.Context(), nil); err != nil {
				t.Error(err)
			}
			if err := op.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(unfinished(t, c)); n != 0 {
		t.Errorf("%d operations are left to do, want none", n)
	}
	return a.client.Name()
}

func unfinished(t *testing.T, s store.Store) (ids []string) {
	for e, err := range store.Unfinished(t.Context(), s, store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

// What the simple door writes, for comparison: the whole token each time.
func TestWholeTokensAreLong(t *testing.T) {
	if testing.Short() {
		return
	}
	for _, l := range launches() {
		var w wholeTokens
		synctest.Test(t, func(t *testing.T) {
			a := accounts(t, simulator(bootTime))[0]
			a.spec.Count = l.instances
			for range l.operations {
				if _, err := a.client.RunInstances(t.Context(), a.spec, &provider.RunOptions{Journal: &w}); err != nil {
					t.Fatal(err)
				}
			}
		})
		t.Logf("%s: %.1f MB", l, float64(w.bytes)/1e6)
	}
}
