package telemetry

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// The readers belong to the program, and some run in goroutines that all waits share. A reader that panics loses
// what it was given and harms nothing else: a create that was sent must still get its answer recorded. Readers are
// called in place, so that their order is kept: one that blocks holds up the call that it was told of.

// drop is deferred around a call of a reader.
func drop() { _ = recover() }

// guardedHandler is a handler of log records whose panics are dropped.
type guardedHandler struct{ slog.Handler }

func (h guardedHandler) Enabled(ctx context.Context, level slog.Level) (on bool) {
	defer drop()
	return h.Handler.Enabled(ctx, level)
}

func (h guardedHandler) Handle(ctx context.Context, r slog.Record) error {
	defer drop()
	return h.Handler.Handle(ctx, r)
}

func (h guardedHandler) WithAttrs(attrs []slog.Attr) (out slog.Handler) {
	out = h
	defer drop()
	return guardedHandler{h.Handler.WithAttrs(attrs)}
}

func (h guardedHandler) WithGroup(name string) (out slog.Handler) {
	out = h
	defer drop()
	return guardedHandler{h.Handler.WithGroup(name)}
}

// guardedTracer is a tracer whose panics are dropped, with those of its spans.
type guardedTracer struct{ trace.Tracer }

// tracerOf returns the tracer of a provider.
func tracerOf(p trace.TracerProvider) (t trace.Tracer) {
	t = noop.NewTracerProvider().Tracer(instrumentation)
	defer drop()
	if made := p.Tracer(instrumentation); made != nil {
		t = guardedTracer{made}
	}
	return t
}

// Start starts a span. Without one the context is as it was.
func (t guardedTracer) Start(
	ctx context.Context, name string, options ...trace.SpanStartOption,
) (with context.Context, span trace.Span) {
	with, span = ctx, trace.SpanFromContext(context.Background())
	defer drop()
	c, s := t.Tracer.Start(ctx, name, options...)
	if c != nil && s != nil {
		with, span = c, guardedSpan{s}
	}
	return with, span
}

// guardedSpan is a span whose panics are dropped.
type guardedSpan struct{ trace.Span }

func (s guardedSpan) End(o ...trace.SpanEndOption) {
	defer drop()
	s.Span.End(o...)
}

func (s guardedSpan) SetAttributes(kv ...attribute.KeyValue) {
	defer drop()
	s.Span.SetAttributes(kv...)
}

func (s guardedSpan) SetStatus(c codes.Code, text string) {
	defer drop()
	s.Span.SetStatus(c, text)
}

func (s guardedSpan) AddEvent(name string, o ...trace.EventOption) {
	defer drop()
	s.Span.AddEvent(name, o...)
}

func (s guardedSpan) AddLink(l trace.Link) {
	defer drop()
	s.Span.AddLink(l)
}

func (s guardedSpan) IsRecording() (on bool) {
	defer drop()
	return s.Span.IsRecording()
}

func (s guardedSpan) SpanContext() (c trace.SpanContext) {
	defer drop()
	return s.Span.SpanContext()
}
