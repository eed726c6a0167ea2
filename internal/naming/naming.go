// Package naming gives instances their names. Where a cloud identifies creates by markers in
// names, instances are created with a marker, and get the name that was asked for afterwards.
//
// An answer that names an instance does not prove that the operation made it. So only
// instances that a look shows with the marker are renamed. Instances that are not visible yet
// are looked at again, or get their name from a later look.
package naming

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Sight is what a look has shown about the name of an instance.
type Sight int

// Sights.
const (
	Nothing Sight = iota // it was not shown, or has no name yet
	Marked               // its name has the operation's marker
	Named                // it has another name, or needs none any more
	Foreign              // it cannot be the operation's, if nothing has renamed it
)

// Shown returns what a look has shown about an instance.
type Shown func(id string) Sight

// Cloud is what naming needs of a cloud.
type Cloud interface {
	// Look looks once at instances. It returns what it has seen also beside an error.
	Look(ctx context.Context, ids []string) (Shown, error)

	// Rename gives an instance its name, and repeats the call until stop while that helps. It
	// calls sending before each call. No error means that it has the name, or needs none.
	Rename(ctx context.Context, o *Owed, stop time.Time, sending func()) error

	// Adopt looks for instances with the marker of a part whose answer named foreign or
	// invisible instances.
	Adopt(ctx context.Context, part int)
}

// ErrUnanswered is the error of a look that waited in the library's own queue for too long. It
// is not a failure: the names are still to be given.
var ErrUnanswered = errors.New("no look was answered")

// Form is the form of the names.
type Form struct {
	Name     string
	Numbered bool // each name ends with its number, from 1
	Count    int  // of instances that were asked for
}

// At returns the name of the instance at an index of the operation.
func (f *Form) At(index int) string {
	if !f.Numbered {
		return f.Name
	}
	digits := max(3, len(fmt.Sprint(f.Count)))
	return fmt.Sprintf("%s%0*d", f.Name, digits, index+1)
}

// Owed is an instance that has to get its name.
type Owed struct {
	ID, Name string
	Part     int
}

// Namer gives the instances of one operation their names. The zero value with a Ledger is
// ready. What it knows is not saved: tokens say only which parts have instances without names,
// and a resumed operation looks again. It is safe for concurrent use.
type Namer struct {
	Ledger *ledger.Ledger

	giving account.Mutex

	mu    sync.Mutex
	names map[string]name
}

// name is what is known about the name of one instance.
type name struct {
	sent  bool   // a rename went out: the name that is shown proves nothing any more
	done  bool   // it has its name, or is not to be renamed
	given string // the name that it was given; "" before that
	told  bool   // the caller has heard that it keeps its marker
	err   error  // why the latest rename failed
}

// Task is one attempt to give names.
type Task struct {
	Cloud Cloud
	Form  Form

	RetryFor      time.Duration // how long renames that fail are repeated
	VisibleWithin time.Duration // how long a new instance may stay invisible
}

// Lacking reports whether any instances still have the marker instead of their name.
func (n *Namer) Lacking() bool {
	return slices.ContainsFunc(n.Ledger.All(), func(p ledger.Part) bool { return lacks(&p) })
}

// lacks reports whether the instances of a part are known and still have its marker. Instances
// that may not be the operation's keep the name they have.
func lacks(p *ledger.Part) bool { return !p.Renamed && !p.Open() && p.Certain > 0 }

// Owed returns the instances that have to get their name, in order.
func (n *Namer) Owed(f *Form) (list []Owed) {
	parts := n.Ledger.All()
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range parts {
		p := &parts[i]
		if !lacks(p) {
			continue
		}
		for k, id := range p.IDs[:p.Certain] {
			if !n.names[id].done {
				list = append(list, Owed{ID: id, Part: i, Name: f.At(p.First + p.NumberOffset + k)})
			}
		}
	}
	return list
}

// Given returns the name that an instance was given, or "".
func (n *Namer) Given(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[id].given
}

// change changes what is known about the name of an instance.
func (n *Namer) change(id string, how func(*name)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.names == nil {
		n.names = map[string]name{}
	}
	x := n.names[id]
	how(&x)
	n.names[id] = x
}

// isSent reports whether a rename of an instance went out.
func (n *Namer) isSent(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[id].sent
}

// forget drops the errors so far: all instances without their name are about to be tried again.
func (n *Namer) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, x := range n.names {
		x.err = nil
		n.names[id] = x
	}
}

// fail records why instances did not get their names.
func (n *Namer) fail(list []Owed, err error) {
	for i := range list {
		n.change(list[i].ID, func(x *name) { x.err = cmp.Or(x.err, err) })
	}
}

// failed reports whether a rename of one of the instances has failed.
func (n *Namer) failed(list []Owed) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(list, func(o Owed) bool { return n.names[o.ID].err != nil })
}

// Close records which parts have all their names. It returns an [*Error] for each of the
// others in which a rename has failed. Fresh are those about instances that no Close has
// returned before.
func (n *Namer) Close(f *Form) (failed, fresh []error) {
	owed := n.Owed(f)
	for i, p := range n.Ledger.All() {
		if !lacks(&p) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(owed), func(o Owed) bool { return o.Part != i })
		if len(left) == 0 {
			n.Ledger.Rename(i)
			continue
		}
		isNew, err := n.trouble(left)
		if err == nil {
			continue
		}
		failed = append(failed, err)
		if isNew {
			fresh = append(fresh, err)
		}
	}
	return failed, fresh
}

// trouble returns an error that names the instances whose rename failed, with the first
// reason, or nil.
func (n *Namer) trouble(left []Owed) (fresh bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var ids []string
	var why error
	for i := range left {
		x := n.names[left[i].ID]
		if x.err == nil {
			continue
		}
		ids, why = append(ids, left[i].ID), cmp.Or(why, x.err)
		fresh = fresh || !x.told
		x.told = true
		n.names[left[i].ID] = x
	}
	if why == nil {
		return false, nil
	}
	return fresh, &Error{fmt.Errorf("instances %s keep a marker in their name: %w", wording.Some(ids), why)}
}

// Error is the error of renames that failed.
type Error struct{ err error }

// Error names the instances.
func (e *Error) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.err }
