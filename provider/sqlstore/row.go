package sqlstore

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// columns are those of [row.targets].
const columns = "o.id, o.cloud, o.region, o.owner, o.n_asked, o.n_known, o.n_open, o.settled, " +
	"o.created, o.updated, o.holder, o.held_until, o.fence, o.revision, o.nonce"

// row is an operation as the database has it.
type row struct {
	id, cloud, region, owner string
	asked, known, open       int64
	settled                  int64
	created, updated         int64
	holder                   string // "" when nobody has it
	until                    int64
	fence                    int64 // 0 when the first claim is not complete yet
	revision                 int64 // grows with each change of the row
	nonce                    string
	definition               []byte

	now, floor int64 // when it was read, and the highest fence of all that was deleted until then
}

func (r *row) targets() []any {
	return []any{
		&r.id, &r.cloud, &r.region, &r.owner, &r.asked, &r.known, &r.open, &r.settled,
		&r.created, &r.updated, &r.holder, &r.until, &r.fence, &r.revision, &r.nonce,
	}
}

func (r *row) entry() store.Entry {
	e := store.Entry{
		ID: r.id, Cloud: r.cloud, Region: r.region, Owner: r.owner, Definition: r.definition,
		Counts:  store.Counts{Asked: int(r.asked), Known: int(r.known), Open: int(r.open), Settled: r.settled != 0},
		Created: micros(r.created), Updated: micros(r.updated), Holder: r.holder,
	}
	if r.holder != "" {
		e.Until = micros(r.until)
	}
	return e
}

// unnamed is the holder of a claim without one. The column is empty when nobody has the operation.
const unnamed = "unnamed"

func nameOf(holder string) string { return cmp.Or(holder, unnamed) }

// longest is the longest name of a cloud, a region, an owner or a holder, in bytes.
const longest = 255

// checkName refuses what an engine would cut off, or would not take.
func checkName(what, name string) error {
	switch {
	case len(name) > longest:
		return refuse("%s of %d bytes is longer than %d", what, len(name), longest)
	case !utf8.ValidString(name), strings.ContainsRune(name, 0):
		return refuse("%s %q is not UTF-8 without zero bytes", what, name)
	}
	return nil
}

func checkEntry(e *store.Entry, holder string) error {
	inID := func(r rune) bool {
		return strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", r)
	}
	other := strings.TrimFunc(e.ID, inID)
	if n := len(e.ID); n < 1 || n > 64 || other != "" {
		return refuse("ID %q must be 1 to 64 letters, digits, - and _", e.ID)
	}
	for _, n := range []struct{ what, name string }{
		{"cloud", e.Cloud}, {"region", e.Region}, {"owner", e.Owner}, {"holder", holder},
	} {
		if err := checkName(n.what, n.name); err != nil {
			return err
		}
	}
	if n := len(e.Definition); n > store.MaxRecord {
		return refuse("a definition of %d bytes is longer than %d", n, store.MaxRecord)
	}
	return nil
}
