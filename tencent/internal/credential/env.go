package credential

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Environment variables of key pairs. The SDK for Go knows no variable for the token of temporary
// keys; the vendor's other tools do.
const (
	envID  = "TENCENTCLOUD_SECRET_ID"
	envKey = "TENCENTCLOUD_SECRET_KEY"

	envToken         = "TENCENTCLOUD_TOKEN"          // tccli
	envSecurityToken = "TENCENTCLOUD_SECURITY_TOKEN" // Terraform provider
	envSessionToken  = "TENCENTCLOUD_SESSION_TOKEN"  // SDK for Node.js

	envRegion = "TENCENTCLOUD_REGION"
)

// Environment variables of a role to assume: those of the Terraform provider, then those of tccli.
const (
	envAssumeARN      = "TENCENTCLOUD_ASSUME_ROLE_ARN"
	envAssumeSession  = "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME"
	envAssumeDuration = "TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION"
	envAssumeExternal = "TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID"

	envRoleARN     = "TENCENTCLOUD_ROLE_ARN"
	envRoleSession = "TENCENTCLOUD_ROLE_SESSION_NAME"
)

// Environment variables that TKE gives to a pod whose service account has a role.
const (
	envTKERegion   = "TKE_REGION"
	envTKEProvider = "TKE_PROVIDER_ID"
	envTKEToken    = "TKE_WEB_IDENTITY_TOKEN_FILE"
	envTKERole     = "TKE_ROLE_ARN"
)

// envPair reads the key pair of the environment.
func envPair(context.Context) (provider.Credentials, time.Time, error) {
	token, err := onlyOne(envToken, envSecurityToken, envSessionToken)
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	keys, err := keysource.EnvPair(keysource.Names{ID: []string{envID}, Secret: []string{envKey}})
	keys.SecurityToken = provider.Secret(token)
	return keys, time.Time{}, err
}

// onlyOne returns the value of variables that mean the same. Two that are set must agree.
func onlyOne(names ...string) (string, error) {
	value, first := keysource.Env(names...)
	for _, name := range names {
		if other := os.Getenv(name); other != "" && other != value {
			return "", fmt.Errorf("the environment contradicts itself: %s and %s mean the same and differ; unset one", first, name)
		}
	}
	return value, nil
}

// envRole returns the role that the environment says to assume, or nil.
func envRole() (*role, error) {
	arn, err := onlyOne(envAssumeARN, envRoleARN)
	if err != nil {
		return nil, err
	}
	session, err := onlyOne(envAssumeSession, envRoleSession)
	if err != nil {
		return nil, err
	}
	if arn == "" {
		if _, name := keysource.Env(envAssumeSession, envRoleSession, envAssumeDuration, envAssumeExternal); name != "" {
			return nil, fmt.Errorf("the environment has %s, but no role to assume: set %s, or unset it", name, envAssumeARN)
		}
		return nil, nil
	}
	r := &role{arn: arn, sessionName: session, externalID: os.Getenv(envAssumeExternal)}
	if text := os.Getenv(envAssumeDuration); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 || seconds > int(longestDuration/time.Second) {
			return nil, fmt.Errorf("%s must be a number of seconds from 1 to %d", envAssumeDuration, int(longestDuration/time.Second))
		}
		r.duration = time.Duration(seconds) * time.Second
	}
	return r, nil
}

// OIDCOptions describe a role that an OIDC provider vouches for. The adapter documents them.
type OIDCOptions struct {
	RoleARN     string
	ProviderID  string
	TokenFile   string
	Region      string
	SessionName string
	Duration    time.Duration
	Policy      string
}

// identity returns the role of the options, completed by what TKE gives to this pod.
func (o OIDCOptions) identity() (*webIdentity, error) {
	chosen := o.RoleARN + o.ProviderID + o.TokenFile
	var missing []string
	for _, f := range []struct {
		value *string
		what  string
		env   string
	}{
		{&o.RoleARN, "the ARN of the role", envTKERole},
		{&o.ProviderID, "the name of the OIDC provider", envTKEProvider},
		{&o.TokenFile, "the path of the token file", envTKEToken},
		{&o.Region, "the region", envTKERegion},
	} {
		*f.value = cmp.Or(*f.value, os.Getenv(f.env))
		if *f.value == "" {
			missing = append(missing, f.what+" ("+f.env+")")
		}
	}
	_, inEnv := keysource.Env(envTKEProvider, envTKEToken, envTKERole)
	switch {
	case chosen == "" && inEnv == "":
		return nil, credential.Absent("OIDC of TKE (" + strings.Join([]string{envTKERole, envTKEProvider, envTKEToken}, ", ") + ")")
	case len(missing) > 0:
		return nil, fmt.Errorf("OIDC is configured in part: set %s too, or unset the others", strings.Join(missing, " and "))
	}
	token, err := o.readToken()
	if err != nil {
		return nil, fmt.Errorf("assuming role %s by OIDC: the token: %w", o.RoleARN, err)
	}
	return &webIdentity{
		role:   role{arn: o.RoleARN, sessionName: o.SessionName, policy: o.Policy, duration: o.Duration},
		region: o.Region, providerID: o.ProviderID, token: token,
	}, nil
}

// readToken reads the token, which its issuer replaces now and then.
func (o OIDCOptions) readToken() (provider.Secret, error) {
	text, err := keysource.ReadFile(o.TokenFile)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("file %s is empty", o.TokenFile)
	}
	return provider.Secret(token), nil
}
