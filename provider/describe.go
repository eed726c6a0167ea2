package provider

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// Query selects servers: those with the given IDs, or all that match Name and
// Tags, as far as they are set. The zero value selects every server of the client's
// region that the credentials may see.
type Query struct {
	Region string // empty means the client's region
	IDs    []string
	Name   string            // the exact display name
	Tags   map[string]string // all of these, with these values
}

// DescribeInstances reads servers, page by page as the loop goes on. IDs the
// cloud does not know are simply absent. The loop ends after the first error,
// which comes with a zero Instance. Throttled and failed reads are repeated for
// up to [Options].RetryFor. IDs exclude Name and Tags, and an empty ID is an
// error.
func (c *Client) DescribeInstances(ctx context.Context, q Query) iter.Seq2[Instance, error] {
	return func(yield func(Instance, error) bool) {
		if len(q.IDs) == 0 {
			c.describeAll(ctx, &DescribeRequest{Region: c.region(q.Region), Name: q.Name, Tags: q.Tags}, yield)
			return
		}
		if err := q.check(); err != nil {
			yield(Instance{}, err)
			return
		}
		for ids := range slices.Chunk(q.IDs, c.limits.IDsPerDescribe) {
			if !c.describeIDs(ctx, c.region(q.Region), ids, yield) {
				return
			}
		}
	}
}

// describeIDs reads the servers of one call. A cloud that refuses the whole call
// because it does not know one of them is asked for halves.
func (c *Client) describeIDs(ctx context.Context, region string, ids []string, yield func(Instance, error) bool) bool {
	refused := false
	goesOn := c.describeAll(ctx, &DescribeRequest{Region: region, IDs: ids}, func(i Instance, err error) bool {
		if refused = len(ids) > 1 && errors.Is(err, ErrNotFound); refused {
			return false
		}
		return yield(i, err)
	})
	if !refused {
		return goesOn
	}
	half := len(ids) / 2
	return c.describeIDs(ctx, region, ids[:half], yield) && c.describeIDs(ctx, region, ids[half:], yield)
}

// seen reads servers by their IDs; those that the cloud does not know are missing.
func (c *Client) seen(ctx context.Context, region string, ids []string) (map[string]Instance, error) {
	out := make(map[string]Instance, len(ids))
	for i, err := range c.DescribeInstances(ctx, Query{Region: region, IDs: ids}) {
		if err != nil {
			return nil, err
		}
		out[i.ID] = i
	}
	return out, nil
}

// check refuses what a query by ID cannot mean.
func (q *Query) check() error {
	var k Checker
	k.Require(q.Name == "", "Query.Name", q.Name, "excludes IDs")
	k.Require(len(q.Tags) == 0, "Query.Tags", nil, "excludes IDs")
	notEmpty(&k, "Query.IDs", q.IDs)
	return k.Err()
}

// describeAll reads every page of a request and reports false when the loop is
// over.
func (c *Client) describeAll(ctx context.Context, req *DescribeRequest, yield func(Instance, error) bool) bool {
	for {
		var page *DescribePage
		err := c.repeat(ctx, safeAgain, func() (err error) {
			page, err = c.describePage(ctx, req)
			return err
		})
		if err != nil {
			yield(Instance{}, err)
			return false
		}
		for _, i := range page.Instances {
			if !yield(i, nil) {
				return false
			}
		}
		if page.NextPage == "" {
			return true
		}
		req.PageToken = page.NextPage
	}
}

// describePage makes one describe call.
func (c *Client) describePage(ctx context.Context, req *DescribeRequest) (page *DescribePage, err error) {
	err = c.once(ctx, req.Region, APIDescribeInstances, len(req.IDs), func(ctx context.Context) (string, error) {
		page, err = c.driver.DescribeInstances(ctx, req)
		if err != nil {
			return "", err
		}
		return page.RequestID, c.sensible(req, page)
	})
	return page, err
}

// nameless tells whether a server of the page has no ID.
func (p *DescribePage) nameless() bool {
	for i := range p.Instances { // servers are long: they are not copied to be looked at
		if p.Instances[i].ID == "" {
			return true
		}
	}
	return false
}

// sensible refuses a page that cannot be: with servers that have no ID, or
// followed by itself. Where servers of a lost create are looked for, it refuses a
// list that is short as well.
func (c *Client) sensible(req *DescribeRequest, page *DescribePage) error {
	e := &APIError{Driver: c.name, Op: string(APIDescribeInstances), RequestID: page.RequestID, Outcome: OutcomeUnknown, Kind: ErrUnavailable}
	switch {
	case page.nameless():
		e.Message = "the answer describes a server without an ID"
		return e
	case page.NextPage != "" && page.NextPage == req.PageToken:
		e.Message = "the answer names itself as the next page"
		return e
	case page.Short && req.For != nil:
		e.Message = "the answer counts more servers than it shows"
		return e
	default:
		return nil
	}
}
