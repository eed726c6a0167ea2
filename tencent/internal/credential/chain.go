// Package credential finds the key pair of a Tencent Cloud account in the
// places where Tencent's own tools look for it.
package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Sources are the sources of one account. They read nothing before they are asked.
type Sources struct {
	sts      sts
	instance *instance
	files    files
}

// New returns sources. The metadata service is asked through the transport of the options, but never
// through its proxy, because the service is on the instance's own link and answers with keys.
func New(o Options) *Sources {
	return &Sources{sts: newSTS(o), instance: newInstance(o.Transport), files: files{systemFile}}
}

// fetch gets keys and says when they end.
type fetch func(ctx context.Context) (provider.Credentials, time.Time, error)

// Chain returns the default chain. The role that the environment says to assume is assumed with the
// keys that are found, wherever that is, as the Terraform provider does.
func (s *Sources) Chain() provider.CredentialsSource {
	return credential.First(
		s.Environment(),
		s.profile(func() (identity, error) {
			id, err := s.files.selected()
			if err != nil {
				return identity{}, err
			}
			return id.assumingEnvRole()
		}),
		credential.Renewed(s.assumingEnvRole(s.oidc(OIDCOptions{}))),
		credential.Renewed(s.assumingEnvRole(s.instance.ofThisInstance)),
	)
}

// Environment returns the source of the key pair in the environment, and of the role that is to be
// assumed with it.
func (s *Sources) Environment() provider.CredentialsSource {
	return credential.Renewed(s.assumingEnvRole(envPair))
}

// Profile returns the source of a profile. "" is the one that the environment selects, or the default
// one, which may be absent.
func (s *Sources) Profile(name string) provider.CredentialsSource {
	if name == "" {
		return s.profile(s.files.selected)
	}
	return s.profile(func() (identity, error) { return s.files.named(name) })
}

// become gets the keys that a profile stands for.
func (s *Sources) become(ctx context.Context, id identity, err error) (provider.Credentials, time.Time, error) {
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	keys, expires := id.keys, id.expires
	if id.bound {
		keys, expires, err = s.instance.ofName(ctx, "")
	}
	if err == nil && id.role != nil {
		keys, expires, err = s.sts.assume(ctx, keys, *id.role)
	}
	return keys, expires, within(id.where, err)
}

// within adds the place to an error, but not to the end of a ctx.
func within(where string, err error) error {
	ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if err == nil || ended {
		return err
	}
	return fmt.Errorf("%s: %w", where, err)
}

// OIDC returns the source of a role that an OIDC provider vouches for, such as that of a pod's service
// account.
func (s *Sources) OIDC(o OIDCOptions) provider.CredentialsSource {
	return credential.Renewed(s.oidc(o))
}

func (s *Sources) oidc(o OIDCOptions) fetch {
	return func(ctx context.Context) (provider.Credentials, time.Time, error) {
		w, err := o.identity()
		if err != nil {
			return provider.Credentials{}, time.Time{}, err
		}
		return s.sts.assumeByToken(ctx, w)
	}
}

// InstanceRole returns the source of the role of this instance.
func (s *Sources) InstanceRole() provider.CredentialsSource {
	return credential.Renewed(s.instance.ofThisInstance)
}

// RoleNamed returns the source of a role that is bound to this instance, by its name.
func (s *Sources) RoleNamed(name string) provider.CredentialsSource {
	return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		return s.instance.ofName(ctx, name)
	})
}

// AssumeRoleOptions describe a role that is assumed. The adapter documents them.
type AssumeRoleOptions struct {
	Source      provider.CredentialsSource
	RoleARN     string
	SessionName string
	Duration    time.Duration
	Policy      string
	ExternalID  string
}

// AssumeRole returns the source of a role that the keys of another source may assume.
func (s *Sources) AssumeRole(o AssumeRoleOptions) provider.CredentialsSource {
	switch {
	case o.Source == nil:
		return keysource.Failed(errors.New("assume a role: no source of keys that may assume it (Source)"))
	case o.RoleARN == "":
		return keysource.Failed(errors.New("assume a role: no ARN of the role (RoleARN)"))
	}
	r := role{
		arn: o.RoleARN, sessionName: o.SessionName, externalID: o.ExternalID, policy: o.Policy, duration: o.Duration,
	}
	return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
		keys, err := provider.AskCredentials(ctx, o.Source)
		if err == nil {
			err = credential.Complete(keys)
		}
		if err != nil {
			return provider.Credentials{}, time.Time{}, within("the credentials that are to assume role "+r.arn, err)
		}
		return s.sts.assume(ctx, keys, r)
	})
}

// assumingEnvRole returns keys of the role that the environment says to assume, if it does, with the
// keys of base. The role never makes a source be there that is absent.
func (s *Sources) assumingEnvRole(base fetch) fetch {
	return func(ctx context.Context) (provider.Credentials, time.Time, error) {
		keys, expires, err := base(ctx)
		if err != nil {
			return keys, expires, err
		}
		r, err := envRole()
		if err != nil || r == nil {
			return keys, expires, err
		}
		return s.sts.assume(ctx, keys, *r)
	}
}
