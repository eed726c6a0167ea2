package ecs

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeLaunchTemplates serves DescribeLaunchTemplates. The reference says
// that an ID or a name is needed, its own example has neither and lists all.
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
		if t.region == k.Region && ids(t.id) && names(t.name) && (group == "" || group == t.group) &&
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

// tagsInstances reports whether some version gives instances these tags. The
// reference has Tag.N among the filters as "tags of instances"; which versions
// the service looks at is not verified.
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
	// Without it the data is shown; that false hides it is documentation alone.
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

// readVersionFilter reads which versions are asked for; several filters narrow each
// other. A version that does not exist is left out: the action has no code for it.
func readVersionFilter(p *alibaba.Params) func(*launchTemplate, *version) bool {
	numbers := p.Numbers("LaunchTemplateVersion", maxVersions)
	least, most := p.Number("MinVersion", 1, 1, 1<<30), p.Number("MaxVersion", 1<<30, 1, 1<<30)
	if least > most {
		p.Bad("MinVersion", "no more than MaxVersion")
	}
	standard := p.Flag("DefaultVersion")
	return func(t *launchTemplate, v *version) bool {
		return (len(numbers) == 0 || slices.Contains(numbers, v.number)) &&
			least <= v.number && v.number <= most && (!standard || v.number == t.standard)
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
