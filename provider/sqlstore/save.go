package sqlstore

import (
	"context"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// What one INSERT has at most. MySQL takes 1 MiB a statement at the least (max_allowed_packet), and
// a driver that puts values into the text may need two bytes for one.
const (
	chunkBytes = 384 << 10
	chunkRows  = 50
)

// Save implements [store.Store]. The records are of one transaction with the entry. When the
// answer to its COMMIT is lost, it is done once more: a record that is there already is replaced
// by itself, since nobody else can have numbers under this fence.
func (s *Store) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	for i := range ch.Records {
		if n := len(ch.Records[i].Data); n > store.MaxRecord {
			return refuse("a record of %d bytes is longer than %d", n, store.MaxRecord)
		}
	}
	const set = "n_asked = ?, n_known = ?, n_open = ?, settled = ?, updated = {now}"
	args := []any{ch.Counts.Asked, ch.Counts.Known, ch.Counts.Open, bit(ch.Counts.Settled)}
	if len(ch.Records) == 0 && ch.Obsolete == 0 {
		return s.change(ctx, "saving", &c, set, args...)
	}
	return s.try(ctx, "saving operation "+c.Entry.ID, func(attempt) error {
		return s.inTx(ctx, func(q querier) error {
			if err := s.set(ctx, q, &c, set, args...); err != nil { // keeps others out until the end
				return err
			}
			if ch.Obsolete > 0 {
				text := s.write("DELETE FROM {records} WHERE id = ? AND seq < ?")
				if _, err := exec(ctx, q, text, c.Entry.ID, ch.Obsolete); err != nil {
					return err
				}
			}
			return s.add(ctx, q, c.Entry.ID, ch.Records)
		})
	})
}

// add adds records to an operation.
func (s *Store) add(ctx context.Context, q querier, id string, list []store.Record) error {
	for len(list) > 0 {
		n := chunk(list)
		rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", n), ", ")
		var args []any
		for _, r := range list[:n] {
			args = append(args, id, r.Seq, append([]byte{}, r.Data...)) // nil is not null
		}
		text := s.write("INSERT INTO {records} (id, seq, data) VALUES " + rows + " " + s.replace)
		if _, err := exec(ctx, q, text, args...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// chunk returns how many records go into one statement.
func chunk(list []store.Record) (n int) {
	size := 0
	for n < len(list) && n < chunkRows {
		size += len(list[n].Data)
		if n > 0 && size > chunkBytes {
			break
		}
		n++
	}
	return n
}
