package alibaba

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// powerTime is how long an instance that is switched takes to get there,
// forced or not. The vendor publishes no times; this one is short, yet long
// enough for a poll to see the state in between.
const powerTime = time.Second

// Power is a change of power: the state an instance has to be in, the one it
// shows on the way, and the one it ends in.
type Power struct {
	From, Via, to core.Phase
	Economical    bool // stopped without paying for CPU and memory, where it can be
}

// Start is from stopped to running.
func Start() Power { return Power{From: core.Stopped, Via: core.Starting, to: core.Running} }

// Stop is from running to stopped.
func Stop() Power { return Power{From: core.Running, Via: core.Stopping, to: core.Stopped} }

// Reboot shows Starting all the way, as the references of both products have
// it today; an older page of ECS says Stopping for its batch call. Which of
// them the service shows is not verified.
func Reboot() Power { return Power{From: core.Running, Via: core.Starting, to: core.Running} }

// Apply switches an instance. A release that is planned stays planned.
func (c Power) Apply(m *core.Instance, now time.Time) {
	end := m.Steps[len(m.Steps)-1]
	m.Move(now, core.At(now, c.Via), core.At(now.Add(powerTime), c.to))
	if end.Phase == core.Gone {
		m.Steps = slices.DeleteFunc(m.Steps, func(s core.Step) bool { return !s.At.Before(end.At) })
		m.Steps = append(m.Steps, end)
	}
}

// Batch reads the IDs of a call about many instances, each once. That the vendor
// accepts an ID named twice is not verified.
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
