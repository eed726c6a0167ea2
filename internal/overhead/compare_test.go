package overhead_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
)

// calls is how many calls make one block. One call alone would share the work of
// the garbage collector unfairly.
const calls = 16

// compare makes blocks of calls in turns, ours and the SDK's, so that whatever
// else the machine does meets both. It reports the medians of the blocks' ratios:
// x-sdk-time of CPU time (of the whole process, with what the garbage collector
// does meanwhile), x-sdk-allocs of allocations, x-sdk-bytes of allocated bytes;
// and what our call costs by itself as cpu-ns/call, allocs/call and B/call.
func compare(b *testing.B, ours, sdk func() error) {
	b.Helper()
	for range calls { // what is only done once is not compared
		measure(b, 1, ours)
		measure(b, 1, sdk)
	}
	var time, allocs, bytes, cpu, count, size []float64
	for b.Loop() {
		// The second block of a pair would always find the caches as the first
		// left them: each goes first every other time.
		var o, s cost
		if len(time)%2 == 0 {
			o, s = measure(b, calls, ours), measure(b, calls, sdk)
		} else {
			s, o = measure(b, calls, sdk), measure(b, calls, ours)
		}
		time = append(time, o.cpu/s.cpu)
		allocs = append(allocs, o.allocs/s.allocs)
		bytes = append(bytes, o.bytes/s.bytes)
		cpu, count, size = append(cpu, o.cpu/calls), append(count, o.allocs/calls), append(size, o.bytes/calls)
	}
	b.ReportMetric(0, "ns/op") // of blocks of both: nothing anybody asks for
	b.ReportMetric(median(time), "x-sdk-time")
	b.ReportMetric(median(allocs), "x-sdk-allocs")
	b.ReportMetric(median(bytes), "x-sdk-bytes")
	b.ReportMetric(median(cpu), "cpu-ns/call")
	b.ReportMetric(median(count), "allocs/call")
	b.ReportMetric(median(size), "B/call")
}

// cost is what a block took.
type cost struct{ cpu, allocs, bytes float64 }

func measure(b *testing.B, n int, call func() error) cost {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := overhead.CPUTime()
	for range n {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	cpu := overhead.CPUTime() - start
	runtime.ReadMemStats(&after)
	return cost{
		cpu:    float64(max(cpu, time.Nanosecond)),
		allocs: float64(after.Mallocs - before.Mallocs),
		bytes:  float64(after.TotalAlloc - before.TotalAlloc),
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[n/2] + list[(n-1)/2]) / 2
}
