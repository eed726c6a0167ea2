package provider_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/provider"
)

// tree returns the spans as paths from their root, without those of describes, sorted by start.
func (r *recorder) tree() (paths []string) {
	spans := r.spans.Ended()
	slices.SortStableFunc(spans, func(a, b trace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	byID := map[string]trace.ReadOnlySpan{}
	for _, s := range spans {
		byID[s.SpanContext().SpanID().String()] = s
	}
	for _, s := range spans {
		path := s.Name()
		for at := s; at.Parent().IsValid(); {
			at = byID[at.Parent().SpanID().String()]
			path = at.Name() + " > " + path
		}
		if !strings.HasSuffix(path, "DescribeInstances") {
			paths = append(paths, path)
		}
	}
	return paths
}

// named returns the spans with a name.
func (r *recorder) named(name string) (list []trace.ReadOnlySpan) {
	for _, s := range r.spans.Ended() {
		if s.Name() == name {
			list = append(list, s)
		}
	}
	return list
}

// Every attempt of a create, the search for what it made and the release are children of the
// span of their method, and have the ID of the operation.
func TestSpansOfAnOperationAreATree(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(fails(throttled()), but(lost()))
		r := newRecorder()
		op, err := r.client(m).RunInstances(t.Context(), named(1, "web"), &provider.RunOptions{KeepMarker: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		got := slices.Compact(r.tree())
		for _, want := range []string{
			"yunfan RunInstances", "yunfan RunInstances > fake RunInstances", "yunfan RunInstances > yunfan search",
			"yunfan Terminate", "yunfan Terminate > yunfan release",
			"yunfan Terminate > yunfan release > fake TerminateInstances",
		} {
			if !slices.Contains(got, want) {
				t.Errorf("the spans are %q, want %q among them", got, want)
			}
		}
		attempts := words{}
		for _, s := range r.named("fake RunInstances") {
			attempts.add(attrs(s)[telemetry.KeyAttempt])
		}
		if !attempts["1"] || !attempts["2"] {
			t.Errorf("the creates are attempts %v, want 1 and 2", attempts)
		}
		for _, s := range r.spans.Ended() {
			if id := attrs(s)[telemetry.KeyOperation]; id != op.ID() {
				t.Errorf("%s is of operation %q, want %q", s.Name(), id, op.ID())
			}
		}
	})
}

// A describe call of the poller has a span of its own that links to each wait that it serves,
// up to the limit.
func TestSharedDescribesLinkToTheirWaits(t *testing.T) {
	for _, waits := range []int{3, 300} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			r := newRecorder()
			c := r.client(f)
			op := run(t, c, 2)
			var g sync.WaitGroup
			for range waits {
				g.Go(func() {
					if _, err := op.Wait(t.Context(), nil); err != nil {
						t.Error(err)
					}
				})
			}
			g.Wait()
			linked := words{}
			for _, s := range r.named("fake DescribeInstances") {
				if s.Parent().IsValid() {
					t.Error("a shared describe has a parent, want links")
				}
				if got, want := len(s.Links()), min(waits, poll.MaxOrigins); got != want {
					t.Errorf("a describe for %d waits has %d links, want %d", waits, got, want)
				}
				for _, l := range s.Links() {
					linked.add(l.SpanContext.SpanID().String())
				}
			}
			for _, s := range r.named("yunfan Wait") {
				delete(linked, s.SpanContext().SpanID().String())
			}
			if len(linked) != 0 {
				t.Errorf("describes link to %v, which are no waits", linked)
			}
		})
	}
}

// Describes of a shared poller are recorded by the client that used it first, and link to the
// waits of all clients.
func TestASharedPollerIsRecordedByItsFirstClient(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		first, second := newRecorder(), newRecorder()
		share := func(p *provider.Poller) func(*provider.Options) {
			return func(o *provider.Options) { o.Poller = p }
		}
		p := &provider.Poller{}
		a, b := run(t, first.client(f, share(p)), 1), run(t, second.client(f, share(p)), 1)
		if _, err := provider.WaitAll(t.Context(), []*provider.Operation{a, b}, nil); err != nil {
			t.Fatal(err)
		}
		if n := len(second.named("fake DescribeInstances")) + len(first.named("fake DescribeInstances")); n == 0 {
			t.Fatal("no describe has a span")
		}
		owner, other := first, second
		if len(first.named("fake DescribeInstances")) == 0 {
			owner, other = second, first
		}
		if n := len(other.named("fake DescribeInstances")); n != 0 {
			t.Errorf("%d describes are recorded by a second client, want none", n)
		}
		most := 0
		for _, s := range owner.named("fake DescribeInstances") {
			most = max(most, len(s.Links()))
		}
		if most != 2 {
			t.Errorf("a describe links to %d waits, want 2", most)
		}
		for name, r := range map[string]*recorder{"first": first, "second": second} {
			if got := r.metrics(t)[telemetry.MetricRunning].points; len(got) != 1 || got[0].count != 1 {
				t.Errorf("the %s client has recorded the time to running of %v, want its own instance", name, got)
			}
		}
	})
}

// A span ends on every path: when ctx ends, and when a function of the caller panics. The panic
// goes on, and nothing stays pending.
func TestSpansEndOnEveryPath(t *testing.T) {
	for name, wait := range map[string]func(t *testing.T, op *provider.Operation){
		telemetryCanceled: func(t *testing.T, op *provider.Operation) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := op.Wait(ctx, nil); err == nil {
				t.Error("a wait of a second succeeded")
			}
		},
		"panic": func(t *testing.T, op *provider.Operation) {
			defer func() {
				if got := recover(); got != "of the caller" {
					t.Errorf("the panic is %v, want that of the caller", got)
				}
			}()
			_, _ = op.Wait(t.Context(), &provider.WaitOptions{Progress: func(provider.Event) { panic("of the caller") }})
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			r := newRecorder()
			op := run(t, r.client(f), 2)
			wait(t, op)
			spans := r.named("yunfan Wait")
			if len(spans) != 1 {
				t.Fatalf("%s: %d spans of the wait have ended, want 1", name, len(spans))
			}
			if got := spans[0].Status().Code; got != codes.Error {
				t.Errorf("%s: the span has the status %v, want an error", name, got)
			}
			if got := attrs(spans[0])[telemetry.KeyClass]; got != name {
				t.Errorf("the span has the class %q, want %q", got, name)
			}
			if n := r.metrics(t)[telemetry.MetricPending].sum(); n != 0 {
				t.Errorf("%s: %v instances are pending after the wait, want none", name, n)
			}
		})
	}
}

// telemetryCanceled is the class of an error of a ctx with a deadline that has passed.
const telemetryCanceled = "deadline"

// What the metrics count is what has happened.
func TestMetricsCountWhatHappened(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(throttled()), works)
		r := newRecorder()
		c := r.client(f)
		op := run(t, c, 3)
		var pending float64
		_, err := op.Wait(t.Context(), &provider.WaitOptions{Progress: func(provider.Event) {
			pending = max(pending, r.metrics(t)[telemetry.MetricPending].sum("yunfan.target=running"))
		}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		terminates(t, c, op.InstanceIDs()...)
		m := r.metrics(t)
		for what, tc := range map[string]struct{ got, want float64 }{
			"created":     {m[telemetry.MetricCreates].sum("yunfan.outcome=created"), 3},
			"missing":     {m[telemetry.MetricCreates].sum("yunfan.outcome=missing"), 0},
			"throttles":   {m[telemetry.MetricThrottles].sum("yunfan.call=RunInstances"), 1},
			"repetitions": {m[telemetry.MetricRepetitions].sum("yunfan.class=throttled"), 1},
			"pending":     {pending, 3},
			"released":    {m[telemetry.MetricReleases].sum("yunfan.outcome=released"), 3},
			"describes":   {m[telemetry.MetricDescribes].sum(), float64(len(f.made(provider.APIDescribeInstances)))},
			"IDs":         {m[telemetry.MetricDescribeIDs].sum(), 3 * float64(len(f.made(provider.APIDescribeInstances)))},
		} {
			if tc.got != tc.want {
				t.Errorf("%s: got %v, want %v", what, tc.got, tc.want)
			}
		}
		running := m[telemetry.MetricRunning].points
		if len(running) != 1 || running[0].count != 3 {
			t.Fatalf("the time to running is %v, want one of each of 3 instances", running)
		}
		if mean := running[0].value / 3; mean < f.boot.Seconds() || mean > f.boot.Seconds()+5 {
			t.Errorf("the mean time to running is %v s, want about %v", mean, f.boot)
		}
	})
}

// A record of a repetition names the operation, the attempt, the cause and the pause, and not
// what the vendor has said.
func TestARepetitionIsLogged(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		e := throttled()
		e.Message = planted
		f.answers(fails(e), works)
		r := newRecorder()
		op := run(t, r.client(f), 1)
		made := f.made(provider.APIRunInstances)
		records := slices.DeleteFunc(r.records(t), func(m map[string]any) bool { return m["msg"] != telemetry.MessageRepeat })
		if len(records) != 1 {
			t.Fatalf("%d records of repetitions, want 1", len(records))
		}
		for key, want := range map[string]any{
			"level": "WARN", "cloud": "fake", "region": "region-1", "operation": op.ID(), "attempt": 1.0,
			"class": "throttled", "code": "Throttling", "repeats_in": float64(made[1].at.Sub(made[0].at)),
		} {
			if got := records[0][key]; got != want {
				t.Errorf("%s is %v, want %v", key, got, want)
			}
		}
		if shows(r.log.String()) {
			t.Error("the log shows what the vendor has said")
		}
	})
}

// When the first look comes late and finds an instance running, nobody knows how long it took.
func TestTheTimeToRunningIsNotGuessed(t *testing.T) {
	for late, want := range map[time.Duration]int{0: 1, time.Second: 1, time.Hour: 0} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			r := newRecorder()
			op := run(t, r.client(f), 1)
			time.Sleep(late)
			if _, err := op.Wait(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := len(r.metrics(t)[telemetry.MetricRunning].points); got != want {
				t.Errorf("a wait after %v has recorded %d times, want %d", late, got, want)
			}
		})
	}
}
