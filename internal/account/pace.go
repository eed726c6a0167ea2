package account

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Steps of the additive increase and multiplicative decrease of a call rate.
const (
	calmTime  = 10 * time.Second // without a throttle, before the rate grows
	slowest   = rate.Limit(0.1)  // calls a second, however often it is throttled
	growSteps = 10               // calm times from nothing back to the documented rate
)

// quickCalm is how soon a rate comes back as a whole after a single throttle. A burst of
// refusals costs the next 100 calls at 10 a second 1.5 s; with calm times alone it costs
// them 8 s.
const quickCalm = 2500 * time.Millisecond

// burstShare is which part of a rate of more than a second may come at once: a fifth.
const burstShare = 5

// pace is the speed of the calls of a rate. A throttle halves it.
//
// A throttle after a calm time is most likely an accident: calls that have arrived
// together. When calls go well after it, the pace comes back as a whole. Further throttles
// show that the true rate is lower: then it comes back by a step each calm time.
type pace struct {
	full  rate.Limit
	burst int

	mu        sync.Mutex
	limiter   *rate.Limiter
	changed   time.Time
	throttled time.Time
	before    rate.Limit // the pace before a throttle that may be an accident; 0 if there is none
}

// pace returns the pace of a rate.
func (r Rate) pace() *pace {
	full := rate.Limit(float64(r.Calls) / r.Per.Seconds())
	burst := r.Burst
	switch {
	case burst != 0:
	case r.Per <= time.Second:
		burst = r.Calls
	default:
		burst = max(r.Calls/burstShare, 1)
	}
	return &pace{full: full, burst: burst, limiter: rate.NewLimiter(full, burst)}
}

// report changes the pace after the answer to a call that was made at the given time. Calls
// that were under way together, or sent within mostBunching of the first refusal, are
// throttled together: they count once.
func (p *pace) report(made time.Time, throttled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, now := p.limiter.Limit(), time.Now()
	calm, tested := now.Sub(p.changed), made.After(p.changed)
	switch {
	case throttled && p.isNew(made):
		p.before = 0
		if now.Sub(p.throttled) >= calmTime {
			p.before = limit
		}
		p.throttled = now
		p.setLocked(max(limit/2, min(slowest, p.full)), now)
	case throttled:
	case tested && calm >= quickCalm && p.before > limit:
		p.setLocked(p.before, now)
		p.before = 0
	case calm >= calmTime && limit < p.full:
		p.setLocked(min(limit+p.full/growSteps, p.full), now)
	}
}

// isNew reports whether a throttled call that was made at that time is not part of the
// latest throttle.
func (p *pace) isNew(made time.Time) bool {
	if p.throttled.IsZero() {
		return true
	}
	return made.After(p.throttled.Add(mostBunching)) && !made.Before(p.changed)
}

// setLocked sets the pace, and the burst in proportion: a cloud that throttles ten calls
// a second does not want ten at once. The caller has p.mu.
func (p *pace) setLocked(limit rate.Limit, now time.Time) {
	p.limiter.SetLimitAt(now, limit)
	p.limiter.SetBurstAt(now, max(int(float64(p.burst)*float64(limit/p.full)), 1))
	p.changed = now
}
