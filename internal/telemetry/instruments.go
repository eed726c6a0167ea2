package telemetry

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// instruments are the instruments of the table, by their name. One that could not be made is
// missing, and records nothing.
type instruments struct {
	counters map[string]metric.Int64Counter
	movers   map[string]metric.Int64UpDownCounter
	times    map[string]metric.Float64Histogram
}

// newInstruments makes the instruments of the table, and returns the names of those that the
// meter could not make.
func newInstruments(p metric.MeterProvider) (made instruments, failed []string) {
	made = instruments{
		counters: map[string]metric.Int64Counter{}, movers: map[string]metric.Int64UpDownCounter{},
		times: map[string]metric.Float64Histogram{},
	}
	var meter metric.Meter
	_ = guard(func() error {
		meter = p.Meter(instrumentation)
		return nil
	})
	for i := range Metrics {
		m := &Metrics[i]
		if meter == nil || guard(func() error { return made.add(meter, m) }) != nil {
			failed = append(failed, m.Name)
		}
	}
	return made, failed
}

// errNone is the error of an instrument that is nil.
var errNone = errors.New("the meter made no instrument")

// guard calls a function of the meter, whose panics are errors: a meter that fails must not
// break the client.
func guard(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errNone
		}
	}()
	return f()
}

// add makes one instrument.
func (s *instruments) add(meter metric.Meter, m *Metric) error {
	switch m.Kind {
	case Counter:
		c, err := meter.Int64Counter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Text))
		if err != nil || c == nil {
			return errNone
		}
		s.counters[m.Name] = c
	case UpDownCounter:
		c, err := meter.Int64UpDownCounter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Text))
		if err != nil || c == nil {
			return errNone
		}
		s.movers[m.Name] = c
	case Histogram:
		h, err := meter.Float64Histogram(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Text),
			metric.WithExplicitBucketBoundaries(m.Bounds...))
		if err != nil || h == nil {
			return errNone
		}
		s.times[m.Name] = h
	}
	return nil
}

// set returns the attributes of a metric. Words that are not in their closed sets are "other".
func (o *Observer) set(attrs []attribute.KeyValue) metric.MeasurementOption {
	all := make([]attribute.KeyValue, 0, len(o.common)+len(attrs))
	all = append(append(all, o.common...), attrs...)
	return metric.WithAttributeSet(attribute.NewSet(all...))
}

// count adds to a counter.
func (o *Observer) count(ctx context.Context, name string, n int, attrs ...attribute.KeyValue) {
	if c := o.meters.counters[name]; c != nil && n > 0 {
		defer drop()
		c.Add(ctx, int64(n), o.set(attrs))
	}
}

// move adds to an up-down counter.
func (o *Observer) move(ctx context.Context, name string, n int, attrs ...attribute.KeyValue) {
	if c := o.meters.movers[name]; c != nil && n != 0 {
		defer drop()
		c.Add(ctx, int64(n), o.set(attrs))
	}
}

// measure adds a value to a histogram.
func (o *Observer) measure(ctx context.Context, name string, value float64, attrs ...attribute.KeyValue) {
	if h := o.meters.times[name]; h != nil {
		defer drop()
		h.Record(ctx, value, o.set(attrs))
	}
}
