package secrets_test

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Secrets that are planted. Each has characters that the encodings of the wires
// write differently.
const (
	keySecret = "Pl4nted/key+secret=value"
	keyToken  = "Pl4nted/session+token=value"
	password  = "Pl4nted-(Pass)_w0rd"
	userData  = "#!/bin/sh\necho 'planted user data' > /etc/motd && reboot\n"
)

// service is a cloud, and a spec with every secret that it takes.
type service struct {
	adapter clouds.Cloud
	cloud   cloudsim.Cloud
	tokens  bool // takes temporary credentials
	spec    provider.RunInstancesSpec
}

// config is what the tests set of an adapter's configuration.
type config struct {
	endpoint  string
	transport http.RoundTripper
	options   *provider.Options
}

// secrets are those that the service can let out.
func (s *service) secrets() []string {
	list := []string{keySecret, password}
	if s.tokens {
		list = append(list, keyToken)
	}
	if len(s.spec.UserData) > 0 {
		list = append(list, userData, "planted user data")
	}
	return list
}

func (s *service) connect(t testing.TB, c config) *provider.Client {
	t.Helper()
	client, err := s.adapter.New(clouds.Config{Credentials: s.keys(), Endpoint: c.endpoint, Transport: c.transport, Options: c.options})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (s *service) keys() provider.CredentialsSource {
	if s.tokens {
		return provider.StaticCredentials("AKplanted", keySecret, keyToken)
	}
	return provider.StaticCredentials("AKplanted", keySecret, "")
}

func services() (list []*service) {
	for _, c := range clouds.All() {
		s := &service{adapter: c, cloud: c.Sim, tokens: c.SessionTokens, spec: c.Spec}
		s.spec.Login, s.spec.UserData = provider.Login{Password: password}, []byte(userData)
		list = append(list, s)
	}
	return list
}
