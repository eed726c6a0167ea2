package poll

import "time"

// The schedule; the package comment tells the reasons.
const (
	joinWindow = 200 * time.Millisecond // due this soon after a round: part of it
	minGap     = time.Second            // between an answer and the next question
	maxSlack   = 2 * time.Second        // the longest wait of a due ID for company
	settleTime = 20 * time.Millisecond  // lets Targets that start together share
	lastLook   = time.Second            // before a Target's deadline

	visibleWithin  = 2 * time.Minute         // Config.Visible, where it is not set
	proofAnswers   = 3                       // whole answers in a row that lack an ID seen before: it is gone ...
	proofTime      = 20 * time.Second        // ... where they are spread over this long
	proofGap       = 2500 * time.Millisecond // between questions meanwhile: bad reads show themselves
	leavingAnswers = 2                       // the same for an ID whose release was accepted ...
	leavingTime    = 5 * time.Second         // ... and how far they are spread
	aloneMost      = 20                      // IDs that wait for a last question of their own: more are asked together
	alonePace      = 200 * time.Millisecond  // between two calls for one ID each

	minBackoff = time.Second
	maxBackoff = 30 * time.Second
	fatalLimit = 3 // fatal answers in a row that end a group's Targets
)

// jitter draws the factor by which one round stretches its intervals.
func (p *Poller[T]) jitter() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 0.9 + 0.2*p.cfg.Rand.Float64()
}
