package specfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// A process that ends after a create leaves a record. Another process reads it, and has the
// instances.
func TestARecordIsEnoughToResume(t *testing.T) {
	t.Setenv("WEB_PASSWORD", "Valid-pass-1")
	for _, c := range clouds.All() {
		for _, format := range []specfile.Format{specfile.YAML, specfile.JSON} {
			t.Run(c.Name+"/"+string(format), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { resumeFromRecord(t, c, format) })
			})
		}
	}
}

func resumeFromRecord(t *testing.T, c clouds.Cloud, format specfile.Format) {
	client, err := c.New(clouds.Config{Transport: cloudsim.New(nil).Transport()})
	if err != nil {
		t.Fatal(err)
	}
	references := map[string]string{"spec.login.password": "env:WEB_PASSWORD"}
	file := &specfile.File{Cloud: c.Name, Spec: c.Spec, References: references}
	file.Spec.Name = "web"
	op, err := client.RunInstances(t.Context(), file.Spec, &file.Run)
	if err != nil {
		t.Fatal(err)
	}
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := (&specfile.Record{File: file, Token: token}).Marshal(format)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, []byte("Valid-pass-1")) {
		t.Errorf("the record holds the password:\n%s", stored)
	}
	r, err := specfile.ReadRecord(bytes.NewReader(stored), "record", &specfile.Options{Vendors: vendors()})
	if err != nil {
		t.Fatalf("%v in\n%s", err, stored)
	}
	if !bytes.Equal(r.Token, token) {
		t.Errorf("token: got %s, want %s", r.Token, token)
	}
	if !reflect.DeepEqual(r.File.Spec, file.Spec) {
		t.Errorf("the spec came back as another one:\n%s", stored)
	}
	again, err := client.Resume(t.Context(), r.Token, r.ResumeOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := again.InstanceIDs(), op.InstanceIDs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got the instances %v, want %v", got, want)
	}
}

func TestBadRecords(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "f:1:1: the file is empty",
		"version: 1\nspec: {}\n": "f:1:1: record: is missing: begin the file with record: 1",
		"record: 2\n":            "f:1:9: record: 2 is not known: this program reads version 1",
		"record: 1\n": "f:1:1: token: is missing: without it nothing can be resumed\n" +
			"f:1:1: file: is missing: it holds the spec",
		"recrd: 1\ntoken: a\n":                                "f:1:1: recrd: unknown field; did you mean record?",
		"record: 1\ntoken: a\nfiel: {version: 1, spec: {}}\n": "f:3:1: fiel: unknown field; did you mean file?",
		"record: 1\ntoken: a\nfile: {versin: 1, spec: {}}\n":  "f:3:8: versin: unknown field; did you mean version?",
		"record: 1\ntoken: a\nfile: 5":                        "f:3:7: want fields, with version: 1 first, not a number",
		"record: 1\ntoken: 5\nfile: {version: 3}\n": "f:2:8: token: 5 without quotes is no text: write \"5\"\n" +
			"f:3:17: version: 3 is not known: this program reads version 1",
		"record: 1\ntokn: a\nfile: {version: 1, spec: {cuont: 1}}\n": "f:2:1: tokn: unknown field; did you mean token?\n" +
			"f:3:27: spec.cuont: unknown field; did you mean count?",
		"record: 1\ntoken: a\nfile:\n  version: 1\n  spec: {count: 1.5}\n":     "f:5:17: spec.count: \"1.5\" is not a whole number",
		"record: 1\ntoken: a\nfile: {version: 1, spec: {userData: hunter2}}\n": "f:3:37: spec.userData: a secret must not be in the file: write env:NAME or file:PATH",
	} {
		r, err := specfile.ParseRecord([]byte(in), "f", nil)
		if got := fmt.Sprint(err); got != want || r != nil {
			t.Errorf("%q: got\n%s\nwant\n%s", in, got, want)
		}
	}
	for name, r := range map[string]*specfile.Record{
		"no file": {Token: []byte("a")}, "no token": {File: &specfile.File{}}, "no text": {File: &specfile.File{}, Token: []byte("\xff")},
		"a secret": {File: &specfile.File{Spec: provider.RunInstancesSpec{UserData: []byte("hunter2")}}, Token: []byte("a")},
	} {
		_, err := r.Marshal(specfile.YAML)
		if !errors.Is(err, provider.ErrInvalid) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an error that matches ErrInvalid", name, err)
		}
	}
}
