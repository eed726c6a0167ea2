package qingcloud

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func TestConformance(t *testing.T) { providertest.Run(t, harness()) }

// harness is what the suite and the fuzz tests need of this driver.
func harness() providertest.Harness {
	full := fullSpecs()
	// Fields that in the other specs cannot change without another one.
	login := provider.Login{KeyPairs: []string{"kp-1"}}
	full["several"] = &provider.RunInstancesSpec{Count: 3, ImageID: "img-1", InstanceType: "e1.large.r2", Login: login, Name: "several", UniqueSuffix: true}
	full["sized, plain"] = &provider.RunInstancesSpec{ImageID: "img-1", Hardware: provider.Hardware{CPUs: 4, MemoryMiB: 8192}, Login: login}
	spec := provider.RunInstancesSpec{
		ImageID: "jammyx64", InstanceType: "e2.large.r2", Name: "conformance",
		Network: provider.Network{SubnetID: "vxnet-conform1"},
		Login:   provider.Login{Password: "Conformance-1"},
	}
	return providertest.Harness{
		Cloud: providertest.Simulated(cloudsim.QingCloud),
		LeftOut: map[string]string{
			string(cloudsim.DeadToken): "QingCloud has no client tokens",
			"Prepaid":                  "whether QingCloud releases prepaid instances before their time is over is not documented",
			"Unpaid":                   "QingCloud has no orders",
		},
		New: func(t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options) *provider.Client {
			c, err := New(Config{Region: "pek3a", Credentials: keys, Transport: transport, Options: o})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Spec:     spec,
		Full:     full,
		ReadBack: readBackSpecs(spec),
		NotShown: notShown(),
		Coupled: map[string]string{
			"Billing.AutoRenew": "it needs an AutoRenewPeriod",
			"UniqueSuffix":      "the numbers come with the renaming, after the create",
			"Billing.Mode":      "prepaid needs a Period, and nothing else may have one",
		},
		Alternative:     provider.Alternative{InstanceType: "e2.xlarge.r2"},
		Invalid:         "1100",
		PerInstance:     RunOptions{Params: map[string]string{"eip_ids.1": "eip-1"}},
		PerInstanceName: "eip_ids.1",
		Placement: &providertest.PlacementCase{
			Groups: map[string]*placement.Spec{
				"spread":  {Name: "spread", Description: "apart", Strategy: placement.Spread, Level: placement.Host},
				"cluster": {Name: "cluster", Strategy: placement.Cluster},
				"nothing": {},
			},
			Stays: true,
			Full:  "2500",
		},
	}
}
