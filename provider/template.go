package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// LaunchTemplates are the launch templates of an account: specs that the cloud
// stores under a name, in numbered versions, for RunInstancesSpec.LaunchTemplate.
// [Client.LaunchTemplates] returns them. All methods are safe for concurrent use.
// A template is named by [LaunchTemplateRef]: by ID, or by name on ECS. An empty region means
// the region of the client. A cloud stores a template without a check that its images or
// subnets exist. That shows when instances are created.
type LaunchTemplates interface {
	// Create stores a spec as version 1 of a new template, its default version, and returns
	// the template's ID. Fields that a template cannot hold (a password, on ECS a count) give
	// [FieldErrors], and nothing is sent. A name that is taken is [ErrExists]; an account
	// without room for another template is [ErrQuota]. When the answer is lost on a cloud
	// without a token for this call, the error is [ErrOutcomeUnknown]: look with List for the
	// name.
	Create(ctx context.Context, t LaunchTemplateSpec) (id string, err error)

	// CreateVersion adds a version and returns its number. The default version does not
	// change. Tags are refused: they belong to the template.
	CreateVersion(ctx context.Context, ref LaunchTemplateRef, t LaunchTemplateSpec) (version int, err error)

	// List reads templates, page by page as the loop goes on. The loop ends after
	// the first error.
	List(ctx context.Context, q LaunchTemplateQuery) iter.Seq2[LaunchTemplate, error]

	// Versions reads all versions of a template, like List.
	Versions(ctx context.Context, region string, ref LaunchTemplateRef) iter.Seq2[LaunchTemplateVersion, error]

	// FindVersions reads the versions of a template that a query selects, like List. Numbers
	// that do not exist are no error.
	FindVersions(ctx context.Context, q LaunchTemplateVersionQuery) iter.Seq2[LaunchTemplateVersion, error]

	// Version reads one version: ref.Version, or the default version if that is 0. A version
	// that does not exist is [ErrNotFound].
	Version(ctx context.Context, region string, ref LaunchTemplateRef) (*LaunchTemplateVersion, error)

	// SetDefault makes ref.Version the default version.
	SetDefault(ctx context.Context, region string, ref LaunchTemplateRef) error

	// DeleteVersions deletes versions, in one call. The default version cannot be
	// deleted: that is [ErrState].
	DeleteVersions(ctx context.Context, region string, ref LaunchTemplateRef, versions ...int) error

	// Delete deletes a template with all its versions. Instances made from it are not
	// affected. A template that does not exist is [ErrNotFound].
	Delete(ctx context.Context, region string, ref LaunchTemplateRef) error
}

// LaunchTemplateSpec describes a template, or a version of one.
type LaunchTemplateSpec struct {
	// Name is the name of a new template. Create requires it; CreateVersion refuses it. On ECS
	// a name is unique in an account.
	Name string

	// VersionDescription is a free text about the version.
	VersionDescription string

	// Spec is what the version holds. Fields it leaves zero are left to
	// RunInstances. Spec.Region is where the template is kept.
	Spec RunInstancesSpec

	// Tags are labels of the template itself; those of its instances are in Spec.
	Tags map[string]string

	// BaseVersion is the version that CreateVersion starts from on CVM; 0 means the default
	// version. There, a new version inherits the fields it does not set. A field that the base
	// has and Spec leaves zero would be inherited silently, so it is an error instead. Other
	// clouds refuse BaseVersion.
	BaseVersion int

	// Vendor holds options of the template that only one cloud has, for example
	// aliyun.TemplateOptions. Options for other clouds are ignored.
	Vendor []VendorOption
}

// LaunchTemplateQuery selects templates. The zero value selects all of the
// client's region.
type LaunchTemplateQuery struct {
	Region string
	IDs    []string
	Name   string            // the exact name
	Tags   map[string]string // of the template: all of these, with these values

	// InstanceTags are tags that some version of the template gives its instances: all of
	// these, with these values. For each template that matches the other fields, the client
	// reads the versions with one call or more.
	InstanceTags map[string]string
}

// LaunchTemplate is a template as the cloud describes it.
type LaunchTemplate struct {
	ID, Name       string
	DefaultVersion int
	LatestVersion  int
	Versions       int // how many there are; 0 where the cloud does not return it
	CreatedBy      string
	CreatedAt      time.Time // zero where the cloud does not return it
	ModifiedAt     time.Time
	Tags           map[string]string // nil where the cloud does not return it
}

// LaunchTemplateVersion is one version of a template.
type LaunchTemplateVersion struct {
	TemplateID   string
	TemplateName string
	Version      int
	Description  string
	Default      bool
	CreatedBy    string
	CreatedAt    time.Time
	ModifiedAt   time.Time

	// Spec is what the version holds, in the form that Create and CreateVersion take. Settings
	// without a field in the spec are in its Vendor options: nothing is left out.
	//
	// User data is returned decoded, as it was put in. Like that of every spec it prints, logs
	// and marshals as [redacted]. No template holds a password, so Login.Password is always
	// empty: give it to RunInstances, beside the template or beside this spec.
	Spec RunInstancesSpec
}

// Matches reports whether a template fits the query.
func (q *LaunchTemplateQuery) Matches(t *LaunchTemplate) bool {
	return q.Name == "" || q.Name == t.Name
}

// LaunchTemplates returns the account's launch templates. The error matches
// [errors.ErrUnsupported] where the cloud has none: ENS and QingCloud.
func (c *Client) LaunchTemplates() (LaunchTemplates, error) {
	d, ok := c.driver.(LaunchTemplateDriver)
	if !ok {
		return nil, fmt.Errorf("%s: launch templates: %w", c.name, errors.ErrUnsupported)
	}
	return &launchTemplates{c: c, d: d, support: d.TemplateSupport()}, nil
}

type launchTemplates struct {
	c       *Client
	d       LaunchTemplateDriver
	support Support
}

// Create implements [LaunchTemplates].
func (l *launchTemplates) Create(ctx context.Context, t LaunchTemplateSpec) (id string, err error) {
	k := Checker{}
	k.Require(t.Name != "", "Name", nil, "required")
	k.Require(t.BaseVersion == 0, "BaseVersion", t.BaseVersion, "a new template starts from nothing")
	if err := l.check(&t, &k, false); err != nil {
		return "", err
	}
	create := func(ctx context.Context, token string) (request string, err error) {
		id, request, err = l.d.CreateLaunchTemplate(ctx, &t, token)
		if id == "" && err == nil {
			err = l.c.nameless(apiCreateLaunchTemplate, request)
		}
		return request, err
	}
	err = l.c.add(ctx, t.Spec.Region, apiCreateLaunchTemplate, "", create)
	return id, err
}

// CreateVersion implements [LaunchTemplates].
func (l *launchTemplates) CreateVersion(
	ctx context.Context, ref LaunchTemplateRef, t LaunchTemplateSpec,
) (version int, err error) {
	k := Checker{}
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version, "the cloud numbers a new version itself")
	k.Require(t.Name == "", "Name", t.Name, "a version has no name of its own")
	k.Require(len(t.Tags) == 0, "Tags", nil, "tags belong to the template, not to a version")
	notNegative(&k, "BaseVersion", t.BaseVersion)
	if t.BaseVersion != 0 && !l.c.limits.TemplateVersionsInherit {
		k.Refuse("BaseVersion", "not supported: a version of "+l.c.name+" starts from nothing")
	}
	if err := l.check(&t, &k, true); err != nil {
		return 0, err
	}
	if err := l.checkInherited(ctx, ref, &t); err != nil {
		return 0, err
	}
	create := func(ctx context.Context, token string) (request string, err error) {
		version, request, err = l.d.CreateLaunchTemplateVersion(ctx, ref, &t, token)
		if version == 0 && err == nil {
			err = l.c.nameless(apiCreateLaunchTemplateVersion, request)
		}
		return request, err
	}
	err = l.c.add(ctx, t.Spec.Region, apiCreateLaunchTemplateVersion, "", create)
	return version, err
}

// check applies every rule that needs no network, and fills in the region.
func (l *launchTemplates) check(t *LaunchTemplateSpec, k *Checker, version bool) error {
	t.Spec.Region = l.c.region(t.Spec.Region)
	k.Require(t.Spec.Region != "", "Spec.Region", nil, "required: neither the spec nor the client names one")
	k.Require(t.Spec.LaunchTemplate == nil, "Spec.LaunchTemplate", nil, "a template cannot refer to another one")
	checkText(k, "Name", t.Name)
	checkText(k, "VersionDescription", t.VersionDescription)
	checkTags(k, "Tags", t.Tags)
	checkVendor(k, "Vendor", t.Vendor)
	spec := t.Spec
	spec.LaunchTemplate = nil // complained about above
	spec.Region = ""          // the place of the template, whatever the table says about it
	if err := join(k.Err(), within("Spec", spec.Validate()), within("Spec", l.support.Check(&spec))); err != nil {
		return err
	}
	return l.d.ValidateTemplate(t, version)
}

// SetDefault implements [LaunchTemplates].
func (l *launchTemplates) SetDefault(ctx context.Context, region string, ref LaunchTemplateRef) error {
	var k Checker
	checkRef(&k, ref)
	k.Require(ref.Version != 0, "LaunchTemplateRef.Version", nil, "required: the version to make the default")
	return l.change(ctx, region, &k, apiSetDefaultLaunchTemplateVersion, func(ctx context.Context, region string) error {
		return l.d.SetDefaultLaunchTemplateVersion(ctx, region, ref)
	})
}

// DeleteVersions implements [LaunchTemplates].
func (l *launchTemplates) DeleteVersions(
	ctx context.Context, region string, ref LaunchTemplateRef, versions ...int,
) error {
	var k Checker
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version, "name the versions to delete one by one")
	k.Require(len(versions) > 0, "versions", nil, "name at least one")
	for i, v := range versions {
		k.Require(v > 0, fmt.Sprintf("versions[%d]", i), v, "must be positive")
	}
	versions = sorted.Distinct(versions)
	return l.change(ctx, region, &k, apiDeleteLaunchTemplateVersions, func(ctx context.Context, region string) error {
		return l.d.DeleteLaunchTemplateVersions(ctx, region, ref, versions)
	})
}

// Delete implements [LaunchTemplates].
func (l *launchTemplates) Delete(ctx context.Context, region string, ref LaunchTemplateRef) error {
	var k Checker
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version,
		"Delete deletes every version; use DeleteVersions for one")
	return l.change(ctx, region, &k, apiDeleteLaunchTemplate, func(ctx context.Context, region string) error {
		return l.d.DeleteLaunchTemplate(ctx, region, ref)
	})
}

func (l *launchTemplates) change(
	ctx context.Context, region string, k *Checker, api API, call func(context.Context, string) error,
) error {
	region = l.c.region(region)
	k.Require(region != "", "region", nil, "required: neither the call nor the client names one")
	if err := k.Err(); err != nil {
		return err
	}
	return l.c.change(ctx, region, api, func(ctx context.Context) error { return call(ctx, region) })
}

func checkRef(k *Checker, ref LaunchTemplateRef) {
	k.Require((ref.ID == "") != (ref.Name == ""), "LaunchTemplateRef", nil, "give its ID or its Name, and not both")
	notNegative(k, "LaunchTemplateRef.Version", ref.Version)
}

func (r LaunchTemplateRef) text() string {
	if r.ID != "" {
		return r.ID
	}
	return fmt.Sprintf("%q", r.Name)
}
