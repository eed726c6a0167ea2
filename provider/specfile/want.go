package specfile

import (
	"math"
	"reflect"
	"regexp"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// Want says in a file what an instance must have, for programs that let [catalog.Catalog.Candidates]
// choose the type. It is a field of a form of the program's own: see [Decode].
//
//	type:
//	  cpus: ">=2"
//	  memoryGiB: 4..16
//	  arch: x86_64
//	  gpus: 1
//	  maxPrice: "0.9"
//	  order: price
//	  prefer: [ecs.g7, ecs.c7.large]
//
// Every field narrows the choice; {} takes any type. Numbers are those of a [Range].
type Want struct {
	CPUs      Range[int]
	MemoryGiB Range[float64]
	Arch      catalog.Arch
	GPUs      Range[float64] // at least: without a Max
	GPUModel  string

	// MaxPrice is the highest price of one instance: see [catalog.Want].
	MaxPrice string

	Order  catalog.Order
	Prefer []string // types and families, the best one first
	Zones  []string // the only ones that may be chosen

	// Subnets are the subnets by zone: see [catalog.Want].
	Subnets map[string]string
}

// Range is a number between bounds, both included. Zero is no bound. A file has it as a text or as a
// number:
//
//	">=4"    at least 4. YAML needs the quotes
//	4        the same
//	4..8     from 4 to 8
//	"<=8"    at most 8
//	"=4"     4 exactly
type Range[N int | float64] struct{ Min, Max N }

// Check adds the problems of a want that is at a path of a document, as far as a file shows them.
func (w *Want) Check(doc *Document, path string) {
	if w.GPUs.Max > 0 {
		doc.Refuse(fieldPath(path, "gpus"), `has a highest number, which cannot be wanted: write the least, such as ">=1"`)
	}
	if w.MaxPrice != "" && !priceForm.MatchString(w.MaxPrice) {
		doc.Refuse(fieldPath(path, "maxPrice"), `%s: must be a decimal number, such as "0.86"`, shown(w.MaxPrice))
	}
	for i, zone := range w.Zones {
		if _, has := w.Subnets[zone]; len(w.Subnets) > 0 && !has {
			doc.Refuse(itemPath(fieldPath(path, "zones"), i), "%s has no subnet in subnets", shown(zone))
		}
	}
}

// priceForm is that of prices in all answers: no sign, no exponent.
var priceForm = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// Catalog returns the want as the catalog takes it. Memory in GiB becomes MiB: a lower bound is
// rounded up, and a higher one down.
func (w *Want) Catalog() catalog.Want {
	const mib = 1 << 10
	return catalog.Want{
		CPUs: w.CPUs.Min, MaxCPUs: w.CPUs.Max,
		MemoryMiB: int(math.Ceil(w.MemoryGiB.Min * mib)), MaxMemoryMiB: int(math.Floor(w.MemoryGiB.Max * mib)),
		Arch: w.Arch, GPUs: w.GPUs.Min, GPUModel: w.GPUModel,
		MaxPrice: w.MaxPrice, Order: w.Order, Prefer: w.Prefer, Zones: w.Zones, Subnets: w.Subnets,
	}
}

// ParseWant reads a want from one line, for flags: fields of [Want] with the names of files, with
// commas between.
//
//	cpus>=2,memoryGiB=4..16,arch=x86_64,maxPrice=0.9,prefer=ecs.g7,prefer=ecs.c7
//
// A list has one item for each time that it is named. The error is [Errors].
func ParseWant(text string) (*Want, error) {
	p := &problems{}
	d := &decoder{problems: p, form: reflect.TypeFor[Want](), places: map[string]place{}, known: map[reflect.Type][]field{}}
	root := &node{kind: fieldsNode}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := cutOperator(part)
		if !ok {
			p.add(place{}, "", "%s is not a name with a value: write cpus>=2 or arch=x86_64", shown(part))
			continue
		}
		d.putWanted(root, name, value)
	}
	w := &Want{}
	d.value("", root, reflect.ValueOf(w).Elem())
	doc := &Document{problems: p, places: d.places}
	w.Check(doc, "")
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return w, nil
}

// cutOperator parts "cpus>=2" into its name and the value as files have it: ">=2". An equal sign
// belongs to the value only where it is that of a range.
func cutOperator(part string) (name, value string, ok bool) {
	at := strings.IndexAny(part, "<>=")
	if at < 1 {
		return "", "", false
	}
	return strings.TrimSpace(part[:at]), strings.TrimSpace(part[at:]), true
}

// putWanted adds a value to the tree of a want.
func (d *decoder) putWanted(root *node, name, value string) {
	f, _ := fieldNamed(d.fieldsOf(d.form), name)
	n := &node{kind: textNode, text: value}
	if f.typ == nil {
		root.put(name, n)
		return
	}
	rest := strings.TrimPrefix(value, "=")
	switch {
	case !isRange(f.typ), spanForm.MatchString(rest):
		n.text = rest
	}
	switch list := root.find(name); {
	case f.typ.Kind() != reflect.Slice:
		root.put(name, n)
	case list == nil:
		root.put(name, &node{kind: listNode, items: []*node{n}})
	default:
		list.items = append(list.items, n)
	}
}
