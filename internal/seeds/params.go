package seeds

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed params_*.json testdata/params_002.json testdata/error_codes.tsv
var lists embed.FS

// Parameter is a request parameter as its document has it.
type Parameter struct {
	Name     string `json:"name"` // N or n stands for an index
	Type     string `json:"type"` // in the document's own words
	Required bool   `json:"required"`
	Example  string `json:"example"` // "" when the document has none
	Limits   string `json:"limits"`
	System   bool   `json:"system"` // of the protocol: the SDK sets it for every call
	Document string `json:"-"`
	Action   string `json:"-"` // of the ECS reference; "" in lists of one call, and for parameters of every call
}

// document is a part of a list.
type document struct {
	Document   string      `json:"document"`
	Action     string      `json:"action"`
	Parameters []Parameter `json:"parameters"`
}

// Drivers returns the names of the drivers that have a list, in the order of
// the documentation.
func Drivers() []string { return []string{"aliyun", "ens", "tencent", "qingcloud"} }

// Parameters returns the list of a driver, in the order of its documents.
func Parameters(driver string) ([]Parameter, error) {
	return read("params_" + strings.NewReplacer("aliyun", "ecs", "tencent", "cvm").Replace(driver) + ".json")
}

// Reference returns the parameters of launch templates and deployment sets, and
// those of every call, from the API reference of ECS. It marks many a value in
// its answers alone, which is the example here where it has no better one.
func Reference() ([]Parameter, error) { return read("testdata/params_002.json") }

func read(name string) ([]Parameter, error) {
	text, err := lists.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var docs []document
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&docs); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []Parameter
	for _, d := range docs {
		for _, p := range d.Parameters {
			p.Document, p.Action = d.Document, d.Action
			out = append(out, p)
		}
	}
	return out, nil
}

// Structured reports whether a parameter is only a name for its members, so that
// it has no value of its own.
func (p Parameter) Structured() bool {
	plain := []string{"string", "integer", "long", "float", "boolean", "repeatlist", "array of string"}
	return !slices.Contains(plain, strings.ToLower(p.Type))
}

var index = regexp.MustCompile(`\\\.[Nn](\\\.|$)`)

// Matches reports whether a name on the wire is the parameter, with whatever
// index. The members of a structured parameter are the parameter as well.
func (p Parameter) Matches(wire string) bool {
	pattern := index.ReplaceAllString(regexp.QuoteMeta(p.Name), `\.[0-9]+$1`)
	if p.Structured() {
		pattern += `(\..+)?`
	}
	return regexp.MustCompile("^" + pattern + "$").MatchString(wire)
}
