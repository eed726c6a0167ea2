package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Clouds without client tokens: a create carries a marker in the name of its instances. When
// its answer is lost, a search looks for the marker before anything else is created.

// searches returns the pauses before each look for instances of a lost create. They get
// longer.
func (c *Client) searches() []time.Duration {
	out := make([]time.Duration, 0, 6)
	for _, share := range []time.Duration{2, 4, 8, 15, 30, 61} { // of 120
		out = append(out, share*c.opts.SearchFor/120)
	}
	return out
}

// pausesFor returns the pauses of one search. A create that ran out of stock was answered: it
// may still have created some, but that is unlikely, so it is searched for 14 s instead of 2
// minutes. A create that another process sent does not get a shorter search, even when its
// token says that it was sent long ago: the clock of that process is not trusted.
func (op *Operation) pausesFor(p *ledger.Part, why error) []time.Duration {
	pauses := op.c.searches()
	if errors.Is(why, ErrNoStock) && len(p.IDs) == 0 {
		return pauses[:3]
	}
	return pauses
}

// search finds out what a create made when its answer was lost, and adopts the instances. Nil
// means that the outcome is known now: the missing instances do not exist, as far as the cloud
// shows. The last look reads every instance of the region, since no vendor documents how its
// search matches names. Why is the error of the create, if there was one.
func (op *Operation) search(ctx context.Context, i int, why error) error {
	p := op.ledger.Part(i)
	pauses := op.pausesFor(&p, why)
	op.tellSearch(ctx, i, pauses)
	most := len(op.c.searches()) + 2
	var err error
	for n := 0; n < len(pauses); n++ {
		if !account.Sleep(ctx, pauses[n]) {
			return ctx.Err()
		}
		last := n == len(pauses)-1
		var more int
		more, err = op.adoptMarked(ctx, i, last)
		if p = op.ledger.Part(i); err == nil && p.Missing() == 0 {
			break
		}
		if last && more > 0 && n < most { // it is still growing
			pauses = append(pauses, pauses[n])
		}
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: looking for the instances of a lost create: %w", ErrOutcomeUnknown, err)
	case p.Order != "" && p.Missing() > 0: // a second order would also cost money
		return op.unpaid(&p)
	case op.ledger.Looked(i, time.Now()):
	case op.noneMade:
		op.ledger.Settle(i)
	default:
		return op.mustCheckNamed(&p)
	}
	return nil
}

// mustCheckNamed returns an error that says what a person has to check. An impossible answer
// has named instances that the marker does not find. They may become visible late, be gone, or
// belong to another user.
func (op *Operation) mustCheckNamed(p *ledger.Part) error {
	named := append(slices.Clone(p.IDs[p.Certain:]), p.Extra...)
	return fmt.Errorf("%w: %w, and they are not found by their marker: resume later, or look in region %s for %s;"+
		" terminate by ID what is the operation's, and resume with ResumeOptions.NoneMade once there is nothing",
		ErrOutcomeUnknown, &countError{asked: p.Count, got: len(p.IDs) + len(p.Extra)}, op.region, someOf(named))
}

// unpaid returns the error of a part whose order seems to wait for its payment.
func (op *Operation) unpaid(p *ledger.Part) error {
	return &UnpaidError{Driver: op.c.name, OrderID: p.Order}
}

// tellSearch reports that a search for the instances of a lost create begins, and how long it
// may take: nothing else is created for them meanwhile.
func (op *Operation) tellSearch(ctx context.Context, i int, pauses []time.Duration) {
	var all time.Duration
	for _, d := range pauses {
		all += d
	}
	op.tell(ctx, "looking for instances of a create whose answer was lost",
		RunProgress{Kind: Searching, Create: i, For: all})
}

// tell logs an unusual or slow step, and reports it to the caller.
func (op *Operation) tell(ctx context.Context, text string, p RunProgress) {
	op.c.tel.log.LogAttrs(ctx, slog.LevelWarn, text,
		slog.String("cloud", op.c.name), slog.String("region", op.region), slog.String("operation", op.id),
		slog.Int("create", p.Create), slog.Duration("for", p.For), slog.Any("instances", p.InstanceIDs))
	if p.Time = time.Now(); op.opts.Progress != nil {
		op.opts.Progress(p)
	}
}

// adoptMarked adopts the instances that have the marker of a create and are not known yet. It
// returns how many there are.
func (op *Operation) adoptMarked(ctx context.Context, i int, everything bool) (more int, err error) {
	name := op.marked(op.spec().Name, i, op.ledger.Part(i).Generation)
	req := DescribeRequest{Region: op.region, Name: name, For: op.spec()}
	if everything {
		req.Name = ""
	}
	numbered := op.spec().UniqueSuffix && op.spec().HostName != "" // see request
	rows, expected := 0, everything && op.expectsRows()
	ids, err := op.list(ctx, &req, func(s *Instance) bool {
		rows++
		return isMarked(s.Name, name, numbered)
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
	l := listing{c: op.c, req: req, strict: true}
	l.yield = func(s Instance, e error) bool {
		if e != nil {
			err = e
			return false
		}
		if wanted(&s) && !released(s.State) {
			ids = append(ids, s.ID)
		}
		return true
	}
	l.all(ctx)
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
	start := markerStart(op.owner, op.id)
	req := DescribeRequest{Region: op.region, For: op.spec()}
	ids, err := op.list(ctx, &req, func(s *Instance) bool { return strings.Contains(s.Name, start) })
	if err != nil {
		return fmt.Errorf("looking for what an earlier run of operation %s has created: %w", op.id, err)
	}
	now := time.Now()
	left := op.ledger.Deal(op.everyPart(), ids, ledger.Shared, now)
	op.c.recent.add(op.ledger.IDs(), now)
	if len(left) > 0 {
		op.addProblem(fmt.Errorf("earlier runs of operation %s have %d instances more than asked for (%s)",
			op.id, len(left), someOf(left)))
	}
	return nil
}

func (op *Operation) everyPart() []int {
	parts := make([]int, op.ledger.Parts())
	for i := range parts {
		parts[i] = i
	}
	return parts
}

// findOld settles a create whose client token the cloud may have forgotten, by the tags of its
// owner. Tagged instances that are not known are adopted; the missing ones were never made.
// All such parts are settled together, since the tags name only the operation. Without an
// owner nothing can be searched: a person has to look.
func (op *Operation) findOld(ctx context.Context, i int) error {
	switch {
	case op.noneMade:
		op.ledger.Settle(i)
	case !op.marksByOwner():
		return op.mustCheck(i)
	default:
		if err := op.settleOld(ctx, i); err != nil {
			return err
		}
	}
	p := op.ledger.Part(i)
	switch {
	case p.Order != "" && p.Open():
		return op.unpaid(&p)
	case p.Status == ledger.Sent: // what may be others' is all that is known of it
		return op.mustCheck(i)
	}
	return op.goOn(ctx, i)
}

// settleOld settles, once, every part whose client token may be forgotten.
func (op *Operation) settleOld(ctx context.Context, i int) error {
	if err := op.looking.Lock(ctx); err != nil {
		return err
	}
	defer op.looking.Unlock()
	if op.ledger.Status(i) != ledger.Sent { // settled beside another part
		return nil
	}
	stale := op.ledger.Stale(time.Now(), tokenTrust-2*account.MaxPause)
	if err := op.searchTagged(ctx, stale, op.c.searches()); err != nil {
		return err
	}
	for _, n := range stale {
		if p := op.ledger.Part(n); p.Order == "" || p.Missing() == 0 { // an order may yet be paid
			op.ledger.Looked(n, time.Now())
		}
	}
	return nil
}

// searchTagged looks by the owner's tags for instances that creates have made. It looks after
// each of the pauses, until it has found all. Old creates are searched for as long as lost
// ones, for two reasons. Only another computer's clock says how long ago they were sent, and
// tags become visible late.
func (op *Operation) searchTagged(ctx context.Context, parts []int, pauses []time.Duration) (err error) {
	op.tellSearch(ctx, parts[0], pauses)
	for _, pause := range pauses {
		if !account.Sleep(ctx, pause) {
			return ctx.Err()
		}
		err = op.adoptTagged(ctx, parts)
		missing := slices.ContainsFunc(parts, func(n int) bool {
			p := op.ledger.Part(n)
			return p.Missing() > 0
		})
		if err == nil && !missing {
			return nil
		}
	}
	return err
}

// adoptTagged gives the tagged instances that belong to no part to the given parts. Instances
// that no part is missing are surplus.
func (op *Operation) adoptTagged(ctx context.Context, parts []int) error {
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

// marksByOwner reports whether instances of the operation have the tags of its owner.
func (op *Operation) marksByOwner() bool { return op.owner != "" && op.c.marksByTags() }

// goOn creates the instances that a settled part is missing, under the next token.
func (op *Operation) goOn(ctx context.Context, i int) error {
	p := op.ledger.Part(i)
	if p.Status != ledger.Planned || op.ledger.Over() {
		return nil
	}
	return op.createByToken(ctx, i)
}

// mustCheck returns an error that says what a person has to check about an old create.
func (op *Operation) mustCheck(i int) error {
	p := op.ledger.Part(i)
	when := "nobody knows when"
	if !p.Sent.IsZero() {
		when = "at " + p.Sent.UTC().Format(time.RFC3339)
	}
	name := op.spec().Name
	if name == "" {
		name = "(without a name)"
	}
	if p.Order != "" {
		when += ", and answered with the order " + p.Order + ", which may have been paid since"
	}
	return fmt.Errorf("%w: a create of %d instances was sent %s, and the cloud may have forgotten its client token"+
		" (trusted for %v): look in region %s for instances of type %s named %q created then; terminate what is there"+
		" by ID, and resume with ResumeOptions.NoneMade once there is nothing",
		ErrOutcomeUnknown, p.Count, when, tokenTrust, op.region, op.spec().InstanceType, name)
}

// Late finds: a search found nothing, and another create took its place. Instances of the
// first create may become visible afterwards.

// lateUntil returns how long a wait keeps looking for instances of a given-up generation: half
// as long as the search lasted.
func (op *Operation) lateUntil() (until time.Time, any bool) {
	last, any := op.ledger.LastGivenUp()
	return last.Add(op.c.opts.SearchFor / 2), any && op.showsLate()
}

// showsLate reports whether instances of a given-up generation can be found, by their marker
// or by the owner's tags.
func (op *Operation) showsLate() bool {
	return op.c.marksByName() || op.marksByOwner()
}

// findLate adopts the instances of generations that were given up, and reports them.
func (op *Operation) findLate(ctx context.Context) error {
	if _, any := op.ledger.LastGivenUp(); !any || !op.showsLate() {
		return nil
	}
	byPart, err := op.listLate(ctx)
	found := 0
	for i, ids := range byPart {
		if n := op.recordFound(i, ids, ledger.Ours); n > 0 {
			found += n
			op.tell(ctx, "instances of a create that was given up are visible now",
				RunProgress{Kind: FoundLate, Create: i, InstanceIDs: ids})
		}
	}
	if found > 0 {
		op.addProblem(op.journal.SaveAnyway(ctx))
	}
	return err
}

// listLate lists the instances of given-up generations, by part. A tag names only the
// operation: a tagged instance that is not known counts for the first such part.
func (op *Operation) listLate(ctx context.Context) (byPart map[int][]string, err error) {
	owed := map[string]int{} // marker to part
	first := -1
	for i, p := range op.ledger.All() {
		for _, g := range p.GivenUp {
			owed[op.markerOf(i, g.Generation)] = i
			if first < 0 {
				first = i
			}
		}
	}
	byPart = map[int][]string{}
	req := DescribeRequest{Region: op.region}
	if !op.c.marksByName() {
		req.Tags = map[string]string{OwnerTag: op.owner, OperationTag: op.id}
	} else if op.spec != nil {
		req.For = op.spec()
	}
	_, err = op.list(ctx, &req, func(s *Instance) bool {
		i, ok := owed[markerIn(s.Name)]
		if _, known := op.ledger.PartOf(s.ID); req.Tags != nil {
			i, ok = first, !known
		}
		if ok && !released(s.State) {
			byPart[i] = append(byPart[i], s.ID)
		}
		return false
	})
	return byPart, err
}

// released reports whether an instance is gone or being released.
func released(s State) bool {
	return slices.Contains([]State{StateTerminating, StateTerminated, StateRecycled}, s)
}
