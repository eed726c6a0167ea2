package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Journal keeps the tokens of operations where they survive the process: a database row, the
// state of a workflow, a file that is synced.
type Journal interface {
	// Save stores the token of an operation in place of the previous one, and returns once it
	// is safe. An old token that replaces a later one may create instances again. Save is
	// called before every create, which is not sent if Save fails. It is also called before
	// every release and after every answer. For one operation there is one call at a time, and
	// each token holds at least what the previous one held.
	//
	// A journal that finds that another process has resumed the operation returns an error
	// that matches [ErrSuperseded]. The operation then ends at once: it sends nothing,
	// releases nothing and saves nothing more.
	Save(ctx context.Context, token []byte) error
}

// JournalFunc is a function that is a [Journal].
type JournalFunc func(ctx context.Context, token []byte) error

// Save calls the function.
func (f JournalFunc) Save(ctx context.Context, token []byte) error { return f(ctx, token) }

// record records how a call of a part ended: every ID it returned, and what the rest of its
// answer proves.
func (op *Operation) record(i int, s *RunInstancesSpec, res *RunResult, err error) {
	now := time.Now()
	ids := res.InstanceIDs
	if slices.Contains(ids, "") {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	}
	v := creates{op}.Judge(err)
	a := ledger.Answer{IDs: ids, Asked: s.Count, Verdict: v.Verdict, Order: v.Order}
	fresh := op.ledger.Answer(i, a, now)
	op.remember(i, res, fresh, now)
}

// remember keeps the texts of an answer, and tells the client which instances are new.
func (op *Operation) remember(i int, res *RunResult, fresh []string, now time.Time) {
	op.c.recent.add(fresh, now)
	op.mu.Lock()
	defer op.mu.Unlock()
	w := op.wordsLocked(i)
	if answered := res.RequestID != "" || res.OrderID != "" || len(res.InstanceIDs) > 0; answered {
		w.answer = *res
		w.answer.InstanceIDs = slices.Clone(res.InstanceIDs)
	}
	if len(fresh) > 0 {
		w.named = now
	}
}

// recordFound records instances that a look has shown, and returns how many are new.
func (op *Operation) recordFound(i int, ids []string, claim ledger.Claim) int {
	now := time.Now()
	fresh := op.ledger.Find(i, ids, claim, now)
	op.remember(i, &RunResult{}, fresh, now)
	return len(fresh)
}

// Closed implements [creating.Cloud].
func (c creates) Closed(i int, err error) {
	c.op.mu.Lock()
	defer c.op.mu.Unlock()
	w := c.op.wordsLocked(i)
	w.err, w.stockRecorded = err, false
}

// Failure implements [creating.Cloud].
func (c creates) Failure(i int) error { return c.op.wordsOf(i).err }

// Unsaved implements [creating.Cloud].
func (c creates) Unsaved(err error) { c.op.addProblem(err) }

// openJournal connects the operation to the journal of its options.
func (op *Operation) openJournal() {
	if op.opts.Journal == nil {
		return
	}
	op.journal.Ends = func(err error) bool { return errors.Is(err, ErrSuperseded) }
	op.journal.Write = func(ctx context.Context) error {
		token, err := op.MarshalText()
		if err != nil {
			return err
		}
		return op.opts.Journal.Save(ctx, token)
	}
}
