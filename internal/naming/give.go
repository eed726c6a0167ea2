package naming

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Give looks at the instances that have no name yet, and renames those that are shown. It
// looks again at instances that are not visible yet, for as long as one call is repeated, and
// at most as long as new instances may be invisible. The failures, also the end of ctx, are
// returned by [Namer.Close]. It calls closing before another call gives names.
func (n *Namer) Give(ctx context.Context, t *Task, closing func()) {
	err := n.giving.Lock(ctx)
	if err == nil {
		defer n.giving.Unlock()
		n.forget()
		err = n.giveVisible(ctx, t)
	}
	if err != nil {
		n.fail(n.Owed(&t.Form), err)
	}
	closing()
}

// GiveShown renames the instances that a look has just shown, and then calls closing. It does
// nothing while another call gives names.
func (n *Namer) GiveShown(ctx context.Context, t *Task, shown Shown, closing func()) {
	if !n.giving.TryLock() {
		return
	}
	defer n.giving.Unlock()
	n.nameShown(ctx, t, shown)
	closing()
}

// giveVisible gives names to the instances that looks show, until all have theirs. Only the
// pauses between looks count as patience: a look may wait in the library's own queue.
func (n *Namer) giveVisible(ctx context.Context, t *Task) error {
	patience := min(t.RetryFor, t.VisibleWithin-time.Since(n.Ledger.NamedAt()))
	for k := 0; ; k++ {
		owed := n.Owed(&t.Form)
		ids := make([]string, len(owed))
		for i := range owed {
			ids[i] = owed[i].ID
		}
		shown, err := t.Cloud.Look(ctx, ids)
		n.nameShown(ctx, t, shown)
		d := account.Pause(k)
		patience -= d
		left := n.Owed(&t.Form)
		switch {
		case len(left) == 0:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrUnanswered):
			return nil
		case err != nil:
			return err
		case n.failed(left):
			return nil
		case patience < 0: // an ID that is never shown may stand in the place of another
			adopt(ctx, t, left)
			return nil
		case !account.Sleep(ctx, d):
			return ctx.Err()
		}
	}
}

// nameShown renames the instances that were shown with the marker. Instances that cannot be
// the operation's become doubtful, and instances with the marker are adopted in their place.
func (n *Namer) nameShown(ctx context.Context, t *Task, shown Shown) {
	adopt(ctx, t, n.doubt(t, shown))
	var marked []Owed
	for _, o := range n.Owed(&t.Form) {
		if shown(o.ID) == Marked {
			marked = append(marked, o)
		}
	}
	n.renameAll(ctx, t, marked)
}

// doubt judges the instances that were shown without the marker. It returns those that cannot
// be the operation's.
func (n *Namer) doubt(t *Task, shown Shown) (foreign []Owed) {
	for _, o := range n.Owed(&t.Form) {
		sight := shown(o.ID)
		if sight == Nothing || sight == Marked {
			continue
		}
		if sight == Foreign && !n.isSent(o.ID) {
			n.Ledger.Doubt([]string{o.ID})
			foreign = append(foreign, o)
		}
		n.change(o.ID, func(x *name) { x.done, x.err = true, nil })
	}
	return foreign
}

// adopt looks for instances in the place of others, once for each part.
func adopt(ctx context.Context, t *Task, others []Owed) {
	parts := make([]int, len(others)) // Owed goes by parts
	for i := range others {
		parts[i] = others[i].Part
	}
	for _, i := range slices.Compact(parts) {
		t.Cloud.Adopt(ctx, i)
	}
}

// renameAll gives instances their names, several at a time, and records each result. A cloud
// that fails every rename is tried for as long as one call is repeated, not once for each
// instance. Time in the library's own queue does not count.
func (n *Namer) renameAll(ctx context.Context, t *Task, list []Owed) {
	stop := time.Now().Add(t.RetryFor)
	var next atomic.Int64
	var lanes sync.WaitGroup
	for range min(account.CallsAtOnce, len(list)) {
		lanes.Go(func() {
			queue := account.CountQueued(ctx) // of this lane, whose calls follow one another
			for k := next.Add(1); k <= int64(len(list)); k = next.Add(1) {
				n.rename(queue, t, &list[k-1], stop.Add(queue.Total()))
			}
		})
	}
	lanes.Wait()
}

func (n *Namer) rename(ctx context.Context, t *Task, o *Owed, stop time.Time) {
	err := t.Cloud.Rename(ctx, o, stop, func() { n.change(o.ID, func(x *name) { x.sent = true }) })
	n.change(o.ID, func(x *name) {
		x.done, x.err = err == nil, err
		if err == nil {
			x.given = o.Name
		}
	})
}
