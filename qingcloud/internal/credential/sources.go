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

	mu   sync.Mutex
	read bool  // the file has been read
	file *File // nil: there is none
}

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
	return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		f, path, err := s.config()
		switch {
		case err != nil:
			return provider.Credentials{}, time.Time{}, err
		case f == nil && s.profile != "":
			return provider.Credentials{}, time.Time{}, missingProfile(path)
		case f == nil:
			return provider.Credentials{}, time.Time{}, credential.Absent("file " + path)
		}
		keys, ok, err := f.keys()
		if err != nil || ok {
			return keys, time.Time{}, err
		}
		url, own := f.proxy()
		if !own && s.profile == "" {
			return provider.Credentials{}, time.Time{}, credential.Absent("file " + path + " (it has no qy_access_key_id)")
		}
		keys, expires, err := s.role.keys(ctx, url, true)
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("file %s has no keys: %w", path, err)
		}
		return keys, expires, err
	})
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

// config returns the configuration file, or nil if there is none. It is read once; until it could be
// read, every call tries again.
func (s *Sources) config() (f *File, path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path = s.profile
	if path == "" {
		if path, err = DefaultFile(); err != nil {
			return nil, "~/.qingcloud/config.yaml: " + err.Error(), nil
		}
	}
	if s.read {
		return s.file, path, nil
	}
	f, err = ReadFile(path)
	if err != nil && !notThere(err) {
		return nil, path, err
	}
	s.read, s.file = true, f
	return f, path, nil
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
	f, path, err := s.config()
	if err != nil || f == nil {
		return p, append(looked, "file "+path), err
	}
	if p.Endpoint == "" {
		p.Endpoint, p.From = f.Endpoint(), "file "+path
	}
	p.Zone = cmp.Or(p.Zone, f.Zone)
	return p, append(looked, "file "+path), nil
}

// placeOfProfile is Place for a file that somebody has named.
func (s *Sources) placeOfProfile() (p Place, looked []string, err error) {
	f, path, err := s.config()
	if err == nil && f == nil {
		err = missingProfile(path)
	}
	if err != nil {
		return Place{}, nil, err
	}
	p = Place{Zone: cmp.Or(f.Zone, os.Getenv(envZone)), Endpoint: f.Endpoint(), From: "file " + path}
	return p, []string{"file " + path, "the environment (" + envZone + ")"}, nil
}
