package tencent

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
	full := fullSpecs()
	// A template that the spec could do without.
	full["free to change"] = &provider.RunInstancesSpec{
		Zone: "ap-guangzhou-3", ImageID: "img-1", LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"},
	}
	spec := provider.RunInstancesSpec{
		Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4", Name: "conformance",
		Network: provider.Network{VPCID: "vpc-confor12", SubnetID: "subnet-confor12", SecurityGroupIDs: []string{"sg-confor12"}},
		Login:   provider.Login{Password: "Conformance-1"},
	}
	small := spec
	small.Login = provider.Login{} // a template holds no password
	prepaid := spec
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
	return providertest.Harness{
		Cloud: cloudsim.CVM,
		New: func(t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options) *provider.Client {
			c, err := New(Config{Region: "ap-guangzhou", Credentials: keys, Transport: transport, Options: o})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Spec:    spec,
		Prepaid: &prepaid,
		Full:    full,
		Coupled: map[string]string{"Billing.Spot.Strategy": "it follows from MaxPrice"},
		Invalid: "InvalidParameterValue",
		Template: &providertest.TemplateCase{
			Specs:     storables(),
			Small:     small,
			Beside:    provider.RunInstancesSpec{Zone: spec.Zone, Login: spec.Login},
			OtherType: "S5.LARGE8",
			Full:      "LimitExceeded.LaunchTemplateQuota",
			Many:      101,
		},
		Placement: &providertest.PlacementCase{
			Groups: map[string]*provider.PlacementGroupSpec{
				"spread":  {Name: "spread", Strategy: provider.SpreadPlacement, Level: provider.HostLevel},
				"switch":  {Name: "switch", Level: provider.SwitchLevel, PerUnit: 2, Tags: map[string]string{"key-1": "value-1"}},
				"rack":    {Name: "rack", Level: provider.RackLevel, PerUnit: 3},
				"nothing": {Name: "nothing"},
			},
			Full: "ResourceInsufficient.InsufficientGroupQuota",
		},
	}
}
