package fifth_test

import (
	"net/http"
	"testing"

	"example.com/fifthcloud/fake"
	"example.com/fifthcloud/fifth"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func TestConformance(t *testing.T) { providertest.Run(t, harness()) }

// To find more than the seeds do, run go test -fuzz FuzzAnswers ./fifth.
func FuzzAnswers(f *testing.F) { providertest.FuzzAnswers(f, harness()) }

func FuzzSpecs(f *testing.F) { providertest.FuzzSpecs(f, harness()) }

// harness is what the suite needs of this driver.
func harness() providertest.Harness {
	spec := provider.RunInstancesSpec{
		Zone: "north-1a", ImageID: "debian-13", InstanceType: "f2.small", Name: "conformance",
		Network: provider.Network{SubnetID: "net-1", SecurityGroupIDs: []string{"sg-1"}},
		Login:   provider.Login{Password: "Conformance-1"},
	}
	return providertest.Harness{
		Cloud: fake.New,
		LeftOut: map[string]string{
			"Prepaid":                  "Fifth Cloud bills on demand only",
			"Unpaid":                   "Fifth Cloud has no orders",
			"PerInstance":              "Fifth Cloud has no raw parameters",
			string(cloudsim.DeadToken): "a create of Fifth Cloud does not fail half-way",
		},
		New:         newClient,
		Spec:        spec,
		Full:        fullSpecs(),
		ReadBack:    readBackSpecs(spec),
		Alternative: provider.Alternative{InstanceType: "f2.medium"},
		Invalid:     "bad_parameter",
	}
}

func newClient(
	t testing.TB, transport http.RoundTripper, keys provider.CredentialsSource, o *provider.Options,
) *provider.Client {
	c, err := fifth.New(fifth.Config{Region: "north-1", Credentials: keys, Transport: transport, Options: o})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fullSpecs together set every field that the driver maps. Each value is another one, so that a
// swap shows.
func fullSpecs() map[string]*provider.RunInstancesSpec {
	password := provider.RunInstancesSpec{
		Region: "north-2", Zone: "north-2b", Count: 3, ImageID: "image-1", InstanceType: "type-1",
		Name: "name-1", HostName: "host-1", Description: "description-1",
		Login: provider.Login{Password: "Password-1"},
		Network: provider.Network{
			SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-1", "sg-2"},
			PublicIP: &provider.PublicIP{BandwidthMbps: 11},
		},
		SystemDisk: provider.Disk{Type: "disk-type-1", SizeGiB: 41},
		DataDisks:  []provider.Disk{{Type: "disk-type-2", SizeGiB: 42}, {Type: "disk-type-3", SizeGiB: 43}},
		Tags:       map[string]string{"key-1": "value-1"},
		UserData:   []byte("#!/bin/sh"), ClientToken: "token-1",
	}
	keys := password
	keys.Login = provider.Login{KeyPairs: []string{"key-1", "key-2"}}
	keys.DryRun = true
	return map[string]*provider.RunInstancesSpec{"with a password": &password, "with keys": &keys}
}

// readBackSpecs together set every field that a describe shows.
func readBackSpecs(base provider.RunInstancesSpec) map[string]*provider.RunInstancesSpec {
	full := *fullSpecs()["with keys"]
	full.Region, full.Zone, full.Count, full.DryRun, full.ClientToken = "north-1", "north-1a", 1, false, ""
	return map[string]*provider.RunInstancesSpec{"full": &full, "small": &base}
}
