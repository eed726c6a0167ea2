package seeds

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
)

// Code is an error code of a document, with what it means to a caller.
type Code struct {
	Driver   string
	Status   int    // of HTTP
	Code     string // %s stands for the name of a parameter
	Sentinel string // its name in package provider
	Outcome  string // of a create that it answers
	Message  string
	Action   string // of the ECS reference, in whose own table it stands; "" is a create of instances, and any call
}

// Codes returns the error codes of all documents, in their order.
func Codes() ([]Code, error) {
	const name = "testdata/error_codes.tsv"
	text, err := lists.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, 7
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []Code
	for _, row := range rows[1:] {
		status, err := strconv.Atoi(row[1])
		if err != nil {
			return nil, fmt.Errorf("%s: status %q: %w", name, row[1], err)
		}
		out = append(out, Code{row[0], status, row[2], row[3], row[4], row[5], row[6]})
	}
	return out, nil
}
