package qingcloud

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// args reads the parameters of a call. It keeps the first problem in err, so that an
// action reads all parameters and then checks err once.
type args struct {
	params map[string]string
	err    *refusal
}

// unknown reports a value that does not exist or is not allowed here, without showing
// the value. The documents distinguish it from an ill-formed value by these words only.
// It is unverified which of the two the service reports for a certain mistake.
func (a *args) unknown(name, why string) {
	a.refuse(refusef(unknown, "InvalidParameterValue, parameter [%s] %s", name, why))
}

// invalid reports a parameter as missing or ill-formed, without showing its value.
func (a *args) invalid(name, why string) {
	a.refuse(refusef(invalid, "InvalidRequestFormat, parameter [%s] %s", name, why))
}

func (a *args) refuse(e *refusal) {
	if a.err == nil {
		a.err = e
	}
}

// text returns a parameter, or "".
func (a *args) text(name string) string { return a.params[name] }

// required returns a parameter that must be present and not empty.
func (a *args) required(name string) string {
	v := a.params[name]
	if v == "" {
		a.invalid(name, "is missing")
	}
	return v
}

// integer returns a number that is at least least, or the default if it is absent.
func (a *args) integer(name string, otherwise, least int) int {
	return a.between(name, otherwise, least, math.MaxInt32)
}

// between returns a number from least to most, or the default if it is absent.
func (a *args) between(name string, otherwise, least, most int) int {
	v := a.params[name]
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	switch {
	case err != nil:
		a.invalid(name, "must be an integer")
	case n < least || n > most:
		a.unknown(name, "must be from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n
}

// flag returns a parameter that is 0 (or absent) or 1.
func (a *args) flag(name string) bool { return a.between(name, 0, 0, 1) == 1 }

// oneOf returns a parameter with a closed list of values, or "" if it is absent.
func (a *args) oneOf(name string, values ...string) string {
	v := a.params[name]
	if v != "" && !slices.Contains(values, v) {
		a.unknown(name, "must be one of "+strings.Join(values, ", "))
	}
	return v
}

// id returns the ID of a resource, or "". Any well-formed ID is accepted.
func (a *args) id(name string) string {
	v := a.params[name]
	if v != "" && !isID(v) {
		a.invalid(name, "must be the ID of a resource")
	}
	return v
}

// list returns name.1, name.2 and so on in the order of their numbers. Gaps are allowed
// (unverified).
func (a *args) list(name string) []string {
	var numbers []int
	for key := range a.params {
		suffix, ok := strings.CutPrefix(key, name+".")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(suffix)
		if err != nil || n < 1 || strconv.Itoa(n) != suffix {
			a.invalid(name+".n", "must be numbered from 1")
			return nil
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	values := make([]string, 0, len(numbers))
	for _, n := range numbers {
		values = append(values, a.params[name+"."+strconv.Itoa(n)])
	}
	return values
}

// ids is list for resource IDs.
func (a *args) ids(name string) []string {
	values := a.list(name)
	if slices.ContainsFunc(values, func(v string) bool { return !isID(v) }) {
		a.invalid(name+".n", "must hold IDs of resources")
	}
	return values
}

// either is list for a parameter that is one value for some documents and clients and a
// list for others.
func (a *args) either(name string) []string {
	values := a.list(name)
	if one := a.text(name); one != "" {
		values = append(values, one)
	}
	return values
}

// requiredIDs is ids for a list that must not be empty.
func (a *args) requiredIDs(name string) []string {
	values := a.ids(name)
	if len(values) == 0 {
		a.invalid(name+".n", "is missing")
	}
	return values
}

// page reads offset and limit. A limit above 100 counts as 100.
func (a *args) page() (offset, limit int) {
	return a.integer("offset", 0, 0), min(a.integer("limit", 20, 0), 100)
}

// page returns one page of the results.
func page[T any](found []T, offset, limit int) []T {
	from := min(offset, len(found))
	return found[from:min(from+limit, len(found))]
}

// isID reports whether s has the form of an ID: vxnet-0, centos63x64, i-rtyv0968.
func isID(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return s != "" && strings.Trim(s, allowed) == ""
}
