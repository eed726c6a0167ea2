package core

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Announcer is a [Wire] of a cloud that announces what happens to instances.
type Announcer interface {
	// Announced completes an event that has the usual effects of its kind: its ID, its type and
	// its lock in the cloud's words. Type is "" for what the cloud does not show as an event. It
	// returns an error for what does not happen to the instance on this cloud.
	Announced(e *Event) error
}

// restartTime is how long maintenance and failures last, unless a notice says otherwise.
const restartTime = time.Minute

// Announce announces something about an instance, and returns the ID of the event.
func (c *Service) Announce(n Notice) (id string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	m := c.instances[n.InstanceID]
	a, ok := c.Wire.(Announcer)
	switch {
	case !ok:
		return "", fmt.Errorf("cloudsim: %s announces nothing", c.Name)
	case m == nil || m.PhaseAt(now) == Gone:
		return "", fmt.Errorf("cloudsim: %s has no instance %q", c.Name, n.InstanceID)
	}
	e := newEvent(n, m, now)
	if err := e.check(); err != nil {
		return "", fmt.Errorf("cloudsim: %s: %s: %w", c.Name, m.ID, err)
	}
	if err := a.Announced(e); err != nil {
		return "", fmt.Errorf("cloudsim: %s: %s: %w", c.Name, m.ID, err)
	}
	switch n.Kind {
	case Expired:
		m.PaidUntil = e.NotBefore
	case LateFailure:
		m.Reason = cmp.Or(n.Reason, "the cloud could not build the instance")
	default: // no more to set
	}
	m.events = append(m.events, e)
	c.events = append(c.events, e)
	return e.ID, nil
}

// newEvent returns an event with the usual effects of its kind.
func newEvent(n Notice, m *Instance, now time.Time) *Event {
	e := &Event{Notice: n, Instance: m, Published: now, NotBefore: now.Add(n.Lead)}
	e.LockFrom = e.NotBefore
	switch n.Kind {
	case Reclaim:
		e.LockFrom, e.Then = now, Gone
	case Maintenance, Failure:
		e.During = Starting
		if e.Takes == 0 {
			e.Takes = restartTime
		}
		e.ByReboot = n.Kind == Maintenance
	case Expired, Overdue:
		e.Then = Stopped
	case InRecycleBin:
		e.Then = Recycled
	case LateFailure:
		e.Then = Failed
	case Locked: // it runs on
	}
	e.Ends = e.NotBefore.Add(e.Takes)
	if n.Keep > 0 {
		e.gone = e.NotBefore.Add(n.Keep)
	}
	return e
}

// check returns why a notice makes no sense for an instance on any cloud.
func (e *Event) check() error {
	charge := e.Instance.Charge
	switch e.Kind {
	case Reclaim:
		if charge != Spot {
			return fmt.Errorf("only a spot instance is taken back, and it is %s", charge)
		}
	case Expired:
		if charge != Prepaid {
			return fmt.Errorf("only the time of a prepaid instance ends, and it is %s", charge)
		}
	case Overdue:
		if charge == Prepaid {
			return errors.New("a prepaid instance is paid for")
		}
	case Maintenance, Failure, Locked, InRecycleBin, LateFailure:
	default:
		return fmt.Errorf("there is no kind %q", e.Kind)
	}
	if e.Asks && e.Kind != Maintenance {
		return fmt.Errorf("only maintenance waits for an answer, not %s", e.Kind)
	}
	return nil
}

// Events returns everything that was announced, in order. Callers hold the lock.
func (c *Service) Events() []*Event { return c.events }

// HasEvent reports whether an event has an ID. Callers hold the lock.
func (c *Service) HasEvent(id string) bool {
	return slices.ContainsFunc(c.events, func(e *Event) bool { return e.ID == id })
}

// Withdraw ends an announcement: what it was about does not happen, or is settled, such as a bill
// that is paid. It is an error if there is no such event, or if nothing is left to end.
func (c *Service) Withdraw(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for _, e := range c.events {
		if e.ID == id && e.holds(now) {
			e.end(now, EventCanceled)
			return nil
		}
	}
	return fmt.Errorf("cloudsim: %s has announced no %q that is not over", c.Name, id)
}

// Rebooted avoids the maintenance that was to restart an instance. Callers hold the lock.
func (c *Service) Rebooted(m *Instance, now time.Time) {
	for _, e := range m.events {
		stage := e.StageAt(now)
		if e.ByReboot && (stage == EventScheduled || stage == EventAsked) {
			e.end(now, EventAvoided)
		}
	}
}

// Renewed ends what the end of the paid time has done to an instance, and sets when it ends now.
// Callers hold the lock.
func (c *Service) Renewed(m *Instance, now, until time.Time) {
	m.PaidUntil = until
	for _, e := range m.events {
		if e.Kind == Expired && e.holds(now) {
			e.end(now, EventCanceled)
		}
	}
}
