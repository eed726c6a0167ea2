// Package credential puts sources of credentials together: a chain ([First]), temporary
// credentials that are renewed ([Renewed]), and plain functions ([Func]).
//
// Each adapter exports the sources of its cloud, such as environment variables, profile files,
// assumed roles and the role of the instance. Those, the ones of this package and a program's own
// compose, because all are [provider.CredentialsSource]. A secret manager, for example, is one
// function given to [Renewed].
//
// # What a source must keep
//
//   - A source that is not configured at all returns an error that is [ErrAbsent]. Only past such an
//     error does a chain go on.
//   - A source that is configured and fails returns any other error, and the chain ends with it. It
//     never goes on to another identity.
//   - Errors say what is wrong, where, and what to do. They show no secret, no URL and no answer of a
//     service.
//
// The sources of this package return within 100 ms of the end of their ctx, whatever the
// functions and sources inside them do, and they turn panics into errors without the value of the
// panic. No goroutine outlives the calls that wait for it, unless a function that was given to this
// package ignores its ctx: its goroutine ends when the function returns, and no second one starts
// before.
package credential
