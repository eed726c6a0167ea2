// Package token is the written form of an operation: what one process hands to the next. It
// adds to the written ledger which operation it is, and of what. The form is versioned JSON,
// and its fields never change their meaning.
package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// version is increased when an older library could misread a token.
const version = 2

// Operation is the written form of an operation. Version 1 has no Owner, Run or Print, and no
// record of which instances were seen.
type Operation struct {
	Version int         `json:"yunfan"`
	Driver  string      `json:"driver"`
	Region  string      `json:"region"`
	ID      string      `json:"operation"`
	Run     string      `json:"run,omitempty"`
	Owner   string      `json:"owner,omitempty"`
	Class   string      `json:"class,omitempty"`
	Hash    string      `json:"spec"`
	Print   specs.Print `json:"fields,omitempty"`
	Adopted bool        `json:"adopted,omitempty"` // a caller named the instances, which somebody else made
	ledger.Saved
}

// Write returns the token of an operation, in the current version.
func (o *Operation) Write() ([]byte, error) {
	o.Version = version
	return json.Marshal(o)
}

// Read reads a token, and checks what can be checked without knowing the cloud. The version is
// checked first: a newer library may have changed everything else.
func Read(text []byte) (*Operation, *ledger.Ledger, error) {
	var v struct {
		Version int `json:"yunfan"`
	}
	var o Operation
	err := json.Unmarshal(text, &v)
	if err == nil && v.Version > version {
		return nil, nil, fmt.Errorf("the operation token has version %d, and this library reads up to %d: update the library",
			v.Version, version)
	}
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil || o.Version < 1 || o.ID == "" || len(o.Parts) == 0 {
		return nil, nil, errors.New("not an operation token, or a damaged one: give what MarshalText returned or " +
			"the journal saved last, unchanged")
	}
	if !IsID(o.ID) {
		return nil, nil, Damaged("impossible operation ID")
	}
	l, err := ledger.Restore(o.Saved)
	if err != nil {
		return nil, nil, Damaged("%v", err)
	}
	return &o, l, nil
}

// Damaged returns the error of a token that Write cannot have returned.
func Damaged(format string, args ...any) error {
	return fmt.Errorf("damaged operation token: "+format, args...)
}

// IsID reports whether a text may be the ID of an operation: 1 to 64 letters, digits, - and _.
func IsID(id string) bool {
	const known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return id != "" && len(id) <= 64 && strings.Trim(id, known) == ""
}
