// Package maintain changes instances that exist: tags, names, protection, times of release,
// security groups, passwords, types and prepaid times.
//
//	m := maintain.Of(client)
//	err := m.Tag(ctx, "", ids, map[string]string{"team": "web"})
//	err = m.Modify(ctx, "", ids, maintain.Change{DeletionProtection: new(true)})
//	err = m.Resize(ctx, "", id, "ecs.g7.xlarge", nil)
//
// Each change exists only where the cloud has a call for it: elsewhere the error matches
// [errors.ErrUnsupported], and nothing is sent. An empty region means the region of the client.
// The calls share the budget, the records and the rules for repetition of their client, and
// [provider.Options].ReadOnly refuses them. Failures of single instances are a
// *[provider.BatchError]; the others are changed. All methods are safe for concurrent use.
//
// [Tagger], [Modifier], [Resizer] and [Renewer] are for authors of drivers only.
package maintain
