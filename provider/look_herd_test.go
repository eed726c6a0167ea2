package provider_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// begin creates operations of one instance each, of several clients that share a poller.
func begin(t *testing.T, f *fake, n int) (ops []*provider.Operation) {
	t.Helper()
	poller := &provider.Poller{}
	for range n {
		c := f.client(func(o *provider.Options) { o.Poller = poller })
		ops = append(ops, run(t, c, 1))
	}
	return ops
}

// lookAll looks at operations side by side, and returns how many of them have an instance that
// runs and the earliest moment for another look.
func lookAll(t *testing.T, ops []*provider.Operation) (ready int, next time.Time) {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, op := range ops {
		all.Go(func() {
			l, err := op.Look(t.Context())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ready += len(l.Ready)
			if !l.Next.IsZero() && (next.IsZero() || l.Next.Before(next)) {
				next = l.Next
			}
		})
	}
	all.Wait()
	return ready, next
}

// Looks at 500 operations at once take the calls of one look at 500 instances, and a few more for
// those that come first.
func TestLooksAtManyOperationsShareDescribes(t *testing.T) {
	const operations, full = 500, 5 // describes of 100 IDs
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.delay, f.boot = 200*time.Millisecond, 40*time.Second
		ops := begin(t, f, operations)
		looks, ready := 0, 0
		for next := time.Now(); ready < operations && looks < 50; looks++ {
			time.Sleep(time.Until(next))
			ready, next = lookAll(t, ops)
		}
		if ready != operations {
			t.Fatalf("%d run after %d rounds of looks, want %d", ready, looks, operations)
		}
		calls := len(f.made(provider.APIDescribeInstances))
		if most := looks * full * 2; calls > most {
			t.Errorf("%d describes for %d rounds of %d looks, want at most %d", calls, looks, operations, most)
		}
	})
}

// Between two looks nothing is left of a look: no goroutine waits for the next one.
func TestALookHoldsNoGoroutine(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.boot = time.Hour
		ops := begin(t, f, 100)
		for range 5 {
			lookAll(t, ops)
			synctest.Wait()
			if left := ofLibrary(); len(left) > 0 {
				t.Errorf("%d goroutines of the library after a look, want none:\n%s", len(left), strings.Join(left, "\n\n"))
			}
			time.Sleep(30 * time.Second)
		}
	})
}

// ofLibrary returns the stacks of goroutines that the library has started. Their number alone would
// count those of the runtime and of other tests too.
func ofLibrary() (left []string) {
	text := make([]byte, 4<<20)
	for stack := range strings.SplitSeq(string(text[:runtime.Stack(text, true)]), "\n\n") {
		if strings.Contains(stack, "created by github.com/yunfan-cloud/yunfan/") && !strings.Contains(stack, "_test.") {
			left = append(left, stack)
		}
	}
	return left
}

// A look that its caller gives up leaves the calls of the others alone.
func TestALookThatIsGivenUpDisturbsNoOther(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.delay = 10 * time.Second
		ops := begin(t, f, 2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var other sync.WaitGroup
		other.Go(func() {
			if l, err := ops[1].Look(t.Context()); err != nil || len(l.Unanswered) > 0 {
				t.Errorf("got %s and error %v, want an answer", l.String(), err)
			}
		})
		start := time.Now()
		if _, err := ops[0].Look(ctx); err == nil {
			t.Error("got no error, want that of ctx")
		}
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("the look ended after %v, want 100 ms after its ctx at most", took)
		}
		other.Wait()
	})
}
