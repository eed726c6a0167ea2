package cloudsim

import (
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Limits of launch templates. How many a region holds is not documented, only
// that there is a quota: the number is [unverified].
const (
	cvmMaxTemplates = 200
	cvmMaxVersions  = 30
)

// cvmTemplateKind is the kind of resource that a template is, in tags.
const cvmTemplateKind = "launch-template"

// cvmTemplate is a launch template.
type cvmTemplate struct {
	region, id, name string
	tags             map[string]string
	created          time.Time
	versions         []*cvmTemplateVersion // ascending, gaps where some were deleted
	standard         int64                 // the default version
	last             int64                 // highest number ever given: numbers are not used twice
}

// cvmTemplateVersion is one version of a template.
type cvmTemplateVersion struct {
	number      int64
	description string
	created     time.Time
	data        cvmTemplateData
	modify      string // TemplateDataModifyAction
}

// cvmVersionRequest is what both calls that make a version have in common. Each
// version is checked like a create, as the codes of these actions say.
type cvmVersionRequest struct {
	cvmTemplateData
	LaunchTemplateVersionDescription *string
	TemplateDataModifyAction         *string
	ClientToken                      *string
	DryRun                           *bool
}

// cvmNewTemplateRequest is the schema of CreateLaunchTemplate.
type cvmNewTemplateRequest struct {
	cvmVersionRequest
	LaunchTemplateName             *string
	LaunchTemplateTagSpecification []cvmTagSpecification
}

// cvmNewVersionRequest is the schema of CreateLaunchTemplateVersion.
type cvmNewVersionRequest struct {
	cvmVersionRequest
	LaunchTemplateId      *string
	LaunchTemplateVersion *int64 // the one to start from
}

// version returns a version by its number, or nil.
func (t *cvmTemplate) version(number int64) *cvmTemplateVersion {
	i := slices.IndexFunc(t.versions, func(v *cvmTemplateVersion) bool { return v.number == number })
	if i < 0 {
		return nil
	}
	return t.versions[i]
}

// add makes the next version of a template.
func (t *cvmTemplate) add(k *core.Call, r *cvmVersionRequest) *cvmTemplateVersion {
	t.last++
	v := &cvmTemplateVersion{
		number: t.last, created: k.Now, data: r.cvmTemplateData,
		description: tencentOr(r.LaunchTemplateVersionDescription, ""),
		modify:      tencentOr(r.TemplateDataModifyAction, cvmReplace),
	}
	t.versions = append(t.versions, v)
	return v
}

// Values of TemplateDataModifyAction.
const (
	cvmReplace = "Replace"
	cvmUpdate  = "Update"
)

func (c *cvm) createLaunchTemplate(k *core.Call, r *cvmNewTemplateRequest) (tencentFields, *tencentRefusal) {
	dry := tencentOr(r.DryRun, false)
	ids, refused := c.once(k, r.ClientToken, dry, r, func() ([]string, *tencentRefusal) {
		if refused := c.checkTemplate(k, r); refused != nil || dry {
			return nil, refused
		}
		t := &cvmTemplate{
			region: k.Region, name: *r.LaunchTemplateName, created: k.Now, standard: 1,
			tags: cvmTagsFor(cvmTemplateKind, r.LaunchTemplateTagSpecification),
			id: core.UnusedID(c.cloud.Rand, "lt-", 8, func(id string) bool {
				return slices.ContainsFunc(c.templates, func(t *cvmTemplate) bool { return t.id == id })
			}),
		}
		t.add(k, &r.cvmVersionRequest)
		c.templates = append(c.templates, t)
		return []string{t.id}, nil
	})
	if refused != nil || dry {
		return nil, refused
	}
	return tencentFields{"LaunchTemplateId": ids[0]}, nil
}

// checkTemplate checks a new template. Names need not differ: there is no code
// for one that is taken.
func (c *cvm) checkTemplate(k *core.Call, r *cvmNewTemplateRequest) *tencentRefusal {
	name := tencentOr(r.LaunchTemplateName, "")
	switch n := utf8.RuneCountInString(name); {
	case r.LaunchTemplateName == nil:
		return tencentMissing("LaunchTemplateName")
	case n < 2 || n > 128:
		return tencentInvalidAs("InvalidParameterValue.InvalidLaunchTemplateName", "LaunchTemplateName")
	}
	if refused := cvmCheckTags("LaunchTemplateTagSpecification", r.LaunchTemplateTagSpecification); refused != nil {
		return refused
	}
	if refused := c.checkVersion(k, &r.cvmVersionRequest); refused != nil {
		return refused
	}
	n := 0
	for _, t := range c.templates {
		if t.region == k.Region {
			n++
		}
	}
	if n >= cvmMaxTemplates {
		return tencentRefuse("LimitExceeded.LaunchTemplateQuota", "The number of launch templates exceeds the quota.")
	}
	return nil
}

// checkVersion checks what is to become a version: by the rules of a create, and
// that it has no password.
func (c *cvm) checkVersion(k *core.Call, r *cvmVersionRequest) *tencentRefusal {
	description := tencentOr(r.LaunchTemplateVersionDescription, "")
	switch n := utf8.RuneCountInString(description); {
	case n == 1 || n > 256: // an empty one is the default
		return tencentInvalidAs("InvalidParameterValue.InvalidLaunchTemplateVersionDescription", "LaunchTemplateVersionDescription")
	case r.LoginSettings != nil && r.LoginSettings.Password != nil:
		return tencentRefuse("InvalidParameter.PasswordNotSupported", "A launch template cannot hold a password.")
	}
	if refused := tencentOneOf("TemplateDataModifyAction", r.TemplateDataModifyAction, cvmReplace, cvmUpdate); refused != nil {
		return refused
	}
	run := &cvmRunRequest{cvmTemplateData: r.cvmTemplateData, ClientToken: r.ClientToken}
	if refused := run.check(k); refused != nil {
		return refused
	}
	return c.checkGroup(k, run)
}

// createLaunchTemplateVersion makes a version of what the request says and, where
// it says nothing, of what the version has that it starts from. The reference
// demands Placement although that could be taken over too, and does not say what
// becomes of TemplateDataModifyAction; that it stays with its version is [unverified].
func (c *cvm) createLaunchTemplateVersion(k *core.Call, r *cvmNewVersionRequest) (tencentFields, *tencentRefusal) {
	dry := tencentOr(r.DryRun, false)
	numbers, refused := c.once(k, r.ClientToken, dry, r, func() ([]string, *tencentRefusal) {
		if r.Placement == nil {
			return nil, tencentMissing("Placement")
		}
		t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
		if refused != nil {
			return nil, refused
		}
		base, refused := t.existing("LaunchTemplateVersion", tencentOr(r.LaunchTemplateVersion, t.standard))
		if refused != nil {
			return nil, refused
		}
		full := r.cvmVersionRequest // the request itself tells repeated calls apart
		full.fillIn(base.data)
		if refused := c.checkVersion(k, &full); refused != nil {
			return nil, refused
		}
		if len(t.versions) >= cvmMaxVersions {
			return nil, tencentRefuse("LimitExceeded.LaunchTemplateVersionQuota", "The number of versions of the launch template exceeds the quota.")
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
	return tencentFields{"LaunchTemplateVersionNumber": number}, nil
}

// template returns the template of the call's region that an ID names.
func (c *cvm) template(k *core.Call, path string, id *string) (*cvmTemplate, *tencentRefusal) {
	if id == nil {
		return nil, tencentMissing(path)
	}
	if !cvmIDForm(*id, "lt-") {
		return nil, tencentInvalidAs("InvalidParameterValue.LaunchTemplateIdMalformed", path)
	}
	i := slices.IndexFunc(c.templates, func(t *cvmTemplate) bool { return t.id == *id && t.region == k.Region })
	if i < 0 {
		return nil, tencentRefuse("InvalidParameterValue.LaunchTemplateIdNotExisted", "The launch template does not exist.")
	}
	return c.templates[i], nil
}

// existing returns a version, refusing a number that can not be one and one that
// the template does not have.
func (t *cvmTemplate) existing(path string, number int64) (*cvmTemplateVersion, *tencentRefusal) {
	if number < 1 {
		return nil, tencentInvalidAs("InvalidParameterValue.LaunchTemplateVersion", path)
	}
	v := t.version(number)
	if v == nil {
		return nil, tencentRefuse("InvalidParameterValue.LaunchTemplateIdVerNotExisted", "The launch template does not have the version.")
	}
	return v, nil
}

// fromTemplate puts a launch template under the parameters of a create. RunInstances
// has no code for a version that does not exist but the one for a number that is
// not valid.
func (c *cvm) fromTemplate(k *core.Call, r *cvmRunRequest) (*cvmRunRequest, *tencentRefusal) {
	if r.LaunchTemplate == nil {
		return r, nil
	}
	t, refused := c.template(k, "LaunchTemplate.LaunchTemplateId", r.LaunchTemplate.LaunchTemplateId)
	if refused != nil {
		return nil, refused
	}
	number := tencentOr(r.LaunchTemplate.LaunchTemplateVersion, uint64(t.standard))
	i := slices.IndexFunc(t.versions, func(v *cvmTemplateVersion) bool { return uint64(v.number) == number })
	if i < 0 {
		return nil, tencentInvalidAs("InvalidParameterValue.LaunchTemplateVersion", "LaunchTemplate.LaunchTemplateVersion")
	}
	v, full := t.versions[i], *r
	full.fillIn(v.data)
	if v.modify == cvmUpdate && v.data.Metadata != nil && r.Metadata != nil {
		full.Metadata = cvmUpdated(v.data.Metadata, r.Metadata)
	}
	return &full, nil
}

// fillIn takes what is not set from another version. That a structure or a list
// replaces the other's as a whole, and an empty list too, is [unverified].
func (d *cvmTemplateData) fillIn(from cvmTemplateData) {
	to, other := reflect.ValueOf(d).Elem(), reflect.ValueOf(from)
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(other.Field(i))
		}
	}
}

// cvmUpdated is the metadata of a template with the items of a create over it.
func cvmUpdated(template, request *cvmMetadata) *cvmMetadata {
	items := slices.Clone(template.Items)
	for _, item := range request.Items {
		same := func(other cvmMetadataItem) bool { return tencentOr(other.Key, "") == tencentOr(item.Key, "") }
		if i := slices.IndexFunc(items, same); i >= 0 {
			items[i] = item
		} else {
			items = append(items, item)
		}
	}
	return &cvmMetadata{Items: items}
}
