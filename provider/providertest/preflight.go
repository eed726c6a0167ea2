package providertest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// preflightRules are about specs that would be carried out as something else than they
// seem to say: they are refused before anything is sent.
func preflightRules() []rule {
	return []rule{
		{
			"a placeholder is no password",
			"Everybody would know the password of these instances.", placeholderPassword,
		},
		{"a placeholder is no user data", "The instances would come up without what they need.", placeholderUserData},
		{
			"a placeholder is refused by Resume as well",
			"A spec that went through JSON is what another process has.", placeholderResumed,
		},
		{
			"a spec that went through JSON is the same spec",
			"Empty and absent mean the same, or nothing could be resumed.", resumesDecoded,
		},
		{
			"a spec that differs is refused by the name of the field",
			"Somebody has to find the difference.", namesDifference,
		},
		{
			"a list with an entry for each instance is refused for several creates",
			"Each create would send the whole list.", perInstanceList,
		},
	}
}

// wantRefused checks that an error names a field, and that nothing was sent since then.
func (w *world) wantRefused(what string, err error, path string, before int) {
	w.t.Helper()
	if !errors.Is(err, provider.ErrInvalid) || !says(err, path) {
		w.t.Errorf("%s: want ErrInvalid that names %s, got %v", what, path, err)
	}
	if n := w.calls() - before; n != 0 {
		w.t.Errorf("%s: %d requests reached the cloud, want none", what, n)
	}
}

// placeholders are forms of the text that secrets marshal to.
var placeholders = map[string]string{
	"as it is": "[redacted]", "in capitals": "[REDACTED]", "between blanks": " [redacted]\n", "quoted": `"[redacted]"`,
	"in base64": base64.StdEncoding.EncodeToString([]byte("[redacted]")),
}

func placeholderPassword(_ *testing.T, w *world) {
	for form, text := range placeholders {
		spec := w.spec(1)
		spec.Login = provider.Login{Password: provider.Secret(text)}
		_, err := w.client.RunInstances(w.ctx, spec, nil)
		w.wantRefused(form, err, "Login.Password", 0)
		w.wantRefused(form, w.client.Validate(spec, nil), "Login.Password", 0)
	}
}

func placeholderUserData(_ *testing.T, w *world) {
	for form, text := range placeholders { // where a cloud has no user data, it is refused as well
		spec := w.spec(1)
		spec.UserData = provider.UserData(text)
		_, err := w.client.RunInstances(w.ctx, spec, nil)
		w.wantRefused(form, err, "UserData", 0)
	}
}

func placeholderResumed(_ *testing.T, w *world) {
	spec := w.spec(2)
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetBefore})
	token := w.lose(&spec, nil)
	spec.Login.Password = "[redacted]"
	before := w.calls()
	_, err := w.resume(token, &provider.ResumeOptions{Spec: &spec})
	w.wantRefused("resumed", err, "Login.Password", before)
}

// resumesDecoded puts the password back in: it is not in the JSON.
func resumesDecoded(t *testing.T, w *world) {
	spec := w.spec(2)
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	token := w.lose(&spec, nil)
	bare := spec
	bare.Login.Password = ""
	text, err := json.Marshal(bare)
	if err != nil {
		t.Fatal(err)
	}
	var decoded provider.RunInstancesSpec
	if err := json.Unmarshal(text, &decoded); err != nil {
		t.Fatal(err)
	}
	decoded.Login.Password = spec.Login.Password
	decoded.Tags, decoded.DataDisks = map[string]string{}, []provider.Disk{}
	op, err := w.resume(token, &provider.ResumeOptions{Spec: &decoded})
	if err != nil {
		t.Errorf("the same spec, decoded: %v", err)
	}
	w.wantInHand(op, 2)
	if _, err := json.Marshal(spec); err != nil {
		t.Fatal(err)
	}
	text, _ = json.Marshal(spec)
	if err := json.Unmarshal(text, &decoded); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a spec with its placeholder is decoded: %v", err)
	}
}

func namesDifference(_ *testing.T, w *world) {
	spec := w.spec(2)
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	token := w.lose(&spec, nil)
	for path, change := range map[string]func(*provider.RunInstancesSpec){
		"ImageID":          func(s *provider.RunInstancesSpec) { s.ImageID = "img-other" },
		"InstanceType":     func(s *provider.RunInstancesSpec) { s.InstanceType = w.Alternative.InstanceType },
		"Name":             func(s *provider.RunInstancesSpec) { s.Name = "other" },
		"Network.SubnetID": func(s *provider.RunInstancesSpec) { s.Network.SubnetID += "x" },
	} {
		other := clone(&spec)
		change(&other)
		before := w.calls()
		_, err := w.resume(token, &provider.ResumeOptions{Spec: &other})
		w.wantRefused("another spec", err, path, before)
	}
}

// perInstanceList asks for as many instances as need two creates, and for fewer than
// Count where the cloud can do that.
func perInstanceList(t *testing.T, w *world) {
	if w.PerInstance == nil {
		t.Fatal("Harness.PerInstance is missing")
	}
	for _, several := range []struct{ count, least int }{{w.client.Limits().InstancesPerCreate + 1, 0}, {2, 1}} {
		spec := w.spec(several.count)
		spec.MinCount = several.least
		if several.least > 0 && w.client.Support().Field("MinCount").Param == "" {
			spec.MinCount = 0 // the cloud's list is for one instance only
		}
		spec.Vendor = append(spec.Vendor, w.PerInstance)
		err := w.client.Validate(spec, nil)
		w.wantRefused("several creates", err, w.PerInstanceName, 0)
		spec.Vendor = nil
		if err := w.client.Validate(spec, nil); err != nil {
			t.Errorf("without the list: %v", err)
		}
	}
	spec := w.spec(1)
	spec.Vendor = append(spec.Vendor, w.PerInstance)
	if err := w.client.Validate(spec, nil); err != nil {
		t.Errorf("a list for one instance: %v", err)
	}
}
