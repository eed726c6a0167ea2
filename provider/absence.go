package provider

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// What it takes to believe that an instance which was seen is gone: reads flap.
const (
	goneAnswers = 3                // in a row that do not find it
	goneOver    = 20 * time.Second // from the first to the last of them
	goneBy      = time.Minute      // when the answers are over, whatever they were
)

// absence is what is known of an instance that the cloud did not find.
type absence struct {
	first   time.Time // when it was not found first
	answers int       // in a row that do not find it
	since   time.Time // of the first of them
}

// found takes in that an answer shows the instance.
func (a *absence) found() {
	if a != nil {
		a.answers = 0
	}
}

// missed takes in that an answer does not find it.
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

// absenceOf returns what is known of an instance that was not found. Callers have
// r.mu.
func (r *release) absenceOf(id string, now time.Time) *absence {
	a := r.miss[id]
	if a == nil {
		a = &absence{first: now}
		r.miss[id] = a
	}
	return a
}

// needsLook reports whether a release that does not find an instance has to be
// confirmed by a look: the instance was seen, its release was not accepted, and the looks
// so far do not prove that it is gone.
func (r *release) needsLook(id string) bool { return r.wasThere(id) && !r.isMissing(id) }

// wasThere reports whether an instance was seen, and its release was not accepted.
func (r *release) wasThere(id string) bool {
	return r.c.hasSeen(r.region, id) && !r.c.hasEnded(r.region, id)
}

// isMissing reports whether enough looks have not found an instance that was seen.
func (r *release) isMissing(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.miss[id]
	return a != nil && a.proves(time.Now())
}

// contradicted is the refusal of an instance that the cloud shows, or may show, and
// does not find when it is to be released. It is transient until goneBy is over, and
// longer while the instance is new.
func (r *release) contradicted(id string, refusal error) account.Refusal {
	now := time.Now()
	r.mu.Lock()
	until := r.absenceOf(id, now).first.Add(goneBy)
	r.mu.Unlock()
	if by := r.c.visibleBy(id); by.After(until) {
		until = by
	}
	return account.Refusal{Left: []string{id}, Err: refusal, Transient: true, Until: until}
}

// missed takes in that the cloud did not find instances, and returns those for whom
// the refusal stands. An instance is gone when its release was accepted, or when it
// was seen and is missing for long enough. While it may yet be found, or proven to be
// gone, the refusal is transient. One that is missing beside others is asked for alone before
// it counts as gone: the refusal may be about another, and credentials may lose sight of
// what they can still release.
func (r *release) missed(ids []string, refusal error) account.Refusal {
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

// missedOne takes in that the cloud did not find an instance. It reports whether
// that proves that it is gone, and otherwise until when it is worth asking again.
func (r *release) missedOne(id string, now time.Time, alone bool) (until time.Time, gone bool) {
	seen, ended := r.c.hasSeen(r.region, id), r.c.hasEnded(r.region, id)
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
		return r.c.visibleBy(id), false
	}
}

// groups sorts instances that were refused together: those that the last look has
// shown, those that were seen once and are missing now, one by one when that is proven,
// and those that were never seen. The last are asked for one by one when there is nothing else left to try:
// not finding them proves nothing, and one may be there.
func (r *release) groups(ids []string) [][]string {
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
		case r.c.hasSeen(r.region, id):
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
