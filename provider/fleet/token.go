package fleet

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// tokenVersion is the version of the tokens that this library writes.
const tokenVersion = 1

// tokenText is the token of a run.
type tokenText struct {
	Fleet int         `json:"fleet"` // the version
	Total int         `json:"total"`
	Over  bool        `json:"over,omitempty"`
	Parts []partToken `json:"parts"`
}

// partToken is a part in a token.
type partToken struct {
	Member    string          `json:"member"`
	Count     int             `json:"count"`
	Moved     int             `json:"moved,omitempty"`
	Operation json.RawMessage `json:"operation,omitempty"`
}

// MarshalText returns the token of the run, with which [Fleet.Resume] continues it. It holds the
// tokens of the operations; see [provider.Operation.MarshalText] for what is in them.
func (r *Run) MarshalText() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokenLocked(true)
}

// tokenLocked returns the token, with what the operations gave to their journals. Latest asks the
// operations that ended their creates for a newer one. While an operation saves, it must not be
// asked. The caller holds r.mu.
func (r *Run) tokenLocked(latest bool) ([]byte, error) {
	t := tokenText{Fleet: tokenVersion, Total: r.total, Over: r.over}
	for _, p := range r.parts {
		text := p.token
		if latest && p.op != nil {
			newer, err := p.op.MarshalText()
			if err != nil {
				return nil, err
			}
			text = newer
		}
		t.Parts = append(t.Parts, partToken{
			Member: r.f.members[p.member].Name, Count: p.count, Moved: p.moved, Operation: text,
		})
	}
	return json.Marshal(t)
}

// journalOf returns the journal of the operation of a part: it saves the token of the whole run.
func (r *Run) journalOf(p *part) provider.Journal {
	return provider.JournalFunc(func(ctx context.Context, token []byte) error {
		r.mu.Lock()
		p.token = token
		r.mu.Unlock()
		return r.save(ctx)
	})
}

// save gives the latest token to the journal. Saves of several parts go one after the other, each
// with the latest state of all, so that no token replaces a later one.
func (r *Run) save(ctx context.Context) error {
	if r.o.Journal == nil {
		return nil
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	token, err := r.tokenLocked(false)
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return r.o.Journal.Save(ctx, token)
}

// Resume continues a run from its token: it creates what is left, moves what members prove not to
// have, and returns the run to wait for. The members must be those of the run, by name, and their
// specs the same. The token is read in one process at a time, as [provider.Client.Resume]
// documents. A token that is damaged, or names a member that the fleet does not have, is an error
// that matches [provider.ErrInvalid]. Like [Fleet.Run] it returns the run also beside a *[Error].
func (f *Fleet) Resume(ctx context.Context, token []byte, o *Options) (*Run, error) {
	var t tokenText
	if err := json.Unmarshal(token, &t); err != nil {
		return nil, fmt.Errorf("%w: the token of a fleet cannot be read: %w", provider.ErrInvalid, err)
	}
	if t.Fleet != tokenVersion {
		return nil, fmt.Errorf("%w: the token is of version %d; this library reads version %d of fleets",
			provider.ErrInvalid, t.Fleet, tokenVersion)
	}
	r := f.newRun(t.Total, o)
	r.over = t.Over
	for _, p := range t.Parts {
		i, ok := f.byName[p.Member]
		if !ok {
			return nil, fmt.Errorf("%w: the token has member %q, which the fleet does not have", provider.ErrInvalid, p.Member)
		}
		r.parts = append(r.parts, &part{member: i, count: p.Count, moved: p.Moved, token: p.Operation})
	}
	var k provider.Checker
	if r.o.check(&k, t.Total); k.Err() != nil {
		return nil, k.Err()
	}
	return r, r.create(ctx)
}
