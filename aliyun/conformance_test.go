package aliyun

import (
	"net/http"
	"net/netip"
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
	full["free to change"] = &provider.RunInstancesSpec{
		Count: 1, ImageID: "image-1", InstanceType: "type-1",
		Network:   provider.Network{SubnetID: "subnet-1", PrivateIPs: []netip.Addr{addr("10.0.0.61")}},
		DataDisks: []provider.Disk{{Type: "disk-type-1", SizeGiB: 40}, {Type: "disk-type-2", SizeGiB: 50, Encrypted: true}},
	}
	templates := map[string]*provider.RunInstancesSpec{}
	for name, s := range templateSpecs() {
		templates[name] = &s
	}
	spec := provider.RunInstancesSpec{
		Zone: "cn-hangzhou-g", ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Name: "conformance",
		Network: provider.Network{SubnetID: "vsw-bp1conformance", SecurityGroupIDs: []string{"sg-bp1conformance"}},
		Login:   provider.Login{Password: "Conformance-1"},
	}
	unpaid := spec
	unpaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
	unpaid.Vendor = []provider.VendorOption{RunOptions{AutoPay: new(false)}}
	return providertest.Harness{
		Cloud: providertest.Simulated(cloudsim.ECS),
		LeftOut: map[string]string{
			"Prepaid": "ECS releases no prepaid instance before its time is over",
		},
		New: func(t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options) *provider.Client {
			c, err := New(Config{Region: "cn-hangzhou", Credentials: keys, Transport: transport, Options: o})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Spec:            spec,
		Full:            full,
		ReadBack:        readBackSpecs(spec),
		NotShown:        notShown(),
		Coupled:         map[string]string{"Billing.Spot.Strategy": "it follows from MaxPrice"},
		Alternative:     provider.Alternative{InstanceType: "ecs.c6.large"},
		Invalid:         "InvalidParameter",
		Unpaid:          &unpaid,
		PerInstance:     RunOptions{Params: map[string]string{"HostNames.1": "web-a"}},
		PerInstanceName: "HostNames.1",
		Template: &providertest.TemplateCase{
			Specs: templates,
			Small: provider.RunInstancesSpec{
				Zone: "cn-hangzhou-g", ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Name: "conformance",
				Network: provider.Network{SubnetID: "vsw-bp1conformance", SecurityGroupIDs: []string{"sg-bp1conformance"}},
			},
			Beside:    provider.RunInstancesSpec{Login: provider.Login{Password: "Conformance-1"}},
			OtherType: "ecs.g6.xlarge",
			Full:      "LaunchTemplateLimitExceed",
		},
		Placement: &providertest.PlacementCase{
			Groups: map[string]*placement.Spec{
				"spread":     {Name: "spread", Description: "apart", Strategy: placement.Spread, Level: placement.Host},
				"nothing":    {},
				"partitions": {Name: "partitions", Strategy: placement.Partition, Partitions: 5},
				"cluster":    {Name: "cluster", Strategy: placement.Cluster},
			},
			Full: "DEPLOYMENTSET.QUOTA_FULL",
		},
	}
}
