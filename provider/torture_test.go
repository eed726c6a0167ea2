package provider_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"
	mnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tnoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/yunfan-cloud/yunfan/provider"
)

// bad is a reader of telemetry that does something bad at every call of one kind.
type bad struct {
	at string
	do func()
}

func (b *bad) be(at string) {
	if b.at == at {
		b.do()
	}
}

type badHandler struct{ *bad }

func (h badHandler) Enabled(context.Context, slog.Level) bool { h.be("log enabled"); return true }

func (h badHandler) Handle(context.Context, slog.Record) error { h.be("log record"); return nil }

func (h badHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h badHandler) WithGroup(string) slog.Handler { return h }

type badTracers struct {
	tnoop.TracerProvider
	*bad
}

func (p badTracers) Tracer(string, ...trace.TracerOption) trace.Tracer {
	p.be("tracer")
	return badTracer{bad: p.bad}
}

type badTracer struct {
	tnoop.Tracer
	*bad
}

func (x badTracer) Start(ctx context.Context, _ string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	x.be("span start")
	s := badSpan{bad: x.bad}
	return trace.ContextWithSpan(ctx, s), s
}

type badSpan struct {
	tnoop.Span
	*bad
}

func (s badSpan) End(...trace.SpanEndOption) { s.be("span end") }

func (s badSpan) SpanContext() trace.SpanContext { s.be("span context"); return trace.SpanContext{} }

type badMeters struct {
	mnoop.MeterProvider
	*bad
}

func (p badMeters) Meter(string, ...metric.MeterOption) metric.Meter {
	p.be("meter")
	return badMeter{bad: p.bad}
}

type badMeter struct {
	mnoop.Meter
	*bad
}

func (m badMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return badCounter{bad: m.bad}, nil
}

func (m badMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return badHistogram{bad: m.bad}, nil
}

type badCounter struct {
	mnoop.Int64Counter
	*bad
}

func (c badCounter) Add(context.Context, int64, ...metric.AddOption) { c.be("counter") }

type badHistogram struct {
	mnoop.Float64Histogram
	*bad
}

func (h badHistogram) Record(context.Context, float64, ...metric.RecordOption) { h.be("histogram") }

// Readers of telemetry that panic, or that block for long, stop, lose and repeat no instance.
func TestBadReadersHarmNoInstance(t *testing.T) {
	for _, at := range []string{
		"log enabled", "log record", "tracer", "span start", "span end", "span context", "meter", "counter", "histogram",
	} {
		for what, do := range map[string]func(){
			"panics": func() { panic("a reader of telemetry is broken") },
			"blocks": func() { time.Sleep(20 * time.Second) }, // in fake time
		} {
			t.Run(at+" "+what, func(t *testing.T) {
				inFakeTime(t, func(t *testing.T, f *fake) { createBeside(t, f, &bad{at, do}) })
			})
		}
	}
}

// createBeside creates, waits and releases beside a bad reader.
func createBeside(t *testing.T, f *fake, b *bad) {
	t.Helper()
	lost := 0
	f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		if n == 1 { // the answer is lost: telemetry is told of the repetition, too
			lost++
			f.create(s)
			return nil, &provider.APIError{Driver: "fake", Op: "RunInstances", Outcome: provider.OutcomeUnknown}
		}
		return f.create(s), nil
	}
	c := provider.NewClient(f, &provider.Options{
		Region: "region-1", Logger: slog.New(badHandler{b}), Tracer: badTracers{bad: b}, Meter: badMeters{bad: b}, RetryFor: time.Hour,
	})
	op, err := c.RunInstances(t.Context(), spec(250), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(f.alive()); got != 250 {
		t.Errorf("%d instances exist, want 250", got)
	}
	list, err := op.Wait(t.Context(), nil)
	if err != nil {
		t.Errorf("waiting: %v", err)
	}
	if got := len(list); got != 250 {
		t.Errorf("the wait returned %d instances, want 250", got)
	}
	if _, err := op.Terminate(t.Context(), nil); err != nil {
		t.Errorf("releasing: %v", err)
	}
	if got := len(f.alive()); got != 0 {
		t.Errorf("%d instances are left", got)
	}
}

// A loop over Watch that panics is the caller's: the panic comes through, and the operation stays as it was.
func TestAPanicInAWatchLoopLosesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(250), nil)
		if err != nil {
			t.Fatal(err)
		}
		cause := recovered(func() {
			for range op.Watch(t.Context()) {
				panic("the loop")
			}
		})
		if cause != "the loop" {
			t.Errorf("got the panic %v, want that of the loop", cause)
		}
		wantWhole(t, f, op)
	})
}

// A callback of a wait or of a create that panics is reported to the caller, who still has the operation.
func TestAPanicInACallbackLosesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(250), nil)
		if err != nil {
			t.Fatal(err)
		}
		cause := recovered(func() {
			_, err = op.Wait(t.Context(), &provider.WaitOptions{Progress: func(provider.Event) { panic("the callback") }})
		})
		if cause != "the callback" {
			t.Errorf("got the panic %v and the error %v, want the panic of the callback", cause, err)
		}
		wantWhole(t, f, op)
	})
}

// recovered returns the panic of a function, or nil.
func recovered(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

// wantWhole checks that an operation of 250 instances is complete, saved and usable.
func wantWhole(t *testing.T, f *fake, op *provider.Operation) {
	t.Helper()
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.client().Restore(token, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := again.InstanceIDs(), op.InstanceIDs(); !slices.Equal(got, want) || len(got) != 250 {
		t.Errorf("the token has %d instances and the operation %d, want 250", len(got), len(want))
	}
	if list, err := op.Wait(t.Context(), nil); err != nil || len(list) != 250 {
		t.Errorf("another wait: %d instances, %v", len(list), err)
	}
}

// The callback of a create, which runs while others are under way: its panic is not lost, and neither is an
// instance.
func TestAPanicInTheProgressOfACreateLosesNothing(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				m.create(s)
				return nil, &provider.APIError{Driver: "fake", Op: "RunInstances", Outcome: provider.OutcomeUnknown}
			}
			return m.create(s), nil
		}
		var last []byte
		o := &provider.RunOptions{
			Progress: func(provider.RunProgress) { panic("the callback") },
			Journal:  provider.JournalFunc(func(_ context.Context, token []byte) error { last = token; return nil }),
		}
		var err error
		cause := recovered(func() { _, err = m.client().RunInstances(t.Context(), named(3, "web"), o) })
		if cause != "the callback" {
			t.Errorf("got the panic %v and the error %v, want the panic of the callback", cause, err)
		}
		want := named(3, "web")
		op, err := m.client().Resume(t.Context(), last, &provider.ResumeOptions{Spec: &want})
		if err != nil {
			t.Fatalf("resuming: %v", err)
		}
		if got := len(op.InstanceIDs()); got != 3 {
			t.Errorf("the operation has %d instances, want 3", got)
		}
		if got := len(m.alive()); got != 3 {
			t.Errorf("%d instances exist, want 3", got)
		}
	})
}
