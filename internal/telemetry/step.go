package telemetry

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Span is a step under way. The zero value is one that nobody reads.
type Span struct{ s *span }

type span struct {
	trace.Span
	o      *Observer
	ctx    context.Context
	step   Step
	region string
	began  time.Time
}

// Begin starts a step. It makes ctx the context of the step, in which an operation without an ID
// is the one that ctx has already. [Span.End] must be deferred.
func (o *Observer) Begin(ctx *context.Context, step Step, operation, region string) Span {
	if o == nil {
		return Span{}
	}
	s := o.start(within(*ctx, operation, region), step, region)
	*ctx = s.ctx
	return Span{s}
}

// start starts the span of a step.
func (o *Observer) start(ctx context.Context, step Step, region string, more ...attribute.KeyValue) *span {
	attrs := append(o.common[:len(o.common):len(o.common)], attribute.String(KeyRegion, region))
	if id := scopeOf(ctx).operation; id != "" {
		attrs = append(attrs, attribute.String(KeyOperation, id))
	}
	s := &span{o: o, step: step, region: region, began: time.Now()}
	s.ctx, s.Span = o.tracer.Start(ctx, stepPrefix+string(step), trace.WithAttributes(append(attrs, more...)...))
	return s
}

// End ends a step with the error that err points to, or with a panic, which goes on. It must
// be deferred itself.
func (s Span) End(err *error) {
	if s.s == nil {
		return
	}
	if p := recover(); p != nil {
		s.s.end(errPanic)
		panic(p)
	}
	s.s.end(*err)
}

// end ends the span, and logs the end of a step that has no record of its own.
func (s *span) end(err error) {
	w := s.o.explain(err)
	outcome := s.close(&w)
	if s.step == Release {
		return
	}
	s.o.record(s.ctx, levelOf(&w, slog.LevelInfo), MessageStep, s.region, &w, slog.String(LogStep, string(s.step)),
		slog.Duration(LogElapsed, time.Since(s.began)), slog.String(LogOutcome, outcome))
}

// close ends the span, and returns its outcome.
func (s *span) close(w *why) (outcome string) {
	outcome = outcomeOK
	if w.class != "" {
		outcome = outcomeFailed
		s.SetStatus(codes.Error, w.class)
	}
	s.SetAttributes(w.attributes(outcome)...)
	s.Span.End()
	return outcome
}

// Created records that the create of a part is over for now. Missing instances may exist when
// unknown is true. Err is why they are missing.
func (o *Observer) Created(ctx context.Context, made, missing int, unknown bool, err error) {
	if o == nil {
		return
	}
	w := o.explain(err)
	o.count(ctx, MetricCreates, made, attribute.String(KeyOutcome, CreateOutcomes[0]))
	outcome := CreateOutcomes[0]
	if missing > 0 {
		outcome = CreateOutcomes[1]
		if unknown {
			outcome = CreateOutcomes[2]
		}
		if w.class == "" {
			w.class = other
		}
		o.count(ctx, MetricCreates, missing,
			attribute.String(KeyOutcome, outcome), attribute.String(KeyClass, oneOf(Classes, w.class)))
	}
	o.record(ctx, levelOf(&w, slog.LevelInfo), MessageCreate, scopeOf(ctx).region, &w, slog.Int(LogMade, made),
		slog.Int(LogMissing, missing), slog.String(LogOutcome, outcome))
}

// Alternative records that so many instances are to be created from an alternative.
func (o *Observer) Alternative(ctx context.Context, candidate, instances int) {
	if o == nil {
		return
	}
	o.count(ctx, MetricAlternatives, 1)
	o.record(ctx, slog.LevelWarn, MessageAlternative, scopeOf(ctx).region, nil,
		slog.Int(LogAlternative, candidate), slog.Int(LogInstances, instances))
}

// Search begins a search for instances of a lost create. It returns the context of its calls,
// and what is told its end.
func (o *Observer) Search(ctx context.Context, byMarker bool) (context.Context, func(found int, err error)) {
	if o == nil {
		return ctx, func(int, error) {}
	}
	way := SearchWays[1]
	if byMarker {
		way = SearchWays[0]
	}
	s := o.start(ctx, search, scopeOf(ctx).region, attribute.String(KeySearchBy, way))
	return s.ctx, func(found int, err error) { s.endSearch(way, found, err) }
}

// endSearch records the end of a search.
func (s *span) endSearch(way string, found int, err error) {
	w := s.o.explain(err)
	outcome := SearchOutcomes[1]
	switch {
	case err != nil:
		outcome = SearchOutcomes[2]
	case found > 0:
		outcome = SearchOutcomes[0]
	}
	s.SetAttributes(attribute.Int(KeyInstances, found))
	s.close(&w)
	s.o.count(s.ctx, MetricSearches, 1, attribute.String(KeySearchBy, way), attribute.String(KeyOutcome, outcome))
	s.o.record(s.ctx, levelOf(&w, slog.LevelInfo), MessageSearch, s.region, &w, slog.String(LogBy, way),
		slog.Int(LogFound, found), slog.Duration(LogElapsed, time.Since(s.began)), slog.String(LogOutcome, outcome))
}

// Released records what became of instances that were to be released. The rest of those asked
// for could not be.
func (o *Observer) Released(ctx context.Context, region string, asked, released, gone, unknown int, err error) {
	if o == nil {
		return
	}
	w, failed := o.explain(err), max(asked-released-gone-unknown, 0)
	outcome := outcomeOK
	if err != nil {
		outcome = outcomeFailed
	}
	for i, n := range []int{released, gone, unknown, failed} {
		o.count(ctx, MetricReleases, n, attribute.String(KeyOutcome, ReleaseOutcomes[i]))
	}
	o.record(ctx, levelOf(&w, slog.LevelInfo), MessageRelease, region, &w, slog.Int(LogReleased, released),
		slog.Int(LogGone, gone), slog.Int(LogUnknown, unknown), slog.Int(LogFailed, failed), slog.String(LogOutcome, outcome))
}

// Swept records how many instances of no live operation a sweep has found.
func (o *Observer) Swept(ctx context.Context, region string, found int) {
	if o == nil {
		return
	}
	o.count(ctx, MetricSweep, found)
	o.record(ctx, slog.LevelInfo, MessageSweep, region, nil, slog.Int(LogFound, found))
}
