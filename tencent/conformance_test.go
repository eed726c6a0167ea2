package tencent

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
		Cloud: providertest.Simulated(cloudsim.CVM),
		LeftOut: map[string]string{
			string(cloudsim.DeadToken): "CVM documents no such code",
			"ReadBack":                 "TestWhatASpecSetsIsReadBack compares by rules of its own",
			"Unpaid":                   "CVM pays every order at once",
		},
		New: func(t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options) *provider.Client {
			c, err := New(Config{Region: "ap-guangzhou", Credentials: keys, Transport: transport, Options: o})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Spec:            spec,
		Prepaid:         &prepaid,
		Full:            full,
		Coupled:         map[string]string{"Billing.Spot.Strategy": "it follows from MaxPrice"},
		Alternative:     provider.Alternative{InstanceType: "SA2.MEDIUM4"},
		Invalid:         "InvalidParameterValue",
		PerInstance:     RunOptions{Params: map[string]string{"ChcIds.0": "chc-1"}},
		PerInstanceName: "ChcIds.0",
		Template: &providertest.TemplateCase{
			Specs: simulated(storables()),
			Implied: map[string]string{
				"Billing.PeriodUnit":    "months are what no unit means",
				"Billing.Spot.Strategy": "it follows from MaxPrice",
			},
			Small:     small,
			Beside:    provider.RunInstancesSpec{Zone: spec.Zone, Login: spec.Login},
			OtherType: "S5.LARGE8",
			Full:      "LimitExceeded.LaunchTemplateQuota",
			Many:      101,
		},
		Placement: &providertest.PlacementCase{
			Groups: map[string]*placement.Spec{
				"spread":  {Name: "spread", Strategy: placement.Spread, Level: placement.Host},
				"switch":  {Name: "switch", Level: placement.Switch, PerUnit: 2, Tags: map[string]string{"key-1": "value-1"}},
				"rack":    {Name: "rack", Level: placement.Rack, PerUnit: 3},
				"nothing": {Name: "nothing"},
				"parts":   {Name: "parts", Strategy: placement.Partition, Level: placement.Switch, Partitions: 2},
			},
			Full: "ResourceInsufficient.InsufficientGroupQuota",
		},
	}
}

// simulated are specs for templates with IDs that the simulator takes for real.
func simulated(specs map[string]*provider.RunInstancesSpec) map[string]*provider.RunInstancesSpec {
	delete(specs, "two groups") // which not even the cloud takes
	for _, s := range specs {
		s.Region, s.Zone, s.ImageID = "", "ap-guangzhou-3", "img-487zeit5"
		if s.Placement.HPCClusterID != "" {
			s.InstanceType = "HCCIC5.48XLARGE192"
		}
		if s.SystemDisk.Type != "" {
			s.SystemDisk.Type, s.SystemDisk.SizeGiB = "CLOUD_PREMIUM", 50
		}
		for i := range s.DataDisks {
			s.DataDisks[i].Type = "CLOUD_HSSD"
		}
		if o := optionsOf(s); o.set() {
			if o.InternetServiceProvider != "" {
				o.InternetServiceProvider, o.IPv4AddressType, o.IPv6AddressType = "BGP", "AntiDDoSEIP", "EIPv6"
			}
			o.JumboFrame, o.Metadata = nil, nil // the documented data of a version has none of them
			delete(o.Params, "TemplateDataModifyAction")
			s.Vendor = []provider.VendorOption{o}
		}
	}
	return specs
}
