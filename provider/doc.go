// Package provider is one way to create servers on four clouds: Alibaba Cloud
// ECS, Alibaba Cloud ENS, Tencent Cloud CVM and QingCloud.
//
// A program builds a [Client] with one of the adapters (packages aliyun, ens,
// tencent, qingcloud), describes what it wants in a [RunInstancesSpec], and
// waits:
//
//	op, err := client.RunInstances(ctx, spec, nil)
//	if err != nil { ... }                 // op may still hold IDs: see below
//	instances, err := op.Wait(ctx, nil)   // until every one runs, or says why not
//
// # What you can rely on
//
// No field is dropped: a field that a cloud cannot express is an error that
// names it, before any call. [Client.Support] is the table behind that rule.
//
// No server is made twice: a create whose answer was lost is repeated where the
// cloud has a client token that makes it safe. Elsewhere its servers bear a
// marker in their name, and what it made is looked for before anything else is
// created. What cannot be found out is [ErrOutcomeUnknown].
//
// No ID is lost: [Client.RunInstances] returns the [Operation] with every known
// ID also beside an error, and [Operation.MarshalText] takes it into another
// process. With [RunOptions].Journal that holds for a process that is killed.
//
// Waiting is shared: all waits of a client, or of all clients with one
// [Poller], put their IDs together into full describe calls.
//
// # Power
//
// [Client.StartInstances], [Client.StopInstances] and [Client.RebootInstances]
// name many servers in few calls, forgive servers that are where they should be
// already, and report every other refusal by ID without holding up the rest. A
// cloud or an option without them is [errors.ErrUnsupported].
//
// # Out of stock, leaks, templates, groups
//
// [RunOptions].Alternatives are tried for what is proven to be out of stock.
// [Client.Sweep] finds servers of an owner that no live operation knows.
// [Client.LaunchTemplates] and [Client.PlacementGroups] are there where the cloud
// has them, and [errors.ErrUnsupported] elsewhere.
//
// # Errors
//
// Decide with errors.Is and the sentinels of this package; find the vendor's
// code and request ID with errors.As and *[APIError]:
//
//	switch {
//	case errors.Is(err, provider.ErrOutcomeUnknown): // first: servers may exist, whatever else went wrong. Look before creating again
//	case errors.Is(err, provider.ErrNoStock):        // another type or zone
//	case errors.Is(err, provider.ErrQuota):          // ask for more
//	}
//
// # Time and cancellation
//
// ctx is the only deadline. Every call ends within 100 ms of it and returns
// what is known by then.
//
// # Drivers
//
// [Driver] is what an adapter implements: one HTTP request a call, no retries.
// Package providertest holds the suite that every driver passes.
package provider
