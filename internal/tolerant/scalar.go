package tolerant

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// readScalar reads a text, a number or a truth value, whichever of these x is.
func readScalar(v reflect.Value, x any) bool {
	text, ok := textOf(x)
	if !ok {
		return false
	}
	if v.Kind() == reflect.String {
		v.SetString(text)
		return true
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return true // absent
	}
	switch {
	case v.Kind() == reflect.Bool:
		return readBool(v, text)
	case v.CanInt():
		n, ok := wholeNumber(text)
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
	case v.CanUint():
		n, ok := wholeNumber(text)
		if !ok || n < 0 || v.OverflowUint(uint64(n)) {
			return false
		}
		v.SetUint(uint64(n))
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return false
		}
		v.SetFloat(f)
	default:
		return false
	}
	return true
}

// textOf returns a scalar as text.
func textOf(x any) (text string, ok bool) {
	switch x := x.(type) {
	case string:
		return x, true
	case json.Number:
		return x.String(), true
	case bool:
		return strconv.FormatBool(x), true
	}
	return "", false
}

func readBool(v reflect.Value, text string) bool {
	b, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return false
	}
	v.SetBool(b)
	return true
}

// maxExact is where whole numbers stop to be exact as floating point numbers.
const maxExact = 1 << 53

// wholeNumber reads "50", and also "50.0" and "5e1".
func wholeNumber(text string) (n int64, ok bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > maxExact {
		return 0, false
	}
	return int64(f), true
}
