// Package fleet creates instances on several clouds as one thing: so many in all, spread over
// members by rank or weight. What one member has no stock or no quota for is created by the
// others.
//
//	f, err := fleet.New(
//		fleet.Member{Client: ali, Spec: a, Weight: 2},
//		fleet.Member{Client: qc, Spec: q, Max: 50},
//	)
//	run, err := f.Run(ctx, 100, &fleet.Options{Journal: journal})
//	instances, err := run.Wait(ctx, nil)
//
// A fleet moves instances to another member on proof only: the cloud has refused them for lack of
// stock ([provider.ErrNoStock]) or of quota ([provider.ErrQuota]), and nothing of the refused
// create may exist. A create whose outcome is unknown is settled where it is; see
// [provider.Client.RunInstances]. Other errors, such as a wrong key, end that member's part, and
// the others go on. So there are never more instances than asked for.
//
// One token holds the whole run, with the tokens of its operations. [Fleet.Resume] continues it in
// another process. A member is an operation of its client, and waits, budgets and rules are those
// of the client.
package fleet
