package cvm

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// templateRequest is the schema of DeleteLaunchTemplate.
type templateRequest struct{ LaunchTemplateId *string }

// deleteVersionsRequest is the schema of DeleteLaunchTemplateVersions.
type deleteVersionsRequest struct {
	LaunchTemplateId       *string
	LaunchTemplateVersions []int64
}

// defaultRequest is the schema of ModifyLaunchTemplateDefaultVersion.
type defaultRequest struct {
	LaunchTemplateId *string
	DefaultVersion   *int64
}

// deleteLaunchTemplate deletes a template with all its versions.
func (c *api) deleteLaunchTemplate(k *core.Call, r *templateRequest) (fields, *refusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	if refused != nil {
		return nil, refused
	}
	c.templates = slices.DeleteFunc(c.templates, func(other *template) bool { return other == t })
	return nil, nil
}

// deleteLaunchTemplateVersions deletes all of the versions or none.
func (c *api) deleteLaunchTemplateVersions(k *core.Call, r *deleteVersionsRequest) (fields, *refusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	switch {
	case refused != nil:
		return nil, refused
	case len(r.LaunchTemplateVersions) == 0:
		return nil, missing("LaunchTemplateVersions")
	}
	for _, number := range r.LaunchTemplateVersions {
		if _, refused := t.existing("LaunchTemplateVersions", number); refused != nil {
			return nil, refused
		}
		if number == t.standard {
			return nil, refuse("InvalidParameterValue.LaunchTemplateDefaultVersion",
				"The default version cannot be deleted.")
		}
	}
	t.versions = slices.DeleteFunc(t.versions, func(v *templateVersion) bool {
		return slices.Contains(r.LaunchTemplateVersions, v.number)
	})
	return nil, nil
}

func (c *api) modifyLaunchTemplateDefaultVersion(k *core.Call, r *defaultRequest) (fields, *refusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	switch {
	case refused != nil:
		return nil, refused
	case r.DefaultVersion == nil:
		return nil, missing("DefaultVersion")
	}
	v, refused := t.existing("DefaultVersion", *r.DefaultVersion)
	switch {
	case refused != nil:
		return nil, refused
	case v.number == t.standard:
		return nil, refuse("InvalidParameterValue.LaunchTemplateIdVerSetAlready",
			"The version is the default version already.")
	}
	t.standard = v.number
	return nil, nil
}
