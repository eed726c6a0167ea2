package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

const templatesHead = `
## What a launch template holds

A template holds less than ` + "`RunInstances`" + ` takes, and clouds drop the rest without a word: setting a field with a dash is an
error of ` + "`LaunchTemplates.Create`" + ` and ` + "`CreateVersion`" + `, before anything is sent. Clouds that are not here have no templates.

`

// templates is the part of FIELDS.md about launch templates.
func templates(clients []*provider.Client) string {
	heads, tables := []string{"Field"}, []provider.Support(nil)
	for _, c := range clients {
		if s, ok := c.TemplateSupport(); ok {
			heads, tables = append(heads, title(c.Name())), append(tables, s)
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
