package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

const templatesHead = `
## What a launch template holds

A template holds less than ` + "`RunInstances`" + ` takes, and clouds drop the rest without a word: setting a field with a dash is an
error of ` + "`Create` and `CreateVersion` of package `launchtemplate`" + `, before anything is sent. Clouds that are not here have no templates.

`

// templates is the part of FIELDS.md about launch templates.
func templates(clients []*provider.Client) string {
	heads, tables := []string{"Field"}, []provider.Support(nil)
	for _, c := range clients {
		if l, err := launchtemplate.Of(c); err == nil {
			heads, tables = append(heads, title(c.Name())), append(tables, l.Support())
		}
	}
	var b strings.Builder
	b.WriteString(templatesHead)
	b.WriteString(line(heads) + "|" + strings.Repeat("---|", len(heads)) + "\n")
	for _, path := range provider.Leaves() {
		cells := []string{code(path)}
		for _, s := range tables {
			cells = append(cells, cell(s.Field(path)))
		}
		b.WriteString(line(cells))
	}
	for _, s := range tables {
		fmt.Fprintf(&b, "\n### Refused by templates of %s\n\n", title(s.Driver()))
		for _, path := range provider.Leaves() {
			if f := s.Field(path); f.Param == "" {
				fmt.Fprintf(&b, "- %s: %s\n", code(path), f.Reason)
			}
		}
	}
	return b.String()
}
