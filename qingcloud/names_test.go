package qingcloud

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestRenameRequest(t *testing.T) {
	for region, zone := range map[string]string{"": "pek3a", "gd2": "gd2"} {
		m := saying(200, `{"action":"ModifyInstanceAttributesResponse","ret_code":0}`)
		if err := mustDriver(t, testConfig(m)).RenameInstance(t.Context(), region, "i-1", "网站 web-1"); err != nil {
			t.Fatalf("%v: got error %v, want none", region, err)
		} else if len(m.sent) != 1 {
			t.Fatalf("%v: len(m.sent) is %d, want 1", region, len(m.sent))
		}
		r := m.sent[0]
		q := r.URL.Query()
		want := url.Values{"action": {"ModifyInstanceAttributes"}, "instance": {"i-1"}, "instance_name": {"网站 web-1"}, "zone": {zone}}
		if got := ownParams(q); got != want.Encode() {
			t.Errorf("the request is\n%s\nwant\n%s", got, want.Encode())
		}
		if r.Method != http.MethodGet {
			t.Errorf("%v: r.Method is %v, want %v", region, r.Method, http.MethodGet)
		}
		if got := q.Get("signature"); got != signatureOf(r.Method, r.URL.Path, q, testSecret) {
			t.Errorf("%v: signature is %q, want %q",
				region, got, signatureOf(r.Method, r.URL.Path, q, testSecret))
		}
	}
}

// The documentation allows a rename in every state: 1400 is a missing permission.
func TestRenameRefusals(t *testing.T) {
	for code, want := range map[string]struct {
		kind    error
		outcome provider.Outcome
	}{
		"1100": {provider.ErrInvalid, rejected},
		"1400": {provider.ErrState, rejected},
		"2100": {provider.ErrNotFound, rejected},
		"2500": {provider.ErrThrottled, throttled},
		"5100": {provider.ErrUnavailable, unknown},
	} {
		err := mustDriver(t, testConfig(saying(200, `{"message":"why","ret_code":`+code+`}`))).RenameInstance(t.Context(), "", "i-1", "web")
		var e *provider.APIError
		// The vendor's own clients leave a new instance alone until it is leased.
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if e.Kind != want.kind {
			t.Errorf("%s: Kind is %v, want %v", code, e.Kind, want.kind)
		} else if e.Outcome != want.outcome {
			t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, want.outcome)
		} else if e.Temporary != (code == "1400") {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, code == "1400")
		} else if e.Op != "ModifyInstanceAttributes" {
			t.Errorf(`%s: Op is %q, want "ModifyInstanceAttributes"`, code, e.Op)
		}
	}
}

func TestRenameRefusesBeforeAnyCall(t *testing.T) {
	m := saying(200, `{"ret_code":0}`)
	d := mustDriver(t, testConfig(m))
	for _, pair := range [][2]string{{"", "web"}, {"i-1", ""}, {"i-1", " web"}, {"i-1", "web\n"}} {
		if err := d.RenameInstance(t.Context(), "", pair[0], pair[1]); len(fieldErrors(err)) != 1 {
			t.Errorf("%q: len(fieldErrors(err)) is %d, want 1", pair, len(fieldErrors(err)))
		} else if len(m.sent) != 0 {
			t.Errorf("%q: len(m.sent) is %d, want 0", pair, len(m.sent))
		}
	}
}

// The create carries a marker behind the name, in few plain characters; the
// renaming takes it away, from every instance.
func TestNamesBearAMarkerUntilTheCreateIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var name string // of the create
		m := &memory{answer: func(r *http.Request) (*http.Response, error) {
			switch q := r.URL.Query(); q.Get("action") {
			case "RunInstances":
				name = q.Get("instance_name")
				return response(200, `{"ret_code":0,"instances":["i-1","i-2"]}`), nil
			case "DescribeInstances":
				const row = `{"instance_id":%q,"instance_name":%q,"status":"pending"}`
				rows := fmt.Sprintf(row+","+row, "i-1", name, "i-2", name)
				return response(200, `{"ret_code":0,"total_count":2,"instance_set":[`+rows+`]}`), nil
			}
			return response(200, `{"ret_code":0}`), nil
		}}
		c, err := New(testConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		spec := *minimalSpec()
		spec.Count, spec.Name, spec.UniqueSuffix = 2, strings.Repeat("n", 100), true
		if _, err := c.RunInstances(t.Context(), spec, nil); err != nil {
			t.Fatal(err)
		}
		given := map[string]string{}
		for _, r := range m.sent {
			q := r.URL.Query()
			name := q.Get("instance_name")
			switch q.Get("action") {
			case "ModifyInstanceAttributes":
				given[q.Get("instance")] = name
				continue
			case "DescribeInstances":
				continue
			}
			if len(name) > maxName {
				t.Errorf("the create's name %q has %d bytes, want at most %d", name, len(name), maxName)
			}
			if !strings.HasPrefix(name, "nnnnnnnn") {
				t.Errorf("the create's name is %q, want it to begin with that of the spec", name)
			}
			if !strings.Contains(name, "-yf") {
				t.Errorf("the create's name is %q, want a marker in it", name)
			}
		}
		if len(given) != 2 {
			t.Errorf("names given: len(given) is %d, want 2", len(given))
		} else if given["i-1"] != spec.Name+"001" {
			t.Errorf(`names given: given["i-1"] is %v, want %v`, given["i-1"], spec.Name+"001")
		} else if given["i-2"] != spec.Name+"002" {
			t.Errorf(`names given: given["i-2"] is %v, want %v`, given["i-2"], spec.Name+"002")
		}
	})
}
