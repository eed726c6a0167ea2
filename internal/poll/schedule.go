package poll

import "time"

// The schedule of calls. The package comment gives the reasons; when an ID is looked at
// is the subject of package boot.
const (
	joinWindow = 200 * time.Millisecond // an ID that is due this soon after a round began is part of it
	minGap     = time.Second            // the shortest time between an answer about an ID and the next question
	maxSlack   = 2 * time.Second        // the longest time that a due ID waits for others
	earlySlack = 500 * time.Millisecond // the longest time that an early look waits for others
	settleTime = 20 * time.Millisecond  // lets Targets that start together share a call
	lastLook   = time.Second            // how long before its deadline a Target looks once more

	visibleWithin = 2 * time.Minute // the default of Config.Visible

	// An ID that was seen before is gone when this many whole answers in a row lack it,
	// over at least this time. Between the questions lies proofGap, so that an answer
	// that leaves out an ID by mistake is noticed.
	proofAnswers = 3
	proofTime    = 20 * time.Second
	proofGap     = 2500 * time.Millisecond

	// The same for an ID whose release was accepted.
	leavingAnswers = 2
	leavingTime    = 5 * time.Second

	aloneMost = 20                     // the last question about an ID goes alone, unless so many wait for theirs
	alonePace = 200 * time.Millisecond // between two calls about a single ID

	minBackoff = time.Second
	maxBackoff = 30 * time.Second
	fatalLimit = 3 // fatal answers in a row that end all Targets of a group
)

// jitter draws the factor that one round multiplies its intervals by.
func (p *Poller[T]) jitter() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 0.9 + 0.2*p.cfg.Rand.Float64()
}
