package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// decode reads one JSON object into a struct. It refuses unknown members, members that come
// twice or in another case, null, and text after the object.
func decode(body []byte, into any) error {
	names := memberNames(reflect.TypeOf(into).Elem())
	if err := checkMembers(body, names); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var wrong *json.UnmarshalTypeError
	switch err := d.Decode(into); {
	case errors.As(err, &wrong):
		return fmt.Errorf("field %q: want %s", wrong.Field, wrong.Type)
	case err != nil:
		return err
	}
	return nil
}

// memberNames returns the names of the members of a struct.
func memberNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// checkMembers checks the names of the members of an object, and that nothing follows it.
// The message does not repeat an unknown name: it may be part of a mistaken body.
func checkMembers(body []byte, names []string) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("the body must be one JSON object")
	}
	var seen []string
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return errors.New("the body is not valid JSON")
		}
		name, _ := token.(string)
		var value json.RawMessage
		switch {
		case !slices.Contains(names, name):
			return fmt.Errorf("unknown field number %d; want %s", len(seen)+1, oneOf(names))
		case slices.Contains(seen, name):
			return fmt.Errorf("field %q is given twice", name)
		case d.Decode(&value) != nil:
			return fmt.Errorf("field %q: the body is not valid JSON", name)
		case string(value) == "null":
			return fmt.Errorf("field %q: null is no value", name)
		}
		seen = append(seen, name)
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return errors.New("the body is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body must be one JSON object")
	}
	return nil
}
