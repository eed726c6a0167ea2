package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
)

const parametersHead = `
## Which field sets which parameter

For those who come from a vendor's document: every request parameter it lists, and the field that sets it. The tests of
` + "`internal/seeds`" + ` send each of them, by the field named first. ` + "`RunOptions`" + ` are those of the cloud's own package, for ` + "`RunInstancesSpec.Vendor`" + `.
What a vendor has added since goes through ` + "`RunOptions.Params`" + ` where no field has it.
`

// parameters is the second part of FIELDS.md.
func parameters(clients []*provider.Client) (string, error) {
	var b strings.Builder
	b.WriteString(parametersHead)
	for _, c := range clients {
		list, err := seeds.Parameters(c.Name())
		if err != nil {
			return "", err
		}
		parametersOf(&b, c.Support(), list)
	}
	return b.String(), nil
}

// parametersOf writes the tables of one cloud's documents, and below them what the
// SDK sets.
func parametersOf(b *strings.Builder, support provider.Support, list []seeds.Parameter) {
	set := map[string]seeds.Setting{}
	for _, s := range seeds.Settings(support.Driver()) {
		set[s.Param] = s
	}
	var protocol []string
	document := ""
	for _, p := range list {
		if p.System {
			if !slices.Contains(protocol, code(p.Name)) { // two documents may have it
				protocol = append(protocol, code(p.Name))
			}
			continue
		}
		if p.Document != document {
			document = p.Document
			fmt.Fprintf(b, "\n### %s\n\n", document)
			b.WriteString(line([]string{"Parameter", "Required", "Example", "Field"}) + "|---|---|---|---|\n")
		}
		b.WriteString(line([]string{code(p.Name), required(p), example(p), fieldsOf(set[p.Name], support)}))
	}
	if len(protocol) > 0 {
		fmt.Fprintf(b, "\nSet by the SDK for every call: %s.\n", strings.Join(protocol, ", "))
	}
}

func required(p seeds.Parameter) string {
	if p.Required {
		return "yes"
	}
	return ""
}

func example(p seeds.Parameter) string {
	if p.Example == "" {
		return ""
	}
	return code(p.Example)
}

// fieldsOf names the field that the tests set, then every other one that the
// support table maps to the parameter.
func fieldsOf(s seeds.Setting, support provider.Support) string {
	if s.Gap != "" {
		return "`RunOptions.Params` only: " + s.Gap
	}
	path, _, _ := strings.Cut(s.Field, "[FinanceDept]") // the key of an example
	paths := []string{code(path)}
	for _, f := range support.Fields() {
		if f.Path != path && slices.Contains(strings.Split(f.Param, " / "), s.Param) {
			paths = append(paths, code(f.Path))
		}
	}
	return strings.Join(paths, ", ")
}
