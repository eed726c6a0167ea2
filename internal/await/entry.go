package await

import (
	"time"

	"github.com/yunfan-cloud/yunfan/internal/poll"
)

// entry is what a wait knows of one ID.
type entry[I any] struct {
	last    *I            // as last seen, where it is kept
	failure *Failure      // nil unless the phase is Failed
	limited time.Duration // time in the wait when its phase became Limited, negative before it; 0 when it is not

	word      uint32 // its latest state, in words
	phase     Phase  // Pending stands for Limited too
	owner     uint8
	seen      bool // it was seen, perhaps not by this wait
	noAddress bool // and had no address then
}

// over reports whether the wait for the ID has ended, by what an answer has proved.
func (e *entry[I]) over() bool { return e.phase == Ready || e.phase == Failed }

// fail ends the wait for the ID.
func (e *entry[I]) fail(f Failure) { e.phase, e.failure = Failed, &f }

// record takes over what one event says about an ID.
func (w *Wait[I]) record(e *entry[I], ev *poll.Event[I]) {
	switch ev.Kind {
	case poll.Absent:
		if e.phase == Unanswered {
			e.phase = Absent
		}
	case poll.Hidden:
		w.recordHidden(e, ev)
	case poll.Gone:
		w.recordGone(e, ev)
	case poll.Failed:
		e.fail(Failure{Kind: ev.Kind, Err: ev.Err})
	case poll.Seen:
		w.recordSeen(e, ev)
	}
}

// recordHidden ends the wait for an ID that no answer has shown in time.
func (w *Wait[I]) recordHidden(e *entry[I], ev *poll.Event[I]) {
	e.phase = Hidden
	if w.patience == 0 || ev.Age < w.patience {
		w.patience = ev.Age
	}
	if ev.Err != nil {
		w.hiddenErr = ev.Err
	}
}

// recordGone ends the wait for an ID that existed and does not exist any more.
func (w *Wait[I]) recordGone(e *entry[I], ev *poll.Event[I]) {
	e.seen = true
	e.word = w.words.add(w.cfg.Gone.State, w.words.of(e.word).raw)
	if w.cfg.Gone.Phase == Ready {
		e.phase = Ready
		return
	}
	e.fail(Failure{Kind: ev.Kind, Err: ev.Err})
}

// recordSeen records what an answer shows of an ID.
func (w *Wait[I]) recordSeen(e *entry[I], ev *poll.Event[I]) {
	s := w.cfg.Read(&ev.Value, e.owner != 0)
	first := !e.seen
	if s.Phase != Limited || s.State != w.words.of(e.word).state {
		e.limited = 0
	}
	e.word = w.words.add(s.State, s.Raw)
	e.seen, e.noAddress = true, s.NoAddress
	if e.owner == 0 {
		e.owner = s.Owner
	}
	switch s.Phase {
	case Limited:
		w.recordLimited(e, ev, &s, first)
	case Failed:
		e.fail(Failure{Kind: ev.Kind, Reason: s.Reason, Err: s.Err})
	default:
		e.phase = s.Phase
	}
	if w.cfg.Keep || e.phase == Ready {
		e.last = new(ev.Value)
	}
}

// recordLimited fails an ID that has been in phase Limited for too long. First reports that this
// wait had not seen it before.
func (w *Wait[I]) recordLimited(e *entry[I], ev *poll.Event[I], s *Sighting, first bool) {
	e.phase = Pending
	at := ev.At.Sub(w.start) + 1 // 0 means never
	if e.limited == 0 {
		e.limited = at
		if began := w.before(ev, s, first); !began.IsZero() {
			e.limited = min(began.Sub(w.start), -1)
		}
	}
	if at-e.limited >= s.Limit {
		e.fail(Failure{Kind: ev.Kind, Reason: s.Reason, Err: s.Err})
	}
}

// before returns when an ID came into its phase Limited before this wait; zero if that is not
// known. A moment after the start of the wait is one of another clock, and proves nothing.
func (w *Wait[I]) before(ev *poll.Event[I], s *Sighting, first bool) (began time.Time) {
	if !first || w.cfg.Since == nil {
		return time.Time{}
	}
	if began = w.cfg.Since(ev.ID, s.State); began.After(w.start) {
		return time.Time{}
	}
	return began
}

// word is a state that an ID was seen in. The zero word is that of an ID that was never seen.
type word struct{ state, raw string }

// words are the states of all IDs of a wait. IDs in the same state share one text. Without
// them each ID would keep two texts, and an answer alive that it came in.
type words struct {
	list []word
	few  [4]word // room for the first of them: most waits see three
}

// comparedWords is how many of the latest words a new one is compared with. A cloud has about
// ten. The limit bounds the work where a cloud makes up new ones without end.
const comparedWords = 16

// of returns the word with a number.
func (l *words) of(n uint32) word {
	if int(n) >= len(l.list) {
		return word{}
	}
	return l.list[n]
}

// add returns the number of a word.
func (l *words) add(state, raw string) uint32 {
	if l.list == nil {
		l.list = l.few[:1]
	}
	next := word{state, raw}
	for n := len(l.list) - 1; n >= max(len(l.list)-comparedWords, 0); n-- {
		if l.list[n] == next {
			return uint32(n)
		}
	}
	l.list = append(l.list, next)
	return uint32(len(l.list) - 1)
}
