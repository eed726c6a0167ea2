package provider

import (
	"context"
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
			if !c.describeAll(ctx, &DescribeRequest{Region: c.region(q.Region), IDs: ids}, yield) {
				return
			}
		}
	}
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
// followed by itself.
func (c *Client) sensible(req *DescribeRequest, page *DescribePage) error {
	e := &APIError{Driver: c.name, Op: string(APIDescribeInstances), RequestID: page.RequestID, Outcome: OutcomeUnknown, Kind: ErrUnavailable}
	switch {
	case page.nameless():
		e.Message = "the answer describes a server without an ID"
		return e
	case page.NextPage != "" && page.NextPage == req.PageToken:
		e.Message = "the answer names itself as the next page"
		return e
	default:
		return nil
	}
}
