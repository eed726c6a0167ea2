package credential

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// lookAgain is how long a profile is used before its file is read again: keys change when somebody
// signs in or rotates them.
const lookAgain = 30 * time.Second

// profileSource is the source of a profile whose file may change. The profile that was found first
// stays, also while its file cannot be read.
type profileSource struct {
	sources *Sources
	find    func() (identity, error)

	mu     sync.Mutex // held while the file is read
	loaded atomic.Pointer[loadedProfile]
}

// loadedProfile is a profile as it was read. It is immutable.
type loadedProfile struct {
	id     identity
	source provider.CredentialsSource
	again  time.Time // when to read the file again
}

// profile returns the source of a profile.
func (s *Sources) profile(find func() (identity, error)) provider.CredentialsSource {
	p := &profileSource{sources: s, find: find}
	return keysource.Source(func(ctx context.Context) (provider.Credentials, error) {
		now, err := p.current()
		if err != nil {
			return provider.Credentials{}, err
		}
		return provider.AskCredentials(ctx, now.source)
	})
}

// current returns the profile, and reads its file if it is time.
func (p *profileSource) current() (*loadedProfile, error) {
	if l := p.loaded.Load(); l.freshAt(time.Now()) {
		return l, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.loaded.Load()
	if old.freshAt(time.Now()) {
		return old, nil // another call has read it meanwhile
	}
	l, err := p.load(old)
	if err != nil {
		return nil, err
	}
	p.loaded.Store(l)
	return l, nil
}

// load reads the profile. The old one stays when the file cannot be read, or says the same.
func (p *profileSource) load(old *loadedProfile) (*loadedProfile, error) {
	again := time.Now().Add(lookAgain)
	id, err := p.find()
	switch {
	case old == nil && err != nil:
		return nil, err
	case old == nil, err == nil && id.replaces(old.id):
		return &loadedProfile{id, credential.Renewed(p.fetch(id)), again}, nil
	}
	return &loadedProfile{old.id, old.source, again}, nil
}

// fetch returns a function that gets the keys that a profile stands for. Each time it reads the file
// again, because tccli writes renewed keys of a login into it. Keys without an end serve further when the
// file cannot be read.
func (p *profileSource) fetch(first identity) fetch {
	return func(ctx context.Context) (provider.Credentials, time.Time, error) {
		id, err := p.find()
		lost := err != nil && first.expires.IsZero()
		another := err == nil && id.where != first.where
		if lost || another {
			id, err = first, nil
		}
		return p.sources.become(ctx, id, err)
	}
}

// freshAt reports whether it is too early to read the file again.
func (l *loadedProfile) freshAt(now time.Time) bool { return l != nil && now.Before(l.again) }

// replaces reports whether a profile is another version of a former one.
func (id identity) replaces(old identity) bool {
	if id.where != old.where {
		return false // another profile: the environment has changed
	}
	of := func(r *role) role {
		if r == nil {
			return role{}
		}
		return *r
	}
	same := of(id.role) == of(old.role)
	id.role, old.role = nil, nil
	return !same || id != old
}
