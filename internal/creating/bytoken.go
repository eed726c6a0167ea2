package creating

import (
	"context"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Creates with client tokens: the same call makes nothing twice.

// byToken makes one create with a client token. When the cloud says that the create of a token
// failed for good, the next token is used at once. Where tags show instances, a look for what
// the failed create made comes first: see [Maker.RetryDead].
func (m *Maker) byToken(ctx context.Context, i int) error {
	for {
		p := m.Ledger.Part(i)
		switch {
		case p.Stale(time.Now(), m.trust()):
			return m.findOld(ctx, i)
		case m.Rules.OwnToken && p.Generation > 0:
			return &EndedError{m.Cloud.Explain(TokenSpent, i, nil)}
		}
		err := m.repeat(ctx, i)
		dead := m.Cloud.Judge(err).TokenDead && m.Ledger.Status(i) == ledger.Planned
		if !dead || m.Rules.Tags || !m.mayGoOn(i) {
			return err
		}
	}
}

// mayGoOn reports whether a part whose token is dead may be created under another one.
func (m *Maker) mayGoOn(i int) bool {
	spent := m.Ledger.Part(i).Generation >= maxGenerations
	return !spent && !m.Rules.OwnToken && !m.Ledger.Over()
}

// RetryDead looks, by tags, for instances of creates whose token is dead. It reports whether
// any of these parts continues under another token. No other create must be active meanwhile,
// because its instances would have the same tags.
func (m *Maker) RetryDead(ctx context.Context) (more bool, err error) {
	if !m.Rules.Tags {
		return false, nil
	}
	var dead []int
	for i := range m.Ledger.Parts() {
		stuck := m.Ledger.Status(i) == ledger.Planned && m.Cloud.Judge(m.Failure(i).Err).TokenDead
		if stuck && m.mayGoOn(i) {
			dead = append(dead, i)
		}
	}
	if len(dead) == 0 {
		return false, nil
	}
	err = m.searchDead(ctx, dead)
	return err == nil, err
}

// FindDead looks for what creates with a dead token have made, where the process that heard of
// it ended before it had looked: the next generation is planned, and nothing says that the one
// before was looked for.
func (m *Maker) FindDead(ctx context.Context) error {
	if !m.Rules.Tags || !m.Rules.Resumed {
		return nil
	}
	var dead []int
	for i, p := range m.Ledger.All() {
		lookedFor := slices.ContainsFunc(p.GivenUp, func(g ledger.GivenUp) bool { return g.Generation == p.Generation-1 })
		if p.Status == ledger.Planned && p.Generation > 0 && !lookedFor {
			dead = append(dead, i)
		}
	}
	if len(dead) == 0 || m.Ledger.Over() {
		return nil
	}
	return m.searchDead(ctx, dead)
}

// searchDead looks by tags for what creates with a dead token have made. The cloud says that
// they have failed, and yet may show something later.
func (m *Maker) searchDead(ctx context.Context, dead []int) error {
	if err := m.searchTagged(ctx, dead, m.pauses()[:short]); err != nil {
		return err
	}
	for _, i := range dead {
		m.Ledger.KeepLooking(i, time.Now())
	}
	return nil
}

// searchTagged looks by tags for instances that creates have made. It looks after each of the
// pauses, until it has found all. Old creates are searched for as long as lost ones, for two
// reasons. Only another computer's clock says how long ago they were sent, and tags become
// visible late.
func (m *Maker) searchTagged(ctx context.Context, parts []int, pauses []time.Duration) (err error) {
	before := len(m.Ledger.IDs())
	ctx, end := m.begin(ctx, parts[0], pauses)
	defer func() { end(len(m.Ledger.IDs())-before, err) }()
	for _, pause := range pauses {
		if !account.Sleep(ctx, pause) {
			return ctx.Err()
		}
		err = m.Cloud.FindTagged(ctx, parts)
		missing := slices.ContainsFunc(parts, func(n int) bool {
			p := m.Ledger.Part(n)
			return p.Missing() > 0
		})
		if err == nil && !missing {
			return nil
		}
	}
	return err
}

// findOld settles a create whose client token the cloud may have forgotten, by tags. Tagged
// instances that are not known are adopted; the missing ones were never made. All such parts
// are settled together, since the tags name only the operation. Without tags nothing can be
// searched: a person has to look.
func (m *Maker) findOld(ctx context.Context, i int) error {
	switch {
	case m.Rules.NoneMade:
		m.Ledger.Settle(i)
	case !m.Rules.Tags:
		return m.Cloud.Explain(TooOld, i, nil)
	default:
		if err := m.settleOld(ctx, i); err != nil {
			return err
		}
	}
	p := m.Ledger.Part(i)
	switch {
	case p.Order != "" && p.Open():
		return m.Cloud.Explain(Unpaid, i, nil)
	case p.Status == ledger.Sent: // what may be others' is all that is known of it
		return m.Cloud.Explain(TooOld, i, nil)
	case p.Status != ledger.Planned || m.Ledger.Over():
		return nil
	}
	return m.byToken(ctx, i) // the missing ones, under the next token
}

// settleOld settles, once, every part whose client token may be forgotten.
func (m *Maker) settleOld(ctx context.Context, i int) error {
	if err := m.settling.Lock(ctx); err != nil {
		return err
	}
	defer m.settling.Unlock()
	if m.Ledger.Status(i) != ledger.Sent { // settled beside another part
		return nil
	}
	stale := m.Ledger.Stale(time.Now(), m.trust())
	if err := m.searchTagged(ctx, stale, m.pauses()); err != nil {
		return err
	}
	for _, n := range stale {
		if p := m.Ledger.Part(n); p.Order == "" || p.Missing() == 0 { // an order may yet be paid
			m.Ledger.Looked(n, time.Now())
		}
	}
	return nil
}
