package aliyun

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// CreateLaunchTemplateVersion implements [launchtemplate.Driver]. The call has no client
// token: a repetition makes one more version.
func (d *driver) CreateLaunchTemplateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, t *launchtemplate.Spec, _ string,
) (version int, requestID string, err error) {
	a, requestID, err := d.addTemplate(ctx, "CreateLaunchTemplateVersion", ref, t)
	return a.Version.Int(), requestID, err
}

// versionsAnswer is the answer of DescribeLaunchTemplateVersions.
type versionsAnswer struct {
	pageInfo
	Sets *struct {
		Set []rawVersion `json:"LaunchTemplateVersionSet"`
	} `json:"LaunchTemplateVersionSets"`
}

// rawVersion is a described version.
type rawVersion struct {
	TemplateID   alicloud.Text   `json:"LaunchTemplateId"`
	TemplateName alicloud.Text   `json:"LaunchTemplateName"`
	Version      alicloud.Text   `json:"VersionNumber"`
	Description  alicloud.Text   `json:"VersionDescription"`
	Default      alicloud.Text   `json:"DefaultVersion"`
	CreatedBy    alicloud.Text   `json:"CreatedBy"`
	CreateTime   string          `json:"CreateTime"`
	ModifiedTime string          `json:"ModifiedTime"`
	Data         json.RawMessage `json:"LaunchTemplateData"`
}

// DescribeLaunchTemplateVersions implements [launchtemplate.Driver].
func (d *driver) DescribeLaunchTemplateVersions(
	ctx context.Context, q *launchtemplate.VersionQuery, pageToken string,
) (*provider.Page[launchtemplate.Version], error) {
	if n := len(q.Versions); n > maxVersions {
		return nil, &provider.FieldError{
			Driver: Name, Path: "LaunchTemplateVersionQuery.Versions", Value: strconv.Itoa(n),
			Reason: fmt.Sprintf("must be at most %d: a template has no more", maxVersions),
		}
	}
	p, err := translateDescribeVersions(q, pageToken)
	if err != nil {
		return nil, err
	}
	r := d.request("DescribeLaunchTemplateVersions", q.Region, p, templateTimeout)
	var a versionsAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Sets == nil {
		return nil, d.caller.Malformed(r, resp)
	}
	page := &provider.Page[launchtemplate.Version]{
		RequestID: resp.RequestID,
		NextPage:  a.next(pageToken, len(a.Sets.Set), templatePageSize),
	}
	for i := range a.Sets.Set {
		v, ok := versionOf(&a.Sets.Set[i])
		if !ok { // a version without what it holds would look like an empty one
			return nil, d.caller.Malformed(r, resp)
		}
		v.Spec.Region = r.Region
		page.Items = append(page.Items, v)
	}
	return page, nil
}

// translateDescribeVersions asks for what the versions hold, too.
func translateDescribeVersions(q *launchtemplate.VersionQuery, pageToken string) (params, error) {
	p := params{"DetailFlag": "true"}
	if err := p.page(pageToken, templatePageSize); err != nil {
		return nil, err
	}
	p.template(q.Template)
	p.number("LaunchTemplateVersion.1", q.Template.Version)
	for i, n := range q.Versions {
		p.number(fmt.Sprintf("LaunchTemplateVersion.%d", i+1), n)
	}
	p.number("MinVersion", q.MinVersion)
	p.number("MaxVersion", q.MaxVersion)
	p.yes("DefaultVersion", q.DefaultOnly)
	return p, nil
}

// versionOf translates a described version. Ok is false when the answer lacks what it holds.
func versionOf(raw *rawVersion) (v launchtemplate.Version, ok bool) {
	v = launchtemplate.Version{
		TemplateID:   string(raw.TemplateID),
		TemplateName: string(raw.TemplateName),
		Version:      raw.Version.Int(),
		Description:  string(raw.Description),
		Default:      raw.Default == "true",
		CreatedBy:    string(raw.CreatedBy),
		CreatedAt:    alicloud.TimeOf(raw.CreateTime),
		ModifiedAt:   alicloud.TimeOf(raw.ModifiedTime),
	}
	data, ok := flatten(raw.Data)
	if ok {
		v.Spec = templateSpec(data)
	}
	return v, ok
}

// SetDefaultLaunchTemplateVersion implements [launchtemplate.Driver].
func (d *driver) SetDefaultLaunchTemplateVersion(
	ctx context.Context, region string, ref provider.LaunchTemplateRef,
) error {
	p := params{}
	p.template(ref)
	p.number("DefaultVersionNumber", ref.Version)
	return d.callBare(ctx, d.request("ModifyLaunchTemplateDefaultVersion", region, p, templateTimeout))
}

// DeleteLaunchTemplateVersions implements [launchtemplate.Driver]: all
// of the versions, or none.
func (d *driver) DeleteLaunchTemplateVersions(
	ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int,
) error {
	if len(versions) > versionsPerDeletion {
		return &provider.FieldError{
			Driver: Name, Path: "versions", Value: strconv.Itoa(len(versions)),
			Reason: fmt.Sprintf("must be at most %d in one call", versionsPerDeletion),
		}
	}
	p := params{}
	p.template(ref)
	for i, v := range versions {
		p.number(fmt.Sprintf("DeleteVersion.%d", i+1), v)
	}
	return d.callBare(ctx, d.request("DeleteLaunchTemplateVersion", region, p, templateTimeout))
}
