package provider

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Checker collects the problems of a spec. The zero value is for rules that
// hold on every cloud; drivers set Driver.
type Checker struct {
	Driver string
	errs   FieldErrors
	others []error // of Add: errors that are about no field

	// What In, Item and Entry set: paths are put together only when a check fails,
	// since every create comes by here.
	outer *Checker
	name  string
	form  pathForm
	item  int
	key   string
}

// pathForm is how a checker's fields are a part of another's.
type pathForm int

const (
	asField pathForm = iota
	asItem
	asEntry
)

// In returns a checker for the fields of a field: its paths begin with that of the
// field, and "" is the field itself. What it finds is found by c.
func (c *Checker) In(path string) *Checker {
	return &Checker{Driver: c.Driver, outer: c, name: path}
}

// Item is [Checker.In] for an item of a list, counted from 0.
func (c *Checker) Item(list string, i int) *Checker {
	return &Checker{Driver: c.Driver, outer: c, name: list, form: asItem, item: i}
}

// Entry is [Checker.In] for the value of a key of a map, like Tags["team"].
func (c *Checker) Entry(mapping, key string) *Checker {
	return &Checker{Driver: c.Driver, outer: c, name: mapping, form: asEntry, key: key}
}

// Fail records that the field at path breaks a rule. Value is printed with
// fmt.Sprint; pass nil for an absent or secret value.
func (c *Checker) Fail(path string, value any, rule string) {
	v := ""
	if value != nil {
		v = fmt.Sprint(value)
	}
	c.record(&FieldError{Driver: c.Driver, Path: path, Value: v, Reason: rule})
}

// Require is Fail unless ok. A value that takes memory to pass, as a text does, takes
// it when all is well too: where many are looked at, ask first and call Fail.
func (c *Checker) Require(ok bool, path string, value any, rule string) {
	if !ok {
		c.Fail(path, value, rule)
	}
}

// Refuse records that the cloud cannot express the field at path.
func (c *Checker) Refuse(path, reason string) {
	c.record(&FieldError{Driver: c.Driver, Path: path, Reason: reason, Unsupported: true})
}

func (c *Checker) record(e *FieldError) {
	for ; c.outer != nil; c = c.outer {
		e.Path = c.within(e.Path)
	}
	c.errs = append(c.errs, e)
}

// within is a path of this checker as the one around it sees it.
func (c *Checker) within(path string) string {
	at := c.name
	switch c.form {
	case asField:
	case asItem:
		at = indexed(at, c.item)
	case asEntry:
		at += "[" + strconv.Quote(c.key) + "]"
	}
	if path == "" {
		return at
	}
	return at + "." + path
}

// Add records the problems of another check, such as those that [RunInstancesSpec.Validate]
// returns, as problems of fields of c. Their drivers stay what they are. An error that is
// about no field, which a check should not return, is kept as it is; nil adds nothing.
func (c *Checker) Add(err error) {
	var many FieldErrors
	var one *FieldError
	switch {
	case err == nil:
	case errors.As(err, &many):
		for _, e := range many {
			c.record(new(*e))
		}
	case errors.As(err, &one):
		c.record(new(*one))
	default:
		top := c.top()
		top.others = append(top.others, err)
	}
}

// OneOf requires a word to be one of those that are known, or empty.
func (c *Checker) OneOf(path, word string, known ...string) {
	if word != "" && !slices.Contains(known, word) {
		c.Fail(path, word, fmt.Sprintf("must be one of %q", slices.Clone(known))) // the list itself stays off the heap
	}
}

// NoneEmpty requires that no text of a list is empty.
func (c *Checker) NoneEmpty(path string, list []string) {
	for i, s := range list {
		if s == "" {
			c.Fail(indexed(path, i), nil, "must not be empty")
		}
	}
}

// CheckIDs returns a *[FieldError] unless a call names from least to most instances. It
// records nothing: it is for calls, which have no spec to check.
func (c *Checker) CheckIDs(ids []string, least, most int) error {
	if len(ids) < least || len(ids) > most {
		rule := fmt.Sprintf("must be %d to %d", least, most)
		return &FieldError{Driver: c.Driver, Path: "IDs", Value: strconv.Itoa(len(ids)), Reason: rule}
	}
	return nil
}

// Err returns nil or [FieldErrors], with all that was found by the checker that In,
// Item and Entry began from. Errors that are about no field are joined with them.
func (c *Checker) Err() error {
	top := c.top()
	var err error
	if len(top.errs) > 0 {
		err = top.errs
	}
	if len(top.others) > 0 {
		return errors.Join(append([]error{err}, top.others...)...)
	}
	return err
}

// top is the checker that In, Item and Entry began from.
func (c *Checker) top() *Checker {
	for c.outer != nil {
		c = c.outer
	}
	return c
}

// failPlaceholder records a secret that is its own placeholder.
func (c *Checker) failPlaceholder(path string) { c.Fail(path, nil, rulePlaceholder) }

// indexed is the path of an item.
func indexed(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// within puts the paths of the problems of a check inside a field.
func within(field string, err error) error {
	var c Checker
	c.In(field).Add(err)
	return c.Err()
}

// join makes one list of the problems of several checks.
func join(errs ...error) error {
	var c Checker
	for _, err := range errs {
		c.Add(err)
	}
	return c.Err()
}
