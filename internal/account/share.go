package account

import (
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

// What several processes that share a rate do, each by itself. DESIGN.md has the arithmetic
// ("One account, many processes").
const (
	// shareDrop is which part of its pace a process gives up after a refusal.
	shareDrop     = 0.15
	shareDropLong = 0.05 // of a long window, which answers to a change an hour late

	// shareStep is what a call that goes well adds to the pace, as a part of the geometric mean
	// of the pace and the whole rate. For n processes the part of the calls that are
	// refused settles at shareStep/shareDrop*sqrt(n).
	shareStep     = 0.00035
	shareStepLong = 0.00005

	// shareKept is which part of what it has had a process takes to be its share.
	shareKept = 0.9

	// mostProcesses bounds how small a share becomes, where the process was not told of more.
	mostProcesses = 64

	// shareCalm is how long a process at least waits for a refusal before it grows faster, and
	// shareCalmCalls how many calls. A neighbour has ended then.
	shareCalm      = time.Minute
	shareCalmCalls = 300
	shareGrowth    = 1.05

	// A long window that is full says so for up to its whole length. The pauses between
	// the calls that ask grow by pauseGrowth each, and end earlier when an own call leaves
	// the window: that makes room. When ownMakesRoom refusals in a row have shown
	// that it makes none, because others are faster or the cloud counts by the clock, they
	// do not end earlier. After a part of the window (fullAfter), and where most of what fills it
	// belongs to others (fewOf), nothing is asked until an own call leaves it.
	pauseGrowth  = 4
	ownMakesRoom = 3
	fullAfter    = 16
	fewOf        = 8
)

// held is what the calls of this process hold of a window when a call is refused.
type held struct {
	calls int           // that were not refused
	frees time.Duration // until the first of them leaves the window
}

// share is what a process that was told of others knows about them.
type share struct {
	of    rate.Limit // the pace that is a share; 0 as long as the process seems to be alone
	least rate.Limit // of a share
	row   int        // refusals since a call last went well
	began time.Time  // the first of them
	first held       // at the first of them
	grown time.Time  // when the pace last grew after a throttle
	low   rate.Limit // the pace before it grew
}

// isLong reports whether the rate is of so long a time that one which is used up stays so for
// longer than a caller has patience.
func (r Rate) isLong() bool { return r.Per > time.Minute }

// startShare makes the pace that of one of several processes, which are fewer than 0 where
// nobody knows their number. Such a process takes itself to be alone at first.
func (p *pace) startShare(processes int, now time.Time) {
	p.share = &share{least: p.full / rate.Limit(max(mostProcesses, 2*processes))}
	burst := p.burst
	if processes > 0 {
		p.share.of = p.full * shareKept / rate.Limit(processes)
		p.throttled = now // as if it had found its share now
		p.setLocked(p.share.of, now)
		burst = p.limiter.Burst()
	}
	if isShort := p.rate.Per <= time.Second; isShort && processes > 0 {
		// The bursts of all would not fit into the first second beside the pace of all.
		p.limiter.AllowN(now, burst-1)
		return
	}
	part := p.rate.firstPart()
	p.first = hold(burst - (burst+part-1)/part)
	p.limiter.AllowN(now, p.first.unproven)
}

// refusedSharedLocked slows down after a refusal. It returns how long no call is to go beside
// that. The caller has p.mu.
func (p *pace) refusedSharedLocked(now time.Time, own held) (pause time.Duration) {
	s := p.share
	if s.row == 0 {
		s.began, s.first = now, own
	}
	s.row++
	if p.othersUse(now, own) {
		p.cutShareLocked(now)
	} else {
		p.refusedLocked(now)
	}
	return p.pauseLocked(now, own)
}

// growSharedLocked speeds up after a call that went well. The caller has p.mu.
func (p *pace) growSharedLocked(made, now time.Time) {
	s, before := p.share, p.limiter.Limit()
	if s.row > 0 {
		s.row = 0
		p.paceLocked(before, now)
	}
	if s.of > 0 {
		p.growShareLocked(now)
		return
	}
	if p.growLocked(made, now); p.limiter.Limit() > before {
		s.grown, s.low = now, before
	}
}

// othersUse reports whether a refusal shows that others use the rate: own calls do not
// explain it, and either the latest growth was refused, or a long window stays full.
func (p *pace) othersUse(now time.Time, own held) bool {
	if p.share.of > 0 {
		return true
	}
	explained := own.calls*5 >= p.rate.Calls*4
	refuted := !p.share.grown.IsZero() && now.Sub(p.share.grown) <= max(calmTime, p.rate.Per)
	byGrowth := refuted && !explained
	return byGrowth || p.staysFull(now)
}

// staysFull reports whether a long window has been full for so long that this is no outage.
func (p *pace) staysFull(now time.Time) bool {
	return p.rate.isLong() && p.share.row > 1 && now.Sub(p.share.began) >= p.rate.Per/fullAfter
}

// asksOnly reports whether calls go one by one, to ask whether a long window is still full.
func (s *share) asksOnly(r Rate) bool { return r.isLong() && s.row > 0 }

// cutShareLocked takes what the process has had for its share, or makes the share smaller. The
// caller has p.mu.
func (p *pace) cutShareLocked(now time.Time) {
	s, isLong := p.share, p.rate.isLong()
	switch {
	case s.of == 0 && isLong:
		s.of = shareKept * rate.Limit(float64(s.first.calls)/p.rate.Per.Seconds())
	case s.of == 0:
		s.of = min(s.low, p.limiter.Limit()/2)
	case s.row == 1:
		s.of *= 1 - p.drop()
	case s.row > 2 && !isLong:
		s.of /= 2
	}
	s.of = max(s.of, s.least)
	p.before, p.throttled = 0, now
	p.setLocked(s.of, now)
}

// growShareLocked makes the share larger after a call that went well. The caller has p.mu.
func (p *pace) growShareLocked(now time.Time) {
	s := p.share
	expected := time.Duration(shareCalmCalls / float64(s.of) * float64(time.Second))
	calm := max(shareCalm, 3*p.rate.Per, expected)
	steps := max(calmTime, p.rate.Per/growSteps)
	if now.Sub(p.throttled) >= calm && now.Sub(p.changed) >= steps {
		s.of *= shareGrowth
		p.changed = now
	} else {
		s.of += p.step() * rate.Limit(math.Sqrt(float64(s.of*p.full)))
	}
	if s.of < p.full {
		p.paceLocked(s.of, now)
		return
	}
	s.of, s.grown = 0, time.Time{} // the others have ended
	p.setLocked(p.full, now)
}

// pauseLocked returns how long a process makes no call after a refusal. The caller has p.mu.
func (p *pace) pauseLocked(now time.Time, own held) time.Duration {
	s, gap := p.share, time.Duration(float64(time.Second)/float64(p.limiter.Limit()))
	if !p.rate.isLong() {
		if s.of == 0 {
			return 0
		}
		// Calls that have met are not to meet again.
		return time.Duration(rand.Float64() * float64(gap))
	}
	first, longest := p.firstPause(), p.rate.Per/pauseGrowth
	if s.of > 0 {
		first = max(first, gap)
	}
	asks := time.Duration(float64(first) * math.Pow(pauseGrowth, float64(min(s.row, 10)-1)))
	frees := longest
	if own.calls > 0 {
		frees = own.frees + time.Duration(rand.Float64()*float64(gap))
	}
	few := own.calls*fewOf < p.rate.Calls
	switch {
	case few && p.staysFull(now):
		return frees
	case s.row > ownMakesRoom:
		return min(asks, longest)
	}
	return min(asks, frees)
}

// firstPause is how long a process makes no call after the first refusal of a long window, and
// after a call that asks whether such a window is still full.
func (p *pace) firstPause() time.Duration {
	return time.Duration(2 / float64(p.full) * float64(time.Second))
}

// asks returns how long no other call goes beside the one that goes now.
func (p *pace) asks() time.Duration {
	if p.share == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.share.asksOnly(p.rate) {
		return 0
	}
	return p.firstPause()
}

// drop returns the part of a share that a refusal costs.
func (p *pace) drop() rate.Limit {
	if p.rate.isLong() {
		return shareDropLong
	}
	return shareDrop
}

// step returns what a call that goes well adds to a share; see [shareStep].
func (p *pace) step() rate.Limit {
	if p.rate.isLong() {
		return shareStepLong
	}
	return shareStep
}
