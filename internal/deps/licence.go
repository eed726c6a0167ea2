package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// module is a module of the build list and the directory of its source.
type module struct{ path, dir string }

func parseModules(list string) (modules []module) {
	for line := range strings.Lines(list) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			modules = append(modules, module{path, dir})
		}
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return slices.Compact(modules)
}

// licences are those a dependency may have, with sentences that only their text has. Each of
// them lets a program of any licence link the module.
var licences = []struct {
	name string
	has  []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
	{"Apache-2.0", []string{"Licensed under the Apache License, Version 2.0"}}, // a notice alone
	{"MIT", []string{"Permission is hereby granted, free of charge", "sublicense, and/or sell"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "endorse or promote products"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms", "this list of conditions"}},
	{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose"}},
}

// licenceOf returns the licence of a text, or "" when it is not one of the list.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, l := range licences {
		if !slices.ContainsFunc(l.has, func(s string) bool { return !strings.Contains(text, s) }) {
			return l.name
		}
	}
	return ""
}

// licence returns the licence of a module.
func (m module) licence() (string, error) {
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING"} {
		text, err := os.ReadFile(filepath.Join(m.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if l := licenceOf(string(text)); l != "" {
			return l, nil
		}
		return "", fmt.Errorf("%s: the text of %s is none of the licences that are allowed", m.path, name)
	}
	return "", fmt.Errorf("%s has no licence file", m.path)
}

// listing is the page. It names no versions, so that an update of a dependency changes it only
// when a licence changes.
func listing(modules []module) (string, error) {
	var b strings.Builder
	b.WriteString("# Licences of dependencies\n\n" +
		"Made by `go run ./internal/deps`; do not edit. These modules are linked into programs that import the library, each only\n" +
		"by the packages that need it. Tests and example modules have more. Yunfan itself has the [Apache License 2.0](LICENSE).\n\n" +
		"| Module | Licence |\n|---|---|\n")
	var problems []error
	for _, m := range modules {
		l, err := m.licence()
		problems = append(problems, err)
		fmt.Fprintf(&b, "| `%s` | %s |\n", m.path, l)
	}
	return b.String(), errors.Join(problems...)
}
