package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmTemplateRequest is the schema of DeleteLaunchTemplate.
type cvmTemplateRequest struct{ LaunchTemplateId *string }

// cvmDeleteVersionsRequest is the schema of DeleteLaunchTemplateVersions.
type cvmDeleteVersionsRequest struct {
	LaunchTemplateId       *string
	LaunchTemplateVersions []int64
}

// cvmDefaultRequest is the schema of ModifyLaunchTemplateDefaultVersion.
type cvmDefaultRequest struct {
	LaunchTemplateId *string
	DefaultVersion   *int64
}

// deleteLaunchTemplate deletes a template with all its versions.
func (c *cvm) deleteLaunchTemplate(k *core.Call, r *cvmTemplateRequest) (tencentFields, *tencentRefusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	if refused != nil {
		return nil, refused
	}
	c.templates = slices.DeleteFunc(c.templates, func(other *cvmTemplate) bool { return other == t })
	return nil, nil
}

// deleteLaunchTemplateVersions deletes all of the versions or none.
func (c *cvm) deleteLaunchTemplateVersions(k *core.Call, r *cvmDeleteVersionsRequest) (tencentFields, *tencentRefusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	switch {
	case refused != nil:
		return nil, refused
	case len(r.LaunchTemplateVersions) == 0:
		return nil, tencentMissing("LaunchTemplateVersions")
	}
	for _, number := range r.LaunchTemplateVersions {
		if _, refused := t.existing("LaunchTemplateVersions", number); refused != nil {
			return nil, refused
		}
		if number == t.standard {
			return nil, tencentRefuse("InvalidParameterValue.LaunchTemplateDefaultVersion", "The default version cannot be deleted.")
		}
	}
	t.versions = slices.DeleteFunc(t.versions, func(v *cvmTemplateVersion) bool { return slices.Contains(r.LaunchTemplateVersions, v.number) })
	return nil, nil
}

func (c *cvm) modifyLaunchTemplateDefaultVersion(k *core.Call, r *cvmDefaultRequest) (tencentFields, *tencentRefusal) {
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	switch {
	case refused != nil:
		return nil, refused
	case r.DefaultVersion == nil:
		return nil, tencentMissing("DefaultVersion")
	}
	v, refused := t.existing("DefaultVersion", *r.DefaultVersion)
	switch {
	case refused != nil:
		return nil, refused
	case v.number == t.standard:
		return nil, tencentRefuse("InvalidParameterValue.LaunchTemplateIdVerSetAlready", "The version is the default version already.")
	}
	t.standard = v.number
	return nil, nil
}
