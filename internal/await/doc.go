// Package await is one wait for many IDs. It stands on package poll, which asks about the IDs
// and shares the calls. This package keeps what the answers have shown of each ID, and sorts
// the IDs when the wait is over.
//
//   - [Wait] is the wait. Its user says in a [Config] what an answer means: Config.Read turns
//     it into a [Sighting].
//   - [Phase] is how far an ID has come. An ID in phase Limited fails when it stays there
//     for longer than its Sighting allows.
//   - [Outcome] is what a wait knows of one ID, when its state changes or when the wait is over.
//   - [Tally] counts the IDs of several waits by their phase.
//   - [Stream] turns a wait that reports its events into a loop over them.
//
// A wait may hold a hundred thousand IDs. A pending ID takes 32 bytes and a slot in an index:
// no goroutine, no lock, and no description unless Config.Keep asks for it.
//
// The package knows no cloud, no instance and no state by name, and it builds no errors.
// What a state means is policy, and belongs to its user: a further reason to end the wait for
// an ID is another Sighting that Config.Read returns.
package await
