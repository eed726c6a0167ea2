package codes_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/codes"
)

func TestTheMostExactRowIsFound(t *testing.T) {
	var table codes.Table[string]
	for _, code := range []string{"A.B", "A.*", "A.B.*", "*.Z", "*.Y.Z"} {
		if !table.Add(code, code) {
			t.Fatalf("%s was refused", code)
		}
	}
	for code, want := range map[string]string{
		"A.B":     "A.B",
		"A.C":     "A.*",
		"A.B.C":   "A.B.*",
		"A.C.Z":   "A.*", // a family before an ending
		"Q.Z":     "*.Z",
		"Q.Y.Z":   "*.Y.Z",
		"Q.Q.Y.Z": "*.Y.Z",
		"A":       "", // a family is not its own member
		"Z":       "",
		"AB.C":    "", // families end at a dot
		"Q.Z.Q":   "",
		".":       "",
		"":        "",
	} {
		got, ok := table.Find(code)
		if got != want {
			t.Errorf("%q: got row %q, want %q", code, got, want)
		}
		if ok != (want != "") {
			t.Errorf("%q is known: %t, want %t", code, ok, want != "")
		}
	}
}

func TestACodeHasOneRow(t *testing.T) {
	for _, code := range []string{"A.B", "A.*", "*.B"} {
		var table codes.Table[int]
		table.Add(code, 1)
		if table.Add(code, 2) {
			t.Errorf("%s was added twice", code)
		}
	}
	var table codes.Table[int]
	for n, code := range []string{"A", "A.*", "*.A"} {
		if !table.Add(code, n) {
			t.Errorf("%s was refused, and is another row", code)
		}
	}
}

func TestAnEmptyTableKnowsNothing(t *testing.T) {
	var table codes.Table[int]
	if _, ok := table.Find("A.B"); ok {
		t.Error("an empty table knows a code")
	}
}
