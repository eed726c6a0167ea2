package oplog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/oplog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// operation is an operation of five parts with its log.
type operation struct {
	t   *testing.T
	l   *ledger.Ledger
	log [][]byte
}

func begin(t *testing.T) *operation {
	o := &operation{t: t, l: ledger.New(1, ledger.Split(50, 1, 10))}
	o.save(true)
	return o
}

// accept lets a part get its instances, and saves that.
func (o *operation) accept(part int) {
	var ids []string
	for n := range 10 {
		ids = append(ids, fmt.Sprintf("i-%d-%d", part, n))
	}
	o.l.Send(part, start)
	o.save(false)
	o.l.Answer(part, ledger.Answer{IDs: ids, Asked: 10, Least: 1, Verdict: ledger.Verdict{Executed: ledger.Yes}}, start)
	o.save(false)
}

// save saves what has changed, in records of at most 200 bytes.
func (o *operation) save(all bool) {
	var head *oplog.Head
	if all {
		head = &oplog.Head{Driver: "aliyun", Region: "r", ID: "web", Hash: "h", Owner: "shop"}
	}
	changes, _ := o.l.Changes(all)
	records, err := oplog.Encode(head, changes, 200)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, r := range records {
		if len(r) > 200 {
			o.t.Errorf("got a record of %d bytes, want at most 200", len(r))
		}
	}
	o.log = append(o.log, records...)
}

// ids returns the instances that a log names.
func ids(t *testing.T, log [][]byte) []string {
	t.Helper()
	op, err := oplog.Decode(log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Restore(op.Saved)
	if err != nil {
		t.Fatal(err)
	}
	if op.ID != "web" || op.Owner != "shop" {
		t.Errorf("got %+v, want operation web of shop", op)
	}
	return l.IDs()
}

func TestALogIsTheOperation(t *testing.T) {
	o := begin(t)
	for part := range 5 {
		o.accept(part)
		if got, want := ids(t, o.log), o.l.IDs(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if len(o.log) < 20 {
		t.Errorf("got %d records, want many: the test proves nothing", len(o.log))
	}
}

// Wherever a log ends, it is the operation as it was after some save: a save of which records are
// missing was never reported.
func TestALogMayEndAnywhere(t *testing.T) {
	o := begin(t)
	o.accept(0)
	o.accept(1)
	for n := range o.log {
		op, err := oplog.Decode(o.log[:n])
		if err != nil {
			t.Fatalf("%d records: %v", n, err)
		}
		if op == nil {
			continue
		}
		if _, err := ledger.Restore(op.Saved); err != nil {
			t.Errorf("%d records: got %v, want an operation", n, err)
		}
	}
}

// The next process begins anew after a save that was cut off.
func TestWhatWasCutOffIsSkipped(t *testing.T) {
	o := begin(t)
	o.accept(0)
	for cut := 1; cut < 4; cut++ {
		log := slices.Clone(o.log[:len(o.log)-cut])
		next := &operation{t: t, l: o.l}
		next.save(true)
		if got, want := ids(t, append(log, next.log...)), o.l.IDs(); !slices.Equal(got, want) {
			t.Errorf("%d records cut off: got %v, want %v", cut, got, want)
		}
	}
}

func TestADamagedLogIsAnError(t *testing.T) {
	o := begin(t)
	base := len(o.log)
	o.accept(0)
	last := string(o.log[len(o.log)-1])
	before := o.log[:len(o.log)-1]
	for name, log := range map[string][][]byte{
		"no header":       append(slices.Clone(before), []byte("hello")),
		"a changed byte":  append(slices.Clone(before), []byte(last[:len(last)-1]+"?")),
		"a newer version": append(slices.Clone(before), []byte(strings.Replace(last, "yunfan 1", "yunfan 2", 1))),
		"no base":         o.log[base:],
	} {
		if op, err := oplog.Decode(log); err == nil {
			t.Errorf("%s: got %+v, want an error", name, op)
		}
	}
}

func FuzzDecode(f *testing.F) {
	o := begin(&testing.T{})
	o.accept(0)
	for _, r := range o.log {
		f.Add(r)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		if op, err := oplog.Decode([][]byte{record}); err == nil && op != nil {
			_, _ = ledger.Restore(op.Saved)
		}
	})
}

// All bases together are shorter than all changes.
func TestALogBeginsAnewNowAndThen(t *testing.T) {
	var w oplog.Writer
	whole, change := make([]byte, 100_000), make([]byte, 1_000)
	bases, changes := 0, 0
	for range 10_000 {
		if w.NeedsBase() {
			bases++
			w.Wrote([][]byte{whole}, true)
			continue
		}
		changes++
		w.Wrote([][]byte{change}, false)
	}
	if bases < 2 || bases*len(whole) > changes*len(change)/4+len(whole) {
		t.Errorf("got %d bases beside %d changes, want few", bases, changes)
	}
}
