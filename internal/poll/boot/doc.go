// Package boot learns how long instances take to become ready, and says when to look at
// them. It knows no cloud, makes no calls, and has no clock: it is told what looks have
// shown, and when.
package boot
