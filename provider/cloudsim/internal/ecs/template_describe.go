package ecs

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeLaunchTemplates serves DescribeLaunchTemplates. The reference requires an ID
// or a name, but its own example has neither and lists all.
func (e *api) describeLaunchTemplates(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	page := p.Page(50)
	ids, names := p.OneOrMany("LaunchTemplateId", 100), p.OneOrMany("LaunchTemplateName", 100)
	tags, inside, group := p.TagsOf("TemplateTag", maxTags), p.TagsOf("Tag", maxTags), p.Text("TemplateResourceGroupId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []alibaba.Object
	for _, t := range e.templates {
		inGroup := group == "" || group == t.group
		if inGroup && t.region == k.Region && ids(t.id) && names(t.name) &&
			alibaba.HasTags(t.tags, tags) && t.tagsInstances(inside) {
			all = append(all, templateSet(t))
		}
	}
	return alibaba.Object{
		{"TotalCount", len(all)},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"LaunchTemplateSets", alibaba.List("LaunchTemplateSet", alibaba.Cut(page, all))},
	}, nil
}

// tagsInstances reports whether a version gives instances these tags. The reference
// lists Tag.N among the filters as "tags of instances". It is not verified which
// versions the service checks.
func (t *launchTemplate) tagsInstances(want map[string]string) bool {
	return slices.ContainsFunc(t.versions, func(v *version) bool {
		return alibaba.HasTags((&alibaba.Params{Values: v.data}).TagsOf("Tag", maxTags), want)
	})
}

func templateSet(t *launchTemplate) alibaba.Object {
	return alibaba.Object{
		{"CreateTime", t.created.UTC().Format(alibaba.TimeFormat)},
		{"ModifiedTime", t.modified.UTC().Format(alibaba.TimeFormat)},
		{"LaunchTemplateId", t.id},
		{"LaunchTemplateName", t.name},
		{"DefaultVersionNumber", t.standard},
		{"LatestVersionNumber", t.latest()},
		{"CreatedBy", account},
		{"ResourceGroupId", t.group},
		{"Tags", alibaba.List("Tag", alibaba.Tags(t.tags))},
	}
}

// describeLaunchTemplateVersions serves DescribeLaunchTemplateVersions.
func (e *api) describeLaunchTemplateVersions(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	page, keep := p.Page(50), readVersionFilter(p)
	// By default the data is shown. That false hides it is from the documentation only.
	detail := !p.Has("DetailFlag") || p.Flag("DetailFlag")
	t := e.template(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []alibaba.Object
	for _, v := range t.versions {
		if keep(t, v) {
			all = append(all, versionSet(t, v, detail))
		}
	}
	return alibaba.Object{
		{"TotalCount", len(all)},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"LaunchTemplateVersionSets", alibaba.List("LaunchTemplateVersionSet", alibaba.Cut(page, all))},
	}, nil
}

// readVersionFilter reads the filters for versions; a version must pass all of them. An
// unknown version is left out: the action has no code for it.
func readVersionFilter(p *alibaba.Params) func(*launchTemplate, *version) bool {
	numbers := p.Numbers("LaunchTemplateVersion", maxVersions)
	least, most := p.Number("MinVersion", 1, 1, 1<<30), p.Number("MaxVersion", 1<<30, 1, 1<<30)
	if least > most {
		p.Bad("MinVersion", "no more than MaxVersion")
	}
	standard := p.Flag("DefaultVersion")
	return func(t *launchTemplate, v *version) bool {
		wanted := len(numbers) == 0 || slices.Contains(numbers, v.number)
		inRange := least <= v.number && v.number <= most
		fitsDefault := !standard || v.number == t.standard
		return wanted && inRange && fitsDefault
	}
}

func versionSet(t *launchTemplate, v *version, detail bool) alibaba.Object {
	out := alibaba.Object{
		{"CreateTime", v.created.UTC().Format(alibaba.TimeFormat)},
		{"ModifiedTime", v.created.UTC().Format(alibaba.TimeFormat)},
		{"LaunchTemplateId", t.id},
		{"LaunchTemplateName", t.name},
		{"DefaultVersion", v.number == t.standard},
		{"VersionNumber", v.number},
		{"CreatedBy", account},
		{"VersionDescription", v.description},
	}
	if detail {
		out = append(out, alibaba.Field{"LaunchTemplateData", shownData(v.data)})
	}
	return out
}
