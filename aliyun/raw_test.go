package aliyun

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func raw(name string) []provider.VendorOption {
	return []provider.VendorOption{&RunOptions{Params: map[string]string{name: "planted-raw"}}}
}

func TestRawParametersCannotOverrideOthers(t *testing.T) {
	for _, name := range []string{"ImageId", "Amount", "MinAmount", "ClientToken", "DryRun", "RegionId", "Action", "Signature", "SecurityToken", ""} {
		s := minimalSpec()
		s.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{name: "planted-raw"}}}
		_, err := translateRun(s)
		if err == nil {
			t.Errorf("raw parameter %q: got no error, want one", name)
			continue
		}
		if !strings.Contains(err.Error(), strconv.Quote(name)) {
			t.Errorf("raw parameter %q: the error is %q, want it to contain %q",
				name, err.Error(), strconv.Quote(name))
			continue
		}
		if strings.Contains(err.Error(), "planted-raw") {
			t.Errorf("the error shows the raw value: %v", err)
		}
	}
}

// The check of raw parameters goes by a list of what can be set at all. Whatever a
// spec sends must be on it.
func TestEveryParameterThatIsSetIsRefusedAsARawOne(t *testing.T) {
	d := testDriver(t, nil)
	specs := fullSpecs()
	specs["of templates"] = &provider.RunInstancesSpec{Network: provider.Network{VPCID: "vpc-1"}, SystemDisk: provider.Disk{DeleteWithInstance: new(true)}}
	for at, spec := range specs {
		sent, err := translateRun(spec)
		if err != nil {
			t.Fatal(err)
		}
		o := optionsOf(spec)
		for name := range sent {
			if _, raw := optionsOf(spec).Params[name]; raw {
				continue
			}
			o.Params = map[string]string{name: "x"}
			clash := *spec
			clash.Vendor = []provider.VendorOption{o}
			want := fmt.Sprintf("Vendor.Params[%q]", name) + ": is set by another field of the spec already"
			if err := d.ValidateRun(&clash); err == nil {
				t.Errorf("%s: got no error, want one", at)
			} else if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error is %q, want it to contain %q", at, err.Error(), want)
			}
		}
	}
}

// Calls of one create send the same raw parameters: a list with a value for each instance
// must fit into one call.
func TestRawValuesOfEachInstanceNeedOneCall(t *testing.T) {
	d := testDriver(t, answering(200, ""))
	for name, value := range map[string]string{
		"HostNames.1": "host-1", "HostNames.12": "host-12", "PrivateIpAddress": "10.0.0.5", "InstanceName": "web-[1,4]", "HostName": "web-[1,4]",
	} {
		for what, tc := range map[string]struct {
			count, least int
			next         string
		}{
			"one call":        {100, 0, ""},
			"all or nothing":  {4, 4, ""},
			"several calls":   {101, 0, "at most 100 at once"},
			"a rest may stay": {4, 2, "set MinCount to Count"},
		} {
			spec := minimalSpec()
			spec.Count, spec.MinCount = tc.count, tc.least
			spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{name: value}}}
			err := d.ValidateRun(spec)
			if tc.next == "" && err != nil {
				t.Errorf("%s, %s: got %v, want no error", name, what, err)
			}
			if tc.next == "" {
				continue
			}
			var fe *provider.FieldError
			if !errors.As(err, &fe) {
				t.Errorf("%s, %s: got error %v, want a %T", name, what, err, fe)
			} else if fe.Path != `Vendor.Params["`+name+`"]` {
				t.Errorf("%s, %s: fe.Path is %v, want %v", name, what, fe.Path, `Vendor.Params["`+name+`"]`)
			} else if !strings.Contains(fe.Reason, tc.next) {
				t.Errorf("%s, %s: fe.Reason is %q, want it to contain %q", name, what, fe.Reason, tc.next)
			}
			if strings.Contains(err.Error(), value) {
				t.Errorf("%s, %s: the error shows the value: %v", name, what, err)
			}
		}
	}
	spec := minimalSpec()
	spec.Count = 250
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"HostName": "web", "HttpTokens": "required"}}}
	if err := d.ValidateRun(spec); err != nil {
		t.Errorf("values that all instances share: got %v, want no error", err)
	}
}
