package tencent

import (
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/credential"
)

// CredentialsOptions say how sources of credentials call services. Nil, and the zero value, mean the
// vendor's defaults.
type CredentialsOptions struct {
	// STSEndpoint is where the Security Token Service is called: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]", which carries keys in clear. "" means the one
	// of a profile of tccli, or else sts.tencentcloudapi.com.
	STSEndpoint string

	// STSRegion is the region that calls of the Security Token Service name. Roles are the same in all.
	// "" means ap-guangzhou, and for OIDC the region of the provider.
	STSRegion string

	// Transport carries the calls. It must not retry. Nil means transports of the source's own,
	// which use the proxy of the environment. The metadata service is never asked through a proxy of
	// an [http.Transport].
	Transport http.RoundTripper
}

func (o *CredentialsOptions) sources() *credential.Sources {
	if o == nil {
		return credential.New(credential.Options{})
	}
	return credential.New(credential.Options(*o))
}

// DefaultCredentials returns the chain that a client without Config.Credentials asks. The package
// documentation has its order. Nothing is read before the first call. It is for chains that begin or
// end with a source of one's own: see [credential.First].
//
// [credential.First]: https://pkg.go.dev/github.com/yunfan-cloud/yunfan/provider/credential#First
func DefaultCredentials(o *CredentialsOptions) provider.CredentialsSource { return o.sources().Chain() }

// EnvironmentCredentials returns the key pair of the environment variables, read once by the first
// call, or the role that variables beside it name. Without the pair the error is credential.ErrAbsent;
// half a pair is another error.
func EnvironmentCredentials(o *CredentialsOptions) provider.CredentialsSource {
	return o.sources().Environment()
}

// ProfileCredentials returns the credentials of a profile: a section of the file of the vendor's SDKs,
// or else a profile of tccli with its keys, its login, its role to assume or the role of the instance.
// "" means the profile that the environment selects, or else the default one. Without profile files the
// error is credential.ErrAbsent, unless a profile is named. The file is read by the first call, and again
// every 30 s.
func ProfileCredentials(name string, o *CredentialsOptions) provider.CredentialsSource {
	return o.sources().Profile(name)
}

// AssumeRoleOptions describe a role that is assumed. Source and RoleARN are required.
type AssumeRoleOptions struct {
	Source      provider.CredentialsSource // its keys ask for those of the role
	RoleARN     string                     // "qcs::cam::uin/<account>:roleName/<name>"
	SessionName string                     // shown in the account's audit logs; "" means "yunfan"
	Duration    time.Duration              // of a session, in whole seconds, up to 12 hours; 0 means 2 hours
	Policy      string                     // JSON in URL encoding that narrows the permissions; "" does not
	ExternalID  string                     // if the role asks for one

	// These are as in [CredentialsOptions].

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// AssumeRoleCredentials returns the temporary credentials of a role. They are renewed before their
// end, by one call of the Security Token Service for all waiters.
func AssumeRoleCredentials(o AssumeRoleOptions) provider.CredentialsSource {
	s := credential.New(credential.Options{STSEndpoint: o.STSEndpoint, STSRegion: o.STSRegion, Transport: o.Transport})
	return s.AssumeRole(credential.AssumeRoleOptions{
		Source: o.Source, RoleARN: o.RoleARN, SessionName: o.SessionName, Duration: o.Duration, Policy: o.Policy,
		ExternalID: o.ExternalID,
	})
}

// OIDCOptions describe a role that an OIDC provider vouches for. Empty fields are taken from the
// environment, where TKE puts them for pods whose service account has a role.
type OIDCOptions struct {
	RoleARN     string        // "" means TKE_ROLE_ARN
	ProviderID  string        // the name of the provider; "" means TKE_PROVIDER_ID
	TokenFile   string        // read for every renewal; "" means TKE_WEB_IDENTITY_TOKEN_FILE
	Region      string        // of the provider; "" means TKE_REGION
	SessionName string        // "" means "yunfan"
	Duration    time.Duration // of a session, in whole seconds, up to 12 hours; 0 means 2 hours
	Policy      string        // JSON in URL encoding that narrows the permissions; "" does not

	// These are as in [CredentialsOptions].

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// OIDCCredentials returns the temporary credentials of a role that an OIDC provider vouches for. If
// neither the options nor the environment say anything, the error is credential.ErrAbsent; if they
// say a part, it is another error.
func OIDCCredentials(o OIDCOptions) provider.CredentialsSource {
	s := credential.New(credential.Options{STSEndpoint: o.STSEndpoint, STSRegion: o.STSRegion, Transport: o.Transport})
	return s.OIDC(credential.OIDCOptions{
		RoleARN: o.RoleARN, ProviderID: o.ProviderID, TokenFile: o.TokenFile, Region: o.Region,
		SessionName: o.SessionName, Duration: o.Duration, Policy: o.Policy,
	})
}

// InstanceRoleOptions describe the role of the instance on which the program runs.
type InstanceRoleOptions struct {
	// RoleName is the name of the role. "" means TENCENTCLOUD_CAM_ROLE_NAME, or else asks the
	// metadata service.
	RoleName string

	// Transport carries the calls, without its proxy. Nil means a transport of the source's own.
	Transport http.RoundTripper
}

// InstanceRoleCredentials returns the temporary credentials of the role that is bound to the instance.
// Away from the cloud, and on an instance without a role, the error is credential.ErrAbsent, unless
// the role is named.
func InstanceRoleCredentials(o InstanceRoleOptions) provider.CredentialsSource {
	s := credential.New(credential.Options{Transport: o.Transport})
	if o.RoleName == "" {
		return s.InstanceRole()
	}
	return s.RoleNamed(o.RoleName)
}
