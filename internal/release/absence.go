package release

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// An instance that was seen counts as gone only after several answers lack it, because single
// reads may miss an instance.
const (
	goneAnswers = 3                // consecutive answers that lack it
	goneOver    = 20 * time.Second // from the first to the last of these answers
	goneBy      = time.Minute      // when the answers are over, whatever they were
)

// absence is what is known about an instance that the cloud did not find.
type absence struct {
	first   time.Time // when it was first not found
	answers int       // consecutive answers that lack it
	since   time.Time // of the first of them
}

// found records that an answer shows the instance.
func (a *absence) found() {
	if a != nil {
		a.answers = 0
	}
}

// missed records that an answer does not find the instance.
func (a *absence) missed(now time.Time) {
	if a.answers == 0 {
		a.since = now
	}
	a.answers++
}

// proves reports whether an instance that was seen before is gone.
func (a *absence) proves(now time.Time) bool {
	return a.answers >= goneAnswers && now.Sub(a.since) >= goneOver
}

// absenceOf returns what is known about an instance that was not found. The caller holds r.mu.
func (r *Release) absenceOf(id string, now time.Time) *absence {
	a := r.miss[id]
	if a == nil {
		a = &absence{first: now}
		r.miss[id] = a
	}
	return a
}

// needsLook reports whether a look must confirm that an instance is gone. That is so when the
// release did not find the instance, but it was seen before, its release was not accepted, and
// the looks so far prove nothing.
func (r *Release) needsLook(id string) bool { return r.wasThere(id) && !r.isMissing(id) }

// wasThere reports whether an instance was seen and its release was not accepted.
func (r *Release) wasThere(id string) bool {
	return r.HasSeen(id) && !r.HasEnded(id)
}

// isMissing reports whether enough looks have not found an instance that was seen.
func (r *Release) isMissing(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.miss[id]
	return a != nil && a.proves(time.Now())
}

// contradicted returns the refusal for an instance that the cloud shows, or may show, but does
// not find for the release. The refusal is transient until goneBy is over, and longer while
// the instance is new.
func (r *Release) contradicted(id string, refusal error) account.Refusal {
	now := time.Now()
	r.mu.Lock()
	until := r.absenceOf(id, now).first.Add(goneBy)
	r.mu.Unlock()
	if by := r.visibleBy(id); by.After(until) {
		until = by
	}
	return account.Refusal{Left: []string{id}, Err: refusal, Transient: true, Until: until}
}

// missed records that the cloud did not find instances, and returns the instances for which
// the refusal stands. An instance is gone when its release was accepted, or when it was seen
// and is missing for long enough. Until then the refusal is transient. An instance that is
// missing beside others is asked about alone before it counts as gone. The refusal may be
// about another instance, and credentials may still release what they no longer list.
func (r *Release) missed(ids []string, refusal error) account.Refusal {
	now := time.Now()
	var until time.Time
	var left []string
	for _, id := range ids {
		by, gone := r.missedOne(id, now, len(ids) == 1)
		if gone {
			continue
		}
		left = append(left, id)
		if len(left) == 1 || by.Before(until) {
			until = by
		}
	}
	return account.Refusal{Left: left, Err: refusal, Transient: until.After(now), Until: until}
}

// missedOne records that the cloud did not find an instance. It reports whether that proves
// the instance gone. If not, it returns until when another try is useful.
func (r *Release) missedOne(id string, now time.Time, alone bool) (until time.Time, gone bool) {
	seen, ended := r.HasSeen(id), r.HasEnded(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.absenceOf(id, now)
	a.missed(now)
	proven := seen && a.proves(now)
	switch {
	case ended, proven && alone:
		r.gone[id] = true
		return until, true
	case proven:
		return now, false
	case seen:
		return a.first.Add(goneBy), false
	default:
		return r.visibleBy(id), false
	}
}

// groups sorts instances that were refused together into groups for the next calls. The first
// group has the instances that the last look showed. Then come the instances that were seen
// once and are missing now, one by one when that is proven. The rest were never seen: they are
// tried one by one only when nothing else is left. That they are not found proves nothing, and
// one of them may exist.
func (r *Release) groups(ids []string) [][]string {
	var here, missing, never []string
	var proven [][]string
	r.mu.Lock()
	now := time.Now()
	for _, id := range ids {
		switch {
		case r.shown[id] || r.miss[id] == nil:
			here = append(here, id)
		case r.miss[id].proves(now):
			proven = append(proven, []string{id})
		case r.HasSeen(id):
			missing = append(missing, id)
		default:
			never = append(never, id)
		}
	}
	r.mu.Unlock()
	if len(never) == len(ids) {
		return slices.Collect(slices.Chunk(never, 1))
	}
	return slices.DeleteFunc(append(proven, here, missing, never), func(g []string) bool { return len(g) == 0 })
}

// visibleBy returns until when a new instance may stay invisible, zero for others.
func (r *Release) visibleBy(id string) time.Time {
	born := r.Born(id)
	if born.IsZero() {
		return born
	}
	return born.Add(r.VisibleWithin)
}
