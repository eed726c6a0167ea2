package creating

import (
	"context"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Late finds: a search found nothing, and another create took its place. Instances of the
// first create may become visible afterwards.

// GivenUp is a create whose search was given up.
type GivenUp struct{ Part, Generation int }

// givenUp returns the creates that were given up and can be found, by a marker or by tags.
func (m *Maker) givenUp() (list []GivenUp) {
	byMarker := m.Rules.Markers && !m.Rules.Tokens
	if !byMarker && !m.Rules.Tags {
		return nil
	}
	for i, p := range m.Ledger.All() {
		for _, g := range p.GivenUp {
			list = append(list, GivenUp{i, g.Generation})
		}
	}
	return list
}

// FindLate looks once for instances of creates that were given up, and adopts them.
func (m *Maker) FindLate(ctx context.Context) error {
	list := m.givenUp()
	if len(list) == 0 {
		return nil
	}
	fresh, err := m.Cloud.FindLate(ctx, list)
	if fresh > 0 {
		m.Cloud.Unsaved(m.Journal.SaveAnyway(ctx))
	}
	return err
}

// LingerForLate looks for instances of creates that were given up, until these have had enough
// time to become visible: half as long as a search lasts. The end of ctx is not an error.
func (m *Maker) LingerForLate(ctx context.Context) error {
	if len(m.givenUp()) == 0 {
		return nil
	}
	last, _ := m.Ledger.LastGivenUp()
	until := last.Add(m.Rules.SearchFor / 2)
	if err := m.FindLate(ctx); err != nil || !time.Now().Before(until) || !account.Sleep(ctx, time.Until(until)) {
		return err
	}
	return m.FindLate(ctx)
}
