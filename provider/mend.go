package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// Instances that fail after they were accepted.

// replaceFailed removes instances that failed to launch from the operation, releases them, and
// creates others from the next alternative. It reports whether there is something new to wait
// for. The caller holds op.mending. The journal gets the release first: if saving fails,
// nothing is released.
func (op *Operation) replaceFailed(ctx context.Context, failed []*LaunchError) (bool, error) {
	if op.spec == nil || len(op.opts.Alternatives) == 0 || len(op.spec().Network.PrivateIPs) > 0 {
		return false, nil
	}
	ids, others := op.replaceableOf(failed)
	switch {
	case len(ids) > 0:
	case others:
		return true, op.runError() // of the wait that replaced them
	default:
		return false, nil
	}
	whose := op.sortByOwner(ctx, ids, op.lookPatience(ctx))
	ids, strangers := append(whose.Ours, whose.Unseen...), foreignError(whose.Foreign)
	if len(ids) == 0 {
		return false, strangers
	}
	op.addProblem(strangers)
	owed := op.ledger.OweRelease(ids)
	if err := op.journal.SaveAnyway(ctx); err != nil {
		op.ledger.CancelOwed(owed)
		return false, err
	}
	res, _, err := op.c.terminate(ctx, op.region, ids, byPolicy(), nil)
	if err = op.neverMade(ctx, failed, res.Unknown, err); err != nil {
		return false, fmt.Errorf("releasing instances that failed to launch: %w", err)
	}
	var dead []creating.Death
	for _, f := range failed {
		if slices.Contains(ids, f.InstanceID) {
			dead = append(dead, creating.Death{ID: f.InstanceID, Err: fmt.Errorf("%w: %w", ErrNoStock, f)})
		}
	}
	op.maker.DropDead(dead)
	if !op.maker.ReplaceMissing(ctx) {
		return false, nil
	}
	return true, op.create(ctx)
}

// neverMade leaves out of the error of a release the instances that the cloud never made: it says
// that their create has failed, and it does not know them for as long as a new instance may be
// unknown. Neither alone proves that. They are logged: nothing else names them any more.
func (op *Operation) neverMade(ctx context.Context, failed []*LaunchError, unknown []string, err error) error {
	var b *BatchError
	byJob := map[string]bool{}
	for _, f := range failed {
		byJob[f.InstanceID] = f.byJob && f.RawState == ""
	}
	never := slices.DeleteFunc(slices.Clone(unknown), func(id string) bool { return !byJob[id] })
	if len(never) == 0 || !errors.As(err, &b) {
		return err
	}
	op.c.tel.Note(ctx, telemetry.MessageNeverMade, op.region, op.id, slog.Any(telemetry.LogIDs, never))
	return b.without(never)
}

// replaceableOf returns the failed instances for which another alternative is left. It also
// returns whether another wait has replaced some of them meanwhile. Instances that may not be
// the operation's are not replaced: that would release them.
func (op *Operation) replaceableOf(failed []*LaunchError) (ids []string, others bool) {
	notOurs := op.ledger.NotOurs()
	for _, f := range failed {
		i, ok := op.ledger.PartOf(f.InstanceID)
		switch {
		case !ok:
			others = true
		case slices.Contains(notOurs, f.InstanceID):
		case op.ledger.Part(i).Candidate < len(op.opts.Alternatives):
			ids = append(ids, f.InstanceID)
		}
	}
	return ids, others
}
