package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

var errRefused = errors.New("refused: password p4ss")

func explain(err error) telemetry.Failure {
	if !errors.Is(err, errRefused) {
		return telemetry.Failure{}
	}
	return telemetry.Failure{Known: true, Outcome: "rejected", RequestID: "r-2", Code: "NoStock"}
}

// A call leaves one record and one span, which say how it ended and nothing of its text.
func TestACallIsRecordedOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		err                      error
		level, outcome, id, code string
		status                   codes.Code
	}{
		"success":          {nil, "INFO", "ok", "r-1", "", codes.Unset},
		"a known failure":  {errRefused, "WARN", "rejected", "r-2", "NoStock", codes.Error},
		"another failure":  {context.Canceled, "WARN", "failed", "r-1", "", codes.Error},
		"a failure inside": {errors.Join(errRefused), "WARN", "rejected", "r-2", "NoStock", codes.Error},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			spans := tracetest.NewSpanRecorder()
			r := telemetry.New(telemetry.Config{
				Cloud: "cloud", Logger: slog.New(slog.NewJSONHandler(&log, nil)),
				Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(spans)), Explain: explain,
			})
			call := telemetry.Call{Region: "r", API: "RunInstances", Instances: 3}
			err := r.Observe(t.Context(), call, func(context.Context) (string, error) { return "r-1", tc.err })
			if !errors.Is(err, tc.err) {
				t.Errorf("the call returned %v, want %v", err, tc.err)
			}
			got := map[string]any{}
			if err := json.Unmarshal(log.Bytes(), &got); err != nil {
				t.Fatalf("the records are not one: %v\n%s", err, log.String())
			}
			want := map[string]any{
				"level": tc.level, "cloud": "cloud", "region": "r", "call": "RunInstances", "instances": 3.0,
				"outcome": tc.outcome, "request": tc.id,
			}
			if tc.code != "" {
				want["code"] = tc.code
			}
			for key, value := range want {
				if got[key] != value {
					t.Errorf("the record has %s %v, want %v", key, got[key], value)
				}
			}
			if bytes.Contains(log.Bytes(), []byte("p4ss")) {
				t.Errorf("the record holds the text of the error: %s", log.String())
			}
			ended := spans.Ended()
			if len(ended) != 1 {
				t.Fatalf("%d spans, want 1", len(ended))
			}
			if got := ended[0].Status().Code; got != tc.status {
				t.Errorf("the span has the status %v, want %v", got, tc.status)
			}
			if got, want := ended[0].Name(), "cloud RunInstances"; got != want {
				t.Errorf("the span is called %q, want %q", got, want)
			}
		})
	}
}

// An observer that nobody reads only makes the call.
func TestASilentObserverMakesTheCall(t *testing.T) {
	o := telemetry.New(telemetry.Config{Cloud: "cloud", Explain: explain})
	err := o.Observe(t.Context(), telemetry.Call{}, func(context.Context) (string, error) { return "", errRefused })
	if !errors.Is(err, errRefused) {
		t.Errorf("the call returned %v, want %v", err, errRefused)
	}
	if o != nil {
		t.Error("there is an observer, want none")
	}
}
