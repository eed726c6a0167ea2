package provider

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// Query selects instances: those with the given IDs, or all that match Name and Tags, as far
// as they are set. The zero value selects every instance of the client's region that the
// credentials may see.
type Query struct {
	Region string // empty means the client's region
	IDs    []string
	Name   string            // the exact display name
	Tags   map[string]string // all of these, with these values
}

// DescribeInstances reads instances, each once, page by page as the loop continues. IDs that
// the cloud does not know are absent, which proves nothing about an instance that was never
// seen. The loop ends after the first error, which comes with a zero Instance. Throttled and
// failed reads are repeated for up to [Options].RetryFor. IDs cannot be combined with Name or
// Tags, and an empty ID is an error.
//
// An answer that lacks instances which the cloud itself counts is not a valid list. It is read
// again, and then becomes an error that matches [ErrUnavailable]. Some clouds silently cut
// lists by tags ([Limits].TagFilterCap). A list that reaches this cap is completed from the
// whole region.
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

// describeIDs reads the instances of one call. When a cloud refuses the whole call because it
// does not know one of them, the IDs are split in halves.
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

// seen reads instances by their IDs. Instances that the cloud does not show are missing from
// the list. This means something only when the answer is whole, so does not contradict itself.
// An error comes with the instances that were read before it.
func (c *Client) seen(
	ctx context.Context, region string, ids []string,
) (list map[string]Instance, whole bool, err error) {
	return c.seenBy(ctx, &listing{c: c, req: &DescribeRequest{Region: region, IDs: ids}, takesShort: true})
}

// seenBy is [Client.seen] with calls like those of a listing.
func (c *Client) seenBy(ctx context.Context, like *listing) (list map[string]Instance, whole bool, err error) {
	ids := like.req.IDs
	list, whole = make(map[string]Instance, len(ids)), true
	for chunk := range slices.Chunk(ids, c.limits.IDsPerDescribe) {
		l := *like
		l.req = &DescribeRequest{Region: like.req.Region, IDs: chunk}
		short, err := l.seenOf(ctx, list)
		if err != nil {
			return list, false, err
		}
		whole = whole && !short
	}
	return list, whole, nil
}

// seenOf is [Client.seen] for the instances of one call.
func (l listing) seenOf(ctx context.Context, list map[string]Instance) (short bool, err error) {
	like, ids := l, l.req.IDs
	l.yield = func(i Instance, e error) bool {
		if err = e; err == nil {
			list[i.ID] = i
		}
		return err == nil
	}
	l.read(ctx)
	if len(ids) < 2 || !errors.Is(err, ErrNotFound) {
		return l.short, err
	}
	half := len(ids) / 2
	like.req = &DescribeRequest{Region: l.req.Region, IDs: ids[:half]}
	first, err := like.seenOf(ctx, list)
	if err != nil {
		return false, err
	}
	like.req = &DescribeRequest{Region: l.req.Region, IDs: ids[half:]}
	second, err := like.seenOf(ctx, list)
	return first || second, err
}

// check refuses combinations of fields that have no meaning.
func (q *Query) check() error {
	var k Checker
	k.Require(q.Name == "", "Query.Name", q.Name, "excludes IDs")
	k.Require(len(q.Tags) == 0, "Query.Tags", nil, "excludes IDs")
	k.NoneEmpty("Query.IDs", q.IDs)
	return k.Err()
}

// describeAll reads every page of a request. It returns false when the loop is over.
func (c *Client) describeAll(ctx context.Context, req *DescribeRequest, yield func(Instance, error) bool) bool {
	l := listing{c: c, req: req, yield: yield}
	return l.all(ctx)
}

// describePage makes one describe call.
func (c *Client) describePage(ctx context.Context, req *DescribeRequest) (page *DescribePage, err error) {
	err = c.once(ctx, req.Region, APIDescribeInstances, len(req.IDs), func(ctx context.Context) (string, error) {
		page, err = c.driver.DescribeInstances(ctx, req)
		if err != nil {
			return "", err
		}
		c.tel.tellUnread(ctx, req.Region, APIDescribeInstances, page.Unread)
		if err = c.sensible(req, page); err == nil {
			c.markPage(req.Region, page)
		}
		return page.RequestID, err
	})
	return page, err
}

// nameless reports whether an instance of the page has no ID.
func (p *DescribePage) nameless() bool {
	for i := range p.Instances { // by index: an Instance is large to copy
		if p.Instances[i].ID == "" {
			return true
		}
	}
	return false
}

// contradicts reports whether the page shows an instance in two states. Drivers mark such a
// page as short, like any page that shows an instance twice.
func (p *DescribePage) contradicts() bool {
	states := make(map[string]State, len(p.Instances))
	for i := range p.Instances {
		at := &p.Instances[i]
		if have, twice := states[at.ID]; twice && have != at.State {
			return true
		}
		states[at.ID] = at.State
	}
	return false
}

// sensible refuses a page that cannot be true: an instance without an ID or in two states, or
// a page that is its own next page.
func (c *Client) sensible(req *DescribeRequest, page *DescribePage) error {
	switch {
	case page.nameless():
		return c.senseless(page, "the answer describes an instance without an ID")
	case page.NextPage != "" && page.NextPage == req.PageToken:
		return c.senseless(page, "the answer names itself as the next page")
	case page.Short && page.contradicts():
		return c.senseless(page, "the answer shows an instance in two states")
	default:
		return nil
	}
}

// shortList returns the error of a list that lacks instances which the cloud counts.
func (c *Client) shortList(page *DescribePage) error {
	return c.senseless(page, "the answer counts more instances than it shows: it is not the whole list")
}

func (c *Client) senseless(page *DescribePage, why string) error {
	return &APIError{
		Driver: c.name, Op: string(APIDescribeInstances), RequestID: page.RequestID, Message: why,
		Outcome: OutcomeUnknown, Kind: ErrUnavailable,
	}
}
