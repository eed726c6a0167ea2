// Package oplog is the journal of an operation as a log: a base, which is all of it, and after
// that what has changed. The log is written in records of limited size, so that one large
// operation does not need a large record. It knows no store.
//
// A base or a change is one text, in one or several records. Each record begins with a line:
//
//	yunfan 1 base 3/11 9f8a7c6b
//
// the version, what the text is, which of its records this one is, and the checksum of the whole
// text. A text of which records are missing was never saved as a whole. Its writer got an error or
// was killed, and did nothing more because of it. So it is skipped. A text that is complete
// and has another checksum is damaged.
package oplog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/specs"
	"github.com/yunfan-cloud/yunfan/internal/token"
)

// version is increased when an older library could misread a log.
const version = 1

// Head is what an operation is, beside its ledger. It is in every base.
type Head struct {
	Driver string      `json:"driver"`
	Region string      `json:"region"`
	ID     string      `json:"operation"`
	Run    string      `json:"run,omitempty"`
	Owner  string      `json:"owner,omitempty"`
	Class  string      `json:"class,omitempty"`
	Hash   string      `json:"spec"`
	Print  specs.Print `json:"fields,omitempty"`
}

// entry is the text of a base or a change.
type entry struct {
	Head *Head `json:"head,omitempty"` // of a base
	ledger.Changes
}

// Kinds of entries.
const (
	base   = "base"
	change = "change"
)

// headerRoom is what the line before a text needs at most.
const headerRoom = 64

// Encode writes changes as records of at most most bytes. With a head, the changes are the whole
// ledger, and the log begins anew.
func Encode(head *Head, c ledger.Changes, most int) ([][]byte, error) {
	text, err := json.Marshal(entry{Head: head, Changes: c})
	if err != nil {
		return nil, err
	}
	kind := change
	if head != nil {
		kind = base
	}
	room := most - headerRoom
	n := (len(text) + room - 1) / room
	sum := crc32.ChecksumIEEE(text)
	records := make([][]byte, 0, n)
	for i := range n {
		record := fmt.Appendf(make([]byte, 0, headerRoom+room), "yunfan %d %s %d/%d %08x\n", version, kind, i+1, n, sum)
		records = append(records, append(record, text[i*room:min((i+1)*room, len(text))]...))
	}
	return records, nil
}

// Errors of a log that Encode has not written.
var (
	errDamaged = errors.New("the log of the operation is damaged")
	errNoBase  = fmt.Errorf("%w: it does not begin with the whole operation", errDamaged)
)

// Decode reads a log. It returns nil when nothing complete is in it: then nothing was ever sent.
func Decode(records [][]byte) (*token.Operation, error) {
	var d decoder
	for _, r := range records {
		if err := d.add(r); err != nil {
			return nil, err
		}
	}
	if d.head == nil {
		return nil, nil
	}
	h := d.head
	return &token.Operation{
		Driver: h.Driver, Region: h.Region, ID: h.ID, Run: h.Run, Owner: h.Owner,
		Class: h.Class, Hash: h.Hash, Print: h.Print, Saved: d.replay.Saved(),
	}, nil
}

// decoder puts records together to entries, and entries to an operation.
type decoder struct {
	head   *Head
	replay ledger.Replay

	at   header // of the latest record
	text []byte // of the entry so far
}

// header is the first line of a record.
type header struct {
	kind string
	i, n int
	sum  uint32
}

func (d *decoder) add(record []byte) error {
	line, text, ok := bytes.Cut(record, []byte("\n"))
	var h header
	var v int
	if _, err := fmt.Sscanf(string(line), "yunfan %d %s %d/%d %x", &v, &h.kind, &h.i, &h.n, &h.sum); err != nil || !ok {
		return fmt.Errorf("%w: a record has no header", errDamaged)
	}
	if v > version {
		return fmt.Errorf("the log of the operation has version %d, and this library reads up to %d", v, version)
	}
	before := h
	before.i--
	follows := h.i > 1 && before == d.at
	d.at = h
	switch {
	case h.i == 1:
		d.text = bytes.Clone(text)
	case follows:
		d.text = append(d.text, text...)
	default: // the records before it are missing
		d.at = header{}
		return nil
	}
	if h.i < h.n {
		return nil
	}
	d.at = header{}
	if crc32.ChecksumIEEE(d.text) != h.sum {
		return fmt.Errorf("%w: a checksum is wrong", errDamaged)
	}
	return d.apply(h.kind)
}

// apply adds a complete entry.
func (d *decoder) apply(kind string) error {
	var e entry
	if err := json.Unmarshal(d.text, &e); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if isBase := kind == base; isBase != (e.Head != nil) {
		return errDamaged
	}
	if e.Head != nil {
		d.head, d.replay = e.Head, ledger.Replay{}
	}
	if d.head == nil {
		return errNoBase
	}
	d.replay.Add(e.Changes)
	return nil
}

// Writer decides when a log begins anew. The zero value begins with a base. It is not safe for
// concurrent use.
type Writer struct {
	base, since int // bytes of the latest base, and of what came after it
}

// smallLog is how long a log may be, in bytes, before it begins anew for its length.
const smallLog = 1 << 20

// NeedsBase reports whether the next entry must be a base: the first one, and one after the
// changes have become much longer than the whole. So all bases together are shorter than all
// changes.
func (w *Writer) NeedsBase() bool { return w.base == 0 || w.since > smallLog+4*w.base }

// Wrote records that an entry was saved.
func (w *Writer) Wrote(records [][]byte, isBase bool) {
	n := 0
	for _, r := range records {
		n += len(r)
	}
	if isBase {
		w.base, w.since = n, 0
		return
	}
	w.since += n
}
