package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"example.com/fifthcloud/fifth"
)

func TestRunLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var out strings.Builder
		if err := run(t.Context(), &out, cloud, fifth.Config{Transport: cloud.Transport()}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"created ", "running ", "released 3, 0 left\n"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, out.String())
			}
		}
	})
}
