package creating

import (
	"cmp"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Outcome is what an operation has so far, and why it has not more.
type Outcome struct {
	Asked   int // instances asked for
	Created int // instances that exist for certain

	// Errs are the reasons why parts are incomplete, or why the operation is.
	Errs []error

	Unknown bool // instances may exist whose IDs are not known
	Open    bool // there is something left to create
	Failed  bool // there are fewer instances than are enough, or another reason than stock
}

// Outcome returns what the operation has so far. Too little stock is no failure as long as
// there are enough instances.
func (m *Maker) Outcome(dryRun bool) (o Outcome) {
	parts, over := m.Ledger.All(), m.Ledger.Over()
	onlyStock, filled := true, 0
	for i := range parts {
		p := &parts[i]
		o.Asked += p.Count
		o.Created += len(p.IDs) + len(p.Extra)
		filled += p.Certain
		left := p.Open() && !over
		o.Open = o.Open || left
		few, err := m.problem(i, p, dryRun)
		if err == nil {
			continue
		}
		o.Errs = append(o.Errs, err)
		unknown := p.Status == ledger.Sent && p.Order == ""
		o.Unknown = o.Unknown || unknown
		onlyStock = onlyStock && p.Status != ledger.Sent && few
	}
	o.Created -= len(m.Ledger.Doubtful())
	if len(o.Errs) == 0 && filled < m.Ledger.Enough() && !dryRun {
		// Each part has enough, but together they do not.
		o.Errs = wording.Compact(m.Scarce(), &CountError{Asked: o.Asked, Got: filled})
	}
	if len(o.Errs) == 0 && over {
		o.Errs, onlyStock = []error{m.Cloud.Explain(ReleasedBefore, 0, nil)}, false
	}
	enough := onlyStock && filled >= m.Ledger.Enough()
	o.Failed = len(o.Errs) > 0 && !enough
	return o
}

// problem returns the reason why a part is incomplete, or nil. Few reports that it only means
// that there are fewer instances.
func (m *Maker) problem(i int, p *ledger.Part, dryRun bool) (few bool, err error) {
	f := m.Failure(i)
	switch {
	case p.Status == ledger.Released && p.FromToken:
		return false, m.Cloud.Explain(ReleasedBefore, i, nil)
	case p.Status == ledger.Replaced, p.Status == ledger.Released && f.Err == nil:
		return false, nil
	case f.Err != nil || f.Died != nil:
		err = cmp.Or(f.Err, f.Died)
		return m.onlyFewer(err), err
	case p.Status == ledger.Rejected && p.OutOfStock:
		return true, m.Cloud.Explain(NoStockBefore, i, nil)
	case p.Status == ledger.Rejected:
		return true, m.Cloud.Explain(RefusedBefore, i, nil)
	case p.Status == ledger.Accepted && !dryRun && len(p.IDs) < p.MinCount:
		return true, &CountError{Asked: p.Count, Got: len(p.IDs)}
	}
	return false, nil
}

// onlyFewer reports whether an error only means that there are fewer instances.
func (m *Maker) onlyFewer(err error) bool {
	var n *CountError
	if errors.As(err, &n) {
		return n.Got < n.Asked
	}
	return m.Cloud.Judge(err).NoStock
}
