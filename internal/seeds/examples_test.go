package seeds_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// example is a request of a document with its answer, and the spec that says
// the same. Extra are the parameters that we send beside those of the example:
// "*" is any value. The documents of ECS and ENS show no request; there it is
// every example value that may stand beside the others.
type example struct {
	Title       string            `json:"title"`
	Driver      string            `json:"driver"`
	Region      string            `json:"region"`
	Call        string            `json:"call"`
	Spec        []string          `json:"spec"`
	Request     map[string]string `json:"request"`
	Extra       map[string]string `json:"extra"`
	Answer      json.RawMessage   `json:"answer"`
	InstanceIDs []string          `json:"instance_ids"`
	RequestID   string            `json:"request_id"`
	JobID       string            `json:"job_id"`

	// Error is part of what the caller is told; "" is no error. ENS has an
	// answer of two instances beside a request for one.
	Error string `json:"error"`
}

func TestExamplesOfTheDocuments(t *testing.T) {
	files, err := filepath.Glob("testdata/examples/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 8 {
		t.Fatalf("%d examples, want the eight of the documents", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var e example
			d := json.NewDecoder(bytes.NewReader(text))
			d.DisallowUnknownFields()
			if err := d.Decode(&e); err != nil {
				t.Fatal(err)
			}
			e.check(t)
		})
	}
}

func (e *example) check(t *testing.T) {
	v, cloud := vendors()[e.Driver], &scripted{answer: e.Answer}
	var log bytes.Buffer
	client := v.connect(t, e.Region, cloud, slog.New(slog.NewJSONHandler(&log, nil)))
	op, err := client.RunInstances(t.Context(), v.build(t, e.Spec...), nil)
	if failed := err != nil; failed != (e.Error != "") {
		t.Errorf("%s: the answer of the document gives the error %v, want %q", e.Title, err, e.Error)
	}
	if text := fmt.Sprint(err); !strings.Contains(text, e.Error) {
		t.Errorf("%s: the answer of the document gives the error %q, want %q in it", e.Title, text, e.Error)
	}
	if op == nil {
		t.Fatalf("%s: no operation", e.Title)
	}
	if got := op.InstanceIDs(); !slices.Equal(got, e.InstanceIDs) {
		t.Errorf("%s: the instances are %q, want %q", e.Title, got, e.InstanceIDs)
	}
	answers := op.Answers()
	if len(answers) != 1 {
		t.Fatalf("%s: %d answers, want 1", e.Title, len(answers))
	}
	if got := answers[0].JobID; got != e.JobID {
		t.Errorf("%s: the job is %q, want %q", e.Title, got, e.JobID)
	}
	var record struct {
		Request string `json:"request"`
	}
	first, _, _ := bytes.Cut(log.Bytes(), []byte("\n")) // that of the call; the next is of its outcome
	if err := json.Unmarshal(first, &record); err != nil {
		t.Fatalf("%s: the log is no record: %v", e.Title, err)
	}
	if record.Request != e.RequestID {
		t.Errorf("%s: the log names request %q, want %q", e.Title, record.Request, e.RequestID)
	}
	if len(cloud.got) != 1 {
		t.Fatalf("%s: %d calls, want 1", e.Title, len(cloud.got))
	}
	e.compare(t, cloud.got[0])
}

// compare looks for what the request lacks, has besides and says differently.
func (e *example) compare(t *testing.T, got providertest.Wire) {
	t.Helper()
	if got.Action != e.Call {
		t.Errorf("the call is %s, want %s", got.Action, e.Call)
	}
	if got.Region != "" && got.Region != e.Region {
		t.Errorf("the call goes to %s, want %s", got.Region, e.Region)
	}
	want := maps.Clone(e.Request)
	maps.Copy(want, e.Extra)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, ok := got.Params[name]
		if !ok {
			t.Errorf("%s is not sent, want %q", name, want[name])
		}
		same := want[name] == "*" || value == want[name]
		if !same && !sameBoolean(value, want[name]) {
			t.Errorf("%s = %q, and the example has %q", name, value, want[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got.Params)) {
		if _, ok := want[name]; !ok {
			t.Errorf("%s = %q is not in the example", name, got.Params[name])
		}
	}
}

// sameBoolean knows that CVM's examples write TRUE in a URL where JSON has true.
func sameBoolean(got, want string) bool { return want == "TRUE" && got == "true" }

// scripted is a cloud that answers every call alike.
type scripted struct {
	answer []byte
	got    []providertest.Wire
}

// RoundTrip implements http.RoundTripper.
func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	w, err := providertest.ReadWire(req)
	if err != nil {
		return nil, err
	}
	s.got = append(s.got, w)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(s.answer)),
		ContentLength: int64(len(s.answer)),
		Request:       req,
	}, nil
}
