package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeLaunchTemplates serves DescribeLaunchTemplates. The reference says
// that an ID or a name is needed, its own example has neither and lists all.
func (e *ecs) describeLaunchTemplates(k *core.Call) (aliObject, *aliError) {
	p := e.templateParams(k)
	page := p.page(50)
	ids, names := p.oneOrMany("LaunchTemplateId", 100), p.oneOrMany("LaunchTemplateName", 100)
	tags, inside, group := p.tagsOf("TemplateTag", ecsMaxTags), p.tagsOf("Tag", ecsMaxTags), p.text("TemplateResourceGroupId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []aliObject
	for _, t := range e.templates {
		if t.region == k.Region && ids(t.id) && names(t.name) && (group == "" || group == t.group) &&
			aliHasTags(t.tags, tags) && t.tagsMachines(inside) {
			all = append(all, ecsTemplateSet(t))
		}
	}
	return aliObject{
		{"TotalCount", len(all)},
		{"PageNumber", page.number},
		{"PageSize", page.size},
		{"LaunchTemplateSets", aliList("LaunchTemplateSet", aliCut(page, all))},
	}, nil
}

// tagsMachines tells whether some version gives machines these tags. The
// reference has Tag.N among the filters as "tags of instances"; which versions
// the service looks at is not verified.
func (t *ecsTemplate) tagsMachines(want map[string]string) bool {
	return slices.ContainsFunc(t.versions, func(v *ecsVersion) bool {
		return aliHasTags((&aliParams{values: v.data}).tagsOf("Tag", ecsMaxTags), want)
	})
}

func ecsTemplateSet(t *ecsTemplate) aliObject {
	return aliObject{
		{"CreateTime", t.created.UTC().Format(aliStamp)},
		{"ModifiedTime", t.modified.UTC().Format(aliStamp)},
		{"LaunchTemplateId", t.id},
		{"LaunchTemplateName", t.name},
		{"DefaultVersionNumber", t.standard},
		{"LatestVersionNumber", t.latest()},
		{"CreatedBy", ecsAccount},
		{"ResourceGroupId", t.group},
		{"Tags", aliList("Tag", aliTags(t.tags))},
	}
}

// describeLaunchTemplateVersions serves DescribeLaunchTemplateVersions.
func (e *ecs) describeLaunchTemplateVersions(k *core.Call) (aliObject, *aliError) {
	p := e.templateParams(k)
	page, keep := p.page(50), readECSVersionFilter(p)
	// Without it the data is shown; that false hides it is documentation alone.
	detail := !p.has("DetailFlag") || p.flag("DetailFlag")
	t := e.template(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []aliObject
	for _, v := range t.versions {
		if keep(t, v) {
			all = append(all, ecsVersionSet(t, v, detail))
		}
	}
	return aliObject{
		{"TotalCount", len(all)},
		{"PageNumber", page.number},
		{"PageSize", page.size},
		{"LaunchTemplateVersionSets", aliList("LaunchTemplateVersionSet", aliCut(page, all))},
	}, nil
}

// readECSVersionFilter reads which versions are asked for; several filters narrow each
// other. A version that does not exist is left out: the action has no code for it.
func readECSVersionFilter(p *aliParams) func(*ecsTemplate, *ecsVersion) bool {
	numbers := p.numbers("LaunchTemplateVersion", ecsMaxVersions)
	least, most := p.number("MinVersion", 1, 1, 1<<30), p.number("MaxVersion", 1<<30, 1, 1<<30)
	if least > most {
		p.bad("MinVersion", "no more than MaxVersion")
	}
	standard := p.flag("DefaultVersion")
	return func(t *ecsTemplate, v *ecsVersion) bool {
		return (len(numbers) == 0 || slices.Contains(numbers, v.number)) &&
			least <= v.number && v.number <= most && (!standard || v.number == t.standard)
	}
}

func ecsVersionSet(t *ecsTemplate, v *ecsVersion, detail bool) aliObject {
	out := aliObject{
		{"CreateTime", v.created.UTC().Format(aliStamp)},
		{"ModifiedTime", v.created.UTC().Format(aliStamp)},
		{"LaunchTemplateId", t.id},
		{"LaunchTemplateName", t.name},
		{"DefaultVersion", v.number == t.standard},
		{"VersionNumber", v.number},
		{"CreatedBy", ecsAccount},
		{"VersionDescription", v.description},
	}
	if detail {
		out = append(out, aliField{"LaunchTemplateData", ecsShownData(v.data)})
	}
	return out
}
