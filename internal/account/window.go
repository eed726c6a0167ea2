package account

import (
	"context"
	"sync"
	"time"
)

// longestWindow is the most calls a window remembers. A rate of more is kept by a shorter
// window of the same density.
const longestWindow = 4096

// How much closer together calls may arrive than they were sent. Ten calls a second to
// CVM, sent a second after ten others on new connections, arrived 0.15 s closer, and nine of
// them were refused. With these margins none is refused up to 0.25 s. A thousand creates
// at 10 a second, answered after 0.3 s, take 102 s instead of 100 s; with mostBunching
// alone they would take 124 s. A rate of a minute loses nothing that could be seen.
const (
	mostBunching = 250 * time.Millisecond // as long as nothing better is known
	slack        = 25 * time.Millisecond  // what the fastest answer so far may be too slow by
)

// window keeps the calls of a rate apart so that the receiver never counts more of them
// than the rate allows, in no stretch of time as long as the rate's own. So it does not
// matter whether the receiver counts by a clock or by the latest stretch.
//
// What is known is when a call was sent, and what counts is when it arrives. A call is sent
// only when the one that it follows by the rate's number of calls arrived at least the
// rate's time before. That one has arrived
//
//   - at the latest mostBunching after it was sent,
//   - at the latest when its answer is there,
//   - when many answers are known: as much later than the fastest calls as its answer
//     is later than theirs, and slack.
//
// wait and record are for one caller at a time; answered is safe for concurrent use.
type window struct {
	per      time.Duration
	bunching time.Duration

	mu    sync.Mutex
	calls []passage // the latest, as many as one window may hold
	sent  uint64    // calls so far

	// The fastest answers of the latest two generations of answers, of which the first is
	// complete. A fast refusal is forgotten with them.
	fastest [2]time.Duration
	answers int // of the second generation
}

// passage is a call on its way to the receiver.
type passage struct {
	arrived time.Time // at the latest
	open    bool      // there is no answer: it may have arrived earlier
	refused bool      // it does not count
}

// window returns an empty window for a rate.
func (r Rate) window() window {
	n := min(r.Calls, longestWindow)
	per := time.Duration(float64(r.Per) * float64(n) / float64(r.Calls))
	return window{
		per: per, bunching: min(mostBunching, per/4), calls: make([]passage, n),
		fastest: [2]time.Duration{0, time.Hour},
	}
}

// wait blocks until the next call may be sent. It fails at once, with a *[LateError],
// when ctx would end before.
func (w *window) wait(ctx context.Context) error {
	earliest, _ := w.opens()
	if err := sleepWithin(ctx, time.Until(earliest)); err != nil {
		return err
	}
	// By now an answer has shown when the call arrived, or none came in time.
	_, latest := w.opens()
	return sleepWithin(ctx, time.Until(latest))
}

// opens returns when the next call may be sent, at the earliest and at the latest.
func (w *window) opens() (earliest, latest time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	oldest := w.calls[w.sent%uint64(len(w.calls))]
	latest = oldest.arrived.Add(w.per)
	if oldest.open {
		return latest.Add(-w.bunching), latest
	}
	return latest, latest
}

// record records that a call is sent, and returns its number.
func (w *window) record(now time.Time) (number uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	number = w.sent
	w.calls[number%uint64(len(w.calls))] = passage{arrived: now.Add(w.bunching), open: true}
	w.sent++
	return number
}

// answered records that there is an answer to a call.
func (w *window) answered(number uint64, now time.Time, refused bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent-number > uint64(len(w.calls)) {
		return // a later call has taken its place
	}
	p := &w.calls[number%uint64(len(w.calls))]
	if !p.open {
		return
	}
	sent := p.arrived.Add(-w.bunching)
	took := now.Sub(sent)
	w.learnLocked(took)
	late := min(took, w.bunching)
	if known := w.fastest[0] > 0; known {
		late = min(late, took-min(w.fastest[0], w.fastest[1])+slack)
	}
	p.arrived, p.open, p.refused = sent.Add(late), false, refused
}

// held returns what the calls so far hold of the receiver's window.
func (w *window) held(now time.Time) (h held) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := uint64(len(w.calls))
	for i := w.sent; i > 0 && w.sent-i < n; i-- {
		c := &w.calls[(i-1)%n]
		left := c.arrived.Add(w.per).Sub(now)
		if left <= 0 {
			break
		}
		if !c.refused {
			h.calls, h.frees = h.calls+1, left
		}
	}
	return h
}

// learnLocked records how long an answer took. A generation is as many answers as two
// windows hold. The caller has w.mu.
func (w *window) learnLocked(took time.Duration) {
	w.fastest[1] = min(w.fastest[1], took)
	w.answers++
	if w.answers >= 2*len(w.calls) {
		w.fastest, w.answers = [2]time.Duration{w.fastest[1], time.Hour}, 0
	}
}
