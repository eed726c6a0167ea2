package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	otelmetric "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// The names of the semantic conventions are theirs.
func TestSemanticConventions(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{telemetry.KeyProvider, string(semconv.CloudProviderKey)},
		{telemetry.KeyRegion, string(semconv.CloudRegionKey)},
		{telemetry.KeyErrorType, string(semconv.ErrorTypeKey)},
		{telemetry.Providers["aliyun"], semconv.CloudProviderAlibabaCloud.Value.AsString()},
		{telemetry.Providers["ens"], semconv.CloudProviderAlibabaCloud.Value.AsString()},
		{telemetry.Providers["tencent"], semconv.CloudProviderTencentCloud.Value.AsString()},
		{"_OTHER", semconv.ErrorTypeOther.Value.AsString()},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

// Every metric has few series, whatever happens, and its attributes are in the table.
func TestMetricsHaveFewSeries(t *testing.T) {
	const most = 130
	for _, m := range telemetry.Metrics {
		if n := m.Series(); n > most {
			t.Errorf("%s has up to %d series a client, want at most %d", m.Name, n, most)
		}
		if !strings.HasPrefix(m.Name, "yunfan.") {
			t.Errorf("%s does not begin with yunfan", m.Name)
		}
		if (m.Kind == telemetry.Histogram) != (len(m.Bounds) > 0) {
			t.Errorf("%s is a %s and has the bounds %v", m.Name, m.Kind, m.Bounds)
		}
		if !slices.IsSorted(m.Bounds) {
			t.Errorf("%s has the bounds %v, want them in order", m.Name, m.Bounds)
		}
	}
}

// oddMeters makes no instrument, in every way that a meter can fail.
type oddMeters struct {
	noop.MeterProvider
	panics bool
}

func (m oddMeters) Meter(string, ...otelmetric.MeterOption) otelmetric.Meter {
	if m.panics {
		panic("no meter")
	}
	return oddMeter{}
}

type oddMeter struct{ noop.Meter }

func (oddMeter) Int64Counter(string, ...otelmetric.Int64CounterOption) (otelmetric.Int64Counter, error) {
	return noop.Int64Counter{}, errors.New("p4ss")
}

func (oddMeter) Float64Histogram(string, ...otelmetric.Float64HistogramOption) (otelmetric.Float64Histogram, error) {
	panic("p4ss")
}

func (oddMeter) Int64UpDownCounter(string, ...otelmetric.Int64UpDownCounterOption) (otelmetric.Int64UpDownCounter, error) {
	return nil, nil
}

// A meter that fails breaks nothing: it is logged once, and calls go on.
func TestAMeterThatFailsIsLoggedOnce(t *testing.T) {
	for name, meter := range map[string]oddMeters{"no instruments": {}, "no meter": {panics: true}} {
		var log bytes.Buffer
		o := telemetry.New(telemetry.Config{
			Cloud: "cloud", Logger: slog.New(slog.NewTextHandler(&log, nil)), Meter: meter, Explain: explain,
		})
		for range 2 {
			if err := one(t.Context(), o); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := strings.Count(log.String(), telemetry.MessageInstrument); n != 1 {
			t.Errorf("%s: logged %d times, want once", name, n)
		}
		if strings.Contains(log.String(), "p4ss") {
			t.Errorf("%s: the log holds the text of the meter's error: %s", name, log.String())
		}
		for _, m := range telemetry.Metrics {
			if !strings.Contains(log.String(), m.Name) {
				t.Errorf("%s: the log does not name %s", name, m.Name)
			}
		}
	}
}

// listening returns an observer with every reader, and what they have read.
func listening(
	explain func(error) telemetry.Failure,
) (o *telemetry.Observer, read func(t *testing.T) string, spans *tracetest.SpanRecorder) {
	log, reader := &bytes.Buffer{}, metric.NewManualReader()
	spans = tracetest.NewSpanRecorder()
	o = telemetry.New(telemetry.Config{
		Cloud: "cloud", Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(spans)),
		Meter:  metric.NewMeterProvider(metric.WithReader(reader)), Explain: explain,
	})
	read = func(t *testing.T) string {
		t.Helper()
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		text := log.String() + fmt.Sprintf("%+v", all.ScopeMetrics)
		for _, s := range spans.Ended() {
			text += fmt.Sprint(s.Name(), s.Attributes(), s.Status(), s.Events(), s.Links())
		}
		return text
	}
	return o, read, spans
}

// Words of a service that do not look like codes or IDs are left out: an answer may hold anything.
func TestOddWordsOfAServiceAreLeftOut(t *testing.T) {
	for _, tc := range []struct {
		word  string
		shown bool
	}{
		{"InvalidInstanceType.NotFound", true},
		{"E3C2F0A5-1B7E-5D7C-9F0A-4B7E5D7C9F0A", true},
		{"5300", true},
		{"password is p4ss", false},
		{"p4ss\nlevel=ERROR", false},
		{`{"Password":"p4ss"}`, false},
		{"p4ss&Signature=abc", false},
		{strings.Repeat("a", 81), false},
	} {
		o, read, _ := listening(func(error) telemetry.Failure {
			return telemetry.Failure{Known: true, Outcome: tc.word, Code: tc.word, RequestID: tc.word, Call: tc.word}
		})
		_ = one(t.Context(), o)
		_ = o.Observe(t.Context(), telemetry.Call{API: "ReadThing"}, func(context.Context) (string, error) {
			return tc.word, errRefused
		})
		_, end := o.Search(t.Context(), true)
		end(0, errRefused)
		if got := strings.Contains(read(t), tc.word); got != tc.shown {
			t.Errorf("%q is shown: %v, want %v", tc.word, got, tc.shown)
		}
	}
}

// A panic ends the span of a call as an error, and goes on.
func TestAPanicEndsTheSpanOfACall(t *testing.T) {
	o, _, spans := listening(explain)
	func() {
		defer func() {
			if got := recover(); got != "at the driver" {
				t.Errorf("the panic is %v, want that of the driver", got)
			}
		}()
		_ = o.Observe(t.Context(), telemetry.Call{API: "ReadThing"}, func(context.Context) (string, error) {
			panic("at the driver")
		})
	}()
	ended := spans.Ended()
	if len(ended) != 1 {
		t.Fatalf("%d spans have ended, want 1", len(ended))
	}
	if want := attribute.String(telemetry.KeyClass, "panic"); !slices.Contains(ended[0].Attributes(), want) {
		t.Errorf("the span has %v, want %v among them", ended[0].Attributes(), want)
	}
}

// Waits end where they began, in any order and however many instances are over.
func TestPendingReturnsToNothing(t *testing.T) {
	o, read, _ := listening(explain)
	var err error
	for over := range 4 {
		w := o.Wait(t.Context(), "region", "running", 3, true)
		for n := range over {
			w.Over(fmt.Sprint(n), telemetry.End{Ready: n == 0, Hidden: n == 1})
		}
		w.End(&err)
	}
	if text := read(t); !strings.Contains(text, telemetry.MetricPending) || strings.Contains(text, "Value:-") {
		t.Errorf("pending is %s, want 0", text)
	}
}

// It is one observer for many goroutines.
func TestAnObserverIsSafeForConcurrentUse(t *testing.T) {
	o, read, _ := listening(explain)
	done := make(chan error)
	const many = 32
	for range many {
		go func() { done <- one(t.Context(), o) }()
	}
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if text := read(t); strings.Count(text, "msg="+`"`+telemetry.MessageCall) != many {
		t.Errorf("want %d calls in %s", many, text)
	}
}

// An observer with one reader works without the others.
func TestEachReaderByItself(t *testing.T) {
	for name, c := range map[string]telemetry.Config{
		"log":     {Logger: slog.New(slog.DiscardHandler)},
		"spans":   {Tracer: trace.NewTracerProvider()},
		"metrics": {Meter: metric.NewMeterProvider()},
	} {
		c.Cloud, c.Explain = "cloud", explain
		if err := one(t.Context(), telemetry.New(c)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
