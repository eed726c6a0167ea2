package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheDemonstrationMakesThreeAndLeavesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := demonstrate(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.HasSuffix(got, "\n3 of 3 ready; 0 left\n") {
			t.Errorf("it said\n%s\nwant that three were ready and none is left", got)
		}
	})
}
