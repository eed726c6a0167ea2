package providertest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// preflightRules are about specs that would have another effect than they seem to have.
// They are refused before anything is sent.
func preflightRules() []rule {
	return []rule{
		{
			"a placeholder is refused as a password",
			"The password of these instances would be public.", placeholderPassword,
		},
		{
			"a placeholder is refused as user data",
			"The instances would start without their configuration.", placeholderUserData,
		},
		{
			"a placeholder is refused by Resume as well",
			"Another process has only a spec that went through JSON.", placeholderResumed,
		},
		{
			"a spec that went through JSON is the same spec",
			"Empty and absent must mean the same. Otherwise Resume would fail.", resumesDecoded,
		},
		{
			"a different spec is refused, and the error names the field",
			"The caller has to find the difference.", namesDifference,
		},
		{
			"a list with one entry per instance is refused for several creates",
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

// placeholders are forms of the text that replaces secrets in JSON.
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
	for form, text := range placeholders { // a cloud without user data refuses it as well
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

// resumesDecoded restores the password: it is not in the JSON.
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
		t.Errorf("a spec with a placeholder was decoded, want an error: %v", err)
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

// perInstanceList asks for as many instances as need two creates. If the cloud allows
// it, it also asks for fewer than Count.
func perInstanceList(t *testing.T, w *world) {
	if w.PerInstance == nil {
		w.need(partPerInstance)
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
