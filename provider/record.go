package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// record records how a call of a part ended: every ID it returned, and what the rest of its
// answer proves.
func (op *Operation) record(i int, s *RunInstancesSpec, res *RunResult, err error) {
	now := time.Now()
	ids := res.InstanceIDs
	if slices.Contains(ids, "") {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	}
	v := creates{op}.Judge(err)
	a := ledger.Answer{IDs: ids, Asked: s.Count, Verdict: v.Verdict, Order: v.Order, Job: res.JobID}
	fresh := op.ledger.Answer(i, a, now)
	op.remember(i, res, fresh, now)
}

// remember keeps the texts of an answer, and tells the client which instances are new.
func (op *Operation) remember(i int, res *RunResult, fresh []string, now time.Time) {
	op.c.recent.Add(fresh, now)
	op.c.tel.Accepted(fresh, now)
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

// Judge implements [creating.Cloud].
func (c creates) Judge(err error) creating.Verdict {
	v := creating.Verdict{Verdict: judge(err, c.op.c.limits.ClientToken)}
	if err == nil {
		return v
	}
	v.Answered, v.NoStock = errors.As(err, new(*APIError)), errors.Is(err, ErrNoStock)
	v.Order, v.After, v.Within = unpaidOrder(err), retryAfter(err), patienceWith(err)
	return v
}

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
