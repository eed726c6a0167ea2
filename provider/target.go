package provider

import (
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ownership"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// target returns what the poller needs to know about instances that may not belong together:
// some may be new and others old.
func (c *Client) target(region string) poll.Target[Instance] {
	t := c.newTarget(c.region(region))
	t.Since = c.recent.At
	return t
}

// leavingTarget is [Client.target] for instances whose release the cloud has accepted.
func (c *Client) leavingTarget(region string) poll.Target[Instance] {
	t := c.target(region)
	t.Leaving = true
	return t
}

// newTarget returns what all targets have in common.
func (c *Client) newTarget(region string) poll.Target[Instance] {
	known := func(id string) bool { return c.hasSeen(region, id) }
	return poll.Target[Instance]{Group: region, Known: known}
}

// target returns what the poller needs to know about the operation, beside the IDs.
func (op *Operation) target() poll.Target[Instance] {
	t := op.c.newTarget(op.region)
	t.Class, t.Accepted, t.Since = op.class, op.ledger.NamedAt(), op.since()
	if op.owner != "" && op.listable() {
		t.Series = op.id // the value of their tag
	}
	return t
}

// listable reports whether a listing by tag may show all instances of the operation.
func (op *Operation) listable() bool {
	most := op.c.limits.TagFilterCap
	return most == 0 || len(op.InstanceIDs()) <= most
}

// since returns a function that returns when each instance was accepted: many creates take a
// while. A resumed operation knows only the latest moment.
func (op *Operation) since() func(id string) time.Time {
	parts := op.ledger.All()
	if len(parts) < 2 {
		return nil
	}
	at := map[string]time.Time{}
	for i := range parts {
		named := op.wordsOf(i).named
		for _, id := range parts[i].IDs {
			at[id] = named
		}
	}
	return func(id string) time.Time { return at[id] }
}

// ownerByClock returns a function that judges the owner of an instance from one sighting.
func (op *Operation) ownerByClock() func(*Instance) ownership.Owner {
	oldest := op.oldestByClock()
	return func(i *Instance) ownership.Owner { return op.ownerOf(i, oldest) }
}

// newWaiter returns a waiter for instances of the operation. Where names are still to be given,
// it keeps the instances as last seen.
func (op *Operation) newWaiter(ids []string, o *WaitOptions) *waiter {
	w := newWaiter(op.c, StateRunning, ids, o)
	w.ownerOf = op.ownerByClock()
	w.networked = op.networked()
	w.since = op.suspectedSince
	if op.nameless() {
		w.sightings = &lastSights{}
	}
	return w
}
