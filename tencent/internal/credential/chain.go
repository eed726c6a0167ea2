// Package credential finds the key pair of a Tencent Cloud account in the
// places where Tencent's own tools look for it.
package credential

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Environment variables of the chain. The SDK's own chain knows no variable for
// the token of temporary keys; ours does.
const (
	envID    = "TENCENTCLOUD_SECRET_ID"
	envKey   = "TENCENTCLOUD_SECRET_KEY"
	envToken = "TENCENTCLOUD_TOKEN"
)

// errAbsent says that a place holds no credentials, so that the next is asked.
var errAbsent = errors.New("no credentials there")

// Chain is a [provider.CredentialsSource] that looks in the environment, then in
// the SDK's profile file, then at the role of the instance it runs on. The first
// place that has credentials is kept: the others are never asked again. It is
// safe for concurrent use.
type Chain struct {
	role *role

	mu    sync.Mutex
	found provider.CredentialsSource
}

// NewChain returns a chain that reads nothing yet. The metadata service is asked
// through transport, but never through its proxy, because the service is on the
// instance's own link and answers with keys. Nil means a plain transport.
func NewChain(transport http.RoundTripper) *Chain {
	return &Chain{role: newRole(transport)}
}

// Credentials returns the credentials of the place that was found first. It
// asks the network only for the role of the instance.
func (c *Chain) Credentials(ctx context.Context) (provider.Credentials, error) {
	if src := c.kept(); src != nil {
		return src.Credentials(ctx)
	}
	for _, look := range []func() (provider.CredentialsSource, error){fromEnvironment, fromProfile} {
		switch src, err := look(); {
		case err == nil:
			return c.keep(src).Credentials(ctx)
		case !errors.Is(err, errAbsent):
			return provider.Credentials{}, err
		}
	}
	creds, err := c.role.Credentials(ctx)
	if err != nil {
		return provider.Credentials{}, fmt.Errorf(
			"no credentials in the environment (%s, %s) or in a profile file, and none from an instance role: %w",
			envID, envKey, err)
	}
	c.keep(c.role)
	return creds, nil
}

func (c *Chain) kept() provider.CredentialsSource {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found
}

// keep remembers the first source that was found; a second finder gets that one.
func (c *Chain) keep(src provider.CredentialsSource) provider.CredentialsSource {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found == nil {
		c.found = src
	}
	return c.found
}

// fromEnvironment treats half a key pair as a mistake: going on to another place
// would act under an identity that was not asked for.
func fromEnvironment() (provider.CredentialsSource, error) {
	id, hasID := os.LookupEnv(envID)
	key, hasKey := os.LookupEnv(envKey)
	if !hasID && !hasKey {
		return nil, errAbsent
	}
	if id == "" || key == "" {
		return nil, fmt.Errorf("the environment has only one of %s and %s, or one of them is empty", envID, envKey)
	}
	return provider.StaticCredentials(id, provider.Secret(key), provider.Secret(os.Getenv(envToken))), nil
}

// fromProfile uses the SDK's reader. Its "there is no such file" cannot be told
// from other errors directly, but the SDK's chain goes on to the next provider
// for that one alone.
func fromProfile() (provider.CredentialsSource, error) {
	chain := common.NewProviderChain([]common.Provider{common.DefaultProfileProvider(), absent{}})
	cred, err := chain.GetCredential()
	if err != nil {
		if errors.Is(err, errAbsent) {
			return nil, errAbsent
		}
		return nil, errors.New("the profile file cannot be used: it needs secret_id and secret_key in its section default")
	}
	id, key, token := cred.GetCredential()
	return provider.StaticCredentials(id, provider.Secret(key), provider.Secret(token)), nil
}

// absent ends the SDK's chain with an error that is ours.
type absent struct{}

func (absent) GetCredential() (common.CredentialIface, error) { return nil, errAbsent }
