package main

import (
	"bytes"
	"strings"
	"testing"
)

// The program runs as its README says. With the limiter nothing is refused.
func TestTheProgram(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-for", "1s", "-processes", "4"}, &out, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4:\n%s", len(lines), &out)
	}
	if strings.HasSuffix(lines[1], "; 0 refused") {
		t.Errorf("got %q, want some refused", lines[1])
	}
	if !strings.HasSuffix(lines[3], "; 0 refused") {
		t.Errorf("got %q, want 0 refused", lines[3])
	}
}
