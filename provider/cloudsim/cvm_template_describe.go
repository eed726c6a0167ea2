package cloudsim

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// The owner of everything, as CreatedBy tells it: of a template the UIN of the
// user, of a version the application ID of the account.
const (
	cvmUIN   = "100000000001"
	cvmAppID = "1250000000"
)

// cvmTemplatesRequest is the schema of DescribeLaunchTemplates.
type cvmTemplatesRequest struct {
	cvmPage
	LaunchTemplateIds []string
	Filters           []cvmFilter
}

// cvmTemplateInfo is the documented data type LaunchTemplateInfo.
type cvmTemplateInfo struct {
	LatestVersionNumber        int64
	LaunchTemplateId           string
	LaunchTemplateName         string
	DefaultVersionNumber       int64
	LaunchTemplateVersionCount int
	CreatedBy                  string
	CreationTime               string
}

// describeLaunchTemplates refuses a template that does not exist: the codes of
// this action have one for that, which those of DescribeInstances do not. That
// the service uses it is [unverified].
func (c *cvm) describeLaunchTemplates(k *core.Call, r *cvmTemplatesRequest) (tencentFields, *tencentRefusal) {
	filters := cvmTemplateFilters()
	if refused := r.check(); refused != nil {
		return nil, refused
	}
	if refused := filters.check(r.Filters); refused != nil {
		return nil, refused
	}
	if len(r.LaunchTemplateIds) > 0 && len(r.Filters) > 0 {
		return nil, tencentRefuse("InvalidParameter", "LaunchTemplateIds and Filters exclude each other.")
	}
	for _, id := range r.LaunchTemplateIds {
		if _, refused := c.template(k, "LaunchTemplateIds", &id); refused != nil {
			return nil, refused
		}
	}
	set := []cvmTemplateInfo{}
	for _, t := range c.templates {
		named := len(r.LaunchTemplateIds) == 0 || slices.Contains(r.LaunchTemplateIds, t.id)
		if t.region == k.Region && named && filters.fit(r.Filters, t) {
			set = append(set, t.info())
		}
	}
	return tencentFields{"TotalCount": len(set), "LaunchTemplateSet": cvmCut(r.cvmPage, set)}, nil
}

func cvmTemplateFilters() cvmFilters[*cvmTemplate] {
	return cvmFilters[*cvmTemplate]{
		tags:   func(t *cvmTemplate) []cvmTag { return cvmTags(t.tags) },
		values: map[string]func(*cvmTemplate) []string{"LaunchTemplateName": func(t *cvmTemplate) []string { return []string{t.name} }},
	}
}

// info describes a template. What the latest version is once the newest one is
// deleted is [unverified].
func (t *cvmTemplate) info() cvmTemplateInfo {
	return cvmTemplateInfo{
		LatestVersionNumber:        t.versions[len(t.versions)-1].number,
		LaunchTemplateId:           t.id,
		LaunchTemplateName:         t.name,
		DefaultVersionNumber:       t.standard,
		LaunchTemplateVersionCount: len(t.versions),
		CreatedBy:                  cvmUIN,
		CreationTime:               cvmTime(t.created),
	}
}

// cvmVersionsRequest is the schema of DescribeLaunchTemplateVersions.
type cvmVersionsRequest struct {
	cvmPage
	LaunchTemplateId       *string
	LaunchTemplateVersions []int64
	MinVersion, MaxVersion *int64
	DefaultVersion         *bool
}

// cvmVersionInfo is the documented data type LaunchTemplateVersionInfo.
type cvmVersionInfo struct {
	LaunchTemplateVersion            int64
	LaunchTemplateVersionData        cvmVersionData
	CreationTime                     string
	LaunchTemplateId                 string
	IsDefaultVersion                 bool
	LaunchTemplateVersionDescription string
	CreatedBy                        string
}

// cvmVersionData is the documented data type LaunchTemplateVersionData, member
// for member: it lacks some of what a template holds. What is not set is null.
// ClientToken is always null here, because a token that creates took over from
// their template would make all of them one; what the service says is [unverified].
type cvmVersionData struct {
	Placement               *cvmPlacement
	InstanceType            *string
	InstanceName            *string
	InstanceChargeType      *string
	SystemDisk              *cvmSystemDisk
	DataDisks               []cvmDataDisk
	InternetAccessible      *cvmInternet
	VirtualPrivateCloud     *cvmVPC
	ImageId                 *string
	SecurityGroupIds        []string
	LoginSettings           *cvmLogin
	CamRoleName             *string
	HpcClusterId            *string
	InstanceCount           *int64
	EnhancedService         *cvmEnhancedService
	UserData                *string
	DisasterRecoverGroupIds []string
	ActionTimer             *cvmActionTimer
	InstanceMarketOptions   *cvmMarketOptions
	HostName                *string
	ClientToken             *string
	InstanceChargePrepaid   *cvmPrepaid
	TagSpecification        []cvmTagSpecification
	DisableApiTermination   *bool
}

// describeLaunchTemplateVersions lists versions by number, or those of a range.
// The range ends at 30 when nothing else is said, also for a template whose
// numbers have gone beyond that.
func (c *cvm) describeLaunchTemplateVersions(k *core.Call, r *cvmVersionsRequest) (tencentFields, *tencentRefusal) {
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
	set := []cvmVersionInfo{}
	for _, v := range t.versions {
		if r.wants(t, v) {
			set = append(set, t.shown(v))
		}
	}
	return tencentFields{"TotalCount": len(set), "LaunchTemplateVersionSet": cvmCut(r.cvmPage, set)}, nil
}

// check allows numbers or a range. Which code a range that is none has is [unverified].
func (r *cvmVersionsRequest) check() *tencentRefusal {
	least, most := tencentOr(r.MinVersion, 0), tencentOr(r.MaxVersion, cvmMaxVersions)
	others := r.MinVersion != nil || r.MaxVersion != nil || r.Offset != nil || r.Limit != nil || r.DefaultVersion != nil
	switch {
	case len(r.LaunchTemplateVersions) > 0 && others:
		return tencentRefuse("InvalidParameterCombination",
			"LaunchTemplateVersions excludes MinVersion, MaxVersion, Offset, Limit and DefaultVersion.")
	case least < 0:
		return tencentInvalid("MinVersion")
	case most < least:
		return tencentInvalid("MaxVersion")
	default:
		return r.cvmPage.check()
	}
}

func (r *cvmVersionsRequest) wants(t *cvmTemplate, v *cvmTemplateVersion) bool {
	if len(r.LaunchTemplateVersions) > 0 {
		return slices.Contains(r.LaunchTemplateVersions, v.number)
	}
	if tencentOr(r.DefaultVersion, false) && v.number != t.standard {
		return false
	}
	return tencentOr(r.MinVersion, 0) <= v.number && v.number <= tencentOr(r.MaxVersion, cvmMaxVersions)
}

func (t *cvmTemplate) shown(v *cvmTemplateVersion) cvmVersionInfo {
	return cvmVersionInfo{
		LaunchTemplateVersion:            v.number,
		LaunchTemplateVersionData:        v.data.shown(),
		CreationTime:                     cvmTime(v.created),
		LaunchTemplateId:                 t.id,
		IsDefaultVersion:                 v.number == t.standard,
		LaunchTemplateVersionDescription: v.description,
		CreatedBy:                        cvmAppID,
	}
}

// shown is the data as an answer has it. Of the login the password is left out, which
// no version has; that the service tells the rest is [unverified].
func (d *cvmTemplateData) shown() cvmVersionData {
	out := cvmVersionData{
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
		out.LoginSettings = &cvmLogin{KeyIds: d.LoginSettings.KeyIds, KeepImageLogin: d.LoginSettings.KeepImageLogin}
	}
	return out
}
