package alicloud

import (
	"context"
	"errors"
	"os"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/provider"
)

// errNoCredentials stands for whatever the SDK's chain says: its texts quote
// URLs and answers of credential services.
var errNoCredentials = errors.New("the default chain found none:" +
	" environment variables, OIDC, CLI profile, credentials file, instance role, credentials URI")

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

// places are where the SDK's default chain looks, in its order, but for the role of
// the instance, which is asked past any proxy. The first that has a key is kept.
type places struct {
	all  []credentials.CredentialsProvider
	kept credentials.CredentialsProvider
}

func newPlaces() *places {
	all := []credentials.CredentialsProvider{credentials.NewEnvironmentVariableCredentialsProvider()}
	if oidc, err := credentials.NewOIDCCredentialsProviderBuilder().Build(); err == nil {
		all = append(all, oidc)
	}
	all = append(all, credentials.NewCLIProfileCredentialsProviderBuilder().Build())
	all = append(all, credentials.NewProfileCredentialsProviderBuilder().Build())
	if r := newRole(); r != nil {
		all = append(all, r)
	}
	if os.Getenv("ALIBABA_CLOUD_CREDENTIALS_URI") != "" {
		if uri, err := credentials.NewURLCredentialsProviderBuilderBuilder().Build(); err == nil {
			all = append(all, uri)
		}
	}
	return &places{all: all}
}

// GetProviderName implements the SDK's interface.
func (*places) GetProviderName() string { return "default" }

// GetCredentials implements the SDK's interface.
func (p *places) GetCredentials() (*credentials.Credentials, error) {
	if p.kept != nil {
		return p.kept.GetCredentials()
	}
	for _, place := range p.all {
		if found, err := place.GetCredentials(); err == nil && found != nil {
			p.kept = place
			return found, nil
		}
	}
	return nil, errNoCredentials
}

// defaultChain asks [places]. The SDK's providers renew keys without
// locks, so one caller at a time asks it. Waiting callers can still leave.
type defaultChain struct {
	turn  chan struct{} // holds one token
	build func() credentials.CredentialsProvider
	chain credentials.CredentialsProvider // nil: build it first
}

func newDefaultChain() *defaultChain {
	return &defaultChain{
		turn:  make(chan struct{}, 1),
		build: func() credentials.CredentialsProvider { return newPlaces() },
	}
}

// Credentials asks the chain. After a failure a new one is built, because a place that
// was kept may be empty now, and another one not.
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
