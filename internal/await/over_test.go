package await_test

import (
	"context"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/await"
)

// The end of the wait for each ID is told once, and what is left when ctx ends is not.
func TestTheEndOfEachIDIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := map[string]string{"up": "up", "dead": "dead", "hidden": "", "slow": "booting"}
		c := newCloud(func(id string, _ time.Duration) string { return life[id] })
		cfg := config("up", "dead", "hidden", "slow")
		got := map[string]await.Phase{}
		cfg.Over = func(id string, _, p await.Phase) {
			if _, told := got[id]; told {
				t.Errorf("%s was told twice", id)
			}
			got[id] = p
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_ = await.New(cfg).Run(ctx, c.poller(), target())
		want := map[string]await.Phase{"up": await.Ready, "dead": await.Failed, "hidden": await.Hidden}
		if !maps.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}
