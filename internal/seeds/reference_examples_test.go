package seeds_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// callExample is a request of the ECS reference with its answers, and the call
// that says the same. What the reference prints in a broken form is whole here;
// Note tells what was wrong.
type callExample struct {
	Action     string            `json:"action"`
	Note       string            `json:"note"`
	Args       []string          `json:"args"`
	DecodeArgs []string          `json:"decode_args"` // for the answer, where it is not one to Args
	Request    map[string]string `json:"request"`
	As         map[string]string `json:"as"`       // by other names on the wire
	Extra      map[string]string `json:"extra"`    // sent beside those of the example; "*" is any value
	LeftOut    []string          `json:"left_out"` // not sent, for the reason in Note
	Answer     json.RawMessage   `json:"answer"`
	XML        string            `json:"xml"`
	RequestID  string            `json:"request_id"` // in the log; "" where the client does not keep it

	// Value is what the method returns, Record the only element of a list that
	// it does, by assignments, with Vendor in the options of its spec.
	Value  string             `json:"value"`
	Record []string           `json:"record"`
	Vendor *aliyun.RunOptions `json:"vendor"`
}

func callExamples(t *testing.T) []callExample {
	t.Helper()
	files, err := filepath.Glob("testdata/reference/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []callExample
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e callExample
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, e)
	}
	return out
}

func TestExamplesOfTheReference(t *testing.T) {
	var tested []string
	for _, e := range callExamples(t) {
		tested = append(tested, e.Action)
		t.Run(e.Action, func(t *testing.T) {
			e.checkRequest(t)
			e.checkAnswer(t)
		})
	}
	for _, c := range seeds.Calls() {
		if !slices.Contains(tested, c[0]) {
			t.Errorf("the example of %s is not tested", c[0])
		}
	}
}

// checkRequest compares what is sent with the example.
func (e *callExample) checkRequest(t *testing.T) {
	t.Helper()
	want := maps.Clone(e.Request)
	for documented, name := range e.As {
		want[name] = want[documented]
		delete(want, documented)
	}
	for _, name := range e.LeftOut {
		delete(want, name)
	}
	same := example{Call: seeds.SentAs(e.Action), Region: "cn-hangzhou", Request: want, Extra: e.Extra}
	same.compare(t, sendCall(t, methodOf(t, e.Action), e.Args...))
}

// checkAnswer reads the answer of the example, as JSON: that is what the client
// asks for.
func (e *callExample) checkAnswer(t *testing.T) {
	t.Helper()
	args := e.Args
	if e.DecodeArgs != nil {
		args = e.DecodeArgs
	}
	var a arguments
	a.assign(t, args...)
	var log bytes.Buffer
	client := connectECS(t, &scripted{answer: e.Answer}, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	got, err := a.call(t.Context(), client, methodOf(t, e.Action))
	if err != nil {
		t.Fatalf("the answer of the reference is an error: %v", err)
	}
	if !strings.Contains(log.String(), `"`+e.RequestID+`"`) {
		t.Errorf("the log does not name request %s: %s", e.RequestID, log.String())
	}
	if e.Record == nil {
		if text := strings.TrimPrefix(fmt.Sprint(got), "<nil>"); text != e.Value {
			t.Errorf("the client returns %q, want %q", text, e.Value)
		}
		return
	}
	list := reflect.ValueOf(got)
	if list.Len() != 1 {
		t.Fatalf("the client returns %d elements, want 1: %+v", list.Len(), got)
	}
	if want := e.record(t, list.Type().Elem()); !reflect.DeepEqual(list.Index(0).Interface(), want) {
		t.Errorf("the client returns\n%+v\nwant\n%+v", list.Index(0).Interface(), want)
	}
}

// record builds the element that the answer says.
func (e *callExample) record(t *testing.T, kind reflect.Type) any {
	t.Helper()
	v := reflect.New(kind)
	for _, one := range e.Record {
		path, value, _ := strings.Cut(one, "=")
		if err := setIn(v, strings.Split(path, "."), value); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
	if version, ok := v.Interface().(*launchtemplate.Version); ok && e.Vendor != nil {
		version.Spec.Vendor = []provider.VendorOption{*e.Vendor}
	}
	return v.Elem().Interface()
}

// The example values of the list of parameters are those that the examples have.
func TestExampleValuesOfTheReference(t *testing.T) {
	for _, e := range callExamples(t) {
		for name, value := range e.Request {
			name = cmp.Or(map[string]string{"DeploymentSetsIds": "DeploymentSetIds"}[name], name)
			i := slices.IndexFunc(reference(t), func(p seeds.Parameter) bool { return p.Action == e.Action && p.Matches(name) })
			switch {
			case i >= 0 && reference(t)[i].Example != value:
				t.Errorf("%s: the list has %s = %q, and the example %q", e.Action, name, reference(t)[i].Example, value)
			case i < 0 && !slices.Contains(e.LeftOut, name):
				t.Errorf("%s: the list does not have %s", e.Action, name)
			}
		}
	}
}
