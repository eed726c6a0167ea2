package account

import (
	"context"
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
//
// That is right for a process that is alone with the rate. One that was told of others also
// has a [share].
type pace struct {
	rate  Rate
	full  rate.Limit
	burst int
	first *firstBurst // nil where nothing of the burst is held back for answers

	mu        sync.Mutex
	limiter   *rate.Limiter
	changed   time.Time
	throttled time.Time
	before    rate.Limit // the pace before a throttle that may be an accident; 0 if there is none
	share     *share     // nil where the process is alone; never changes
}

// pace returns the pace of a rate for one of so many processes; see [Kind].Processes.
func (r Rate) pace(processes int) *pace {
	full := rate.Limit(float64(r.Calls) / r.Per.Seconds())
	burst := r.Burst
	switch {
	case burst != 0:
	case r.Per <= time.Second:
		burst = r.Calls
	default:
		burst = max(r.Calls/burstShare, 1)
	}
	p := &pace{rate: r, full: full, burst: burst, limiter: rate.NewLimiter(full, burst)}
	if isShared := processes < 0 || processes > 1; isShared {
		p.startShare(processes, time.Now())
	}
	return p
}

// wait blocks until the next call may go. It is for one caller at a time. It fails at once,
// with a *[LateError], when ctx would end before.
func (p *pace) wait(ctx context.Context) error {
	for !p.first.take() {
		now := time.Now()
		next := p.limiter.ReserveN(now, 1)
		woken, err := p.first.sleep(ctx, next.DelayFrom(now))
		if err == nil && !woken {
			return nil
		}
		next.Cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// report changes the pace after the answer to a call that was made at the given time. Calls
// that were under way together, or sent within mostBunching of the first refusal, are
// throttled together: they count once. It returns how long no call is to go beside that,
// where others have used up the rate; own is what this process holds of it.
func (p *pace) report(made time.Time, throttled bool, own held) (pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	isNew := throttled && p.isNew(made)
	switch {
	case isNew && p.share != nil:
		return p.refusedSharedLocked(now, own)
	case isNew:
		p.refusedLocked(now)
	case throttled:
	case p.share != nil:
		p.growSharedLocked(made, now)
	default:
		p.growLocked(made, now)
	}
	return 0
}

// refusedLocked halves the pace. The caller has p.mu.
func (p *pace) refusedLocked(now time.Time) {
	limit := p.limiter.Limit()
	p.before = 0
	if now.Sub(p.throttled) >= calmTime {
		p.before = limit
	}
	p.throttled = now
	p.setLocked(max(limit/2, min(slowest, p.full)), now)
}

// growLocked brings the pace back after a call that went well. The caller has p.mu.
func (p *pace) growLocked(made, now time.Time) {
	limit, calm, tested := p.limiter.Limit(), now.Sub(p.changed), made.After(p.changed)
	switch {
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
	p.paceLocked(limit, now)
	p.changed = now
}

// paceLocked is setLocked for a change that is too small to be tested. The caller has p.mu.
func (p *pace) paceLocked(limit rate.Limit, now time.Time) {
	p.limiter.SetLimitAt(now, limit)
	burst := max(int(float64(p.burst)*float64(limit/p.full)), 1)
	if p.share != nil && p.share.asksOnly(p.rate) {
		burst = 1
	}
	p.limiter.SetBurstAt(now, burst)
}
