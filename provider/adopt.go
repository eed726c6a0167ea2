package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Adopt makes an operation of instances that exist, made by anybody: by the console, another tool,
// or an operation whose token is lost. The query names them by ID, or selects them by name or tags.
// The operation can be waited for, watched, kept in a journal, resumed and terminated like any
// other. It creates nothing, and changes nothing: tag the instances with package maintain, where
// others must be able to tell. [Operation.Terminate] releases them. OnFailure is refused: a policy
// must not release what it did not make.
//
// Every ID must exist: otherwise the error matches [ErrNotFound], names those that do not, and there
// is no operation. So it is when a query selects nothing. Instances that are released already do not
// count. An instance must not be in two operations that may be terminated: nothing checks this.
// Of the options, Journal and OperationID apply; Alternatives and OnFailure terminate are refused.
func (c *Client) Adopt(ctx context.Context, q Query, o *RunOptions) (*Operation, error) {
	if o == nil {
		o = &RunOptions{}
	}
	q.Region = c.region(q.Region)
	if err := checkAdopt(q, o); err != nil {
		return nil, err
	}
	list, err := c.adoptable(ctx, q)
	if err != nil {
		return nil, err
	}
	spec := RunInstancesSpec{Region: q.Region, Count: len(list), InstanceType: list[0].InstanceType, ImageID: list[0].ImageID}
	op := newOperation(c, o, &spec)
	op.spec, op.adopted = nil, true // what they were made from is not known
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
		c.markSeen(q.Region, ids[i])
	}
	op.ledger.Deal(op.ledger.Every(), ids, ledger.Ours, time.Now())
	op.ledger.Recognize(ids)
	if err := op.journal.Save(ctx); err != nil {
		return nil, fmt.Errorf("%s: adopting %s: %w", c.name, wording.Some(ids), err)
	}
	return op, nil
}

// checkAdopt refuses what would adopt everything, or create something.
func checkAdopt(q Query, o *RunOptions) error {
	var k Checker
	k.Require(q.Region != "", "Query.Region", nil, "required: neither the query nor the client names one")
	selects := len(q.IDs) > 0 || q.Name != "" || len(q.Tags) > 0
	k.Require(selects, "Query", nil, "must name instances by ID, name or tags: it would adopt every instance of the region")
	k.NoneEmpty("Query.IDs", q.IDs)
	k.Require(o.OnFailure != TerminateOnFailure, "RunOptions.OnFailure", o.OnFailure, "must be empty: a policy"+
		" must not release instances that the operation did not make")
	k.Require(len(o.Alternatives) == 0, "RunOptions.Alternatives", nil, "must be empty: nothing is created")
	return k.Err()
}

// adoptable returns the instances that a query selects and that are not released.
func (c *Client) adoptable(ctx context.Context, q Query) (list []Instance, err error) {
	found := map[string]bool{}
	for i, err := range c.DescribeInstances(ctx, q) {
		if err != nil {
			return nil, err
		}
		if !released(i.State) && !found[i.ID] {
			found[i.ID] = true
			list = append(list, i)
		}
	}
	var missing []string
	for _, id := range q.IDs {
		if !found[id] {
			missing = append(missing, id)
		}
	}
	switch {
	case len(missing) > 0:
		return nil, fmt.Errorf("%s: %s in %s: %w, so nothing was adopted", c.name, wording.Some(missing), q.Region, ErrNotFound)
	case len(list) == 0:
		return nil, fmt.Errorf("%s: no instance of %s is what the query selects: %w", c.name, q.Region, ErrNotFound)
	}
	return list, nil
}
