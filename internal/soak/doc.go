// Package soak proves under a storm of faults what the library promises about
// money: no server twice, none lost, none left behind, and no operation without
// an answer. It has no code of its own: its tests drive the four adapters against
// the simulator in fake time.
//
// The default run is small. The large one, of 20,000 creates with a seed of your
// choice, prints a table at the end:
//
//	YUNFAN_SOAK=large YUNFAN_SOAK_SEED=7 go test -run Soak -v ./internal/soak
//
// The same seed gives the same operations and the same storm; how they interleave
// is up to the scheduler. Three drivers that are broken on purpose have to fail
// it.
package soak
