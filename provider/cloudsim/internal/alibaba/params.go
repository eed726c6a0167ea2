package alibaba

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

// Params reads the parameters of one call. It keeps the first refusal; after that the
// readers return zero values. So a handler reads all parameters and then checks err
// once.
type Params struct {
	Values map[string]string

	// missing and invalid return the product's codes for a missing parameter and for a
	// wrong one.
	Missing func(name string) *Refusal
	Invalid func(name string) *Refusal

	Refusal *Refusal
}

// Refuse records a refusal unless there is one already.
func (p *Params) Refuse(e *Refusal) {
	if p.Refusal == nil {
		p.Refusal = e
	}
}

// Bad refuses the value of a parameter and describes a good value.
func (p *Params) Bad(name, want string) {
	e := p.Invalid(name)
	e.Message += " Want " + want + "."
	p.Refuse(e)
}

// Text returns a parameter, "" when absent.
func (p *Params) Text(name string) string { return p.Values[name] }

// Has reports whether a parameter is present.
func (p *Params) Has(name string) bool { return p.Values[name] != "" }

// Required returns a parameter, and refuses its absence.
func (p *Params) Required(name string) string {
	if !p.Has(name) {
		p.Refuse(p.Missing(name))
	}
	return p.Text(name)
}

// Number returns an integer between lo and hi.
func (p *Params) Number(name string, absent, lo, hi int) int {
	if !p.Has(name) {
		return absent
	}
	n, err := strconv.Atoi(p.Text(name))
	if err != nil || n < lo || n > hi {
		p.Bad(name, fmt.Sprintf("an integer from %d to %d", lo, hi))
		return absent
	}
	return n
}

// OneOf checks that an integer is in a list; the parameter may be absent.
func (p *Params) OneOf(name string, allowed ...int) {
	if !p.Has(name) {
		return
	}
	n, err := strconv.Atoi(p.Text(name))
	if err != nil || !slices.Contains(allowed, n) {
		p.Bad(name, "one of "+fmt.Sprint(allowed))
	}
}

// Flag returns a boolean; "True" counts as well, as ENS documents it.
func (p *Params) Flag(name string) bool {
	switch strings.ToLower(p.Text(name)) {
	case "true":
		return true
	case "", "false":
		return false
	default:
		p.Bad(name, "true or false")
		return false
	}
}

// Choice returns one of the allowed values; absence means the first.
func (p *Params) Choice(name string, allowed ...string) string {
	s := p.Text(name)
	if s == "" {
		return allowed[0]
	}
	if !slices.Contains(allowed, s) {
		p.Bad(name, "one of "+strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	}
	return s
}

// Matching returns text of a given form.
func (p *Params) Matching(name string, form *regexp.Regexp, want string) string {
	s := p.Text(name)
	if s != "" && !form.MatchString(s) {
		p.Bad(name, want)
	}
	return s
}

// ID returns the ID of a resource. Every well-formed ID counts as existing.
func (p *Params) ID(name string) string { return p.Matching(name, idForm, "a well-formed ID") }

// idForm accepts many forms on purpose: letters, digits, the punctuation of image IDs,
// and the asterisks that hide a part of each ID in the vendor's examples.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/*-]{0,127}$`)

// List returns the values of name.1, name.2, ... up to name.most.
func (p *Params) List(name string, most int) []string {
	var out []string
	for _, n := range p.Indexes(name, most) {
		out = append(out, p.Text(name+"."+strconv.Itoa(n)))
	}
	return out
}

// Indexes returns the numbers N, in order, for which name.N or name.N.any is present.
// Numbers start at 1; a number above most is refused.
func (p *Params) Indexes(name string, most int) []int {
	var out []int
	for key := range p.Values {
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
			p.Bad(name, fmt.Sprintf("N from 1 to %d", most))
			continue
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// JSONFilter reads a JSON array of strings and returns a filter, which reports whether
// one of the values is in the array. Without the parameter all values pass; with an
// empty array none does.
func (p *Params) JSONFilter(name string) func(values ...string) bool {
	if !p.Has(name) {
		return func(...string) bool { return true }
	}
	var list []string
	if err := json.Unmarshal([]byte(p.Text(name)), &list); err != nil || len(list) > 100 {
		p.Bad(name, "a JSON array of at most 100 strings")
	}
	wanted := make(map[string]bool, len(list))
	for _, s := range list {
		wanted[s] = true
	}
	return func(values ...string) bool {
		return slices.ContainsFunc(values, func(s string) bool { return wanted[s] })
	}
}

// EqualFilter returns a filter that compares instances with the named parameters; have
// returns the value of an instance for a name.
func (p *Params) EqualFilter(names string, have func(name string,
	m *core.Instance) []string,
) func(*core.Instance) bool {
	var asked []string
	for _, name := range strings.Fields(names) {
		if p.Has(name) {
			asked = append(asked, name)
		}
	}
	return func(m *core.Instance) bool {
		for _, name := range asked {
			if !slices.Contains(have(name, m), p.Text(name)) {
				return false
			}
		}
		return true
	}
}

// Unsupported refuses filters that the simulator does not support, unless their value
// has no effect. If they were ignored, the list would be too long.
func (p *Params) Unsupported(names string, nothing ...string) {
	for _, name := range strings.Fields(names) {
		if p.Has(name) && !slices.Contains(nothing, p.Text(name)) {
			p.Refuse(Refuse(400, "UnsupportedParameter", `The simulator does not support the filter "`+name+`".`))
		}
	}
}

// Tags returns Tag.N.Key and Tag.N.Value.
func (p *Params) Tags(most int) map[string]string { return p.TagsOf("Tag", most) }

// TagsOf returns list.N.Key and list.N.Value.
func (p *Params) TagsOf(list string, most int) map[string]string {
	out := map[string]string{}
	for _, n := range p.Indexes(list, most) {
		prefix := fmt.Sprintf("%s.%d.", list, n)
		out[p.Required(prefix+"Key")] = p.Text(prefix + "Value")
	}
	return out
}

// GenericName replaces the numbers in a parameter's name: DataDisk.3.Size becomes
// DataDisk.n.Size, as in the vendor's tables of error codes.
func GenericName(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		if _, err := strconv.Atoi(part); err == nil {
			parts[i] = "n"
		}
	}
	return strings.Join(parts, ".")
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// UserData decodes UserData, which is Base64 for both products.
func (p *Params) UserData() (raw []byte, ok bool) {
	if !p.Has("UserData") {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(p.Text("UserData"))
	if err != nil {
		p.Bad("UserData", "Base64")
		return nil, false
	}
	return raw, true
}

// Decimal returns a number that may have a fraction.
func (p *Params) Decimal(name string) float64 {
	n, err := strconv.ParseFloat(p.Text(name), 64)
	if err != nil || n < 0 || n > 1e9 {
		p.Bad(name, "a number")
	}
	return n
}

// OneOrMany reads a filter in both its forms, Name=a and Name.1=a, and returns a
// function that reports whether a value passes. An ID without a resource is no error.
func (p *Params) OneOrMany(name string, most int) func(string) bool {
	wanted := p.List(name, most)
	if p.Has(name) {
		wanted = append(wanted, p.Text(name))
	}
	return func(s string) bool { return len(wanted) == 0 || slices.Contains(wanted, s) }
}

// Numbers reads a list of version numbers.
func (p *Params) Numbers(name string, most int) []int {
	var out []int
	for _, n := range p.Indexes(name, most) {
		out = append(out, p.Number(name+"."+strconv.Itoa(n), 0, 1, 1<<30))
	}
	return out
}
