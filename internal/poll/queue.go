package poll

import (
	"container/heap"
	"time"
)

// queue is a heap of entries. The entry that has been due longest comes first; of two
// that are due at the same moment the older one does.
type queue[T any] []*entry[T]

func (q *queue[T]) add(e *entry[T])   { heap.Push(q, e) }
func (q *queue[T]) take() *entry[T]   { return heap.Pop(q).(*entry[T]) }
func (q *queue[T]) moved(e *entry[T]) { heap.Fix(q, int(e.pos)) }
func (q *queue[T]) drop(e *entry[T])  { heap.Remove(q, int(e.pos)) }

// next returns when the first entry is due. It returns distantFuture when there is none.
func (q queue[T]) next() time.Duration {
	if len(q) == 0 {
		return distantFuture
	}
	return q[0].due
}

// Len implements [heap.Interface].
func (q queue[T]) Len() int { return len(q) }

// Less implements [heap.Interface].
func (q queue[T]) Less(i, j int) bool {
	if q[i].due != q[j].due {
		return q[i].due < q[j].due
	}
	return q[i].accepted < q[j].accepted
}

// Swap implements [heap.Interface].
func (q queue[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].pos, q[j].pos = int32(i), int32(j)
}

// Push implements [heap.Interface].
func (q *queue[T]) Push(x any) {
	e := x.(*entry[T])
	e.pos = int32(len(*q))
	*q = append(*q, e)
}

// Pop implements [heap.Interface].
func (q *queue[T]) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.pos = notQueued
	return e
}
