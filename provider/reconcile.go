package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Clouds without client tokens: a create carries a marker in the name of its
// servers. When its answer is lost, the servers are looked for by the marker
// before anything else is created.

// searches are the pauses before each look for servers of a lost create, which
// get longer. Nothing that shows up later than the last look would be found.
func (c *Client) searches() []time.Duration {
	out := make([]time.Duration, 0, 6)
	for _, share := range []time.Duration{2, 4, 8, 15, 30, 61} { // of 120
		out = append(out, share*c.opts.SearchFor/120)
	}
	return out
}

// maxGenerations is how many creates a part makes at most, each after it was
// proven what became of the one before.
const maxGenerations = 4

// createMarked makes one create on a cloud without client tokens.
func (op *Operation) createMarked(ctx context.Context, i int, spec *RunInstancesSpec) error {
	for {
		var err error
		if op.part(i).Status == partPlanned {
			err = op.repeatCreate(ctx, i, spec)
		}
		p := op.part(i)
		if p.Status != partSent || err == nil && p.missing() == 0 || ctx.Err() != nil {
			return err
		}
		if lookErr := op.reconcile(ctx, i, err); lookErr != nil {
			return errors.Join(err, lookErr)
		}
		p = op.part(i)
		if p.missing() == 0 {
			return nil
		}
		if op.gaveUp() { // whatever there is will be released
			op.setStatus(i, partPlanned)
			return err
		}
		if e := (*APIError)(nil); errors.As(err, &e) && errors.Is(err, ErrNoStock) {
			op.setStatus(i, partPlanned)
			e.Outcome = OutcomeRejected // what it had made is found
			return err
		}
		if len(p.IDs) > 0 && op.countsAgain(spec) {
			op.setStatus(i, partAccepted)
			return errors.Join(err, fmt.Errorf("%w: %d servers of %d are there, and the cloud would number the host names of the rest from 001 again", ErrState, len(p.IDs), p.Count))
		}
		if p.Generation+1 >= maxGenerations {
			op.setStatus(i, partPlanned)
			if err == nil {
				err = &countError{asked: p.Count, got: len(p.IDs)}
			}
			return fmt.Errorf("%d creates brought fewer servers than asked for: %w", maxGenerations, err)
		}
		op.change(i, func(p *part) { p.Generation, p.Status, p.Sent = p.Generation+1, partPlanned, time.Time{} })
	}
}

// countsAgain tells whether a further create would give host names that are taken:
// they are numbered by the cloud, which begins anew each time, and no renaming
// changes them.
func (op *Operation) countsAgain(spec *RunInstancesSpec) bool {
	_, numbers := op.c.driver.(NameNumberer)
	return spec.UniqueSuffix && spec.HostName != "" && !numbers
}

// reconcile finds out what a create made whose answer was lost, and adopts it.
// Nil means that the outcome is known now: what is missing is not there, and
// nothing more will come. The last look reads every server of the region, since
// no vendor documents how its search matches names.
//
// Why is the error of the create, if there was one. A create that ran out of stock
// was answered: unless the answer names servers, that it made some is only not
// impossible, and what comes next, an alternative, is not kept waiting for long.
func (op *Operation) reconcile(ctx context.Context, i int, why error) error {
	p := op.part(i)
	name := op.marked(op.spec().Name, i, p.Generation)
	pauses := op.c.searches()
	switch age := time.Since(p.Sent); {
	case !p.Sent.IsZero() && age > 10*time.Minute: // of another process, long ago
		pauses = pauses[:1]
	case errors.Is(why, ErrNoStock) && len(p.IDs) == 0:
		pauses = pauses[:3]
	}
	var err error
	for n := 0; n < len(pauses); n++ {
		if !sleep(ctx, pauses[n]) {
			return ctx.Err()
		}
		last := n == len(pauses)-1
		var more int
		more, err = op.adopt(ctx, i, name, last)
		if err == nil && op.part(i).missing() == 0 {
			return nil
		}
		if last && more > 0 && n < len(op.c.searches())+2 { // it is still growing
			pauses = append(pauses, pauses[n])
		}
	}
	if err != nil {
		return fmt.Errorf("%w: looking for the servers of a lost create: %w", ErrOutcomeUnknown, err)
	}
	return nil
}

// adopt takes over the servers that bear the marker of a create and are not
// known yet, and returns how many.
func (op *Operation) adopt(ctx context.Context, i int, name string, everything bool) (more int, err error) {
	req := DescribeRequest{Region: op.region, Name: name, For: op.spec()}
	if everything {
		req.Name = ""
	}
	var ids []string
	numbered := op.spec().UniqueSuffix && op.spec().HostName != "" // see request
	op.c.describeAll(ctx, &req, func(s Instance, e error) bool {
		if e != nil {
			err = e
			return false
		}
		if isMarked(s.Name, name, numbered) && !released(s.State) {
			ids = append(ids, s.ID)
		}
		return true
	})
	return op.acceptFound(i, ids), err
}

// acceptFound records servers that were found, and returns how many were new.
func (op *Operation) acceptFound(i int, ids []string) int {
	before := len(op.part(i).IDs)
	op.accept(i, &RunResult{InstanceIDs: ids})
	return len(op.part(i).IDs) - before
}

// findByTag looks for the servers of a create whose client token is too old to
// be trusted, by the tags of its owner. A create among several that nothing is
// found of stays unknown: the tags tell the operation only.
func (op *Operation) findByTag(ctx context.Context, i int) error {
	if op.owner == "" || !op.c.marksByTags() {
		return fmt.Errorf("%w: the create was sent more than %v ago, and clouds may have forgotten its client token", ErrOutcomeUnknown, tokenTrust)
	}
	var ids []string
	q := Query{Region: op.region, Tags: map[string]string{OwnerTag: op.owner, OperationTag: op.id}}
	for s, err := range op.c.DescribeInstances(ctx, q) {
		if err != nil {
			return fmt.Errorf("%w: looking for the servers of an old create: %w", ErrOutcomeUnknown, err)
		}
		if !op.knows(s.ID) && !released(s.State) {
			ids = append(ids, s.ID)
		}
	}
	op.takeFound(i, ids)
	if op.part(i).missing() > 0 {
		return fmt.Errorf("%w: the create was sent more than %v ago, and %d of its servers are not found by their tags", ErrOutcomeUnknown, tokenTrust, op.part(i).missing())
	}
	return nil
}

// takeFound gives a part no more servers than it is missing: the others belong
// to other parts, which may be looking for theirs at the same time.
func (op *Operation) takeFound(i int, ids []string) {
	op.mu.Lock()
	defer op.mu.Unlock()
	ids = slices.DeleteFunc(ids, func(id string) bool { return op.known[id] })
	op.take(i, &RunResult{InstanceIDs: ids[:min(len(ids), op.parts[i].missing())]})
}

func (op *Operation) knows(id string) bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.known[id]
}

// released tells whether a server is gone, or on its way.
func released(s State) bool {
	return s == StateTerminating || s == StateTerminated || s == StateRecycled
}
