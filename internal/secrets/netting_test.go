package secrets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// wantClean fails when a text shows a secret.
func wantClean(t *testing.T, s *service, what, text string) {
	t.Helper()
	if ways := providertest.Leaks(text, s.secrets()...); len(ways) > 0 {
		t.Errorf("%s: %s shows %v", s.cloud, what, ways)
	}
}

// netting collects everything that the library lets out.
type netting struct {
	t       *testing.T
	service *service
	log     lockedBuffer
	spans   *tracetest.SpanRecorder
	meters  *metric.ManualReader

	mu         sync.Mutex
	texts      map[string]string
	signatures []string // of every request: they are secret, too
}

func newNetting(t *testing.T, s *service) *netting {
	return &netting{
		t: t, service: s, spans: tracetest.NewSpanRecorder(), meters: metric.NewManualReader(), texts: map[string]string{},
	}
}

// options make a client tell all it can.
func (n *netting) options() *provider.Options {
	log := slog.New(slog.NewTextHandler(&n.log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	return &provider.Options{
		Logger: log, Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(n.spans)),
		Meter: metric.NewMeterProvider(metric.WithReader(n.meters)),
	}
}

// add takes in a value in every form that a program may print.
func (n *netting) add(what string, values ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, v := range values {
		n.texts[what] += dump(v)
	}
}

// Save implements provider.Journal.
func (n *netting) Save(_ context.Context, token []byte) error {
	n.add("a journal", string(token))
	return nil
}

// saw takes note of the signature of a request.
func (n *netting) saw(r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	add := func(s string) {
		if len(s) > 12 && !slices.Contains(n.signatures, s) {
			n.signatures = append(n.signatures, s)
		}
	}
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Signature="); ok {
		add(after)
	}
	for _, values := range []url.Values{r.URL.Query(), form(r)} {
		add(values.Get("Signature"))
		add(values.Get("signature"))
	}
}

// form reads the body of a request and leaves it unread.
func form(r *http.Request) url.Values {
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	_, _ = b.ReadFrom(body)
	values, _ := url.ParseQuery(b.String())
	return values
}

// metrics returns every metric with all of its attributes, or "" when there are none.
func (n *netting) metrics() (text string) {
	var all metricdata.ResourceMetrics
	if err := n.meters.Collect(context.Background(), &all); err != nil {
		n.t.Errorf("%s: %v", n.service.cloud, err)
	}
	for _, scope := range all.ScopeMetrics {
		text += fmt.Sprintf("%+v", scope.Metrics)
	}
	return text
}

// search looks for every secret in everything that was collected.
func (n *netting) search() {
	n.mu.Lock()
	defer n.mu.Unlock()
	texts := map[string]string{"a log record": n.log.String()}
	for _, s := range n.spans.Ended() {
		texts["a span"] += dump(s.Name(), s.Status(), s.Attributes(), s.Events(), s.Links())
	}
	texts["a metric"] = n.metrics()
	for what, text := range n.texts {
		texts[what] = text
	}
	if texts["a metric"] == "" {
		n.t.Errorf("%s: no metrics were collected, want some", n.service.cloud)
	}
	if len(n.spans.Ended()) == 0 {
		n.t.Errorf("%s: no spans were collected, want some", n.service.cloud)
	}
	if texts["a log record"] == "" {
		n.t.Errorf("%s: no log records were collected, want some", n.service.cloud)
	}
	if len(n.signatures) == 0 {
		n.t.Errorf("%s: no signatures were collected, want some", n.service.cloud)
	}
	for what, text := range texts {
		wantClean(n.t, n.service, what, text)
		for _, s := range n.signatures { // hundreds: base64 and hexadecimal already
			if strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) {
				n.t.Errorf("%s: %s shows the signature of a request", n.service.cloud, what)
			}
		}
	}
}

// dump writes values, and what errors wrap, in every form that a program may
// print.
func dump(values ...any) string {
	var b strings.Builder
	for _, v := range values {
		err, ok := v.(error)
		if !ok {
			write(&b, v)
			continue
		}
		for _, e := range chain(err) {
			write(&b, e)
		}
	}
	return b.String()
}

func write(b *strings.Builder, v any) {
	text, _ := json.Marshal(v)
	fmt.Fprintf(b, "%v\n%+v\n%#v\n%s\n%q\n%s\n", v, v, v, v, v, text)
	slog.New(slog.NewJSONHandler(b, nil)).Info("dump", "value", v)
}

// chain returns an error and everything it wraps.
func chain(err error) []error {
	out := []error{err}
	switch u := err.(type) { // walks the tree by hand
	case interface{ Unwrap() error }:
		if e := u.Unwrap(); e != nil {
			out = append(out, chain(e)...)
		}
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			out = append(out, chain(e)...)
		}
	}
	return out
}

// lockedBuffer is a buffer for several writers.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
