package store

import (
	"context"
	"time"
)

// MaxRecord is the longest record that a store ever gets, in bytes. It is below what engines
// take: a DynamoDB item has at most 400 KiB, a Temporal payload should have at most 512 KiB.
const MaxRecord = 256 << 10

// Store keeps operations. All methods are safe for concurrent use, and end with ctx.
//
// A method that needs a claim returns an error that matches [ErrSuperseded] when another claim has
// taken the operation, and when the operation was deleted. A claim whose time is over, and which
// nobody has taken, is still good: [Store.Renew] and [Store.Save] succeed, and Renew makes it
// count again.
type Store interface {
	// Claim takes an operation for a holder, for a time. When the store does not have the
	// operation, it keeps e as its entry. Otherwise e is ignored but for its ID.
	//
	// The claim has the entry as it is now, and a fence above those of all earlier claims of the
	// operation. Another claim whose time is not over is a *[HeldError], also when it has the
	// same holder: names of holders prove nothing.
	Claim(ctx context.Context, e Entry, holder string, lease time.Duration) (Claim, error)

	// Renew makes a claim last for a time from now.
	Renew(ctx context.Context, c Claim, lease time.Duration) error

	// Release ends a claim: the next one need not wait. The entry and the records stay. A claim
	// may be released again.
	Release(ctx context.Context, c Claim) error

	// Save adds records to an operation and updates its entry. It returns once both are safe.
	// A change without records proves that the claim is still good, and updates the entry.
	Save(ctx context.Context, c Claim, change Change) error

	// Load returns the entry of an operation, and its records by ascending Seq. It needs no
	// claim. Only who has the claim may rely on the result being the latest. An operation that
	// the store does not have is an error that matches [ErrNotFound].
	Load(ctx context.Context, id string) (Entry, []Record, error)

	// List returns entries by ascending ID.
	List(ctx context.Context, q Query) (Page, error)

	// Delete removes an operation, its claim included.
	Delete(ctx context.Context, c Claim) error
}

// Entry is what a store knows about an operation without reading its records.
type Entry struct {
	ID     string // of the operation: 1 to 64 letters, digits, "-" and "_"; unique in the store
	Cloud  string // the short name of the cloud, "aliyun"
	Region string
	Owner  string // [provider.RunOptions].Owner; may be ""

	Counts

	// Definition is whatever the program needs to continue the operation in another process,
	// such as its spec as a file of package specfile. It is set by the first claim and never
	// changes. At most MaxRecord bytes; nil means that there is none. It must hold no secret.
	Definition []byte

	// Created and Updated are when the operation was first claimed, and last saved, by the clock
	// of the store. The store sets them, as it sets what follows.
	Created, Updated time.Time

	// Holder has the operation until then. Both are zero when nobody has it. The time may be over.
	Holder string
	Until  time.Time
}

// Counts are numbers of instances of an operation, and whether it is settled.
type Counts struct {
	Asked int // asked for
	Known int // in hand
	Open  int // still to be created or found out

	// Settled means that nothing is left to do: nothing to create, to find out, to wait for or
	// to release.
	Settled bool
}

// Claim is the right to work on an operation. The zero value is no claim.
type Claim struct {
	Entry  Entry // as it was when the claim began
	Holder string
	Fence  int64 // grows with each claim of the operation; at least 1
}

// Record is a part of the journal of an operation.
type Record struct {
	// Seq orders the records of an operation. It grows from record to record, with gaps, also
	// from holder to holder. Two records of an operation never have the same.
	Seq  int64
	Data []byte // at most MaxRecord bytes
}

// Change is what [Store.Save] saves.
type Change struct {
	Counts Counts // replace those of the entry

	// Records are added after all earlier ones, by ascending Seq. There may be none.
	Records []Record

	// Obsolete says that records with a smaller Seq are not needed any more once Records are
	// safe. A store may remove them then, soon, later or never. 0 means that all are needed.
	Obsolete int64
}

// Query selects entries. The zero value selects all.
type Query struct {
	Cloud, Region, Owner string // "" is any
	Unfinished           bool   // only those that are not settled

	After string // only IDs above this one; it continues a list: see [Page].Next
	Limit int    // entries in a page at most; 0 and less mean 100
}

// Page is a part of a list.
type Page struct {
	Entries []Entry
	Next    string // the After of the next page; "" when there is none
}

// PageSize returns how many entries a page has at most.
func (q *Query) PageSize() int {
	if q.Limit <= 0 {
		return 100
	}
	return q.Limit
}

// Selects reports whether a query selects an entry. Stores that cannot filter in their engine
// use it.
func (q *Query) Selects(e *Entry) bool {
	cloud := q.Cloud == "" || q.Cloud == e.Cloud
	region := q.Region == "" || q.Region == e.Region
	owner := q.Owner == "" || q.Owner == e.Owner
	open := !q.Unfinished || !e.Settled
	return cloud && region && owner && open && e.ID > q.After
}
