package provider_test

import (
	"iter"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
)

// all reads a list to its end, and fails the test on any error.
func all[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	return fakedriver.All(t, list)
}
