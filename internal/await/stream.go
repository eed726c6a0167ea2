package await

import (
	"context"
	"iter"
	"sync"
)

// Stream returns a loop over what run reports, one event at a time. Run is called in another
// goroutine; its ctx ends when the loop is left. The loop yields every event with the error
// that errOf finds in it. When run returns an error, that comes last, with a zero event.
func Stream[E any](
	ctx context.Context, run func(ctx context.Context, report func(E)) error, errOf func(E) error,
) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		events := make(chan E)
		var last error
		var done sync.WaitGroup
		done.Go(func() {
			defer close(events)
			last = run(ctx, func(e E) {
				select {
				case events <- e:
				case <-ctx.Done():
				}
			})
		})
		defer done.Wait()
		defer cancel()
		for e := range events {
			if !yield(e, errOf(e)) {
				return
			}
		}
		if last != nil {
			var none E
			yield(none, last)
		}
	}
}
