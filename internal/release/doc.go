// Package release is what one release of many instances does: which of them go into one call,
// what a refusal means for each, and what proves that an instance is gone.
//
//   - Instances of one [Kind] are released together: clouds release them differently by billing
//     and when they lie in a recycle bin. A failed look for the kinds keeps no release back.
//   - A refused call is settled by one look. What was released before is left out, and what is
//     only too new is waited for.
//   - An instance that the cloud does not find is gone only when its release was accepted, or
//     when it was seen and several answers over a while lack it. Absence proves nothing about an
//     instance that was never seen.
//   - A call that is refused for some of its instances is taken apart so that the instances that
//     exist go first.
//   - Instances that a release only moves to a recycle bin are released there again.
//
// The package knows no cloud, no type of an instance and no error of its user: [Row] is what a
// look shows, and errors reach it as the verdict of [account.Batches], which makes the calls.
// The user's side is a [Config] of functions.
package release
