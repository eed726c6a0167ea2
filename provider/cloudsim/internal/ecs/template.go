package ecs

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Limits of launch templates, per region and per template.
const (
	maxTemplates = 30
	maxVersions  = 30
)

// templateNameForm allows periods, which the older reference does not name.
var templateNameForm = regexp.MustCompile(`^\p{L}[\p{L}\p{N}:_.-]{1,127}$`)

// account is the owner of all resources, shown as CreatedBy.
const account = "1234567890123456"

// launchTemplate is a launch template.
type launchTemplate struct {
	region, id, name  string
	group             string // resource group of the template, not of its instances
	tags              map[string]string
	created, modified time.Time
	versions          []*version // ascending; deleted versions leave gaps
	standard          int        // the default version
	last              int        // highest number used so far: numbers are not used twice
}

// version is one version of a template.
type version struct {
	number      int
	description string
	created     time.Time
	data        map[string]string // parameters of RunInstances, by wire name
}

// version returns a version by its number, the default version for 0, or nil.
func (t *launchTemplate) version(number int) *version {
	if number == 0 {
		number = t.standard
	}
	for _, v := range t.versions {
		if v.number == number {
			return v
		}
	}
	return nil
}

// latest returns the highest existing number. The service's answer after the newest
// version is deleted is not verified.
func (t *launchTemplate) latest() int { return t.versions[len(t.versions)-1].number }

// add creates the next version of a template.
func (t *launchTemplate) add(k *core.Call, p *alibaba.Params) *version {
	t.last++
	v := &version{number: t.last, description: p.Text("VersionDescription"), created: k.Now, data: templateData(p)}
	t.versions = append(t.versions, v)
	t.modified = k.Now
	return v
}

// createLaunchTemplate serves CreateLaunchTemplate. It has no client token: a repeated
// call is refused because its name is taken.
func (e *api) createLaunchTemplate(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	name := p.Required("LaunchTemplateName")
	p.Matching("LaunchTemplateName", templateNameForm, "2 to 128 letters, digits and : _ . -, a letter first")
	checkTemplate(p)
	checkTemplateTags(p)
	t := &launchTemplate{
		region: k.Region, name: name, group: p.Text("TemplateResourceGroupId"),
		tags: p.TagsOf("TemplateTag", 20), created: k.Now, standard: 1,
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	if err := e.templateRoom(t); err != nil {
		return nil, err
	}
	t.id = e.freshTemplateID()
	v := t.add(k, p)
	e.templates = append(e.templates, t)
	return alibaba.Object{{"LaunchTemplateId", t.id}, {"LaunchTemplateVersionNumber", v.number}}, nil
}

// templateRoom returns the refusal of a further template in its region, or nil.
func (e *api) templateRoom(t *launchTemplate) *alibaba.Refusal {
	n := 0
	for _, other := range e.templates {
		if other.region != t.region {
			continue
		}
		if other.name == t.name {
			return alibaba.Refuse(403, "LaunchTemplateName.Duplicated",
				`The specified LaunchTemplateName "`+t.name+`" already exist.`)
		}
		n++
	}
	if n >= maxTemplates {
		return alibaba.Refuse(403, "LaunchTemplateLimitExceed", "The maximum number of templates is exceeded.")
	}
	return nil
}

func (e *api) freshTemplateID() string {
	return core.UnusedID(e.Service.Rand, "lt-bp", 17, func(id string) bool {
		return slices.ContainsFunc(e.templates, func(t *launchTemplate) bool { return t.id == id })
	})
}

// createLaunchTemplateVersion serves CreateLaunchTemplateVersion. A version inherits
// nothing from earlier ones and does not become the default.
func (e *api) createLaunchTemplateVersion(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.templateParams(k)
	checkTemplate(p)
	t := e.template(k, p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	if len(t.versions) >= maxVersions {
		return nil, alibaba.Refuse(403, "LaunchTemplateVersionLimitExceed",
			"The maximum number of template's versions is exceeded.")
	}
	return alibaba.Object{{"LaunchTemplateId", t.id}, {"LaunchTemplateVersionNumber", t.add(k, p).number}}, nil
}

// template returns the template that LaunchTemplateId or LaunchTemplateName names. If
// both are present, they must match. If there is none, it refuses through p. For both
// codes, newer tables of RunInstances have status 404, older ones 400. It is not
// verified which one the service sends.
func (e *api) template(k *core.Call, p *alibaba.Params) *launchTemplate {
	id, name := p.ID("LaunchTemplateId"), p.Text("LaunchTemplateName")
	if id == "" && name == "" {
		p.Refuse(p.Missing("LaunchTemplateId"))
		return nil
	}
	for _, t := range e.templates {
		hasID := id == "" || t.id == id
		hasName := name == "" || t.name == name
		if t.region == k.Region && hasID && hasName {
			return t
		}
	}
	p.Refuse(alibaba.Refuse(400, "InvalidLaunchTemplate.NotFound",
		`The specified LaunchTemplateId "`+id+`" LaunchTemplateName "`+name+`" is not found.`))
	return nil
}

func noVersion(id string, number int) *alibaba.Refusal {
	return alibaba.Refuse(400, "InvalidLaunchTemplateVersion.NotFound",
		`The specified LaunchTemplateId "`+id+`" Version "`+strconv.Itoa(number)+`" is not found.`)
}

// lists are the parameters with numbered items.
const lists = " DataDisk NetworkInterface Tag SecurityGroupIds Ipv6Address "

// mergeUnit returns the part of a request that replaces a template's part as a whole: a
// list with all its items, both ways to name security groups together, both ways to ask
// for IPv6, and every other parameter by itself. It is not verified that the service
// merges these parts.
func mergeUnit(name string) string {
	first, _, _ := strings.Cut(name, ".")
	switch {
	case first == "SecurityGroupId" || first == "SecurityGroupIds":
		return "SecurityGroupId"
	case first == "Ipv6Address" || first == "Ipv6AddressCount":
		return "Ipv6Address"
	case strings.Contains(lists, " "+first+" "):
		return first
	default:
		return name
	}
}

// fromTemplate fills the missing parameters of a RunInstances from a launch template.
// An empty parameter counts as missing, so no request can clear a value of a template.
// Refusals go to p.
func (e *api) fromTemplate(k *core.Call, p *alibaba.Params) {
	number := p.Number("LaunchTemplateVersion", 0, 1, 1<<30)
	if !p.Has("LaunchTemplateId") && !p.Has("LaunchTemplateName") {
		if p.Has("LaunchTemplateVersion") {
			p.Refuse(p.Missing("LaunchTemplateId"))
		}
		return
	}
	t := e.template(k, p)
	if t == nil {
		return
	}
	v := t.version(number)
	if v == nil {
		p.Refuse(noVersion(t.id, number))
		return
	}
	p.Values = merge(p.Values, v.data)
}

func merge(request, template map[string]string) map[string]string {
	own := map[string]bool{}
	for name := range request {
		own[mergeUnit(name)] = true
	}
	out := maps.Clone(request)
	for name, value := range template {
		if !own[mergeUnit(name)] {
			out[name] = value
		}
	}
	return out
}
