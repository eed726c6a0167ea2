package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// CreateLaunchTemplateVersion implements [launchtemplate.Driver].
func (d *driver) CreateLaunchTemplateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, t *launchtemplate.Spec, token string,
) (version int, requestID string, err error) {
	if err := byID(ref); err != nil {
		return 0, "", err
	}
	out, err := newTemplateVersion(ref, t, token)
	if err != nil {
		return 0, "", err
	}
	ex := d.newTemplateExchange(ctx, t, out)
	resp, err := ask[cvm.CreateLaunchTemplateVersionResponseParams](d, ex, out)
	if err != nil {
		return 0, "", err
	}
	if value(resp.Response.LaunchTemplateVersionNumber) == 0 {
		return 0, "", ex.malformed("it has no version number", "")
	}
	return int(*resp.Response.LaunchTemplateVersionNumber), value(resp.Response.RequestId), nil
}

// versionsResponse is the SDK's answer with the data as it came: its own type
// lacks some of the parameters that templates hold.
type versionsResponse struct {
	TotalCount               *uint64
	LaunchTemplateVersionSet []*versionInfo
	RequestID                *string `json:"RequestId"`
}

type versionInfo struct {
	cvm.LaunchTemplateVersionInfo
	LaunchTemplateVersionData json.RawMessage
}

// DescribeLaunchTemplateVersions implements [launchtemplate.Driver].
func (d *driver) DescribeLaunchTemplateVersions(
	ctx context.Context, q *launchtemplate.VersionQuery, pageToken string,
) (*provider.Page[launchtemplate.Version], error) {
	if err := byID(q.Template); err != nil {
		return nil, err
	}
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := translateDescribeVersions(q, offset)
	ex := d.newExchange(ctx, out.GetAction(), q.Region, templateTimeout)
	resp, err := ask[versionsResponse](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.LaunchTemplateVersionSet, r.TotalCount) || resp.lostRows("LaunchTemplateVersionSet") {
		return nil, ex.malformed("it has no list of versions", "")
	}
	page := &provider.Page[launchtemplate.Version]{RequestID: value(r.RequestID)}
	for _, raw := range r.LaunchTemplateVersionSet {
		v, err := versionOf(raw)
		if err != nil {
			return nil, ex.malformed(err.Error(), page.RequestID)
		}
		v.TemplateID, v.Spec.Region = q.Template.ID, ex.region
		page.Items = append(page.Items, *v)
	}
	rows := len(page.Items)
	if next := offset + rows; out.Limit != nil && rows > 0 && next < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(next)
	}
	return page, nil
}

// translateDescribeVersions asks in one of three ways, which exclude each other.
func translateDescribeVersions(
	q *launchtemplate.VersionQuery, offset int,
) *cvm.DescribeLaunchTemplateVersionsRequest {
	out := cvm.NewDescribeLaunchTemplateVersionsRequest()
	out.LaunchTemplateId = text(q.Template.ID)
	switch {
	case q.Template.Version != 0:
		out.LaunchTemplateVersions = []*uint64{unsigned(q.Template.Version)}
	case q.DefaultOnly:
		out.DefaultVersion, out.MaxVersion = new(true), unsigned(lastVersion)
	default:
		out.MaxVersion = unsigned(lastVersion)
		out.Offset = new(uint64(offset))
		out.Limit = unsigned(perCall)
	}
	return out
}

func versionOf(raw *versionInfo) (*launchtemplate.Version, error) {
	if raw == nil || value(raw.LaunchTemplateVersion) == 0 {
		return nil, errors.New("a version in it has no number")
	}
	spec, err := specOfTemplate(raw.LaunchTemplateVersionData)
	if err != nil {
		return nil, errors.New("the data of a version in it cannot be read")
	}
	return &launchtemplate.Version{
		Version:     int(*raw.LaunchTemplateVersion),
		Description: value(raw.LaunchTemplateVersionDescription),
		Default:     value(raw.IsDefaultVersion),
		CreatedBy:   value(raw.CreatedBy),
		CreatedAt:   timeOf(value(raw.CreationTime)),
		Spec:        *spec,
	}, nil
}

// SetDefaultLaunchTemplateVersion implements [launchtemplate.Driver].
func (d *driver) SetDefaultLaunchTemplateVersion(
	ctx context.Context, region string, ref provider.LaunchTemplateRef,
) error {
	if err := byID(ref); err != nil {
		return err
	}
	out := cvm.NewModifyLaunchTemplateDefaultVersionRequest()
	out.LaunchTemplateId = text(ref.ID)
	out.DefaultVersion = number(ref.Version)
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, templateTimeout), out)
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == setAlready {
		return nil
	}
	return err
}

// DeleteLaunchTemplateVersions implements [launchtemplate.Driver].
func (d *driver) DeleteLaunchTemplateVersions(
	ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int,
) error {
	if err := byID(ref); err != nil {
		return err
	}
	out := cvm.NewDeleteLaunchTemplateVersionsRequest()
	out.LaunchTemplateId = text(ref.ID)
	for _, v := range versions {
		out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, number(v))
	}
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, templateTimeout), out)
	return err
}
