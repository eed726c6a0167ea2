package provider

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/listing"
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
		req := DescribeRequest{Region: c.region(q.Region), Name: q.Name, Tags: q.Tags}
		if len(q.IDs) == 0 {
			c.describeAll(ctx, &req, false, yield)
			return
		}
		if err := q.check(); err != nil {
			yield(Instance{}, err)
			return
		}
		l := c.lists(&req)
		l.ByIDs(ctx, q.IDs, yield)
	}
}

// check refuses combinations of fields that have no meaning.
func (q *Query) check() error {
	var k Checker
	k.Require(q.Name == "", "Query.Name", q.Name, "excludes IDs: look by IDs, or by Name and Tags")
	k.Require(len(q.Tags) == 0, "Query.Tags", nil, "excludes IDs: look by IDs, or by Name and Tags")
	k.NoneEmpty("Query.IDs", q.IDs)
	return k.Err()
}

// describeAll reads every page of a request. It also reads the whole region where the cloud may
// silently have cut a list by tags. A strict list proves absence.
func (c *Client) describeAll(
	ctx context.Context, req *DescribeRequest, strict bool, yield func(Instance, error) bool,
) {
	l := c.lists(req)
	l.Strict = strict
	limit := c.limits.TagFilterCap
	if limit == 0 || len(req.Tags) == 0 {
		l.All(ctx, yield)
		return
	}
	region := c.lists(&DescribeRequest{Region: req.Region, Name: req.Name, For: req.For})
	region.Strict = strict
	// The cloud may cut the list before it applies the other filters.
	countable := req.Name == "" && !req.Running
	l.Capped(ctx, listing.Cap[Instance]{Rows: limit, Countable: countable, Whole: &region, Matches: req.Matches}, yield)
}

// seen reads instances by their IDs. Instances that the cloud does not show are missing from
// the list. This means something only when the answer is whole, so does not contradict itself.
// An error comes with the instances that were read before it.
func (c *Client) seen(
	ctx context.Context, region string, ids []string,
) (list map[string]Instance, whole bool, err error) {
	l := c.lists(&DescribeRequest{Region: region})
	return l.Find(ctx, ids)
}

// allMoving reports whether all of the given instances may be on their way to another state. A
// look that is not whole proves nothing about the instances that it lacks.
func allMoving(seen map[string]Instance, ids []string, whole bool) bool {
	return !slices.ContainsFunc(ids, func(id string) bool {
		i, shown := seen[id]
		if shown {
			return !isMoving(i.State)
		}
		return whole
	})
}

// lists returns how lists of instances are read that match a request. The request must not
// change meanwhile.
func (c *Client) lists(req *DescribeRequest) listing.Reader[Instance] {
	return listing.Reader[Instance]{
		Page: func(ctx context.Context, ids []string, token string) (listing.Page[Instance], error) {
			at := *req
			at.IDs, at.PageToken = ids, token
			page, err := c.describePage(ctx, &at)
			if err != nil {
				return listing.Page[Instance]{}, err
			}
			return page.listed(), nil
		},
		ID:      idOf,
		Passes:  passes,
		Unknown: func(err error) bool { return errors.Is(err, ErrNotFound) },
		Repeat:  c.repeat,
		Wrong:   c.senseless,
		PerCall: c.limits.IDsPerDescribe,
	}
}

// describePage makes one describe call.
func (c *Client) describePage(ctx context.Context, req *DescribeRequest) (page *DescribePage, err error) {
	err = c.once(ctx, req.Region, APIDescribeInstances, len(req.IDs), func(ctx context.Context) (string, error) {
		page, err = c.driver.DescribeInstances(ctx, req)
		if err != nil {
			return "", err
		}
		c.tel.TellUnread(ctx, req.Region, string(APIDescribeInstances), page.Unread)
		for n := range page.Instances {
			page.Instances[n].isOdd = len(page.Unread) > 0
		}
		rows := page.listed()
		if wrong := rows.Wrong(req.PageToken, idOf, stateOf); wrong != "" {
			return page.RequestID, c.senseless(&rows, wrong)
		}
		c.markPage(req.Region, page)
		return page.RequestID, nil
	})
	return page, err
}

// listed returns the page as package listing reads it.
func (p *DescribePage) listed() listing.Page[Instance] {
	return listing.Page[Instance]{Rows: p.Instances, Next: p.NextPage, Short: p.Short, RequestID: p.RequestID}
}

func idOf(i *Instance) string    { return i.ID }
func stateOf(i *Instance) string { return string(i.State) }

// senseless returns the error about a page that cannot be true.
func (c *Client) senseless(page *listing.Page[Instance], why string) error {
	return &APIError{
		Driver: c.name, Op: string(APIDescribeInstances), RequestID: page.RequestID, Message: why,
		Outcome: OutcomeUnknown, Kind: ErrUnavailable,
	}
}
