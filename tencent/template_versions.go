package tencent

import (
	"context"
	"errors"
	"strconv"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	sdkjson "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/json"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

// CreateLaunchTemplateVersion implements [provider.LaunchTemplateDriver].
func (d *driver) CreateLaunchTemplateVersion(ctx context.Context, in *provider.CreateTemplateRequest) (*provider.TemplateResult, error) {
	if err := byID(in.Template); err != nil {
		return nil, err
	}
	req, err := newTemplateVersion(in)
	if err != nil {
		return nil, err
	}
	resp := cvm.NewCreateLaunchTemplateVersionResponse()
	ex, err := d.addTemplate(ctx, in, req, resp)
	if err != nil {
		return nil, err
	}
	if resp.Response == nil || value(resp.Response.LaunchTemplateVersionNumber) == 0 {
		return nil, ex.malformed("it has no version number", "")
	}
	return &provider.TemplateResult{Version: int(*resp.Response.LaunchTemplateVersionNumber), RequestID: value(resp.Response.RequestId)}, nil
}

// versionsResponse is the SDK's answer with the data as it came: its own type
// lacks some of the parameters that templates hold.
type versionsResponse struct {
	*tchttp.BaseResponse
	Response *struct {
		TotalCount               *uint64
		LaunchTemplateVersionSet []*versionInfo
		RequestId                *string
	}
}

type versionInfo struct {
	cvm.LaunchTemplateVersionInfo
	LaunchTemplateVersionData sdkjson.RawMessage
}

// DescribeLaunchTemplateVersions implements [provider.LaunchTemplateDriver].
func (d *driver) DescribeLaunchTemplateVersions(ctx context.Context, in *provider.DescribeTemplateVersionsRequest) (*provider.TemplateVersionPage, error) {
	if err := byID(in.Template); err != nil {
		return nil, err
	}
	offset, err := pageOffset(in.PageToken)
	if err != nil {
		return nil, err
	}
	req := describeVersions(in, offset)
	ex := d.exchange(ctx, req.GetAction(), in.Region, templateTimeout)
	resp := &versionsResponse{BaseResponse: &tchttp.BaseResponse{}}
	if err := d.ask(ex, req, resp); err != nil {
		return nil, err
	}
	r := resp.Response
	if r == nil || r.LaunchTemplateVersionSet == nil && (r.TotalCount == nil || *r.TotalCount != 0) {
		return nil, ex.malformed("it has no list of versions", "")
	}
	page := &provider.TemplateVersionPage{RequestID: value(r.RequestId)}
	for _, raw := range r.LaunchTemplateVersionSet {
		v, err := versionOf(raw)
		if err != nil {
			return nil, ex.malformed(err.Error(), page.RequestID)
		}
		v.TemplateID, v.Spec.Region = in.Template.ID, ex.region
		page.Versions = append(page.Versions, *v)
	}
	if next := offset + len(page.Versions); req.Limit != nil && len(page.Versions) > 0 && next < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(next)
	}
	return page, nil
}

// describeVersions asks in one of three ways, which exclude each other.
func describeVersions(in *provider.DescribeTemplateVersionsRequest, offset int) *cvm.DescribeLaunchTemplateVersionsRequest {
	req := cvm.NewDescribeLaunchTemplateVersionsRequest()
	req.LaunchTemplateId = text(in.Template.ID)
	switch {
	case in.Template.Version != 0:
		req.LaunchTemplateVersions = []*uint64{unsigned(in.Template.Version)}
	case in.DefaultOnly:
		req.DefaultVersion, req.MaxVersion = pointer(true), unsigned(lastVersion)
	default:
		req.MaxVersion = unsigned(lastVersion)
		req.Offset = pointer(uint64(offset))
		req.Limit = unsigned(idsPerCall)
	}
	return req
}

func versionOf(raw *versionInfo) (*provider.LaunchTemplateVersion, error) {
	if raw == nil || value(raw.LaunchTemplateVersion) == 0 {
		return nil, errors.New("a version in it has no number")
	}
	spec, err := specOfTemplate(raw.LaunchTemplateVersionData)
	if err != nil {
		return nil, errors.New("the data of a version in it cannot be read")
	}
	return &provider.LaunchTemplateVersion{
		Version:     int(*raw.LaunchTemplateVersion),
		Description: value(raw.LaunchTemplateVersionDescription),
		Default:     value(raw.IsDefaultVersion),
		CreatedBy:   value(raw.CreatedBy),
		CreatedAt:   parseTime(value(raw.CreationTime)),
		Spec:        *spec,
	}, nil
}

// SetDefaultLaunchTemplateVersion implements [provider.LaunchTemplateDriver].
func (d *driver) SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	if err := byID(ref); err != nil {
		return err
	}
	req := cvm.NewModifyLaunchTemplateDefaultVersionRequest()
	req.LaunchTemplateId = text(ref.ID)
	req.DefaultVersion = number(ref.Version)
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, templateTimeout), req)
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == setAlready {
		return nil
	}
	return err
}

// DeleteLaunchTemplateVersions implements [provider.LaunchTemplateDriver].
func (d *driver) DeleteLaunchTemplateVersions(ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int) error {
	if err := byID(ref); err != nil {
		return err
	}
	req := cvm.NewDeleteLaunchTemplateVersionsRequest()
	req.LaunchTemplateId = text(ref.ID)
	for _, v := range versions {
		req.LaunchTemplateVersions = append(req.LaunchTemplateVersions, number(v))
	}
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, templateTimeout), req)
	return err
}
