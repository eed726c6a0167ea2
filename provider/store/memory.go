package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a store in memory, for tests. The zero value is empty. It must not be copied.
type Memory struct {
	mu    sync.Mutex
	kept  map[string]*kept
	fence int64 // of the latest claim of all
}

// kept is an operation in memory.
type kept struct {
	entry   Entry
	fence   int64
	records []Record
}

var _ Store = (*Memory)(nil)

// Claim implements [Store].
func (m *Memory) Claim(ctx context.Context, e Entry, holder string, lease time.Duration) (Claim, error) {
	if err := ctx.Err(); err != nil {
		return Claim{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now().UTC()
	k, ok := m.kept[e.ID]
	if !ok {
		e.Created, e.Updated = now, now
		e.Definition = bytes.Clone(e.Definition)
		k = &kept{entry: e}
		if m.kept == nil {
			m.kept = map[string]*kept{}
		}
		m.kept[e.ID] = k
	}
	if left := k.entry.Until.Sub(now); ok && left > 0 {
		return Claim{}, &HeldError{ID: e.ID, Holder: k.entry.Holder, Until: k.entry.Until, Left: left}
	}
	m.fence++
	k.fence, k.entry.Holder, k.entry.Until = m.fence, holder, now.Add(lease)
	return Claim{Entry: k.entry, Holder: holder, Fence: k.fence}, nil
}

// ofLocked returns the operation of a claim.
func (m *Memory) ofLocked(ctx context.Context, c *Claim) (*kept, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k, ok := m.kept[c.Entry.ID]
	if !ok || k.fence != c.Fence {
		return nil, fmt.Errorf("operation %s, fence %d: %w", c.Entry.ID, c.Fence, ErrSuperseded)
	}
	return k, nil
}

// Renew implements [Store].
func (m *Memory) Renew(ctx context.Context, c Claim, lease time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.ofLocked(ctx, &c)
	if err != nil {
		return err
	}
	k.entry.Holder, k.entry.Until = c.Holder, time.Now().UTC().Add(lease)
	return nil
}

// Release implements [Store].
func (m *Memory) Release(ctx context.Context, c Claim) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.ofLocked(ctx, &c)
	if err != nil {
		return err
	}
	k.entry.Holder, k.entry.Until = "", time.Time{}
	return nil
}

// Save implements [Store].
func (m *Memory) Save(ctx context.Context, c Claim, change Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.ofLocked(ctx, &c)
	if err != nil {
		return err
	}
	for _, r := range change.Records {
		k.records = append(k.records, Record{r.Seq, bytes.Clone(r.Data)})
	}
	k.records = slices.DeleteFunc(k.records, func(r Record) bool { return r.Seq < change.Obsolete })
	k.entry.Counts, k.entry.Updated = change.Counts, time.Now().UTC()
	return nil
}

// Expire ends the claim of an operation, as the end of its time would. The holder does not know.
func (m *Memory) Expire(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.kept[id]; ok {
		k.entry.Until = time.Time{}
	}
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, id string) (Entry, []Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.kept[id]
	if !ok {
		return Entry{}, nil, fmt.Errorf("operation %s: %w", id, ErrNotFound)
	}
	return k.entry, slices.Clone(k.records), ctx.Err()
}

// List implements [Store].
func (m *Memory) List(ctx context.Context, q Query) (p Page, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kept {
		if q.Selects(&k.entry) {
			p.Entries = append(p.Entries, k.entry)
		}
	}
	slices.SortFunc(p.Entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	if n := q.PageSize(); len(p.Entries) > n {
		p.Entries = p.Entries[:n]
		p.Next = p.Entries[n-1].ID
	}
	return p, ctx.Err()
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, c Claim) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.ofLocked(ctx, &c); err != nil {
		return err
	}
	delete(m.kept, c.Entry.ID)
	return nil
}
