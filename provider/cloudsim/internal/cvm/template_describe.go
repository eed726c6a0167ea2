package cvm

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Values of CreatedBy: for templates the user's UIN, for versions the account's
// application ID.
const (
	uin   = "100000000001"
	appID = "1250000000"
)

// templatesRequest is the schema of DescribeLaunchTemplates.
type templatesRequest struct {
	page
	LaunchTemplateIds []string
	Filters           []filter
}

// templateInfo is the documented data type LaunchTemplateInfo.
type templateInfo struct {
	LatestVersionNumber        int64
	LaunchTemplateId           string
	LaunchTemplateName         string
	DefaultVersionNumber       int64
	LaunchTemplateVersionCount int
	CreatedBy                  string
	CreationTime               string
}

// describeLaunchTemplates refuses an unknown template, because this action has a code
// for it, unlike DescribeInstances. It is [unverified] that the service uses it.
func (c *api) describeLaunchTemplates(k *core.Call, r *templatesRequest) (fields, *refusal) {
	filters := templateFilters()
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	if refused := filters.check(r.Filters); refused != nil {
		return nil, refused
	}
	if len(r.LaunchTemplateIds) > 0 && len(r.Filters) > 0 {
		return nil, refuse("InvalidParameter", "LaunchTemplateIds and Filters exclude each other.")
	}
	for _, id := range r.LaunchTemplateIds {
		if _, refused := c.template(k, "LaunchTemplateIds", &id); refused != nil {
			return nil, refused
		}
	}
	set := []templateInfo{}
	for _, t := range c.templates {
		named := len(r.LaunchTemplateIds) == 0 || slices.Contains(r.LaunchTemplateIds, t.id)
		if t.region == k.Region && named && filters.fit(r.Filters, t) {
			set = append(set, t.info())
		}
	}
	return fields{"TotalCount": len(set), "LaunchTemplateSet": cutPage(r.page, set)}, nil
}

func templateFilters() filterSet[*template] {
	return filterSet[*template]{
		tags: func(t *template) []tag { return tagsOf(t.tags) },
		values: map[string]func(*template) []string{
			"LaunchTemplateName": func(t *template) []string { return []string{t.name} },
		},
	}
}

// info describes a template. The latest version after the newest one is deleted is
// [unverified].
func (t *template) info() templateInfo {
	return templateInfo{
		LatestVersionNumber:        t.versions[len(t.versions)-1].number,
		LaunchTemplateId:           t.id,
		LaunchTemplateName:         t.name,
		DefaultVersionNumber:       t.standard,
		LaunchTemplateVersionCount: len(t.versions),
		CreatedBy:                  uin,
		CreationTime:               formatTime(t.created),
	}
}

// versionsRequest is the schema of DescribeLaunchTemplateVersions.
type versionsRequest struct {
	page
	LaunchTemplateId       *string
	LaunchTemplateVersions []int64
	MinVersion, MaxVersion *int64
	DefaultVersion         *bool
}

// versionInfo is the documented data type LaunchTemplateVersionInfo.
type versionInfo struct {
	LaunchTemplateVersion            int64
	LaunchTemplateVersionData        versionData
	CreationTime                     string
	LaunchTemplateId                 string
	IsDefaultVersion                 bool
	LaunchTemplateVersionDescription string
	CreatedBy                        string
}

// versionData is the documented data type LaunchTemplateVersionData with all its
// members. It lacks some fields of a template. Unset members are null. ClientToken is
// always null here: creates that took their token from the same template would count as
// one create. The service's behavior is [unverified].
type versionData struct {
	Placement               *placement
	InstanceType            *string
	InstanceName            *string
	InstanceChargeType      *string
	SystemDisk              *systemDisk
	DataDisks               []dataDisk
	InternetAccessible      *internet
	VirtualPrivateCloud     *vpcSpec
	ImageId                 *string
	SecurityGroupIds        []string
	LoginSettings           *login
	CamRoleName             *string
	HpcClusterId            *string
	InstanceCount           *int64
	EnhancedService         *enhancedService
	UserData                *string
	DisasterRecoverGroupIds []string
	ActionTimer             *actionTimer
	InstanceMarketOptions   *marketOptions
	HostName                *string
	ClientToken             *string
	InstanceChargePrepaid   *prepaid
	TagSpecification        []tagSpecification
	DisableApiTermination   *bool
}

// describeLaunchTemplateVersions lists versions by number or by range. The default end
// of the range is 30, even for a template with higher numbers.
func (c *api) describeLaunchTemplateVersions(k *core.Call, r *versionsRequest) (fields, *refusal) {
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	t, refused := c.template(k, "LaunchTemplateId", r.LaunchTemplateId)
	if refused != nil {
		return nil, refused
	}
	for _, number := range r.LaunchTemplateVersions {
		if _, refused := t.existing("LaunchTemplateVersions", number); refused != nil {
			return nil, refused
		}
	}
	set := []versionInfo{}
	for _, v := range t.versions {
		if r.wants(t, v) {
			set = append(set, t.shown(v))
		}
	}
	return fields{"TotalCount": len(set), "LaunchTemplateVersionSet": cutPage(r.page, set)}, nil
}

// check allows numbers or a range. The code for an empty range is [unverified].
func (r *versionsRequest) check() *refusal {
	least, most := valueOr(r.MinVersion, 0), valueOr(r.MaxVersion, maxVersions)
	others := r.MinVersion != nil || r.MaxVersion != nil || r.Offset != nil || r.Limit != nil || r.DefaultVersion != nil
	switch {
	case len(r.LaunchTemplateVersions) > 0 && others:
		return refuse("InvalidParameterCombination",
			"LaunchTemplateVersions excludes MinVersion, MaxVersion, Offset, Limit and DefaultVersion.")
	case least < 0:
		return invalid("MinVersion")
	case most < least:
		return invalid("MaxVersion")
	default:
		return r.page.check()
	}
}

func (r *versionsRequest) wants(t *template, v *templateVersion) bool {
	if len(r.LaunchTemplateVersions) > 0 {
		return slices.Contains(r.LaunchTemplateVersions, v.number)
	}
	if valueOr(r.DefaultVersion, false) && v.number != t.standard {
		return false
	}
	return valueOr(r.MinVersion, 0) <= v.number && v.number <= valueOr(r.MaxVersion, maxVersions)
}

func (t *template) shown(v *templateVersion) versionInfo {
	return versionInfo{
		LaunchTemplateVersion:            v.number,
		LaunchTemplateVersionData:        v.data.shown(),
		CreationTime:                     formatTime(v.created),
		LaunchTemplateId:                 t.id,
		IsDefaultVersion:                 v.number == t.standard,
		LaunchTemplateVersionDescription: v.description,
		CreatedBy:                        appID,
	}
}

// shown returns the data in the form of an answer. The login has no password, because
// no version has one. It is [unverified] that the service shows the rest of the login.
func (d *templateData) shown() versionData {
	out := versionData{
		Placement:               d.Placement,
		InstanceType:            d.InstanceType,
		InstanceName:            d.InstanceName,
		InstanceChargeType:      d.InstanceChargeType,
		SystemDisk:              d.SystemDisk,
		DataDisks:               d.DataDisks,
		InternetAccessible:      d.InternetAccessible,
		VirtualPrivateCloud:     d.VirtualPrivateCloud,
		ImageId:                 d.ImageId,
		SecurityGroupIds:        d.SecurityGroupIds,
		CamRoleName:             d.CamRoleName,
		HpcClusterId:            d.HpcClusterId,
		InstanceCount:           d.InstanceCount,
		EnhancedService:         d.EnhancedService,
		UserData:                d.UserData,
		DisasterRecoverGroupIds: d.DisasterRecoverGroupIds,
		ActionTimer:             d.ActionTimer,
		InstanceMarketOptions:   d.InstanceMarketOptions,
		HostName:                d.HostName,
		InstanceChargePrepaid:   d.InstanceChargePrepaid,
		TagSpecification:        d.TagSpecification,
		DisableApiTermination:   d.DisableApiTermination,
	}
	if d.LoginSettings != nil {
		out.LoginSettings = &login{KeyIds: d.LoginSettings.KeyIds, KeepImageLogin: d.LoginSettings.KeepImageLogin}
	}
	return out
}
