package provider

import (
	"context"
	"errors"
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

// telemetry makes one log record and one span per API call. Neither ever holds a parameter, a
// URL or a body, so neither can hold a secret.
type telemetry struct {
	driver string
	silent bool // there is neither a logger nor a tracer
	log    *slog.Logger
	tracer trace.Tracer
	told   *sync.Map // the paths of unread fields that were logged
}

func newTelemetry(driver string, log *slog.Logger, tp trace.TracerProvider) telemetry {
	silent := log == nil && tp == nil
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if tp == nil {
		tp = noop.NewTracerProvider()
	}
	return telemetry{driver: driver, silent: silent, log: log, tracer: tp.Tracer(instrumentation), told: new(sync.Map)}
}

// tellUnread logs which fields of an answer could not be read, each once for a client. The
// record has their names and no value.
func (t telemetry) tellUnread(ctx context.Context, region string, api API, fields []string) {
	for _, field := range fields {
		if _, told := t.told.LoadOrStore(field, true); !told {
			t.log.LogAttrs(ctx, slog.LevelWarn, "a field of an answer cannot be read, and is left out",
				slog.String("cloud", t.driver), slog.String("region", region), slog.String("call", string(api)),
				slog.String("field", field))
		}
	}
}

// observe runs one API call and records it.
func (t telemetry) observe(
	ctx context.Context, region string, api API, n int, call func(context.Context) (requestID string, err error),
) error {
	if t.silent {
		_, err := call(ctx)
		return err
	}
	ctx, span := t.tracer.Start(ctx, t.driver+" "+string(api), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("cloud.provider", t.driver),
		attribute.String("cloud.region", region),
		attribute.Int("yunfan.instances", n),
	))
	defer span.End()
	start := time.Now()
	id, err := call(ctx)
	attrs := []slog.Attr{
		slog.String("cloud", t.driver), slog.String("region", region), slog.String("call", string(api)),
		slog.Int("instances", n), slog.Duration("elapsed", time.Since(start)),
	}
	level, outcome := slog.LevelInfo, "ok"
	if err != nil {
		level, outcome = slog.LevelWarn, "failed"
		var e *APIError
		if errors.As(err, &e) {
			outcome, id = string(e.Outcome), e.RequestID
			attrs = append(attrs, slog.String("code", e.Code))
		}
		span.SetStatus(codes.Error, outcome)
	}
	span.SetAttributes(attribute.String("yunfan.outcome", outcome), attribute.String("yunfan.request_id", id))
	t.log.LogAttrs(ctx, level, "cloud call", append(attrs,
		slog.String("outcome", outcome), slog.String("request", id))...)
	return err
}
