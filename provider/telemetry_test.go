package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/yunfan-cloud/yunfan/provider"
)

// observed is a client whose calls are logged and traced.
type observed struct {
	*provider.Client
	log    bytes.Buffer
	spans  *tracetest.SpanRecorder
	reader *metric.ManualReader
}

func observe(f *fake) *observed {
	o := &observed{spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	o.Client = f.client(func(opts *provider.Options) {
		opts.Logger = slog.New(slog.NewJSONHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		opts.Tracer = trace.NewTracerProvider(trace.WithSpanProcessor(o.spans))
		opts.Meter = metric.NewMeterProvider(metric.WithReader(o.reader))
	})
	return o
}

// records are the log records so far.
func (o *observed) records(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for d := json.NewDecoder(bytes.NewReader(o.log.Bytes())); d.More(); {
		var r map[string]any
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// calls are the records of calls so far.
func (o *observed) calls(t *testing.T) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(o.records(t), func(r map[string]any) bool { return r["msg"] != "cloud call" })
}

// callSpans are the spans of calls so far.
func (o *observed) callSpans() []trace.ReadOnlySpan {
	return slices.DeleteFunc(o.spans.Ended(), func(s trace.ReadOnlySpan) bool {
		return !strings.HasPrefix(s.Name(), "fake ")
	})
}

// attrs are a span's attributes.
func attrs(s trace.ReadOnlySpan) map[string]string {
	out := map[string]string{}
	for _, a := range s.Attributes() {
		out[string(a.Key)] = a.Value.String()
	}
	return out
}

func TestEveryCallIsLoggedAndTracedOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		o := observe(f)
		f.delay = 2 * time.Second
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				e := throttled()
				e.RequestID = "req-throttled"
				return nil, e
			}
			return f.create(s), nil
		}
		op := run(t, o.Client, 3)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		terminates(t, o.Client, op.InstanceIDs()...)
		records, spans := o.calls(t), o.callSpans()
		if len(records) != len(f.calls) || len(spans) != len(f.calls) {
			t.Fatalf("%d calls, %d records, %d spans", len(f.calls), len(records), len(spans))
		}
		for i, want := range []struct{ outcome, request, level string }{{"throttled", "req-throttled", "WARN"}, {"ok", "req-run", "INFO"}} {
			r, s := records[i], spans[i]
			if r["outcome"] != want.outcome || r["request"] != want.request || r["level"] != want.level || r["cloud"] != "fake" || r["region"] != "region-1" || r["call"] != "RunInstances" || r["instances"] != 3.0 || r["elapsed"] != 2e9 {
				t.Errorf("record %d: %v; want %v", i, r, want)
			}
			a := attrs(s)
			switch {
			case s.Name() != "fake RunInstances":
				t.Errorf("span %d: s.Name(): got %q, want %q", i, s.Name(), "fake RunInstances")
			case a["yunfan.outcome"] != want.outcome:
				t.Errorf("span %d: a['yunfan.outcome']: got %v, want %v", i, a["yunfan.outcome"], want.outcome)
			case a["yunfan.request_id"] != want.request:
				t.Errorf("span %d: a['yunfan.request_id']: got %v, want %v", i, a["yunfan.request_id"], want.request)
			case a["cloud.region"] != "region-1":
				t.Errorf("span %d: a['cloud.region']: got %q, want %q", i, a["cloud.region"], "region-1")
			case s.EndTime().Sub(s.StartTime()) != 2*time.Second:
				t.Errorf("span %d: s.EndTime().Sub(s.StartTime()): got %v, want %v", i, s.EndTime().Sub(s.StartTime()), 2*time.Second)
			}
		}
		if records[0]["code"] != "Throttling" || spans[0].Status().Code != codes.Error || spans[1].Status().Code == codes.Error {
			t.Errorf("record %v, span status %v and %v", records[0], spans[0].Status(), spans[1].Status())
		}
	})
}

func TestErrorsOfOtherKindsAreLoggedAsFailed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		o := observe(f)
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return nil, errors.New("https://host/?" + planted)
		}
		_, _ = o.RunInstances(t.Context(), spec(1), nil)
		switch r := o.calls(t); {
		case len(r) != 1:
			t.Errorf("length of r: got %v, want 1", len(r))
		case r[0]["outcome"] != "failed":
			t.Errorf("r[0]['outcome']: got %q, want %q", r[0]["outcome"], "failed")
		case shows(o.log.String()):
			t.Error("the log shows a secret")
		}
	})
}

func TestTelemetryHoldsNoSecret(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		o := observe(f)
		s := spec(2)
		s.Login.Password, s.UserData, s.Name, s.Tags = planted, []byte(planted), planted, map[string]string{planted: planted}
		f.answers(fails(&provider.APIError{Driver: "fake", Message: planted, Err: errors.New(planted), Outcome: provider.OutcomeThrottled, Kind: provider.ErrThrottled}), works)
		if _, err := o.RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		if shows(o.log.String()) {
			t.Error("the log shows what was sent or answered")
		}
		for _, span := range o.spans.Ended() {
			if shows(fmt.Sprint(span.Name(), attrs(span), span.Events(), span.Links(), span.Status())) {
				t.Error("a span shows what was sent or answered")
			}
		}
		var m metricdata.ResourceMetrics
		if err := o.reader.Collect(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		if shows(fmt.Sprintf("%+v", m.ScopeMetrics)) {
			t.Error("a metric shows what was sent or answered")
		}
	})
}

func TestSilentByDefault(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	defer slog.SetDefault(before)
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(throttled()), works)
		run(t, f.client(), 1)
		if _, err := provider.NewClient(f, nil).RunInstances(t.Context(), provider.RunInstancesSpec{Region: "r"}, nil); err != nil {
			t.Error(err)
		}
	})
	if out.Len() != 0 {
		t.Errorf("logged without being asked to: %s", out.String())
	}
}

// Each sentinel has its word, and an error that matches several has the one that says most.
func TestClassesOfErrors(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		o := observe(f)
		o.Client = f.client(func(opts *provider.Options) {
			opts.Tracer, opts.RetryFor = trace.NewTracerProvider(trace.WithSpanProcessor(o.spans)), -1
		})
		for i, tc := range []struct {
			err   error
			class string
		}{
			{provider.ErrSuperseded, "superseded"},
			{provider.ErrOutcomeUnknown, "outcome_unknown"},
			{provider.ErrThrottled, "throttled"},
			{provider.ErrNoStock, "no_stock"},
			{provider.ErrQuota, "quota"},
			{provider.ErrBalance, "balance"},
			{provider.ErrAuth, "auth"},
			{provider.ErrPermission, "permission"},
			{provider.ErrTokenMismatch, "token_mismatch"},
			{provider.ErrExists, "exists"},
			{provider.ErrNotFound, "not_found"},
			{provider.ErrState, "state"},
			{provider.ErrLaunchFailed, "launch_failed"},
			{provider.ErrUnavailable, "unavailable"},
			{errors.ErrUnsupported, "unsupported"},
			{provider.ErrInvalid, "invalid"},
			{context.Canceled, "canceled"},
			{context.DeadlineExceeded, "deadline"},
			{errors.New("of no class"), "other"},
			{&provider.FieldError{Path: "Name", Unsupported: true}, "unsupported"},
			{&provider.LaunchError{Kind: provider.ErrBalance}, "balance"},
			{fmt.Errorf("%w: %w", provider.ErrOutcomeUnknown, provider.ErrThrottled), "outcome_unknown"},
		} {
			_ = provider.Call{Client: o.Client, API: "ReadThing"}.Read(t.Context(), func(context.Context) (string, error) { return "", tc.err })
			if got := attrs(o.callSpans()[i])["yunfan.class"]; got != tc.class {
				t.Errorf("%v is of class %q, want %q", tc.err, got, tc.class)
			}
		}
	})
}
