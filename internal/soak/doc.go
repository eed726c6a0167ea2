// Package soak proves under a storm of faults what the library promises about
// money: no server twice, none lost, none left behind, and no operation without
// an answer. It has no code of its own: its tests drive the four adapters against
// the simulator in fake time.
//
// The default run is small. The large one, of 20,000 operations with a seed of
// your choice, prints a table at the end:
//
//	YUNFAN_SOAK=large YUNFAN_SOAK_SEED=7 go test -run Soak -v ./internal/soak
//
// The same seed gives the same operations and the same storm; how they interleave
// is up to the scheduler. YUNFAN_SOAK_MIX changes the weights of the faults, for
// example "reset-after=100,throttle-burst=0,calm-create=0". Every kind that has a
// weight must strike every cloud, but for copies of creates that the network
// delivers twice: without a client token nobody can tell a copy from another
// create. Three drivers that are broken on purpose have to fail it.
package soak
