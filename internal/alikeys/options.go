package alikeys

import (
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Options are those of every source that calls a service. The adapters document them.
type Options struct {
	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// AssumeRoleOptions are those of [AssumeRole]. The adapters document them.
type AssumeRoleOptions struct {
	Source      provider.CredentialsSource
	RoleARN     string
	SessionName string
	Duration    time.Duration
	Policy      string
	ExternalID  string

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// OIDCOptions are those of [OIDC]. The adapters document them.
type OIDCOptions struct {
	RoleARN     string
	ProviderARN string
	TokenFile   string
	SessionName string
	Duration    time.Duration
	Policy      string

	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// InstanceRoleOptions are those of [InstanceRole]. The adapters document them.
type InstanceRoleOptions struct {
	RoleName     string
	RequireToken bool
	Transport    http.RoundTripper
}

// sessionName names the sessions of roles where nobody chose a name.
const sessionName = "yunfan"
