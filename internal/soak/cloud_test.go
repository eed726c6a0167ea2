package soak_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestMain(m *testing.M) {
	if asChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// small reports whether fleets are smaller than they claim: because -short asks for
// it, or because the race detector makes everything take ten times as long.
func small() bool { return raced || testing.Short() }

// service is a cloud under soak.
type service struct {
	adapter      clouds.Cloud
	cloud        cloudsim.Cloud
	action       string // of creates
	tokens       bool   // creates are idempotent by token
	spec         provider.RunInstancesSpec
	alternatives []provider.Alternative

	// wrap replaces the driver by one that is broken on purpose.
	wrap func(provider.Driver) provider.Driver
}

// connect returns a new client, as another process would have it.
func (s *service) connect(t testing.TB, rt http.RoundTripper) *provider.Client {
	t.Helper()
	c, err := s.adapter.New(clouds.Config{Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	if s.wrap != nil {
		return provider.NewClient(s.wrap(c.Driver()), &provider.Options{Region: s.spec.Region})
	}
	return c
}

func services() (list []service) {
	for _, c := range clouds.All() {
		s := service{adapter: c, cloud: c.Sim, action: "RunInstances", spec: c.Spec, alternatives: c.Alternatives()}
		client, err := c.New(clouds.Config{})
		if err != nil {
			panic(err) // the list of clouds has a test
		}
		s.tokens = client.Limits().ClientToken
		list = append(list, s)
	}
	return list
}
