// Package credential finds the key pair of a QingCloud account in the places where the vendor's own
// tools look for it.
package credential

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Environment variables of the vendor's tools.
const (
	envZone     = "QINGCLOUD_ZONE"
	envEndpoint = "QINGCLOUD_ENDPOINT"
)

// pairs returns the names of key pairs in the environment: those of the vendor's drivers for Docker and
// Kubernetes, and those of its Terraform provider.
func pairs() []keysource.Names {
	return []keysource.Names{
		{ID: []string{"QINGCLOUD_ACCESS_KEY_ID"}, Secret: []string{"QINGCLOUD_SECRET_ACCESS_KEY"}},
		{ID: []string{"QINGCLOUD_ACCESS_KEY"}, Secret: []string{"QINGCLOUD_SECRET_KEY"}},
	}
}

// inEnv returns the first pair of variables of which one is set.
func inEnv() (names keysource.Names, ok bool) {
	for _, n := range pairs() {
		if value, _ := keysource.Env(n.ID[0], n.Secret[0]); value != "" {
			return n, true
		}
	}
	return keysource.Names{}, false
}

// Sources are the sources of one account. They read nothing before they are asked.
type Sources struct {
	role    *role
	profile string // the path of a configuration file; "" is the default one

	mu     sync.Mutex // held while the file is read
	read   atomic.Pointer[readFile]
	placed atomic.Bool // the cloud was chosen by what has been read
}

// readFile is the configuration file as it was read. It is immutable.
type readFile struct {
	path  string
	file  *File     // nil: there is none
	again time.Time // when to read it again
}

// lookAgain is how long a file is used before it is read again: keys may be rotated.
const lookAgain = 30 * time.Second

// New returns sources. The metadata service is asked through transport, but never through its proxy.
// Nil means a plain transport. Profile is the path of a configuration file; "" is the default one.
func New(transport http.RoundTripper, profile string) *Sources {
	return &Sources{role: newRole(transport), profile: profile}
}

// Chain returns the default chain, or the profile as the only source.
func (s *Sources) Chain() provider.CredentialsSource {
	if s.profile != "" {
		return s.Profile()
	}
	return credential.First(s.Environment(), s.Profile(), s.InstanceRole())
}

// Environment returns the source of the key pair in the environment.
func (s *Sources) Environment() provider.CredentialsSource {
	return credential.Renewed(func(context.Context) (provider.Credentials, time.Time, error) {
		names, ok := inEnv()
		if ok {
			keys, err := keysource.EnvPair(names)
			return keys, time.Time{}, err
		}
		var places []string
		for _, n := range pairs() {
			places = append(places, n.ID[0]+" with "+n.Secret[0])
		}
		return provider.Credentials{}, time.Time{}, credential.Absent("the environment (" + strings.Join(places, ", ") + ")")
	})
}

// Profile returns the source of the configuration file. A file without keys that was asked for, or that
// names a credential proxy, stands for the role of the instance, as it does for the SDK.
func (s *Sources) Profile() provider.CredentialsSource {
	role := credential.Renewed(s.roleOfFile)
	return keysource.Source(func(ctx context.Context) (provider.Credentials, error) {
		r, err := s.config()
		switch {
		case err != nil:
			return provider.Credentials{}, err
		case r.file == nil && s.profile != "":
			return provider.Credentials{}, missingProfile(r.path)
		case r.file == nil:
			return provider.Credentials{}, credential.Absent("file " + r.path)
		}
		keys, ok, err := r.file.keys()
		if err != nil || ok {
			return keys, err
		}
		if _, own := r.file.proxy(); !own && s.profile == "" {
			return provider.Credentials{}, credential.Absent("file " + r.path + " (it has no qy_access_key_id)")
		}
		return provider.AskCredentials(ctx, role)
	})
}

// roleOfFile gets the keys of the instance's role from the credential proxy of the file.
func (s *Sources) roleOfFile(ctx context.Context) (provider.Credentials, time.Time, error) {
	r, err := s.config()
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	url, _ := r.file.proxy()
	keys, expires, err := s.role.keys(ctx, url, true)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("file %s has no keys: %w", r.path, err)
	}
	return keys, expires, err
}

// InstanceRole returns the source of the role of this instance.
func (s *Sources) InstanceRole() provider.CredentialsSource {
	var found atomic.Bool // it has given keys: it is there from now on
	return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		url, _ := (&File{}).proxy()
		keys, expires, err := s.role.keys(ctx, url, found.Load())
		if err == nil {
			found.Store(true)
		}
		return keys, expires, err
	})
}

// config returns the configuration file. It is read again after a while, for new keys only: the rest of
// what was read first stays, also while the file cannot be read. Until it could be read, every call
// tries again.
func (s *Sources) config() (*readFile, error) {
	if r := s.read.Load(); r != nil && time.Now().Before(r.again) {
		return r, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.read.Load()
	if old != nil && time.Now().Before(old.again) {
		return old, nil // another call has read it meanwhile
	}
	if old != nil && old.file == nil && !s.placed.Load() {
		old = nil // a file may appear until the cloud is chosen
	}
	r, err := s.load()
	switch {
	case old == nil && err != nil:
		return nil, err
	case old == nil, err == nil && r.file.renews(old.file):
	default:
		r = &readFile{old.path, old.file, time.Now().Add(lookAgain)}
	}
	s.read.Store(r)
	return r, nil
}

// load reads the configuration file.
func (s *Sources) load() (*readFile, error) {
	again, path := time.Now().Add(lookAgain), s.profile
	if path == "" {
		usual, err := DefaultFile()
		if err != nil {
			return &readFile{"~/.qingcloud/config.yaml: " + err.Error(), nil, again}, nil
		}
		path = usual
	}
	f, err := ReadFile(path)
	if err != nil && !notThere(err) {
		return nil, err
	}
	return &readFile{path, f, again}, nil
}

// renews reports whether a file has another key pair and is the same otherwise.
func (f *File) renews(old *File) bool {
	if f == nil || old == nil {
		return false
	}
	a, b := *f, *old
	a.ID, a.Secret, b.ID, b.Secret = "", "", "", ""
	_, now, err := f.keys()
	_, before, _ := old.keys()
	usable := err == nil && now && before
	return usable && a == b
}

// Place is what the environment or a file says about the cloud.
type Place struct {
	Zone     string
	Endpoint string // in the forms of Config.Endpoint; "" is the vendor's
	From     string // the place that Endpoint comes from, for errors
}

// Place returns the zone and the endpoint that the environment or a file gives. A file is read only if
// its keys may serve: what it says about the cloud goes with the keys in it. So it is left alone when
// the program has keys of its own (chain is false), and when the environment has some. Looked are the
// places where a zone would be.
func (s *Sources) Place(chain bool) (p Place, looked []string, err error) {
	if s.profile != "" {
		return s.placeOfProfile()
	}
	looked = []string{"the environment (" + envZone + ")"}
	p = Place{Zone: os.Getenv(envZone), Endpoint: os.Getenv(envEndpoint), From: envEndpoint}
	if _, env := inEnv(); env || !chain {
		return p, looked, nil
	}
	r, err := s.config()
	if err != nil {
		return Place{}, nil, err
	}
	s.placed.Store(true)
	looked = append(looked, "file "+r.path)
	if r.file == nil {
		return p, looked, nil
	}
	if p.Endpoint == "" {
		p.Endpoint, p.From = r.file.Endpoint(), "file "+r.path
	}
	p.Zone = cmp.Or(p.Zone, r.file.Zone)
	return p, looked, nil
}

// placeOfProfile is Place for a file that somebody has named.
func (s *Sources) placeOfProfile() (p Place, looked []string, err error) {
	r, err := s.config()
	if err == nil && r.file == nil {
		err = missingProfile(r.path)
	}
	if err != nil {
		return Place{}, nil, err
	}
	where := "file " + r.path
	p = Place{Zone: cmp.Or(r.file.Zone, os.Getenv(envZone)), Endpoint: r.file.Endpoint(), From: where}
	return p, []string{where, "the environment (" + envZone + ")"}, nil
}
