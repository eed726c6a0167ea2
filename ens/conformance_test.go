package ens

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func TestConformance(t *testing.T) { providertest.Run(t, harness()) }

// harness is what the suite and the fuzz tests need of this driver.
func harness() providertest.Harness {
	spec := provider.RunInstancesSpec{
		ImageID: "m-conformance", InstanceType: "ens.sn1.small", Name: "conformance",
		Network:    provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
		SystemDisk: provider.Disk{SizeGiB: 40},
		Login:      provider.Login{Password: "Conformance-1"},
	}
	prepaid := spec
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
	return providertest.Harness{
		Cloud: providertest.Simulated(cloudsim.ENS),
		LeftOut: map[string]string{
			string(cloudsim.DeadToken): "ENS has no client tokens",
		},
		New: func(t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options) *provider.Client {
			c, err := New(Config{Region: "cn-hangzhou-44", Credentials: keys, Transport: transport, Options: o})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Spec:    spec,
		Prepaid: &prepaid,
		Unpaid:  &prepaid,
		Full:    fullSpecs(),

		ReadBack: readBackSpecs(spec),
		NotShown: notShown(),
		Coupled: map[string]string{
			"Billing.Spot.Strategy": "it follows from MaxPrice",
			"Login.KeepImageLogin":  "exactly one way to log in is needed",
		},
		Alternative:     provider.Alternative{InstanceType: "ens.sn1.large"},
		Invalid:         "InvalidParameter",
		PerInstance:     RunOptions{Params: map[string]string{"PrivateIpAddress": "10.0.0.9"}},
		PerInstanceName: "PrivateIpAddress",
	}
}
