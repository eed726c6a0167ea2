package telemetry_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

var (
	ids    = []string{"i-1"}
	noCall = func(context.Context) (string, error) { return "", nil }
)

// one is everything that a create of one instance, its wait and its release report.
func one(ctx context.Context, o *telemetry.Observer) (err error) {
	defer o.Begin(&ctx, telemetry.RunInstances, "operation", "region").End(&err)
	asked := o.Clock()
	o.Queued(ctx, "region", "RunInstances", asked, nil)
	if err := o.Observe(ctx, telemetry.Call{Region: "region", API: "RunInstances", Attempt: 1}, noCall); err != nil {
		return err
	}
	o.Accepted(ids, asked)
	o.Created(ctx, 1, 0, false, nil)
	o.Repeats(ctx, 1, time.Second, errRefused)
	o.TellUnread(ctx, "region", "RunInstances", ids)
	o.Alternative(ctx, 1, 1)
	o.Swept(ctx, "region", 1)
	o.Paused("region", errRefused, time.Second)
	w := o.Wait(ctx, "region", "running", 1, true)
	w.End(&err)
	o.Released(ctx, "region", 1, 1, 0, 0, nil)
	o.Forget(ids)
	return nil
}

// What nobody reads allocates nothing.
func TestAnObserverThatIsOffAllocatesNothing(t *testing.T) {
	ctx := t.Context()
	allocs := testing.AllocsPerRun(100, func() { _ = one(ctx, nil) })
	if allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}

// BenchmarkOff compares a call through an observer that is off, with the reports around it, with
// the same call alone, which is the baseline. The call does what the least call of a client does
// beside the network: it makes the text of a request for 100 instances. Blocks take turns, and
// figures are medians: x-call-time is ours to the baseline's, added-ns/call and
// added-allocs/call are the differences.
func BenchmarkOff(b *testing.B) {
	const calls = 2048
	ctx := b.Context()
	var o *telemetry.Observer
	off := func() {
		var err error
		ctx := ctx
		span := o.Begin(&ctx, telemetry.RunInstances, "operation", "region")
		o.Queued(ctx, "region", "RunInstances", o.Clock(), nil)
		err = o.Observe(ctx, telemetry.Call{Region: "region", API: "RunInstances", Attempt: 1}, work)
		span.End(&err)
	}
	alone := func() { _, _ = work(ctx) }
	var ratio, more, allocs []float64
	for b.Loop() {
		var base, ours cost
		if len(ratio)%2 == 0 {
			base, ours = measure(calls, alone), measure(calls, off)
		} else {
			ours, base = measure(calls, off), measure(calls, alone)
		}
		ratio, more = append(ratio, ours.ns/base.ns), append(more, (ours.ns-base.ns)/calls)
		allocs = append(allocs, (ours.allocs-base.allocs)/calls)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratio), "x-call-time")
	b.ReportMetric(median(more), "added-ns/call")
	b.ReportMetric(median(allocs), "added-allocs/call")
}

// cost is what a block of calls took.
type cost struct{ ns, allocs float64 }

func measure(n int, call func()) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range n {
		call()
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return cost{ns: float64(took), allocs: float64(after.Mallocs - before.Mallocs)}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

var sink []byte

// work makes the text of a request for 100 instances.
func work(context.Context) (string, error) {
	sink = sink[:0]
	for range 100 {
		sink = append(sink, "InstanceId.1=i-0123456789abcdef&"...)
	}
	return "", nil
}
