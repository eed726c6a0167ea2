package workers

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Workers runs the activities of fleets, like [fleet.Activities], in one process at a time. A
// process that was killed is replaced when the server has missed its heartbeats. Its exported
// methods are the activities.
type Workers struct {
	Transport     http.RoundTripper // to the clouds
	Store         store.Store
	Lease, Margin time.Duration

	// Silence is how long it takes until a process that was killed counts as dead.
	Silence time.Duration

	// Moment is asked at every moment at which a process can be killed, and returns true to kill
	// it. Nil kills none. Several goroutines may call it.
	Moment func(Moment) bool

	// Clock is the clock of the SDK's test environment, which skips the time until the next
	// attempt. The clouds must not be behind it.
	Clock func() time.Time

	mu      sync.Mutex
	current *process
	lag     time.Duration // how far the SDK's clock is behind that of the clouds
}

// process returns the process that lives.
func (w *Workers) process() (*process, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != nil && w.current.ctx.Err() == nil {
		return w.current, nil
	}
	p, err := w.start()
	w.current = p
	return p, err
}

// CatchUp waits until the clock of the clouds shows what the clock of the workers shows.
func CatchUp(w *Workers) {
	w.mu.Lock()
	ahead := time.Until(w.Clock().Add(w.lag))
	w.mu.Unlock()
	time.Sleep(ahead)
}

// ended remembers how much time an attempt took that the SDK's clock does not count.
func (w *Workers) ended() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lag = max(w.lag, time.Since(w.Clock()))
}

// attempt runs one attempt of an activity in the process that lives.
func attempt[R any](ctx context.Context, w *Workers, do func(context.Context, *fleet.Activities) (R, error)) (R, error) {
	var none R
	CatchUp(w)
	defer w.ended()
	p, err := w.process()
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	r, err := doing(ctx, p, "attempt", func() (R, error) { return do(ctx, p.activities) })
	if p.ctx.Err() != nil {
		time.Sleep(w.Silence)
		return none, errors.New("no heartbeat")
	}
	return r, err
}

// alone is attempt for an activity without a result.
func alone(ctx context.Context, w *Workers, do func(context.Context, *fleet.Activities) error) error {
	_, err := attempt(ctx, w, func(ctx context.Context, a *fleet.Activities) (struct{}, error) { return struct{}{}, do(ctx, a) })
	return err
}

// Submit is [fleet.Activities.Submit].
func (w *Workers) Submit(ctx context.Context, s fleet.Step) error {
	return alone(ctx, w, func(ctx context.Context, a *fleet.Activities) error { return a.Submit(ctx, s) })
}

// Create is [fleet.Activities.Create].
func (w *Workers) Create(ctx context.Context, s fleet.Step) (fleet.Made, error) {
	return attempt(ctx, w, func(ctx context.Context, a *fleet.Activities) (fleet.Made, error) { return a.Create(ctx, s) })
}

// Await is [fleet.Activities.Await].
func (w *Workers) Await(ctx context.Context, s fleet.Step) (fleet.Ready, error) {
	return attempt(ctx, w, func(ctx context.Context, a *fleet.Activities) (fleet.Ready, error) { return a.Await(ctx, s) })
}

// Shrink is [fleet.Activities.Shrink].
func (w *Workers) Shrink(ctx context.Context, s fleet.Step) error {
	return alone(ctx, w, func(ctx context.Context, a *fleet.Activities) error { return a.Shrink(ctx, s) })
}

// Release is [fleet.Activities.Release].
func (w *Workers) Release(ctx context.Context, s fleet.Step) error {
	return alone(ctx, w, func(ctx context.Context, a *fleet.Activities) error { return a.Release(ctx, s) })
}

// Remains is [fleet.Activities.Remains].
func (w *Workers) Remains(ctx context.Context, s fleet.Step) (fleet.Left, error) {
	return attempt(ctx, w, func(ctx context.Context, a *fleet.Activities) (fleet.Left, error) { return a.Remains(ctx, s) })
}
