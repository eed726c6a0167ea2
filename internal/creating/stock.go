package creating

import (
	"cmp"
	"context"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Parts that are out of stock: the next candidate creates their missing instances. Candidate 0
// is the spec itself.

// SkipLacking ends parts that are known to be out of stock before anything is sent.
func (m *Maker) SkipLacking() {
	if m.Rules.Candidates == 0 {
		return
	}
	why := m.Cloud.Lacking(0)
	if why == nil {
		return
	}
	for i := range m.Ledger.Parts() {
		if m.Ledger.Skip(i) {
			m.change(i, func(f *Failure) { f.Err, f.remembered = why, true })
		}
	}
	m.Cloud.Tried(0, why, true)
}

// ReplaceMissing plans creates from the next candidate for parts that are proven to be out of
// stock. It reports whether there are any.
func (m *Maker) ReplaceMissing(ctx context.Context) bool {
	if m.Rules.Candidates == 0 || m.Ledger.Over() || m.Ledger.Hopeless() {
		return false // quota, balance, permissions: more creates would not help
	}
	planned := false
	for i := range m.Ledger.Parts() { // the loop does not reach the parts that it appends
		if m.Ledger.Replaceable(i) {
			planned = m.replace(ctx, i) || planned
		}
	}
	return planned
}

// replace plans a create for the instances that a part is missing.
func (m *Maker) replace(ctx context.Context, i int) bool {
	p := m.Ledger.Part(i)
	m.rememberNoStock(i, &p)
	for n := p.Candidate + 1; n <= m.Rules.Candidates; n++ {
		if why := m.Cloud.Lacking(n); why != nil {
			m.Cloud.Tried(n, why, true)
			continue
		}
		offset := p.NumberOffset
		if p.LaunchFailed { // the numbers of the dead are not given again
			offset = m.Ledger.Numbered() - p.First - len(p.IDs)
		}
		_, ok := m.Ledger.Replace(i, n, offset, m.Cloud.Least(p.Count-len(p.IDs)))
		m.change(i, func(f *Failure) { f.Err, f.Died = nil, nil })
		if ok && m.Observer != nil {
			m.Observer.Alternative(ctx, n, p.Count-len(p.IDs))
		}
		return ok
	}
	return false
}

// rememberNoStock records once what was out of stock for a part. A later error, or a skip
// because of this record, proves nothing new.
func (m *Maker) rememberNoStock(i int, p *ledger.Part) {
	if p.FromToken { // of an unknown moment; RecallTried reports it
		return
	}
	f := m.Failure(i)
	why := cmp.Or(f.Died, f.Err)
	if why == nil {
		why = m.Cloud.Explain(NoStock, i, &CountError{Asked: p.Count, Got: len(p.IDs)})
	}
	if !f.remembered {
		m.Cloud.Remember(p.Candidate, why)
		m.change(i, func(f *Failure) { f.remembered = true })
	}
	m.Cloud.Tried(p.Candidate, why, false)
}

// RecallTried reports what was out of stock before the operation was resumed.
func (m *Maker) RecallTried() {
	if m.Rules.Candidates == 0 {
		return
	}
	for i, p := range m.Ledger.All() {
		if p.Status == ledger.Replaced || m.Ledger.Replaceable(i) {
			m.Cloud.Tried(p.Candidate, m.Cloud.Explain(NoStockBefore, i, nil), false)
		}
	}
}

// AskForLess plans again the creates that were refused for lack of stock, when the operation
// has fewer instances than its minimum. They now accept any number. It reports whether there
// are any.
func (m *Maker) AskForLess() bool {
	if !m.Rules.AcceptsLess {
		return false
	}
	planned := m.Ledger.PlanForLess()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range planned {
		f := m.failureLocked(i)
		m.scarce, f.Err = f.Err, nil
	}
	return len(planned) > 0
}
