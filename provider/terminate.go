package provider

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/release"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// TerminateOptions are for [Client.TerminateInstances]. Nil is the default.
type TerminateOptions struct {
	// Wait waits until the instances whose release the cloud accepted are gone.
	Wait bool

	// MissingOK means that instances which the region does not know are no error. They are
	// still in TerminateResult.Unknown: some may exist and keep running.
	MissingOK bool

	// Ordered also releases what the creates of the instances ordered beside them, and what
	// would outlive them: public addresses, prepaid data disks, network interfaces. The cloud
	// does not say when they were bound: those that were bound to the instances later go too.
	// The package of each cloud says what that is there, and what is released in any case.
	// OnFailure and Alternatives always release it.
	Ordered bool

	// Force stops running instances without a shutdown, where the cloud knows the difference.
	// What the operating system has not written is lost.
	Force bool
}

// releaseWish is who wants instances of an operation to be released, and how far that goes.
type releaseWish struct {
	seenOnly bool // a policy wants it: instances that nobody has seen are kept
	ordered  bool // see TerminateOptions
	force    bool
}

// byPolicy is the wish of OnFailure and of Alternatives.
func byPolicy() releaseWish { return releaseWish{seenOnly: true, ordered: true} }

// wish is that of the caller, who names the instances and means all of them.
func (o *TerminateOptions) wish() releaseWish {
	if o == nil {
		return releaseWish{}
	}
	return releaseWish{ordered: o.Ordered, force: o.Force}
}

// TerminateResult reports the result for each instance, in the requested order. An instance
// that is in none of the lists could not be released: the *[BatchError] beside the result has
// the reason.
type TerminateResult struct {
	// Released are those whose release the cloud accepted, now or shortly before.
	Released []string

	// Gone are those that existed and do not exist any more. The cloud says so, or it does not
	// know them any more after it accepted their release or showed them.
	Gone []string

	// Unknown are those that this region does not know, and that are not proven to be gone.
	// They may be in another region, invisible to these credentials, or not visible yet. They
	// are in the error as well.
	Unknown []string

	// MayAppear is how many instances may still become visible at most after
	// [Operation.Terminate]: creates that were given up in the last 15 minutes may have made
	// them. It is not an error, since most such creates made nothing. Keep the operation's
	// token until MayAppear is 0, and call Terminate again: that releases the instances that
	// have appeared. [Client.TerminateInstances] leaves it 0.
	MayAppear int
}

// TerminateInstances releases instances for good, in as few calls as the cloud allows, and
// reports the result for each. Where a release only moves instances to a recycle bin, as CVM
// does with prepaid ones, it waits for the move and releases them there too.
//
// A second release is no error: the instance is Released or Gone. An instance that the region
// does not know is an error that matches [ErrNotFound], unless TerminateOptions.MissingOK. An
// instance that was never seen never counts as gone. New instances that the cloud does not
// know yet are tried again for [Options].VisibleWithin. An instance that was seen and is not
// found any more is asked about for about half a minute before it counts as gone. Instances
// that are too new to be released are tried again for [Options].RetryFor.
//
// Failures are a *[BatchError]; the other instances are released. A release does not depend on
// a look. Some clouds release instances differently by billing mode. When such a cloud cannot
// be asked for the mode, the instances are released as on demand, which loses no prepaid
// money. Prepaid ones may then be refused, or stay in a recycle bin until the cloud empties
// it. Without IDs nothing is sent. An empty ID is an error, and nothing is released.
func (c *Client) TerminateInstances(
	ctx context.Context, region string, ids []string, o *TerminateOptions,
) (res TerminateResult, err error) {
	if o == nil {
		o = &TerminateOptions{}
	}
	region = c.region(region)
	ids = distinctIDs(ids)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return TerminateResult{}, err
	}
	defer c.tel.Begin(&ctx, telemetry.TerminateInstances, "", region).End(&err)
	res, _, err = c.terminate(ctx, region, ids, o.wish(), nil)
	var b *BatchError
	if o.MissingOK && errors.As(err, &b) {
		err = b.without(res.Unknown)
	}
	if !o.Wait || len(res.Released) == 0 || ctx.Err() != nil {
		return res, err
	}
	return res, wording.Paragraph(c.name, err, c.waitReleased(ctx, region, res.Released))
}

// terminate releases instances, each named once, and reports the result for each. Foreign
// returns the instances that belong to other users. It is called before each call, and they
// are left out; nil means that there are none. The error is a *[BatchError] about all that
// are neither released nor gone nor left out.
func (c *Client) terminate(
	ctx context.Context, region string, ids []string, wish releaseWish,
	foreign func(context.Context, []string) []string,
) (res TerminateResult, leftOut []string, err error) {
	defer c.tel.Begin(&ctx, telemetry.Release, "", region).End(&err)
	calls := c.newBatches("terminate")
	calls.region = region
	cfg := c.releaseConfig(region, wish)
	cfg.Calls, cfg.Foreign = &calls.Batches, foreign
	r := release.New(cfg).Run(ctx, ids)
	e := calls.problems(ids)
	if r.Look != nil {
		e.also = append(e.also, r.Look)
	}
	err = e.orNil()
	c.tel.Released(ctx, region, len(ids)-len(r.Foreign), len(r.Released), len(r.Gone), len(r.Unknown), err)
	return TerminateResult{Released: r.Released, Gone: r.Gone, Unknown: r.Unknown}, r.Foreign, err
}

// releaseConfig returns how a region's instances are released. Instances that are gone or too
// new to be seen count as on demand: the release of that mode cannot lose prepaid money.
func (c *Client) releaseConfig(region string, wish releaseWish) release.Config {
	cfg := release.Config{
		PerCall:       c.limits.IDsPerTerminate,
		YoungFor:      youngFor,
		VisibleWithin: c.opts.VisibleWithin,
		Send: func(ctx context.Context, kind release.Kind, ids []string) error {
			req := TerminateRequest{
				Region: region, IDs: ids, Billing: BillingMode(kind.Billing), Recycled: kind.Recycled,
				Ordered: wish.ordered, Force: wish.force,
			}
			return c.terminateOnce(ctx, &req)
		},
		Look: func(ctx context.Context, ids []string) (map[string]release.Row, bool, error) {
			seen, whole, err := c.seen(ctx, region, ids)
			rows := make(map[string]release.Row, len(seen))
			for id, i := range seen {
				rows[id] = i.releaseRow()
			}
			return rows, whole, err
		},
		Leave:    func(ctx context.Context, ids []string) ([]release.Row, error) { return c.leave(ctx, region, ids) },
		HasSeen:  func(id string) bool { return c.hasSeen(region, id) },
		HasEnded: func(id string) bool { return c.hasEnded(region, id) },
		Born:     c.recent.At,
	}
	if c.limits.TerminateByBilling {
		cfg.DefaultBilling = string(OnDemand)
	}
	if c.limits.RecycleBin {
		cfg.BinBilling = string(Prepaid)
	}
	return cfg
}

// terminateOnce asks once for the release of instances of one kind.
func (c *Client) terminateOnce(ctx context.Context, req *TerminateRequest) error {
	err := c.once(ctx, req.Region, APITerminateInstances, len(req.IDs), func(ctx context.Context) (string, error) {
		return "", c.driver.TerminateInstances(ctx, req)
	})
	if err == nil {
		c.recent.Forget(req.IDs)
		c.tel.Forget(req.IDs)
		c.markEnded(req.Region, req.IDs)
	}
	return err
}

// leave waits until released instances have ended or lie in the recycle bin. The reason of a
// wait that fails does not name the instances: the error around it does.
func (c *Client) leave(ctx context.Context, region string, ids []string) (rows []release.Row, err error) {
	w := newWaiter(c, StateTerminated, ids, nil)
	w.released = true
	ended, err := w.wait(ctx, c.leavingTarget(region))
	for n := range ended {
		rows = append(rows, ended[n].releaseRow())
	}
	var wait *WaitError
	if errors.As(err, &wait) && wait.Err != nil {
		err = wait.Err
	}
	return rows, err
}

// releasePhases are the states that matter to a release.
var releasePhases = map[State]release.Phase{
	StatePending: release.Pending, StateRecycled: release.Recycled,
	StateTerminating: release.Leaving, StateTerminated: release.Ended,
}

func (i *Instance) releaseRow() release.Row {
	return release.Row{ID: i.ID, Phase: releasePhases[i.State], Billing: string(i.Billing)}
}
