package keyform_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/keyform"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFaultsOfKeys(t *testing.T) {
	for value, want := range map[string]string{
		"":                 "",
		"LTAI5tKey":        "",
		"CAIS/gh+==_-.:@%": "",
		" \n":              "is blank",
		"half\nkey":        "holds a character that is not printed",
		"half\x00key":      "holds a character that is not printed",
		"key\n":            "has a line break at its end",
		"key\r\n":          "has a line break at its end",
		" key":             "has a blank at its beginning or end",
		"key\u00a0":        "has a blank at its beginning or end",
		"\ufeffkey":        "has a blank at its beginning or end",
		`ke"y"`:            "",
		`"`:                "",
		"ke y":             "",
		`"key"`:            "stands in quotation marks",
		"\u201ckey\u201d":  "stands in quotation marks",
	} {
		if got := keyform.Fault(value); got != want {
			t.Errorf("the fault of %q is %q, want %q", value, got, want)
		}
	}
}
