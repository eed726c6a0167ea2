package alicloud

import (
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/provider"
)

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
