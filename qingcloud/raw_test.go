package qingcloud

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestARawParameterNeverOverridesTheSpec(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
	d := mustDriver(t, testConfig(m))
	spec := minimalSpec()
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"count": "500"}}}
	_, runErr := d.RunInstances(t.Context(), spec)
	_, previewErr := d.PreviewRun(spec)
	for _, err := range []error{runErr, previewErr} {
		if got := refusedPaths(t, err); !slices.Equal(got, []string{`Vendor.Params["count"]`}) {
			t.Errorf("the error names %q (%v)", got, err)
		}
	}
	if len(m.sent) != 0 {
		t.Error("the create was sent all the same")
	}
}

// The check of raw parameters must know every name that the SDK's builder sends,
// and no other.
func TestTakenIsWhatTheBuilderSends(t *testing.T) {
	d, err := newDriver(Config{Region: "pek3a"})
	if err != nil {
		t.Fatal(err)
	}
	for name, spec := range fullSpecs() {
		c := d.runRequest(spec)
		c.params = nil
		req, err := buildAt(t, d, c)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(maps.Keys(req.URL.Query()))
		raw := map[string]string{"vxnets.99": "", "volumes": ""}
		for _, k := range want {
			raw[k] = ""
		}
		for _, f := range reflect.VisibleFields(reflect.TypeFor[runInput]()) {
			raw[f.Tag.Get("name")] = ""
		}
		if got := slices.Sorted(maps.Keys(translateRun(spec).set(inputNames(), raw))); !slices.Equal(got, want) {
			t.Errorf("%s: got  %q\nwant %q", name, got, want)
		}
	}
}

// Every instance of a create gets the same raw parameters, and so does the create that
// makes a rest.
func TestRawParametersOfOneInstance(t *testing.T) {
	d := mustDriver(t, testConfig(saying(200, "")))
	for name, value := range map[string]string{"volumes.1": "vol-1", "eip_ids": "eip-1", "eip_ids.1": "eip-1", "vxnets.1": "vxnet-1|192.168.0.5"} {
		for count, ok := range map[int]bool{1: true, 2: false, 150: false} {
			spec := minimalSpec()
			spec.Network = provider.Network{}
			spec.Count = count
			spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{name: value}}}
			err := d.ValidateRun(spec)
			if ok && err != nil {
				t.Errorf("%s, %d instances: got %v, want no error", name, count, err)
			}
			want := `Vendor.Params["` + name + `"]: belongs to one instance: Count must be 1`
			if !ok && !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%s, %d instances: got error %v, want %q in it", name, count, err, want)
			}
		}
	}
	spec := minimalSpec()
	spec.Network, spec.Count = provider.Network{}, 150
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"vxnets.1": "vxnet-1", "extra": "x"}}}
	if err := d.ValidateRun(spec); err != nil {
		t.Errorf("values that all instances share: got %v, want no error", err)
	}
}

// buildAt builds a request for where its zone is served.
func buildAt(t *testing.T, d *driver, c *call) (*http.Request, error) {
	t.Helper()
	at, err := d.placeOf(c.zone)
	if err != nil {
		t.Fatal(err)
	}
	return build(at.sdk, c)
}
