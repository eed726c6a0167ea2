package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	otelmetric "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/provider"
)

// features are the runs that together emit everything that the table has.
var features = map[string]func(t *testing.T, r *recorder, m *marking){
	"throttled create, wait, power, resume, release": func(t *testing.T, r *recorder, m *marking) {
		m.answers(fails(throttled()), works)
		c := r.client(m.fake)
		op := run(t, c, 3)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if err := c.StopInstances(t.Context(), "", op.InstanceIDs(), nil); err != nil {
			t.Error(err)
		}
		m.power = func(int, *provider.PowerRequest) (*provider.PowerResult, error) {
			return nil, refusal(provider.ErrPermission, "Forbidden")
		}
		if err := c.StartInstances(t.Context(), "", op.InstanceIDs(), nil); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("got %v, want %v", err, provider.ErrPermission)
		}
		if _, err := c.Resume(t.Context(), tokenOf(t, op), nil); err != nil {
			t.Error(err)
		}
		again := run(t, c, 1)
		ids := again.InstanceIDs()
		if _, err := again.Terminate(t.Context(), &provider.TerminateOptions{Wait: true}); err != nil {
			t.Error(err)
		}
		if res, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil || len(res.Gone) != 1 {
			t.Errorf("the second release ended with %v, %v; want one that is gone", res, err)
		}
		_, _ = c.TerminateInstances(t.Context(), "", []string{"i-unknown"}, nil)
		m.terminate = func(int, *provider.TerminateRequest) error { return refusal(provider.ErrPermission, "Forbidden") }
		_, _ = op.Terminate(t.Context(), nil)
	},
	"resume that fails": func(t *testing.T, r *recorder, m *marking) {
		m.answers(fails(lost()))
		c := r.client(m.fake, func(o *provider.Options) { o.RetryFor = -1 })
		s := spec(1)
		op, _ := c.RunInstances(t.Context(), s, nil)
		m.answers(fails(refusal(provider.ErrQuota, "Quota")))
		_, _ = c.Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
	},
	"waits for every state": func(t *testing.T, r *recorder, m *marking) {
		c := r.client(m.fake)
		op := run(t, c, 1)
		for _, target := range telemetry.Targets {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			_, _ = c.WaitInstances(ctx, "", op.InstanceIDs(), provider.State(target), nil)
			cancel()
		}
		m.state = func(string, time.Duration) (provider.State, string) { return provider.StateFailed, "dead" }
		if _, err := run(t, c, 1).Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("got %v, want %v", err, provider.ErrLaunchFailed)
		}
	},
	"calls of every kind": everyCall,
	"an alternative": func(t *testing.T, r *recorder, m *marking) {
		m.stocked(shelf{"t1.small@a": 0}, provider.StockOfType)
		s, o := inZone(2, "b")
		if _, err := r.client(m.fake).RunInstances(t.Context(), s, o); err != nil {
			t.Error(err)
		}
	},
	"a job that failed": func(t *testing.T, r *recorder, m *marking) {
		m.limits.InstancesPerCreate = 2
		f := &withJobs{fake: m.fake, failure: noStockJob()}
		f.stuck(true)
		f.terminate = func(_ int, q *provider.TerminateRequest) error {
			if slices.ContainsFunc(q.IDs, ofFirstJob) {
				return refusal(provider.ErrNotFound, "ResourceNotFound")
			}
			return f.release(q.IDs)
		}
		s, o := inZone(4, "b")
		op, err := r.client(f).RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
	"a search that finds late": func(t *testing.T, r *recorder, m *marking) {
		byMarker(m)
		late(m)
		op, err := r.client(m).RunInstances(t.Context(), named(2, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = op.Wait(t.Context(), nil)
	},
	"a search that finds": func(t *testing.T, r *recorder, m *marking) {
		byMarker(m)
		m.answers(some(1), works)
		m.describe = func(_ int, q *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := m.look(q)
			page.Unread = []string{"Instances[].Memory"}
			return page, nil
		}
		if _, err := r.client(m).RunInstances(t.Context(), named(2, "web"), nil); err != nil {
			t.Error(err)
		}
	},
	"a search that fails": func(t *testing.T, r *recorder, m *marking) {
		byMarker(m)
		m.answers(fails(lost()))
		m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "Forbidden")
		}
		_, _ = r.client(m).RunInstances(t.Context(), named(2, "web"), nil)
	},
	"a search by tags": func(t *testing.T, r *recorder, m *marking) {
		m.answers(fails(lost()), fails(deadToken()), works)
		s := spec(1)
		if _, err := r.client(m.fake).RunInstances(t.Context(), s, &provider.RunOptions{Owner: "team"}); err != nil {
			t.Error(err)
		}
	},
	"sweeps": func(t *testing.T, r *recorder, m *marking) {
		c := r.client(m.fake)
		owned(t, c, "team", 2)
		time.Sleep(time.Hour)
		o := sweepOf("team")
		o.Terminate = true
		if list, err := c.Sweep(t.Context(), o); err != nil || len(list) != 2 {
			t.Errorf("found %v, %v; want 2", list, err)
		}
		o.Live = func(context.Context) ([]string, error) { return nil, errors.New("no list") }
		_, _ = c.Sweep(t.Context(), o)
	},
	"a budget without room": func(t *testing.T, r *recorder, m *marking) {
		m.limits.Rates = map[provider.API]provider.Rate{provider.APIRunInstances: {Calls: 1, Per: time.Hour}}
		c := r.client(m.fake)
		run(t, c, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := c.RunInstances(ctx, spec(1), nil); !errors.Is(err, provider.ErrThrottled) {
			t.Errorf("got %v, want %v", err, provider.ErrThrottled)
		}
	},
	"describes that fail, and an odd answer": func(t *testing.T, r *recorder, m *marking) {
		m.describe = func(n int, q *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				return nil, throttled()
			}
			page := m.look(q)
			page.Unread = []string{"Instances[].Memory"}
			return page, nil
		}
		if _, err := run(t, r.client(m.fake), 1).Wait(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
	"a key that may not describe": func(t *testing.T, r *recorder, m *marking) {
		m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrAuth, "InvalidKey")
		}
		if _, err := run(t, r.client(m.fake), 1).Wait(t.Context(), nil); !errors.Is(err, provider.ErrAuth) {
			t.Errorf("got %v, want %v", err, provider.ErrAuth)
		}
	},
	"instances that stay hidden, and releases that fail": func(t *testing.T, r *recorder, m *marking) {
		m.state = func(string, time.Duration) (provider.State, string) { return "", "" }
		c := r.client(m.fake)
		if _, err := run(t, c, 1).Wait(t.Context(), nil); err == nil {
			t.Error("an instance that is not visible ended its wait well")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _ = c.TerminateInstances(ctx, "", []string{"i-1"}, nil)
	},
	"a meter that fails": func(t *testing.T, r *recorder, m *marking) {
		c := r.client(m.fake, func(o *provider.Options) { o.Meter = brokenMeters{} })
		if _, err := run(t, c, 1).Wait(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
}

// byMarker makes creates be found by a marker.
func byMarker(m *marking) { m.limits.ClientToken, m.limits.NameMarker = false, true }

// everyCall makes every call, with every outcome and every class of errors.
func everyCall(t *testing.T, r *recorder, m *marking) {
	c := r.client(m.fake, func(o *provider.Options) { o.RetryFor = -1 })
	for _, api := range append(slices.Clone(telemetry.Calls), "SomethingElse") {
		if api != "other" {
			try(t, c, provider.API(api), nil)
			try(t, c, provider.API(api), throttled())
		}
	}
	for _, o := range telemetry.CallOutcomes {
		try(t, c, provider.APIDescribeInstances, &provider.APIError{Outcome: provider.Outcome(o), Code: "Code", RequestID: "req"})
	}
	for _, err := range []error{
		provider.ErrSuperseded, provider.ErrOutcomeUnknown, provider.ErrThrottled, provider.ErrNoStock, provider.ErrQuota,
		provider.ErrBalance, provider.ErrAuth, provider.ErrPermission, provider.ErrTokenMismatch, provider.ErrExists,
		provider.ErrNotFound, provider.ErrState, provider.ErrLaunchFailed, provider.ErrUnavailable, errors.ErrUnsupported,
		provider.ErrInvalid, context.Canceled, context.DeadlineExceeded, errors.New("of no class"),
	} {
		try(t, c, "ReadThing", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a panic was swallowed")
		}
	}()
	_ = provider.Call{Client: c, API: "ReadThing"}.Read(t.Context(), func(context.Context) (string, error) { panic("at the driver") })
}

// try makes one call that ends with an error, or with none.
func try(t *testing.T, c *provider.Client, api provider.API, end error) {
	t.Helper()
	call := provider.Call{Client: c, Region: "region-1", API: api}
	err := call.Read(t.Context(), func(context.Context) (string, error) { return "req", end })
	if !errors.Is(err, end) {
		t.Errorf("%s ended with %v, want %v", api, err, end)
	}
}

// brokenMeters is a meter provider of which no instrument can be made.
type brokenMeters struct{ noop.MeterProvider }

func (brokenMeters) Meter(string, ...otelmetric.MeterOption) otelmetric.Meter { return brokenMeter{} }

type brokenMeter struct{ noop.Meter }

var errBroken = errors.New("no instrument: " + planted)

func (brokenMeter) Int64Counter(string, ...otelmetric.Int64CounterOption) (otelmetric.Int64Counter, error) {
	return nil, errBroken
}

func (brokenMeter) Int64UpDownCounter(string, ...otelmetric.Int64UpDownCounterOption) (otelmetric.Int64UpDownCounter, error) {
	return nil, nil
}

func (brokenMeter) Float64Histogram(string, ...otelmetric.Float64HistogramOption) (otelmetric.Float64Histogram, error) {
	panic(errBroken)
}

// Everything that a run of all features emits is in the table of package telemetry, and
// everything in the table is emitted.
func TestEverythingEmittedIsInTheTable(t *testing.T) {
	r := newRecorder()
	for name, run := range features {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { run(t, r, &marking{fake: newFake()}) })
		})
	}
	values := map[string]words{}
	r.compareSpans(t, values)
	r.compareRecords(t)
	r.compareMetrics(t, values)
	for _, a := range telemetry.Attributes {
		if a.Values == nil {
			continue
		}
		want, got := words{}, values[a.Key]
		want.add(a.Values...)
		if a.Key == telemetry.KeyCall { // spans have the names of other packages
			got = words{}
			for _, m := range telemetry.Metrics {
				for v := range values[m.Name+" "+a.Key] {
					got.add(v)
				}
			}
		}
		compare(t, "values of "+a.Key, got, want)
	}
	if shows(r.log.String()) {
		t.Error("the log shows a planted secret")
	}
	for _, target := range telemetry.Targets {
		if n := r.metrics(t)[telemetry.MetricPending].sum("yunfan.target=" + target); n != 0 {
			t.Errorf("%v instances are pending for %s after all waits have ended, want none", n, target)
		}
	}
}
