package main

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
)

const referenceHead = `
## Which argument sets which parameter of templates and deployment sets

The same for the launch templates and deployment sets of ECS: the argument, by its type or its name, of the method above
the table. ` + "`RunOptions`" + ` go into ` + "`launchtemplate.Spec.Spec.Vendor`" + `, ` + "`TemplateOptions`" + ` into ` + "`launchtemplate.Spec.Vendor`" + `, ` + "`PlacementOptions`" + `
into ` + "`placement.Spec.Vendor`" + `. The examples are those of the reference; some are no values that the cloud takes.
Security groups are better given by ` + "`Network.SecurityGroupIDs`" + ` and ` + "`Network.Interfaces[].SecurityGroupIDs`" + `, which become the lists of newer references.
`

// reference is the part of FIELDS.md about the ECS reference.
func reference() (string, error) {
	list, err := seeds.Reference()
	if err != nil {
		return "", err
	}
	set := map[string]seeds.Setting{}
	for _, s := range seeds.ReferenceSettings() {
		set[s.Action+" "+s.Param] = s
	}
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, call := range seeds.Calls() {
		fmt.Fprintf(&b, "\n### %s by %s\n\n", call[0], code(call[1]))
		if real := seeds.SentAs(call[0]); real != call[0] {
			fmt.Fprintf(&b, "The action's real name, which is sent, is %s.\n\n", code(real))
		}
		b.WriteString(line([]string{"Parameter", "Required", "Example", "Argument"}) + "|---|---|---|---|\n")
		for _, p := range list {
			if p.Action == call[0] && !p.System {
				b.WriteString(line([]string{code(p.Name), required(p), example(p), argument(set[p.Action+" "+p.Name])}))
			}
		}
	}
	var protocol []string
	for _, p := range list {
		if p.Action == "" {
			protocol = append(protocol, code(p.Name))
		}
	}
	fmt.Fprintf(&b, "\nSet by the SDK for every call: %s.\n", strings.Join(protocol, ", "))
	return b.String(), nil
}

// argument names what sets a parameter, or why no argument does.
func argument(s seeds.Setting) string {
	if s.Gap != "" {
		return s.Gap
	}
	path, _, _ := strings.Cut(s.Field, "[team]") // the keys of examples
	path, _, _ = strings.Cut(path, "[ss]")
	text := code(path)
	if s.As != "" {
		text += ", which is sent as " + code(s.As)
	}
	if s.False != "" {
		option, _, _ := strings.Cut(s.False, "=")
		text += "; false goes out with " + code(option)
	}
	return text
}
