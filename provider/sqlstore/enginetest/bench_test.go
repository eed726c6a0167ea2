//go:build unix

package enginetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// What an operation costs the database, from its claim to its release: statements with BEGIN and
// COMMIT, bytes of statements and values, and what is left in the table of records.
func BenchmarkOperation(b *testing.B) {
	for i := range engines {
		for _, count := range []int{100, 10_000} {
			for _, cloud := range []string{"aliyun", "qingcloud"} {
				b.Run(fmt.Sprintf("%s/%s/%d", engines[i].name, cloud, count), func(b *testing.B) {
					benchOperation(b, &engines[i], cloud, count)
				})
			}
		}
	}
}

func benchOperation(b *testing.B, e *engine, cloud string, count int) {
	p := e.place(b, e.oneCall())
	db, w := wired(b, p)
	s, err := sqlstore.Open(b.Context(), db, p.Dialect, &sqlstore.Options{Prefix: p.Prefix})
	if err != nil {
		b.Fatal(err)
	}
	w.statements.Store(0)
	w.bytes.Store(0)
	n := 0
	for b.Loop() {
		n++
		b.StopTimer()
		a := newAccount(b, cloud, count)
		b.StartTimer()
		o := &provider.StoreOptions{Run: &provider.RunOptions{KeepMarker: true}}
		op, err := a.client.Run(b.Context(), fmt.Sprint("web-", n), &a.spec, s, o)
		if err != nil {
			b.Fatal(err)
		}
		if err := op.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(w.statements.Load())/float64(n), "statements/op")
	b.ReportMetric(float64(w.bytes.Load())/float64(n), "wire-B/op")
	var records, stored float64
	ask := "SELECT COUNT(*), SUM(LENGTH(data)) FROM " + p.Prefix + "records"
	if err := db.QueryRowContext(b.Context(), ask).Scan(&records, &stored); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(records/float64(n), "records/op")
	b.ReportMetric(stored/float64(n), "stored-B/op")
}

// Saves of 8 operations at once, each of one record of 1 KiB.
func BenchmarkSave(b *testing.B) {
	for i := range engines {
		b.Run(engines[i].name, func(b *testing.B) {
			p := engines[i].place(b, engines[i].modes[0].settings)
			s, err := p.open(0)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.(closing).Close() }()
			begin, done := make(chan store.Claim, 8), make(chan error, 8)
			for n := range 8 {
				c, err := s.Claim(b.Context(), store.Entry{ID: fmt.Sprint("web-", n)}, "a", time.Hour)
				if err != nil {
					b.Fatal(err)
				}
				begin <- c
			}
			for seq := int64(1); b.Loop(); seq++ {
				c := <-begin
				go func() {
					ch := store.Change{Records: []store.Record{{Seq: seq, Data: make([]byte, 1<<10)}}}
					done <- s.Save(b.Context(), c, ch)
					begin <- c
				}()
				if len(done) > 0 {
					if err := <-done; err != nil {
						b.Fatal(err)
					}
				}
			}
			for range 8 {
				<-begin
			}
		})
	}
}
