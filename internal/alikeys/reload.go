package alikeys

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
)

// lookAgain is how long a profile is used before its file is read again: keys change when somebody
// signs in or rotates them.
const lookAgain = 30 * time.Second

// Profile returns the source of one profile of the profile files. "" is the profile that the
// environment names, or else the current one of the file. The file is read by the first call, and
// again at times; the profile that was found first stays.
func Profile(name string, o Options) provider.CredentialsSource {
	return (&profileSource{options: o, find: func() (selected, error) { return selectProfile(name) }}).asSource()
}

// File returns the source of one profile of one file, which must exist. "" is its current profile.
func File(path, name string, o Options) provider.CredentialsSource {
	return (&profileSource{options: o, find: func() (selected, error) { return fromFile(path, name) }}).asSource()
}

func fromFile(path, name string) (selected, error) {
	f, err := readProfiles(expand(path))
	if err != nil {
		return selected{}, unquiet(err)
	}
	if name == "" {
		name = f.current
	}
	p, ok := f.find(name)
	if !ok {
		return selected{}, f.missing(name)
	}
	return selected{f, p}, nil
}

// profileSource is the source of a profile whose file may change.
type profileSource struct {
	options Options
	find    func() (selected, error)

	mu     sync.Mutex // held while the file is read
	loaded atomic.Pointer[loadedProfile]
}

// loadedProfile is a profile as it was read. It is immutable.
type loadedProfile struct {
	file    *profileFile
	profile profile
	source  provider.CredentialsSource
	again   time.Time // when to read the file again
}

func (s *profileSource) asSource() provider.CredentialsSource {
	return keysource.Source(func(ctx context.Context) (provider.Credentials, error) {
		now, err := s.current()
		if err != nil {
			return provider.Credentials{}, err
		}
		keys, err := provider.AskCredentials(ctx, now.source)
		failed := err != nil && ctx.Err() == nil
		if failed { // the next call looks whether the file was mended
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.loaded.Load() == now {
				soon := *now
				soon.again = time.Time{}
				s.loaded.Store(&soon)
			}
		}
		return keys, err
	})
}

// current returns the profile, and reads the file if it is time.
func (s *profileSource) current() (*loadedProfile, error) {
	old := s.loaded.Load()
	if old != nil && time.Now().Before(old.again) {
		return old, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.loaded.Load(); l != nil && time.Now().Before(l.again) {
		return l, nil // somebody else has read it meanwhile
	}
	l, err := s.load(s.loaded.Load())
	if err != nil {
		return nil, err
	}
	s.loaded.Store(l)
	return l, nil
}

// load reads the file. What was read before stays when the file has not changed, cannot be read now,
// or no longer has a usable profile of that name: somebody may be writing it.
func (s *profileSource) load(old *loadedProfile) (*loadedProfile, error) {
	again := time.Now().Add(lookAgain)
	kept := func() *loadedProfile {
		l := *old
		l.again = again
		return &l
	}
	if old == nil {
		found, err := s.find()
		if err != nil {
			return nil, err
		}
		source, err := s.build(found)
		if err != nil {
			return nil, err
		}
		return &loadedProfile{found.file, found.profile, source, again}, nil
	}
	file, err := readProfiles(old.file.path)
	if err != nil {
		return kept(), nil
	}
	p, ok := file.find(old.profile.Name)
	if !ok || sameProfiles(file, old.file) {
		return kept(), nil
	}
	source, err := s.build(selected{file, p})
	if err != nil {
		return kept(), nil //nolint:nilerr // the profile that was read before still serves
	}
	return &loadedProfile{file, p, source, again}, nil
}

func (s *profileSource) build(found selected) (provider.CredentialsSource, error) {
	return builder{file: found.file, options: s.options}.source(found.profile)
}

// sameProfiles reports whether two files say the same. A profile may build on others.
func sameProfiles(a, b *profileFile) bool {
	if len(a.profiles) != len(b.profiles) {
		return false
	}
	for i := range a.profiles {
		if a.profiles[i] != b.profiles[i] {
			return false
		}
	}
	return true
}
