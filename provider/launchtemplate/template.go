// Package launchtemplate manages launch templates: specs that a cloud stores under a name, in
// numbered versions, for [provider.RunInstancesSpec].LaunchTemplate. ECS and CVM have them.
//
//	templates, err := launchtemplate.Of(client) // errors.ErrUnsupported on clouds without
//	id, err := templates.Create(ctx, launchtemplate.Spec{Name: "web", Spec: spec})
//
// A template is named by [provider.LaunchTemplateRef]: by ID, or by name on ECS. An empty
// region means the region of the client. A cloud stores a template without a check that its
// images or subnets exist. That shows when instances are created.
//
// The calls share the budget, the records and the rules for repetition of their client. Errors
// are those of package provider. [Driver] is for authors of drivers only.
package launchtemplate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Spec describes a template, or a version of one.
type Spec struct {
	// Name is the name of a new template. Create requires it; CreateVersion refuses it. On ECS
	// a name is unique in an account.
	Name string

	// VersionDescription is a free text about the version.
	VersionDescription string

	// Spec is what the version holds. Fields it leaves zero are left to
	// RunInstances. Spec.Region is where the template is kept.
	Spec provider.RunInstancesSpec

	// Tags are labels of the template itself; those of its instances are in Spec.
	Tags map[string]string

	// BaseVersion is the version that CreateVersion starts from on CVM; 0 means the default
	// version. There, a new version inherits the fields it does not set. A field that the base
	// has and Spec leaves zero would be inherited silently, so it is an error instead. Other
	// clouds refuse BaseVersion.
	BaseVersion int

	// Vendor holds options of the template that only one cloud has, for example
	// aliyun.TemplateOptions. Options for other clouds are ignored.
	Vendor []provider.VendorOption
}

// Template is a template as the cloud describes it.
type Template struct {
	ID, Name       string
	DefaultVersion int
	LatestVersion  int
	Versions       int // how many there are; 0 where the cloud does not return it
	CreatedBy      string
	CreatedAt      time.Time // zero where the cloud does not return it
	ModifiedAt     time.Time
	Tags           map[string]string // nil where the cloud does not return it
}

// Version is one version of a template.
type Version struct {
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
	Spec provider.RunInstancesSpec
}

// Templates are the launch templates of an account. [Of] returns them. All methods are safe for
// concurrent use. The zero value is not usable.
type Templates struct {
	c       *provider.Client
	d       Driver
	support provider.Support
	limits  provider.Limits
}

// Of returns the launch templates of the client's account. It makes no call. The error matches
// [errors.ErrUnsupported] where the cloud has none: ENS and QingCloud.
func Of(c *provider.Client) (*Templates, error) {
	d, ok := c.Driver().(Driver)
	if !ok {
		return nil, fmt.Errorf("%s: launch templates: %w", c.Name(), errors.ErrUnsupported)
	}
	return &Templates{c: c, d: d, support: d.TemplateSupport(), limits: c.Limits()}, nil
}

// Support returns the support table of launch templates. It says, for every leaf of the spec,
// which parameter of a template it becomes, or why a template cannot hold it. The table of
// [provider.Client.Support] is for creates.
func (l *Templates) Support() provider.Support { return l.support }

// Create stores a spec as version 1 of a new template, its default version, and returns
// the template's ID. Fields that a template cannot hold (a password, on ECS a count) give
// [provider.FieldErrors], and nothing is sent. A name that is taken is [provider.ErrExists]; an
// account without room for another template is [provider.ErrQuota]. When the answer is lost on a
// cloud without a token for this call, the error is [provider.ErrOutcomeUnknown]: look with List
// for the name.
func (l *Templates) Create(ctx context.Context, t Spec) (id string, err error) {
	k := provider.Checker{}
	k.Require(t.Name != "", "Name", nil, "required")
	k.Require(t.BaseVersion == 0, "BaseVersion", t.BaseVersion, "a new template starts from nothing")
	if err := l.check(&t, &k, false); err != nil {
		return "", err
	}
	return l.call(t.Spec.Region, apiCreate).Create(ctx, "",
		func(ctx context.Context, token string) (id, requestID string, err error) {
			return l.d.CreateLaunchTemplate(ctx, &t, token)
		})
}

// CreateVersion adds a version and returns its number. The default version does not
// change. Tags are refused: they belong to the template.
func (l *Templates) CreateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, t Spec,
) (version int, err error) {
	k := provider.Checker{}
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version, "the cloud numbers a new version itself")
	k.Require(t.Name == "", "Name", t.Name, "a version has no name of its own")
	k.Require(len(t.Tags) == 0, "Tags", nil, "tags belong to the template, not to a version")
	k.NotNegative("BaseVersion", t.BaseVersion)
	if t.BaseVersion != 0 && !l.limits.TemplateVersionsInherit {
		k.Refuse("BaseVersion", "not supported: a version of "+l.c.Name()+" starts from nothing")
	}
	if err := l.check(&t, &k, true); err != nil {
		return 0, err
	}
	if err := l.checkInherited(ctx, ref, &t); err != nil {
		return 0, err
	}
	_, err = l.call(t.Spec.Region, apiCreateVersion).Create(ctx, "",
		func(ctx context.Context, token string) (id, requestID string, err error) {
			version, requestID, err = l.d.CreateLaunchTemplateVersion(ctx, ref, &t, token)
			if version != 0 {
				id = strconv.Itoa(version)
			}
			return id, requestID, err
		})
	return version, err
}

// check applies every rule that needs no network, and fills in the region.
func (l *Templates) check(t *Spec, k *provider.Checker, version bool) error {
	t.Spec.Region = l.region(t.Spec.Region)
	k.Require(t.Spec.Region != "", "Spec.Region", nil, "required: neither the spec nor the client names one")
	k.Require(t.Spec.LaunchTemplate == nil, "Spec.LaunchTemplate", nil, "a template cannot refer to another one")
	k.Text("Name", t.Name)
	k.Text("VersionDescription", t.VersionDescription)
	k.Tags("Tags", t.Tags)
	k.VendorOptions("Vendor", t.Vendor)
	spec := t.Spec
	spec.LaunchTemplate = nil // complained about above
	spec.Region = ""          // the place of the template, whatever the table says about it
	k.In("Spec").Add(spec.Validate())
	k.In("Spec").Add(l.support.Check(&spec))
	if err := k.Err(); err != nil {
		return err
	}
	return l.d.ValidateTemplate(t, version)
}

// SetDefault makes ref.Version the default version.
func (l *Templates) SetDefault(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	region = l.region(region)
	var k provider.Checker
	checkRef(&k, ref)
	k.Require(ref.Version != 0, "LaunchTemplateRef.Version", nil, "required: the version to make the default")
	if err := checkRegion(&k, region); err != nil {
		return err
	}
	return l.call(region, apiSetDefault).Change(ctx, func(ctx context.Context) error {
		return l.d.SetDefaultLaunchTemplateVersion(ctx, region, ref)
	})
}

// DeleteVersions deletes versions, in one call. The default version cannot be
// deleted: that is [provider.ErrState].
func (l *Templates) DeleteVersions(
	ctx context.Context, region string, ref provider.LaunchTemplateRef, versions ...int,
) error {
	region = l.region(region)
	var k provider.Checker
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version, "name the versions to delete one by one")
	k.Require(len(versions) > 0, "versions", nil, "name at least one")
	for i, v := range versions {
		k.Require(v > 0, fmt.Sprintf("versions[%d]", i), v, "must be positive")
	}
	if err := checkRegion(&k, region); err != nil {
		return err
	}
	versions = sorted.Distinct(versions)
	return l.call(region, apiDeleteVersions).Delete(ctx, func(ctx context.Context) error {
		return l.d.DeleteLaunchTemplateVersions(ctx, region, ref, versions)
	})
}

// Delete deletes a template with all its versions. Instances made from it are not
// affected. A template that does not exist is [provider.ErrNotFound].
func (l *Templates) Delete(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	region = l.region(region)
	var k provider.Checker
	checkRef(&k, ref)
	k.Require(ref.Version == 0, "LaunchTemplateRef.Version", ref.Version,
		"Delete deletes every version; use DeleteVersions for one")
	if err := checkRegion(&k, region); err != nil {
		return err
	}
	return l.call(region, apiDelete).Delete(ctx, func(ctx context.Context) error {
		return l.d.DeleteLaunchTemplate(ctx, region, ref)
	})
}

// call returns a call about templates.
func (l *Templates) call(region string, api provider.API) provider.Call {
	return provider.Call{Client: l.c, Region: region, API: api}
}

// region returns a region, or that of the client when it is empty.
func (l *Templates) region(region string) string { return cmp.Or(region, l.c.Region()) }

// checkRegion adds that a call needs a region, and returns all problems of the call.
func checkRegion(k *provider.Checker, region string) error {
	k.Require(region != "", "region", nil, "required: neither the call nor the client names one")
	return k.Err()
}

func checkRef(k *provider.Checker, ref provider.LaunchTemplateRef) {
	k.Require((ref.ID == "") != (ref.Name == ""), "LaunchTemplateRef", nil, "give its ID or its Name, and not both")
	k.NotNegative("LaunchTemplateRef.Version", ref.Version)
}

// textOf returns how an error names a template.
func textOf(ref provider.LaunchTemplateRef) string {
	if ref.ID != "" {
		return ref.ID
	}
	return strconv.Quote(ref.Name)
}
