package alikeys

import (
	"fmt"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// Default returns the chain of every place, in the documented order. Nothing is read before the
// first call.
func Default(o Options) provider.CredentialsSource {
	return assumed(o, credential.First(
		environment(o),
		Profile("", o),
		OIDC(OIDCOptions{STSEndpoint: o.STSEndpoint, STSRegion: o.STSRegion, Transport: o.Transport}),
		InstanceRole(InstanceRoleOptions{Transport: o.Transport}),
		URI("", o),
	))
}

// Environment returns the source of key pairs in the environment, with the role that they are to
// assume, if one is named there.
func Environment(o Options) provider.CredentialsSource { return assumed(o, environment(o)) }

// environment reads a key pair of the environment. A role ARN beside it is assumed, unless it belongs
// to OIDC or is for the whole chain.
func environment(o Options) provider.CredentialsSource {
	return keysource.Later(func() (provider.CredentialsSource, error) {
		keys, err := keysource.EnvPair(pairs()...)
		if err != nil {
			return nil, err
		}
		pair := provider.StaticCredentials(keys.AccessKeyID, keys.AccessKeySecret, keys.SecurityToken)
		role, _ := keysource.Env(envRole...)
		_, ofOIDC := keysource.Env(envOIDCToken...)
		_, ofChain := keysource.Env(envAssumeRole)
		if role == "" || ofOIDC != "" || ofChain != "" {
			return pair, nil
		}
		session, _ := keysource.Env(envSession...)
		external, _ := keysource.Env(envExternalID...)
		return AssumeRole(AssumeRoleOptions{
			Source: pair, RoleARN: role, SessionName: session, ExternalID: external,
			STSEndpoint: o.STSEndpoint, STSRegion: o.STSRegion, Transport: o.Transport,
		}), nil
	})
}

// assumed adds the role of the Terraform provider's variables to a source. The provider assumes it
// with the keys that it found, wherever that was.
func assumed(o Options, source provider.CredentialsSource) provider.CredentialsSource {
	return keysource.Later(func() (provider.CredentialsSource, error) {
		role, _ := keysource.Env(envAssumeRole)
		if role == "" {
			return source, nil
		}
		session, _ := keysource.Env(envAssumeSession)
		duration, err := assumeDuration()
		if err != nil {
			return nil, err
		}
		return AssumeRole(AssumeRoleOptions{
			Source: source, RoleARN: role, SessionName: session, Duration: duration,
			STSEndpoint: o.STSEndpoint, STSRegion: o.STSRegion, Transport: o.Transport,
		}), nil
	})
}

func assumeDuration() (time.Duration, error) {
	text, _ := keysource.Env(envAssumeDuration)
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("the environment variable %s must be a number of seconds", envAssumeDuration)
	}
	return time.Duration(seconds) * time.Second, nil
}
