package creating

import (
	"context"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/wording"
)

// Creates without client tokens: a create carries a marker in the names of its instances. When
// its answer is lost, a search looks for the marker before anything else is created.

// byMarker makes one create that is found by its marker.
func (m *Maker) byMarker(ctx context.Context, i int) error {
	began, sent := time.Now(), 0
	queue := account.CountQueued(ctx) // time in the library's own queue does not count
	for {
		ctx := context.Context(queue)
		have := len(m.Ledger.Part(i).IDs)
		var err error
		if m.Ledger.Status(i) == ledger.Planned {
			err, sent = m.repeat(ctx, i), sent+1
		}
		ordered := m.Cloud.Judge(err).Order != ""
		if m.Ledger.Status(i) != ledger.Sent || ctx.Err() != nil || ordered {
			return err
		}
		if lookErr := m.search(ctx, i, err); lookErr != nil {
			return wording.Paragraph(m.Rules.Driver, err, lookErr)
		}
		p := m.Ledger.Part(i)
		if !p.Open() {
			return nil
		}
		progress := len(p.IDs) > have
		if progress {
			began, queue = time.Now(), account.CountQueued(queue.Context)
		}
		inTime := time.Since(began)-queue.Total() <= m.Rules.RetryFor
		patient := sent < 2 || progress || inTime
		if sent > 0 && m.Rules.RetryFor < 0 {
			patient = false
		}
		if stop, why := m.stopsAfterSearch(i, &p, patient, err); stop {
			return why
		}
	}
}

// stopsAfterSearch reports whether a part makes no further create after a search, and returns
// its error. During an outage each answer seems lost, so RetryFor is the limit here too. One
// more create may follow a search, because the search alone may take longer.
func (m *Maker) stopsAfterSearch(i int, p *ledger.Part, patient bool, err error) (stop bool, why error) {
	if err == nil {
		err = &CountError{Asked: p.Count, Got: len(p.IDs)}
	}
	switch {
	case m.Ledger.Over(): // all instances will be released
		return true, err
	case m.Cloud.Judge(err).NoStock: // the search has found the instances it made
		return true, err
	case len(p.IDs) > 0 && m.Rules.NumbersAgain:
		return true, &EndedError{m.Cloud.Explain(NumbersAgain, i, err)}
	case p.Generation >= maxGenerations:
		return true, fmt.Errorf("%d creates brought fewer instances than asked for: %w", maxGenerations, err)
	}
	return !patient, err
}

// search finds out what a create made when its answer was lost, and adopts the instances. Nil
// means that the outcome is known now: the missing instances do not exist, as far as the cloud
// shows. The last look reads every instance of the region, since no vendor documents how its
// search matches names. Why is the error of the create, if there was one.
func (m *Maker) search(ctx context.Context, i int, why error) (err error) {
	p := m.Ledger.Part(i)
	pauses := m.pausesFor(&p, why)
	before := len(p.IDs)
	ctx, end := m.begin(ctx, i, pauses)
	defer func() { end(len(m.Ledger.Part(i).IDs)-before, err) }()
	most := len(shares) + 2
	for n := 0; n < len(pauses); n++ {
		if !account.Sleep(ctx, pauses[n]) {
			return ctx.Err()
		}
		last := n == len(pauses)-1
		var more int
		more, err = m.Cloud.FindMarked(ctx, i, last)
		if p = m.Ledger.Part(i); err == nil && p.Missing() == 0 {
			break
		}
		if last && more > 0 && n < most { // it is still growing
			pauses = append(pauses, pauses[n])
		}
	}
	switch {
	case err != nil:
		return m.Cloud.Explain(SearchFailed, i, err)
	case p.Order != "" && p.Missing() > 0: // a second order would also cost money
		return m.Cloud.Explain(Unpaid, i, nil)
	case m.Ledger.Looked(i, time.Now()):
	case m.Rules.NoneMade:
		m.Ledger.Settle(i)
	default:
		return m.Cloud.Explain(NotFound, i, nil)
	}
	return nil
}

// pausesFor returns the pauses of one search. A create that ran out of stock was answered: it
// may still have created some, but that is unlikely, so the search for it is short. A create
// that another process sent does not get a shorter search, even when its token says that it
// was sent long ago: the clock of that process is not trusted.
func (m *Maker) pausesFor(p *ledger.Part, why error) []time.Duration {
	pauses := m.pauses()
	if len(p.IDs) == 0 && m.Cloud.Judge(why).NoStock {
		return pauses[:short]
	}
	return pauses
}
