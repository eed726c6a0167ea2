package cloudsim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// aliParams reads the parameters of one call. The first refusal sticks and the
// readers go on with zero values, so that a handler reads everything and asks
// once, with err.
type aliParams struct {
	values map[string]string

	// missing and invalid name the product's codes for a parameter that is not
	// there and for one that is wrong.
	missing func(name string) *aliError
	invalid func(name string) *aliError

	Refusal *aliError
}

// refuse records a refusal unless there is one already.
func (p *aliParams) refuse(e *aliError) {
	if p.Refusal == nil {
		p.Refusal = e
	}
}

// bad refuses the value of a parameter, saying what would have been good.
func (p *aliParams) bad(name, want string) {
	e := p.invalid(name)
	e.message += " Want " + want + "."
	p.refuse(e)
}

// text returns a parameter, "" when absent.
func (p *aliParams) text(name string) string { return p.values[name] }

func (p *aliParams) has(name string) bool { return p.values[name] != "" }

// required is text that refuses absence.
func (p *aliParams) required(name string) string {
	if !p.has(name) {
		p.refuse(p.missing(name))
	}
	return p.text(name)
}

// number returns an integer between lo and hi.
func (p *aliParams) number(name string, absent, lo, hi int) int {
	if !p.has(name) {
		return absent
	}
	n, err := strconv.Atoi(p.text(name))
	if err != nil || n < lo || n > hi {
		p.bad(name, fmt.Sprintf("an integer from %d to %d", lo, hi))
		return absent
	}
	return n
}

// oneOf checks an integer out of a list; absence is fine.
func (p *aliParams) oneOf(name string, allowed ...int) {
	if !p.has(name) {
		return
	}
	n, err := strconv.Atoi(p.text(name))
	if err != nil || !slices.Contains(allowed, n) {
		p.bad(name, "one of "+fmt.Sprint(allowed))
	}
}

// flag returns a boolean; "True" counts as well, as ENS documents it.
func (p *aliParams) flag(name string) bool {
	switch strings.ToLower(p.text(name)) {
	case "true":
		return true
	case "", "false":
		return false
	default:
		p.bad(name, "true or false")
		return false
	}
}

// choice returns one of the allowed values; absence means the first.
func (p *aliParams) choice(name string, allowed ...string) string {
	s := p.text(name)
	if s == "" {
		return allowed[0]
	}
	if !slices.Contains(allowed, s) {
		p.bad(name, "one of "+strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	}
	return s
}

// matching returns text of a given form.
func (p *aliParams) matching(name string, form *regexp.Regexp, want string) string {
	s := p.text(name)
	if s != "" && !form.MatchString(s) {
		p.bad(name, want)
	}
	return s
}

// id returns the ID of a resource. Every well-formed one exists.
func (p *aliParams) id(name string) string { return p.matching(name, aliID, "a well-formed ID") }

// aliID is wide on purpose: letters, digits, the punctuation of image IDs, and
// the asterisks that hide a part of every ID in the vendor's examples.
var aliID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/*-]{0,127}$`)

// list returns the values of name.1, name.2, ... up to name.most.
func (p *aliParams) list(name string, most int) []string {
	var out []string
	for _, n := range p.indexes(name, most) {
		out = append(out, p.text(name+"."+strconv.Itoa(n)))
	}
	return out
}

// indexes returns the numbers N, ascending, for which name.N or name.N.any is
// there. Numbers start at 1; one past most is refused.
func (p *aliParams) indexes(name string, most int) []int {
	var out []int
	for key := range p.values {
		rest, ok := strings.CutPrefix(key, name+".")
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(digits)
		if err != nil || slices.Contains(out, n) {
			continue
		}
		if n < 1 || n > most {
			p.bad(name, fmt.Sprintf("N from 1 to %d", most))
			continue
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// jsonFilter reads a JSON array of strings and tells of lists of values
// whether one of them is in it. Without the parameter everything passes; an
// empty array lets nothing pass.
func (p *aliParams) jsonFilter(name string) func(values ...string) bool {
	if !p.has(name) {
		return func(...string) bool { return true }
	}
	var list []string
	if err := json.Unmarshal([]byte(p.text(name)), &list); err != nil || len(list) > 100 {
		p.bad(name, "a JSON array of at most 100 strings")
	}
	wanted := make(map[string]bool, len(list))
	for _, s := range list {
		wanted[s] = true
	}
	return func(values ...string) bool {
		return slices.ContainsFunc(values, func(s string) bool { return wanted[s] })
	}
}

// equalFilter tells whether machines have the values asked for by any of the
// named parameters; have returns what a machine has under a name.
func (p *aliParams) equalFilter(names string, have func(name string, m *core.Instance) []string) func(*core.Instance) bool {
	var asked []string
	for _, name := range strings.Fields(names) {
		if p.has(name) {
			asked = append(asked, name)
		}
	}
	return func(m *core.Instance) bool {
		for _, name := range asked {
			if !slices.Contains(have(name, m), p.text(name)) {
				return false
			}
		}
		return true
	}
}

// unsupported refuses filters that the simulator does not know, unless their
// value means nothing. Ignoring them would list too much.
func (p *aliParams) unsupported(names string, nothing ...string) {
	for _, name := range strings.Fields(names) {
		if p.has(name) && !slices.Contains(nothing, p.text(name)) {
			p.refuse(aliRefusal(400, "UnsupportedParameter", `The simulator does not support the filter "`+name+`".`))
		}
	}
}

// tags returns Tag.N.Key and Tag.N.Value.
func (p *aliParams) tags(most int) map[string]string { return p.tagsOf("Tag", most) }

// tagsOf returns list.N.Key and list.N.Value.
func (p *aliParams) tagsOf(list string, most int) map[string]string {
	out := map[string]string{}
	for _, n := range p.indexes(list, most) {
		prefix := fmt.Sprintf("%s.%d.", list, n)
		out[p.required(prefix+"Key")] = p.text(prefix + "Value")
	}
	return out
}

// aliGeneric replaces the numbers of a parameter's name: DataDisk.3.Size is
// DataDisk.n.Size, as the vendor's tables of error codes have it.
func aliGeneric(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		if _, err := strconv.Atoi(part); err == nil {
			parts[i] = "n"
		}
	}
	return strings.Join(parts, ".")
}

func aliSortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// userData decodes UserData, which both products want in Base64.
func (p *aliParams) userData() (raw []byte, ok bool) {
	if !p.has("UserData") {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(p.text("UserData"))
	if err != nil {
		p.bad("UserData", "Base64")
		return nil, false
	}
	return raw, true
}

// decimal returns a number that may have a fraction.
func (p *aliParams) decimal(name string) float64 {
	n, err := strconv.ParseFloat(p.text(name), 64)
	if err != nil || n < 0 || n > 1e9 {
		p.bad(name, "a number")
	}
	return n
}

// oneOrMany reads a filter in both its forms, Name=a and Name.1=a, and tells of
// a value whether it passes. An ID that does not exist is no error.
func (p *aliParams) oneOrMany(name string, most int) func(string) bool {
	wanted := p.list(name, most)
	if p.has(name) {
		wanted = append(wanted, p.text(name))
	}
	return func(s string) bool { return len(wanted) == 0 || slices.Contains(wanted, s) }
}

// numbers reads a list of version numbers.
func (p *aliParams) numbers(name string, most int) []int {
	var out []int
	for _, n := range p.indexes(name, most) {
		out = append(out, p.number(name+"."+strconv.Itoa(n), 0, 1, 1<<30))
	}
	return out
}
