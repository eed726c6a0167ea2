package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// drawing is a picture of the pages, and the run of a program of this repository that it shows.
type drawing struct {
	name    string   // the picture is docs/pictures/NAME.svg
	program string   // folder of the program
	title   string   // what a reader types to see the same
	args    []string // the program runs in docs/pictures
	env     []string
	columns int
	exit    int // exit status that the run ends with
}

// drawings returns the pictures of the pages. The plan ends with 2, because it shows a refusal too.
func drawings() []drawing {
	return []drawing{
		{
			name: "quickstart", program: "examples/quickstart", title: "go run ./examples/quickstart -seed 1",
			args: []string{"-seed", "1"}, columns: 100,
		},
		{
			name: "plan", program: "examples/provision", title: "provision plan -f plan.yaml",
			args: []string{"plan", "-f", "plan.yaml"}, env: []string{"SHOP_PASSWORD=Passw0rd-1234"}, columns: 88, exit: 2,
		},
	}
}

// drawAll makes the pictures of the pages, in the repository whose root is given.
func drawAll(root string, stderr io.Writer) error {
	for _, d := range drawings() {
		if err := d.make(root, stderr); err != nil {
			return err
		}
	}
	return nil
}

// make builds the program, runs it and draws what it prints.
func (d drawing) make(root string, stderr io.Writer) error {
	work, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	program := filepath.Join(work, d.name)
	build := exec.CommandContext(context.Background(), "go", "build", "-o", program, ".") //nolint:gosec // a program of this repository
	build.Dir, build.Stderr = filepath.Join(root, d.program), stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build of %s: %w", d.program, err)
	}
	pictures := filepath.Join(root, "docs", "pictures")
	cmd := exec.CommandContext(context.Background(), program, d.args...) //nolint:gosec // the program built above
	cmd.Dir, cmd.Stderr = pictures, stderr
	cmd.Env = append(append(os.Environ(), "COLUMNS="+strconv.Itoa(d.columns)), d.env...)
	text, err := cmd.Output()
	if err := ended(err, d.exit); err != nil {
		return fmt.Errorf("%s: %w", d.title, err)
	}
	return write(filepath.Join(pictures, d.name+".svg"), d.title, string(text), d.columns, highest)
}

// ended returns an error unless a command ended with an exit status.
func ended(err error, want int) error {
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return err
	}
	if got != want {
		return fmt.Errorf("ended with exit status %d, want %d", got, want)
	}
	return nil
}
