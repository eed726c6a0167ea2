package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// Clouds without client tokens: instances are created with a marker in their name, and
// get the name of the spec afterwards. That an answer names an instance is no proof
// that it is the operation's: only what the cloud shows with the marker is renamed.
// What is not visible yet gets its name when Wait, Look or Resume sees it.

// naming is what is known of the name of one instance. It is not part of tokens, which
// say only of which parts names are owed: a resumed operation looks again.
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

// nameless reports whether instances still bear the marker instead of their name.
func (op *Operation) nameless() bool {
	unmarked := !op.c.marksByName() || op.opts.KeepMarker
	if unmarked || op.spec == nil || op.spec().Name == "" {
		return false
	}
	return slices.ContainsFunc(op.ledger.All(), func(p ledger.Part) bool { return lacksNames(&p) })
}

// lacksNames reports whether the instances of a part are known and bear its marker. What
// may not be the operation's keeps the name it has.
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

// nameOf changes what is known of the name of an instance.
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

// renamer returns what gives names, or nil where there is nothing to do. The marker of
// instances that the journal does not have is the only trace of them: they keep it.
func (op *Operation) renamer() Renamer {
	r, ok := op.c.driver.(Renamer)
	if !ok || !op.nameless() || op.unsaved() || op.ledger.Over() {
		return nil
	}
	return r
}

// giveNames gives instances the name of the spec in place of the marker, once it is
// known which they are. It looks at them first, in calls that are shared with all who
// wait, and again at those that are not visible yet, for as long as one call is
// repeated. What is not visible then is left to Wait, Look and Resume. What fails is
// told with the operation's errors, also that ctx has ended, and is tried again by them.
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
	_ = op.closeNames(spec) // the operation's error tells all of them
	op.addProblem(op.saveAnswer(ctx))
}

// nameVisible gives names to what looks show, until all have theirs. Only the pauses
// between looks are patience: a look may wait in the library's own queue.
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

// errUnanswered is a look that waited in the library's own queue for too long. It is no
// trouble: the names stay owed.
var errUnanswered = errors.New("no look was answered")

// slowestRate is how long the calls of one look may wait for each other: no cloud allows
// fewer of them.
const slowestRate = 10 * time.Second

// lookAtNames looks once at instances, through the shared poller, and returns those that
// are visible.
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

// nameSighted gives names to instances that a wait or a look has just seen. It returns
// what went wrong, of each instance once.
func (op *Operation) nameSighted(ctx context.Context, shown map[string]Instance) error {
	r := op.renamer()
	if r == nil || len(shown) == 0 || !op.naming.TryLock() { // whoever has the lock gives names
		return nil
	}
	defer op.naming.Unlock()
	spec := op.spec()
	op.nameShown(ctx, r, spec, shown)
	return oneParagraph(op.c.name, op.closeNames(spec), op.saveAnswer(ctx))
}

// nameShown renames the instances that were seen with the operation's marker. Those that
// cannot be the operation's are told as doubtful, and what bears the marker is taken in
// their place. Callers have op.naming.
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

// bearsMarker reports whether an instance has the operation's marker in its name.
func (op *Operation) bearsMarker(i *Instance) bool {
	return strings.Contains(i.Name, markerStart(op.owner, op.id))
}

// doubtShown judges the instances that were seen without the marker, and returns the
// parts that had some which cannot be the operation's.
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
// operation's. After a rename was sent, here or by another process, its name proves
// nothing.
func (op *Operation) isOthers(i *Instance, oldest time.Time) bool {
	op.mu.Lock()
	sent := op.names[i.ID].sent
	op.mu.Unlock()
	resumed := op.began.IsZero()
	if sent || resumed || released(i.State) {
		return false
	}
	by := op.c.recent.namer(i.ID)
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

// adoptInPlace looks by the marker for what parts have made of which an answer named
// instances of somebody else, or such as nobody sees, and takes it over.
func (op *Operation) adoptInPlace(ctx context.Context, spec *RunInstancesSpec, parts []int) {
	for _, i := range parts {
		p := op.ledger.Part(i)
		if _, err := op.adoptMarked(ctx, i, op.marked(spec.Name, i, p.Generation), true); err != nil {
			op.addProblem(fmt.Errorf("looking for instances that an answer may have left out: %w", err))
		}
	}
}

// nameGiven returns the name that an instance has been given since it was seen, or else
// the one that was seen.
func (op *Operation) nameGiven(i *Instance) string {
	op.mu.Lock()
	defer op.mu.Unlock()
	if name := op.names[i.ID].name; name != "" && op.bearsMarker(i) {
		return name
	}
	return i.Name
}
