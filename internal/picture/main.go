// Command picture runs a command and draws what it prints as an SVG picture of a terminal. The
// pictures of README are made by
//
//	go run ./internal/picture -o docs/pictures/quickstart.svg -- go run ./examples/quickstart -seed 1
//
// Colours of the output are kept; Chinese takes two columns. The picture has the same bytes for
// the same output.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

// run is the whole program.
func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("picture", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "", "`file` that the picture is written to")
	columns := flags.Int("columns", 100, "width of the terminal; longer lines are cut")
	lines := flags.Int("lines", 60, "height of the terminal; further lines are left out")
	title := flags.String("title", "", "what the title bar says; the command itself when empty")
	if err := flags.Parse(args); err != nil {
		return err
	}
	command := flags.Args()
	if *out == "" || len(command) == 0 {
		return errors.New("usage: picture -o FILE -- COMMAND [ARGUMENT ...]")
	}
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...) //nolint:gosec // the caller's own command
	cmd.Stderr = stderr
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	if *title == "" {
		*title = strings.Join(command, " ")
	}
	screen := parse(string(text), *columns, *lines)
	return os.WriteFile(*out, []byte(draw(*title, screen, *columns)), 0o644) //nolint:gosec // for everybody to see
}
