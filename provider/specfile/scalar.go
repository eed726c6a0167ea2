package specfile

import (
	"errors"
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
)

var (
	wholeForm  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	zeroesForm = regexp.MustCompile(`^-?0[0-9]+$`)
	numberForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
)

// scalar fills a single value.
func (d *decoder) scalar(path string, n *node, v reflect.Value) {
	what := wanted(v.Type())
	if n.kind == listNode || n.kind == fieldsNode {
		d.wants(path, n, textNode, what)
		return
	}
	if reason := setScalar(n, v); reason != "" {
		d.add(n.at, path, "%s", reason)
	}
}

// wanted names what a field takes.
func wanted(t reflect.Type) string {
	switch {
	case t == timeType:
		return "a time"
	case t == addrType:
		return "an IP address"
	case isRange(t):
		return "a range"
	case t == durationType:
		return "a duration"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}

// setScalar sets a single value, or returns why not.
func setScalar(n *node, v reflect.Value) string {
	switch t := v.Type(); {
	case t == timeType:
		return setTime(n, v)
	case t == addrType:
		return setAddr(n, v)
	case isRange(t):
		return setRange(n, v)
	case t == durationType:
		return setDuration(n, v)
	case t.Kind() == reflect.String:
		return setText(n, v)
	case t.Kind() == reflect.Bool:
		return setBool(n, v)
	case t.Kind() == reflect.Float64:
		return setFloat(n, v)
	default:
		return setInt(n, v)
	}
}

// setText sets a text. A number is not taken for a text: 0.10 and 1e3 would lose digits on the
// way through other tools.
func setText(n *node, v reflect.Value) string {
	if n.kind != textNode {
		text := shown(n.text)
		return strings.Trim(text, `"`) + " without quotes is no text: write " + text
	}
	if reason := unknownWord(n.text, enums[v.Type()]); reason != "" {
		return reason
	}
	v.SetString(n.text)
	return ""
}

// unknownWord returns the problem of a text that is not among the words of a field, or "". A
// field without such words takes any text.
func unknownWord(text string, words []string) string {
	if len(words) == 0 || text == "" || slices.Contains(words, text) {
		return ""
	}
	reason := shown(text) + " is not one of " + strings.Join(words, ", ")
	if near := nearest.Of(text, words); near != "" {
		reason += "; did you mean " + near + "?"
	}
	return reason
}

func setBool(n *node, v reflect.Value) string {
	isWord := n.text == "true" || n.text == "false"
	if n.kind != boolNode || !isWord {
		return shown(n.text) + " is not true or false" + unquote(n, "true", "false")
	}
	v.SetBool(n.text == "true")
	return ""
}

// unquote returns a hint when only the quotes are wrong.
func unquote(n *node, values ...string) string {
	if n.kind == textNode && slices.Contains(values, n.text) {
		return "; write it without quotes"
	}
	return ""
}

func setInt(n *node, v reflect.Value) string {
	switch {
	case zeroesForm.MatchString(n.text):
		return shown(n.text) + " is not a whole number: it begins with 0, which some programs read as octal"
	case !wholeForm.MatchString(n.text):
		return shown(n.text) + " is not a whole number"
	case n.kind != numberNode:
		return shown(n.text) + " is a text; write the number without quotes"
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	if errors.Is(err, strconv.ErrRange) || v.OverflowInt(i) {
		return shown(n.text) + " is too large"
	}
	v.SetInt(i)
	return ""
}

func setFloat(n *node, v reflect.Value) string {
	f, err := strconv.ParseFloat(n.text, 64)
	isNumber := n.kind == numberNode && numberForm.MatchString(n.text)
	if !isNumber || err != nil || math.IsInf(f, 0) {
		return shown(n.text) + " is not a number"
	}
	v.SetFloat(f)
	return ""
}

func setTime(n *node, v reflect.Value) string {
	t, err := time.Parse(time.RFC3339Nano, n.text)
	if err != nil || n.kind != textNode {
		return shown(n.text) + " is not a time; write one like 2026-12-31T20:00:00+08:00"
	}
	v.Set(reflect.ValueOf(t))
	return ""
}

func setAddr(n *node, v reflect.Value) string {
	addr, err := netip.ParseAddr(n.text)
	if err != nil || n.kind != textNode {
		return shown(n.text) + " is not an IP address"
	}
	v.Set(reflect.ValueOf(addr))
	return ""
}

func setDuration(n *node, v reflect.Value) string {
	const like = "; write one like 90s, 2m or 1h30m"
	if n.kind == numberNode && n.text != "0" {
		return strings.Trim(shown(n.text), `"`) + " is a duration without a unit" + like
	}
	d, err := time.ParseDuration(n.text)
	if err != nil {
		return shown(n.text) + " is not a duration" + like
	}
	v.SetInt(int64(d))
	return ""
}

// durationText returns a duration without the parts that are zero: "2m", not "2m0s".
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
