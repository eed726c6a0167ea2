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

// startPart is which part of its burst a new pace has at once: half of it, and a tenth where the
// rate is long, because a burst too many is then felt for an hour. A rate of a second has all
// of it: what was sent before the process began is out of its window.
func (r Rate) startPart() int {
	switch {
	case r.isLong():
		return 10
	case r.Per > time.Second:
		return 2
	}
	return 1
}

// pace is the speed of the calls of a rate. A throttle halves it.
//
// A throttle after a calm time is most likely an accident: calls that have arrived
// together. When calls go well after it, the pace comes back as a whole. Further throttles
// show that the true rate is lower: then it comes back by a step each calm time. Where such
// a step is refused at once, others use the rest of the rate: see [share].
//
// A new pace does not know what was used up before it. It has a part of its burst at once, and
// one more of it for each call that goes well.
type pace struct {
	rate  Rate
	full  rate.Limit
	burst int

	mu        sync.Mutex
	limiter   *rate.Limiter
	changed   time.Time
	throttled time.Time
	before    rate.Limit // the pace before a throttle that may be an accident; 0 if there is none
	grown     time.Time  // when it last grew after a throttle
	low       rate.Limit // the pace before it grew

	// The rest of the first burst.
	unproven int           // calls of it that wait for others to go well
	credit   int           // calls of it that may go
	underWay int           // calls without an answer
	woken    chan struct{} // credit has come

	share share
}

// pace returns the pace of a rate, of which a process that knows of others takes its part.
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
	p := &pace{rate: r, full: full, burst: burst, woken: make(chan struct{}, 1)}
	p.limiter = rate.NewLimiter(full, burst)
	if processes > 1 {
		p.share.of = max(full*shareKept/rate.Limit(processes), full/mostProcesses)
		p.throttled = time.Now() // as if it had found its share now
		p.setLocked(p.share.of, p.throttled)
		return p
	}
	part := r.startPart()
	p.unproven = burst - (burst+part-1)/part
	p.limiter.AllowN(time.Now(), p.unproven)
	return p
}

// isLong reports whether the rate is of so long a time that one which is used up stays so for
// longer than a caller has patience.
func (r Rate) isLong() bool { return r.Per > time.Minute }

// wait blocks until the next call may go. It is for one caller at a time. It fails at once,
// with a *[LateError], when ctx would end before.
func (p *pace) wait(ctx context.Context) error {
	for {
		if p.takeCredit() {
			return nil
		}
		now := time.Now()
		next := p.limiter.ReserveN(now, 1)
		woken, err := p.sleep(ctx, next.DelayFrom(now))
		if !woken && err == nil {
			return nil
		}
		next.Cancel()
		if err != nil {
			return err
		}
	}
}

// sleep waits, and returns early when credit has come.
func (p *pace) sleep(ctx context.Context, d time.Duration) (woken bool, err error) {
	if d <= 0 || !p.mayWake() {
		return false, sleepWithin(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return false, nil
	case <-p.woken:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// mayWake reports whether credit may come.
func (p *pace) mayWake() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.credit > 0 || p.unproven > 0 && p.underWay > 0
}

// takeCredit takes a call of the first burst.
func (p *pace) takeCredit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.credit == 0 {
		return false
	}
	p.credit--
	return true
}

// record takes note of a call that is sent.
func (p *pace) record() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay++
}

// report changes the pace after the answer to a call that was made at the given time. Calls
// that were under way together, or sent within mostBunching of the first refusal, are
// throttled together: they count once. It returns how long the next call has to wait beside
// that, where the window is known to be used up.
func (p *pace) report(made time.Time, throttled bool, own held) (closed time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
	now := time.Now()
	p.startedLocked(throttled)
	switch {
	case throttled && p.isNew(made):
		p.share.refused(now, own)
		p.refusedLocked(now, own)
		p.throttled = now
		return p.pauseLocked(now, own)
	case throttled:
	case p.share.of > 0:
		p.wentWellLocked(now)
		p.growShareLocked(now)
	default:
		p.wentWellLocked(now)
		p.growLocked(made, now)
	}
	return 0
}

// startedLocked gives the next call of the first burst for a call that went well. A refusal
// ends the first burst. The caller has p.mu.
func (p *pace) startedLocked(throttled bool) {
	switch {
	case throttled:
		p.unproven, p.credit = 0, 0
	case p.unproven > 0:
		p.unproven--
		p.credit++
		select {
		case p.woken <- struct{}{}:
		default:
		}
	}
}

// wentWellLocked ends a row of refusals. The caller has p.mu.
func (p *pace) wentWellLocked(now time.Time) {
	if p.share.row > 0 {
		p.share.row = 0
		p.paceLocked(p.limiter.Limit(), now)
	}
}

// refusedLocked slows down after a refusal. The caller has p.mu.
func (p *pace) refusedLocked(now time.Time, own held) {
	limit := p.limiter.Limit()
	if p.isShared(now, own) {
		p.refusedShareLocked(now)
		return
	}
	p.before = 0
	if now.Sub(p.throttled) >= calmTime {
		p.before = limit
	}
	p.setLocked(max(limit/2, min(slowest, p.full)), now)
}

// growLocked speeds up after a call that went well. The caller has p.mu.
func (p *pace) growLocked(made, now time.Time) {
	limit, calm, tested := p.limiter.Limit(), now.Sub(p.changed), made.After(p.changed)
	switch {
	case tested && calm >= quickCalm && p.before > limit:
		p.grown, p.low = now, limit
		p.setLocked(p.before, now)
		p.before = 0
	case calm >= calmTime && limit < p.full:
		p.grown, p.low = now, limit
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
	if p.rate.isLong() && p.share.row > 0 {
		burst = 1 // one call is enough to ask whether a window is still full
	}
	p.limiter.SetBurstAt(now, burst)
}
