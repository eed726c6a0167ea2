package cloudsim

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// aliPowerTime is how long a machine that is switched takes to get there,
// forced or not. The vendor publishes no times; this one is short, yet long
// enough for a poll to see the state in between.
const aliPowerTime = time.Second

// aliPower is a change of power: the state a machine has to be in, the one it
// shows on the way, and the one it ends in.
type aliPower struct {
	from, via, to core.Phase
	economical    bool // stopped without paying for CPU and memory, where it can be
}

func aliStart() aliPower { return aliPower{from: core.Stopped, via: core.Starting, to: core.Running} }

func aliStop() aliPower { return aliPower{from: core.Running, via: core.Stopping, to: core.Stopped} }

// aliReboot shows Starting all the way, as the references of both products have
// it today; an older page of ECS says Stopping for its batch call. Which of
// them the service shows is not verified.
func aliReboot() aliPower { return aliPower{from: core.Running, via: core.Starting, to: core.Running} }

// apply switches a machine. A release that is planned stays planned.
func (c aliPower) apply(m *core.Instance, now time.Time) {
	end := m.Steps[len(m.Steps)-1]
	m.Move(now, core.At(now, c.via), core.At(now.Add(aliPowerTime), c.to))
	if end.Phase == core.Gone {
		m.Steps = slices.DeleteFunc(m.Steps, func(s core.Step) bool { return !s.At.Before(end.At) })
		m.Steps = append(m.Steps, end)
	}
}

// batch reads the IDs of a call about many machines, each once: that the vendor
// puts up with an ID named twice is not verified.
func (p *aliParams) batch(name string, ids []string) []string {
	if len(ids) == 0 {
		p.refuse(p.missing(name))
	}
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
