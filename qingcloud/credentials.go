package qingcloud

import (
	"net/http"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/qingcloud/internal/credential"
)

// CredentialsOptions say how sources of credentials call services. Nil, and the zero value, mean the
// vendor's defaults.
type CredentialsOptions struct {
	// Transport carries the calls of the metadata service, without its proxy. Nil means a transport
	// of the source's own.
	Transport http.RoundTripper
}

func (o *CredentialsOptions) sources(profile string) *credential.Sources {
	if o == nil {
		return credential.New(nil, profile)
	}
	return credential.New(o.Transport, profile)
}

// DefaultCredentials returns the chain that a client without Config.Credentials asks. The package
// documentation has its order. Nothing is read before the first call. It is for chains that begin or
// end with a source of one's own: see [credential.First]. A client with Config.Credentials takes no
// endpoint from the configuration file: set Config.Endpoint.
//
// [credential.First]: https://pkg.go.dev/github.com/yunfan-cloud/yunfan/provider/credential#First
func DefaultCredentials(o *CredentialsOptions) provider.CredentialsSource {
	return o.sources("").Chain()
}

// EnvironmentCredentials returns the key pair of the environment variables, read once by the first
// call: QINGCLOUD_ACCESS_KEY_ID with QINGCLOUD_SECRET_ACCESS_KEY, or else QINGCLOUD_ACCESS_KEY with
// QINGCLOUD_SECRET_KEY. The two are never mixed. Without any the error is credential.ErrAbsent; half a
// pair is another error.
func EnvironmentCredentials() provider.CredentialsSource {
	return (*CredentialsOptions)(nil).sources("").Environment()
}

// ProfileCredentials returns the key pair of a configuration file. A file without a pair stands for the
// role of the instance, which the file's credential proxy gives. "" means ~/.qingcloud/config.yaml:
// without that file, and if it names neither keys nor a proxy, the error is credential.ErrAbsent. The
// file is read by the first call, and again every 30 s.
func ProfileCredentials(path string, o *CredentialsOptions) provider.CredentialsSource {
	return o.sources(path).Profile()
}

// InstanceRoleOptions describe the role of the instance on which the program runs.
type InstanceRoleOptions struct {
	// Transport carries the calls, without its proxy. Nil means a transport of the source's own.
	Transport http.RoundTripper
}

// InstanceRoleCredentials returns the temporary credentials of the role that is bound to the instance,
// from the metadata service at 169.254.169.254. Away from the cloud, and on an instance without a role,
// the error is credential.ErrAbsent.
func InstanceRoleCredentials(o InstanceRoleOptions) provider.CredentialsSource {
	return credential.New(o.Transport, "").InstanceRole()
}
