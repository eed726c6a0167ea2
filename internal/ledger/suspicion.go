package ledger

import "time"

// Suspicion is evidence that an instance has failed, which proves it only when it lasts. It is
// kept with the ledger, so that looks in several processes prove it together.
type Suspicion struct {
	// State is the state in which answers have shown the instance since. Empty means that
	// answers lacked it.
	State string    `json:"state,omitempty"`
	Since time.Time `json:"since"` // of the first such answer

	Misses int  `json:"misses,omitempty"` // answers in a row that lacked it
	Alone  bool `json:"alone,omitempty"`  // one of them was about this instance only
}

// Suspect is a [Suspicion] with its instance, in a written ledger.
type Suspect struct {
	ID string `json:"id"`
	Suspicion
}

// Suspicion returns what an instance is suspected of, or false.
func (l *Ledger) Suspicion(id string) (s Suspicion, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok = l.suspects[id]
	return s, ok
}

// restoreSuspects restores the suspicions. It ignores those about instances that belong to no
// part.
func (l *Ledger) restoreSuspects(list []Suspect) {
	for _, s := range list {
		if _, ok := l.instances[s.ID]; ok {
			l.suspectLocked(s.ID, s.Suspicion)
		}
	}
}

func (l *Ledger) suspectLocked(id string, s Suspicion) {
	if l.suspects == nil {
		l.suspects = map[string]Suspicion{}
	}
	s.Since = plain(s.Since)
	l.suspects[id] = s
}

// same reports whether two suspicions are equal.
func (s Suspicion) same(other Suspicion) bool {
	since := s.Since.Equal(other.Since)
	s.Since, other.Since = time.Time{}, time.Time{}
	return since && s == other
}
