package cvm_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// flatRun is fullRun in the form of a query; the documents write TRUE and FALSE.
func flatRun(t *testing.T, full string) map[string]string {
	var body any
	d := json.NewDecoder(strings.NewReader(full))
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		t.Fatal(err)
	}
	flat := map[string]string{}
	flatten(flat, "", body)
	return flat
}

func flatten(flat map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			flatten(flat, strings.TrimPrefix(path+"."+name, "."), member)
		}
	case []any:
		for i, element := range v {
			flatten(flat, path+"."+string(rune('0'+i)), element)
		}
	case bool:
		flat[path] = map[bool]string{true: "TRUE", false: "FALSE"}[v]
	case json.Number:
		flat[path] = v.String()
	default:
		flat[path] = v.(string)
	}
}

func TestJSONQueryAndFormSayTheSame(t *testing.T) {
	const group = `{"Name":"g","Type":"HOST","Strategy":"PARTITION","PartitionCount":3}`
	// All simulators without a seed give their first group the same ID.
	full := strings.Replace(simtest.CVMFull, "ps-1", newClient(t, nil).newGroup(group), 1)
	flat := flatRun(t, full)
	query := maps.Clone(flat)
	query["Action"] = "RunInstances"
	for name, r := range map[string]*http.Request{
		"JSON":     simtest.NewCVM(t, nil).Request("RunInstances", full),
		"v1 query": simtest.V1GET(query),
		"v1 form":  simtest.V1POST(query),
		"TC3 query": simtest.TC3Request{
			Method: "GET", Query: "?" + encode(flat),
			Header: map[string]string{"X-TC-Action": "RunInstances"},
		}.Build(),
	} {
		c := newClient(t, nil)
		c.newGroup(group)
		sim := c.sim
		if got := ask(t, sim, r); len(got.InstanceIdSet) != 2 {
			t.Errorf("%s: refused with %+v", name, got.Error)
			continue
		}
		params := sim.Instances(cloudsim.CVM)[0].Params
		for key, want := range flat {
			keepsCase := want == "FALSE" && key == "LoginSettings.KeepImageLogin" // a string, not a boolean
			isBool := want == "TRUE" || want == "FALSE"
			if isBool && !keepsCase {
				want = strings.ToLower(want)
			}
			if params[key] != want {
				t.Errorf("%s: %s was understood as %q, want %q", name, key, params[key], want)
			}
		}
		if len(params) != len(flat) {
			t.Errorf("%s: %d parameters understood, %d sent", name, len(params), len(flat))
		}
	}
}

func encode(flat map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(flat)) {
		pairs = append(pairs, key+"="+simtest.Escape(flat[key]))
	}
	return strings.Join(pairs, "&")
}

func TestJSONParametersMustHaveTheirType(t *testing.T) {
	c := newClient(t, nil)
	for members, code := range map[string]string{
		`{"InstanceCount":"1"}`:                  "InvalidParameterValue",
		`{"InstanceCount":1.5}`:                  "InvalidParameterValue",
		`{"InstanceCount":99999999999999999999}`: "InvalidParameterValue",
		`{"DryRun":"true"}`:                      "InvalidParameterValue",
		`{"InstanceName":1}`:                     "InvalidParameterValue",
		// a string, unlike other switches
		`{"LoginSettings":{"KeepImageLogin":true}}`:            "InvalidParameterValue",
		`{"VirtualPrivateCloud":{"Ipv6AddressCount":-1}}`:      "InvalidParameterValue",
		`{"SystemDisk":[]}`:                                    "InvalidParameterValue",
		`{"DataDisks":{"0":{"DiskSize":10}}}`:                  "InvalidParameterValue",
		`{"SecurityGroupIds":"sg-1"}`:                          "InvalidParameterValue",
		`{"Foo":1}`:                                            "UnknownParameter",
		`{"instanceName":"x"}`:                                 "UnknownParameter",
		`{"DataDisks":[{"DiskSize":10,"DeleteWithVM":true}]}`:  "UnknownParameter",
		`{"TagSpecifications":[]}`:                             "UnknownParameter",
		`{"InstanceName":null,"DataDisks":null,"DryRun":null}`: "",
		`{"SecurityGroupIds":[]}`:                              "",
	} {
		c.Refused(members, c.Call("RunInstances", simtest.CVMCreate(t, members)), code)
	}
}

func TestFlatParametersMustNest(t *testing.T) {
	for name, c := range map[string]struct{ query, code string }{
		"a list that starts at 1":  {"InstanceIds.1=ins-00000000", "InvalidParameterValue"},
		"a list with a gap":        {"InstanceIds.0=ins-00000000&InstanceIds.2=ins-00000001", "InvalidParameterValue"},
		"a list index with a zero": {"InstanceIds.00=ins-00000000", "InvalidParameterValue"},
		"a list without an index":  {"InstanceIds=ins-00000000", "InvalidParameterValue"},
		"a value that has members": {"Limit.A=1", "InvalidParameterValue"},
		"both a value and members": {"Filters.0=a&Filters.0.Name=zone", "InvalidParameter"},
		"an empty name":            {"=1", "UnknownParameter"},
		"a number that is none":    {"Limit=ten", "InvalidParameterValue"},
		"an unexported Go field":   {"cvmPage.Limit=1", "UnknownParameter"},
		"a list in any order":      {"Filters.0.Name=zone&Filters.0.Values.1=b&Filters.0.Values.0=a", ""},
	} {
		got := ask(t, cloudsim.New(nil), simtest.TC3Request{Method: "GET", Query: "?" + c.query}.Build())
		if got.Error.Code != c.code {
			t.Errorf("%s (%s): code %q, want %q", name, c.query, got.Error.Code, c.code)
		}
	}
}

func TestErrorsDoNotRepeatValues(t *testing.T) {
	const secret = "hunter2"
	c := newClient(t, nil)
	for _, members := range []string{
		`{"LoginSettings":{"Password":"` + secret + `"}}`,
		`{"LoginSettings":{"Password":["` + secret + `"]}}`,
		`{"UserData":"` + secret + `"}`,
		`{"InstanceCount":"` + secret + `"}`,
		`{"ImageId":"` + secret + `"}`,
	} {
		got := c.Call("RunInstances", simtest.CVMCreate(t, members))
		if got.Error.Code == "" || strings.Contains(got.Error.Message, secret) {
			t.Errorf("code %q; the message must not repeat the value", got.Error.Code)
		}
	}
}
