package tencent

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// No parameter of RunInstances needs the raw door: the full specs without it send
// every one that the SDK knows, but for what only answers fill.
func TestEveryParameterOfTheSDKHasAField(t *testing.T) {
	answers := []string{
		"Placement.HostId", "Placement.RackId", "SystemDisk.DiskId", "DataDisks.N.DiskId",
		"ActionTimer.Externals", "ActionTimer.ActionTimerId", "ActionTimer.Status", "ActionTimer.InstanceId",
	}
	want := map[string]bool{}
	sdkLeaves(want, "", reflect.TypeOf(cvm.RunInstancesRequestParams{}))
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
