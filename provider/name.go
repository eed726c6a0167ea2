package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Clouds without client tokens: instances are created with a marker in their name, and get the
// name of the spec afterwards. An answer that names an instance does not prove that the
// operation made it. So only instances that the cloud shows with the marker are renamed.
// Instances that are not visible yet get their name from Wait, Look or Resume.

// naming is what is known about the name of one instance. Tokens do not hold it. They say only
// which parts have instances without names: a resumed operation looks again.
type naming struct {
	sent bool   // a rename went out: the name proves nothing any more
	done bool   // it has its name, or is not to be renamed
	name string // that it was given; "" before that
	told bool   // the caller has heard that it keeps its marker
	err  error  // why the latest rename failed
}

// owedName is an instance that has to get its name.
type owedName struct {
	id, name string
	part     int
}

// nameless reports whether any instances still have the marker instead of their name.
func (op *Operation) nameless() bool {
	unmarked := !op.c.marksByName() || op.opts.KeepMarker
	if unmarked || op.spec == nil || op.spec().Name == "" {
		return false
	}
	return slices.ContainsFunc(op.ledger.All(), func(p ledger.Part) bool { return lacksNames(&p) })
}

// lacksNames reports whether the instances of a part are known and still have its marker.
// Instances that may not be the operation's keep the name they have.
func lacksNames(p *ledger.Part) bool { return !p.Renamed && !p.Open() && p.Certain > 0 }

// owedNames returns the instances that have to get their name, in order.
func (op *Operation) owedNames(spec *RunInstancesSpec) (list []owedName) {
	parts := op.ledger.All()
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range parts {
		p := &parts[i]
		if !lacksNames(p) {
			continue
		}
		for n, id := range p.IDs[:p.Certain] {
			if !op.names[id].done {
				list = append(list, owedName{id: id, part: i, name: numbered(spec, p.First+p.NumberOffset+n)})
			}
		}
	}
	return list
}

// nameOf changes what is known about the name of an instance.
func (op *Operation) nameOf(id string, change func(*naming)) {
	op.mu.Lock()
	defer op.mu.Unlock()
	if op.names == nil {
		op.names = map[string]naming{}
	}
	n := op.names[id]
	change(&n)
	op.names[id] = n
}

// renamer returns the driver's Renamer, or nil where nothing is to be renamed. Instances that
// the journal does not have keep their marker: it is their only trace.
func (op *Operation) renamer() Renamer {
	r, ok := op.c.driver.(Renamer)
	if !ok || !op.nameless() || op.unsaved() || op.ledger.Over() {
		return nil
	}
	return r
}

// giveNames replaces the marker by the name of the spec, once the instances are known. It
// looks at them first, in calls shared with all waits. It looks again at instances that are
// not visible yet, for as long as one call is repeated. The rest is left to Wait, Look and
// Resume. Failures, also the end of ctx, are reported with the operation's errors; Wait, Look
// and Resume try again.
func (op *Operation) giveNames(ctx context.Context, spec *RunInstancesSpec) {
	r := op.renamer()
	if r == nil {
		return
	}
	err := op.naming.Lock(ctx)
	if err == nil {
		defer op.naming.Unlock()
		op.clearNames()
		err = op.nameVisible(ctx, r, spec)
	}
	if err != nil {
		op.failNames(op.owedNames(spec), err)
	}
	_ = op.closeNames(spec) // the operation's error contains all of them
	op.addProblem(op.journal.SaveAnyway(ctx))
}

// nameVisible gives names to the instances that looks show, until all have theirs. Only the
// pauses between looks count as patience: a look may wait in the library's own queue.
func (op *Operation) nameVisible(ctx context.Context, r Renamer, spec *RunInstancesSpec) error {
	patience := min(op.c.opts.RetryFor, op.c.opts.VisibleWithin-time.Since(op.ledger.NamedAt()))
	for n := 0; ; n++ {
		shown, err := op.lookAtNames(ctx, op.owedNames(spec))
		op.nameShown(ctx, r, spec, shown)
		d := account.Pause(n)
		patience -= d
		left := op.owedNames(spec)
		switch {
		case len(left) == 0:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errUnanswered):
			return nil
		case err != nil:
			return err
		case op.failedNames(left):
			return nil
		case patience < 0: // an ID that is never shown may stand in the place of another
			op.adoptInPlace(ctx, spec, partsOf(left))
			return nil
		case !account.Sleep(ctx, d):
			return ctx.Err()
		}
	}
}

// errUnanswered is a look that waited in the library's own queue for too long. It is not a
// failure: the names are still to be given.
var errUnanswered = errors.New("no look was answered")

// slowestRate is how long the calls of one look may wait for each other. No cloud has a lower
// rate.
const slowestRate = 10 * time.Second

// lookAtNames looks once at instances, through the shared poller, and returns those that are
// visible.
func (op *Operation) lookAtNames(ctx context.Context, owed []owedName) (map[string]Instance, error) {
	ids := make([]string, len(owed))
	for n := range owed {
		ids[n] = owed[n].id
	}
	w := newWaiter(op.c, StateRunning, ids, nil)
	w.sightings, w.ownerOf = map[string]Instance{}, op.ownerByClock()
	t := op.target()
	t.IDs, t.Observe = w.ids, w.observe
	queued := time.Duration(len(ids)/op.c.limits.IDsPerDescribe) * slowestRate
	within, cancel := context.WithTimeout(ctx, max(op.c.opts.RetryFor, ownerLook)+queued)
	defer cancel()
	err := op.c.poller.engine(op.c).Look(within, t)
	seen := w.sighted() // of strangers the parts are needed: see doubtShown
	op.ledger.See(append(seen[unclear], seen[foreign]...))
	op.ledger.Recognize(seen[own])
	var cut *poll.Interrupted
	switch {
	case err == nil:
		return w.sightings, nil
	case within.Err() == nil || ctx.Err() != nil:
	case errors.As(err, &cut): // calls have failed until the time was over
		err = cut.Call
	default:
		err = errUnanswered
	}
	return w.sightings, fmt.Errorf("looking at them: %w", err)
}

// nameSighted gives names to instances that a wait or a look has just seen. It returns the
// failures, once for each instance.
func (op *Operation) nameSighted(ctx context.Context, shown map[string]Instance) error {
	r := op.renamer()
	if r == nil || len(shown) == 0 || !op.naming.TryLock() { // the goroutine with the lock gives names
		return nil
	}
	defer op.naming.Unlock()
	spec := op.spec()
	op.nameShown(ctx, r, spec, shown)
	return wording.Paragraph(op.c.name, op.closeNames(spec), op.journal.SaveAnyway(ctx))
}

// nameShown renames the instances that were seen with the operation's marker. Instances that
// cannot be the operation's are reported as doubtful. Instances with the marker are adopted in
// their place. The caller holds op.naming.
func (op *Operation) nameShown(ctx context.Context, r Renamer, spec *RunInstancesSpec, shown map[string]Instance) {
	op.adoptInPlace(ctx, spec, op.doubtShown(spec, shown))
	var marked []owedName
	for _, o := range op.owedNames(spec) {
		if i, ok := shown[o.id]; ok && op.bearsMarker(&i) {
			marked = append(marked, o)
		}
	}
	op.renameAll(ctx, r, marked)
}

// bearsMarker reports whether the name of an instance has the operation's marker.
func (op *Operation) bearsMarker(i *Instance) bool {
	m := op.mark()
	return m.Bears(i.Name)
}

// doubtShown judges the instances that were seen without the marker. It returns the parts that
// had instances which cannot be the operation's.
func (op *Operation) doubtShown(spec *RunInstancesSpec, shown map[string]Instance) (parts []int) {
	oldest := op.oldestPossible(shown)
	for _, o := range op.owedNames(spec) {
		i, ok := shown[o.id]
		switch {
		case !ok, op.bearsMarker(&i), i.Name == "" && !released(i.State):
			continue
		case op.isOthers(&i, oldest):
			op.ledger.Doubt([]string{o.id})
			parts = append(parts, o.part)
		}
		op.nameOf(o.id, func(n *naming) { n.done, n.err = true, nil })
	}
	return slices.Compact(parts) // owedNames goes by parts
}

// isOthers reports whether an instance that was seen without the marker cannot be the
// operation's. Once a rename was sent, here or by another process, its name proves nothing.
func (op *Operation) isOthers(i *Instance, oldest time.Time) bool {
	op.mu.Lock()
	sent := op.names[i.ID].sent
	op.mu.Unlock()
	resumed := op.began.IsZero()
	if sent || resumed || released(i.State) {
		return false
	}
	by := op.c.recent.Namer(i.ID)
	another := by != "" && by != op.id
	return another || op.isForeign(i, oldest)
}

// partsOf returns the parts that instances belong to.
func partsOf(list []owedName) (parts []int) {
	for i := range list {
		parts = append(parts, list[i].part)
	}
	return slices.Compact(parts)
}

// adoptInPlace looks for the marker of parts whose answer named instances of another user or
// invisible instances. It adopts the instances that have the marker.
func (op *Operation) adoptInPlace(ctx context.Context, spec *RunInstancesSpec, parts []int) {
	for _, i := range parts {
		p := op.ledger.Part(i)
		if _, err := op.adoptMarked(ctx, i, op.marked(spec.Name, i, p.Generation), true); err != nil {
			op.addProblem(fmt.Errorf("looking for instances that an answer may have left out: %w", err))
		}
	}
}

// nameGiven returns the name that an instance was given after it was seen, or else the name
// that was seen.
func (op *Operation) nameGiven(i *Instance) string {
	op.mu.Lock()
	defer op.mu.Unlock()
	if name := op.names[i.ID].name; name != "" && op.bearsMarker(i) {
		return name
	}
	return i.Name
}
