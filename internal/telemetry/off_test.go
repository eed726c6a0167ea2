package telemetry_test

import (
	"context"
	"runtime"
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
// the same call alone. The call does what the least call of a client does beside the network: it
// makes the text of a small request. Blocks take turns; x-call-time and x-call-allocs are ours to
// the baseline's.
func BenchmarkOff(b *testing.B) {
	const calls = 4096
	ctx := b.Context()
	alone := func() { _, _ = work(ctx) }
	off := func() {
		var err error
		ctx := ctx
		var o *telemetry.Observer
		span := o.Begin(&ctx, telemetry.RunInstances, "operation", "region")
		o.Queued(ctx, "region", "RunInstances", o.Clock(), nil)
		err = o.Observe(ctx, telemetry.Call{Region: "region", API: "RunInstances", Attempt: 1}, work)
		span.End(&err)
	}
	var ours, theirs time.Duration
	var more uint64
	for b.Loop() {
		base, n := block(calls, alone)
		time, m := block(calls, off)
		ours, theirs, more = ours+time, theirs+base, more+m-n
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ours)/float64(theirs), "x-call-time")
	b.ReportMetric(float64(ours-theirs)/float64(b.N*calls), "added-ns/call")
	b.ReportMetric(float64(int64(more))/float64(b.N*calls), "added-allocs/call")
}

// block returns how long some calls take, and how often they allocate.
func block(n int, call func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range n {
		call()
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.Mallocs - before.Mallocs
}

var sink []byte

// work makes the text of a small request.
func work(context.Context) (string, error) {
	sink = sink[:0]
	for range 20 {
		sink = append(sink, "InstanceId.1=i-0123456789abcdef&"...)
	}
	return "", nil
}
