// Package account makes the calls of one account: within its rates, one request in
// turn with the others, again while that helps, and in groups that are taken apart
// when the cloud refuses them.
//
//   - [Budget] keeps calls below the rates that count them, and slows down where the
//     cloud says so.
//   - [Serialize] makes the calls of one request wait for the budget one by one.
//   - [Repeat] makes a call again while that is worth it. [CountQueued] adds up what
//     the waits for the budget take: patience is spent on the cloud only.
//   - [Batches] makes calls about groups of IDs side by side. [Change] settles the refusals
//     of requests that change what the IDs stand for.
//   - [Mutex] is a mutex whose Lock honours ctx.
//
// The package knows no cloud and no instance: a kind of call is a name and its rates,
// and what an error means is a small verdict of its user.
package account
