package cvm

import (
	"cmp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// timer destroys an instance at a time.
type timer struct {
	id string
	at time.Time
}

// newTimer returns a timer. The form of its ID is [unverified].
func (c *api) newTimer(at time.Time) *timer {
	id := core.UnusedID(c.service.Rand, "tat-", 8, func(id string) bool {
		for _, more := range c.details {
			if more.timer != nil && more.timer.id == id {
				return true
			}
		}
		return false
	})
	return &timer{id: id, at: at}
}

// timed notes the timer that a create asked for.
func (c *api) timed(r *runRequest, m *core.Instance) {
	if r.ActionTimer == nil {
		return
	}
	at, _ := parseTime(*r.ActionTimer.ActionTime) // checked before
	c.details[m.ID].timer = c.newTimer(at)
}

// importRequest is the schema of ImportInstancesActionTimer.
type importRequest struct {
	InstanceIds []string
	ActionTimer *actionTimer
}

// importTimer gives instances a timer. An instance has one.
func (c *api) importTimer(k *core.Call, r *importRequest) (fields, *refusal) {
	if r.ActionTimer == nil {
		return nil, missing("ActionTimer")
	}
	refused := (&runRequest{templateData: templateData{ActionTimer: r.ActionTimer}}).checkTimer(k.Now)
	instances, other := c.batch(k, r.InstanceIds)
	if refused = cmp.Or(refused, other); refused == nil {
		refused = c.settled(k, instances, "RUNNING", "STOPPED")
	}
	if refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		if c.details[m.ID].timer != nil {
			return nil, refuse("FailedOperation.MutActionTimerExist", "An instance has a timer already.")
		}
	}
	ids := []string{}
	at, _ := parseTime(*r.ActionTimer.ActionTime) // checked before
	for _, m := range instances {
		t := c.newTimer(at)
		c.details[m.ID].timer = t
		m.Steps = append(m.Steps, core.At(at, core.Terminating), core.At(at.Add(leaving), core.Gone))
		ids = append(ids, t.id)
	}
	return fields{"ActionTimerIds": ids}, nil
}

// timersRequest is the schema of DescribeInstancesActionTimer, as far as it is simulated.
type timersRequest struct {
	ActionTimerIds []string
	InstanceIds    []string
}

func (c *api) describeTimers(k *core.Call, r *timersRequest) (fields, *refusal) {
	set := []actionTimer{}
	for _, m := range c.service.All() {
		t := c.details[m.ID].timer
		if t == nil || m.Region != k.Region || m.PhaseAt(k.Now) == core.Gone {
			continue
		}
		named := len(r.InstanceIds) == 0 || slices.Contains(r.InstanceIds, m.ID)
		known := len(r.ActionTimerIds) == 0 || slices.Contains(r.ActionTimerIds, t.id)
		if named && known {
			set = append(set, actionTimer{
				TimerAction: new("TerminateInstances"), ActionTime: new(formatTime(t.at)), ActionTimerId: &t.id,
				Status: new("UNDO"), InstanceId: &m.ID,
			})
		}
	}
	return fields{"ActionTimers": set}, nil
}

// deleteTimersRequest is the schema of DeleteInstancesActionTimer.
type deleteTimersRequest struct{ ActionTimerIds []string }

func (c *api) deleteTimers(k *core.Call, r *deleteTimersRequest) (fields, *refusal) {
	if len(r.ActionTimerIds) == 0 {
		return nil, missing("ActionTimerIds")
	}
	for _, m := range c.service.All() {
		more := c.details[m.ID]
		if more.timer == nil || !slices.Contains(r.ActionTimerIds, more.timer.id) {
			continue
		}
		more.timer = nil
		m.Steps = slices.DeleteFunc(m.Steps, func(s core.Step) bool {
			ends := s.Phase == core.Terminating || s.Phase == core.Gone
			return ends && s.At.After(k.Now)
		})
	}
	return nil, nil
}
