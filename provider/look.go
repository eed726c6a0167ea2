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

// Clouds without client tokens: a create carries a marker in the name of its
// instances. When its answer is lost, they are looked for by the marker before
// anything else is created.

// searches are the pauses before each look for instances of a lost create, which
// get longer.
func (c *Client) searches() []time.Duration {
	out := make([]time.Duration, 0, 6)
	for _, share := range []time.Duration{2, 4, 8, 15, 30, 61} { // of 120
		out = append(out, share*c.opts.SearchFor/120)
	}
	return out
}

// pausesFor are the pauses of one search. A create that ran out of stock was answered:
// it may still have created some, but that is unlikely, so it is searched for 14 s
// instead of 2 minutes. What another process says to have sent long ago gets no shorter
// search: its clock is not trusted.
func (op *Operation) pausesFor(p *ledger.Part, why error) []time.Duration {
	pauses := op.c.searches()
	if errors.Is(why, ErrNoStock) && len(p.IDs) == 0 {
		return pauses[:3]
	}
	return pauses
}

// search finds out what a create made whose answer was lost, and adopts it. Nil means
// that the outcome is known now: what is missing is not there, as far as anybody can
// see. The last look reads every instance of the region, since no vendor documents how
// its search matches names. Why is the error of the create, if there was one.
func (op *Operation) search(ctx context.Context, i int, why error) error {
	p := op.ledger.Part(i)
	pauses := op.pausesFor(&p, why)
	name := op.marked(op.spec().Name, i, p.Generation)
	op.tellSearch(ctx, i, pauses)
	most := len(op.c.searches()) + 2
	var err error
	for n := 0; n < len(pauses); n++ {
		if !account.Sleep(ctx, pauses[n]) {
			return ctx.Err()
		}
		last := n == len(pauses)-1
		var more int
		more, err = op.adoptMarked(ctx, i, name, last)
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
	case p.Order != "" && p.Missing() > 0: // a second order would be paid as well
		return op.unpaid(&p)
	case op.ledger.Looked(i, time.Now()):
	case op.noneMade:
		op.ledger.Settle(i)
	default:
		return op.mustCheckNamed(&p)
	}
	return nil
}

// mustCheckNamed says what a person has to check about a create of which an answer that
// cannot be true has named instances that the marker does not find: they may be visible
// late, or gone, or somebody else's.
func (op *Operation) mustCheckNamed(p *ledger.Part) error {
	named := append(slices.Clone(p.IDs[p.Certain:]), p.Extra...)
	return fmt.Errorf("%w: %w, and they are not found by their marker: resume later, or look in region %s for %s;"+
		" terminate by ID what is the operation's, and resume with ResumeOptions.NoneMade once there is nothing",
		ErrOutcomeUnknown, &countError{asked: p.Count, got: len(p.IDs) + len(p.Extra)}, op.region, someOf(named))
}

// unpaid is the error of a part whose order waits to be paid, as far as anybody can see.
func (op *Operation) unpaid(p *ledger.Part) error {
	return &UnpaidError{Driver: op.c.name, OrderID: p.Order}
}

// tellSearch says that instances of a lost create are being looked for, and for how
// long: nothing else happens meanwhile.
func (op *Operation) tellSearch(ctx context.Context, i int, pauses []time.Duration) {
	var all time.Duration
	for _, d := range pauses {
		all += d
	}
	op.tell(ctx, "looking for instances of a create whose answer was lost", RunProgress{Kind: Searching, Create: i, For: all})
}

// tell logs what takes time or is unusual, and reports it to the caller.
func (op *Operation) tell(ctx context.Context, text string, p RunProgress) {
	op.c.tel.log.LogAttrs(ctx, slog.LevelWarn, text,
		slog.String("cloud", op.c.name), slog.String("region", op.region), slog.String("operation", op.id),
		slog.Int("create", p.Create), slog.Duration("for", p.For), slog.Any("instances", p.InstanceIDs))
	if p.Time = time.Now(); op.opts.Progress != nil {
		op.opts.Progress(p)
	}
}

// adoptMarked takes over the instances that bear the marker of a create and are not
// known yet, and returns how many.
func (op *Operation) adoptMarked(ctx context.Context, i int, name string, everything bool) (more int, err error) {
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

// errBlind is an empty list of a region that has instances.
var errBlind = errors.New("the list of the region is empty, and was not before:" +
	" these credentials may not see what they created")

// rowsExpectedFor is how long after a list that showed instances an empty one is not
// believed.
const rowsExpectedFor = 10 * time.Minute

// expectsRows reports whether the list of the region cannot well be empty: the operation
// has an instance there that was seen, or an answer has shown one lately.
func (op *Operation) expectsRows() bool {
	return len(op.ledger.Seen()) > 0 || time.Since(op.c.lastShown(op.region)) < rowsExpectedFor
}

// list returns the IDs of the instances of a listing that are wanted and alive. Those
// before an error come beside it.
func (op *Operation) list(ctx context.Context, req *DescribeRequest, wanted func(*Instance) bool) (ids []string, err error) {
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

// adoptEarlier takes over what earlier runs with the caller's operation ID have made, on
// clouds without client tokens: the markers of all runs begin alike. At most what is
// missing is adopted. No policy releases it, since the earlier run may still be under
// way; what there is beyond is told.
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

// findOld settles a create whose client token may be forgotten by the cloud, by the
// tags of its owner: what is tagged and unknown is adopted, and what is not there was
// never made. All such parts are settled together, since the tags name the operation
// only. Without an owner there is nothing to look for: a person has to.
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

// settleOld settles every part whose client token may be forgotten, once.
func (op *Operation) settleOld(ctx context.Context, i int) error {
	if err := op.looking.Lock(ctx); err != nil {
		return err
	}
	defer op.looking.Unlock()
	if op.ledger.Status(i) != ledger.Sent { // settled beside another part
		return nil
	}
	stale := op.staleParts()
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

// searchTagged looks by the owner's tags for what creates have made, after each of the
// pauses, until it has found all. Old creates are searched for as long as lost ones: how
// long ago they were sent only another computer's clock says, and tags come late.
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

// adoptTagged gives the instances that bear the owner's tags, and that no part has, to the
// given parts. What none of them misses is surplus.
func (op *Operation) adoptTagged(ctx context.Context, parts []int) error {
	var ids []string
	q := Query{Region: op.region, Tags: map[string]string{OwnerTag: op.owner, OperationTag: op.id}}
	for s, err := range op.c.DescribeInstances(ctx, q) {
		if err != nil {
			return fmt.Errorf("%w: looking for the instances of a create by its owner's tags: %w", ErrOutcomeUnknown, err)
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

// marksByOwner reports whether instances of the operation bear the tags of its owner.
func (op *Operation) marksByOwner() bool { return op.owner != "" && op.c.marksByTags() }

// staleParts are the parts whose client tokens may be forgotten.
func (op *Operation) staleParts() (list []int) {
	for i := range op.ledger.Parts() {
		if p := op.ledger.Part(i); p.Stale(time.Now(), tokenTrust-2*account.MaxPause) {
			list = append(list, i)
		}
	}
	return list
}

// goOn creates what a settled part is missing, under the next token.
func (op *Operation) goOn(ctx context.Context, i int) error {
	p := op.ledger.Part(i)
	if p.Status != ledger.Planned || op.ledger.Over() {
		return nil
	}
	return op.createByToken(ctx, i)
}

// mustCheck says what a person has to check about an old create.
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

// Late finds: instances of a create that was looked for in vain, and of which another
// create took the place, may become visible afterwards.

// givenUp returns the latest moment at which a generation was given up, and whether
// there is one.
func (op *Operation) givenUp() (last time.Time, any bool) {
	for _, p := range op.ledger.All() {
		for _, g := range p.GivenUp {
			any = true
			if g.At.After(last) {
				last = g.At
			}
		}
	}
	return last, any
}

// lateUntil is how long a wait goes on looking for what a given-up generation made: half
// as long again as it was searched for.
func (op *Operation) lateUntil() (until time.Time, any bool) {
	last, any := op.givenUp()
	return last.Add(op.c.opts.SearchFor / 2), any && op.showsLate()
}

// showsLate reports whether instances of a given-up generation can be found: by their
// marker, or by the tags of the owner.
func (op *Operation) showsLate() bool {
	return op.c.marksByName() || op.marksByOwner()
}

// findLate adopts what generations that were given up have made after all, and tells of
// it.
func (op *Operation) findLate(ctx context.Context) error {
	if _, any := op.givenUp(); !any || !op.showsLate() {
		return nil
	}
	byPart, err := op.listLate(ctx)
	found := 0
	for i, ids := range byPart {
		if n := op.recordFound(i, ids, ledger.Ours); n > 0 {
			found += n
			op.tell(ctx, "instances of a create that was given up are visible now", RunProgress{Kind: FoundLate, Create: i, InstanceIDs: ids})
		}
	}
	if found > 0 {
		op.addProblem(op.saveAnswer(ctx))
	}
	return err
}

// listLate lists the instances of generations that were given up, by part. A tag names
// the operation only: what bears it and is not known counts for the first such part.
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

// released reports whether an instance is gone, or on its way.
func released(s State) bool {
	return slices.Contains([]State{StateTerminating, StateTerminated, StateRecycled}, s)
}
