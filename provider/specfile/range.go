package specfile

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Types of ranges.
var (
	wholeRange   = reflect.TypeFor[Range[int]]()
	decimalRange = reflect.TypeFor[Range[float64]]()
)

func isRange(t reflect.Type) bool { return t == wholeRange || t == decimalRange }

// numberText is a number inside of a range.
const numberText = `((?:0|[1-9][0-9]*)(?:\.[0-9]+)?)`

var (
	boundForm = regexp.MustCompile(`^(>=|<=|=|) *` + numberText + `$`)
	spanForm  = regexp.MustCompile(`^` + numberText + ` *\.\. *` + numberText + `$`)
)

// rangeHelp says how a range is written.
const rangeHelp = `write ">=4", 4..8, "<=8", "=4", or 4 for at least 4`

// setRange sets a range, or returns why not.
func setRange(n *node, v reflect.Value) string {
	least, most, reason := bounds(n)
	switch {
	case reason != "":
		return reason
	case most != "" && number(most) == 0:
		return shown(n.text) + " leaves nothing: a highest number of 0 is no bound"
	case most != "" && number(least) > number(most):
		return shown(n.text) + ": the least number is above the highest"
	}
	for i, text := range []string{least, most} {
		if text == "" {
			continue
		}
		number := &node{kind: numberNode, text: text}
		set := setFloat
		if v.Type() == wholeRange {
			set = setInt
		}
		if reason := set(number, v.Field(i)); reason != "" {
			return reason
		}
	}
	return ""
}

// bounds returns the numbers of a range; "" where there is none.
func bounds(n *node) (least, most, reason string) {
	text := strings.TrimSpace(n.text)
	if span := spanForm.FindStringSubmatch(text); span != nil {
		return span[1], span[2], ""
	}
	bound := boundForm.FindStringSubmatch(text)
	known := n.kind == numberNode || n.kind == textNode
	if bound == nil || !known {
		return "", "", shown(n.text) + " is not a range: " + rangeHelp
	}
	switch bound[1] {
	case "=":
		return bound[2], bound[2], ""
	case "<=":
		return "", bound[2], ""
	default:
		return bound[2], "", ""
	}
}

// number returns a number that the forms above have matched; 0 for none.
func number(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// rangeSchema returns the schema of a range.
func rangeSchema(t reflect.Type) *node {
	kind := "number"
	if t == wholeRange {
		kind = "integer"
	}
	n := object()
	n.put("type", texts(kind, "string"))
	n.put("pattern", &node{kind: textNode, text: `^((>=|<=|=)? *[0-9.]+|[0-9.]+ *\.\. *[0-9.]+)$`})
	n.put("description", &node{kind: textNode, text: rangeHelp})
	return n
}
