package creating

import "slices"

// Failure is why a part has fewer instances than it should. It is not saved.
type Failure struct {
	Err  error // with which it ended for now; nil when it has all
	Died error // why instances of it died after they were accepted

	remembered bool // the cloud's lack of stock was remembered
}

// Failure returns why a part has fewer instances than it should.
func (m *Maker) Failure(i int) Failure {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i >= len(m.failures) {
		return Failure{}
	}
	return m.failures[i]
}

// Failed reports whether any part has failed.
func (m *Maker) Failed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.failures, func(f Failure) bool { return f.Err != nil || f.Died != nil })
}

// Scarce returns why parts were planned again with a smaller minimum, or nil.
func (m *Maker) Scarce() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.scarce
}

func (m *Maker) change(i int, how func(*Failure)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	how(m.failureLocked(i))
}

func (m *Maker) failureLocked(i int) *Failure {
	for len(m.failures) <= i {
		m.failures = append(m.failures, Failure{})
	}
	return &m.failures[i]
}

// close records how a part ended.
func (m *Maker) close(i int, err error) {
	m.Ledger.Close(i, m.Cloud.Judge(err).Verdict)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && i >= len(m.failures) {
		return // most parts never fail
	}
	f := m.failureLocked(i)
	f.Err, f.remembered = err, false
}

// Death is why an instance died after it was accepted.
type Death struct {
	ID  string
	Err error
}

// DropDead removes instances that died and were released. Their parts count as out of stock.
func (m *Maker) DropDead(dead []Death) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := make([]string, len(dead))
	for n, d := range dead {
		ids[n] = d.ID
		if i, ok := m.Ledger.PartOf(d.ID); ok {
			f := m.failureLocked(i)
			f.Died, f.Err, f.remembered = d.Err, nil, false
		}
	}
	m.Ledger.LaunchFailed(ids)
}
