package launchtemplate

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Driver is implemented by drivers of clouds with launch templates. Its calls follow the rules
// of [provider.Driver]: one request each, no retry, *[provider.APIError].
type Driver interface {
	// TemplateSupport says, for every leaf of the spec, which template parameter it
	// becomes, or why a template cannot hold it.
	TemplateSupport() provider.Support

	// ValidateTemplate returns nil or [provider.FieldErrors], without a network. The spec has
	// passed Validate and the template's support table. Version reports that the spec is for
	// CreateVersion.
	ValidateTemplate(t *Spec, version bool) error

	// CreateLaunchTemplate makes a template and returns its ID and the ID of the request, also
	// beside an error where they are known. The region of the spec is set. The token is set
	// where Limits.Idempotent names the call.
	CreateLaunchTemplate(ctx context.Context, t *Spec, token string) (id, requestID string, err error)

	// CreateLaunchTemplateVersion adds a version to a template and returns its number. The
	// rest is as with CreateLaunchTemplate.
	CreateLaunchTemplateVersion(
		ctx context.Context, ref provider.LaunchTemplateRef, t *Spec, token string,
	) (version int, requestID string, err error)

	// DescribeLaunchTemplates reads one page. A driver whose cloud searches loosely compares
	// with [Query.Matches]. The client always compares InstanceTags itself.
	DescribeLaunchTemplates(ctx context.Context, q *Query, pageToken string) (*provider.Page[Template], error)

	// DescribeLaunchTemplateVersions reads one page of the versions of a template. It reads
	// only Template.Version if that is set, and only the default version if DefaultOnly is
	// set. The other fields narrow the selection. A driver whose cloud cannot do that ignores
	// them, since the client filters the versions again.
	DescribeLaunchTemplateVersions(
		ctx context.Context, q *VersionQuery, pageToken string,
	) (*provider.Page[Version], error)

	SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref provider.LaunchTemplateRef) error
	DeleteLaunchTemplateVersions(
		ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int,
	) error
	DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error
}

// The calls, by the names of their methods.
const (
	apiCreate           provider.API = "CreateLaunchTemplate"
	apiCreateVersion    provider.API = "CreateLaunchTemplateVersion"
	apiDescribe         provider.API = "DescribeLaunchTemplates"
	apiDescribeVersions provider.API = "DescribeLaunchTemplateVersions"
	apiSetDefault       provider.API = "SetDefaultLaunchTemplateVersion"
	apiDeleteVersions   provider.API = "DeleteLaunchTemplateVersions"
	apiDelete           provider.API = "DeleteLaunchTemplate"
)
