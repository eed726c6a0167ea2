// Command picture runs programs and draws what they print as SVG pictures of a terminal. In the root
// of the repository
//
//	go run ./internal/picture
//
// makes the pictures of the pages, docs/pictures/*.svg, from runs of the programs. This one makes a
// picture of any other command:
//
//	go run ./internal/picture -o FILE -- COMMAND [ARGUMENT ...]
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

// highest is how many lines a picture has at most, unless a flag says so.
const highest = 60

// run is the whole program.
func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("picture", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "", "`file` that the picture is written to")
	columns := flags.Int("columns", 100, "width of the terminal; longer lines are cut")
	lines := flags.Int("lines", highest, "height of the terminal; further lines are left out")
	title := flags.String("title", "", "what the title bar says; the command itself when empty")
	if err := flags.Parse(args); err != nil {
		return err
	}
	command := flags.Args()
	if len(args) == 0 {
		return drawAll(".", stderr)
	}
	if *out == "" || len(command) == 0 {
		return errors.New("usage: picture -o FILE -- COMMAND [ARGUMENT ...]; or without arguments, for the pictures of the pages")
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
	return write(*out, *title, string(text), *columns, *lines)
}

// write draws a text into a file.
func write(path, title, text string, columns, lines int) error {
	picture := draw(title, parse(text, columns, lines), columns)
	return os.WriteFile(path, []byte(picture), 0o644) //nolint:gosec // for everybody to see
}
