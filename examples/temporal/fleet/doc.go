// Package fleet keeps fleets of instances over several clouds, each fleet as one Temporal
// workflow.
//
// [Workflow] decides what to do next, and [Activities] do it. The journal of every create is a
// store of the library ([store.Store]): each step of an operation is saved there before anything
// is sent to a cloud. Temporal keeps only the numbers of a fleet and the IDs of its operations.
// So a worker may die at any moment, and the next attempt continues exactly there. README.md
// gives the reasons.
//
// A program starts a fleet with [Workflow] and a [Fleet], changes it by the signals
// [SignalResize] and [SignalRelease], and reads it by the query [QueryProgress].
package fleet
