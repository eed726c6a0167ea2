package provider

import "context"

// LaunchTemplateDriver is implemented by drivers of clouds with launch
// templates. Its calls keep the rules of [Driver]: one request each, no retry,
// *[APIError].
type LaunchTemplateDriver interface {
	// TemplateSupport says for every leaf of the spec which parameter of a
	// template it becomes, or why a template cannot hold it.
	TemplateSupport() Support

	// ValidateTemplate returns nil or [FieldErrors], without a network. The spec
	// has passed Validate and the template's support table. Version reports that it
	// is for CreateVersion.
	ValidateTemplate(t *LaunchTemplateSpec, version bool) error

	// CreateLaunchTemplate makes a template and returns its ID and the ID of the
	// request, also beside an error where they are known. The region of the spec is
	// set, and token where Limits.Idempotent names the call.
	CreateLaunchTemplate(ctx context.Context, t *LaunchTemplateSpec, token string) (id, requestID string, err error)

	// CreateLaunchTemplateVersion adds a version to a template and returns its
	// number. The rest is as with CreateLaunchTemplate.
	CreateLaunchTemplateVersion(
		ctx context.Context, ref LaunchTemplateRef, t *LaunchTemplateSpec, token string,
	) (version int, requestID string, err error)

	// DescribeLaunchTemplates reads one page. A driver whose cloud searches loosely
	// compares with [LaunchTemplateQuery.Matches]; InstanceTags are compared by the
	// client in any case.
	DescribeLaunchTemplates(ctx context.Context, q *LaunchTemplateQuery, pageToken string) (*Page[LaunchTemplate], error)

	// DescribeLaunchTemplateVersions reads one page of the versions of a template:
	// Template.Version alone if that is set, the default version alone if
	// DefaultOnly is. The other fields narrow the selection; a driver whose cloud
	// cannot do that ignores them, since the client narrows what it gets.
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
