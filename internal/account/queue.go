package account

import (
	"context"
	"sync/atomic"
	"time"
)

// turnKey finds the *Mutex of a request in a context.
type turnKey struct{}

// Serialize makes the calls of one request wait for the budget one by one. A request
// of thousands of calls then waits in the queue once, like any other, and a request of
// one call is not behind all of them. Within a serialized context it changes nothing.
func Serialize(ctx context.Context) context.Context {
	if ctx.Value(turnKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, turnKey{}, new(Mutex))
}

// takeTurn waits until no other call of the same request waits for the budget.
func takeTurn(ctx context.Context) (leave func(), err error) {
	turn, serialized := ctx.Value(turnKey{}).(*Mutex)
	if !serialized {
		return func() {}, nil
	}
	if err := turn.Lock(ctx); err != nil {
		return nil, err
	}
	return turn.Unlock, nil
}

// Queue is a context that adds up how long its calls have waited in the library's own
// queue. A Queue within another one counts for both. It is safe for concurrent use.
type Queue struct {
	context.Context
	ns     atomic.Int64
	repeat atomic.Int32 // repetitions so far, where it is the context of a repeated call
	outer  *Queue
}

// queueKey finds the *Queue of a context.
type queueKey struct{}

// CountQueued returns a context that counts from now on.
func CountQueued(ctx context.Context) *Queue {
	outer, _ := ctx.Value(queueKey{}).(*Queue)
	return &Queue{Context: ctx, outer: outer}
}

// Value implements [context.Context].
func (q *Queue) Value(key any) any {
	if key == (queueKey{}) {
		return q
	}
	return q.Context.Value(key)
}

// Attempt returns the number of the attempt that a call with this context is: 1 unless the
// call is a repetition.
func Attempt(ctx context.Context) int {
	q, _ := ctx.Value(queueKey{}).(*Queue)
	if q == nil {
		return 1
	}
	return int(q.repeat.Load()) + 1
}

// Total returns how long the calls have waited so far, together.
func (q *Queue) Total() time.Duration { return time.Duration(q.ns.Load()) }

// addQueued records time that a call of the context has spent in the queue.
func addQueued(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	q, _ := ctx.Value(queueKey{}).(*Queue)
	for ; q != nil; q = q.outer {
		q.ns.Add(int64(d))
	}
}
