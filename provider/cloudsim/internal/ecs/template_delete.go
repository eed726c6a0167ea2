package ecs

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// deleteLaunchTemplate serves DeleteLaunchTemplate. It answers with the versions that
// were deleted with the template, in the form that the vendor's SDK for Go reads: with
// a lower-case v.
func (e *api) deleteLaunchTemplate(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	t := e.template(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	e.templates = slices.DeleteFunc(e.templates, func(other *launchTemplate) bool { return other == t })
	var numbers []int
	for _, v := range t.versions {
		numbers = append(numbers, v.number)
	}
	return alibaba.Object{
		{"LaunchTemplateId", t.id},
		{"LaunchTemplateVersionNumbers", alibaba.List("versionNumbers", numbers)},
	}, nil
}

// deleteLaunchTemplateVersion serves DeleteLaunchTemplateVersion: all of the versions
// or none. The reference gives no code for an unknown version; the code here is that of
// the other actions.
func (e *api) deleteLaunchTemplateVersion(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	numbers := p.Numbers("DeleteVersion", maxVersions-1)
	if len(numbers) == 0 {
		p.Refuse(p.Missing("DeleteVersion.1"))
	}
	t := e.template(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, n := range numbers {
		switch {
		case t.version(n) == nil:
			return nil, noVersion(t.id, n)
		case n == t.standard:
			return nil, alibaba.Refuse(403, "InvalidOperation.DeleteDefaultVersion",
				"Delete default version from template is not allowed.")
		}
	}
	t.versions = slices.DeleteFunc(t.versions, func(v *version) bool { return slices.Contains(numbers, v.number) })
	t.modified = k.Now
	return nil, nil
}

// modifyLaunchTemplateDefaultVersion serves ModifyLaunchTemplateDefaultVersion.
func (e *api) modifyLaunchTemplateDefaultVersion(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	p.Required("DefaultVersionNumber")
	number := p.Number("DefaultVersionNumber", 1, 1, 1<<30)
	t := e.template(k, p)
	switch {
	case p.Refusal != nil:
		return nil, p.Refusal
	case t.version(number) == nil:
		return nil, noVersion(t.id, number)
	}
	t.standard, t.modified = number, k.Now
	return nil, nil
}
