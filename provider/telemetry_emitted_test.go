package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/provider"
)

// words is a set of words.
type words map[string]bool

func (w words) add(list ...string) {
	for _, s := range list {
		w[s] = true
	}
}

// recorder reads everything that clients emit.
type recorder struct {
	mu     sync.Mutex
	log    bytes.Buffer
	spans  *tracetest.SpanRecorder
	reader *metric.ManualReader

	tracer *trace.TracerProvider
	meter  *metric.MeterProvider
}

func newRecorder() *recorder {
	r := &recorder{spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	r.tracer = trace.NewTracerProvider(trace.WithSpanProcessor(r.spans))
	r.meter = metric.NewMeterProvider(metric.WithReader(r.reader))
	return r
}

// Write implements [io.Writer] for the log.
func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p)
}

// options make a client emit all it can.
func (r *recorder) options(o *provider.Options) {
	o.Region = "region-1"
	o.Logger = slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Tracer, o.Meter = r.tracer, r.meter
}

// client returns a client of a driver that emits all it can.
func (r *recorder) client(d provider.Driver, change ...func(*provider.Options)) *provider.Client {
	o := &provider.Options{}
	r.options(o)
	for _, c := range change {
		c(o)
	}
	return provider.NewClient(d, o)
}

// records are the log records.
func (r *recorder) records(t *testing.T) []map[string]any {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []map[string]any
	for d := json.NewDecoder(bytes.NewReader(r.log.Bytes())); d.More(); {
		var record map[string]any
		if err := d.Decode(&record); err != nil {
			t.Fatal(err)
		}
		out = append(out, record)
	}
	return out
}

// point is one time series of a metric.
type point struct {
	attrs attribute.Set
	value float64 // the sum
	count uint64  // of a histogram
}

// series is what a metric has recorded.
type series struct {
	unit, kind, text string
	bounds           []float64
	points           []point
}

// metrics are what the metrics have recorded, by name.
func (r *recorder) metrics(t *testing.T) map[string]series {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]series{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			out[m.Name] = seriesOf(t, &m)
		}
	}
	return out
}

func seriesOf(t *testing.T, m *metricdata.Metrics) series {
	t.Helper()
	s := series{unit: m.Unit, text: m.Description}
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		s.kind = string(telemetry.UpDownCounter)
		if d.IsMonotonic {
			s.kind = string(telemetry.Counter)
		}
		for _, p := range d.DataPoints {
			s.points = append(s.points, point{attrs: p.Attributes, value: float64(p.Value)})
		}
	case metricdata.Histogram[float64]:
		s.kind = string(telemetry.Histogram)
		for _, p := range d.DataPoints {
			s.bounds = p.Bounds
			s.points = append(s.points, point{attrs: p.Attributes, value: p.Sum, count: p.Count})
		}
	default:
		t.Errorf("%s has data of type %T", m.Name, d)
	}
	return s
}

// sum adds up a metric over the series that have all of the given attributes, as "key=value".
func (s series) sum(attrs ...string) (total float64) {
	for _, p := range s.points {
		has := func(pair string) bool {
			key, value, _ := strings.Cut(pair, "=")
			v, ok := p.attrs.Value(attribute.Key(key))
			return ok && v.String() == value
		}
		if !slices.ContainsFunc(attrs, func(pair string) bool { return !has(pair) }) {
			total += p.value
		}
	}
	return total
}

// compare compares two sets of words.
func compare(t *testing.T, what string, got, want words) {
	t.Helper()
	for w := range got {
		if !want[w] {
			t.Errorf("%s: %q is emitted, and not in the table", what, w)
		}
	}
	for w := range want {
		if !got[w] {
			t.Errorf("%s: %q is in the table, and not emitted", what, w)
		}
	}
}

// compareSpans compares the spans with the table, and adds the values of attributes.
func (r *recorder) compareSpans(t *testing.T, values map[string]words) {
	t.Helper()
	got, want := words{}, words{}
	for _, s := range r.spans.Ended() {
		name := s.Name()
		if !strings.HasPrefix(name, "yunfan ") {
			name = "CLOUD CALL"
		}
		got.add(name + " of kind " + s.SpanKind().String())
		for _, a := range s.Attributes() {
			got.add(name + " with " + string(a.Key))
			use(values, string(a.Key), a.Value.String())
		}
		if len(s.Events()) > 0 {
			t.Errorf("%s has events: the table knows none", s.Name())
		}
	}
	for _, s := range telemetry.Spans {
		want.add(s.Name + " of kind " + s.Kind)
		for _, key := range s.Keys {
			want.add(s.Name + " with " + key)
		}
	}
	compare(t, "spans", got, want)
}

// compareRecords compares the log records with the table.
func (r *recorder) compareRecords(t *testing.T) {
	t.Helper()
	got, want, keys, known := words{}, words{}, words{}, words{}
	for _, record := range r.records(t) {
		message := record["msg"].(string)
		got.add(fmt.Sprintf("%s at %v", message, record["level"]))
		for key := range record {
			if slices.Contains([]string{"time", "level", "msg"}, key) {
				continue
			}
			got.add(message + " with " + key)
			keys.add(key)
		}
	}
	for _, record := range telemetry.Records {
		for level := range strings.SplitSeq(record.Levels, ", ") {
			want.add(record.Message + " at " + level)
		}
		for _, key := range record.Keys {
			want.add(record.Message + " with " + key)
		}
	}
	for _, key := range telemetry.LogKeys {
		known.add(key.Key)
	}
	compare(t, "log records", got, want)
	compare(t, "keys of log records", keys, known)
}

// compareMetrics compares the metrics with the table, and adds the values of attributes.
func (r *recorder) compareMetrics(t *testing.T, values map[string]words) {
	t.Helper()
	got, want := words{}, words{}
	for name, s := range r.metrics(t) {
		got.add(fmt.Sprintf("%s: %s in %s, %v, %s", name, s.kind, s.unit, s.bounds, s.text))
		for _, p := range s.points {
			for _, a := range p.attrs.ToSlice() {
				got.add(name + " by " + string(a.Key))
				use(values, name+" "+string(a.Key), a.Value.String())
				use(values, string(a.Key), a.Value.String())
			}
		}
	}
	for _, m := range telemetry.Metrics {
		want.add(fmt.Sprintf("%s: %s in %s, %v, %s", m.Name, m.Kind, m.Unit, m.Bounds, m.Text))
		want.add(m.Name+" by "+telemetry.KeyProvider, m.Name+" by "+telemetry.KeyCloud)
		for _, d := range m.Dimensions {
			want.add(m.Name + " by " + d.Key)
			got, want := values[m.Name+" "+d.Key], words{}
			if want.add(d.Values...); d.Key == telemetry.KeyClass { // no create fails for every reason
				got = words{}
				for v := range values[m.Name+" "+d.Key] {
					got.add(v)
				}
				got.add(d.Values...)
			}
			compare(t, m.Name+" by "+d.Key, got, want)
		}
	}
	compare(t, "metrics", got, want)
}

// use adds a value of a key.
func use(values map[string]words, key, value string) {
	if values[key] == nil {
		values[key] = words{}
	}
	values[key].add(value)
}
