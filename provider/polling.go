package provider

import (
	"context"
	"errors"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// How the poller asks the cloud of a client.

// engine returns the part of the client's poller that asks its cloud.
func (c *Client) engine() *poll.Poller[Instance] {
	return c.poller.engines.Get(c.name, c.pollerConfig)
}

// pollerConfig returns how to ask the client's cloud.
func (c *Client) pollerConfig() poll.Config[Instance] {
	cfg := poll.Config[Instance]{
		Batch:    c.limits.IDsPerDescribe,
		Fetch:    c.look,
		Visible:  c.opts.VisibleWithin,
		Classify: lookFailure,
		First:    func(string) time.Duration { return c.limits.FirstLook },
		Early:    5 * time.Second, // as early as a poll every 5 s
		// The driver has its own deadline for a call. This one also covers the time that a
		// call waits in a small call budget.
		FetchTimeout: 10 * time.Minute,
		Parallel:     account.ReadsAtOnce,
	}
	if c.tel != nil {
		cfg.Origin, cfg.Join, cfg.Paused = c.tel.Origin, c.tel.Join, c.tel.Paused
	}
	if c.limits.ListsRunning {
		cfg.List = c.lookAtRunning
	}
	return cfg
}

// look is one describe call of the poller. An answer that contradicts itself is not whole: it
// proves nothing about the instances that it lacks.
func (c *Client) look(
	ctx context.Context, region string, ids []string,
) (seen map[string]Instance, whole bool, err error) {
	page, err := c.describePage(ctx, &DescribeRequest{Region: region, IDs: ids})
	if err != nil {
		return nil, false, err
	}
	return page.byID(), !page.Short, nil
}

// lookAtRunning is one describe call of the poller for a page of the running
// instances of an operation.
func (c *Client) lookAtRunning(
	ctx context.Context, region, operation, page string,
) (seen map[string]Instance, next string, whole bool, err error) {
	tags := map[string]string{OperationTag: operation}
	req := &DescribeRequest{Region: region, Tags: tags, Running: true, PageToken: page}
	p, err := c.describePage(ctx, req)
	if err != nil {
		return nil, "", false, err
	}
	return p.byID(), p.NextPage, !p.Short, nil
}

func (p *DescribePage) byID() map[string]Instance {
	seen := make(map[string]Instance, len(p.Instances))
	for _, i := range p.Instances {
		seen[i.ID] = i
	}
	return seen
}

// lookFailure tells the poller what a failed describe call means. Every uncertain failure is
// temporary: a wait must not fail for a bad answer.
func lookFailure(err error) poll.Failure {
	switch {
	case patienceWith(err) > 0: // no host has ever answered there: the region may not exist
		return poll.Fatal
	case errors.Is(err, ErrThrottled), errors.Is(err, ErrUnavailable), neverArrived(err):
		return poll.Transient
	case errors.Is(err, ErrNotFound):
		return poll.Missing
	case errors.Is(err, ErrAuth), errors.Is(err, ErrPermission):
		return poll.Fatal
	case errors.Is(err, ErrInvalid):
		return poll.BadID
	default:
		return poll.Transient
	}
}

// neverArrived reports whether a call was rejected on its way (413, 414, 431). That says
// nothing about the instances that it names.
func neverArrived(err error) bool {
	var e *APIError
	return errors.As(err, &e) && e.Outcome == OutcomeUnsent
}

// access asks the cloud whether these credentials may describe instances. It returns true, or
// the refusal. It returns neither when the cloud cannot tell.
func (c *Client) access(ctx context.Context, region string) (allowed bool, refusal error) {
	p, ok := c.driver.(AccessProber)
	if !ok || ctx.Err() != nil {
		return false, nil
	}
	err := c.once(ctx, region, APIDescribeInstances, 0, func(ctx context.Context) (string, error) {
		return "", p.ProbeDescribe(ctx, region)
	})
	if deniesAccess(err) {
		return false, err
	}
	return err == nil, nil
}
