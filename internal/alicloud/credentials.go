package alicloud

import (
	"context"
	"errors"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/provider"
)

// errNoCredentials stands for whatever the SDK's chain says: its texts quote
// URLs and answers of credential services.
var errNoCredentials = errors.New("the default chain found none: environment variables, OIDC, CLI profile, credentials file, instance role, credentials URI")

// oneKey gives the SDK the key of one call.
type oneKey provider.Credentials

// GetCredentials implements the SDK's interface.
func (k oneKey) GetCredentials() (*credentials.Credentials, error) {
	return &credentials.Credentials{
		AccessKeyId:     k.AccessKeyID,
		AccessKeySecret: k.AccessKeySecret.Reveal(),
		SecurityToken:   k.SecurityToken.Reveal(),
		ProviderName:    k.GetProviderName(),
	}, nil
}

// GetProviderName implements the SDK's interface.
func (oneKey) GetProviderName() string { return "yunfan" }

// defaultChain is the SDK's default chain. Its providers renew keys without
// locks, so one caller at a time asks it. Waiting callers can still leave.
type defaultChain struct {
	turn  chan struct{} // holds one token
	build func() credentials.CredentialsProvider
	chain credentials.CredentialsProvider // nil: build it first
}

func newDefaultChain() *defaultChain {
	return &defaultChain{
		turn:  make(chan struct{}, 1),
		build: func() credentials.CredentialsProvider { return credentials.NewDefaultCredentialsProvider() },
	}
}

// Credentials asks the chain. After a failure the SDK's chain sticks to its
// last provider for good, so a new one is built then.
func (d *defaultChain) Credentials(ctx context.Context) (provider.Credentials, error) {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return provider.Credentials{}, ctx.Err()
	}
	defer func() { <-d.turn }()
	if d.chain == nil {
		d.chain = d.build()
	}
	chain := d.chain
	d.chain = nil // also if it panics
	cc, err := chain.GetCredentials()
	if err != nil || cc == nil || cc.AccessKeyId == "" || cc.AccessKeySecret == "" {
		return provider.Credentials{}, errNoCredentials
	}
	d.chain = chain
	return provider.Credentials{
		AccessKeyID:     cc.AccessKeyId,
		AccessKeySecret: provider.Secret(cc.AccessKeySecret),
		SecurityToken:   provider.Secret(cc.SecurityToken),
	}, nil
}
