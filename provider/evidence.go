package provider

import (
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ownership"
)

// mark returns what the operation's instances are recognized by.
func (op *Operation) mark() ownership.Mark {
	m := ownership.Mark{Owner: op.owner, Operation: op.id, InNames: op.c.marksByName()}
	if op.spec != nil {
		m.Name = op.spec().Name
	}
	return m
}

// sighting returns what an instance shows about its owner.
func sighting(i *Instance) ownership.Sighting {
	return ownership.Sighting{Name: i.Name, Tag: i.Tags[OperationTag], CreatedAt: i.CreatedAt}
}

// ownerOf returns the owner of an instance that was seen: see [ownership.Mark.OwnerOf].
func (op *Operation) ownerOf(i *Instance, oldest time.Time) ownership.Owner {
	if op.adopted {
		return ownership.Own
	}
	m, s := op.mark(), sighting(i)
	return m.OwnerOf(&s, oldest)
}

// isForeign reports whether an instance that was seen cannot be the operation's, or has a name
// that the operation would not give.
func (op *Operation) isForeign(i *Instance, oldest time.Time) bool {
	if op.adopted {
		return false
	}
	m, s := op.mark(), sighting(i)
	return m.IsForeign(&s, oldest)
}

// times returns the moments that limit the age of the operation's instances.
func (op *Operation) times() ownership.Times {
	return ownership.Times{Began: op.began, First: op.ledger.FirstSent(), Named: op.ledger.NamedAt()}
}

// oldestByClock returns the earliest possible creation time of the operation's instances, by
// the clock of the process that began it. It returns zero in every other process.
func (op *Operation) oldestByClock() time.Time { return op.times().OldestByClock() }

// oldestPossible returns the earliest possible creation time of the operation's instances,
// also by the youngest of those that were seen.
func (op *Operation) oldestPossible(seen map[string]Instance) time.Time {
	var youngest time.Time
	for _, i := range seen {
		if i.CreatedAt.After(youngest) {
			youngest = i.CreatedAt
		}
	}
	return op.times().Oldest(youngest)
}
