package provider

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Explain implements [creating.Cloud]: it has the words for why a create ends.
func (c creates) Explain(why creating.Reason, i int, cause error) error {
	p := c.op.ledger.Part(i)
	switch why {
	case creating.NotKnown:
	case creating.Unpaid:
		return &UnpaidError{Driver: c.op.c.name, OrderID: p.Order}
	case creating.SearchFailed:
		return fmt.Errorf("%w: looking for the instances of a lost create: %w", ErrOutcomeUnknown, cause)
	case creating.NotFound:
		return c.op.mustCheckNamed(&p)
	case creating.TooOld:
		return c.op.mustCheck(&p)
	case creating.TokenSpent:
		return fmt.Errorf("%w: the create made nothing more, and RunInstancesSpec.ClientToken cannot be used again",
			ErrTokenMismatch)
	case creating.NumbersAgain:
		return fmt.Errorf("%w; %w: %d instances of %d are there, and the cloud would number"+
			" the host names of the rest from 001 again", cause, ErrState, len(p.IDs), p.Count)
	case creating.NoStock:
		return fmt.Errorf("%w: %w", ErrNoStock, cause)
	case creating.NoStockBefore:
		return fmt.Errorf("%w before the operation was resumed", ErrNoStock)
	case creating.RefusedBefore:
		return errors.New("a create was refused before the operation was resumed")
	case creating.ReleasedBefore:
		return errors.New("instances were released because the operation had failed")
	}
	return fmt.Errorf("a create was sent and its answer is not known: %w", ErrOutcomeUnknown)
}

// mustCheckNamed returns an error that says what a person has to check. An impossible answer
// has named instances that the marker does not find. They may become visible late, be gone, or
// belong to another user.
func (op *Operation) mustCheckNamed(p *ledger.Part) error {
	named := append(slices.Clone(p.IDs[p.Certain:]), p.Extra...)
	return fmt.Errorf("%w: %w, and they are not found by their marker: resume later, or look in region %s for %s;"+
		" terminate by ID what is the operation's, and resume with ResumeOptions.NoneMade once there is nothing",
		ErrOutcomeUnknown, &creating.CountError{Asked: p.Count, Got: len(p.IDs) + len(p.Extra)}, op.region, wording.Some(named))
}

// mustCheck returns an error that says what a person has to check about an old create.
func (op *Operation) mustCheck(p *ledger.Part) error {
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
