// Package store is what a store of operations must do, so that an operation survives its process.
// [provider.Client.Run] uses it. Package filestore is a store in a directory, package sqlstore one in
// a database; [Memory] is one for tests; package storetest is the suite that every store must pass.
//
// A store knows three things about an operation: its [Entry], who has it, and its records. The
// records are the journal of the operation. A store keeps them in order and never looks inside.
//
// # Claims
//
// At most one process works on an operation at a time. It has a [Claim]. A claim has a fence: a
// number that grows with each claim of the operation. A claim ends by [Store.Release], when its
// time is over by the clock of the store, or when the store knows for certain that its process
// is dead. A later claim does not have to wait for the
// process that had the operation before: that one may be dead, or stopped. When it wakes, its
// fence is old, and the store refuses whatever it saves with [ErrSuperseded].
//
// No clock of a caller is ever compared with a clock of the store: callers give durations.
//
// # What is promised
//
//   - What Save has returned nil for is not lost, also when the process is killed, and for a store
//     on disk also when the machine loses power.
//   - A Save that failed may have had its effect, in whole or in part: some of its records, in
//     their order and from the first one, may be there. Readers accept that.
//   - A Save with an old fence returns [ErrSuperseded], and does not change what was saved with a
//     newer one.
//   - A Save that returns nil had the newest fence at some moment between its begin and its end.
//
// The package imports the standard library only. So a store needs nothing else of Yunfan.
package store
