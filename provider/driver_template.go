package provider

import "context"

// LaunchTemplateDriver is implemented by drivers of clouds with launch templates. Its calls
// follow the rules of [Driver]: one request each, no retry, *[APIError].
type LaunchTemplateDriver interface {
	// TemplateSupport says, for every leaf of the spec, which template parameter it
	// becomes, or why a template cannot hold it.
	TemplateSupport() Support

	// ValidateTemplate returns nil or [FieldErrors], without a network. The spec has passed
	// Validate and the template's support table. Version reports that the spec is for
	// CreateVersion.
	ValidateTemplate(t *LaunchTemplateSpec, version bool) error

	// CreateLaunchTemplate makes a template and returns its ID and the ID of the request, also
	// beside an error where they are known. The region of the spec is set. The token is set
	// where Limits.Idempotent names the call.
	CreateLaunchTemplate(ctx context.Context, t *LaunchTemplateSpec, token string) (id, requestID string, err error)

	// CreateLaunchTemplateVersion adds a version to a template and returns its number. The
	// rest is as with CreateLaunchTemplate.
	CreateLaunchTemplateVersion(
		ctx context.Context, ref LaunchTemplateRef, t *LaunchTemplateSpec, token string,
	) (version int, requestID string, err error)

	// DescribeLaunchTemplates reads one page. A driver whose cloud searches loosely compares
	// with [LaunchTemplateQuery.Matches]. The client always compares InstanceTags itself.
	DescribeLaunchTemplates(
		ctx context.Context, q *LaunchTemplateQuery, pageToken string,
	) (*Page[LaunchTemplate], error)

	// DescribeLaunchTemplateVersions reads one page of the versions of a template. It reads
	// only Template.Version if that is set, and only the default version if DefaultOnly is
	// set. The other fields narrow the selection. A driver whose cloud cannot do that ignores
	// them, since the client filters the versions again.
	DescribeLaunchTemplateVersions(
		ctx context.Context, q *LaunchTemplateVersionQuery, pageToken string,
	) (*Page[LaunchTemplateVersion], error)

	SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref LaunchTemplateRef) error
	DeleteLaunchTemplateVersions(ctx context.Context, region string, ref LaunchTemplateRef, versions []int) error
	DeleteLaunchTemplate(ctx context.Context, region string, ref LaunchTemplateRef) error
}

// Page is one page of a list, as a driver returns it.
type Page[T any] struct {
	Items     []T
	NextPage  string // "" on the last page
	RequestID string
}
