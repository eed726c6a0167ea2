package ens

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
)

func rawParam(name string) []provider.VendorOption {
	return vendor(RunOptions{Params: map[string]string{name: "planted-raw-value"}})
}

// The choice between the calls depends on which names each of them has.
func TestKnownParametersOfCreateInstanceAreTheSDKs(t *testing.T) {
	create, run := typedParams(&ens.CreateInstanceRequest{}), typedParams(&ens.RunInstancesRequest{})
	for name, both := range createInstanceParams {
		if _, ok := create[name]; !ok {
			t.Errorf("the SDK's CreateInstance has no %s", name)
		}
		_, ok := run[name]
		if system, _, nested := strings.Cut(name, "."); nested {
			ok = system == "SystemDisk"
		}
		if ok != both {
			t.Errorf("%s: table says RunInstances has it: %v, SDK says %v", name, both, ok)
		}
	}
	for name := range create {
		if _, ok := createInstanceParams[name]; !ok && name != "RegionId" && name != "OwnerId" {
			t.Errorf("the SDK's CreateInstance has %s, the table does not", name)
		}
	}
}

func TestRawParameterMustNotCompete(t *testing.T) {
	for _, tt := range []struct {
		spec string
		name string
		ok   bool
	}{
		{"on-demand", "Carrier", true},
		{"on-demand", "InstanceName", false},
		{"on-demand", "ScheduleAreaLevel", false},
		{"on-demand", "SystemDisk.Size", false}, // inside SystemDisk
		{"prepaid", "SystemDisk", false},        // around SystemDisk.Size
		{"on-demand", "Tag.1.Key", false},
		{"on-demand", "Tag.4.Key", true},
		{"on-demand", "Action", false},
		{"on-demand", "Signature", false},
		{"on-demand", "RegionId", false},
		{"on-demand", "DryRun", false},
		{"on-demand", "ClientToken", false},
		{"minimal", "", false},
		{"minimal", "InstanceName", false}, // the marker is in it
		{"minimal", "UniqueSuffix", false},
		{"minimal", "Quantity", false}, // of the other call
		{"prepaid-minimal", "AutoRenewPeriod", true},
	} {
		spec := fullSpecs()[tt.spec]
		spec.Vendor = rawParam(tt.name)
		got, text := problems(t, spec)
		if (got == nil) != tt.ok {
			t.Errorf("%s with raw %s gives %q, want it allowed: %v", tt.spec, tt.name, text, tt.ok)
		}
		if !tt.ok && !strings.Contains(text, "Vendor.Params") {
			t.Errorf("the error does not name the raw parameter %s: %s", tt.name, text)
		}
	}
}

func TestARawAddressIsForOneInstance(t *testing.T) {
	d, _ := answering(t, 200, created)
	for count, ok := range map[int]bool{1: true, 2: false, 150: false} {
		spec := secretSpec()
		spec.Count = count
		spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"PrivateIpAddress": "10.0.0.5"}}}
		err := d.ValidateRun(spec)
		if ok && err != nil {
			t.Errorf("%d instances: got %v, want no error", count, err)
		}
		want := `Vendor.Params["PrivateIpAddress"]: is the address of one instance`
		if !ok && !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%d instances: got error %v, want %q in it", count, err, want)
		}
	}
}
