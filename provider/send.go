package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// create makes every unfinished part, and the alternatives for parts that are out of stock. It
// returns the failures as a *RunError.
func (op *Operation) create(ctx context.Context) error {
	ctx = account.Serialize(ctx)
	op.skipKnownOutOfStock()
	if err := op.lookForDead(ctx); err != nil {
		op.addProblem(err)
		return op.finish(ctx)
	}
	for more := true; more; more = ctx.Err() == nil && op.plansMore(ctx) {
		op.createParts(ctx)
	}
	return op.finish(ctx)
}

// plansMore reports whether there is more to create: from alternatives, with a smaller
// minimum, or under another token.
func (op *Operation) plansMore(ctx context.Context) bool {
	return op.retryDead(ctx) || op.replaceMissing() || op.askForLess()
}

// finish gives the instances their names, or releases them if OnFailure says so, and returns
// the error of the operation. A name that cannot be given is not a reason to release. Neither
// is a journal that did not save an answer.
func (op *Operation) finish(ctx context.Context) error {
	var e *RunError
	failed := errors.As(op.runError(), &e) && e.failed
	if failed && op.opts.OnFailure == TerminateServers && ctx.Err() == nil {
		return op.releaseAfterFailure(ctx)
	}
	if op.spec != nil {
		op.giveNames(ctx)
	}
	return op.runError()
}

func (op *Operation) createParts(ctx context.Context) {
	open := op.ledger.Open() // createPart adds none
	one := func(i int) {
		if err := ctx.Err(); err != nil {
			op.close(i, fmt.Errorf("%s: %w", op.c.name, err))
			return
		}
		op.close(i, op.createPart(ctx, i))
		op.addProblem(op.journal.SaveAnyway(ctx))
	}
	if len(open) == 1 { // most operations: a goroutine would only add cost
		one(open[0])
		return
	}
	g := new(errgroup.Group)
	g.SetLimit(account.CallsAtOnce)
	for _, i := range open {
		g.Go(func() error {
			one(i)
			return nil
		})
	}
	_ = g.Wait()
}

// createPart makes one create, and repeats it only while that is safe.
func (op *Operation) createPart(ctx context.Context, i int) error {
	switch {
	case op.c.limits.ClientToken:
		return op.createByToken(ctx, i)
	case op.c.limits.NameMarker:
		return op.createByMarker(ctx, i)
	case op.ledger.Status(i) == ledger.Sent:
		return fmt.Errorf("a create was sent and its answer is not known: %w", ErrOutcomeUnknown)
	}
	return op.repeatCreate(ctx, i)
}

// maxGenerations is how many creates a part makes at most. The outcome of each must be proven
// before the next.
const maxGenerations = 4

// createByToken makes one create on a cloud with client tokens. When the cloud says that the
// create of a token failed for good, the next token is used at once. Where the owner's tags
// show instances, a look for what the failed create made comes first.
func (op *Operation) createByToken(ctx context.Context, i int) error {
	for {
		p := op.ledger.Part(i)
		switch {
		case p.Stale(time.Now(), tokenTrust-2*account.MaxPause):
			return op.findOld(ctx, i)
		case op.ownToken() && p.Generation > 0:
			return &endedError{fmt.Errorf(
				"%w: the create made nothing more, and RunInstancesSpec.ClientToken cannot be used again",
				ErrTokenMismatch)}
		}
		err := op.repeatCreate(ctx, i)
		dead := op.judge(err).TokenDead && op.ledger.Status(i) == ledger.Planned
		if !dead || op.marksByOwner() || !op.mayGoOn(i) {
			return err
		}
	}
}

// mayGoOn reports whether a part whose token is dead may be created under another one.
func (op *Operation) mayGoOn(i int) bool {
	spent := op.ledger.Part(i).Generation >= maxGenerations
	return !spent && !op.ownToken() && !op.ledger.Over()
}

// retryDead looks, by the owner's tags, for instances of creates whose token is dead. It
// reports whether any of these parts continues under another token. No other create is active
// meanwhile, because its instances would have the same tags.
func (op *Operation) retryDead(ctx context.Context) bool {
	if !op.marksByOwner() {
		return false
	}
	var dead []int
	for i := range op.ledger.Parts() {
		stuck := op.ledger.Status(i) == ledger.Planned && op.judge(op.wordsOf(i).err).TokenDead
		if stuck && op.mayGoOn(i) {
			dead = append(dead, i)
		}
	}
	if len(dead) == 0 {
		return false
	}
	if err := op.searchDead(ctx, dead); err != nil {
		op.addProblem(err)
		return false
	}
	return true
}

// lookForDead looks for what creates with a dead token have made, where the process that heard
// of it ended before it had looked: the next generation is planned, and nothing says that the
// one before was looked for.
func (op *Operation) lookForDead(ctx context.Context) error {
	if !op.marksByOwner() || !op.began.IsZero() {
		return nil
	}
	var dead []int
	for i, p := range op.ledger.All() {
		lookedFor := slices.ContainsFunc(p.GivenUp, func(g ledger.GivenUp) bool { return g.Generation == p.Generation-1 })
		if p.Status == ledger.Planned && p.Generation > 0 && !lookedFor {
			dead = append(dead, i)
		}
	}
	if len(dead) == 0 || op.ledger.Over() {
		return nil
	}
	return op.searchDead(ctx, dead)
}

// searchDead looks by the owner's tags for what creates with a dead token have made. The cloud
// says that they have failed, and yet may show something later.
func (op *Operation) searchDead(ctx context.Context, dead []int) error {
	if err := op.searchTagged(ctx, dead, op.c.searches()[:3]); err != nil {
		return err
	}
	for _, i := range dead {
		op.ledger.KeepLooking(i, time.Now())
	}
	return nil
}

// ownToken reports whether the client token is the caller's own: there is no second one.
func (op *Operation) ownToken() bool { return op.spec().ClientToken != "" }

// repeatCreate makes the same call while that is safe. On a cloud with client tokens, it does
// so until the answers agree.
func (op *Operation) repeatCreate(ctx context.Context, i int) error {
	p := op.ledger.Part(i)
	s := op.request(i, &p, op.spec())
	send := func(ctx context.Context) error { return op.send(ctx, i, s) }
	err := op.c.repeat(ctx, func(err error) bool { return op.mayRepeatCreate(i, &p, err) }, send)
	switch {
	case err != nil:
		return err
	case s.DryRun:
		op.ledger.ApproveDryRun(i)
		return nil
	case op.c.limits.ClientToken:
		return op.askUntilAgreed(ctx, i, &p, send)
	case !op.c.limits.NameMarker:
		op.ledger.Agree(i) // there is no way to ask again
	}
	return op.tooFew(i)
}

// mayRepeatCreate reports whether a call for a part may be sent again unchanged. A refusal
// with IDs, which proves that nothing more was made, finishes the part. Without a token, a
// call that returned IDs had an effect, whatever its error says.
func (op *Operation) mayRepeatCreate(i int, before *ledger.Part, err error) bool {
	byToken, now := op.c.limits.ClientToken, op.ledger.Part(i)
	switch {
	case !errors.As(err, new(*APIError)), now.Generation != before.Generation, !now.Open():
		return false
	case !byToken && len(now.IDs) > len(before.IDs):
		return false
	case now.Stale(time.Now(), tokenTrust-2*account.MaxPause):
		return false
	}
	return mayRepeat(op.judge(err), byToken)
}

// mostAnswers is how many answers of a create are read, at most, until they agree.
const mostAnswers = 5

// askUntilAgreed asks again, by the same token, while an answer without an error names another
// number of instances than was asked for. One answer does not prove that there are no more.
func (op *Operation) askUntilAgreed(
	ctx context.Context, i int, before *ledger.Part, send func(context.Context) error,
) error {
	for n := 0; n < mostAnswers; n++ {
		p := op.ledger.Part(i)
		if !p.Open() || op.ledger.Agreed(i) {
			break
		}
		if !account.Sleep(ctx, account.Pause(n)) {
			return account.Ended(ctx, &countError{asked: p.Count, got: len(p.IDs)})
		}
		err := op.c.repeat(ctx, func(err error) bool { return op.mayRepeatCreate(i, before, err) }, send)
		contradicts := op.judge(err).Scarce // the token has made something, and is not refused for lack of stock
		if err != nil && !contradicts {
			return err
		}
	}
	if op.ledger.Agreed(i) {
		op.ledger.Agree(i)
	}
	return op.tooFew(i)
}

// tooFew returns an error when the answers to an open part have named a wrong number of
// instances, or nil.
func (op *Operation) tooFew(i int) error {
	p := op.ledger.Part(i)
	if !p.Open() {
		return nil
	}
	return &countError{asked: p.Count, got: len(p.IDs) + len(p.Extra), least: p.MinCount}
}

// send makes one call for a part and records every ID it returns. An earlier call may have
// been executed. The part then stays so until an answer says which instances it has. A later
// call that was throttled, refused or never made proves nothing about the earlier one.
func (op *Operation) send(ctx context.Context, i int, s *RunInstancesSpec) error {
	return op.c.once(ctx, s.Region, APIRunInstances, s.Count, func(ctx context.Context) (string, error) {
		if err := op.announce(ctx, i); err != nil {
			return "", err
		}
		res, err := op.c.driver.RunInstances(ctx, s)
		if res == nil {
			res = &RunResult{}
		}
		if odd := dropOddIDs(res); odd && err == nil {
			err = op.senseless(res, "the answer names something that is no instance ID")
		}
		if err == nil && !s.DryRun {
			err = op.checkAnswer(res)
		}
		op.record(i, s, res, err)
		return res.RequestID, err
	})
}

// errReleasing is the error of a create that is not sent because of a release.
var errReleasing = errors.New("the operation is being released")

// announce records that a create is about to be sent. When this cannot be saved, nothing is
// sent.
func (op *Operation) announce(ctx context.Context, i int) error {
	first, ok := op.ledger.Send(i, time.Now())
	if !ok {
		return errReleasing
	}
	err := op.journal.Save(ctx)
	if err != nil && first {
		op.ledger.TakeBack(i)
	}
	return err
}

// checkAnswer returns an error for an answer that has neither an error nor an instance, or nil
// where that is right.
func (op *Operation) checkAnswer(res *RunResult) error {
	switch {
	case len(res.InstanceIDs) > 0:
		return nil
	case res.OrderID != "":
		return &UnpaidError{Driver: op.c.name, OrderID: res.OrderID, RequestID: res.RequestID}
	}
	return op.senseless(res, "the answer names no instance")
}

// senseless returns the error of an answer that proves nothing.
func (op *Operation) senseless(res *RunResult, why string) error {
	return &APIError{
		Driver: op.c.name, Op: string(APIRunInstances), RequestID: res.RequestID, Message: why, Outcome: OutcomeUnknown,
	}
}

// dropOddIDs removes from an answer the IDs that no cloud would use, such as a page of HTML,
// and the blanks around IDs. It reports whether there was any such ID.
func dropOddIDs(res *RunResult) (odd bool) {
	isOdd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"'`{}[]()\\,;", r) }
	if !slices.ContainsFunc(res.InstanceIDs, func(id string) bool { return strings.ContainsFunc(id, isOdd) }) {
		return false
	}
	var ids []string
	for _, id := range res.InstanceIDs {
		id = strings.TrimSpace(id)
		if strings.ContainsFunc(id, isOdd) {
			odd = true
			continue
		}
		ids = append(ids, id)
	}
	res.InstanceIDs = ids
	return odd
}

// createByMarker makes one create on a cloud without client tokens. When its answer is lost,
// its instances are looked for before anything else is created.
func (op *Operation) createByMarker(ctx context.Context, i int) error {
	began, sent := time.Now(), 0
	queue := account.CountQueued(ctx) // time in the library's own queue does not count
	for {
		ctx := context.Context(queue)
		have := len(op.ledger.Part(i).IDs)
		var err error
		if op.ledger.Status(i) == ledger.Planned {
			err, sent = op.repeatCreate(ctx, i), sent+1
		}
		ordered := unpaidOrder(err) != ""
		if op.ledger.Status(i) != ledger.Sent || ctx.Err() != nil || ordered {
			return err
		}
		if lookErr := op.search(ctx, i, err); lookErr != nil {
			return wording.Paragraph(op.c.name, err, lookErr)
		}
		p := op.ledger.Part(i)
		if !p.Open() {
			return nil
		}
		progress := len(p.IDs) > have
		if progress {
			began, queue = time.Now(), account.CountQueued(queue.Context)
		}
		inTime := time.Since(began)-queue.Total() <= op.c.opts.RetryFor
		patient := sent < 2 || progress || inTime
		if sent > 0 && op.c.opts.RetryFor < 0 {
			patient = false
		}
		if stop, why := op.stopsAfterSearch(&p, patient, err); stop {
			return why
		}
	}
}

// stopsAfterSearch reports whether a part makes no further create after a search, and returns
// its error. During an outage each answer seems lost, so RetryFor is the limit here too. One
// more create may follow a search, because the search alone may take longer.
func (op *Operation) stopsAfterSearch(p *ledger.Part, patient bool, err error) (stop bool, why error) {
	if err == nil {
		err = &countError{asked: p.Count, got: len(p.IDs), least: p.MinCount}
	}
	switch {
	case op.ledger.Over(): // all instances will be released
		return true, err
	case errors.Is(err, ErrNoStock): // the search has found the instances it made
		return true, err
	case len(p.IDs) > 0 && op.countsAgain():
		return true, &endedError{fmt.Errorf("%w; %w: %d instances of %d are there, and the cloud would number"+
			" the host names of the rest from 001 again", err, ErrState, len(p.IDs), p.Count)}
	case p.Generation >= maxGenerations:
		return true, fmt.Errorf("%d creates brought fewer instances than asked for: %w", maxGenerations, err)
	}
	return !patient, err
}

// countsAgain reports whether a further create would repeat host names. The cloud numbers
// them, begins anew with each create, and renaming does not change them.
func (op *Operation) countsAgain() bool {
	spec := op.spec()
	_, numbers := op.c.driver.(NameNumberer)
	return spec.UniqueSuffix && spec.HostName != "" && !numbers
}
