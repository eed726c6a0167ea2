package providertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// promptly is the time in which a call must end after its ctx has ended.
const promptly = 100 * time.Millisecond

func cancelRules() []rule {
	const why = "A program that shuts down, or that gives up, must not hang."
	return []rule{
		{"a create that hangs", why, cancelsCreate},
		{"a create that is throttled for ever", why, cancelsThrottled},
		{"a describe that hangs", why, cancelsDescribe},
		{"a wait", why, cancelsWait},
		{"a terminate that hangs", why, cancelsTerminate},
		{"a cancelled wait does not end other waits", "One caller must not affect the others.", cancelsOne},
		{"with an ended ctx nothing is sent", "The caller does not want the result any more.", endedSendsNothing},
	}
}

// cancelled runs f and ends its ctx after a while; f must return promptly with
// ctx's error.
func (w *world) cancelled(after time.Duration, f func(ctx context.Context) error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, after)
	defer cancel()
	var err error
	within(w.t, after+promptly, "the call", func() { err = f(ctx) })
	if !errors.Is(err, context.DeadlineExceeded) {
		w.t.Errorf("want the error of ctx, got %v", err)
	}
}

func cancelsCreate(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	w.cancelled(3*time.Second, func(ctx context.Context) error {
		op, err := w.client.RunInstances(ctx, w.spec(2), nil)
		if op == nil || !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("the request was sent: want the operation and ErrOutcomeUnknown, got %v", err)
		}
		return err
	})
}

func cancelsThrottled(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Throttle})
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	within(t, 5*time.Second+promptly, "the create", func() {
		_, err := w.client.RunInstances(ctx, w.spec(2), nil)
		if err == nil || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("want an error that leaves nothing open, got %v", err)
		}
	})
}

func cancelsDescribe(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	w.cancelled(3*time.Second, func(ctx context.Context) error {
		for _, err := range w.client.DescribeInstances(ctx, provider.Query{}) {
			return err
		}
		return nil
	})
}

func cancelsWait(t *testing.T, w *world) {
	op := w.run(3)
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, API: w.facts.Describe, Delay: time.Hour})
	w.cancelled(20*time.Second, func(ctx context.Context) error {
		_, err := op.Wait(ctx, nil)
		var e *provider.WaitError
		if !errors.As(err, &e) || len(e.Pending) != 3 {
			t.Errorf("want a WaitError that names the 3 instances, got %v", err)
		}
		return err
	})
}

func cancelsTerminate(t *testing.T, w *world) {
	op := w.run(1)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		t.Fatal(err)
	}
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	w.cancelled(3*time.Second, func(ctx context.Context) error {
		_, err := w.client.TerminateInstances(ctx, "", op.InstanceIDs(), nil)
		return err
	})
}

func cancelsOne(t *testing.T, w *world) {
	op := w.run(2)
	ctx, cancel := context.WithTimeout(w.ctx, 100*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := op.Wait(w.ctx, nil)
		done <- err
	}()
	if _, err := op.Wait(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cancelled wait: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the other wait: %v", err)
	}
}

func endedSendsNothing(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	_, err := w.client.RunInstances(ctx, w.spec(1), nil)
	if !errors.Is(err, context.Canceled) || errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("want context.Canceled and nothing left open, got %v", err)
	}
	if n := w.calls(); n != 0 {
		t.Errorf("%d requests reached the cloud", n)
	}
}

// allCancelled checks that calls end with their ctx while the cloud keeps its answers back. The
// first of them creates something: whether it did is not known.
func (w *world) allCancelled(calls ...func(context.Context) error) {
	w.t.Helper()
	for i, call := range calls {
		w.cancelled(3*time.Second, func(ctx context.Context) error {
			err := call(ctx)
			if i == 0 && !errors.Is(err, provider.ErrOutcomeUnknown) {
				w.t.Errorf("the request was sent: want ErrOutcomeUnknown, got %v", err)
			}
			return err
		})
	}
}

// endedSends checks that calls with an ended ctx send nothing.
func (w *world) endedSends(calls ...func(context.Context) error) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	before := w.calls()
	for _, call := range calls {
		if err := call(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, provider.ErrOutcomeUnknown) {
			w.t.Errorf("an ended ctx: want context.Canceled and nothing left open, got %v", err)
		}
	}
	if n := w.calls() - before; n != 0 {
		w.t.Errorf("%d requests reached the cloud", n)
	}
}
