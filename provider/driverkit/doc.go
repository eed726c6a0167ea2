// Package driverkit is for drivers of other clouds, outside this repository. A [Caller] sends
// one call of a [provider.Driver] exactly once and turns every failure into a
// *[provider.APIError], as the adapters of this repository do. The driver builds the request and
// reads the answer; the rules about money and secrets are here:
//
//   - One call is one HTTP request. Nothing repeats it: no redirect, no replay on a broken
//     connection. A panic of a transport or of the driver's own code becomes an error.
//   - What does a failure prove? A request that never got a connection made nothing
//     ([provider.OutcomeUnsent]). A refusal proves that nothing was made only if the driver's
//     table of codes says so. All else is [provider.OutcomeUnknown].
//   - No error shows a secret: neither the credentials, the signature, the URL and the body of
//     the request, nor the password and the user data of a spec, in whatever form the service
//     or the transport repeats them.
//   - A page of instances that contradicts itself proves nothing about what it leaves out:
//     [Page].
//
// The documentation of [provider.Driver] is the contract. examples/fifthcloud is a complete
// driver on this package, in a module of its own, and package providertest checks that a
// driver keeps the contract.
package driverkit
