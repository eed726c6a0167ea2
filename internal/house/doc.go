// Package house holds the tests that keep the structure of the repository:
// which package may import which, which files an adapter has, what the
// documentation may say. It has no code of its own.
package house
