package token_test

import (
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/specs"
	"github.com/yunfan-cloud/yunfan/internal/token"
)

func written() *token.Operation {
	l := ledger.New(2, ledger.Split(3, 2, 2))
	return &token.Operation{
		Driver: "cloud", Region: "r", ID: "op-1", Run: "abcd", Owner: "team", Class: "c", Hash: "h",
		Print: specs.Print{"Count": "1"}, Saved: l.Save(),
	}
}

// Tokens of today are read by the libraries of tomorrow: the form must not change.
func TestTheForm(t *testing.T) {
	got, err := written().Write()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"yunfan":2,"driver":"cloud","region":"r","operation":"op-1","run":"abcd","owner":"team","class":"c",` +
		`"spec":"h","fields":{"Count":"1"},"min":2,"parts":[{"first":0,"count":2,"min":1,"status":"planned"},` +
		`{"first":2,"count":1,"min":1,"status":"planned"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	text, err := written().Write()
	if err != nil {
		t.Fatal(err)
	}
	o, l, err := token.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{o.Driver, o.Region, o.ID, o.Run, o.Owner, o.Class, o.Hash}; strings.Join(got, " ") !=
		"cloud r op-1 abcd team c h" {
		t.Errorf("got %q", got)
	}
	if got := l.Count(); got != 3 {
		t.Errorf("%d instances, want 3", got)
	}
}

const notToken = "not an operation token, or a damaged one: give what MarshalText returned or the journal saved last, unchanged"

func TestTokensThatCannotBe(t *testing.T) {
	const parts = `"min":1,"parts":[{"first":0,"count":1,"min":1,"status":"planned"}]`
	for text, want := range map[string]string{
		"":                              notToken,
		"{}":                            notToken,
		`{"yunfan":2,"operation":"op"}`: notToken,
		`{"yunfan":0,"operation":"op",` + parts + `}`:  notToken,
		`{"yunfan":3,"operation":7}`:                   "the operation token has version 3, and this library reads up to 2: update the library",
		`{"yunfan":2,"operation":"a b",` + parts + `}`: "damaged operation token: impossible operation ID",
		`{"yunfan":2,"operation":"op","parts":[{}]}`:   "damaged operation token: unknown status \"\"",
	} {
		if _, _, err := token.Read([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestIDs(t *testing.T) {
	for id, want := range map[string]bool{
		"": false, "a": true, "A-z_09": true, "a b": false, "ä": false,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
	} {
		if got := token.IsID(id); got != want {
			t.Errorf("%q is an ID: %v, want %v", id, got, want)
		}
	}
}
