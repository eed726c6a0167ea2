package specfile_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Whatever the input, reading does not panic, an error matches ErrInvalid and shows no secret,
// and what was read comes back.
func FuzzParse(f *testing.F) {
	for _, c := range bad {
		f.Add([]byte(below(c.in)), strings.HasPrefix(c.in, "{"))
	}
	for seed := range uint64(5) {
		file, _, _ := filled(seed, -1)
		for _, format := range []specfile.Format{specfile.YAML, specfile.JSON} {
			data, err := file.Marshal(format)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, format == specfile.JSON)
		}
	}
	const secret = "Zq7#vault-value"
	o := specfile.Options{Vendors: all(), Dir: f.TempDir(), Resolvers: map[string]specfile.Resolver{
		"vault": func(string) ([]byte, error) { return []byte(secret), nil },
	}}
	f.Fuzz(func(t *testing.T, data []byte, isJSON bool) {
		o := o
		o.Format = specfile.YAML
		if isJSON {
			o.Format = specfile.JSON
		}
		got, err := specfile.Parse(data, "f", &o)
		if err != nil {
			if !errors.Is(err, provider.ErrInvalid) || strings.Contains(err.Error(), secret) {
				t.Errorf("an error that does not match ErrInvalid, or that shows a secret: %v", err)
			}
			return
		}
		for _, format := range []specfile.Format{specfile.YAML, specfile.JSON} {
			checkSame(t, got, format, o)
		}
	})
}

// checkSame writes what was read, reads it again, and compares.
func checkSame(t *testing.T, got *specfile.File, format specfile.Format, o specfile.Options) {
	t.Helper()
	out, err := got.Marshal(format)
	if err != nil {
		if !strings.Contains(err.Error(), "year") && !strings.Contains(err.Error(), "time") {
			t.Errorf("%s: what was read cannot be written: %v", format, err)
		}
		return
	}
	if bytes.Contains(out, []byte("Zq7#vault")) {
		t.Errorf("%s holds a secret", format)
	}
	o.Format = format
	again, err := specfile.Parse(out, "f", &o)
	if err != nil {
		t.Fatalf("%s: what was written cannot be read: %v\n%s", format, err, out)
	}
	second, err := again.Marshal(format)
	if err != nil || !bytes.Equal(out, second) || !reflect.DeepEqual(again.References, got.References) {
		t.Errorf("%s came back as another one: %v\n%s\n%s", format, err, out, second)
	}
}

// The text of a secret that stands in a file by mistake is in no error.
func FuzzInlineSecret(f *testing.F) {
	for _, s := range []string{
		"hunter2hunter2", "*hunter2hunter2", "&hunter2 x", "!hunter2hunter2", "'hunter2hunter2",
		"{hunter2hunter2}", "a: hunter2hunter2", "env:hunter2 hunter2", "[hunter2", "\"\\qhunter2", "@hunter2", "`hunter2`", "%hunter2",
		"| hunter2", "plain:hunter2hunter2",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, password string) {
		const least = 6 // shorter ones may be in any error by chance
		isReference := strings.HasPrefix(password, "env:") || strings.HasPrefix(password, "file:")
		if len(password) < least || isReference || strings.ContainsAny(password, "\n\r") {
			return
		}
		for _, in := range []string{
			"version: 1\nspec:\n  login:\n    password: " + password + "\n",
			`{"version": 1, "spec": {"login": {"password": ` + password + `}}}`,
			"version: 1\nspec:\n  vendor: {fake: {nested: {a: {b: " + password + "}}, key: " + password + "}}\n",
		} {
			_, err := specfile.Parse([]byte(in), "f", &specfile.Options{Vendors: all()})
			if err == nil {
				continue
			}
			isOurs := strings.Contains("a secret must not be in the file: write env:NAME or file:PATH", password)
			if strings.Contains(err.Error(), password) && !isOurs {
				t.Errorf("the error shows the secret %q: %v", password, err)
			}
		}
	})
}
