package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestColoursAndColumnsAreKept(t *testing.T) {
	got := parse("云帆 \x1b[1;32mok\x1b[0m\x1b[2K end\nnext\n", 80, 10)
	want := []piece{
		{0, "云帆 ", 5, look{color: plain}}, {5, "ok", 2, look{color: 2, bold: true}}, {7, " end", 4, look{color: plain}},
	}
	if !slices.Equal(got[0], want) {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
	if len(got) != 2 {
		t.Errorf("%d lines, want 2", len(got))
	}
}

func TestALongLineIsCutBetweenCharacters(t *testing.T) {
	got := parse("ab云帆", 5, 10)
	if want := (piece{0, "ab云", 4, look{color: plain}}); got[0][0] != want {
		t.Errorf("got %+v, want %+v", got[0][0], want)
	}
}

// The generator works, with a command that every machine has which builds this module.
func TestAPictureOfACommand(t *testing.T) {
	out := filepath.Join(t.TempDir(), "picture.svg")
	var first string
	for range 2 {
		if err := run([]string{"-o", out, "-title", "a <title>", "--", "go", "env", "GOVERSION"}, io.Discard); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), ">go1.") {
			t.Errorf("the picture lacks the output:\n%s", text)
		}
		if first != "" && first != string(text) {
			t.Errorf("two pictures of one output differ")
		}
		first = string(text)
		wellFormed(t, first)
	}
}

func TestAWrongUseSaysHow(t *testing.T) {
	err := run([]string{"-o", "x.svg"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "usage: picture -o FILE -- COMMAND") {
		t.Errorf("got %v, want the usage", err)
	}
}

// The pictures of README are well-formed.
func TestThePicturesAreWellFormed(t *testing.T) {
	found, err := filepath.Glob("../../docs/pictures/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Error("no pictures found")
	}
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, string(text))
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

// Each picture that the command makes is there, both READMEs show it, and no other one is left over.
func TestEveryPictureIsMadeAndShown(t *testing.T) {
	found, err := filepath.Glob("../../docs/pictures/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(found), len(drawings()); got != want {
		t.Errorf("%d pictures in docs/pictures, want %d", got, want)
	}
	for _, d := range drawings() {
		for _, page := range []string{"README.md", "README.zh-CN.md"} {
			text, err := os.ReadFile(filepath.Join("../..", page))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), "](docs/pictures/"+d.name+".svg)") {
				t.Errorf("%s does not show docs/pictures/%s.svg", page, d.name)
			}
		}
	}
}

// A run that ends otherwise than it should makes no picture: it would show a failure.
func TestOnlyTheWantedExitStatusMakesAPicture(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module failing\n", "main.go": "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(3) }\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pictures := filepath.Join(root, "docs", "pictures")
	if err := os.MkdirAll(pictures, 0o700); err != nil {
		t.Fatal(err)
	}
	d := drawing{name: "failing", program: ".", title: "failing", columns: 80, exit: 2}
	if err := d.make(root, io.Discard); err == nil || !strings.Contains(err.Error(), "exit status 3, want 2") {
		t.Errorf("got %v, want an error that names both exit statuses", err)
	}
	if _, err := os.Stat(filepath.Join(pictures, "failing.svg")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a picture of a failure: %v", err)
	}
	d.exit = 3
	if err := d.make(root, io.Discard); err != nil {
		t.Errorf("got %v, want a picture of a run that ends as it should", err)
	}
}
