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

	// What In, Item and Entry set. A path is built only when a check fails, since every create
	// runs these checks.
	outer *Checker
	name  string
	form  pathForm
	item  int
	key   string
}

// pathForm is how the paths of a checker extend the path of its outer checker.
type pathForm int

const (
	asField pathForm = iota
	asItem
	asEntry
)

// In returns a checker for the fields inside a field. Its paths begin with the path of that
// field; "" is the field itself. Its problems are recorded in c.
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

// Require calls Fail unless ok. Passing a value such as a string allocates memory even when ok
// is true. In a loop over many values, test first and call Fail.
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

// within returns a path of this checker as its outer checker names it.
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

// Add records the problems of another check, such as [RunInstancesSpec.Validate], as problems
// of fields of c. Their driver names do not change. An error about no field, which a check
// should not return, is kept unchanged. Nil adds nothing.
func (c *Checker) Add(err error) {
	if err != nil { // apart, since what errors.As is given escapes to the heap
		c.add(err)
	}
}

func (c *Checker) add(err error) {
	var many FieldErrors
	var one *FieldError
	switch {
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

// OneOf requires that word is empty or one of the known words.
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

// CheckIDs returns a *[FieldError] unless a call names at least least and at most most
// instances. It records nothing: it is for calls, which have no spec to check.
func (c *Checker) CheckIDs(ids []string, least, most int) error {
	if len(ids) < least || len(ids) > most {
		rule := fmt.Sprintf("must be %d to %d", least, most)
		return &FieldError{Driver: c.Driver, Path: "IDs", Value: strconv.Itoa(len(ids)), Reason: rule}
	}
	return nil
}

// Err returns nil or [FieldErrors], with all problems of the checker that In, Item and Entry
// began from. Errors about no field are joined with them.
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

// top returns the checker that In, Item and Entry began from.
func (c *Checker) top() *Checker {
	for c.outer != nil {
		c = c.outer
	}
	return c
}

// failPlaceholder records that a secret is the placeholder for secrets.
func (c *Checker) failPlaceholder(path string) { c.Fail(path, nil, rulePlaceholder) }

// indexed returns the path of an item.
func indexed(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// within moves the paths of a check's problems inside a field.
func within(field string, err error) error {
	var c Checker
	c.In(field).Add(err)
	return c.Err()
}

// join combines the problems of several checks into one error.
func join(errs ...error) error {
	var c Checker
	for _, err := range errs {
		c.Add(err)
	}
	return c.Err()
}
