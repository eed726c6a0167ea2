// Package ownership decides what a sighting of an instance proves about its owner. An answer
// may name an instance of another user: before an operation releases or renames an instance, a
// look finds out whose it is.
package ownership

import (
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/marker"
)

// Owner is what a sighting of an instance proves about its owner.
type Owner uint8

// Owners.
const (
	Unclear Owner = iota
	Own           // it bears the operation's mark, or is as young as the operation and not named otherwise
	Foreign       // it cannot be the operation's
)

// Sighting is what a describe has shown of an instance.
type Sighting struct {
	Name      string
	Tag       string    // the operation that its tags name; "" for none
	CreatedAt time.Time // zero when it was not shown
}

// Mark is what the instances of an operation are recognized by.
type Mark struct {
	Owner, Operation string // their IDs, which are in the markers

	// InNames reports that the operation's instances have markers in their names until they
	// get the names of their own.
	InNames bool

	// Name is the beginning of the instances' names; "" when it is not known.
	Name string
}

// Bears reports whether a name has the operation's marker.
func (m *Mark) Bears(name string) bool {
	return strings.Contains(name, marker.Start(m.Owner, m.Operation))
}

// OwnerOf returns the owner of an instance that was seen. No instance of the operation is
// older than oldest; zero means that their age is not known.
func (m *Mark) OwnerOf(s *Sighting, oldest time.Time) Owner {
	aged := !s.CreatedAt.IsZero() && !oldest.IsZero()
	switch {
	case s.Tag == m.Operation:
		return Own
	case s.Tag != "":
		return Foreign
	case m.InNames && m.Bears(s.Name):
		return Own
	case m.InNames && marker.In(s.Name) != "": // of another operation
		return Foreign
	case aged && s.CreatedAt.Before(oldest):
		return Foreign
	case aged && !m.misses(s.Name):
		return Own
	}
	return Unclear
}

// IsForeign reports whether an instance that was seen cannot be the operation's, or has a name
// that the operation would not give.
func (m *Mark) IsForeign(s *Sighting, oldest time.Time) bool {
	whose := m.OwnerOf(s, oldest)
	misnamed := whose == Unclear && m.misses(s.Name)
	return whose == Foreign || misnamed
}

// misses reports whether a name is another one than the operation gave. Only plain names are
// compared. No vendor says how other names are returned, and some names contain numbers of the
// cloud.
func (m *Mark) misses(name string) bool {
	known := name != "" && m.Name != ""
	return known && marker.IsPlain(m.Name) && !strings.HasPrefix(name, m.Name)
}

// createSpan is how long the creates of an operation may take, plus the error of clocks.
const createSpan = 10 * time.Minute

// ownClock is how much older than the operation an instance may seem to be by the clock of
// this process. Clouds refuse signatures when the clock is wrong by more than minutes.
const ownClock = time.Hour

// Times are the moments of an operation that limit the age of its instances.
type Times struct {
	Began time.Time // by the clock of this process; zero when another process began it
	First time.Time // when its first create was sent, as far as it is known
	Named time.Time // when its latest instance was named
}

// OldestByClock returns the earliest possible creation time of the operation's instances, by
// the clock of the process that began it. It returns zero in every other process.
func (t Times) OldestByClock() time.Time {
	if t.Began.IsZero() {
		return t.Began
	}
	return t.Began.Add(-ownClock)
}

// Oldest returns the earliest possible creation time of the operation's instances. It uses the
// clock of this process, if that began the operation. It also uses the youngest of the
// instances, since other clocks are not trusted; zero means that it is not known.
func (t Times) Oldest(youngest time.Time) time.Time {
	span := createSpan
	if !t.First.IsZero() && t.Named.After(t.First) {
		span += t.Named.Sub(t.First)
	}
	oldest := t.OldestByClock()
	if relative := youngest.Add(-span); !youngest.IsZero() && relative.After(oldest) {
		oldest = relative
	}
	return oldest
}
