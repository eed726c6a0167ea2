package await_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
)

// tallied waits for IDs whose life shows their own name.
func tallied(t *testing.T, c *await.Tally, ids ...string) {
	t.Helper()
	cfg := config(ids...)
	cfg.Tally = c
	life := newCloud(func(id string, after time.Duration) string {
		if id == "hidden" {
			return ""
		}
		return stages(0*second, "new", 20*second, id)(id, after)
	})
	if err := await.New(cfg).Run(t.Context(), life.poller(), target()); err != nil {
		t.Error(err)
	}
}

func TestATallyCountsSeveralWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last await.Counts
		reports := 0
		c := await.NewTally(4, func(n await.Counts) {
			last = n
			reports++
		})
		var g sync.WaitGroup
		g.Go(func() { tallied(t, c, "up", "dead") })
		g.Go(func() { tallied(t, c, "up", "hidden") })
		g.Wait()
		if want := (await.Counts{Asked: 4, Ready: 2, Failed: 1, Hidden: 1}); last != want {
			t.Errorf("got %+v, want %+v", last, want)
		}
		if reports != 4 {
			t.Errorf("%d reports, want one for each ID", reports)
		}
		c.Replaced(1)
		if last.Failed != 0 {
			t.Errorf("%d failed, want none after it was replaced", last.Failed)
		}
		c.Replaced(0)
		if reports != 5 {
			t.Errorf("%d reports, want none without a change", reports)
		}
	})
}

func TestATallyMayBeMissingOrSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []*await.Tally{nil, await.NewTally(1, nil)} {
			tallied(t, c, "up")
			c.Replaced(1)
		}
	})
}
