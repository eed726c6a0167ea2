package alibaba

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// powerTime is how long a power change takes, forced or not. The vendor publishes no
// times. This one is short, but long enough for a poll to see the state in between.
const powerTime = time.Second

// Power is a power change: the states in which it is allowed, the state on the way, and
// the final state.
type Power struct {
	From, Via, to core.Phase
	Economical    bool // stopped without charges for CPU and memory, if possible
}

// Start changes stopped to running.
func Start() Power { return Power{From: core.Stopped, Via: core.Starting, to: core.Running} }

// Stop changes running to stopped.
func Stop() Power { return Power{From: core.Running, Via: core.Stopping, to: core.Stopped} }

// Reboot shows Starting all the time, as today's references of both products say. An
// older page of ECS says Stopping for its batch call. It is not verified which of them
// the service shows.
func Reboot() Power { return Power{From: core.Running, Via: core.Starting, to: core.Running} }

// Apply switches an instance. A planned release stays planned.
func (c Power) Apply(m *core.Instance, now time.Time) {
	end := m.Steps[len(m.Steps)-1]
	m.Move(now, core.At(now, c.Via), core.At(now.Add(powerTime), c.to))
	if end.Phase == core.Gone {
		m.Steps = slices.DeleteFunc(m.Steps, func(s core.Step) bool { return !s.At.Before(end.At) })
		m.Steps = append(m.Steps, end)
	}
}

// Batch reads the IDs of a call about many instances, without duplicates. It is not
// verified that the vendor accepts a duplicate ID.
func (p *Params) Batch(name string, ids []string) []string {
	if len(ids) == 0 {
		p.Refuse(p.Missing(name))
	}
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
