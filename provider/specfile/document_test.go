package specfile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// plan is a form of a program.
type plan struct {
	Version  int
	Patience time.Duration
	Members  []member
}

type member struct {
	Name    string
	Account string
	specfile.File
}

const twoMembers = `version: 2
members:
  - name: web
    account: a
    spec: {imageId: img-1, count: 2, login: {password: env:DOCUMENT_WEB}}
    run: {owner: web}
  - name: db
    spec: {imageId: img-2, login: {password: env:DOCUMENT_DB}}
`

func decodeMembers(t *testing.T, text string) (*plan, *specfile.Document, error) {
	t.Helper()
	t.Setenv("DOCUMENT_WEB", "Valid-pass-1")
	t.Setenv("DOCUMENT_DB", "Valid-pass-2")
	p := &plan{Version: 2, Patience: time.Minute}
	doc, err := specfile.Decode([]byte(text), "plan.yaml", p, nil)
	return p, doc, err
}

func TestDecodeReadsAFormOfTheProgram(t *testing.T) {
	p, _, err := decodeMembers(t, twoMembers)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.Members); got != 2 {
		t.Fatalf("%d members, want 2", got)
	}
	web, db := p.Members[0], p.Members[1]
	if web.Name != "web" || web.Account != "a" || web.Spec.Count != 2 || web.Run.Owner != "web" {
		t.Errorf("first member %+v", web)
	}
	if got, want := db.Spec.Login.Password.Reveal(), "Valid-pass-2"; got != want {
		t.Errorf("password of the second member %q, want %q", got, want)
	}
	if p.Patience != time.Minute {
		t.Errorf("patience %v, want the default of the program", p.Patience)
	}
}

// Each File of a form can be written by itself: its references begin at the File.
func TestAFileOfAFormCanBeWritten(t *testing.T) {
	p, _, err := decodeMembers(t, twoMembers)
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.Members[0].Marshal(specfile.YAML)
	if err != nil {
		t.Fatal(err)
	}
	again, err := specfile.Parse(data, "web.yaml", nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if got, want := again.References["spec.login.password"], "env:DOCUMENT_WEB"; got != want {
		t.Errorf("reference %q, want %q", got, want)
	}
}

// A rule of the library is told with the place in the form.
func TestAFileOfAFormLocatesProblems(t *testing.T) {
	p, doc, err := decodeMembers(t, twoMembers)
	if err != nil {
		t.Fatal(err)
	}
	problem := &provider.FieldError{Path: "Login.Password", Reason: "is too short"}
	doc.Add(p.Members[1].Locate(problem))
	got := fmt.Sprint(doc.Err())
	if want := "plan.yaml:8:46: members[1].spec.login.password: is too short"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Problems of reading and problems that the program finds come together, sorted by line.
func TestDocumentTellsAllProblemsTogether(t *testing.T) {
	_, doc, err := decodeMembers(t, `version: 2
members:
  - name: web
    acount: a
    spec: {count: 2.5}
  - name: web
    account: b
`)
	if !errors.Is(err, provider.ErrInvalid) {
		t.Fatalf("got %v, want an error that matches ErrInvalid", err)
	}
	doc.Refuse("members[1].name", "%q is there twice", "web")
	doc.Refuse("members[0].spec.count", "is not told twice")
	doc.Refuse("members[0].account", "is missing")
	doc.Refuse("members[0].account.name", "is missing")
	doc.Refuse("members[1].accounts", "is too many")
	doc.Add(errors.New("something else"))
	got := fmt.Sprint(doc.Err())
	want := `plan.yaml: something else
plan.yaml:4:5: members[0].acount: unknown field; did you mean account?
plan.yaml:5:19: members[0].spec.count: "2.5" is not a whole number
plan.yaml:6:5: members[1].spec: is missing: the fields of the spec are below it
plan.yaml:6:5: members[1].accounts: is too many
plan.yaml:6:11: members[1].name: "web" is there twice`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDecodeWantsTheVersionOfTheForm(t *testing.T) {
	_, doc, err := decodeMembers(t, "version: 1\nmembers: []\n")
	want := "plan.yaml:1:10: version: 1 is not known: this program reads version 2"
	if fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if doc != nil {
		t.Errorf("a document for an unknown version")
	}
}

func TestDecodeRefusesWhatIsNoForm(t *testing.T) {
	for _, form := range []any{nil, plan{Version: 1}, &plan{}, &struct{}{}, new(int)} {
		if _, err := specfile.Decode([]byte("version: 1"), "", form, nil); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%T: got %v, want an error that matches ErrInvalid", form, err)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"aliyun", "ens", "tencent", "qingcloud"}
	for word, want := range map[string]string{"tencnet": "tencent", "QingCloud": "qingcloud", "aws": ""} {
		if got := specfile.Nearest(word, slices.Clone(names)); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
