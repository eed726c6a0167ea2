package specfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Different ways to write one file mean the same.
func TestGoodInputs(t *testing.T) {
	want := provider.RunInstancesSpec{
		Count: 2, Name: "é: \"web\"", Description: "a\nb\n", DataDisks: []provider.Disk{{SizeGiB: 40}, {SizeGiB: 40}},
		Login: provider.Login{KeyPairs: []string{"yes", "0250", "2026-01-02"}},
	}
	block := `# a comment
version: 1
spec:
  count: 2 # two
  name: 'é: "web"'
  description: |
    a
    b
  dataDisks:
    - &disk
      sizeGiB: 40
    - *disk
  login:
    keyPairs: [yes, "0250", 2026-01-02]
`
	formats := map[string]specfile.Format{"flow": specfile.YAML}
	for name, in := range map[string]string{
		"block": block,
		"CRLF":  strings.ReplaceAll(block, "\n", "\r\n"),
		"flow": `{version: 1, spec: {count: 2, name: "é: \"web\"", description: "a\nb\n",
 dataDisks: [{sizeGiB: 40}, {sizeGiB: 40}], login: {keyPairs: ["yes", '0250', "2026-01-02"]}}}`,
		"JSON": `{"$schema": "schema.json", "version": 1, "spec": {"count": 2, "name": "\u00e9: \"web\"", "description": "a\nb\n",
 "dataDisks": [{"sizeGiB": 40}, {"sizeGiB": 40}], "login": {"keyPairs": ["yes", "0250", "2026-01-02"]}}}`,
		"begin": "---\n" + block + "...\n",
	} {
		f, err := specfile.Parse([]byte(in), "f", &specfile.Options{Format: formats[name]})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(f.Spec, want) {
			t.Errorf("%s: got %+v, want %+v", name, f.Spec, want)
		}
	}
}

// Presence is a choice, and an empty map of tags is one: with a launch template it means no tags.
func TestEmptyIsNotAbsent(t *testing.T) {
	const in = "version: 1\nspec: {tags: {}, network: {publicIp: {}}, monitorAgent: false, dataDisks: []}\n"
	f, err := specfile.Parse([]byte(in), "f", nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Spec.Tags == nil {
		t.Error("tags: got nil, want an empty map")
	}
	if f.Spec.Network.PublicIP == nil {
		t.Error("publicIp: got nil, want a zero one")
	}
	if f.Spec.MonitorAgent == nil || *f.Spec.MonitorAgent {
		t.Error("monitorAgent: got another value than false")
	}
	if f.Spec.DataDisks != nil {
		t.Errorf("dataDisks: got %v, want none", f.Spec.DataDisks)
	}
}

// Columns count characters, not bytes, in both formats.
func TestColumnsCountCharacters(t *testing.T) {
	for in, want := range map[string]string{
		`{"version": 1, "spec": {"name": "云帆", "count": "é"}}`: `f:1:48: spec.count: "é" is not a whole number`,
		"version: 1\nspec: {name: 云帆, count: é}\n":             `f:2:25: spec.count: "é" is not a whole number`,
		"version: 1\r\nspec:\r\n  name: 云帆\r\n  count: é\r\n":  `f:4:10: spec.count: "é" is not a whole number`,
	} {
		if _, err := specfile.Parse([]byte(in), "f", nil); fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The format is that of the name, or of the first character.
func TestFormats(t *testing.T) {
	const flow, text = `{version: 1, spec: {}}`, `{"version": 1, "spec": {}}`
	for _, c := range []struct {
		name, in string
		format   specfile.Format
		good     bool
	}{
		{"a.yaml", flow, "", true},
		{"a.YML", flow, "", true},
		{"a.json", text, "", true},
		{"a", text, "", true},
		{"a.json", flow, "", false},
		{"a", flow, "", false},
		{"a", flow, specfile.YAML, true},
		{"a.json", "version: 1\nspec: {}\n", specfile.YAML, true},
		{"a", " \n" + text, "", true},
	} {
		if _, err := specfile.Parse([]byte(c.in), c.name, &specfile.Options{Format: c.format}); (err == nil) != c.good {
			t.Errorf("%s as %q: %s: got %v", c.name, c.format, c.in, err)
		}
	}
}

// The files that the documentation shows can be read.
func TestTheFilesOfTheDocumentationAreRight(t *testing.T) {
	o := &specfile.Options{Vendors: vendors(), KeepSecretsOut: true}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Error("README shows no file")
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^//\t(.*\n)`).FindAllStringSubmatch(string(doc), -1)
	var text strings.Builder
	for _, line := range shown {
		text.WriteString(line[1])
	}
	blocks = append(blocks, []string{"", text.String()})
	for _, block := range blocks {
		f, err := specfile.Parse([]byte(block[1]), "f", o)
		if err != nil {
			t.Fatalf("%v in\n%s", err, block[1])
		}
		if err := f.Spec.Validate(); err != nil {
			t.Errorf("%v in\n%s", err, block[1])
		}
	}
}

func TestReadingFails(t *testing.T) {
	if _, err := specfile.ReadFile(filepath.Join(t.TempDir(), "none.yaml"), nil); !os.IsNotExist(err) {
		t.Errorf("got %v, want an error that says that the file does not exist", err)
	}
	if _, err := specfile.ReadRecordFile(t.TempDir(), nil); err == nil {
		t.Error("a directory: got no error")
	}
	if _, err := specfile.Read(brokenReader{}, "f", nil); fmt.Sprint(err) != "f: the disk is gone" {
		t.Errorf("got %v, want the error of the reader", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk is gone") }
