// Package provider is one way to create instances on four clouds: Alibaba Cloud
// ECS, Alibaba Cloud ENS, Tencent Cloud CVM and QingCloud.
//
// A program builds a [Client] with one of the adapters (packages aliyun, ens, tencent,
// qingcloud), describes the instances in a [RunInstancesSpec], and waits:
//
//	op, err := client.RunInstances(ctx, spec, nil)
//	if err != nil { ... }                 // op may still hold IDs: see below
//	instances, err := op.Wait(ctx, nil)   // until every one runs, or says why not
//
// # For programs
//
// Everything begins with a [Client], which the New function of an adapter returns, and its
// [Options]. The rest is grouped by task:
//
//   - Create: [RunInstancesSpec], [RunOptions], [Client.RunInstances], [Client.Validate],
//     [Client.Preview].
//   - Continue after a create: [Operation], [Operation.Wait], [Operation.Watch],
//     [Operation.Look], [Operation.Terminate], [WaitAll].
//   - Survive a crash: [Client.Run], [Client.Submit] with a store (packages store, filestore), [StoreOptions],
//     [Operation.Close], [StoredToken]. Without a store: [Journal], [Operation.MarshalText],
//     [ReadToken], [Client.Resume].
//   - Any other instance: [Client.DescribeInstances], [Client.WaitInstances],
//     [Client.TerminateInstances], [Client.StartInstances], [Client.StopInstances],
//     [Client.RebootInstances], [Client.Sweep].
//   - Subjects of their own have a package each beside this one: launchtemplate and placement.
//   - Errors: [FieldErrors] for specs, *[APIError] for calls, *[RunError], *[WaitError] and
//     *[BatchError] for requests of several calls, and the sentinels, such as [ErrNoStock].
//   - Shared by the clients of one account: [Poller], [Budget], [CredentialsSource].
//   - Around it: package specfile reads specs from files, clouds makes clients by name, credential
//     puts sources of keys together, problem writes errors for HTTP APIs, and cloudsim simulates
//     the clouds for tests.
//
// The last two headings are for authors of drivers and of packages beside this one only.
//
// # What you can rely on
//
// No field is dropped: a field that a cloud cannot express is an error that
// names it, before any call. [Client.Support] is the table behind that rule.
//
// No instance is made twice: a create whose answer was lost is repeated only where the cloud
// has a client token that makes this safe. On other clouds the names of the instances carry a
// marker. The library looks for the marker before it creates anything else. If the outcome
// cannot be found out, the error is [ErrOutcomeUnknown].
//
// No ID is lost: [Client.RunInstances] returns the [Operation] with every known ID, also
// beside an error. [Operation.MarshalText] moves it into another process. With
// [Client.Run] this also holds for a process that is killed, and two processes never work on one
// operation at a time.
//
// Waiting is shared: all waits of a client, or of all clients with one [Poller], combine their
// IDs into full describe calls.
//
// # Power
//
// [Client.StartInstances], [Client.StopInstances] and [Client.RebootInstances] name many
// instances in few calls. They accept instances that are already in the wanted state, and
// report every other refusal by ID without delaying the rest. A cloud without the call or the
// option gives [errors.ErrUnsupported].
//
// # Out of stock, leaks
//
// [RunOptions].Alternatives are tried for instances that are proven to be out of stock.
// [Client.Sweep] finds instances of an owner that no live operation knows.
//
// # Errors
//
// Decide with errors.Is and the sentinels of this package; find the vendor's
// code and request ID with errors.As and *[APIError]:
//
//	switch {
//	case errors.Is(err, provider.ErrOutcomeUnknown): // first: instances may exist. Look before creating again
//	case errors.Is(err, provider.ErrNoStock):        // another type or zone
//	case errors.Is(err, provider.ErrQuota):          // ask for more
//	}
//
// # Time and cancellation
//
// ctx is the only deadline. Every call returns within 100 ms after ctx ends, with what is
// known by then.
//
// # For authors of drivers
//
// [Driver] is what an adapter implements: one HTTP request a call, no retries. Its
// declarations are in the files named driver*.go, and those of power in power.go. Programs
// need none of them:
//
//   - The calls: [Driver], [RunResult], [DescribeRequest], [DescribePage],
//     [TerminateRequest].
//   - What the cloud can do: [Support] of [Field] lines by [NewSupport], [To] and [Refused];
//     [Leaves]; [Limits], [API] and [Rate].
//   - Optional abilities: [RunValidator], [RunPreviewer], [AccessProber], [JobDriver],
//     [Renamer], [NameNumberer], [PowerDriver] with [PowerRequest] and [PowerResult]. Packages
//     launchtemplate and placement have a Driver of their own each.
//   - Tools: [Checker] collects [FieldErrors], [ErrorTable] of [ErrorCode] lines by
//     [NewErrorTable] maps vendor codes to sentinels, [AskCredentials] asks a source,
//     [NewClient] makes the client.
//
// Package driverkit sends the calls of a driver outside this repository, and package
// providertest holds the suite that every driver passes. examples/fifthcloud is such a driver with
// a guide.
//
// # For packages beside this one
//
// Package launchtemplate makes its calls through [Call], like every package about a subject
// other than instances: with the budget of the client, its records and its rules for
// repetition. [ReadPages] reads a list of [Page] values, [Call.EachInstance] changes instances
// by a [Batch], and [RunInstancesSpec.SetLeaves] returns what a spec sets.
package provider
