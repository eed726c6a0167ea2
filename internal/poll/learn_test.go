package poll

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll/boot"
)

// Only Waits for a boot teach something about boots, and only if they know when it began.
func TestOnlyBootsTeach(t *testing.T) {
	other := Target[bool]{Observe: func(e Event[bool]) Verdict { // does not know the acceptance
		if e.Value {
			return Ready
		}
		return Keep
	}}
	departure := Target[bool]{Observe: func(e Event[bool]) Verdict {
		if e.Value {
			return Done
		}
		return Again
	}}
	for name, target := range map[string]Target[bool]{"a late Wait": other, "a departure": departure} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				p := c.poller(16 * time.Second)
				ids := c.fleet("i", 50, 40*time.Second)
				own := l.fresh(ids...)
				own.Class = "own"
				first := start(t.Context(), p, own)
				time.Sleep(38 * time.Second)
				target.IDs = ids
				if name == "a departure" {
					target.IDs, target.Accepted = c.fleet("fresh", 50, 60*time.Second), time.Now()
				}
				mustWait(t, p, target)
				<-first
				got := p.times.Class("", p.now()).Counts(0, time.Hour)
				if got != (boot.Counts{}) {
					t.Errorf("it counts as %+v, want nothing", got)
				}
			})
		})
	}
}
