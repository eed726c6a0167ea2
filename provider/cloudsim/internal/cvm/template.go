package cvm

import (
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Limits of launch templates. The documents mention a quota per region but no number;
// the number is [unverified].
const (
	maxTemplates = 200
	maxVersions  = 30
)

// templateKind is the resource kind of a template in tags.
const templateKind = "launch-template"

// template is a launch template.
type template struct {
	region, id, name string
	tags             map[string]string
	created          time.Time
	versions         []*templateVersion // ascending; deleted versions leave gaps
	standard         int64              // the default version
	last             int64              // highest number used so far: numbers are not used twice
}

// templateVersion is one version of a template.
type templateVersion struct {
	number      int64
	description string
	created     time.Time
	data        templateData
	modify      string // TemplateDataModifyAction
}

// versionRequest is the common part of both calls that make a version. By the codes of
// these actions each version is checked like a create.
type versionRequest struct {
	templateData
	LaunchTemplateVersionDescription *string
	TemplateDataModifyAction         *string
	ClientToken                      *string
	DryRun                           *bool
}

// newTemplateRequest is the schema of CreateLaunchTemplate.
type newTemplateRequest struct {
	versionRequest
	LaunchTemplateName             *string
	LaunchTemplateTagSpecification []tagSpecification
}

// newVersionRequest is the schema of CreateLaunchTemplateVersion.
type newVersionRequest struct {
	versionRequest
	LaunchTemplateId      *string
	LaunchTemplateVersion *int64 // the version to start from
}

// version returns a version by its number, or nil.
func (t *template) version(number int64) *templateVersion {
	i := slices.IndexFunc(t.versions, func(v *templateVersion) bool { return v.number == number })
	if i < 0 {
		return nil
	}
	return t.versions[i]
}

// add creates the next version of a template.
func (t *template) add(k *core.Call, r *versionRequest) *templateVersion {
	t.last++
	v := &templateVersion{
		number: t.last, created: k.Now, data: r.templateData,
		description: valueOr(r.LaunchTemplateVersionDescription, ""),
		modify:      valueOr(r.TemplateDataModifyAction, replace),
	}
	t.versions = append(t.versions, v)
	return v
}

// Values of TemplateDataModifyAction.
const (
	replace = "Replace"
	update  = "Update"
)

func (c *api) createLaunchTemplate(k *core.Call, r *newTemplateRequest) (fields, *refusal) {
	dry := valueOr(r.DryRun, false)
	ids, refused := c.once(k, r.ClientToken, dry, r, func() ([]string, *refusal) {
		if refused := c.checkTemplate(k, r); refused != nil || dry {
			return nil, refused
		}
		t := &template{
			region: k.Region, name: *r.LaunchTemplateName, created: k.Now, standard: 1,
			tags: tagsFor(templateKind, r.LaunchTemplateTagSpecification),
			id: core.UnusedID(c.service.Rand, "lt-", 8, func(id string) bool {
				return slices.ContainsFunc(c.templates, func(t *template) bool { return t.id == id })
			}),
		}
		t.add(k, &r.versionRequest)
		c.templates = append(c.templates, t)
		return []string{t.id}, nil
	})
	if refused != nil || dry {
		return nil, refused
	}
	return fields{"LaunchTemplateId": ids[0]}, nil
}

// checkTemplate checks a new template. Two templates may have the same name: no code
// refuses that.
func (c *api) checkTemplate(k *core.Call, r *newTemplateRequest) *refusal {
	name := valueOr(r.LaunchTemplateName, "")
	switch n := utf8.RuneCountInString(name); {
	case r.LaunchTemplateName == nil:
		return missing("LaunchTemplateName")
	case n < 2 || n > 128:
		return invalidAs("InvalidParameterValue.InvalidLaunchTemplateName", "LaunchTemplateName")
	}
	if refused := checkTags("LaunchTemplateTagSpecification", r.LaunchTemplateTagSpecification); refused != nil {
		return refused
	}
	if refused := c.checkVersion(k, &r.versionRequest); refused != nil {
		return refused
	}
	n := 0
	for _, t := range c.templates {
		if t.region == k.Region {
			n++
		}
	}
	if n >= maxTemplates {
		return refuse("LimitExceeded.LaunchTemplateQuota", "The number of launch templates exceeds the quota.")
	}
	return nil
}

// checkVersion checks a new version by the rules of a create. It must not have a
// password.
func (c *api) checkVersion(k *core.Call, r *versionRequest) *refusal {
	description := valueOr(r.LaunchTemplateVersionDescription, "")
	switch n := utf8.RuneCountInString(description); {
	case n == 1 || n > 256: // an empty name means the default
		return invalidAs("InvalidParameterValue.InvalidLaunchTemplateVersionDescription",
			"LaunchTemplateVersionDescription")
	case r.LoginSettings != nil && r.LoginSettings.Password != nil:
		return refuse("InvalidParameter.PasswordNotSupported", "A launch template cannot hold a password.")
	}
	if refused := oneOf("TemplateDataModifyAction", r.TemplateDataModifyAction, replace, update); refused != nil {
		return refused
	}
	run := &runRequest{templateData: r.templateData, ClientToken: r.ClientToken}
	if refused := c.check(k, run); refused != nil {
		return refused
	}
	return c.checkGroup(k, run)
}

// createLaunchTemplateVersion makes a version of the parameters in the request. Missing
// parameters come from the version that it starts from. The reference requires
// Placement anyway. It does not explain the effect of TemplateDataModifyAction; it is
// [unverified] that it stays with its version.
func (c *api) createLaunchTemplateVersion(k *core.Call, r *newVersionRequest) (fields, *refusal) {
	dry := valueOr(r.DryRun, false)
	numbers, refused := c.once(k, r.ClientToken, dry, r, func() ([]string, *refusal) {
		if r.Placement == nil {
			return nil, missing("Placement")
		}
		t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
		if refused != nil {
			return nil, refused
		}
		base, refused := t.existing("LaunchTemplateVersion", valueOr(r.LaunchTemplateVersion, t.standard))
		if refused != nil {
			return nil, refused
		}
		full := r.versionRequest // the fingerprint covers only the request itself
		full.fillIn(base.data)
		if refused := c.checkVersion(k, &full); refused != nil {
			return nil, refused
		}
		if len(t.versions) >= maxVersions {
			return nil, refuse("LimitExceeded.LaunchTemplateVersionQuota",
				"The number of versions of the launch template exceeds the quota.")
		}
		if dry {
			return nil, nil
		}
		return []string{strconv.FormatInt(t.add(k, &full).number, 10)}, nil
	})
	if refused != nil || dry {
		return nil, refused
	}
	number, _ := strconv.ParseInt(numbers[0], 10, 64) // written above
	return fields{"LaunchTemplateVersionNumber": number}, nil
}

// template returns the template of the call's region that an ID names.
func (c *api) template(k *core.Call, path string, id *string) (*template, *refusal) {
	if id == nil {
		return nil, missing(path)
	}
	if !idForm(*id, "lt-") {
		return nil, invalidAs("InvalidParameterValue.LaunchTemplateIdMalformed", path)
	}
	i := slices.IndexFunc(c.templates, func(t *template) bool { return t.id == *id && t.region == k.Region })
	if i < 0 {
		return nil, refuse("InvalidParameterValue.LaunchTemplateIdNotExisted", "The launch template does not exist.")
	}
	return c.templates[i], nil
}

// existing returns a version. It refuses an impossible number and a number that the
// template does not have.
func (t *template) existing(path string, number int64) (*templateVersion, *refusal) {
	if number < 1 {
		return nil, invalidAs("InvalidParameterValue.LaunchTemplateVersion", path)
	}
	v := t.version(number)
	if v == nil {
		return nil, refuse("InvalidParameterValue.LaunchTemplateIdVerNotExisted",
			"The launch template does not have the version.")
	}
	return v, nil
}

// fromTemplate fills the missing parameters of a create from a launch template.
// RunInstances has no code for an unknown version; the code for an invalid number is
// used.
func (c *api) fromTemplate(k *core.Call, r *runRequest) (*runRequest, *refusal) {
	if r.LaunchTemplate == nil {
		return r, nil
	}
	t, refused := c.template(k, "LaunchTemplate.LaunchTemplateId", r.LaunchTemplate.LaunchTemplateId)
	if refused != nil {
		return nil, refused
	}
	number := valueOr(r.LaunchTemplate.LaunchTemplateVersion, uint64(t.standard))
	i := slices.IndexFunc(t.versions, func(v *templateVersion) bool { return uint64(v.number) == number })
	if i < 0 {
		return nil, invalidAs("InvalidParameterValue.LaunchTemplateVersion", "LaunchTemplate.LaunchTemplateVersion")
	}
	v, full := t.versions[i], *r
	full.fillIn(v.data)
	if v.modify == update && v.data.Metadata != nil && r.Metadata != nil {
		full.Metadata = updated(v.data.Metadata, r.Metadata)
	}
	return &full, nil
}

// fillIn takes missing values from another version. It is [unverified] that a structure
// or a list, even an empty one, replaces the other's as a whole.
func (d *templateData) fillIn(from templateData) {
	to, other := reflect.ValueOf(d).Elem(), reflect.ValueOf(from)
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(other.Field(i))
		}
	}
}

// updated returns the metadata of a template, overridden by the items of a create.
func updated(template, request *metadata) *metadata {
	items := slices.Clone(template.Items)
	for _, item := range request.Items {
		same := func(other metadataItem) bool { return valueOr(other.Key, "") == valueOr(item.Key, "") }
		if i := slices.IndexFunc(items, same); i >= 0 {
			items[i] = item
		} else {
			items = append(items, item)
		}
	}
	return &metadata{Items: items}
}
