package telemetry

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Call is what is recorded about a call.
type Call struct {
	Region    string
	API       string
	Instances int  // how many instances it is about
	Attempt   int  // 1 for a first call
	Reads     bool // it changes nothing
}

// exchange is a call under way.
type exchange struct {
	Call
	o     *Observer
	ctx   context.Context
	span  trace.Span
	began time.Time
	id    string // of the request
	err   error
}

// Observe makes a call and records it.
func (o *Observer) Observe(
	ctx context.Context, c Call, call func(context.Context) (requestID string, err error),
) error {
	if o == nil {
		_, err := call(ctx)
		return err
	}
	x := &exchange{Call: c, o: o, began: time.Now(), err: errPanic}
	x.ctx, x.span = o.startCall(ctx, &c)
	defer x.end()
	x.id, x.err = call(x.ctx)
	return x.err
}

// startCall starts the span of a call, with links to the waits that it serves.
func (o *Observer) startCall(ctx context.Context, c *Call) (context.Context, trace.Span) {
	attrs := append(o.common[:len(o.common):len(o.common)],
		attribute.String(KeyRegion, c.Region), attribute.String(KeyCall, c.API),
		attribute.Int(KeyAttempt, c.Attempt), attribute.Int(KeyInstances, c.Instances))
	if id := scopeOf(ctx).operation; id != "" {
		attrs = append(attrs, attribute.String(KeyOperation, id))
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...)}
	if links, ok := ctx.Value(linksKey{}).([]trace.Link); ok {
		options = append(options, trace.WithLinks(links...))
	}
	return o.tracer.Start(ctx, o.cfg.Cloud+" "+c.API, options...)
}

// end records how the call has ended.
func (x *exchange) end() {
	w := x.o.explain(x.err)
	if w.Known {
		x.id = w.RequestID
	}
	outcome, id := w.outcome(), word(x.id)
	x.endSpan(&w, outcome, id)
	x.measure(&w, outcome)
	level := slog.LevelInfo
	if x.Reads {
		level = slog.LevelDebug
	}
	x.o.record(x.ctx, levelOf(&w, level), MessageCall, x.Region, &w, slog.String(LogCall, x.API),
		slog.Int(LogAttempt, x.Attempt), slog.Int(LogInstances, x.Instances),
		slog.Duration(LogElapsed, time.Since(x.began)), slog.String(LogOutcome, outcome), slog.String(LogRequest, id))
}

// endSpan ends the span.
func (x *exchange) endSpan(w *why, outcome, id string) {
	x.span.SetAttributes(append(w.attributes(outcome), attribute.String(KeyRequest, id))...)
	if w.Code != "" {
		x.span.SetAttributes(attribute.String(KeyCode, w.Code))
	}
	if w.class != "" {
		x.span.SetStatus(codes.Error, outcome)
	}
	x.span.End()
}

// measure records the metrics of the call.
func (x *exchange) measure(w *why, outcome string) {
	call := attribute.String(KeyCall, oneOf(Measured, x.API))
	how := attribute.String(KeyOutcome, outcome)
	x.o.measure(x.ctx, MetricCalls, time.Since(x.began).Seconds(), call, how)
	if w.class == "throttled" {
		x.o.count(x.ctx, MetricThrottles, 1, call)
	}
	if x.API != callDescribe {
		return
	}
	x.o.count(x.ctx, MetricDescribes, 1, how)
	if x.Instances > 0 {
		x.o.measure(x.ctx, MetricDescribeIDs, float64(x.Instances))
	}
}

// Queued records how long a call has waited for the budget since it was asked for. With an
// error the call was not sent.
func (o *Observer) Queued(ctx context.Context, region, api string, asked time.Time, err error) {
	if o == nil {
		return
	}
	waited := time.Since(asked)
	o.measure(ctx, MetricBudget, waited.Seconds(), attribute.String(KeyCall, oneOf(Measured, api)))
	if err != nil {
		w := o.explain(err)
		o.record(ctx, slog.LevelWarn, MessageNoRoom, region, &w,
			slog.String(LogCall, api), slog.Duration(LogElapsed, waited))
	}
}

// Repeats records that a call has failed, and is made again after a pause. Attempt is the number
// of the attempt that failed; 0 means that it is not known.
func (o *Observer) Repeats(ctx context.Context, attempt int, in time.Duration, err error) {
	if o != nil {
		o.repeats(ctx, scopeOf(ctx).region, attempt, in, err)
	}
}

// Paused records that a describe call for all waits of a region gave no answer, and is made
// again after a pause.
func (o *Observer) Paused(region string, err error, pause time.Duration) {
	if o != nil {
		o.repeats(context.Background(), region, 0, pause, err)
	}
}

func (o *Observer) repeats(ctx context.Context, region string, attempt int, in time.Duration, err error) {
	w := o.explain(err)
	o.count(ctx, MetricRepetitions, 1, attribute.String(KeyClass, oneOf(Classes, w.class)))
	attrs := []slog.Attr{slog.String(LogCall, w.Call), slog.Duration(LogRepeatsIn, in)}
	if attempt > 0 {
		attrs = append(attrs, slog.Int(LogAttempt, attempt))
	}
	o.record(ctx, slog.LevelWarn, MessageRepeat, region, &w, attrs...)
}

// Origin returns what describe calls are told of a wait with this context: where its span is.
// It returns nil where there is none.
func (o *Observer) Origin(ctx context.Context) any {
	defer drop() // the span is the program's
	if at := trace.SpanContextFromContext(ctx); at.IsValid() {
		return trace.Link{SpanContext: at}
	}
	return nil
}

// Join adds the origins of the waits that a describe call serves to the context of the call.
func (o *Observer) Join(ctx context.Context, origins []any) context.Context {
	links := make([]trace.Link, 0, len(origins))
	for _, at := range origins {
		if link, ok := at.(trace.Link); ok {
			links = append(links, link)
		}
	}
	return context.WithValue(ctx, linksKey{}, links)
}
