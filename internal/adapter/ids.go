package adapter

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// Distinct returns every ID once, in order, without empty ones.
func Distinct(ids []string) []string {
	return slices.DeleteFunc(sorted.Distinct(ids), func(id string) bool { return id == "" })
}
