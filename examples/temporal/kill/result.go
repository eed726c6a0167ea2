//go:build unix

package main

import (
	"fmt"
	"time"
)

// result is what a run has counted.
type result struct {
	kind   string
	booked int // instances that the clouds had made at the first kill
	wanted int
	made   int // ever
	ready  int // as the workflow says

	creating  time.Duration // from the start until all are ready
	left      int
	releasing time.Duration // from the signal until the workflow has ended
	kills     int
}

const header = "kill       kills  at  wanted  made  ready  after   released  left  after"

// String is a line below the header.
func (r *result) String() string {
	return fmt.Sprintf("%-10s %5d %4d %6d %5d %6d %5.0f s  %8d %5d %5.0f s",
		r.kind, r.kills, r.booked, r.wanted, r.made, r.ready, r.creating.Seconds(),
		r.made-r.left, r.left, r.releasing.Seconds())
}

// exact reports whether each instance was made once, ran and was released.
func (r *result) exact() bool {
	return r.made == r.wanted && r.ready == r.wanted && r.left == 0
}
