// Package catalog answers what a cloud offers: regions, zones, instance types, images, stock,
// prices, key pairs, security groups, networks, subnets and quotas. [Catalog.Candidates] chooses
// instance types from it.
//
//	cat := catalog.Of(client)
//	for t, err := range cat.InstanceTypes(ctx, catalog.InstanceTypeQuery{MinCPUs: 4}) { ... }
//	img, err := cat.Image(ctx, catalog.ImageQuery{Name: "ubuntu_22_04*", Arch: catalog.X86}) // the newest
//	price, err := cat.Price(ctx, spec)
//
// No cloud answers every question. A question that a cloud has no call for is an error that
// matches [errors.ErrUnsupported], question by question. What an answer does not say is the zero
// value, and the zero value never means "none" or "free": see the types.
//
// Every loop reads all pages, as the loop goes on, and ends after the first error. A list that
// goes in a circle is an error. Items are filtered by equality here as well, because no vendor
// documents how exact its own filters are. An empty region means the region of the client. The
// calls share the budget, the records and the rules for repetition of their client; all are
// reads. Nothing is kept between calls: types, zones and images may be cached for hours, stock
// for three minutes, prices for minutes, spot prices not at all. That choice is the caller's.
//
// [Driver] and the interfaces beside it are for authors of drivers only.
package catalog
