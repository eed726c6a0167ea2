package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// placeholders are forms in which a placeholder comes back from an encoding.
func placeholders() []string {
	coded := base64.StdEncoding.EncodeToString
	return []string{
		"[redacted]", "[REDACTED]", "[Redacted]", " [redacted]", "[redacted]\n", "\t[redacted]\r\n\r\n", `"[redacted]"`, "'[redacted]'",
		coded([]byte("[redacted]")), coded([]byte("[redacted]\n")), coded([]byte(`"[Redacted]"`)), coded([]byte("[redacted]")) + "\n",
		base64.RawURLEncoding.EncodeToString([]byte("[redacted]")), strings.Repeat("\n", 1000) + "[redacted]",
	}
}

// lookalikes are texts that only resemble a placeholder.
func lookalikes() []string {
	return []string{
		"redacted", "[redacted", "[redacted]]", "[redacted]1", "x[redacted]", "[edacted]r", "#!/bin/sh\necho '[redacted]'",
		base64.StdEncoding.EncodeToString([]byte("[redacted]1")), "W3JlZGFjdGVkXQab", strings.Repeat("=", 20), "[", "]", " ", "\"",
	}
}

// shapes are vendor options with secrets in every kind of place.
type shapes struct {
	Label   string
	Key     provider.Secret
	Pointer *provider.Secret
	Boot    provider.UserData
	List    []provider.Secret
	Array   [2]provider.Secret
	Params  map[string]string
	Secrets map[string]provider.Secret
	Lists   map[string][]string
	Any     map[string]any
	Disks   []shape
	Next    *shapes
	shape
	hidden provider.Secret //nolint:unused // the walk must leave it alone
}

type shape struct{ Token provider.Secret }

func (shapes) VendorName() string { return "shapes" }

// params are vendor options that are a map themselves.
type params map[string]string

func (params) VendorName() string { return "params" }

// places puts a text into each place of a spec where a secret can be. The names are
// those that an error gives them.
func places() map[string]func(s *provider.RunInstancesSpec, text string) {
	type spec = provider.RunInstancesSpec
	at := func(change func(o *shapes, text string)) func(*spec, string) {
		return func(s *spec, text string) {
			var o shapes
			change(&o, text)
			s.Vendor = []provider.VendorOption{option{"other"}, &o}
		}
	}
	return map[string]func(*spec, string){
		"Login.Password": func(s *spec, text string) { s.Login.Password = provider.Secret(text) },
		"UserData":       func(s *spec, text string) { s.UserData = []byte(text) },
		`Vendor[0].Params["a.b"]`: func(s *spec, text string) {
			s.Vendor = []provider.VendorOption{shapes{Params: map[string]string{"a.b": text}}}
		},
		`Vendor[0]["k"]`:             func(s *spec, text string) { s.Vendor = []provider.VendorOption{params{"k": text}} },
		"Vendor[1].Key":              at(func(o *shapes, text string) { o.Key = provider.Secret(text) }),
		"Vendor[1].Pointer":          at(func(o *shapes, text string) { o.Pointer = new(provider.Secret(text)) }),
		"Vendor[1].Boot":             at(func(o *shapes, text string) { o.Boot = []byte(text) }),
		"Vendor[1].List[1]":          at(func(o *shapes, text string) { o.List = []provider.Secret{"", provider.Secret(text)} }),
		"Vendor[1].Array[0]":         at(func(o *shapes, text string) { o.Array[0] = provider.Secret(text) }),
		`Vendor[1].Secrets["k"]`:     at(func(o *shapes, text string) { o.Secrets = map[string]provider.Secret{"k": provider.Secret(text)} }),
		`Vendor[1].Lists["k"][0]`:    at(func(o *shapes, text string) { o.Lists = map[string][]string{"k": {text}} }),
		`Vendor[1].Any["k"]`:         at(func(o *shapes, text string) { o.Any = map[string]any{"k": text, "n": 1, "nil": nil} }),
		"Vendor[1].Disks[2].Token":   at(func(o *shapes, text string) { o.Disks = []shape{{}, {}, {provider.Secret(text)}} }),
		"Vendor[1].Next.Next.Key":    at(func(o *shapes, text string) { o.Next = &shapes{Next: &shapes{Key: provider.Secret(text)}} }),
		"Vendor[1].shape.Token":      at(func(o *shapes, text string) { o.Token = provider.Secret(text) }),
		`Vendor[1].Next.Params["k"]`: at(func(o *shapes, text string) { o.Next = &shapes{Params: map[string]string{"j": "fine", "k": text}} }),
	}
}

func TestAPlaceholderIsNoSecret(t *testing.T) {
	for path, put := range places() {
		for _, text := range placeholders() {
			s := spec(1)
			put(&s, text)
			var all provider.FieldErrors
			if err := s.Validate(); !errors.As(err, &all) {
				t.Errorf("%s = %q: want FieldErrors, got %v", path, text, err)
				continue
			}
			if got := *all[0]; len(all) != 1 || got.Path != path || got.Value != "" || !strings.Contains(got.Reason, "put the secret back in after decoding") {
				t.Errorf("%s = %q: the error says %+v", path, text, got)
			}
		}
	}
}

func TestALookalikeIsASecret(t *testing.T) {
	for path, put := range places() {
		for _, text := range lookalikes() {
			s := spec(1)
			put(&s, text)
			if err := s.Validate(); err != nil {
				t.Errorf("%s = %q: %v", path, text, err)
			}
		}
	}
}

// The secrets of the spec are found by their type: a new one is looked at too.
func TestEverySecretOfTheSpecIsLookedAt(t *testing.T) {
	known := slices.Collect(func(yield func(string) bool) {
		for path := range places() {
			if !yield(path) {
				return
			}
		}
	})
	for _, path := range secretLeaves(reflect.TypeFor[provider.RunInstancesSpec](), "") {
		if !slices.Contains(known, path) {
			t.Errorf("%s is a secret that no test puts a placeholder into", path)
		}
	}
}

// secretLeaves are the paths of the secrets in a type.
func secretLeaves(t reflect.Type, path string) (list []string) {
	switch {
	case t == reflect.TypeFor[provider.Secret](), t == reflect.TypeFor[provider.UserData]():
		return []string{path}
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Map:
		return secretLeaves(t.Elem(), path)
	case t.Kind() != reflect.Struct:
		return nil
	}
	for i := range t.NumField() {
		list = append(list, secretLeaves(t.Field(i).Type, strings.TrimPrefix(path+"."+t.Field(i).Name, "."))...)
	}
	return list
}

func TestRawParametersHoldNoPlaceholderInside(t *testing.T) {
	s := spec(1)
	s.Vendor = []provider.VendorOption{shapes{Params: map[string]string{
		"A": `{"Password": "[redacted]"}`, "B": `["[redacted]"]`, "C": `{"Name": "redacted"}`, "D": "[redacted] by hand",
	}}}
	want := []string{`Vendor[0].Params["A"]`, `Vendor[0].Params["B"]`}
	if got := paths(t, s.Validate()); !slices.Equal(got, want) {
		t.Errorf("the error names %v, want %v", got, want)
	}
}

func TestLabelsMaySayRedacted(t *testing.T) {
	s := spec(1)
	s.Name, s.Tags = "[redacted]", map[string]string{"a": "[redacted]"}
	s.Vendor = []provider.VendorOption{shapes{Label: "[redacted]"}}
	if err := s.Validate(); err != nil {
		t.Errorf("a name, a label or a setting is no secret: %v", err)
	}
}

func TestOptionsThatHoldThemselvesAreLookedAt(t *testing.T) {
	o := &shapes{}
	o.Next = o
	s := spec(1)
	s.Vendor = []provider.VendorOption{o}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestLookingForPlaceholdersTakesNoMemory(t *testing.T) {
	s := spec(1)
	s.Login.Password, s.UserData = planted, []byte(planted)
	s.Vendor = []provider.VendorOption{shapes{
		Params: map[string]string{"a": planted, "b": `{"c": "d"}`}, List: []provider.Secret{planted}, Disks: []shape{{planted}}, Next: &shapes{Key: planted},
	}}
	bare := spec(1)
	base := testing.AllocsPerRun(100, func() { _ = bare.Validate() })
	if got := testing.AllocsPerRun(100, func() { _ = s.Validate() }) - base; got > 1 { // the list of clouds with options
		t.Errorf("%v allocations more than without secrets, want at most 1", got)
	}
}

func TestSecretsAreDecodedFromText(t *testing.T) {
	var s provider.RunInstancesSpec
	err := json.Unmarshal([]byte(`{"Login": {"Password": "pässword\n"}, "UserData": "#!/bin/sh\n"}`), &s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Login.Password.Reveal(), "pässword\n"; got != want {
		t.Errorf("the password is %q, want %q", got, want)
	}
	if got, want := string([]byte(s.UserData)), "#!/bin/sh\n"; got != want {
		t.Errorf("the user data is %q, want %q", got, want)
	}
	type login struct{ Password provider.Secret }
	var x login
	if err := xml.Unmarshal([]byte("<login><Password>secret</Password></login>"), &x); err != nil || x.Password != "secret" {
		t.Errorf("XML: got %q, %v", x.Password.Reveal(), err)
	}
}

func TestAPlaceholderIsNotDecoded(t *testing.T) {
	for _, text := range placeholders() {
		secret, data := provider.Secret(planted), provider.UserData(planted)
		for what, err := range map[string]error{"secret": secret.UnmarshalText([]byte(text)), "user data": data.UnmarshalText([]byte(text))} {
			if !errors.Is(err, provider.ErrInvalid) {
				t.Errorf("%q as %s: got %v, want ErrInvalid", text, what, err)
			}
		}
		if secret != planted || string([]byte(data)) != planted {
			t.Errorf("%q replaced a secret although it was refused", text)
		}
	}
	spec := provider.RunInstancesSpec{Login: provider.Login{Password: planted}}
	encoded, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &spec); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("decoding a spec that was encoded with its password: got %v, want ErrInvalid", err)
	}
}

func TestNoSecretIsDecodedToNone(t *testing.T) {
	for _, empty := range []provider.RunInstancesSpec{{}, {UserData: provider.UserData{}}} {
		encoded, err := json.Marshal(empty)
		if err != nil {
			t.Fatal(err)
		}
		s := provider.RunInstancesSpec{Login: provider.Login{Password: "old"}, UserData: []byte("old")}
		if err := json.Unmarshal(encoded, &s); err != nil {
			t.Fatal(err)
		}
		if s.Login.Password != "" {
			t.Error("the password stayed")
		}
		if len(s.UserData) != 0 {
			t.Error("the user data stayed")
		}
	}
}

func TestDecodedUserDataIsACopy(t *testing.T) {
	var data provider.UserData
	text := []byte("text")
	if err := data.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	text[0] = 'T'
	if got := string([]byte(data)); got != "text" {
		t.Errorf("the data became %q with the buffer it was decoded from", got)
	}
}
