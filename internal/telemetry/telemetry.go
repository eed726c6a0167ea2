// Package telemetry makes one log record and one span per call to a cloud. Neither ever holds a
// parameter, a URL or a body, so neither can hold a secret. The package knows no cloud and no
// error of its user: what a failure says is a small [Failure].
package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// instrumentation is the name of the library in traces.
const instrumentation = "github.com/yunfan-cloud/yunfan/provider"

// Call is what is recorded about a call.
type Call struct {
	Region    string
	API       string
	Instances int // how many instances it is about
}

// Failure is what is recorded about a call that failed. Known is false when the error is not
// one of a call: only that it failed is recorded then.
type Failure struct {
	Known     bool
	Outcome   string
	RequestID string
	Code      string // the service's own word
}

// Recorder records the calls to one cloud. Use [New]. It is safe for concurrent use.
type Recorder struct {
	// Log gets the records. It is never nil.
	Log *slog.Logger

	cloud   string
	silent  bool // there is neither a logger nor a tracer
	tracer  trace.Tracer
	explain func(error) Failure
	told    *sync.Map // the paths of unread fields that were logged
}

// New returns a recorder. Without a logger there are no records, and without a tracer there are
// no spans. Explain returns what to record about the error of a call.
func New(cloud string, log *slog.Logger, tp trace.TracerProvider, explain func(error) Failure) Recorder {
	silent := log == nil && tp == nil
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if tp == nil {
		tp = noop.NewTracerProvider()
	}
	return Recorder{
		Log: log, cloud: cloud, silent: silent, tracer: tp.Tracer(instrumentation), explain: explain, told: new(sync.Map),
	}
}

// TellUnread logs which fields of an answer could not be read, each once for a recorder. The
// record has their names and no value.
func (r *Recorder) TellUnread(ctx context.Context, region, api string, fields []string) {
	for _, field := range fields {
		if _, told := r.told.LoadOrStore(field, true); !told {
			r.Log.LogAttrs(ctx, slog.LevelWarn, "a field of an answer cannot be read, and is left out",
				slog.String("cloud", r.cloud), slog.String("region", region), slog.String("call", api),
				slog.String("field", field))
		}
	}
}

// Observe makes a call and records it.
func (r *Recorder) Observe(
	ctx context.Context, c Call, call func(context.Context) (requestID string, err error),
) error {
	if r.silent {
		_, err := call(ctx)
		return err
	}
	ctx, span := r.tracer.Start(ctx, r.cloud+" "+c.API, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("cloud.provider", r.cloud),
		attribute.String("cloud.region", c.Region),
		attribute.Int("yunfan.instances", c.Instances),
	))
	defer span.End()
	start := time.Now()
	id, err := call(ctx)
	attrs := []slog.Attr{
		slog.String("cloud", r.cloud), slog.String("region", c.Region), slog.String("call", c.API),
		slog.Int("instances", c.Instances), slog.Duration("elapsed", time.Since(start)),
	}
	level, outcome := slog.LevelInfo, "ok"
	if err != nil {
		level, outcome = slog.LevelWarn, "failed"
		if f := r.explain(err); f.Known {
			outcome, id = f.Outcome, f.RequestID
			attrs = append(attrs, slog.String("code", f.Code))
		}
		span.SetStatus(codes.Error, outcome)
	}
	span.SetAttributes(attribute.String("yunfan.outcome", outcome), attribute.String("yunfan.request_id", id))
	r.Log.LogAttrs(ctx, level, "cloud call", append(attrs,
		slog.String("outcome", outcome), slog.String("request", id))...)
	return err
}
