package seeds_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// CVM's requests are JSON: a number in quotes is another value there than one
// without.
func TestParametersOfCVMHaveTheirType(t *testing.T) {
	v := vendors()["tencent"]
	for _, p := range parameters(t, "tencent") {
		if p.System || p.Structured() {
			continue
		}
		s := settingOf("tencent", p.Name)
		tree := sendJSON(t, v, v.build(t, v.base, s.On, s.With, s.Field+"="+cmp.Or(s.Value, p.Example)))
		found := 0
		eachLeaf("", tree, func(name string, leaf any) {
			if !p.Matches(name) {
				return
			}
			found++
			if kind := kindOf(leaf); kind != cmp.Or(map[string]string{"Array of String": "String"}[p.Type], p.Type) {
				t.Errorf("%s is documented as %s and sent as %s: %v", name, p.Type, kind, leaf)
			}
		})
		if found == 0 {
			t.Errorf("%s is not sent", p.Name)
		}
	}
}

// sendJSON returns the body of the request that the adapter makes of a spec.
func sendJSON(t *testing.T, v vendor, spec provider.RunInstancesSpec) any {
	t.Helper()
	var tree any
	capture := roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		return nil, errors.Join(errors.New("seen enough"), d.Decode(&tree))
	})
	_, err := v.connect(t, v.region, capture, nil).RunInstances(t.Context(), spec, nil)
	if tree == nil {
		t.Fatalf("no request left: %v", err)
	}
	return tree
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func eachLeaf(name string, node any, do func(name string, leaf any)) {
	at := func(step string) string {
		if name == "" {
			return step
		}
		return name + "." + step
	}
	switch n := node.(type) {
	case map[string]any:
		for k, inner := range n {
			eachLeaf(at(k), inner, do)
		}
	case []any:
		for i, inner := range n {
			eachLeaf(at(strconv.Itoa(i)), inner, do)
		}
	default:
		do(name, node)
	}
}

// kindOf is what the documents call a JSON value.
func kindOf(leaf any) string {
	switch n := leaf.(type) {
	case string:
		return "String"
	case bool:
		return "Boolean"
	case json.Number:
		if _, err := n.Int64(); err == nil {
			return "Integer"
		}
		return "Float"
	default:
		return "nothing"
	}
}
