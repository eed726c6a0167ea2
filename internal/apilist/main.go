// Command apilist writes the exported API of every public package into the folder api, one line
// for each name, field and method, in the form of Go's own api/go1.txt. The folder is the last
// accepted state: a change of the API shows as a change of these files in a review.
//
//	go run ./internal/apilist          # shows what differs from the folder
//	go run ./internal/apilist -check   # shows it, and fails when anything differs
//	go run ./internal/apilist -update  # accepts the present state
//
// A line that is gone may break programs: a name was removed, or its type, its value or the
// methods of its interface changed. A new line breaks none. CONTRIBUTING.md has the policy.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "fail when the API differs from the folder api")
	update := flag.Bool("update", false, "rewrite the folder api")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *root, *check, *update); err != nil {
		fmt.Fprintln(os.Stderr, "apilist:", err)
		os.Exit(1)
	}
}

var errDiffers = errors.New("the exported API differs from the folder api: if that is meant, run " +
	"go run ./internal/apilist -update and give each break a line in CHANGELOG.md")

// run compares the API with the folder api, or rewrites the folder.
func run(ctx context.Context, out io.Writer, root string, check, update bool) error {
	now, err := present(ctx, root)
	if err != nil {
		return err
	}
	folder := filepath.Join(root, "api")
	if update {
		return write(folder, now)
	}
	accepted, err := read(folder)
	if err != nil {
		return err
	}
	text := differences(accepted, now)
	if _, err := io.WriteString(out, text); err != nil {
		return err
	}
	if check && text != "" {
		return errDiffers
	}
	return nil
}

// apis are the lines of packages, by the name of their file.
type apis map[string][]string

// read returns what the folder holds. A folder that does not exist is empty.
func read(folder string) (apis, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return nil, err
	}
	found := apis{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		found[filepath.Base(path)] = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	return found, nil
}

// write makes the folder hold these files and no others.
func write(folder string, now apis) error {
	old, err := read(folder)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name := range old {
		if now[name] == nil {
			if err := os.Remove(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	for name, lines := range now {
		text := strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// differences returns what differs, as text; "" when nothing does.
func differences(accepted, now apis) string {
	var out strings.Builder
	all := maps.Clone(accepted)
	maps.Copy(all, now)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		gone, added := minus(accepted[name], now[name]), minus(now[name], accepted[name])
		if len(gone)+len(added) == 0 {
			continue
		}
		fmt.Fprintf(&out, "%s: %d lines may break programs, %d lines are new\n", name, len(gone), len(added))
		for _, line := range gone {
			out.WriteString("- " + line + "\n")
		}
		for _, line := range added {
			out.WriteString("+ " + line + "\n")
		}
	}
	return out.String()
}

// minus returns the lines of a that b lacks.
func minus(a, b []string) (out []string) {
	has := make(map[string]bool, len(b))
	for _, line := range b {
		has[line] = true
	}
	for _, line := range a {
		if !has[line] {
			out = append(out, line)
		}
	}
	return out
}
