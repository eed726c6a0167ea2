package ens

import (
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alikeys"
	"github.com/yunfan-cloud/yunfan/provider"
)

// CredentialsOptions say how sources of credentials call services. Nil, and the zero value, mean the
// vendor's defaults.
type CredentialsOptions struct {
	// STSEndpoint is where the Security Token Service is called: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]", which carries keys in clear. "" means the
	// endpoint of STSRegion.
	STSEndpoint string

	// STSRegion is the region whose Security Token Service is called, for example "cn-hangzhou". ""
	// means ALIBABA_CLOUD_STS_REGION, and without it the central service, sts.aliyuncs.com.
	STSRegion string

	// Transport carries the calls. It must not retry. Nil means transports of the source's own,
	// which use the proxy of the environment. Plain HTTP, such as that of the metadata service, never
	// goes through a proxy of an [http.Transport].
	Transport http.RoundTripper
}

func (o *CredentialsOptions) inner() alikeys.Options {
	if o == nil {
		return alikeys.Options{}
	}
	return alikeys.Options(*o)
}

// DefaultCredentials returns the chain that a client without Config.Credentials asks. The package
// documentation has its order. Nothing is read before the first call. Function First of package
// provider/credential puts it behind a source of one's own.
func DefaultCredentials(o *CredentialsOptions) provider.CredentialsSource {
	return alikeys.Default(o.inner())
}

// EnvironmentCredentials returns the key pair of the environment variables, read once by the first
// call. Without any the error is credential.ErrAbsent; half a pair is another error.
func EnvironmentCredentials(o *CredentialsOptions) provider.CredentialsSource {
	return alikeys.Environment(o.inner())
}

// ProfileCredentials returns the credentials of a profile of the profile files: of the vendor's
// command line tool in all its modes, and of its SDKs. "" means the profile that the environment
// names, or else the current one. Without profile files the error is credential.ErrAbsent, unless a
// profile is named. The file is read by the first call, and again every 30 s.
func ProfileCredentials(name string, o *CredentialsOptions) provider.CredentialsSource {
	return alikeys.Profile(name, o.inner())
}

// FileCredentials returns the credentials of a profile of one file, which must exist, in either form.
// A profile of "" means the current one of the file, or default.
func FileCredentials(path, profile string, o *CredentialsOptions) provider.CredentialsSource {
	return alikeys.File(path, profile, o.inner())
}

// AssumeRoleOptions describe a role that is assumed. Source and RoleARN are required.
type AssumeRoleOptions struct {
	Source      provider.CredentialsSource // its keys ask for those of the role
	RoleARN     string                     // "acs:ram::<account>:role/<name>"
	SessionName string                     // shown in the account's audit logs; "" means "yunfan"
	Duration    time.Duration              // of a session, in whole seconds; 0 means the cloud's default, an hour
	Policy      string                     // JSON that narrows the permissions of the session; "" does not
	ExternalID  string                     // if the role asks for one

	// These are as in [CredentialsOptions].

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// AssumeRoleCredentials returns the temporary credentials of a role. They are renewed before their
// end, by one call of the Security Token Service for all waiters.
func AssumeRoleCredentials(o AssumeRoleOptions) provider.CredentialsSource {
	return alikeys.AssumeRole(alikeys.AssumeRoleOptions(o))
}

// OIDCOptions describe a role that an OIDC provider vouches for. Empty fields are taken from the
// environment, where Kubernetes puts them for pods with RRSA.
type OIDCOptions struct {
	RoleARN     string        // "" means ALIBABA_CLOUD_ROLE_ARN
	ProviderARN string        // "" means ALIBABA_CLOUD_OIDC_PROVIDER_ARN
	TokenFile   string        // read for every renewal; "" means ALIBABA_CLOUD_OIDC_TOKEN_FILE
	SessionName string        // "" means ALIBABA_CLOUD_ROLE_SESSION_NAME, or else "yunfan"
	Duration    time.Duration // of a session, in whole seconds; 0 means the cloud's default, an hour
	Policy      string        // JSON that narrows the permissions of the session; "" does not

	// These are as in [CredentialsOptions].

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// OIDCCredentials returns the temporary credentials of a role that an OIDC provider vouches for. If
// neither the options nor the environment say anything, the error is credential.ErrAbsent; if they
// say a part, it is another error.
func OIDCCredentials(o OIDCOptions) provider.CredentialsSource {
	return alikeys.OIDC(alikeys.OIDCOptions(o))
}

// InstanceRoleOptions describe the role of the instance on which the program runs.
type InstanceRoleOptions struct {
	// RoleName is the name of the role. "" means ALIBABA_CLOUD_ECS_METADATA, or else asks the
	// metadata service.
	RoleName string

	// RequireToken forbids the first version of the metadata service, as
	// ALIBABA_CLOUD_IMDSV1_DISABLED=true does. Without it, the first version is asked where the second
	// does not exist.
	RequireToken bool

	// Transport carries the calls, without its proxy. Nil means a transport of the source's own.
	Transport http.RoundTripper
}

// InstanceRoleCredentials returns the temporary credentials of the role that is bound to the instance.
// Away from the cloud, and on an instance without a role, the error is credential.ErrAbsent, unless
// the role is named.
func InstanceRoleCredentials(o InstanceRoleOptions) provider.CredentialsSource {
	return alikeys.InstanceRole(alikeys.InstanceRoleOptions(o))
}

// URICredentials returns the credentials that a service answers, such as a sidecar, as JSON with
// AccessKeyId, AccessKeySecret, SecurityToken and Expiration. "" means ALIBABA_CLOUD_CREDENTIALS_URI;
// without one the error is credential.ErrAbsent. An http:// URI is never asked through a proxy.
func URICredentials(uri string, o *CredentialsOptions) provider.CredentialsSource {
	return alikeys.URI(uri, o.inner())
}
