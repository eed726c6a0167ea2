package account

import (
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

// What several processes that share a rate do without knowing of each other. DESIGN.md has the
// arithmetic ("One account, many processes").
const (
	// shareDrop is which part of its pace a process gives up after a refusal.
	shareDrop     = 0.15
	shareDropLong = 0.05 // of a long window, which answers to a change an hour late

	// shareStep is what a call that goes well adds to the pace, as a part of the geometric mean
	// of the pace and the whole rate. For n processes the part of the calls that are
	// refused settles at shareStep/shareDrop*sqrt(n).
	shareStep     = 0.0003
	shareStepLong = 0.00005

	// shareKept is which part of what it has had a process takes to be its share.
	shareKept = 0.9

	// mostProcesses bounds how small a share becomes.
	mostProcesses = 64

	// shareCalm is how long a process at least waits for a refusal before it grows faster, and
	// shareCalmCalls how many calls. A neighbour has ended then.
	shareCalm      = time.Minute
	shareCalmCalls = 300
	shareGrowth    = 1.05

	// A long window that is full says so for up to its whole length. The pauses between
	// the calls that ask grow by pauseGrowth each. After a part of the window (fullAfter),
	// and where most of what fills it belongs to others (fewOf), nothing is asked until
	// an own call leaves it.
	pauseGrowth = 4
	fullAfter   = 16
	fewOf       = 8
)

// held is what the calls of this process hold of a window when a call is refused.
type held struct {
	calls int           // that were not refused
	frees time.Duration // until the first of them leaves the window
}

// share is what a process knows about the others that use its rate.
type share struct {
	of    rate.Limit // the pace that is a share; 0 means that the process seems to be alone
	row   int        // refusals since a call last went well
	began time.Time  // the first of them
	first held       // at the first of them
}

// refused counts a refusal.
func (s *share) refused(now time.Time, own held) {
	if s.row == 0 {
		s.began, s.first = now, own
	}
	s.row++
}

// isShared reports whether a refusal shows that others use the rate: own calls do not
// explain it, and either the latest growth was refused, or a long window stays full.
func (p *pace) isShared(now time.Time, own held) bool {
	if p.share.of > 0 {
		return true
	}
	explained := own.calls*5 >= p.rate.Calls*4
	refuted := !p.grown.IsZero() && now.Sub(p.grown) <= max(calmTime, p.rate.Per)
	return refuted && !explained || p.staysFull(now)
}

// staysFull reports whether a long window has been full for so long that this is no outage.
func (p *pace) staysFull(now time.Time) bool {
	return p.rate.isLong() && p.share.row > 1 && now.Sub(p.share.began) >= p.rate.Per/fullAfter
}

// refusedShareLocked takes the share for what the process has had, or makes it smaller. The
// caller has p.mu.
func (p *pace) refusedShareLocked(now time.Time) {
	s := &p.share
	filling := s.row > 1 && now.Sub(s.began) < p.rate.Per/fullAfter
	switch {
	case s.of == 0 && p.rate.isLong():
		s.of = shareKept * rate.Limit(float64(s.first.calls)/p.rate.Per.Seconds())
	case s.of == 0:
		s.of = min(p.low, p.limiter.Limit()/2)
	case s.row == 1, p.rate.isLong() && filling:
		s.of *= 1 - p.drop()
	case s.row > 2 && !p.rate.isLong():
		s.of /= 2
	}
	s.of = max(s.of, p.full/mostProcesses)
	p.before = 0
	p.setLocked(s.of, now)
}

// growShareLocked makes the share larger after a call that went well. The caller has p.mu.
func (p *pace) growShareLocked(now time.Time) {
	s := &p.share
	expected := time.Duration(shareCalmCalls / float64(s.of) * float64(time.Second))
	calm := max(shareCalm, 3*p.rate.Per, expected)
	steps := max(calmTime, p.rate.Per/growSteps)
	if now.Sub(p.throttled) >= calm && now.Sub(p.changed) >= steps {
		s.of *= shareGrowth
		p.changed = now
	} else {
		s.of += p.step() * rate.Limit(math.Sqrt(float64(s.of*p.full)))
	}
	if s.of >= p.full {
		*s = share{}
		p.grown = time.Time{}
		p.setLocked(p.full, now)
		return
	}
	p.paceLocked(s.of, now)
}

// pauseLocked returns how long a process makes no call after a refusal. The caller has p.mu.
func (p *pace) pauseLocked(now time.Time, own held) time.Duration {
	s, gap := &p.share, time.Duration(float64(time.Second)/float64(p.limiter.Limit()))
	if !p.rate.isLong() {
		if s.of == 0 {
			return 0
		}
		// Calls that have met are not to meet again.
		return time.Duration(rand.Float64() * float64(gap))
	}
	first := p.firstPause()
	if s.of > 0 {
		first = max(first, gap)
	}
	asks := time.Duration(float64(first) * math.Pow(pauseGrowth, float64(min(s.row, 10)-1)))
	frees := p.rate.Per / pauseGrowth
	if own.calls > 0 {
		frees = own.frees + time.Duration(rand.Float64()*float64(gap))
	}
	few := own.calls*fewOf < p.rate.Calls
	if few && p.staysFull(now) {
		return frees
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
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.rate.isLong() || p.share.row == 0 {
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
