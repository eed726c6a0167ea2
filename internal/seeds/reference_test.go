package seeds_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func reference(t *testing.T) []seeds.Parameter {
	t.Helper()
	list, err := seeds.Reference()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func referenceSetting(action, param string) seeds.Setting {
	for _, s := range seeds.ReferenceSettings() {
		if s.Action == action && s.Param == param {
			return s
		}
	}
	return seeds.Setting{}
}

// The numbers are counted in the reference by hand: rows without Action.
func TestReferenceIsWhole(t *testing.T) {
	want := map[string]int{
		"CreateLaunchTemplate": 43, "CreateLaunchTemplateVersion": 42, "DeleteLaunchTemplate": 3,
		"DeleteLaunchTemplateVersion": 4, "DescribeLaunchTemplates": 9, "DescribeLaunchTemplateVersions": 9,
		"ModifyLaunchTemplateDefaultVersion": 4, "CreateDeploymentSet": 6, "ModifyInstanceDeployment": 4,
		"ModifyDeploymentSetAttributes": 4, "DeleteDeploymentSet": 2, "DescribeDeploymentSets": 6,
	}
	if len(seeds.Calls()) != len(want) {
		t.Errorf("%d actions have a method, want %d", len(seeds.Calls()), len(want))
	}
	count, seen := map[string]int{}, map[string]bool{}
	for _, p := range reference(t) {
		for what, text := range map[string]string{"name": p.Name, "type": p.Type, "document": p.Document} {
			if text == "" {
				t.Errorf("a line has no %s, want one: %+v", what, p)
			}
		}
		if seen[p.Document+" "+p.Name] {
			t.Errorf("%s has %s twice, want it once", p.Document, p.Name)
		}
		seen[p.Document+" "+p.Name] = true
		if !p.System {
			count[p.Action]++
		}
	}
	for _, c := range seeds.Calls() {
		if count[c[0]] != want[c[0]] {
			t.Errorf("%s: the list has %d parameters, and the reference has %d", c[0], count[c[0]], want[c[0]])
		}
	}
}

func TestEveryParameterOfTheReferenceHasOneSetting(t *testing.T) {
	count := map[string]int{}
	for _, s := range seeds.ReferenceSettings() {
		count[s.Action+" "+s.Param]++
		if (s.Field == "") == (s.Gap == "") {
			t.Errorf("%s: %s needs either a field or the reason of a gap", s.Action, s.Param)
		}
	}
	for _, p := range reference(t) {
		name, want := p.Action+" "+p.Name, 1
		if p.System {
			want = 0
		}
		if count[name] != want {
			t.Errorf("%s has %d settings, want %d", name, count[name], want)
		}
		delete(count, name)
	}
	for name := range count {
		t.Errorf("%s has a setting and is not in the reference", name)
	}
}

// The one change that a setting names makes its parameter appear, with the
// example of the reference, and touches nothing else.
func TestOneArgumentSetsOneParameterOfTheReference(t *testing.T) {
	for _, p := range reference(t) {
		if s := referenceSetting(p.Action, p.Name); s.Field != "" {
			t.Run(p.Action+"/"+p.Name, func(t *testing.T) { checkArgument(t, p, s) })
		}
	}
}

func checkArgument(t *testing.T, p seeds.Parameter, s seeds.Setting) {
	value := cmp.Or(s.Value, p.Example)
	if value == "" {
		t.Fatal("the reference has no example, and the setting no value")
	}
	method := methodOf(t, p.Action)
	before := sendCall(t, method, enough(p.Action), s.On)
	after := sendCall(t, method, enough(p.Action), s.On, s.With, s.Field+"="+value)
	if after.Action != seeds.SentAs(p.Action) {
		t.Errorf("the call is %s, want %s", after.Action, seeds.SentAs(p.Action))
	}
	for _, sent := range []providertest.Wire{before, after} {
		if p.Name != "ClientToken" {
			delete(sent.Params, "ClientToken") // a new one for every call
		}
	}
	checkChanges(t, before, after, p, s, value)
}

// An example that is false is sent in so many words where a setting says how.
func TestFalseOfTheReference(t *testing.T) {
	for _, p := range reference(t) {
		s := referenceSetting(p.Action, p.Name)
		if (s.Why == seeds.IsFalse) != (s.False != "") {
			t.Errorf("%s: %s has the example %q, and its false is said by %q", p.Action, p.Name, p.Example, s.False)
		}
		if s.False == "" {
			continue
		}
		sent := sendCall(t, methodOf(t, p.Action), enough(p.Action), s.On, s.False)
		if got := valueOf(sent, p); got != p.Example {
			t.Errorf("%s: %s is %q with %s, want %q", p.Action, p.Name, got, s.False, p.Example)
		}
	}
}

// Those without an argument are sent by the client itself.
func TestGapsOfTheReference(t *testing.T) {
	for _, p := range reference(t) {
		s := referenceSetting(p.Action, p.Name)
		if s.Gap == "" {
			continue
		}
		sent := sendCall(t, methodOf(t, p.Action), enough(p.Action))
		if _, ok := sent.Params[p.Name]; !ok && p.Name != "PageNumber" { // the first page needs no number
			t.Errorf("%s: the client does not send %s itself", p.Action, p.Name)
		}
	}
}

// raw keeps the whole parameters of one request, those of the protocol as well.
type raw struct{ sent map[string]string }

// RoundTrip implements http.RoundTripper.
func (r *raw) RoundTrip(req *http.Request) (*http.Response, error) {
	r.sent = map[string]string{}
	for name, values := range req.URL.Query() {
		r.sent[name] = values[0]
	}
	return (&providertest.Capture{}).RoundTrip(req)
}

func TestEveryCallHasTheParametersOfTheProtocol(t *testing.T) {
	var r raw
	v := vendors()["aliyun"]
	_, _ = v.connect(t, v.region, &r, nil).RunInstances(t.Context(), v.build(t, v.base), nil)
	want := map[string]string{
		"Action": "RunInstances", "AccessKeyId": cloudsim.DefaultAccessKeyID, "Signature": "*", "SignatureMethod": "HMAC-SHA1",
		"SignatureVersion": "1.0", "SignatureNonce": "*", "Timestamp": "*", "Version": "2014-05-26", "Format": "json",
	}
	for _, p := range reference(t) {
		if p.Action != "" {
			continue
		}
		switch got := r.sent[p.Name]; {
		case got == "":
			t.Errorf("%s is not sent", p.Name)
		case want[p.Name] != "*" && !strings.EqualFold(got, want[p.Name]):
			t.Errorf("%s = %q, want %q", p.Name, got, want[p.Name])
		}
		delete(want, p.Name)
	}
	if len(want) > 0 {
		t.Errorf("the reference has no %v", want)
	}
}
