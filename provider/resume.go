package provider

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/token"
)

// ResumeOptions are for [Client.Resume]. Nil is the default.
type ResumeOptions struct {
	// Spec is the spec that the operation was started with. It is needed only when something
	// is left to create, and must then be the same: a difference is an error that names the
	// fields. Tokens do not hold passwords, user data or the values of raw parameters, so a
	// change of those is not noticed.
	Spec *RunInstancesSpec

	// Run are the options that the operation was started with. Owner and Alternatives must be
	// the same when something is left to create. Journal, OnFailure and KeepMarker may differ,
	// and apply from now on. OperationID is ignored.
	Run *RunOptions

	// NoneMade reports that a person has looked for instances of the creates of unknown
	// outcome, and that none exist beyond the certain IDs of the token (those of
	// [RunError].Doubtful are not certain). Resume then creates what is missing.
	//
	// NoneMade counts only for creates that the library cannot settle. Their error names this
	// field and says what to look for. These are creates of operations without an owner whose
	// client token is too old to be sent again. On clouds without tokens, they are creates
	// with an impossible answer.
	NoneMade bool
}

// Resume continues an operation from its token. It makes the creates that are left, if any,
// and returns the operation to wait for. Creates that were refused for good are not repeated.
// After a refusal for lack of stock, the remaining alternatives are tried. An operation that
// has fewer instances than its spec asked for is a *[RunError], also when nothing is left to
// do, and OnFailure applies to it. A token that is damaged, of another cloud or of a newer
// library is an error that says so and matches [ErrInvalid]. Like [Client.RunInstances], it
// returns the operation also beside an error of a create.
//
// The client must be one of the same account, which a token does not name. Resume the latest
// token of an operation, and in one process at a time. On clouds without client tokens (ENS,
// QingCloud), two processes that do so at once may both create what is left. There, a token
// from before the answer also lacks the instances, and cannot find them once they have their
// own names. A journal that returns [ErrSuperseded] to the other process keeps it from sending
// and releasing anything more.
//
// Creates whose outcome is not known are sent again with their client token. After an hour
// that is not safe any more, since no cloud documents how long it remembers tokens. A token
// with a time in the future, beyond the error of clocks, counts as that old. Such creates are
// settled by the owner's tags: tagged instances are adopted, and missing ones are created.
// Without an owner they are [ErrOutcomeUnknown], and the error says what a person has to
// check, see NoneMade. On clouds without tokens, the instances are looked for by the marker in
// their name, however old the creates are.
func (c *Client) Resume(ctx context.Context, token []byte, o *ResumeOptions) (op *Operation, err error) {
	if o == nil {
		o = &ResumeOptions{}
	}
	run := RunOptions{}
	if o.Run != nil {
		run = *o.Run
	}
	if op, err = c.restore(token, run); err != nil {
		return nil, err
	}
	defer c.tel.Begin(&ctx, telemetry.Resume, op.id, op.region).End(&err)
	return op, op.resume(ctx, &ResumeOptions{Spec: o.Spec, Run: &run, NoneMade: o.NoneMade})
}

// Restore returns the operation of a token as [Client.Resume] does, but continues nothing: it sends nothing,
// and neither creates what is left nor releases what OnFailure owes. It is for a program that only looks at an
// operation ([Operation.Look]) or ends it ([Operation.Terminate]). The options are those of Resume. With the
// Spec, Terminate can ask the cloud about creates whose outcome is not known; without it, these stay open and
// its error says so. Errors are those of Resume about tokens and specs.
func (c *Client) Restore(token []byte, o *ResumeOptions) (*Operation, error) {
	if o == nil {
		o = &ResumeOptions{}
	}
	run := RunOptions{}
	if o.Run != nil {
		run = *o.Run
	}
	op, err := c.restore(token, run)
	if err != nil {
		return nil, err
	}
	op.noneMade = o.NoneMade
	if o.Spec != nil {
		err = op.takeSpec(o.Spec, &run, 0) // it was valid once, and nothing is created by it
	}
	if err != nil {
		return nil, err
	}
	return op, nil
}

// resume continues an operation that was restored. Run of its options is not nil.
func (op *Operation) resume(ctx context.Context, o *ResumeOptions) error {
	op.noneMade = o.NoneMade
	owed := op.ledger.Releasing()
	left := op.ledger.Left(len(op.opts.Alternatives))
	switch {
	case o.Spec != nil:
		if err := op.takeSpec(o.Spec, o.Run, left+len(owed)); err != nil {
			return err
		}
	case left > 0:
		return fmt.Errorf("%w: the operation has %d instances left to create, which needs ResumeOptions.Spec",
			ErrInvalid, left)
	}
	op.addProblem(op.releaseOwed(ctx))
	if err := op.maker.FindLate(ctx); err != nil {
		op.addProblem(fmt.Errorf("looking for instances of creates that were given up: %w", err))
	}
	if op.spec == nil {
		return op.finish(ctx)
	}
	if op.ledger.Left(len(op.opts.Alternatives)) > 0 {
		return op.create(ctx)
	}
	return op.finish(ctx)
}

// takeSpec gives a resumed operation its spec, after a check that it is the same.
func (op *Operation) takeSpec(given *RunInstancesSpec, run *RunOptions, left int) error {
	spec := *given
	spec.Region = cmp.Or(spec.Region, op.region)
	if err := op.compareSpec(&spec, run); err != nil {
		return err
	}
	if left > 0 {
		if err := op.c.checkRun(&spec, run); err != nil {
			return err
		}
	}
	op.keepSpec(&spec)
	op.printSpec()
	op.maker.RecallTried()
	return nil
}

// compareSpec returns an error that names the fields in which a spec differs from the spec of
// the operation, as far as its token shows. Passwords and user data are not compared.
func (op *Operation) compareSpec(spec *RunInstancesSpec, run *RunOptions) error {
	if specMatches(op.hash, spec, run) && max(spec.Count, 1) == op.ledger.Count() {
		return nil
	}
	const not = "ResumeOptions.Spec, with Run.Owner and Run.Alternatives, is not what the operation was started with"
	fields := op.print.Differences(printSpec(spec, run, op.id))
	if len(fields) == 0 { // as of a token of version 1, which knows none
		return fmt.Errorf("%w: %s", ErrInvalid, not)
	}
	more := ""
	if n := len(fields) - 10; n > 0 {
		fields, more = fields[:10], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("%w: %s: it differs in %s%s", ErrInvalid, not, strings.Join(fields, ", "), more)
}

// restore rebuilds an operation from its token.
func (c *Client) restore(text []byte, o RunOptions) (*Operation, error) {
	s, l, err := readToken(text)
	if err != nil {
		return nil, err
	}
	if s.Driver != c.name {
		return nil, fmt.Errorf("%w: the operation token is of %q, and this client is of %q: resume it with a client of %q",
			ErrInvalid, s.Driver, c.name, s.Driver)
	}
	for _, p := range l.All() {
		if p.Count > c.limits.InstancesPerCreate && p.Status != ledger.Replaced {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, token.Damaged("one create of %d instances, and %s makes at most %d",
				p.Count, c.name, c.limits.InstancesPerCreate))
		}
	}
	op := &Operation{
		c: c, id: s.ID, run: s.Run, region: s.Region, class: s.Class, hash: s.Hash, print: s.Print,
		owner: cmp.Or(o.Owner, s.Owner), opts: o, adopted: s.Adopted,
	}
	if op.adopted {
		op.opts.OnFailure = KeepOnFailure // see Adopt
	}
	op.keepLedger(l)
	op.maker.Rules = op.rules(&RunInstancesSpec{})
	op.openJournal()
	c.recent.Add(l.Unseen(), l.NamedAt())
	c.tel.Accepted(l.Unseen(), l.NamedAt())
	for _, id := range l.Seen() {
		c.markSeen(op.region, id)
	}
	return op, nil
}
