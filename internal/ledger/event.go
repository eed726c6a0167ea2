package ledger

import (
	"cmp"
	"slices"
	"time"
)

// Every change of state of a ledger is a method in this file, named for its event. An
// event that does not fit a part's state leaves the state unchanged. But every ID that
// an event brings is kept.

// Send records that a call of a part is about to be sent. First reports whether it is
// the first call of its generation. It reports ok = false if no call may be sent: the
// part is finished, or everything is being released and this part has created nothing.
func (l *Ledger) Send(i int, now time.Time) (first, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	switch {
	case p.status == Sent:
		return false, true
	case p.status == Planned && !l.over:
		p.before = l.earlierLocked(p)
		l.closeGenerationLocked(p)
		p.status, p.sent = Sent, now
		return true, true
	}
	return false, false
}

// closeGenerationLocked records that the known instances of a part belong to generations
// before the one that is about to be sent.
func (l *Ledger) closeGenerationLocked(p *part) {
	for _, id := range p.ids {
		l.changeLocked(id, func(s *instance) { s.earlier = true })
	}
}

// TakeBack undoes the first Send of a generation: the call was not sent.
func (l *Ledger) TakeBack(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	if p.status == Sent && !p.doubt {
		p.status, p.sent = Planned, time.Time{}
	}
}

// Answer is how a call of a part ended.
type Answer struct {
	IDs []string // distinct or not, none empty

	// Asked is how many instances the call asked for. Least is the smallest number that
	// the call accepts.
	Asked, Least int

	Order   string // the ID of an order that is not paid yet
	Job     string // the ID of the job that makes the instances
	Verdict Verdict
}

// Answer records how a call of a part ended, and returns the instances that are new.
// All calls of a part under one token name the same instances. An answer contradicts
// itself if it names more instances than the call asked for, or an instance of another
// part. An instance is doubtful if only such answers name it.
func (l *Ledger) Answer(i int, a Answer, now time.Time) (fresh []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	claim := Ours
	if l.contradictsLocked(i, &a) {
		claim = Doubtful
	}
	first := len(p.ids) == 0
	fresh = l.nameLocked(i, a.IDs, claim, now)
	if own := claim == Ours && len(fresh) > 0; first && own {
		p.job = a.Job
	}
	if p.status != Sent {
		return fresh
	}
	if a.Verdict.TokenDead && !l.namesLocked(p) {
		l.nextGenerationLocked(p)
		return fresh
	}
	p.doubt = p.doubt || a.Verdict.Executed != No
	if a.Order != "" || a.Verdict.Executed == Yes {
		p.order = a.Order
	}
	switch {
	case a.Verdict.Executed == Yes:
		l.compareLocked(p, &a)
	case !p.doubt && len(fresh) == 0:
		p.status = Planned
	case !p.doubt && claim == Ours: // it created these, and the rest was refused
		p.status = Accepted
	}
	return fresh
}

// contradictsLocked reports whether an answer cannot be true: it names an instance of
// another part, or all answers of the generation together name more than were asked
// for. While everything is being released, the other instances of a contradiction may
// be gone already. So a doubtful instance stays doubtful.
func (l *Ledger) contradictsLocked(i int, a *Answer) bool {
	named := a.IDs
	p := &l.parts[i]
	for _, id := range a.IDs {
		s, known := l.instances[id]
		ofAnother := known && s.part != i
		lateWord := known && l.over && s.claim == Doubtful
		if ofAnother || lateWord {
			return true
		}
	}
	if p.status == Sent {
		named = append(slices.Clip(named), l.generationLocked(p)...)
	}
	return len(named) > a.Asked && len(distinct(named)) > a.Asked
}

// generationLocked returns the certain instances of the current generation.
func (l *Ledger) generationLocked(p *part) (ids []string) {
	for _, id := range p.ids {
		if s := l.instances[id]; s.claim == Ours && !s.earlier {
			ids = append(ids, id)
		}
	}
	return ids
}

// namesLocked reports whether an answer has named an instance of the current generation.
func (l *Ledger) namesLocked(p *part) bool {
	return slices.ContainsFunc(p.ids, func(id string) bool { return !l.instances[id].earlier })
}

// inDoubtLocked reports whether an instance of the current generation is doubtful.
func (l *Ledger) inDoubtLocked(p *part) bool {
	return slices.ContainsFunc(p.ids, func(id string) bool {
		s := l.instances[id]
		return s.claim == Doubtful && !s.earlier
	})
}

// distinct returns the IDs sorted and without duplicates.
func distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// compareLocked decides what an answer without an error proves. If it names all
// instances that were asked for, no more will come. If it names fewer, it proves
// nothing until another answer agrees.
func (l *Ledger) compareLocked(p *part, a *Answer) {
	if l.certainLocked(p) == p.Count {
		p.status, p.last, p.agreed = Accepted, nil, false
		return
	}
	named := distinct(a.IDs)
	whole := len(distinct(append(slices.Clip(named), l.generationLocked(p)...))) == len(named)
	p.agreed = whole && p.last != nil && slices.Equal(p.last, named)
	p.last = named
}

// Agree records that a part has all the instances it will get: the two latest answers
// agree, or no further answer is possible. It does so only if the part has at least its
// call's minimum, and none of them is doubtful.
func (l *Ledger) Agree(i int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	certain := l.certainLocked(p)
	if p.status != Sent || certain < p.MinCount || l.inDoubtLocked(p) {
		return false
	}
	p.status, p.outOfStock = Accepted, certain < p.Count
	return true
}

// Agreed reports whether the two latest answers without an error named the same
// instances, including all that earlier answers named.
func (l *Ledger) Agreed(i int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.parts[i].agreed
}

// ApproveDryRun records that the cloud approved a dry run of a part.
func (l *Ledger) ApproveDryRun(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.partLocked(i); p.status == Sent && len(p.ids) == 0 {
		p.status = Accepted
	}
}

// nameLocked adds instances to a part, each once, and returns the new ones.
func (l *Ledger) nameLocked(i int, ids []string, claim Claim, now time.Time) (fresh []string) {
	p := l.partLocked(i)
	before, filled := len(p.ids), l.certainLocked(p)
	if l.instances == nil {
		l.instances = make(map[string]instance, len(ids))
	}
	for _, id := range ids {
		s, known := l.instances[id]
		switch {
		case !known:
			l.instances[id] = instance{part: i, claim: claim}
			p.ids = append(p.ids, id)
		case s.part == i:
			if claim < s.claim { // it belongs to the generation that has made it certain
				s.claim, s.earlier = claim, false
			}
			l.instances[id] = s
		}
	}
	fresh = p.ids[before:len(p.ids):len(p.ids)]
	if len(fresh) > 0 {
		l.accepted, p.job = now, "" // a job is kept only if it makes all instances of its part
	}
	certain := l.certainLocked(p)
	if certain > filled { // they still need their own names
		p.renamed = false
	}
	if certain == p.Count {
		p.fill()
	}
	return fresh
}

// fill records that no slot of a part is empty. For a part that is still open, only an
// answer or a look decides that.
func (p *part) fill() {
	p.outOfStock, p.refused = false, false
	if p.status == Planned || p.status == Rejected {
		p.status = Accepted
	}
}

// Find records instances that a look for a part has shown, and returns the new ones.
// Instances beyond the part's slots are surplus.
func (l *Ledger) Find(i int, ids []string, claim Claim, now time.Time) (fresh []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh = l.nameLocked(i, ids, claim, now)
	l.seeLocked(ids)
	if p := l.partLocked(i); p.status != Sent { // for Sent, they belong to the current generation
		p.foundLate(len(fresh))
	}
	return fresh
}

// foundLate counts instances of given-up generations that have become visible. It
// copies the list: a list that Part has returned is never changed.
func (p *part) foundLate(n int) {
	p.givenUp = slices.Clone(p.givenUp)
	for i := range p.givenUp {
		g := &p.givenUp[i]
		took := min(n, max(cmp.Or(g.Missing, p.Count)-g.Found, 0))
		g.Found += took
		n -= took
	}
}

// Deal gives instances that a look has shown to parts with empty slots, in order. Each
// part takes at most what it is missing. It returns the new instances that fit into no
// part; the ledger does not keep them.
func (l *Ledger) Deal(parts []int, ids []string, claim Claim, now time.Time) (left []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, known := l.instances[id]
		return known
	})
	for _, i := range parts {
		p := &l.parts[i]
		n := min(max(p.Count-len(p.ids), 0), len(left))
		l.nameLocked(i, left[:n], claim, now)
		l.seeLocked(left[:n])
		left = left[n:]
	}
	return left
}

// Looked records that a search has found all visible instances of a part's generation.
// The next generation creates the missing ones. The old generation is remembered as
// given up, because more of its instances may still become visible.
//
// It reports false, and the part stays open, if a contradictory answer has named
// instances and the search did not find enough others. The named instances may be the
// missing ones.
func (l *Ledger) Looked(i int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	certain := l.certainLocked(p)
	doubtful := certain < p.Count && l.inDoubtLocked(p)
	if p.status != Sent || doubtful {
		return false
	}
	if certain == p.Count {
		p.status = Accepted
		return true
	}
	p.givenUp = append(p.givenUp, GivenUp{Generation: p.generation, At: now, Missing: p.Count - certain})
	l.nextGenerationLocked(p)
	return true
}

// KeepLooking records that the generation before the planned one may still have created
// instances, although the cloud reports that it failed. They may become visible later.
func (l *Ledger) KeepLooking(i int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	before := p.generation - 1
	known := slices.ContainsFunc(p.givenUp, func(g GivenUp) bool { return g.Generation == before })
	if p.status == Planned && before >= 0 && !known {
		p.givenUp = append(p.givenUp, GivenUp{Generation: before, At: now})
	}
}

// Settle records that a person has confirmed that a part's generation created only the
// known instances. The next generation creates the missing ones.
func (l *Ledger) Settle(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.partLocked(i); p.status == Sent {
		l.nextGenerationLocked(p)
	}
}

// earlierLocked returns how many instances belong to generations before the current or
// planned one. Instances that another run may have created fill no slot and do not
// count.
func (l *Ledger) earlierLocked(p *part) int {
	if p.status == Sent {
		return p.before
	}
	return l.certainLocked(p)
}

// nextGenerationLocked plans a new generation for the missing instances. The known
// instances then belong to earlier generations.
func (l *Ledger) nextGenerationLocked(p *part) {
	p.generation++
	p.status, p.sent = Planned, time.Time{}
	p.doubt, p.last, p.agreed, p.order = false, nil, false, ""
}

// Close records the final error of a part for now. A part that certainly created no
// unknown instances is rejected if the same call would fail again, or accepted with the
// instances it has.
func (l *Ledger) Close(i int, v Verdict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	p.fromToken, p.launchFailed = false, false
	ends := v.Final || v.Scarce
	if p.status == Planned && ends && v.Executed != Yes { // it created no unknown instances
		p.status = Rejected
		if len(p.ids) > 0 {
			p.status = Accepted // the rest was refused
		}
	}
	p.refused = v.Executed != Yes && !v.Scarce
	if p.finished() {
		p.outOfStock = l.certainLocked(p) < p.Count && !p.refused
	}
}

// finished reports whether a part has no more calls to make and was neither replaced
// nor released.
func (p *part) finished() bool { return p.status == Accepted || p.status == Rejected }

// Skip records that a part is known to be out of stock before any call was sent.
func (l *Ledger) Skip(i int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	fresh := p.status == Planned && p.Candidate == 0 && p.generation == 0
	if !fresh || len(p.ids) > 0 {
		return false
	}
	p.status, p.outOfStock = Rejected, true
	return true
}

// Replaceable reports whether a part is finished and another candidate may create its
// missing instances.
func (l *Ledger) Replaceable(i int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.replaceableLocked(&l.parts[i])
}

func (l *Ledger) replaceableLocked(p *part) bool {
	return p.finished() && p.outOfStock && len(p.ids) < p.Count
}

// Replace plans a new part with another candidate for a part's missing instances, and
// returns the new part. The old part shrinks to the instances it has.
func (l *Ledger) Replace(i, candidate, numberOffset, minCount int) (next int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.partLocked(i)
	if l.over || !l.replaceableLocked(p) {
		return 0, false
	}
	have := len(p.ids)
	rest := part{
		Plan:         Plan{First: p.First + have, Count: p.Count - have, MinCount: minCount, Candidate: candidate},
		numberOffset: numberOffset, status: Planned,
	}
	p.Count, p.MinCount = have, min(p.MinCount, max(have, 1)) // the minimum counts again if one of them dies
	p.status, p.outOfStock, p.launchFailed, p.refused = Replaced, false, false, false
	l.parts = append(l.parts, rest)
	l.touchLocked(len(l.parts) - 1)
	return len(l.parts) - 1, true
}

// Hopeless reports whether a part ended for a reason that applies to every candidate.
func (l *Ledger) Hopeless() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.parts, func(p part) bool {
		old := p.fromToken && len(p.ids) < p.Count && !p.outOfStock
		hopeless := p.refused || old
		return p.finished() && hopeless
	})
}

// PlanForLess plans again the parts that were refused for lack of stock, this time with
// a minimum of one instance. It returns those parts. The operation's minimum counts for
// all parts together. So a part's own minimum may refuse instances that would have been
// enough together. A refusal proves that the stock is smaller than the part's minimum.
// If even that stock would not be enough, nothing is planned.
func (l *Ledger) PlanForLess() (planned []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have, most := 0, 0 // most is the number that the refused parts can still create
	for i := range l.parts {
		p := &l.parts[i]
		if p.status == Planned || p.status == Sent || p.refused {
			return nil
		}
		have += len(p.ids)
		if p.asksForLess() {
			most += p.MinCount - 1
		}
	}
	if l.over || have >= l.enough || have+most < l.enough {
		return nil
	}
	for i := range l.parts {
		if p := &l.parts[i]; p.asksForLess() && p.MinCount > 1 {
			l.touchLocked(i)
			l.nextGenerationLocked(p)
			p.MinCount, p.outOfStock = 1, false
			planned = append(planned, i)
		}
	}
	return planned
}

// asksForLess reports whether this process saw a part refused for lack of stock.
func (p *part) asksForLess() bool { return p.status == Rejected && p.outOfStock && !p.fromToken }

// See records that a describe has shown instances.
func (l *Ledger) See(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seeLocked(ids)
}

func (l *Ledger) seeLocked(ids []string) {
	for _, id := range ids {
		l.changeLocked(id, func(s *instance) { s.seen = true })
	}
}

// Recognize records that a describe has shown instances with evidence that they belong
// to the operation. A doubtful instance stays doubtful.
func (l *Ledger) Recognize(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.changeLocked(id, func(s *instance) { s.seen, s.own = true, s.claim != Doubtful })
	}
}

// changeLocked changes the evidence about an instance that the ledger has.
func (l *Ledger) changeLocked(id string, how func(*instance)) {
	s, ok := l.instances[id]
	if !ok {
		return
	}
	before := s.written()
	how(&s)
	l.instances[id] = s
	if s.written() != before {
		l.touchLocked(s.part)
	}
}

// Suspect records what answers have shown of instances: those in found are suspected of having
// failed, and the others of nothing. It reports whether this changes anything.
func (l *Ledger) Suspect(ids []string, found map[string]Suspicion) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		i, ok := l.instances[id]
		before, was := l.suspects[id]
		now, is := found[id]
		now.Since = plain(now.Since)
		unchanged := was == is && now.same(before)
		if neither := !was && !is; !ok || neither || unchanged {
			continue
		}
		if delete(l.suspects, id); is {
			l.suspectLocked(id, now)
		}
		l.touchLocked(i.part)
		changed = true
	}
	return changed
}

// BeginRelease records that everything is to be released and no more instances are
// created. It reports false if that was recorded before.
func (l *Ledger) BeginRelease() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := !l.over
	l.over = true
	l.touchLocked(itself)
	return began
}

// CancelRelease undoes a BeginRelease that could not be saved. No release has been
// sent.
func (l *Ledger) CancelRelease() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = false
	l.touchLocked(itself)
}

// Doubt records that instances seem to belong to another operation, although an answer
// named them.
func (l *Ledger) Doubt(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.changeLocked(id, func(s *instance) { s.claim, s.own = Doubtful, false })
	}
}

// OweRelease records that instances are to be released. It returns those for which this
// is new, for CancelOwed.
func (l *Ledger) OweRelease(ids []string) (fresh []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		if s, ok := l.instances[id]; ok && !s.releasing {
			l.changeLocked(id, func(s *instance) { s.releasing = true })
			fresh = append(fresh, id)
		}
	}
	return fresh
}

// CancelOwed undoes an OweRelease that could not be saved.
func (l *Ledger) CancelOwed(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.changeLocked(id, func(s *instance) { s.releasing = false })
	}
}

// Proof is why an instance may leave the ledger.
type Proof int

// Proofs.
const (
	ReleaseAccepted Proof = iota // the cloud accepted its release
	GoneForGood                  // it was seen, and is gone
)

// Leave removes instances from a ledger that is being released, and returns the removed
// ones. GoneForGood removes only instances that were seen: without that nothing proves
// that the instance ever existed.
func (l *Ledger) Leave(ids []string, proof Proof) (left []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		s, ok := l.instances[id]
		proven := proof == ReleaseAccepted || s.seen
		if !ok || !l.over || !proven {
			continue
		}
		left = append(left, id)
		p := l.dropLocked(id, s)
		if p.status == Accepted || p.status == Replaced {
			p.status, p.launchFailed = Released, false
		}
	}
	return left
}

// dropLocked removes an instance from its part. It copies the list: a list that Part or
// IDs has returned is never changed.
func (l *Ledger) dropLocked(id string, s instance) *part {
	delete(l.instances, id)
	delete(l.suspects, id)
	p := l.partLocked(s.part)
	p.ids = slices.DeleteFunc(slices.Clone(p.ids), func(have string) bool { return have == id })
	p.last, p.agreed = nil, false
	return p
}

// LaunchFailed records that instances died after they were accepted, and that the cloud
// accepted their release. It returns the removed instances. The missing instances of a
// finished part now count as out of stock.
func (l *Ledger) LaunchFailed(ids []string) (left []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		s, ok := l.instances[id]
		if !ok || !s.releasing {
			continue
		}
		left = append(left, id)
		p := l.dropLocked(id, s)
		ended := p.finished() || p.status == Replaced
		if ended && p.Count > 0 { // otherwise it was surplus: no slot is empty
			p.status, p.outOfStock, p.launchFailed = Accepted, true, true
			p.fromToken, p.refused = false, false
		}
	}
	return left
}

// Rename records that the instances of a part have got their own names.
func (l *Ledger) Rename(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partLocked(i).renamed = true
}
