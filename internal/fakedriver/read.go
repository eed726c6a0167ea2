package fakedriver

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// All reads a list to its end, and fails the test on any error.
func All[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range list {
		if err != nil {
			t.Fatalf("after %d of a list: %v", len(out), err)
		}
		out = append(out, v)
	}
	return out
}

// ErrOf reads a list to its first error and returns that error.
func ErrOf[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Paged returns one page of two items of a list.
func Paged[T any](all []T, token string) (page []T, next string) {
	first := 0
	_, _ = fmt.Sscan(token, &first)
	if first+2 < len(all) {
		return all[first : first+2], fmt.Sprint(first + 2)
	}
	return all[first:], ""
}

// Paths returns the paths of the problems in an error, which must be [provider.FieldErrors].
func Paths(t *testing.T, err error) []string {
	t.Helper()
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		t.Fatalf("want FieldErrors, got %v", err)
	}
	var out []string
	for _, e := range all {
		out = append(out, e.Path)
	}
	return out
}
