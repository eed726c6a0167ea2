// Package soak proves under a storm of faults what the library promises about
// money: no instance twice, none lost, none left behind, none of somebody else's
// released, and no operation without an answer. It has no code of its own: its tests
// drive the four adapters against the simulator in fake time.
//
// The default run is small. The large one, of 20,000 operations with a seed of
// your choice, prints a table at the end:
//
//	YUNFAN_SOAK=large YUNFAN_SOAK_SEED=7 go test -run Soak -v ./internal/soak
//
// The same seed gives the same operations and the same storm; how they interleave
// is up to the scheduler. YUNFAN_SOAK_MIX changes the weights of the faults, for
// example "reset-after=100,throttle-burst=0,calm-create=0". Every kind that has a
// weight must strike every cloud where it means something (see service.suffers).
//
// # The caller
//
// Each operation belongs to a careful caller. He resumes it in new processes, after
// pauses of up to two days and with clocks that differ, until its outcome is known. He
// waits again for what is not visible. In the end he releases everything: by ID, after a
// look at the names, or by Operation.Terminate, until nothing is left, and looks once
// more when everything is visible if the operation gave up a create. What an error asks
// a person to do, a person does: he looks at the console, releases what he finds, and
// resumes with NoneMade. What is left then is leaked.
//
// What is told as surplus, doubtful or not visible is an answer. Where a create was given
// up before what it made became visible, both are answers if both are told: no token
// prevents it.
//
// # What the storm does not do
//
// Some lies cannot be seen through, and are left out, or only made where something tells
// them apart:
//
//   - What an answer hides that names instances of others in the place of one's own is found
//     by a sweep for the owner only. Such answers come in worlds where everybody has an owner,
//     and so do dead tokens whose create has made something. They strike no operation that is
//     run twice: after its release another run finds nothing, and rightly creates anew.
//   - Callers end an operation when their credentials see the region: of an instance that an
//     answer has named and nobody has ever seen, only the answer says whose it is. Policies
//     ask nobody: they keep what was never seen.
//   - A refusal for lack of stock of a create of a single instance that made it all the same:
//     the code is documented.
//   - Clocks that make a forgotten token look younger than five minutes ahead would. The
//     simulated clouds remember tokens ten minutes longer than the library trusts them to.
//
// Six drivers that are broken on purpose have to fail the soak.
package soak
