package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/marker"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Looks for instances of creates whose answers were lost.

// FindMarked implements [creating.Cloud].
func (c creates) FindMarked(ctx context.Context, i int, everything bool) (fresh int, err error) {
	op := c.op
	name := op.marked(op.spec().Name, i, op.ledger.Part(i).Generation)
	req := DescribeRequest{Region: op.region, Name: name, For: op.spec()}
	if everything {
		req.Name = ""
	}
	numbered := op.spec().UniqueSuffix && op.spec().HostName != "" // see request
	rows, expected := 0, everything && op.expectsRows()
	ids, err := op.list(ctx, &req, func(s *Instance) bool {
		rows++
		return marker.Matches(s.Name, name, numbered)
	})
	if expected && rows == 0 && err == nil {
		err = errBlind
	}
	return op.recordFound(i, ids, ledger.Ours), err
}

// errBlind is the error of an empty list for a region that has instances.
var errBlind = errors.New("the list of the region is empty, and was not before:" +
	" these credentials may not see what they created")

// rowsExpectedFor is how long an empty list is not believed after a list showed instances.
const rowsExpectedFor = 10 * time.Minute

// expectsRows reports whether the list of the region should not be empty: the operation has a
// seen instance there, or an answer has recently shown one.
func (op *Operation) expectsRows() bool {
	return len(op.ledger.Seen()) > 0 || time.Since(op.c.lastShown(op.region)) < rowsExpectedFor
}

// list returns the IDs of the listed instances that are wanted and alive. Instances listed
// before an error are returned beside it.
func (op *Operation) list(
	ctx context.Context, req *DescribeRequest, wanted func(*Instance) bool,
) (ids []string, err error) {
	op.c.describeAll(ctx, req, true, func(s Instance, e error) bool {
		if e != nil {
			err = e
			return false
		}
		if wanted(&s) && !released(s.State) {
			ids = append(ids, s.ID)
		}
		return true
	})
	return ids, err
}

// adoptEarlier adopts instances of earlier runs with the caller's operation ID, on clouds
// without client tokens: the markers of all runs begin alike. It adopts at most as many as are
// missing. No policy releases them, since the earlier run may still be active. The rest is
// reported as surplus.
func (op *Operation) adoptEarlier(ctx context.Context) error {
	if op.run == "" {
		return nil
	}
	start := marker.Start(op.owner, op.id)
	req := DescribeRequest{Region: op.region, For: op.spec()}
	ids, err := op.list(ctx, &req, func(s *Instance) bool { return strings.Contains(s.Name, start) })
	if err != nil {
		return fmt.Errorf("looking for what an earlier run of operation %s has created: %w", op.id, err)
	}
	now := time.Now()
	left := op.ledger.Deal(op.ledger.Every(), ids, ledger.Shared, now)
	op.c.recent.Add(op.ledger.IDs(), now)
	if len(left) > 0 {
		op.addProblem(fmt.Errorf("earlier runs of operation %s have %d instances more than asked for (%s)",
			op.id, len(left), wording.Some(left)))
	}
	return nil
}

// FindTagged implements [creating.Cloud]. Instances that no part is missing are surplus.
func (c creates) FindTagged(ctx context.Context, parts []int) error {
	op := c.op
	var ids []string
	q := Query{Region: op.region, Tags: map[string]string{OwnerTag: op.owner, OperationTag: op.id}}
	for s, err := range op.c.DescribeInstances(ctx, q) {
		if err != nil {
			return fmt.Errorf("%w: looking for the instances of a create by its owner's tags: %w",
				ErrOutcomeUnknown, err)
		}
		if !released(s.State) {
			ids = append(ids, s.ID)
		}
	}
	left := op.ledger.Deal(parts, ids, ledger.Ours, time.Now())
	if len(left) > 0 {
		op.recordFound(parts[len(parts)-1], left, ledger.Ours)
	}
	return nil
}

// tell logs an unusual or slow step, and reports it to the caller.
func (op *Operation) tell(ctx context.Context, text string, p RunProgress) {
	op.c.tel.Note(ctx, text, op.region, op.id, slog.Int(telemetry.LogCreate, p.Create),
		slog.Duration(telemetry.LogFor, p.For), slog.Any(telemetry.LogIDs, p.InstanceIDs))
	if p.Time = time.Now(); op.opts.Progress != nil {
		op.opts.Progress(p)
	}
}

// FindLate implements [creating.Cloud]. A tag names only the operation: a tagged instance that
// is not known counts for the first part that gave a create up.
func (c creates) FindLate(ctx context.Context, list []creating.GivenUp) (fresh int, err error) {
	op, owed := c.op, map[string]int{} // marker to part
	for _, g := range list {
		owed[op.markerOf(g.Part, g.Generation)] = g.Part
	}
	req := DescribeRequest{Region: op.region}
	if !op.c.marksByName() {
		req.Tags = map[string]string{OwnerTag: op.owner, OperationTag: op.id}
	} else if op.spec != nil {
		req.For = op.spec()
	}
	byPart := map[int][]string{}
	_, err = op.list(ctx, &req, func(s *Instance) bool {
		i, ok := owed[marker.In(s.Name)]
		if _, known := op.ledger.PartOf(s.ID); req.Tags != nil {
			i, ok = list[0].Part, !known
		}
		if ok && !released(s.State) {
			byPart[i] = append(byPart[i], s.ID)
		}
		return false
	})
	for i, ids := range byPart {
		if n := op.recordFound(i, ids, ledger.Ours); n > 0 {
			fresh += n
			op.tell(ctx, telemetry.MessageLate,
				RunProgress{Kind: FoundLate, Create: i, InstanceIDs: ids})
		}
	}
	return fresh, err
}
