package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheDemonstration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(&out); err != nil {
			t.Error(err)
		}
		if got := strings.Count(out.String(), "the worker is killed"); got != 2 {
			t.Errorf("the worker was killed %d times, want 2:\n%s", got, out.String())
		}
		if want := "12 instances ran on 4 clouds; 12 released; 0 left\n"; !strings.HasSuffix(out.String(), want) {
			t.Errorf("got\n%swant %q at the end", out.String(), want)
		}
	})
}
