package adapter

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// CheckIDs refuses a call that names fewer or more IDs than the cloud takes. Path is the
// field that has the IDs.
func CheckIDs(driver, path string, ids []string, least, most int) error {
	if n := len(ids); n < least || n > most {
		return &provider.FieldError{
			Driver: driver, Path: path, Value: strconv.Itoa(n), Reason: fmt.Sprintf("must be %d to %d IDs", least, most),
		}
	}
	return nil
}

// Distinct returns every ID once, in order, without empty ones.
func Distinct(ids []string) (out []string) {
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
