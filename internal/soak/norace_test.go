//go:build !race

package soak_test

// raced tells that the race detector runs.
const raced = false
