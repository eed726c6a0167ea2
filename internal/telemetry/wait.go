package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// Wait is a wait under way. Nil is one that nobody reads. It is used by one goroutine.
type Wait struct {
	o              *Observer
	ctx            context.Context
	region, target string
	boots          bool // it is for new instances
	began          time.Time

	asked, ready, failed, hidden int
}

// Wait begins a wait for so many instances to reach a state. Boots reports that it is for new
// ones. [Wait.End] must be deferred.
func (o *Observer) Wait(ctx context.Context, region, target string, instances int, boots bool) *Wait {
	if o == nil {
		return nil
	}
	w := &Wait{o: o, ctx: ctx, region: region, target: target, boots: boots, began: time.Now(), asked: instances}
	w.move(instances)
	return w
}

// move changes the number of pending instances.
func (w *Wait) move(n int) {
	w.o.move(w.ctx, MetricPending, n, attribute.String(KeyTarget, oneOf(Targets, w.target)))
}

// left returns how many instances are pending.
func (w *Wait) left() int { return max(w.asked-w.ready-w.failed-w.hidden, 0) }

// End is how the wait for one instance has ended. It has failed unless it is ready or hidden.
type End struct {
	Ready   bool
	Hidden  bool // no answer has shown it in time
	Watched bool // an answer has shown it before, on its way
}

// Over records that the wait for an instance has ended.
func (w *Wait) Over(id string, e End) {
	before := w.left()
	switch {
	case e.Ready:
		w.ready++
		w.measure(id, e.Watched)
	case e.Hidden:
		w.hidden++
	default:
		w.failed++
	}
	w.move(w.left() - before)
}

// prompt is how soon after the answer that named an instance a wait begins that would see it
// become ready.
const prompt = 10 * time.Second

// measure records the time to running of an instance that is ready. When the first look came
// late and found it ready, nobody knows when it became ready.
func (w *Wait) measure(id string, watched bool) {
	born, known := w.o.births.take(id)
	late := !watched && w.began.Sub(born) > prompt
	if known && w.boots && !late {
		w.o.measure(w.ctx, MetricRunning, max(time.Since(born), 0).Seconds())
	}
}

// End records the end of the wait. Err points to its error.
func (w *Wait) End(err *error) {
	if w == nil {
		return
	}
	w.move(-w.left())
	y := w.o.explain(*err)
	outcome := outcomeOK
	if y.class != "" {
		outcome = outcomeFailed
	}
	w.o.record(w.ctx, levelOf(&y, slog.LevelInfo), MessageWait, w.region, &y,
		slog.String(LogTarget, w.target), slog.Int(LogReady, w.ready), slog.Int(LogFailed, w.failed),
		slog.Int(LogNotVisible, w.hidden), slog.Int(LogPending, w.left()),
		slog.Duration(LogElapsed, time.Since(w.began)), slog.String(LogOutcome, outcome))
}

// births are the instances that were created and not seen running yet, with the time of their
// answer. They are kept only where somebody reads the time to running.
type births struct {
	mu sync.Mutex
	at map[string]time.Time
}

// mostBirths bounds births: a program may create instances and never wait for them.
const mostBirths = 1 << 17

// Accepted records that the cloud has named new instances. A moment in the future is of another
// computer's clock, and does not count.
func (o *Observer) Accepted(ids []string, at time.Time) {
	if o == nil || len(ids) == 0 || o.meters.times[MetricRunning] == nil || at.IsZero() || at.After(time.Now()) {
		return
	}
	b := &o.births
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil || len(b.at)+len(ids) > mostBirths {
		b.at = map[string]time.Time{}
	}
	for _, id := range ids {
		b.at[id] = at
	}
}

// Forget forgets instances that were released.
func (o *Observer) Forget(ids []string) {
	if o == nil {
		return
	}
	o.births.mu.Lock()
	defer o.births.mu.Unlock()
	for _, id := range ids {
		delete(o.births.at, id)
	}
}

// take returns when an instance was named, once.
func (b *births) take(id string) (at time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, ok = b.at[id]
	delete(b.at, id)
	return at, ok
}
