// Package telemetry is the one observer of what a client does. Creates, calls, the budget, the
// poller, searches, releases and sweeps report to it, and it has three readers: log records,
// spans and metrics. It never holds a parameter, a URL, a body or the text of an error, so it
// cannot hold a secret. The package knows no cloud and no error of its user: what a failure
// says is a small [Failure].
//
// Names are in one table: see [Attributes], [Spans], [Metrics], [LogKeys] and [Records].
package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// instrumentation is the name of the library in traces and metrics.
const instrumentation = "github.com/yunfan-cloud/yunfan/provider"

// Failure is what is recorded about an error. Known is false when the error is not one of a
// call: only that it failed, and its class, are recorded then.
type Failure struct {
	Known     bool
	Call      string // the service's own word for the call
	Outcome   string
	RequestID string
	Code      string // the service's own word
}

// Config says what is observed, and who reads it.
type Config struct {
	Cloud  string               // the name of the driver
	Logger *slog.Logger         // nil means no records
	Tracer trace.TracerProvider // nil means no spans
	Meter  metric.MeterProvider // nil means no metrics

	// Explain returns what to record about an error. Sentinels are the errors that the first of
	// [Classes] stand for, in their order: an error has the class of the first that it matches.
	Explain   func(error) Failure
	Sentinels []error
}

// Observer records what a client does. Use [New]. Nil records nothing, and costs nothing. It is
// safe for concurrent use.
type Observer struct {
	cfg    Config
	log    *slog.Logger
	tracer trace.Tracer
	common []attribute.KeyValue // of every span and every metric
	meters instruments
	unread sync.Map // the paths of unread fields that were logged
	births births
}

// New returns an observer, or nil when nobody reads what it would record.
func New(c Config) *Observer {
	if c.Logger == nil && c.Tracer == nil && c.Meter == nil {
		return nil
	}
	o := &Observer{cfg: c, log: c.Logger}
	if o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	} else {
		o.log = slog.New(guardedHandler{o.log.Handler()})
	}
	if c.Tracer == nil {
		c.Tracer = noop.NewTracerProvider()
	}
	o.tracer = tracerOf(c.Tracer)
	company := Providers[c.Cloud]
	if company == "" {
		company = c.Cloud
	}
	o.common = []attribute.KeyValue{attribute.String(KeyProvider, company), attribute.String(KeyCloud, c.Cloud)}
	if c.Meter == nil {
		return o
	}
	var failed []string
	if o.meters, failed = newInstruments(c.Meter); len(failed) > 0 {
		o.log.LogAttrs(context.Background(), slog.LevelWarn, MessageInstrument,
			slog.String(LogCloud, c.Cloud), slog.Any(LogMetrics, failed))
	}
	return o
}

// why is what is recorded of an error: its class, and the service's own words.
type why struct {
	Failure
	class string // "" when there is no error
}

// explain returns what is recorded of an error. Words of the service that are no words are left
// out: nobody knows what they hold.
func (o *Observer) explain(err error) why {
	if err == nil {
		return why{}
	}
	w := why{Failure: o.cfg.Explain(err), class: o.classOf(err)}
	w.Code, w.RequestID, w.Call = word(w.Code), word(w.RequestID), word(w.Call)
	return w
}

// classOf returns the class of an error.
func (o *Observer) classOf(err error) string {
	for i, sentinel := range o.cfg.Sentinels {
		if errors.Is(err, sentinel) {
			return Classes[i]
		}
	}
	switch {
	case errors.Is(err, errPanic):
		return classPanic
	case errors.Is(err, context.Canceled):
		return classCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return classDeadline
	}
	return other
}

// errPanic stands for a panic.
var errPanic = errors.New("panic")

// longestWord is how many bytes a code or the ID of a request may have.
const longestWord = 80

// word returns s if it looks like a code or an ID: letters, digits and . _ - : / only, and not
// many of them. Otherwise it returns "".
func word(s string) string {
	if len(s) > longestWord {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		sign := c == '.' || c == '_' || c == '-' || c == ':' || c == '/'
		if !letter && !digit && !sign {
			return ""
		}
	}
	return s
}

// oneOf returns a word of a closed set, or "other".
func oneOf(set []string, s string) string {
	for _, w := range set {
		if w == s {
			return s
		}
	}
	return other
}

// outcome returns how a call has ended.
func (w *why) outcome() string {
	switch {
	case w.class == "":
		return outcomeOK
	case w.Known && oneOf(CallOutcomes, w.Outcome) != other:
		return w.Outcome
	}
	return outcomeFailed
}

// attributes returns the attributes of a span that has ended.
func (w *why) attributes(outcome string) []attribute.KeyValue {
	out := []attribute.KeyValue{attribute.String(KeyOutcome, outcome)}
	if w.class == "" {
		return out
	}
	kind := w.class
	if kind == other {
		kind = errorTypeOther
	}
	return append(out, attribute.String(KeyClass, w.class), attribute.String(KeyErrorType, kind))
}

// scope is what a context knows of the step that it is for.
type scope struct{ operation, region string }

type (
	scopeKey struct{}
	linksKey struct{}
)

// scopeOf returns the scope of a context; the zero value where there is none.
func scopeOf(ctx context.Context) scope {
	s, _ := ctx.Value(scopeKey{}).(scope)
	return s
}

// within returns a context of a step. Without an operation it is the one that ctx has.
func within(ctx context.Context, operation, region string) context.Context {
	if operation == "" {
		operation = scopeOf(ctx).operation
	}
	return context.WithValue(ctx, scopeKey{}, scope{operation, region})
}

// record writes a log record about a region.
func (o *Observer) record(
	ctx context.Context, level slog.Level, message, region string, w *why, attrs ...slog.Attr,
) {
	if !o.log.Enabled(ctx, level) {
		return
	}
	all := make([]slog.Attr, 0, len(attrs)+6)
	all = append(all, slog.String(LogCloud, o.cfg.Cloud), slog.String(LogRegion, region))
	if id := scopeOf(ctx).operation; id != "" {
		all = append(all, slog.String(LogOperation, id))
	}
	all = append(all, attrs...)
	if w != nil && w.class != "" {
		all = append(all, slog.String(LogClass, w.class))
		if w.Code != "" {
			all = append(all, slog.String(LogCode, w.Code))
		}
	}
	o.log.LogAttrs(ctx, level, message, all...)
}

// levelOf returns the level of a record about something that has ended.
func levelOf(w *why, otherwise slog.Level) slog.Level {
	if w.class != "" {
		return slog.LevelWarn
	}
	return otherwise
}

// Note writes a log record about an operation.
func (o *Observer) Note(ctx context.Context, message, region, operation string, attrs ...slog.Attr) {
	if o == nil {
		return
	}
	ctx = within(ctx, operation, region)
	o.record(ctx, slog.LevelWarn, message, region, nil, attrs...)
}

// TellUnread logs which fields of an answer could not be read, each once for an observer. The
// record has their names and no value.
func (o *Observer) TellUnread(ctx context.Context, region, api string, fields []string) {
	if o == nil {
		return
	}
	for _, field := range fields {
		if _, told := o.unread.LoadOrStore(field, true); !told {
			o.record(ctx, slog.LevelWarn, MessageUnread, region, nil,
				slog.String(LogCall, api), slog.String(LogField, field))
		}
	}
}

// Clock returns the time, or zero when nobody would read how long something took.
func (o *Observer) Clock() (now time.Time) {
	if o != nil {
		now = time.Now()
	}
	return now
}
