package tencent

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

func raw(name, value string) []provider.VendorOption {
	return []provider.VendorOption{RunOptions{Params: map[string]string{name: value}}}
}

// The typed request is the tested way; the generic one is for raw parameters.
func TestTypedRequestIsSentUnlessThereAreRawParameters(t *testing.T) {
	r := &recorder{body: oneServer}
	if _, err := testDriver(t, r).RunInstances(t.Context(), bare()); err != nil {
		t.Fatal(err)
	}
	want := `{"Placement":{"Zone":"zone-1"},"ImageId":"img-1","InstanceCount":1,"ClientToken":"token-1"}`
	if r.texts[0] != want {
		t.Errorf("the request is\n%s\nwant the SDK's own order\n%s", r.texts[0], want)
	}
}

func TestRawParametersThatCollide(t *testing.T) {
	base := func() *provider.RunInstancesSpec {
		spec := bare()
		spec.DataDisks = []provider.Disk{{SizeGiB: 10}}
		spec.Network.SecurityGroupIDs = []string{"sg-1"}
		return spec
	}
	for name, rule := range map[string]string{
		"DataDisks.0.DiskSize":     "sets it already",
		"DataDisks":                "sets it already",
		"SecurityGroupIds.0":       "sets it already",
		"Placement.Zone":           "sets it already",
		"DataDisks.2.DiskSize":     "leaves a gap",
		"DataDisks.DiskSize":       "no object",
		"Placement.0":              "no list",
		"ImageId.Sub":              "no object",
		"DataDisks.0.DiskSize.Sub": "no object",
		"DataDisks..DiskSize":      "parameter name",
		"":                         "parameter name",
		"0.DiskSize":               "parameter name",
		"DataDisks.99999999999999999999.DiskSize": "leaves a gap",
		"Action":            "the SDK sets it",
		"Version":           "the SDK sets it",
		"Language":          "the SDK sets it",
		"Token":             "the SDK sets it",
		"RequestClient":     "the SDK sets it",
		"Timestamp":         "the SDK sets it",
		"Nonce":             "the SDK sets it",
		"SecretId":          "the SDK sets it",
		"Signature":         "the SDK sets it",
		"SignatureMethod":   "the SDK sets it",
		"Region":            "field Region",
		"InstanceCount":     "field Count",
		"MinCount":          "field MinCount",
		"ClientToken":       "field ClientToken",
		"DryRun":            "field DryRun",
		"ClientToken.Inner": "field ClientToken",
	} {
		spec := base()
		spec.Vendor = raw(name, "planted-value")
		err := testDriver(t, nil).ValidateRun(spec)
		if err == nil {
			t.Errorf("%q: got no error, want one", name)
		} else if !strings.Contains(err.Error(), fmt.Sprintf("Vendor.Params[%q]", name)) {
			t.Errorf("%q: the error is %q, want it to contain %q",
				name, err.Error(), fmt.Sprintf("Vendor.Params[%q]", name))
		} else if !strings.Contains(err.Error(), rule) {
			t.Errorf("%q: the error is %q, want it to contain %q", name, err.Error(), rule)
		}
		mustNotTell(t, err, "planted")
	}
}

func TestRawParametersAmongThemselves(t *testing.T) {
	spec := bare()
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"Metadata": "{}", "Metadata.Items.0.Key": "k"}}}
	if err := testDriver(t, nil).ValidateRun(spec); err == nil {
		t.Error("a parameter within another raw one: got no error, want one")
	} else if !strings.Contains(err.Error(), "Metadata.Items.0.Key") {
		t.Errorf(`a parameter within another raw one: the error is %q, want it to contain "Metadata.Items.0.Key"`,
			err.Error())
	}
	// Eleven items, given in any order, fill a list in order of their index.
	params := map[string]string{}
	for i := range 11 {
		params[fmt.Sprintf("ChcIds.%d", i)] = fmt.Sprintf("chc-%d", i)
	}
	spec.Vendor = []provider.VendorOption{RunOptions{Params: params}}
	r := &recorder{body: oneServer}
	if _, err := testDriver(t, r).RunInstances(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if got := r.sent[0]["ChcIds"].([]any); len(got) != 11 {
		t.Errorf("len(got) is %d, want 11", len(got))
	} else if got[2] != "chc-2" {
		t.Errorf(`got[2] is %q, want "chc-2"`, got[2])
	} else if got[10] != "chc-10" {
		t.Errorf(`got[10] is %q, want "chc-10"`, got[10])
	}
}

func TestRawValuesAreTyped(t *testing.T) {
	for text, want := range map[string]string{
		"100":                  `100`,
		"0.97":                 `0.97`,
		"12345678901234567890": `12345678901234567890`,
		"true":                 `true`,
		"null":                 `null`,
		`"100"`:                `"100"`,
		`{"a":[1,"2"]}`:        `{"a":[1,"2"]}`,
		"TRUE":                 `"TRUE"`,
		"":                     `""`,
		"ins-1":                `"ins-1"`,
		"{broken":              `"{broken"`,
		"2026-01-02T03:04:05Z": `"2026-01-02T03:04:05Z"`,
		`say "hi"` + "\n<b>":   `"say \"hi\"\n\u003cb\u003e"`,
	} {
		spec := bare()
		spec.Vendor = raw("NewParameter", text)
		r := &recorder{body: oneServer}
		if _, err := testDriver(t, r).RunInstances(t.Context(), spec); err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !strings.Contains(r.texts[0], `"NewParameter":`+want) {
			t.Errorf("%q: want %s in %s", text, want, r.texts[0])
		}
	}
}

// Calls of one create send the same lists: one with an entry for each instance must fit
// into one call.
func TestListsOfEachInstanceNeedOneCall(t *testing.T) {
	d := testDriver(t, nil)
	for path, opts := range map[string]RunOptions{
		"Vendor.CHCIDs": {CHCIDs: []string{"chc-1", "chc-2"}},
		`Vendor.Params["VirtualPrivateCloud.PrivateIpAddresses"]`:   {Params: map[string]string{"VirtualPrivateCloud.PrivateIpAddresses": `["10.0.0.5"]`}},
		`Vendor.Params["VirtualPrivateCloud.PrivateIpAddresses.0"]`: {Params: map[string]string{"VirtualPrivateCloud.PrivateIpAddresses.0": "10.0.0.5"}},
		`Vendor.Params["VirtualPrivateCloud"]`:                      {Params: map[string]string{"VirtualPrivateCloud": `{"VpcId":"vpc-1","PrivateIpAddresses":["10.0.0.5"]}`}},
		`Vendor.Params["NetworkInterfaces"]`:                        {Params: map[string]string{"NetworkInterfaces": `[{"PrivateIpAddresses":[{}]}]`}},
		`Vendor.Params["ChcIds.0"]`:                                 {Params: map[string]string{"ChcIds.0": "chc-1"}},
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
			spec := bare()
			spec.Count, spec.MinCount, spec.Vendor = tc.count, tc.least, []provider.VendorOption{opts}
			if path == "Vendor.CHCIDs" && tc.count <= 100 {
				tc.next = ""
			}
			err := d.ValidateRun(spec)
			if tc.next == "" && err != nil {
				t.Errorf("%s, %s: got %v, want no error", path, what, err)
			}
			if tc.next == "" {
				continue
			}
			var fe *provider.FieldError
			if !errors.As(err, &fe) {
				t.Errorf("%s, %s: got error %v, want a %T", path, what, err, fe)
			} else if fe.Path != path {
				t.Errorf("%s, %s: fe.Path is %v, want %v", path, what, fe.Path, path)
			} else if !strings.Contains(fe.Reason, tc.next) {
				t.Errorf("%s, %s: fe.Reason is %q, want it to contain %q", path, what, fe.Reason, tc.next)
			}
		}
	}
	spec := bare()
	spec.Count, spec.Vendor = 250, raw("HpcRoceTag", "x")
	if err := d.ValidateRun(spec); err != nil {
		t.Errorf("values that all instances share: got %v, want no error", err)
	}
}

// No parameter of RunInstances needs the raw door: the full specs without it send
// every one that the SDK knows, but for what only answers fill.
func TestEveryParameterOfTheSDKHasAField(t *testing.T) {
	answers := []string{
		"Placement.HostId", "Placement.RackId", "SystemDisk.DiskId", "DataDisks.N.DiskId",
		"ActionTimer.Externals", "ActionTimer.ActionTimerId", "ActionTimer.Status", "ActionTimer.InstanceId",
	}
	want := map[string]bool{}
	sdkLeaves(want, "", reflect.TypeOf(cvm.RunInstancesRequestParams{}))
	sdkLeaves(want, "NetworkInterfaces.N", reflect.TypeOf(networkInterface{})) // which newer versions of the SDK have
	for _, spec := range fullSpecs() {
		if o := optionsOf(spec); len(o.Params) > 0 {
			continue
		}
		r := &recorder{body: oneServer}
		if _, err := testDriver(t, r).RunInstances(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		sent := map[string]string{}
		tree.Flatten(sent, "", any(r.sent[0]))
		for name := range sent {
			steps := strings.Split(name, ".")
			for i := range steps {
				if tree.IsIndex(steps[i]) {
					steps[i] = "N"
				}
			}
			delete(want, strings.Join(steps, "."))
		}
	}
	for name := range want {
		if !slices.ContainsFunc(answers, func(a string) bool { return name == a || strings.HasPrefix(name, a+".") }) {
			t.Errorf("nothing but a raw parameter sets %s", name)
		}
	}
}

// sdkLeaves collects the parameters of a type of the SDK, N standing for an index.
func sdkLeaves(out map[string]bool, prefix string, typ reflect.Type) {
	for _, f := range reflect.VisibleFields(typ) {
		name, inner := tree.Join(prefix, f.Name), f.Type
		if inner.Kind() == reflect.Slice {
			name, inner = name+".N", inner.Elem()
		}
		if inner = inner.Elem(); inner.Kind() == reflect.Struct {
			sdkLeaves(out, name, inner)
		} else {
			out[name] = true
		}
	}
}

// Raw parameters are put beside fields that are called as they are on the wire.
func TestFieldsBearTheNamesOfTheWire(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			if f.Anonymous {
				continue
			}
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != f.Name {
				t.Errorf("%s.%s is %q on the wire", of, f.Name, name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[cvm.RunInstancesRequest]())
	walk(reflect.TypeFor[runRequest]())
	walk(reflect.TypeFor[cvm.CreateLaunchTemplateRequest]())
	walk(reflect.TypeFor[cvm.CreateLaunchTemplateVersionRequest]())
	if len(seen) < 20 {
		t.Errorf("looked at %d types", len(seen))
	}
}

// Raw parameters are put into a tree that is made without the SDK's encoder. It
// must be the tree of what that one sends.
func TestApartIsWhatTheSDKSends(t *testing.T) {
	for name, spec := range fullSpecs() {
		req, err := translateRun(spec)
		if err != nil {
			t.Fatal(err)
		}
		req.ChcIds = []*string{} // is sent
		want, err := tree.Wire(req)
		if err != nil {
			t.Fatal(err)
		}
		got, body := map[string]any{}, tree.Body(req)
		for name := range body {
			tree.TakeApart(got, body, name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got  %v\nwant %v", name, got, want)
		}
	}
}
