// Command docgen writes FIELDS.md and ERRORS.md from the adapters' own tables
// and from the parameters of the vendors' documents, and the schemas of packages specfile and
// clouds from the types of specs and accounts.
//
//	go run ./internal/docgen          # writes the files
//	go run ./internal/docgen -check   # fails when they are stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

// run writes or checks every generated file.
func run(root string, check bool) error {
	clients, err := clients()
	if err != nil {
		return err
	}
	more, err := parameters(clients)
	if err != nil {
		return err
	}
	calls, err := reference()
	if err != nil {
		return err
	}
	codes, err := errorsPage(clients)
	if err != nil {
		return err
	}
	specs, accounts, err := schemas()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"FIELDS.md": fields(clients) + templates(clients) + more + calls, "ERRORS.md": codes,
		specSchema: specs, accountSchema: accounts,
	} {
		path := filepath.Join(root, name)
		if !check {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, []byte(text)) {
			return fmt.Errorf("%s is stale: run go run ./internal/docgen", name)
		}
	}
	return nil
}

// clients builds one client of each adapter. Nothing is sent.
func clients() ([]*provider.Client, error) {
	var out []*provider.Client
	for _, cloud := range clouds.All() {
		c, err := cloud.New(clouds.Config{})
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
