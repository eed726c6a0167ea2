package workers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Moment is a moment at which a process can be killed.
type Moment struct {
	Step  string // the name of the activity; "" when several share it
	What  string // "attempt", "call" or the name of a method of the store
	After bool   // it has been done, and the process does not know it yet
}

// process is a worker process. When it is killed, nothing that it does has an effect any more,
// and it gets no answers.
type process struct {
	ctx        context.Context // ends when it is killed
	kill       context.CancelFunc
	moment     func(Moment) bool
	activities *fleet.Activities
}

var errKilled = errors.New("the process was killed")

// start returns a new process.
func (w *Workers) start() (*process, error) {
	p := &process{moment: w.Moment}
	p.ctx, p.kill = context.WithCancel(context.Background())
	list, err := Clients(&calls{p, w.Transport}, nil)
	if err != nil {
		return nil, err
	}
	p.activities = &fleet.Activities{
		Clients: list, Files: Files(), Store: &journal{p, w.Store}, Lease: w.Lease, Margin: w.Margin,
	}
	return p, nil
}

// at is the moment before or after something is done. It returns an error when the process is dead,
// also when it dies just then.
func (p *process) at(ctx context.Context, what string, after bool) error {
	if p.ctx.Err() == nil && p.moment != nil {
		m := Moment{What: what, After: after}
		if activity.IsActivity(ctx) {
			m.Step = activity.GetInfo(ctx).ActivityType.Name
		}
		if p.moment(m) {
			p.kill()
		}
	}
	if p.ctx.Err() != nil {
		return errKilled
	}
	return nil
}

// doing does something with an effect outside of the process.
func doing[R any](ctx context.Context, p *process, what string, do func() (R, error)) (r R, err error) {
	var none R
	if err := p.at(ctx, what, false); err != nil {
		return none, err
	}
	r, err = do()
	if killed := p.at(ctx, what, true); killed != nil {
		return none, killed
	}
	return r, err
}

// calls carries the calls of a process.
type calls struct {
	p    *process
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := doing(req.Context(), c.p, "call", func() (*http.Response, error) { return c.next.RoundTrip(req) })
	if res == nil && req.Body != nil {
		_ = req.Body.Close()
	}
	return res, err
}

// journal is the store as a process reaches it.
type journal struct {
	p *process
	store.Store
}

// Claim implements store.Store.
func (j *journal) Claim(ctx context.Context, e store.Entry, holder string, lease time.Duration) (store.Claim, error) {
	return doing(ctx, j.p, "claim", func() (store.Claim, error) { return j.Store.Claim(ctx, e, holder, lease) })
}

// Renew implements store.Store.
func (j *journal) Renew(ctx context.Context, c store.Claim, lease time.Duration) error {
	return j.doing(ctx, "renew", func() error { return j.Store.Renew(ctx, c, lease) })
}

// Release implements store.Store.
func (j *journal) Release(ctx context.Context, c store.Claim) error {
	return j.doing(ctx, "release", func() error { return j.Store.Release(ctx, c) })
}

// Save implements store.Store.
func (j *journal) Save(ctx context.Context, c store.Claim, change store.Change) error {
	return j.doing(ctx, "save", func() error { return j.Store.Save(ctx, c, change) })
}

// Delete implements store.Store.
func (j *journal) Delete(ctx context.Context, c store.Claim) error {
	return j.doing(ctx, "delete", func() error { return j.Store.Delete(ctx, c) })
}

func (j *journal) doing(ctx context.Context, what string, do func() error) error {
	_, err := doing(ctx, j.p, what, func() (struct{}, error) { return struct{}{}, do() })
	return err
}
