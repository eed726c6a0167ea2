package main

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The picture of a plan in README shows what plan prints today. The command go run ./internal/picture
// in the root of the repository makes it again.
func TestThePictureShowsThisPlan(t *testing.T) {
	pictures, err := filepath.Abs("../../docs/pictures")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(pictures)
	t.Setenv("COLUMNS", "88")
	t.Setenv("SHOP_PASSWORD", "Passw0rd-1234")
	picture, err := os.ReadFile("plan.svg")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	state := filepath.Join(t.TempDir(), "state")
	args := []string{"plan", "-f", "plan.yaml", "-s", state}
	if code := run(t.Context(), args, streams{strings.NewReader(""), &out, &out}); code != exitUsage {
		t.Fatalf("plan ended with %d, want %d:\n%s", code, exitUsage, out.String())
	}
	for line := range strings.Lines(out.String()) {
		text := html.EscapeString(strings.TrimSpace(line))
		shown := text == "" || strings.Contains(string(picture), ">"+text+"<")
		if !shown {
			t.Errorf("docs/pictures/plan.svg lacks the line %q", text)
		}
	}
}
