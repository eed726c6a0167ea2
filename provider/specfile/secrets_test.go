package specfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// withSecrets is a file with a secret of each kind.
const withSecrets = `version: 1
spec:
  login:
    password: env:WEB_PASSWORD
  userData: file:boot.sh
  vendor:
    aliyun:
      params:
        Arn.1.Rolearn: vault:secret/web
        Rack: plain:rack-7
`

// secretsDir is a folder with the files of withSecrets, and sets its environment variable.
func secretsDir(t *testing.T) string {
	t.Helper()
	t.Setenv("WEB_PASSWORD", "hunter2")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "fleet.yaml"), withSecrets)
	write(t, filepath.Join(dir, "boot.sh"), "#!/bin/sh\r\n\xff\x00\n")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// counting returns options whose vault counts its calls.
func counting(calls *int) *specfile.Options {
	return &specfile.Options{Vendors: vendors(), Resolvers: map[string]specfile.Resolver{
		"vault": func(rest string) ([]byte, error) { *calls++; return []byte("of " + rest), nil },
	}}
}

func TestSecretsComeFromTheirReferences(t *testing.T) {
	calls := 0
	f, err := specfile.ReadFile(filepath.Join(secretsDir(t), "fleet.yaml"), counting(&calls))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Spec.Login.Password.Reveal(); got != "hunter2" {
		t.Errorf("password: got %q", got)
	}
	if got, want := string([]byte(f.Spec.UserData)), "#!/bin/sh\r\n\xff\x00\n"; got != want {
		t.Errorf("user data: got %q, want the bytes of the file", got)
	}
	params := fmt.Sprintf("%+v", f.Spec.Vendor[0])
	for _, want := range []string{"Arn.1.Rolearn:of secret/web", "Rack:rack-7"} {
		if !strings.Contains(params, want) {
			t.Errorf("options: got %s, want %s", params, want)
		}
	}
	out, err := f.Marshal(specfile.YAML)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(strings.Replace(withSecrets, "plain:rack-7", `"plain:rack-7"`, 1), `"`, "", 2)
	if string(out) != want {
		t.Errorf("got\n%s\nwant what was read\n%s", out, want)
	}
}

func TestOneLineBreakIsNoPartOfASecret(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"hunter2\n": "hunter2", "hunter2\r\n": "hunter2", "hunter2": "hunter2", "hunter2\n\n": "hunter2\n", " a ": " a ",
	} {
		write(t, filepath.Join(dir, "p"), text)
		f, err := specfile.Parse([]byte("version: 1\nspec: {login: {password: 'file:p'}}\n"), "f", &specfile.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Spec.Login.Password.Reveal(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestAResolverIsCalledOnce(t *testing.T) {
	calls := 0
	in := "version: 1\nspec:\n  login: {password: 'vault:a'}\n  userData: vault:a\n"
	if _, err := specfile.Parse([]byte(in), "f", counting(&calls)); err != nil {
		t.Fatal(err)
	}
	if calls != 1 {
		t.Errorf("got %d calls, want 1", calls)
	}
}

func TestBadSecretsAreErrors(t *testing.T) {
	broken := errors.New("the vault is sealed")
	content := map[string]string{"placeholder": "[redacted]", "binary": "hunter2\xff", "large": strings.Repeat("hunter2", 1<<18)}
	o := &specfile.Options{Resolvers: map[string]specfile.Resolver{"vault": func(rest string) ([]byte, error) {
		if rest == "broken" {
			return nil, broken
		}
		return []byte(content[rest]), nil
	}}}
	for rest, want := range map[string]string{
		"broken":  "vault:broken: the vault is sealed",
		"missing": "vault:missing: it is empty",
		"binary":  "vault:binary: it is not a text in UTF-8",
		"large":   "vault:large: it is larger than 1048576 bytes",
		"placeholder": "vault:placeholder: invalid request: the text is the placeholder that secrets marshal to; " +
			"leave the secret out when encoding, and put it in after decoding",
	} {
		_, err := specfile.Parse([]byte("version: 1\nspec: {login: {password: 'vault:"+rest+"'}}\n"), "f", o)
		if got := fmt.Sprint(err); got != "f:2:26: spec.login.password: "+want {
			t.Errorf("%s: got %s, want %s", rest, got, want)
		}
		if rest == "broken" && !errors.Is(err, broken) {
			t.Error("the error of the resolver is not in the error")
		}
	}
	_, err := specfile.Parse([]byte("version: 1\nspec: {login: {password: hunter2}}\n"), "f", o)
	if want := "write env:NAME or file:PATH or vault:..."; !strings.HasSuffix(fmt.Sprint(err), want) {
		t.Errorf("got %v, want the kinds that the program knows: %s", err, want)
	}
	_, err = specfile.Parse([]byte("version: 1\nspec: {userData: 'file:none'}\n"), "f", nil)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an error that matches fs.ErrNotExist", err)
	}
}

// A linter has no secrets, and needs none.
func TestSecretsCanBeKeptOut(t *testing.T) {
	o := &specfile.Options{Vendors: vendors(), KeepSecretsOut: true, Resolvers: map[string]specfile.Resolver{
		"vault": func(string) ([]byte, error) { t.Error("the vault was asked"); return nil, nil },
	}}
	f, err := specfile.Parse([]byte(withSecrets), "f", o)
	if err != nil {
		t.Fatal(err)
	}
	if f.Spec.Login.Password != "" || len(f.Spec.UserData) != 0 {
		t.Error("secrets were read")
	}
	out, err := f.Marshal(specfile.YAML)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != withSecrets {
		t.Errorf("got\n%s\nwant what was read", out)
	}
}

// secretChanges are changes of withSecrets after it was read. Want is the error, and has what is
// written when there is none.
var secretChanges = map[string]struct {
	change    func(*specfile.File)
	want, has string
}{
	"changed": {
		func(f *specfile.File) { f.Spec.Login.Password = "hunter3" },
		"spec.login.password: has another value than its reference: give it a new one", "",
	},
	"removed": {func(f *specfile.File) { f.Spec.Login.Password = "" }, "", "spec:\n  userData: file:boot.sh"},
	"new reference": {
		func(f *specfile.File) { f.Spec.Login.Password, f.References["spec.login.password"] = "3", "env:P3" },
		"", "password: env:P3",
	},
	"no reference": {
		func(f *specfile.File) { delete(f.References, "spec.login.password") },
		"spec.login.password: is a secret without a reference: " +
			`put one into References["spec.login.password"], such as env:NAME`, "",
	},
	"inline": {
		func(f *specfile.File) { f.References["spec.login.password"] = "hunter2" },
		"spec.login.password: its reference must be one like env:NAME or file:PATH", "",
	},
	"plain": {
		func(f *specfile.File) { f.References["spec.login.password"] = "plain:hunter2" },
		"spec.login.password: a secret cannot be plain: its reference must be one like env:NAME or file:PATH", "",
	},
	"another plain value": {
		func(f *specfile.File) { f.References[`spec.vendor.aliyun.params["Rack"]`] = "plain:rack-8" },
		`spec.vendor.aliyun.params["Rack"]: has another value than its reference: give it a new one`, "",
	},
}

// What stands in the file must be what the spec has: a stored file would otherwise create
// instances with another password.
func TestASecretThatChangedIsNotWritten(t *testing.T) {
	for name, c := range secretChanges {
		t.Run(name, func(t *testing.T) {
			calls := 0
			f, err := specfile.ReadFile(filepath.Join(secretsDir(t), "fleet.yaml"), counting(&calls))
			if err != nil {
				t.Fatal(err)
			}
			c.change(f)
			out, err := f.Marshal(specfile.YAML)
			if c.want == "" && err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(err); c.want != "" && got != c.want {
				t.Errorf("got the error %s, want %s", got, c.want)
			}
			if !strings.Contains(string(out), c.has) {
				t.Errorf("got\n%s\nwant %s in it", out, c.has)
			}
			if strings.Contains(string(out)+fmt.Sprint(err), "hunter") {
				t.Error("a secret is shown")
			}
		})
	}
}

// A file that is printed shows no more than the spec shows.
func TestAPrintedFileShowsNoSecret(t *testing.T) {
	calls := 0
	f, err := specfile.ReadFile(filepath.Join(secretsDir(t), "fleet.yaml"), counting(&calls))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, *f); strings.Contains(text, "hunter2") {
			t.Errorf("%s shows the password", verb)
		}
	}
}

func TestValuesThatFilesCannotHold(t *testing.T) {
	f := &specfile.File{Spec: provider.RunInstancesSpec{Name: "\xff", Billing: provider.Billing{Mode: "sport"}, Vendor: []provider.VendorOption{
		fakeOptions{Hook: func() {}}, fakeOptions{}, nil,
	}}}
	_, err := f.Marshal(specfile.JSON)
	const want = "spec.name: is not a text in UTF-8\n" +
		`spec.billing.mode: "sport" is not one of on-demand, prepaid, spot, dedicated-host; did you mean spot?` + "\nspec.vendor.fake.hook: cannot be in a file: func()\n" +
		"spec.vendor[1]: a second value for fake\nspec.vendor[2]: is nil, or no struct"
	if fmt.Sprint(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if _, err := f.Marshal("toml"); err == nil {
		t.Error("an unknown format: got no error")
	}
}
