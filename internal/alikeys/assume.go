package alikeys

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// AssumeRole returns the temporary keys of a role, for which the keys of another source ask.
func AssumeRole(o AssumeRoleOptions) provider.CredentialsSource {
	return assumeRole(o, false)
}

func assumeRole(o AssumeRoleOptions, vpc bool) provider.CredentialsSource {
	switch {
	case o.Source == nil:
		return keysource.Failed(errors.New("assume a role: no source of keys that may assume it (Source)"))
	case o.RoleARN == "":
		return keysource.Failed(errors.New("assume a role: no ARN of the role (RoleARN)"))
	}
	return keysource.Later(func() (provider.CredentialsSource, error) {
		s, err := newSTS(stsOptions{o.STSEndpoint, o.STSRegion, vpc, o.Transport}, o.Source)
		if err != nil {
			return nil, fmt.Errorf("assume role %s: %w", o.RoleARN, err)
		}
		params := roleParams(o.RoleARN, o.SessionName, o.Policy, o.Duration)
		if o.ExternalID != "" {
			params["ExternalId"] = o.ExternalID
		}
		return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
			return s.call(ctx, "assume role "+o.RoleARN, "AssumeRole", params, false)
		}), nil
	})
}

func roleParams(role, session, policy string, duration time.Duration) map[string]string {
	params := map[string]string{"RoleArn": role, "RoleSessionName": cmp.Or(session, sessionName)}
	if policy != "" {
		params["Policy"] = policy
	}
	if duration != 0 {
		params["DurationSeconds"] = strconv.Itoa(int(duration / time.Second))
	}
	return params
}

// OIDC returns the temporary keys of a role that an OIDC provider vouches for, as for pods of
// Kubernetes (RRSA). What the options leave open is taken from the environment. Without any of it the
// source is absent.
func OIDC(o OIDCOptions) provider.CredentialsSource { return oidc(o, false) }

func oidc(o OIDCOptions, vpc bool) provider.CredentialsSource {
	return keysource.Later(func() (provider.CredentialsSource, error) {
		role, err := o.fromEnvironment()
		if err != nil {
			return nil, err
		}
		at := stsOptions{o.STSEndpoint, o.STSRegion, vpc, o.Transport}
		s, err := newSTS(at, nil)
		if err != nil {
			return nil, fmt.Errorf("assume role %s by OIDC: %w", role.RoleARN, err)
		}
		return credential.Renewed(role.fetch(s)), nil
	})
}

// fromEnvironment returns options that are complete.
func (o OIDCOptions) fromEnvironment() (OIDCOptions, error) {
	chosen := o.RoleARN + o.ProviderARN + o.TokenFile
	provided, _ := keysource.Env(envOIDCProvider...)
	token, _ := keysource.Env(envOIDCToken...)
	role, _ := keysource.Env(envRole...)
	session, _ := keysource.Env(envSession...)
	if chosen == "" && provided == "" && token == "" {
		names := []string{envRole[0], envOIDCProvider[0], envOIDCToken[0]}
		return o, credential.Absent("OIDC (" + strings.Join(names, ", ") + ")")
	}
	o.RoleARN = cmp.Or(o.RoleARN, role)
	o.ProviderARN = cmp.Or(o.ProviderARN, provided)
	o.TokenFile = cmp.Or(o.TokenFile, token)
	o.SessionName = cmp.Or(o.SessionName, session)
	var missing []string
	for _, f := range []struct{ name, value string }{
		{"the ARN of the role (" + envRole[0] + ")", o.RoleARN},
		{"the ARN of the provider (" + envOIDCProvider[0] + ")", o.ProviderARN},
		{"the path of the token file (" + envOIDCToken[0] + ")", o.TokenFile},
	} {
		if f.value == "" {
			missing = append(missing, f.name)
		}
	}
	if missing != nil {
		return o, fmt.Errorf("OIDC is configured in part: set %s too, or unset the others",
			strings.Join(missing, " and "))
	}
	return o, nil
}

// fetch reads the token, which its issuer replaces now and then, and asks STS.
func (o OIDCOptions) fetch(s *sts) func(context.Context) (provider.Credentials, time.Time, error) {
	return func(ctx context.Context) (provider.Credentials, time.Time, error) {
		what := "assume role " + o.RoleARN + " by OIDC"
		token, err := keysource.ReadFile(o.TokenFile)
		if err != nil {
			err = errors.New(err.Error()) // a missing token is a mistake, and not an absent source
			return provider.Credentials{}, time.Time{}, fmt.Errorf("%s: the token: %w", what, err)
		}
		text := strings.TrimSpace(string(token))
		if text == "" {
			return provider.Credentials{}, time.Time{}, fmt.Errorf("%s: the token file %s is empty", what, o.TokenFile)
		}
		params := roleParams(o.RoleARN, o.SessionName, o.Policy, o.Duration)
		params["OIDCProviderArn"] = o.ProviderARN
		params["OIDCToken"] = text
		return s.call(ctx, what, "AssumeRoleWithOIDC", params, true)
	}
}

// expand replaces a leading ~ of a path in a profile, which a shell would do.
func expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + string(os.PathSeparator) + rest
}
